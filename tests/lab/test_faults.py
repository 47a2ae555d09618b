"""Each fault's facts on the wire."""

import asyncio
import json
import zlib

import pytest
import websockets

from wstui.lab import LabServer
from wstui.lab.faults.hostile import ATTACKS, HEADERS, PING_PAYLOAD, REASON

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FAST = 50.0
"""A second of a fault takes 20 ms."""


def now() -> float:
    return asyncio.get_running_loop().time()


# Endings


async def test_silent_close_ends_with_fin_alone_and_any_frame_resets_it(dial) -> None:
    async with LabServer("silent-close", settings={"after_s": 0.5}) as lab:
        client = await dial(lab)
        start = now()
        for opcode in (TEXT, PING, PONG):
            await asyncio.sleep(0.2)
            client.send(opcode, b"x")
        rest = await client.rest()
        assert rest == b"\x81\x01x\x8a\x01x"
        assert now() - start >= 1.0


@pytest.mark.parametrize(
    ("fault", "code", "reason"),
    [
        ("idle-1000", 1000, b""),
        ("going-away", 1001, b"server is shutting down for a deploy"),
        ("restart", 1012, b"service restart"),
        ("try-later", 1013, b"too many connections"),
        ("private-code", 4003, b"token expired, sign in again"),
        ("no-code", None, b""),
        ("bad-close", 1005, b"reserved"),
    ],
)
async def test_faults_that_close_with_a_code(dial, fault: str, code: int | None, reason: bytes) -> None:
    async with LabServer(fault, speed=FAST) as lab:
        client = await dial(lab)
        assert await client.closed_with() == (code, reason)
        assert await client.rest() == b""


async def test_private_code_comes_after_the_first_message(dial) -> None:
    async with LabServer("private-code", settings={"after_s": 1000}) as lab:
        client = await dial(lab)
        client.send(TEXT, b"hello")
        assert (await client.closed_with())[0] == 4003


async def test_lifetime_closes_though_traffic_flows(dial) -> None:
    async with LabServer("lifetime", speed=FAST) as lab:
        client = await dial(lab)
        client.send(PING, b"alive")
        opcodes = []
        while (frame := await client.frame())[0] != CLOSE:
            opcodes.append(frame[0])
        assert opcodes.count(TEXT) >= 3
        assert PONG in opcodes
        assert frame[1] == b"\x03\xe9maximum connection age reached"


async def test_internal_error_answers_once(dial) -> None:
    async with LabServer("internal-error") as lab:
        client = await dial(lab)
        client.send(TEXT, b"one")
        assert await client.frame_of(TEXT) == b"one"
        assert await client.closed_with() == (1011, b"unhandled exception")


async def test_crash_leaves_half_a_frame(dial) -> None:
    async with LabServer("crash", speed=FAST) as lab:
        rest = await (await dial(lab)).rest()
        assert rest[0] == 0x81
        assert len(rest) - 2 < rest[1]


async def test_reset_is_a_reset(dial) -> None:
    async with LabServer("reset", speed=FAST) as lab:
        client = await dial(lab)
        with pytest.raises(ConnectionResetError):
            await client.rest()


async def test_no_close_reply_goes_on_as_if_nothing_was_said(dial) -> None:
    async with LabServer("no-close-reply") as lab:
        client = await dial(lab)
        client.send(CLOSE, b"\x03\xe8")
        client.send(PING, b"still there?")
        assert await client.frame() == (PONG, b"still there?", True)


# Heartbeats


async def test_no_pong_echoes_only(dial) -> None:
    async with LabServer("no-pong") as lab:
        client = await dial(lab)
        client.send(PING, b"?")
        client.send(TEXT, b"hello")
        assert await client.frame() == (TEXT, b"hello", True)


async def test_slow_pong_is_late_and_messages_are_not(dial) -> None:
    async with LabServer("slow-pong", settings={"delay_s": 0.2, "jitter_s": 0}) as lab:
        client = await dial(lab)
        start = now()
        client.send(PING, b"beat")
        client.send(TEXT, b"hello")
        assert await client.frame() == (TEXT, b"hello", True)
        assert await client.frame() == (PONG, b"beat", True)
        assert now() - start >= 0.19


async def test_wrong_pong_has_another_payload(dial) -> None:
    async with LabServer("wrong-pong") as lab:
        client = await dial(lab)
        client.send(PING, b"beat")
        assert await client.frame() == (PONG, b"taeb?", True)


async def test_server_pings_drop_a_client_that_misses_two(dial) -> None:
    async with LabServer("server-pings", speed=10) as lab:
        client = await dial(lab)
        assert await client.rest() == b"\x89\x0bkeepalive-1\x89\x0bkeepalive-2"


async def test_server_pings_keep_a_client_that_answers(dial) -> None:
    async with LabServer("server-pings", speed=10, settings={"allowed": 4}) as lab:
        client = await dial(lab)
        for number in range(1, 6):
            payload = await client.frame_of(PING)
            assert payload == b"keepalive-%d" % number
            client.send(PONG, payload)


async def test_app_heartbeat_closes_a_client_that_stays_silent(dial) -> None:
    async with LabServer("app-heartbeat", speed=FAST) as lab:
        client = await dial(lab)
        assert json.loads(await client.frame_of(TEXT)) == {"type": "ping", "n": 1}
        assert await client.closed_with() == (4408, b"heartbeat timeout")


async def test_app_heartbeat_keeps_a_client_that_answers(dial) -> None:
    async with LabServer("app-heartbeat", speed=10) as lab:
        client = await dial(lab)
        for number in range(1, 5):
            assert json.loads(await client.frame_of(TEXT))["n"] == number
            client.send(TEXT, b'{"type": "pong", "n": %d}' % number)


async def test_app_heartbeat_does_not_take_protocol_pongs_or_nonsense(dial) -> None:
    async with LabServer("app-heartbeat", speed=FAST) as lab:
        client = await dial(lab)
        client.send(PONG, b"pong")
        client.send(TEXT, b"[" * 5000)
        assert (await client.closed_with())[0] == 4408


# Violations


@pytest.mark.parametrize(
    ("fault", "wire"),
    [
        ("bad-frame", b"\x83\x0awhat am I?"),
        ("masked-frame", b"\x81\x85\x00\x00\x00\x00hello"),
        ("long-ping", b"\x89\x7e\x00\x7e" + b"x" * 126),
        ("lost-fragment", b"\x80\x14the end of something"),
        ("bad-utf8", b"\x81\x05gr\xfc\xdfe"),
    ],
)
async def test_violations_break_the_rule_that_they_name(dial, fault: str, wire: bytes) -> None:
    async with LabServer(fault, speed=FAST) as lab:
        client = await dial(lab)
        assert await client.reader.readexactly(len(wire)) == wire


@pytest.mark.parametrize("fault", ["bad-frame", "masked-frame", "long-ping", "lost-fragment", "bad-utf8"])
async def test_a_third_party_client_fails_the_connection(fault: str) -> None:
    async with LabServer(fault, speed=FAST) as lab, websockets.connect(lab.url) as client:
        with pytest.raises(websockets.ConnectionClosedError) as caught:
            await client.recv()
        assert caught.value.sent is not None
        assert caught.value.sent.code == (1007 if fault == "bad-utf8" else 1002)


async def test_too_big_names_its_limit(dial) -> None:
    async with LabServer("too-big") as lab:
        client = await dial(lab)
        client.send(TEXT, b"x" * 1024)
        assert len(await client.frame_of(TEXT)) == 1024
        client.send(TEXT, b"x" * 1025)
        assert await client.closed_with() == (1009, b"message of 1025 bytes, limit 1024")


async def test_text_only_refuses_binary(dial) -> None:
    async with LabServer("text-only") as lab:
        client = await dial(lab)
        client.send(TEXT, b"text")
        assert await client.frame_of(TEXT) == b"text"
        client.send(BINARY, b"bytes")
        assert (await client.closed_with())[0] == 1003


# Handshakes


@pytest.mark.parametrize(
    ("fault", "status", "header", "value", "body"),
    [
        (
            "refuse-401",
            401,
            "www-authenticate",
            b'Bearer realm="lab", error="invalid_token"',
            b"invalid_token",
        ),
        ("refuse-403", 403, "connection", b"close", b"Origin"),
        ("refuse-503", 503, "retry-after", b"5", b"no backend"),
        ("html-200", 200, "content-type", b"text/html; charset=utf-8", b"It works!"),
        ("redirect", 302, "location", b"/echo", b""),
        ("redirect-loop", 302, "location", b"/redirect-loop", b""),
    ],
)
async def test_refusals(dial, fault: str, status: int, header: str, value: bytes, body: bytes) -> None:
    async with LabServer(fault) as lab:
        client = await dial(lab)
        assert client.status == status
        assert client.header(header) == value
        rest = await client.rest()
        assert body in rest
        assert client.header("content-length") == b"%d" % len(rest)


async def test_a_redirect_leads_to_an_echo() -> None:
    async with LabServer("redirect") as lab, websockets.connect(lab.url) as client:
        await client.send("found you")
        assert await client.recv() == "found you"


async def test_bad_accept_has_the_key_of_another_request(dial) -> None:
    async with LabServer("bad-accept") as lab:
        with pytest.raises(websockets.InvalidHandshake):
            await websockets.connect(lab.url)


async def test_wrong_subprotocol_was_never_offered(dial) -> None:
    async with LabServer("wrong-subprotocol") as lab:
        client = await dial(lab, Sec_WebSocket_Protocol="chat")
        assert client.header("sec-websocket-protocol") == b"lab.never-offered"


async def test_not_http_is_an_ssh_banner(dial) -> None:
    async with LabServer("not-http") as lab:
        client = await dial(lab, upgrade=False)
        headers = b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n"
        client.writer.write(b"GET / HTTP/1.1\r\n" + headers)
        assert await client.rest() == b"SSH-2.0-OpenSSH_9.6\r\n"


async def test_no_answer_stays_silent(dial) -> None:
    async with LabServer("no-answer") as lab:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await dial(lab)


async def test_slow_open_opens_late(dial) -> None:
    async with LabServer("slow-open", settings={"after_s": 0.1}) as lab:
        start = now()
        client = await dial(lab)
        assert client.status == 101
        assert now() - start >= 0.09


# Ordinary ones


async def test_demo_trades_answers_subscriptions_and_pings(dial) -> None:
    async with LabServer("demo", speed=20) as lab:
        client = await dial(lab)
        assert json.loads(await client.frame_of(TEXT))["type"] == "welcome"
        trade = json.loads(await client.frame_of(TEXT))
        assert (trade["e"], trade["s"]) == ("trade", "BTCUSDT")
        client.send(TEXT, b'{"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":7}')
        symbols, answer = set(), None
        while answer is None or "ETHUSDT" not in symbols:
            message = json.loads(await client.frame_of(TEXT))
            symbols.add(message.get("s"))
            answer = message if "id" in message else answer
        assert answer == {"result": None, "id": 7}
        assert await client.frame_of(PING) == b"demo-1"
        client.send(PING, b"mine")
        assert await client.frame_of(PONG) == b"mine"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ({"method": "LIST_SUBSCRIPTIONS", "id": 1}, {"result": ["btcusdt@trade"], "id": 1}),
        ({"method": "FLY", "id": 2}, {"error": {"code": 2, "msg": "unknown method"}, "id": 2}),
        (
            {"method": "SUBSCRIBE", "params": ["doge@trade"], "id": 3},
            {"code": 4, "msg": "unknown stream doge@trade"},
        ),
        (
            {"method": "SUBSCRIBE", "params": "btc", "id": 4},
            {"code": 3, "msg": "params: expected a list of streams"},
        ),
        ("not JSON {", None),
        ({"hello": "there"}, None),
    ],
)
async def test_demo_answers_requests_and_echoes_the_rest(dial, sent, answer) -> None:
    text = sent if isinstance(sent, str) else json.dumps(sent)
    async with LabServer("demo", settings={"every_s": 1000, "ping_every_s": 1000}) as lab:
        client = await dial(lab)
        await client.frame_of(TEXT)
        client.send(TEXT, text.encode())
        reply = (await client.frame_of(TEXT)).decode()
        if answer is None:
            assert reply == text
        else:
            assert answer in (json.loads(reply), json.loads(reply).get("error"))


async def test_demo_falls_silent_without_subscriptions(dial) -> None:
    async with LabServer("demo", speed=100, settings={"ping_every_s": 10}) as lab:
        client = await dial(lab)
        client.send(TEXT, b'{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":1}')
        while b'"result":null' not in await client.frame_of(TEXT):
            pass
        assert (await client.frame())[0] == PING


async def test_demo_leaves_the_tenth_ping_and_two_more_unanswered(dial) -> None:
    async with LabServer("demo", speed=50, settings={"every_s": 1000, "ping_every_s": 1000}) as lab:
        client = await dial(lab)
        answered = []
        for number in range(1, 15):
            client.send(PING, b"%d" % number)
            if number not in (10, 11, 12):
                answered.append(await client.frame_of(PONG))
    assert answered == [b"%d" % number for number in (*range(1, 10), 13, 14)]


async def test_demo_pauses_and_closes_who_says_nothing(dial) -> None:
    async with LabServer("demo", speed=100, settings={"open_s": 5, "idle_s": 20}) as lab:
        client = await dial(lab)
        while b'"pause"' not in await client.frame_of(TEXT):
            pass
        client.send(TEXT, b"wait")
        assert await client.frame_of(TEXT) == b"wait"
        while b'"pause"' not in await client.frame_of(TEXT):
            pass
        client.send(PING, b"a ping is nothing said")
        assert await client.frame_of(CLOSE) == (1000).to_bytes(2)


async def test_ticker_counts(dial) -> None:
    async with LabServer("ticker", speed=100) as lab:
        client = await dial(lab)
        assert [json.loads(await client.frame_of(TEXT))["n"] for _ in range(5)] == [1, 2, 3, 4, 5]


async def test_flood_sends_messages_of_100_bytes_and_answers_pings(dial) -> None:
    async with LabServer("flood") as lab:
        client = await dial(lab)
        client.send(PING, b"mine")
        numbers = []
        while (frame := await client.frame())[0] != PONG:
            assert len(frame[1]) == 100
            numbers.append(json.loads(frame[1])["n"])
        assert frame[1] == b"mine"
        assert numbers[:3] == [0, 1, 2]


async def test_flood_waits_for_a_client_that_does_not_read(dial) -> None:
    async with LabServer("flood") as lab:
        client = await dial(lab)
        client.writer.transport.pause_reading()
        (writer,) = lab._writers
        while writer.transport.get_write_buffer_size() == 0:
            await asyncio.sleep(0.01)
        for _ in range(1000):
            await asyncio.sleep(0)
        assert writer.transport.get_write_buffer_size() < 512 * 1024


async def test_a_bounded_flood_ends_and_stays_open(dial) -> None:
    async with LabServer("flood", settings={"messages": 1280}) as lab:
        client = await dial(lab)
        for _ in range(1280):
            assert (await client.frame())[0] == TEXT
        client.send(TEXT, b"enough")
        assert await client.frame() == (TEXT, b"enough", True)


async def test_fragments_have_pings_between(dial) -> None:
    async with LabServer("fragments") as lab:
        client = await dial(lab)
        client.send(TEXT, b"hello world")
        assert [await client.frame() for _ in range(5)] == [
            (TEXT, b"hello", False),
            (PING, b"between-0", True),
            (0, b" worl", False),
            (PING, b"between-1", True),
            (0, b"d", True),
        ]
        client.send(BINARY, b"")
        assert await client.frame() == (BINARY, b"", True)


async def test_deflate_compresses_with_context(dial) -> None:
    async with LabServer("deflate") as lab:
        async with websockets.connect(lab.url) as client:
            for _ in range(2):
                await client.send("repetitive " * 100)
                assert await client.recv() == "repetitive " * 100
        raw = await dial(lab, Sec_WebSocket_Extensions="permessage-deflate")
        assert raw.header("sec-websocket-extensions") == b"permessage-deflate; client_no_context_takeover"
        sizes = []
        for _ in range(2):
            raw.send(TEXT, b"some text to compress, some text")
            opcode, payload, _ = await raw.frame()
            assert opcode == 0x40 | TEXT
            sizes.append(len(payload))
        assert sizes[1] < sizes[0] // 2


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"\xff\xff\xff", 1007), (zlib.compress(bytes(2**25), wbits=-15)[:-1] + b"\x00", 1009)],
)
async def test_deflate_survives_broken_and_swollen_data(dial, payload: bytes, code: int) -> None:
    async with LabServer("deflate") as lab:
        client = await dial(lab, Sec_WebSocket_Extensions="permessage-deflate")
        client.send(BINARY, payload, first=0xC2)
        assert (await client.closed_with())[0] == code


async def test_without_an_offer_nothing_is_compressed(dial) -> None:
    async with LabServer("deflate") as lab:
        client = await dial(lab)
        client.send(TEXT, b"plain")
        assert await client.frame() == (TEXT, b"plain", True)
        client.send(TEXT, b"?", first=0xC1)
        assert (await client.closed_with())[0] == 1002


# Hostile


async def test_hostile_attacks_everywhere(dial) -> None:
    async with LabServer("hostile", speed=FAST) as lab:
        client = await dial(lab)
        for name, value in HEADERS:
            assert client.header(name) == value
        texts = [(await client.frame_of(TEXT)) for _ in ATTACKS]
        assert texts == [attack.encode() for attack in ATTACKS]
        assert max([len(await client.frame_of(TEXT)) for _ in range(5)]) == 200_000
        assert await client.frame_of(BINARY) == bytes(range(256))
        assert await client.frame_of(PING) == PING_PAYLOAD
        client.send(TEXT, b"hello?")
        assert await client.closed_with() == (4666, REASON.encode())


def test_hostile_stays_within_the_protocol() -> None:
    assert len(REASON.encode()) <= 123
    assert len(PING_PAYLOAD) <= 125
    for text in (*ATTACKS, REASON):
        text.encode()


async def test_a_third_party_client_accepts_the_hostile_handshake() -> None:
    async with LabServer("hostile", speed=FAST) as lab, websockets.connect(lab.url) as client:
        assert client.response is not None
        assert await client.recv() == ATTACKS[0]
