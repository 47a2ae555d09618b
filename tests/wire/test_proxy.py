"""Proxies: which one, how it is asked, how it refuses; TLS through it, and TLS inside its TLS."""

import asyncio
import base64
import socket

import pytest

from wstui.events import Close, Send
from wstui.profiles import parse_url
from wstui.wire.phases import DialError
from wstui.wire.proxy_settings import find_proxy, parse_proxy


async def pipe(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
    writer.write_eof() if writer.can_write_eof() else None


async def tunnel(reader, writer, host, port, first=b""):
    there_reader, there_writer = await asyncio.open_connection(host, port)
    there_writer.write(first)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(pipe(reader, there_writer))
            group.create_task(pipe(there_reader, writer))
    except* OSError:
        pass
    finally:
        there_writer.close()


class Connect:
    """An HTTP proxy."""

    def __init__(self, answer=b"HTTP/1.1 200 Connection established\r\n\r\n", to=None):
        self.answer = answer
        self.requests = []
        self.to = to

    async def __call__(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.requests.append(head)
        writer.write(self.answer)
        if b" 200 " not in self.answer:
            return
        host, port = head.split()[1].rsplit(":", 1)
        await tunnel(reader, writer, *(self.to or (host, int(port))))


class Socks5:
    def __init__(self, reply=0, credentials=None):
        self.reply = reply
        self.credentials = credentials
        self.asked = []

    async def __call__(self, reader, writer):
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        if self.credentials:
            writer.write(b"\x05\x02")
            await reader.readexactly(1)
            user = await reader.readexactly((await reader.readexactly(1))[0])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            good = (user, password) == self.credentials
            writer.write(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        else:
            writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = socket.inet_ntop(
                socket.AF_INET if kind == 1 else socket.AF_INET6,
                await reader.readexactly(4 if kind == 1 else 16),
            )
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append((kind, host, port))
        writer.write(bytes([5, self.reply, 0, 1, 127, 0, 0, 1, 0, 80]))
        if self.reply == 0:
            await tunnel(reader, writer, "127.0.0.1", port)


class Socks4:
    def __init__(self, reply=0x5A):
        self.reply = reply
        self.asked = []

    async def __call__(self, reader, writer):
        _, _, high, low, *address = await reader.readexactly(8)
        port = high << 8 | low
        user = await reader.readuntil(b"\0")
        host = None
        if address[:3] == [0, 0, 0]:
            host = (await reader.readuntil(b"\0"))[:-1].decode()
        self.asked.append((address, user[:-1], host, port))
        writer.write(bytes([0, self.reply, 0, 0, 0, 0, 0, 0]))
        if self.reply == 0x5A:
            await tunnel(reader, writer, "127.0.0.1", port)


async def test_http_connect(serve, attempt, peer):
    server, connect = await serve(peer.echo), Connect()
    proxy = await serve(connect)
    started = await attempt(
        {"url": server.url, "proxy": {"url": f"http://me:p%40ss@127.0.0.1:{proxy.port}"}}
    ).opened()
    assert started.recording.kinds[:5] == ["resolve", "tcp", "proxy", "upgrade", "open"]
    assert started.recording.detail("resolve")["host"] == "127.0.0.1", "the proxy is what we look up"
    detail = started.recording.detail("proxy")
    assert detail["type"] == "http"
    assert detail["address"] == f"127.0.0.1:{proxy.port}"
    assert detail["target"] == f"localhost:{server.port}"
    assert detail["source"] == "profile"
    lines = connect.requests[0].split("\r\n")
    assert lines[0] == f"CONNECT localhost:{server.port} HTTP/1.1"
    assert f"Host: localhost:{server.port}" in lines
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'me:p@ss').decode()}" in lines
    everything = started.recording.everything()
    assert "p@ss" not in everything
    assert "p%40ss" not in everything


@pytest.mark.parametrize("kind", ["http", "socks5h"])
async def test_tls_through_a_proxy(serve, attempt, peer, server_tls, ca_file, kind):
    server = await serve(peer.echo, tls=server_tls())
    proxy = await serve(Connect() if kind == "http" else Socks5())
    started = await attempt(
        {"url": server.url, "tls": {"ca": ca_file}, "proxy": {"url": f"{kind}://127.0.0.1:{proxy.port}"}}
    ).opened()
    assert started.recording.kinds[:6] == ["resolve", "tcp", "proxy", "tls", "upgrade", "open"]
    assert started.recording.detail("tls")["server_name"] == "localhost"


async def test_tls_inside_the_proxys_tls(serve, attempt, peer, server_tls, ca_file):
    server = await serve(peer.echo, tls=server_tls("server.example"))
    proxy = await serve(Connect(to=("127.0.0.1", server.port)), tls=server_tls("localhost"))
    started = await attempt(
        {
            "url": "wss://server.example/",
            "tls": {"ca": ca_file},
            "proxy": {"url": f"https://localhost:{proxy.port}"},
        }
    ).opened()
    assert started.recording.kinds[:7] == ["resolve", "tcp", "tls", "proxy", "tls", "upgrade", "open"]
    names = [event.detail["server_name"] for event in started.recording.of("tls")]
    assert names == ["localhost", "server.example"]
    assert started.recording.detail("proxy")["type"] == "https"
    started.wire.send(Send(b"deep " * 20_000))
    assert (await started.recording.until("text", "received")).size == 100_000
    started.wire.close(Close())
    assert (await started.end()).clean


async def test_socks5(serve, attempt, peer):
    server, socks = await serve(peer.echo), Socks5(credentials=(b"me", b"secret"))
    proxy = await serve(socks)
    started = await attempt(
        {
            "url": f"ws://far.example:{server.port}/",
            "proxy": {"url": f"socks5h://me:secret@127.0.0.1:{proxy.port}"},
        }
    ).opened()
    assert socks.asked == [(3, "far.example", server.port)], "the proxy looks the name up"
    assert started.recording.detail("proxy")["type"] == "socks5"
    assert "secret" not in started.recording.everything()


async def test_socks5_with_our_own_lookup(serve, attempt, peer):
    server, socks = await serve(peer.echo), Socks5()
    proxy = await serve(socks)
    started = await attempt(
        {"url": server.url, "proxy": {"url": f"socks5://127.0.0.1:{proxy.port}"}}
    ).opened()
    kind, host, _ = socks.asked[0]
    assert (kind, host) in ((1, "127.0.0.1"), (4, "::1"))
    assert started.recording.kinds[:4] == ["resolve", "tcp", "resolve", "proxy"]


async def test_socks4a(serve, attempt, peer):
    server, socks = await serve(peer.echo), Socks4()
    proxy = await serve(socks)
    await attempt(
        {"url": f"ws://far.example:{server.port}/", "proxy": {"url": f"socks4a://me@127.0.0.1:{proxy.port}"}}
    ).opened()
    assert socks.asked == [([0, 0, 0, 1], b"me", "far.example", server.port)]


async def test_a_server_that_speaks_behind_the_proxys_answer(serve, attempt, peer):
    """Proxy's answer and the server's 101 in one segment: nothing may be lost between phases."""

    async def eager(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        _, headers = await peer.request(reader)
        writer.write(peer.accept(headers) + peer.frame(1, b"hello"))
        await reader.read()

    proxy = await serve(eager)
    started = await attempt(
        {"url": "ws://far.example/", "proxy": {"url": f"http://127.0.0.1:{proxy.port}"}}
    ).opened()
    assert (await started.recording.until("text")).payload == b"hello"


async def through(refused, proxy_url, **options):
    return await refused({"url": "ws://far.example/", "proxy": {"url": proxy_url}}, **options)


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_connect_refused(serve, refused, status):
    answer = f"HTTP/1.1 {status} No Way\r\nRetry-After: 3\r\nContent-Length: 9\r\n\r\nforbidden".encode()
    proxy = await serve(Connect(answer))
    end, error, recording = await through(refused, f"http://127.0.0.1:{proxy.port}")
    assert error["code"] == "proxy_refused"
    assert error["phase"] == "proxy"
    assert (error["status"], error["reason"]) == (status, "No Way")
    assert ("credentials" in error["message"]) == (status == 407)
    assert recording.detail("proxy")["response"]["body"] == "forbidden"
    assert recording.detail("proxy")["failed"] is True
    assert (end.http_status, end.ended_by) == (status, "network")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200", b"SSH-2.0-x\r\n", b"\x05\x00"])
async def test_a_proxy_that_is_none(serve, refused, answer):
    proxy = await serve(Connect(answer))
    _, error, _ = await through(refused, f"http://127.0.0.1:{proxy.port}")
    assert error["code"] == "proxy_refused"


@pytest.mark.parametrize(
    ("reply", "words"), [(1, "General"), (2, "not allowed"), (5, "refused"), (0x77, "Invalid reply")]
)
async def test_socks5_refused(serve, refused, reply, words):
    proxy = await serve(Socks5(reply=reply))
    _, error, _ = await through(refused, f"socks5h://127.0.0.1:{proxy.port}")
    assert error["code"] == "proxy_refused"
    assert words in error["reason"]
    assert "far.example:80" in error["message"]


async def test_socks5_wrong_password(serve, refused):
    proxy = await serve(Socks5(credentials=(b"me", b"right")))
    _, error, recording = await through(refused, f"socks5h://me:wrong@127.0.0.1:{proxy.port}")
    assert error["code"] == "proxy_refused"
    assert "authentication" in error["reason"]
    assert "wrong" not in recording.everything()


async def test_socks4_refused(serve, refused):
    proxy = await serve(Socks4(reply=0x5B))
    _, error, _ = await through(refused, f"socks4a://127.0.0.1:{proxy.port}")
    assert error["code"] == "proxy_refused"


async def test_socks_password_that_socks_cannot_carry(serve, refused):
    proxy = await serve(Socks5(credentials=(b"me", b"x")))
    _, error, _ = await through(refused, f"socks5h://me:%E2%98%83@127.0.0.1:{proxy.port}")
    assert error["code"] == "proxy_refused"
    assert "ASCII" in error["message"]


async def test_reset_by_the_proxy(serve, refused, peer):
    async def slam(reader, writer):
        await reader.read(1)
        peer.reset(writer)

    proxy = await serve(slam)
    _, error, _ = await through(refused, f"socks5h://127.0.0.1:{proxy.port}")
    assert (error["code"], error["errno_name"]) == ("proxy_refused", "ECONNRESET")


async def test_a_silent_proxy(serve, refused):
    async def silent(reader, _writer):
        await reader.read()

    proxy = await serve(silent)
    url = f"http://127.0.0.1:{proxy.port}"
    _, error, _ = await refused(
        {"url": "ws://far.example/", "proxy": {"url": url}, "timeouts": {"open": 0.75}}
    )
    assert (error["code"], error["phase"]) == ("proxy_timeout", "proxy")


async def test_nobody_at_the_proxys_port(refused, free_port):
    _, error, _ = await through(refused, f"http://127.0.0.1:{free_port}")
    assert (error["code"], error["phase"]) == ("proxy_unreachable", "tcp")
    assert error["errno_name"] == "ECONNREFUSED"


async def test_a_proxy_that_does_not_answer_syn(refused, full_backlog):
    url = f"http://127.0.0.1:{full_backlog}"
    _, error, _ = await refused(
        {"url": "ws://far.example/", "proxy": {"url": url}, "timeouts": {"open": 0.75}}
    )
    assert (error["code"], error["phase"]) == ("proxy_timeout", "tcp")


async def test_a_proxy_in_the_environment_that_is_no_url(refused):
    _, error, recording = await refused(
        "wss://far.example/", proxies={"HTTPS_PROXY": "ftp://me:topsecret@proxy.example"}
    )
    assert error["code"] == "proxy_unreachable"
    assert "HTTPS_PROXY" in error["message"]
    assert "topsecret" not in recording.everything()


async def test_from_the_environment(serve, attempt, peer):
    server, connect = await serve(peer.echo), Connect(to=None)
    connect.to = ("127.0.0.1", server.port)
    proxy = await serve(connect)
    started = await attempt(
        "ws://far.example/", proxies={"HTTP_PROXY": f"http://127.0.0.1:{proxy.port}"}
    ).opened()
    assert started.recording.detail("proxy")["source"] == "HTTP_PROXY"


def chosen(url, environ, setting=""):
    found = find_proxy(setting, parse_url(url), environ)
    return None if found is None else (found.host, found.source)


ALL = {"https_proxy": "http://a:1", "HTTP_PROXY": "http://b:2", "ALL_PROXY": "socks5://c:3"}


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        ("wss://x.example/", ALL, ("a", "https_proxy")),
        ("ws://x.example/", ALL, ("b", "HTTP_PROXY")),
        ("ws://x.example/", {"ALL_PROXY": "socks5://c:3"}, ("c", "ALL_PROXY")),
        ("wss://x.example/", {"all_proxy": "c:3"}, ("c", "all_proxy")),
        (
            "wss://x.example/",
            {"HTTPS_PROXY": "http://up", "https_proxy": "http://low"},
            ("low", "https_proxy"),
        ),
        ("wss://x.example/", {"HTTPS_PROXY": "", "ALL_PROXY": "http://c"}, ("c", "ALL_PROXY")),
        ("wss://x.example/", {}, None),
        ("ws://localhost/", ALL, None),
        ("ws://127.9.9.9/", ALL, None),
        ("ws://[::1]/", ALL, None),
        ("ws+unix:///tmp/x.sock:/", ALL, None),
    ],
)
def test_which_variable(url, environ, expected):
    assert chosen(url, environ) == expected


@pytest.mark.parametrize(
    ("exceptions", "direct"),
    [
        ("*", True),
        ("x.example", True),
        (".x.example", True),
        ("*.x.example", True),
        ("EXAMPLE", True),
        ("other.example, a.x.example", True),
        ("x.example:443", True),
        ("x.example:8443", False),
        ("ample", False),
        ("b.a.x.example", False),
        ("", False),
        ("10.0.0.0/8", False),
    ],
)
def test_no_proxy(exceptions, direct):
    environ = {"HTTPS_PROXY": "http://p", "NO_PROXY": exceptions}
    assert (chosen("wss://a.x.example/", environ) is None) is direct


@pytest.mark.parametrize(
    ("exceptions", "direct"),
    [
        ("10.1.2.3", True),
        ("10.0.0.0/8", True),
        ("192.168.0.0/16", False),
        ("10.1.2.3:443", True),
        ("3", False),
    ],
)
def test_no_proxy_for_addresses(exceptions, direct):
    environ = {"HTTPS_PROXY": "http://p", "no_proxy": exceptions}
    assert (chosen("wss://10.1.2.3/", environ) is None) is direct


def test_no_proxy_for_ipv6():
    environ = {"HTTPS_PROXY": "http://p", "no_proxy": "[2001:db8::1]:443 fe80::/10"}
    assert chosen("wss://[2001:db8::1]/", environ) is None
    assert chosen("wss://[2001:db8::2]/", environ) is not None


def test_the_profile_decides():
    assert chosen("wss://x.example/", ALL, "none") is None
    assert chosen("wss://x.example/", ALL, "http://mine:8080") == ("mine", "profile")
    assert chosen("ws://localhost/", ALL, "http://mine:8080") == ("mine", "profile")


@pytest.mark.parametrize(
    ("url", "kind", "port", "resolves"),
    [
        ("proxy.example:3128", "http", 3128, True),
        ("http://proxy.example", "http", 80, True),
        ("https://proxy.example", "https", 443, True),
        ("socks5://proxy.example", "socks5", 1080, False),
        ("socks5h://proxy.example", "socks5", 1080, True),
        ("socks4://proxy.example", "socks4", 1080, False),
        ("socks4a://proxy.example", "socks4", 1080, True),
        ("SOCKS://proxy.example:99", "socks5", 99, True),
    ],
)
def test_proxy_urls(url, kind, port, resolves):
    found = parse_proxy(url, "X")
    assert (found.type, found.host, found.port, found.resolves) == (kind, "proxy.example", port, resolves)


@pytest.mark.parametrize("url", ["ftp://x", "http://", "http://x:notaport", "http://[::1", "quic://x:1"])
def test_no_proxy_urls(url):
    with pytest.raises(DialError, match="ALL_PROXY"):
        parse_proxy(url, "ALL_PROXY")
