"""One client of the lab, from the server's side: what a fault is written with.

A fault calls ``next_frame``, ``answer``, ``text``, ``close`` and the like in plain order. Whatever ends
the connection, on either side, raises :class:`Ended`, which the server takes as the end of the fault.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any, NamedTuple

from wstui.lab.deflate import EXTENSION, Deflate
from wstui.lab.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    MESSAGE_LIMIT_BYTES,
    PING,
    PONG,
    RSV1,
    TEXT,
    ClientMistake,
    Frame,
    close_code,
    close_payload,
    encode_frame,
    take_frame,
)
from wstui.lab.handshake import Headers, Request, accept_key, response

READ_BYTES = 64 * 1024
LINGER_S = 2.0
"""How long the other side may take for its half of an ending before TCP is closed anyhow."""


class Ended(Exception):
    """The connection is over."""


class Message(NamedTuple):
    """A whole message of the client."""

    opcode: int
    payload: bytes

    @property
    def text(self) -> str:
        """The payload as text; checked for a text message, with replacement characters for another."""
        return self.payload.decode("utf-8", "replace")


class Peer:
    """One connection."""

    FAREWELL = "the lab stops"
    """The reason that a client is told when the server stops."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> None:
        self.request = request
        self.upgraded = False
        self.close_sent = False
        self.answer_ping: Callable[[bytes], None] = self.pong
        """Called with each ping's payload; replaced where pongs are the fault."""
        self.answer_close = True
        self.close_reply: bytes | None = None
        """The body of the Close frame that answers the client's; None: its own code."""
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._fragments: list[bytes] = []
        self._assembled_bytes = 0
        self._message_opcode = 0
        self._message_compressed = False
        self._deflate: Deflate | None = None

    # The opening handshake

    def accept(
        self,
        extra: Headers = (),
        *,
        key: str | None = None,
        subprotocol: str | None = None,
        deflate: bool = False,
    ) -> None:
        """Answer 101, with the first subprotocol that the client offers unless told another.

        Args:
            extra: more header lines; a ``Server`` among them replaces the lab's.
            key: in place of the right ``Sec-WebSocket-Accept``.
            subprotocol: in place of the first that was offered; empty: none.
            deflate: compress, if the client offers it.
        """
        right = accept_key(self.request.headers.get("sec-websocket-key", ""))
        headers: list[tuple[str, str | bytes]] = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", right if key is None else key),
        ]
        extra = list(extra)
        if all(name.lower() != "server" for name, _ in extra):
            headers.append(("Server", "wstui-lab"))
        offered = next(iter(self.request.offered_subprotocols), None)
        chosen = offered if subprotocol is None else subprotocol
        if chosen:
            headers.append(("Sec-WebSocket-Protocol", chosen))
        if deflate and self.request.offers_deflate:
            headers.append(("Sec-WebSocket-Extensions", EXTENSION))
            self._deflate = Deflate()
        self.write(response(101, "Switching Protocols", [*headers, *extra]))
        self.upgraded = True

    async def respond(self, status: int, reason: str, headers: Headers = (), body: str = "") -> None:
        """Answer with something else than an upgrade, and end the connection."""
        data = body.encode()
        lines = [
            *headers,
            ("Content-Length", str(len(data))),
            ("Connection", "close"),
            ("Server", "wstui-lab"),
        ]
        self.write(response(status, reason, lines, data))
        await self.finish()

    # Sending

    def write(self, data: bytes) -> None:
        """Put raw bytes on the wire.

        Raises:
            Ended: our Close frame is out already (RFC 6455 §5.5.1), or nobody is there.
        """
        if self.close_sent or self._writer.transport.is_closing():
            raise Ended
        self._writer.write(data)

    async def drain(self) -> None:
        """Wait until the client has taken most of it (back-pressure), and let others run."""
        try:
            await self._writer.drain()
        except OSError as error:
            raise Ended from error
        await asyncio.sleep(0)

    async def send(self, opcode: int, payload: bytes) -> None:
        """Send a message."""
        if self._deflate is not None:
            self.write(encode_frame(opcode, self._deflate.compress(payload), rsv=RSV1))
        else:
            self.write(encode_frame(opcode, payload))
        await self.drain()

    async def text(self, text: str) -> None:
        """Send a text message."""
        await self.send(TEXT, text.encode())

    async def echo(self, message: Message) -> None:
        """Send a message back."""
        await self.send(message.opcode, message.payload)

    def ping(self, payload: bytes = b"") -> None:
        """Send a ping."""
        self.write(encode_frame(PING, payload))

    def pong(self, payload: bytes = b"") -> None:
        """Send a pong."""
        self.write(encode_frame(PONG, payload))

    def pong_later(self, payload: bytes, delay_s: float) -> None:
        """Send a pong after a while, unless the connection is over by then."""
        asyncio.get_running_loop().call_later(delay_s, self._pong_if_open, payload)

    def _pong_if_open(self, payload: bytes) -> None:
        with suppress(Ended):
            self.pong(payload)

    # Receiving

    async def next_frame(self, within_s: float | None = None) -> Frame:
        """The client's next frame.

        Raises:
            TimeoutError: none came in time.
            Ended: the client is gone.
            ClientMistake: it broke the protocol.
        """
        async with asyncio.timeout(within_s):
            while True:
                frame = take_frame(self._buffer, allow_compressed=self._deflate is not None)
                if frame is not None:
                    return frame
                self._buffer += await self._read()

    async def _read(self) -> bytes:
        try:
            data = await self._reader.read(READ_BYTES)
        except OSError as error:
            raise Ended from error
        if not data:
            raise Ended
        return data

    async def answer(self, frame: Frame) -> Message | None:
        """Do what the protocol asks for: pong, Close reply, reassembly.

        Returns:
            The message that this frame completes, if it does.

        Raises:
            Ended: the client closed.
        """
        if frame.opcode == PING:
            self.answer_ping(frame.payload)
        elif frame.opcode == CLOSE and self.answer_close:
            await self._reply_to_close(frame)
        elif frame.opcode in (TEXT, BINARY, CONTINUATION):
            return self._assemble(frame)
        return None

    async def _reply_to_close(self, frame: Frame) -> None:
        if not self.close_sent:
            own = close_payload(close_code(frame.payload))
            self.write(encode_frame(CLOSE, own if self.close_reply is None else self.close_reply))
            self.close_sent = True
        await self.finish()
        raise Ended

    def _assemble(self, frame: Frame) -> Message | None:
        if (frame.opcode == CONTINUATION) != bool(self._fragments):
            raise ClientMistake(1002, "fragments of messages are mixed up")
        if frame.opcode != CONTINUATION:
            self._message_opcode, self._message_compressed = frame.opcode, frame.compressed
        self._fragments.append(frame.payload)
        self._assembled_bytes += len(frame.payload)
        if self._assembled_bytes > MESSAGE_LIMIT_BYTES:
            raise ClientMistake(1009, f"a message of more than {MESSAGE_LIMIT_BYTES} bytes")
        if not frame.fin:
            return None
        payload = b"".join(self._fragments)
        self._fragments.clear()
        self._assembled_bytes = 0
        if self._message_compressed and self._deflate is not None:
            payload = self._deflate.decompress(payload)
        return Message(self._message_opcode, _checked(self._message_opcode, payload))

    async def messages(self) -> AsyncIterator[Message]:
        """The client's messages, until the end; pings and Close frames are answered on the way."""
        while True:
            message = await self.answer(await self.next_frame())
            if message is not None:
                yield message

    async def first_message(self, within_s: float) -> Message | None:
        """The client's next message, or None if none came in time."""
        try:
            async with asyncio.timeout(within_s):
                async for message in self.messages():
                    return message
        except TimeoutError:
            pass
        return None

    async def echo_forever(self) -> None:
        """Be an ordinary echo server from here on."""
        async for message in self.messages():
            await self.echo(message)

    async def echo_until_silent(self, silence_s: float) -> None:
        """Echo until no frame of any kind came for so long."""
        try:
            while True:
                message = await self.answer(await self.next_frame(within_s=silence_s))
                if message is not None:
                    await self.echo(message)
        except TimeoutError:
            return

    async def echo_for(self, duration_s: float) -> None:
        """Echo for so long, whatever happens."""
        try:
            async with asyncio.timeout(duration_s):
                await self.echo_forever()
        except TimeoutError:
            return

    # Ending

    async def close(self, code: int | None, reason: str | bytes = b"") -> None:
        """Start the closing handshake, wait for the reply, end TCP (RFC 6455 §7.1.1)."""
        self.write(encode_frame(CLOSE, close_payload(code, reason)))
        self.close_sent = True
        try:
            async with asyncio.timeout(LINGER_S):
                while (await self.next_frame()).opcode != CLOSE:
                    pass
        except (TimeoutError, Ended, ClientMistake):
            pass
        await self.finish()

    async def finish(self) -> None:
        """End TCP with FIN. What the client still sends is read, else the kernel would send RST."""
        self.close_sent = True
        transport = self._writer.transport
        if transport.can_write_eof() and not transport.is_closing():
            self._writer.write_eof()
            try:
                async with asyncio.timeout(LINGER_S):
                    while await self._read():
                        pass
            except (TimeoutError, Ended):
                pass
        self._writer.close()

    def reset(self) -> None:
        """End TCP with RST."""
        self.close_sent = True
        connection = self._writer.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def abandon(self) -> None:
        """The server stops: say so with 1001 where the protocol still allows it, and let go."""
        transport = self._writer.transport
        if self.upgraded and not self.close_sent and not transport.is_closing():
            self._writer.write(encode_frame(CLOSE, close_payload(1001, self.FAREWELL)))
        self._writer.close()


def _checked(opcode: int, payload: bytes) -> bytes:
    if opcode == TEXT:
        try:
            payload.decode()
        except UnicodeDecodeError:
            raise ClientMistake(1007, "the text is not UTF-8") from None
    return payload


async def first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Run all at once; when the first is done, cancel the others and end as it ended."""
    loop = asyncio.get_running_loop()
    tasks = {loop.create_task(work) for work in works}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def compact_json(value: Any) -> str:
    """JSON without white space, as services send it."""
    return json.dumps(value, separators=(",", ":"))
