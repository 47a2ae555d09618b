"""The opening handshake: what is sent, what is recorded, and each answer that is no agreement."""

import asyncio
import base64

import pytest

from wstui import __version__
from wstui.events import Close
from wstui.wire.http_head import parse_head


def answering(peer, answer, *, hold=False, fill=True):
    """A peer that answers every request with the same bytes; ``{accept}`` is filled in."""

    async def handler(reader, writer):
        _, headers = await peer.request(reader)
        data = answer
        if fill and b"{accept}" in data:
            accept = peer.accept(headers).split(b"Sec-WebSocket-Accept: ")[1].split(b"\r\n")[0]
            data = data.replace(b"{accept}", accept)
        writer.write(data)
        if hold:
            await reader.read()

    return handler


GOOD = b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"


async def test_the_request(serve, attempt, peer):
    seen = []

    async def handler(reader, writer):
        line, headers = await peer.request(reader)
        seen.append((line, headers))
        writer.write(peer.accept(headers, "Sec-WebSocket-Protocol: graphql-ws"))
        await reader.read()

    server = await serve(handler)
    started = await attempt(
        {
            "url": server.url + "chat?room=1%202",
            "subprotocols": ["graphql-ws", "json"],
            "origin": "https://app.example",
            "headers": {"X-Trace": "abc", "user-agent": "mine/1"},
        }
    ).opened()
    line, headers = seen[0]
    assert line == "GET /chat?room=1%202 HTTP/1.1"
    assert headers["Host"] == f"localhost:{server.port}"
    assert headers["Origin"] == "https://app.example"
    assert headers["Sec-WebSocket-Protocol"] == "graphql-ws, json"
    assert headers["Sec-WebSocket-Extensions"] == "permessage-deflate; client_max_window_bits"
    assert headers["X-Trace"] == "abc"
    assert headers["user-agent"] == "mine/1"
    assert "User-Agent" not in headers
    recorded = started.recording.detail("upgrade")["request"]
    assert recorded["path"] == "/chat?room=1%202"
    assert dict(recorded["headers"]) == headers, "recorded as sent"
    assert started.recording.detail("open")["subprotocol"] == "graphql-ws"


async def test_defaults(serve, attempt, peer):
    server = await serve(peer.echo)
    started = await attempt({"url": server.url, "compression": False}).opened()
    headers = dict(started.recording.detail("upgrade")["request"]["headers"])
    assert headers["User-Agent"] == f"wstui/{__version__}"
    assert "Sec-WebSocket-Extensions" not in headers
    assert "Authorization" not in headers
    assert "Origin" not in headers
    assert started.recording.detail("open")["extensions"] == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"auth": {"type": "basic", "username": "me", "password": "p:w"}},
            b"Basic " + base64.b64encode(b"me:p:w"),
        ),
        ({"auth": {"type": "bearer", "token": "abc.def"}}, b"Bearer abc.def"),
        ({"userinfo": "me:p%40w@"}, b"Basic " + base64.b64encode(b"me:p@w")),
    ],
)
async def test_credentials(serve, attempt, peer, settings, expected):
    server = await serve(peer.echo)
    url = server.url.replace("ws://", "ws://" + settings.pop("userinfo", ""))
    started = await attempt({"url": url, **settings}).opened()
    upgrade = started.recording.detail("upgrade")
    assert dict(upgrade["request"]["headers"])["Authorization"] == expected.decode()
    assert "p%40w" not in upgrade["url"]


async def test_values_from_the_environment_reach_no_event(serve, refused, peer):
    """Not even where the server sends them back: head, body, reason, location."""
    secret, password = "s3cr3t-value+/=", "pass word"

    async def mirror(reader, writer):
        line, headers = await peer.request(reader)
        told = f"{line} {headers['X-Key']} {headers['Authorization']} {secret} {password}"
        body = told.encode()
        writer.write(
            f"HTTP/1.1 403 No {secret}\r\nX-Echo: {told}\r\nLocation: /?{secret}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )

    server = await serve(mirror)
    _, error, recording = await refused(
        {
            "url": server.url + "?token=${TOKEN}",
            "headers": {"X-Key": "Key ${TOKEN}"},
            "auth": {"type": "basic", "username": "me", "password": "${PASSWORD}"},
        },
        environ={"TOKEN": secret, "PASSWORD": password},
    )
    assert error["status"] == 403
    everything = recording.everything()
    credentials = base64.b64encode(f"me:{password}".encode()).decode()
    for forbidden in (secret, password, credentials, "s3cr3t"):
        assert forbidden not in everything
    request = recording.detail("upgrade")["request"]
    assert dict(request["headers"])["X-Key"] == "Key ${TOKEN}"
    assert "${TOKEN}" in request["path"]


async def test_the_answer_is_kept_as_it_was(serve, attempt, peer):
    head = GOOD + b"X-First: 1\r\nx-lower:   spaces  \r\nX-First: 2\r\nSet-Cookie: a=\xe4\r\n\r\n"
    server = await serve(answering(peer, head, hold=True))
    started = await attempt(server.url).opened()
    response = started.recording.detail("upgrade")["response"]
    assert (response["http_version"], response["status"], response["reason"]) == ("1.1", 101, "OK")
    assert response["headers"][3:] == [
        ["X-First", "1"],
        ["x-lower", "spaces"],
        ["X-First", "2"],
        ["Set-Cookie", "a=\xe4"],
    ]


async def test_hostile_headers_are_recorded_raw(serve, attempt, peer):
    head = GOOD + b"X-Evil: \x1b]0;owned\x07\x00\x9b31m\r\nno colon at all\r\n: empty name\r\n\r\n"
    server = await serve(answering(peer, head, hold=True))
    started = await attempt(server.url).opened()
    headers = started.recording.detail("upgrade")["response"]["headers"]
    assert ["X-Evil", "\x1b]0;owned\x07\x00\x9b31m"] in headers
    assert ["no colon at all", ""] in headers


async def test_bytes_behind_the_head_are_the_first_messages(serve, attempt, peer):
    head = GOOD + b"\r\n" + peer.frame(1, b"at once") + peer.frame(8, b"\x03\xe8")
    server = await serve(answering(peer, head))
    started = await attempt(server.url).opened()
    end = await started.end()
    assert started.recording.of("text")[0].payload == b"at once"
    assert started.recording.kinds[3:] == ["open", "text", "close", "close", "eof"]
    assert end.clean
    assert end.who_first == "server"


async def test_a_head_that_comes_byte_by_byte(serve, attempt, peer):
    async def slow(reader, writer):
        _, headers = await peer.request(reader)
        for byte in peer.accept(headers) + peer.frame(1, b"done"):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        await reader.read()

    started = await attempt((await serve(slow)).url).opened()
    assert (await started.recording.until("text")).payload == b"done"


async def test_interim_answers_are_passed_over(serve, attempt, peer):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    server = await serve(answering(peer, early + GOOD + b"\r\n", hold=True))
    started = await attempt(server.url).opened()
    assert started.recording.detail("upgrade")["response"]["status"] == 101


@pytest.mark.parametrize(
    "compression", ["permessage-deflate", "permessage-deflate; server_no_context_takeover"]
)
async def test_extensions_in_words(serve, attempt, peer, compression):
    head = GOOD + f"Sec-WebSocket-Extensions: {compression}\r\n\r\n".encode()
    started = await attempt((await serve(answering(peer, head, hold=True))).url).opened()
    assert started.recording.detail("open")["extensions"] == [compression]


# refusals


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "http_status"), (401, "http_status"), (429, "http_status"), (503, "http_status")],
)
async def test_a_refusal_keeps_everything(serve, refused, peer, status, code):
    body = "Nope \N{SNOWMAN}"
    answer = (
        f"HTTP/1.1 {status} Because\r\nRetry-After: 7\r\nX-Why: maintenance\r\n"
        f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()
    end, error, recording = await refused((await serve(answering(peer, answer, hold=True))).url)
    assert error["code"] == code
    assert (error["status"], error["reason"], error["retry_after"]) == (status, "Because", "7")
    response = recording.detail("upgrade")["response"]
    assert response["headers"][0:2] == [["Retry-After", "7"], ["X-Why", "maintenance"]]
    assert (response["body"], response["body_size"]) == (body, len(body.encode()))
    assert recording.detail("upgrade")["failed"] is True
    assert (end.http_status, end.retry_after, end.ended_by) == (status, "7", "server")


async def test_an_ordinary_page(serve, refused, peer):
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>hello</h1>"
    _, error, recording = await refused((await serve(answering(peer, answer))).url)
    assert (error["code"], error["status"]) == ("http_status", 200)
    assert "ordinary pages" in error["message"]
    assert recording.detail("upgrade")["response"]["body"] == "<h1>hello</h1>"


async def test_http_1_0(serve, refused, peer):
    _, error, recording = await refused((await serve(answering(peer, b"HTTP/1.0 404 No\r\n\r\nnone"))).url)
    assert error["status"] == 404
    assert recording.detail("upgrade")["response"]["http_version"] == "1.0"


async def test_a_large_body_is_cut(serve, refused, peer):
    body = b"\xff" + b"x" * 300_000
    answer = b"HTTP/1.1 500 Oops\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    _, _, recording = await refused((await serve(answering(peer, answer))).url)
    response = recording.detail("upgrade")["response"]
    assert response["body"].startswith("\\xffxxx")
    assert len(response["body"]) == 65536 + 3
    assert response["body_size"] == len(body)


@pytest.mark.parametrize(
    ("chunks", "body"),
    [
        (b"4\r\nWiki\r\n5;ext=1\r\npedia\r\n0\r\n\r\n", "Wikipedia"),
        (b"4\r\nWiki\r\nzzz\r\n", "Wiki"),
        (b"4\r\nWi", "Wi"),
        (b"FFFFFFFFF\r\nendless", "endless"),
    ],
)
async def test_a_chunked_body(serve, refused, peer, chunks, body):
    answer = b"HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    _, _, recording = await refused((await serve(answering(peer, answer))).url)
    assert recording.detail("upgrade")["response"]["body"] == body


async def test_a_body_that_never_ends_does_not_hold_us(serve, refused, peer, monkeypatch):
    monkeypatch.setattr("wstui.wire.http_head._BODY_PATIENCE_S", 0.05)
    answer = b"HTTP/1.1 403 No\r\n\r\nthe start"
    _, error, recording = await refused((await serve(answering(peer, answer, hold=True))).url)
    assert error["status"] == 403
    assert recording.detail("upgrade")["response"]["body"] == "the start"


async def test_a_refusal_stays_one_when_time_runs_out(serve, refused, peer):
    """The head says why; that its body never came is no timeout."""
    answer = b"HTTP/1.1 503 Busy\r\nContent-Length: 10\r\n\r\nhalf"
    server = await serve(answering(peer, answer, hold=True))
    _, error, recording = await refused({"url": server.url, "timeouts": {"open": 0.75}})
    assert (error["code"], error["status"]) == ("http_status", 503)
    assert recording.detail("upgrade")["response"]["body"] == "half"


# no HTTP, no answer


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x01\x02", b"\x1b[2Jhttp", b"H"])
async def test_not_http(serve, refused, peer, answer):
    _, error, recording = await refused((await serve(answering(peer, answer))).url)
    if answer == b"H":
        assert error["code"] == "upgrade_eof"
        return
    assert error["code"] == "not_http"
    assert "\x1b" not in error["received"]
    assert recording.detail("upgrade")["received"] == error["received"]
    assert recording.detail("upgrade")["failed"] is True


async def test_tls_spoken_to_in_the_clear(serve, refused, peer, server_tls):
    server = await serve(answering(peer, b"\x15\x03\x01\x00\x02\x02\x46"))
    _, error, _ = await refused(server.url)
    assert error["code"] == "not_http"
    assert "wss://" in error["message"]


async def test_a_status_line_that_is_none(serve, refused, peer):
    _, error, _ = await refused((await serve(answering(peer, b"HTTP/1.1 abc\r\n\r\n"))).url)
    assert error["code"] == "not_http"


@pytest.mark.parametrize("filler", [b"X: " + b"y" * 1000 + b"\r\n", b"z" * 1000])
async def test_a_head_without_end(serve, refused, peer, filler):
    async def endless(reader, writer):
        await peer.request(reader)
        writer.write(b"HTTP/1.1 101 OK\r\n")
        while True:
            writer.write(filler)
            await writer.drain()

    _, error, _ = await refused((await serve(endless)).url)
    assert (error["code"], error["limit_bytes"]) == ("not_http", 65536)


async def test_silence(serve, refused, peer):
    server = await serve(answering(peer, b"", hold=True))
    end, error, _ = await refused({"url": server.url, "timeouts": {"open": 0.75}})
    assert error["code"] == "upgrade_timeout"
    assert error["size_bytes"] == 0
    assert "nothing came" in error["message"]
    assert end.ended_by == "server"


async def test_a_head_that_stops(serve, refused, peer):
    server = await serve(answering(peer, b"HTTP/1.1 101 Sw", hold=True))
    _, error, _ = await refused({"url": server.url, "timeouts": {"open": 0.75}})
    assert (error["code"], error["size_bytes"]) == ("upgrade_timeout", 15)
    assert error["received"] == "HTTP/1.1 101 Sw"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 101 Switching"])
async def test_the_end_in_place_of_an_answer(serve, refused, peer, answer):
    _, error, _ = await refused((await serve(answering(peer, answer))).url)
    assert (error["code"], error["size_bytes"]) == ("upgrade_eof", len(answer))


async def test_a_reset_in_place_of_an_answer(serve, refused, peer):
    async def slam(reader, writer):
        await peer.request(reader)
        peer.reset(writer)

    _, error, _ = await refused((await serve(slam)).url)
    assert (error["code"], error["errno_name"]) == ("upgrade_reset", "ECONNRESET")


# a 101 that is none


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 101 OK\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
        b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
        b"HTTP/1.1 101 OK\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
        b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: \x01\r\n\r\n",
    ],
)
async def test_not_a_websocket(serve, refused, peer, head):
    _, error, _ = await refused((await serve(answering(peer, head))).url)
    assert error["code"] == "not_websocket"
    assert error["header"] in ("Upgrade", "Connection")


@pytest.mark.parametrize(
    ("accept", "received"),
    [
        (b"Sec-WebSocket-Accept: AAAA\r\n", "AAAA"),
        (b"", ""),
        (b"Sec-WebSocket-Accept: a\r\nSec-WebSocket-Accept: b\r\n", "a, b"),
    ],
)
async def test_a_wrong_accept_key(serve, refused, peer, accept, received):
    head = b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + accept + b"\r\n"
    end, error, _ = await refused((await serve(answering(peer, head))).url)
    assert error["code"] == "bad_accept"
    assert error["received"] == received
    assert len(base64.b64decode(error["expected"])) == 20
    assert end.ended_by == "client"


@pytest.mark.parametrize("asked", [[], ["json"]])
async def test_a_subprotocol_that_we_did_not_ask_for(serve, refused, peer, asked):
    head = GOOD + b"Sec-WebSocket-Protocol: mqtt\r\n\r\n"
    server = await serve(answering(peer, head))
    _, error, _ = await refused({"url": server.url, "subprotocols": asked})
    assert error["code"] == "subprotocol_mismatch"
    assert (error["expected"], error["received"]) == (", ".join(asked), "mqtt")


async def test_two_subprotocols(serve, refused, peer):
    head = GOOD + b"Sec-WebSocket-Protocol: a, b\r\n\r\n"
    server = await serve(answering(peer, head))
    _, error, _ = await refused({"url": server.url, "subprotocols": ["a", "b"]})
    assert error["code"] == "subprotocol_mismatch"


@pytest.mark.parametrize(
    ("extension", "compression"),
    [
        (b"x-made-up", True),
        (b"permessage-deflate; server_max_window_bits=99", True),
        (b"permessage-deflate", False),
        (b"permessage-deflate, permessage-deflate", True),
        (b"=;;", True),
    ],
)
async def test_an_extension_that_we_did_not_offer(serve, refused, peer, extension, compression):
    head = GOOD + b"Sec-WebSocket-Extensions: " + extension + b"\r\n\r\n"
    server = await serve(answering(peer, head))
    _, error, _ = await refused({"url": server.url, "compression": compression})
    assert error["code"] == "extension_mismatch"
    assert error["received"] == extension.decode()


async def test_no_subprotocol_chosen_is_fine(serve, attempt, peer):
    server = await serve(peer.echo)
    started = await attempt({"url": server.url, "subprotocols": ["json"]}).opened()
    assert started.recording.detail("open")["subprotocol"] is None
    started.wire.close(Close())


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1", b"HTTP/1.1 1010 x", b"GET / HTTP/1.1\r\n", b"HTTP/x.1 200 OK"]
)
def test_heads_that_are_none(raw):
    assert parse_head(raw) is None


def test_a_head_without_a_reason():
    assert parse_head(b"HTTP/1.1 200\r\n\r\n").reason == ""
    assert parse_head(b"HTTP/1.1 200 \n\n").status == 200
