"""A server in a process of its own, made of prebuilt frames: it must never be what limits."""

import asyncio
import base64
import contextlib
import hashlib
import json
import socket
import sys
import time
from collections.abc import AsyncIterator

MESSAGE = json.dumps(
    {"e": "trade", "s": "BTCUSDT", "p": "64211.10", "q": "0.00312", "T": 1763800000123, "m": True}
)
PAYLOAD = MESSAGE.encode().ljust(100)
FRAME = bytes([0x81, len(PAYLOAD)]) + PAYLOAD
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    key = next(
        line.split(b":", 1)[1].strip() for line in lines if line.lower().startswith(b"sec-websocket-key")
    )
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    await writer.drain()


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, second = await reader.readexactly(2)
    length = second & 0x7F
    if length == 126:
        length = int.from_bytes(await reader.readexactly(2), "big")
    elif length == 127:
        length = int.from_bytes(await reader.readexactly(8), "big")
    mask = await reader.readexactly(4) if second & 0x80 else bytes(4)
    data = await reader.readexactly(length)
    return first & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: int) -> None:
    """Send ``count`` messages as fast as they are taken, then close; prints when it began and ended."""
    await handshake(reader, writer)
    await asyncio.sleep(0.3)
    chunk = FRAME * 500
    began = time.monotonic()
    for _ in range(count // 500):
        writer.write(chunk)
        await writer.drain()
    writer.write(bytes([0x88, 2]) + (1000).to_bytes(2, "big"))
    await writer.drain()
    while (await read_frame(reader))[0] != 8:
        pass
    print(json.dumps({"began_s": began, "ended_s": time.monotonic()}), flush=True)


async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, per_second: int) -> None:
    """Answer pings at once and send messages at a rate; pings of its own measure the peer's answers."""
    await handshake(reader, writer)
    sent: dict[bytes, float] = {}
    answers: list[float] = []

    async def talk() -> None:
        number = 0
        while True:
            await asyncio.sleep(0.02)
            writer.write(FRAME * max(1, per_second // 50) if per_second else b"")
            number += 1
            payload = number.to_bytes(4, "big")
            sent[payload] = time.monotonic()
            writer.write(b"\x89\x04" + payload)

    talking = asyncio.get_running_loop().create_task(talk())
    try:
        while True:
            opcode, payload = await read_frame(reader)
            now = time.monotonic()
            if opcode == 9:
                writer.write(bytes([0x8A, len(payload)]) + payload)
            elif opcode == 10 and payload in sent:
                answers.append(now - sent.pop(payload))
            elif opcode == 8:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        talking.cancel()
    print(json.dumps({"answers": len(answers), "slowest_answer_s": max(answers, default=0.0)}), flush=True)


BEHAVIOURS = {"flood": flood, "chatter": chatter}


async def serve(behaviour: str, number: int) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await BEHAVIOURS[behaviour](reader, writer, number)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, limit=1 << 20)
    for sock in server.sockets:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Peer:
    """The server's process: ``url`` to connect to, ``report()`` for what it measured."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.url = f"ws://127.0.0.1:{port}/"

    async def report(self, timeout_s: float = 120) -> dict[str, float]:
        assert self.process.stdout is not None
        async with asyncio.timeout(timeout_s):
            line = await self.process.stdout.readline()
        return dict(json.loads(line))


@contextlib.asynccontextmanager
async def peer(behaviour: str, number: int) -> AsyncIterator[Peer]:
    """Start a server that behaves so."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.peer", behaviour, str(number), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield Peer(process, int(await process.stdout.readline()))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
