"""Loopback peers that misbehave on demand, and a wire whose events can be waited for.

A peer is a coroutine ``(reader, writer)`` on raw asyncio streams, so that it can say anything at any
moment; ``serve`` runs it on a free port.
"""

import asyncio
import base64
import contextlib
import hashlib
import os
import socket
import ssl
import struct

import msgspec
import pytest
import trustme

from wstui.profiles import parse_profile, resolve_environment
from wstui.wire import SessionClock, Wire

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PATIENCE_S = 20


class Recording:
    """The sink and the observer of a wire."""

    def __init__(self):
        self.events = []
        self.batches = 0
        self.states = []
        self._changed = asyncio.Event()

    def __call__(self, events):
        assert events, "an empty batch"
        self.batches += 1
        self.events += events
        self._changed.set()

    def on_phase(self, kind):
        self.states.append(kind)

    def on_open(self):
        self.states.append("open")
        self._changed.set()

    def on_closing(self):
        self.states.append("closing")

    @property
    def kinds(self):
        return [event.kind for event in self.events]

    def of(self, kind, direction=None):
        return [e for e in self.events if e.kind == kind and direction in (None, e.direction)]

    def detail(self, kind):
        (event,) = self.of(kind)
        return event.detail

    async def until(self, kind, direction=None, count=1):
        async with asyncio.timeout(PATIENCE_S):
            while len(self.of(kind, direction)) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.of(kind, direction)[count - 1]

    def everything(self):
        return msgspec.json.encode([repr(event) for event in self.events]).decode()


class Attempt:
    """A wire at work."""

    def __init__(self, profile, environ=None, proxies=None, clock=None):
        self.recording = Recording()
        resolved = resolve_environment(parse_profile(profile, source="test"), environ or {})
        self.clock = clock or SessionClock()
        self.wire = Wire(
            resolved,
            connection=3,
            clock=self.clock,
            sink=self.recording,
            observer=self.recording,
            environ=proxies or {},
        )
        self.task = None

    def start(self):
        self.task = asyncio.get_running_loop().create_task(self.wire.run())
        return self

    async def end(self):
        async with asyncio.timeout(PATIENCE_S):
            return await self.task

    async def opened(self):
        await self.recording.until("open")
        return self


class Server:
    def __init__(self, server, scheme):
        self._server = server
        self.port = server.sockets[0].getsockname()[1]
        self.url = f"{scheme}://localhost:{self.port}/"


class Peer:
    """Replies of a server that a test puts together."""

    @staticmethod
    async def request(reader):
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        return lines[0], headers

    @staticmethod
    def accept(headers, *extra, status="101 Switching Protocols"):
        digest = hashlib.sha1(headers["Sec-WebSocket-Key"].encode() + GUID).digest()
        lines = [
            f"HTTP/1.1 {status}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}",
            *extra,
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    @classmethod
    async def open(cls, reader, writer, *extra):
        _, headers = await cls.request(reader)
        writer.write(cls.accept(headers, *extra))
        return headers

    @staticmethod
    def frame(opcode, payload=b"", fin=True):
        size = len(payload)
        if size < 126:
            length = bytes([size])
        else:
            length = struct.pack("!BH", 126, size) if size < 65536 else struct.pack("!BQ", 127, size)
        return bytes([opcode | (0x80 if fin else 0)]) + length + payload

    @staticmethod
    async def read_frame(reader):
        first, second = await reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            size = int.from_bytes(await reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await reader.readexactly(8), "big")
        mask = await reader.readexactly(4) if second & 0x80 else b"\0\0\0\0"
        masked = await reader.readexactly(size)
        key = (mask * (size // 4 + 1))[:size]
        payload = (int.from_bytes(masked, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
        return first & 0xF, payload

    @classmethod
    async def echo(cls, reader, writer):
        await cls.open(reader, writer)
        while True:
            opcode, payload = await cls.read_frame(reader)
            if opcode == 8:
                writer.write(cls.frame(8, payload[:2]))
                return
            writer.write(cls.frame(10 if opcode == 9 else opcode, payload))

    @staticmethod
    def reset(writer):
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


@pytest.fixture
def peer():
    return Peer


@pytest.fixture
async def serve():
    """Run a peer; when it returns, its connection is closed."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(handler, *, tls=None, path=None, host="127.0.0.1"):
            tasks = set()

            async def connected(reader, writer):
                tasks.add(asyncio.current_task())
                try:
                    await handler(reader, writer)
                except (OSError, EOFError, asyncio.CancelledError):
                    pass
                finally:
                    tasks.discard(asyncio.current_task())
                    writer.close()

            if path is not None:
                server = await asyncio.start_unix_server(connected, path)
            else:
                server = await asyncio.start_server(connected, host, 0, ssl=tls)

            async def stop():
                server.close()
                waiting = list(tasks)
                for task in waiting:
                    task.cancel()
                await asyncio.gather(*waiting, return_exceptions=True)

            stack.push_async_callback(stop)
            return server if path is not None else Server(server, "wss" if tls else "ws")

        yield start


@pytest.fixture
async def attempt():
    """Start a wire for a profile; what is still running at the end of the test is cancelled."""
    running = []

    def start(profile, **options):
        if isinstance(profile, str):
            profile = {"url": profile}
        profile.setdefault("heartbeat", {"interval": 0.0})
        running.append(Attempt(profile, **options).start())
        return running[-1]

    yield start
    for each in running:
        each.task.cancel()
    await asyncio.gather(*(each.task for each in running), return_exceptions=True)


@pytest.fixture
def refused(attempt):
    """Dial in vain; gives the end, the error's detail and the recording."""

    async def dial(profile, **options):
        started = attempt(profile, **options)
        end = await started.end()
        assert not end.opened
        detail = started.recording.detail("error")
        assert detail["code"] == end.error
        assert detail["message"].endswith(".")
        assert len(detail["message"].split()) > 4
        return end, detail, started.recording

    return dial


@pytest.fixture(scope="session")
def ca():
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(ca, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def server_tls(ca):
    """A server's context, for ``localhost`` unless a test says otherwise."""

    def make(*names, issuer=None, **options):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (issuer or ca).issue_cert(*(names or ("localhost", "127.0.0.1")), **options).configure_cert(context)
        return context

    return make


@pytest.fixture
def full_backlog():
    """A port whose queue of connections is full: further SYNs get no answer."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        fillers.append(filler)
    yield listener.getsockname()[1]
    for each in (*fillers, listener):
        each.close()


@pytest.fixture
def free_port():
    """A port on which nobody listens, kept from others for as long as the test runs."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@pytest.fixture
def node_modules():
    """Where the npm package ``ws`` is, or a skip that says what is missing."""
    import pathlib
    import shutil

    candidates = [
        os.environ.get("WSTUI_TEST_NODE_MODULES", ""),
        str(pathlib.Path(__file__).parent.parent / "node_modules"),
    ]
    found = next((path for path in candidates if path and pathlib.Path(path, "ws").is_dir()), None)
    if found is None or shutil.which("node") is None:
        pytest.skip("needs node, and the npm package ws in WSTUI_TEST_NODE_MODULES or tests/node_modules")
    return found
