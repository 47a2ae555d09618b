"""A raw client: what goes over the wire, without a library's opinion of it."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from wstui.lab import LabServer
from wstui.lab.frames import apply_mask

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455 §1.3


@dataclass
class RawClient:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int = 0
    head: bytes = b""
    seen: list[tuple[int, bytes]] = field(default_factory=list)

    def header(self, name: str) -> bytes | None:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b": ")
            if key.lower() == name.lower().encode():
                return value
        return None

    async def upgrade(self, target: str = "/", **headers: str) -> None:
        lines = [
            f"GET {target} HTTP/1.1",
            "Host: lab",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Version: 13",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        ]
        self.writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        await self.read_head()

    async def read_head(self) -> None:
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        self.status = int(self.head.split(b" ")[1])

    def send(
        self, opcode: int, payload: bytes = b"", *, first: int | None = None, masked: bool = True
    ) -> None:
        mask = b"\x01\x02\x03\x04"
        size = len(payload)
        head = bytes([0x80 | opcode if first is None else first])
        flag = 0x80 if masked else 0
        if size < 126:
            head += bytes([flag | size])
        elif size < 65536:
            head += struct.pack("!BH", flag | 126, size)
        else:
            head += struct.pack("!BQ", flag | 127, size)
        self.writer.write(head + (mask + apply_mask(payload, mask) if masked else payload))

    async def frame(self) -> tuple[int, bytes, bool]:
        """Opcode (with reserved bits), payload, FIN."""
        first, second = await self.reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
        if second & 0x80:
            await self.reader.readexactly(4)
        return first & 0x7F, await self.reader.readexactly(size), bool(first & 0x80)

    async def frame_of(self, *opcodes: int) -> bytes:
        """The payload of the next frame of these opcodes; others are passed over."""
        while True:
            opcode, payload, _ = await self.frame()
            if opcode in opcodes:
                return payload

    async def closed_with(self) -> tuple[int | None, bytes]:
        """Code and reason of the server's Close frame, which is answered."""
        payload = await self.frame_of(8)
        self.send(8, payload[:2])
        return (struct.unpack("!H", payload[:2])[0] if payload else None), payload[2:]

    async def rest(self) -> bytes:
        """Everything up to the end of TCP."""
        return await self.reader.read()


Dial = Callable[..., Awaitable[RawClient]]


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    """Connects raw clients to a lab; upgrades unless told not to."""
    writers: list[asyncio.StreamWriter] = []

    async def connect(
        lab: LabServer, target: str = "/", *, upgrade: bool = True, **headers: str
    ) -> RawClient:
        reader, writer = await asyncio.open_connection(lab.host, lab.port, limit=2**22)
        writers.append(writer)
        client = RawClient(reader, writer)
        if upgrade:
            await client.upgrade(target, **headers)
        return client

    yield connect
    for writer in writers:
        writer.transport.abort()
