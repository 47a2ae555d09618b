"""A connection without sockets: a protocol whose kernel takes everything at once."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from wstui.events import Event
from wstui.wire.frames import frame_header, header_size, parse_header, serialise, unmasked
from wstui.wire.protocol import HeartbeatSettings, WebSocketProtocol

SECOND_NS = 1_000_000_000
QUIET = HeartbeatSettings(interval_s=0)


def server_frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = False
) -> bytes:
    """A frame as a server sends it."""
    return serialise(frame_header(opcode, len(payload), fin=fin, rsv=rsv, masked=masked), payload)


class Deflate:
    """Both ends of one negotiated permessage-deflate."""

    def __init__(self, *, server_resets: bool = False, client_resets: bool = False, bits: int = 15) -> None:
        self.server = PerMessageDeflate(client_resets, server_resets, bits, bits)
        self.client = PerMessageDeflate(server_resets, client_resets, bits, bits)

    def frame(self, opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
        """A compressed frame as a server sends it."""
        encoded = self.server.encode(Frame(Opcode(opcode), payload, fin))
        return server_frame(opcode, bytes(encoded.data), fin=fin, rsv=0x40 * encoded.rsv1)


@dataclass
class Talk:
    """A protocol, what it recorded, and what it put on the wire."""

    protocol: WebSocketProtocol
    now_ns: int = SECOND_NS
    events: list[Event] = field(default_factory=list)
    wire: bytearray = field(default_factory=bytearray)
    writes: bool = True

    def receive(self, *chunks: bytes) -> list[Event]:
        """Let bytes arrive; returns the new events, what was answered included."""
        for chunk in chunks:
            self.protocol.receive(chunk, self.now_ns)
        return self.settle()

    def settle(self) -> list[Event]:
        """Write, tick and collect, as the wire does; returns the new events."""
        while True:
            deadline_ns = self.protocol.next_deadline_ns()
            if deadline_ns is not None and deadline_ns <= self.now_ns:
                self.protocol.tick(self.now_ns)
            output = self.protocol.take_output() if self.writes else []
            for outgoing in output:
                self.wire += outgoing.data
                self.protocol.written(outgoing, self.now_ns)
            if not output:
                break
        new = self.protocol.take_events()
        self.events += new
        return new

    def do(self, command: str, *arguments: Any) -> list[Event]:
        """Carry out a command; returns the new events."""
        getattr(self.protocol, command)(*arguments)
        return self.settle()

    def wait(self, seconds: float) -> list[Event]:
        """Let time pass, deadline by deadline; returns the new events."""
        end_ns = self.now_ns + round(seconds * SECOND_NS)
        new = self.settle()
        while (deadline_ns := self.protocol.next_deadline_ns()) is not None and deadline_ns <= end_ns:
            assert deadline_ns > self.now_ns, "a deadline that does not move on"
            self.now_ns = deadline_ns
            new += self.settle()
        self.now_ns = end_ns
        return new

    def sent_frames(self) -> list[tuple[int, bytes]]:
        """Opcode and payload of what went on the wire since the last call, unmasked."""
        frames = split_frames(bytes(self.wire))
        self.wire.clear()
        return frames


def split_frames(data: bytes) -> list[tuple[int, bytes]]:
    """Opcode and unmasked payload of each whole frame."""
    frames = []
    while data:
        header = parse_header(data[: header_size(data)])
        end = header.size + header.length
        frames.append((header.opcode, unmasked(header, data[header.size : end])))
        data = data[end:]
    return frames


def open_talk(
    *,
    extensions: tuple[PerMessageDeflate, ...] = (),
    limit: int = 1 << 20,
    heartbeat: HeartbeatSettings = QUIET,
    close_timeout_s: float = 10.0,
    started: bool = True,
) -> Talk:
    """A connection that is open."""
    protocol = WebSocketProtocol(
        connection=3,
        extensions=extensions,
        max_message_bytes=limit,
        heartbeat=heartbeat,
        close_timeout_s=close_timeout_s,
        tcp_rtt_ns=lambda: 77,
    )
    talk = Talk(protocol)
    if started:
        protocol.start(talk.now_ns)
    return talk


@pytest.fixture(scope="session")
def talks():
    """Makes open connections."""
    return open_talk


@pytest.fixture(scope="session")
def frame():
    """Makes a server's frames."""
    return server_frame


@pytest.fixture(scope="session")
def deflate():
    """Makes both ends of a compression."""
    return Deflate
