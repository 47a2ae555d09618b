"""Reading during dialling: a receiver that keeps what arrives until a phase asks for it.

It reads exactly what a phase needs and keeps the rest, for the bytes behind an HTTP head already
belong to the WebSocket stream. Its memory is bounded: beyond that the stream is paused.
"""

import asyncio
from typing import Final

from wstui.wire.stream import ByteStream, Receiver, StreamEnd

_KEEP_BYTES: Final = 128 * 1024


class StreamEnded(Exception):
    """The stream ended before what was asked for had come."""

    def __init__(self, end: StreamEnd, received: bytes) -> None:
        super().__init__(str(end))
        self.end = end
        self.received = received


class DialReader:
    """Takes what a stream delivers until somebody else takes the stream over."""

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self.buffer = bytearray()
        self.end: StreamEnd | None = None
        self.last_ns = 0
        """When the newest bytes, or the end, arrived."""
        self._waiter: asyncio.Future[None] | None = None
        stream.start(self)

    def received(self, data: bytes, t_ns: int) -> None:
        """From the stream."""
        self.buffer += data
        self.last_ns = t_ns
        if len(self.buffer) > _KEEP_BYTES:
            self.stream.pause("dialling")
        self._wake()

    def settle(self) -> None:
        """From the stream; nothing waits for it here."""

    def ended(self, end: StreamEnd, t_ns: int) -> None:
        """From the stream."""
        self.end = end
        self.last_ns = t_ns
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def more(self) -> None:
        """Wait until something more arrived.

        Raises:
            StreamEnded: nothing more will.
        """
        if self.end is not None:
            raise StreamEnded(self.end, bytes(self.buffer))
        self.stream.resume("dialling")
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter
        self._waiter = None

    async def read_exactly(self, count: int) -> bytes:
        """Exactly so many bytes."""
        while len(self.buffer) < count:
            await self.more()
        return self.take(count)

    def take(self, count: int | None = None) -> bytes:
        """The next bytes, or all that are there."""
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def hand_over(self, receiver: Receiver) -> None:
        """Give the stream, what is left, and an end that already came, to ``receiver``."""
        self.stream.receiver = receiver
        left = self.take()
        if left:
            receiver.received(left, self.last_ns)
        receiver.settle()
        if self.end is not None:
            receiver.ended(self.end, self.last_ns)
        self.stream.resume("dialling")
