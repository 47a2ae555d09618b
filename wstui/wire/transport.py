"""The socket: non-blocking, read with the kernel's receive stamps, written through a queue.

asyncio's own transports hide when bytes arrived and how a connection ended; this one reads the
socket itself (``add_reader``, ``recvmsg``). Each wakeup reads a bounded amount, so that a flood
leaves the loop time for pings and commands.

Source: socket(7) ``SO_TIMESTAMP``; Linux stamps a read with the arrival of its last segment.
"""

import asyncio
import contextlib
import socket
import struct
import sys
from collections import deque
from itertools import islice
from typing import Final, Literal

from wstui.wire.clock import SessionClock
from wstui.wire.stream import Eof, Receiver, StreamEnd, Written, end_of_error

_SO_TIMESTAMPNS: Final = 35
_TIMESPEC: Final = struct.Struct("@ll")
_ANCILLARY_BYTES: Final = socket.CMSG_SPACE(_TIMESPEC.size) if hasattr(socket, "CMSG_SPACE") else 0
_READ_MIN_BYTES: Final = 16 * 1024
_READ_MAX_BYTES: Final = 256 * 1024
_WAKEUP_BYTES: Final = 256 * 1024
_DRAIN_BYTES: Final = 8 * 1024 * 1024
_SEND_BUFFERS: Final = 64
_RESET_BY_CLOSE: Final = struct.pack("@ii", 1, 0)
"""``struct linger``: closing sends RST."""


def prepare_socket(sock: socket.socket) -> bool:
    """Set a new socket up, before it connects; True if the kernel will stamp what arrives."""
    sock.setblocking(False)
    if sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return False
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _ask_for_stamps(sock)


def _ask_for_stamps(sock: socket.socket) -> bool:
    if sys.platform != "linux":
        return False
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    except OSError:
        return False
    return True


class SocketStream:
    """A connected socket as a :class:`~wstui.wire.stream.ByteStream`."""

    def __init__(self, sock: socket.socket, clock: SessionClock, *, use_kernel_stamps: bool = True) -> None:
        """Take the socket over; reading starts with :meth:`start`."""
        self.socket = sock
        self.receiver: Receiver | None = None
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._stamped = prepare_socket(sock) and use_kernel_stamps
        self._last_ns = 0
        self._read_bytes = _READ_MIN_BYTES
        self._queue: deque[tuple[memoryview, Written | None]] = deque()
        self._queued_bytes = 0
        self._write_error: OSError | None = None
        self._paused_by: set[str] = set()
        self._started = False
        self._reading = False
        self._writing = False
        self._ended = False
        self._closed = False

    @property
    def clock_source(self) -> Literal["kernel", "user"]:
        """Who stamps what arrives."""
        return "kernel" if self._stamped else "user"

    @property
    def queued_bytes(self) -> int:
        """Written, but not yet taken by the kernel."""
        return self._queued_bytes

    # reading

    def start(self, receiver: Receiver) -> None:
        """Begin to read."""
        self.receiver = receiver
        self._started = True
        self._watch()

    def pause(self, reason: str) -> None:
        """Leave what arrives in the kernel's buffer until every reason is resumed."""
        self._paused_by.add(reason)
        self._watch()

    def resume(self, reason: str) -> None:
        """Take one reason back."""
        self._paused_by.discard(reason)
        self._watch()

    def _watch(self) -> None:
        wanted = self._started and not (self._paused_by or self._ended or self._closed)
        if wanted and not self._reading:
            self._loop.add_reader(self.socket, self._readable)
        elif self._reading and not wanted:
            self._loop.remove_reader(self.socket)
        self._reading = wanted

    def _readable(self) -> None:
        left = _WAKEUP_BYTES
        while left > 0 and self._reading:
            data = self._read()
            if data is None:
                break
            left -= len(data)
            if len(data) < self._read_bytes:
                self._read_bytes = max(self._read_bytes // 2, _READ_MIN_BYTES)
                break
            self._read_bytes = min(self._read_bytes * 2, _READ_MAX_BYTES)
        self._settle()

    def _read(self) -> bytes | None:
        """Read once and hand it on; None when there is nothing more for now or at all."""
        try:
            data, t_ns = self._receive()
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            self._end(end_of_error(error, "read"), self._clock.now())
            return None
        if not data:
            self._end(Eof(), t_ns)
            return None
        if self.receiver is not None:
            self.receiver.received(data, t_ns)
        return data

    def _receive(self) -> tuple[bytes, int]:
        if not self._stamped:
            data = self.socket.recv(self._read_bytes)
            return data, self._in_order(self._clock.now())
        data, ancillary, _, _ = self.socket.recvmsg(self._read_bytes, _ANCILLARY_BYTES)
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) == _TIMESPEC.size:
                seconds, nanoseconds = _TIMESPEC.unpack(value)
                stamp_ns = seconds * 1_000_000_000 + nanoseconds
                return data, self._in_order(self._clock.from_kernel_stamp(stamp_ns))
        return data, self._in_order(self._clock.now())

    def _in_order(self, t_ns: int) -> int:
        self._last_ns = max(self._last_ns, t_ns)
        return self._last_ns

    def _settle(self) -> None:
        if self.receiver is not None:
            self.receiver.settle()

    def _end(self, end: StreamEnd, t_ns: int) -> None:
        """Report the end, once what came before it was acted upon: Close and FIN may come together."""
        if self._ended or self._closed:
            return
        self._ended = True
        self._watch()
        self._settle()
        if not isinstance(end, Eof):
            self._drop_queue()
        if self.receiver is not None:
            self.receiver.ended(end, self._in_order(t_ns))

    # writing

    def write(self, data: bytes, written: Written | None = None) -> None:
        """Queue bytes; :meth:`flush` sends them. Ignored once the other side is known to be gone."""
        if self._closed or self._write_error is not None:
            return
        self._queue.append((memoryview(data), written))
        self._queued_bytes += len(data)

    def flush(self) -> None:
        """Send what is queued, as far as the kernel takes it now; the rest follows by itself."""
        while self._queue:
            buffers = [data for data, _ in islice(self._queue, _SEND_BUFFERS)]
            t_ns = self._clock.now()
            try:
                sent = self.socket.sendmsg(buffers)
            except (BlockingIOError, InterruptedError):
                break
            except OSError as error:
                self._write_failed(error)
                return
            self._sent(sent, t_ns)
        self._watch_writing()

    def _sent(self, sent: int, t_ns: int) -> None:
        self._queued_bytes -= sent
        while self._queue:
            data, written = self._queue[0]
            if len(data) > sent:
                self._queue[0] = (data[sent:], written)
                return
            sent -= len(data)
            self._queue.popleft()
            if written is not None:
                written(t_ns)

    def _watch_writing(self) -> None:
        wanted = bool(self._queue) and not self._closed
        if wanted and not self._writing:
            self._loop.add_writer(self.socket, self._writable)
        elif self._writing and not wanted:
            self._loop.remove_writer(self.socket)
        self._writing = wanted

    def _writable(self) -> None:
        self.flush()
        self._settle()

    def _write_failed(self, error: OSError) -> None:
        """The other side is gone; what it said before is still in our buffer and is read first."""
        self._write_error = error
        self._drop_queue()
        self._loop.call_soon(self._read_the_rest)

    def _read_the_rest(self) -> None:
        left = _DRAIN_BYTES
        while left > 0 and self._reading:
            try:
                data, t_ns = self._receive()
            except OSError:
                break
            if not data:
                break
            left -= len(data)
            if self.receiver is not None:
                self.receiver.received(data, t_ns)
        if self._write_error is not None:
            self._end(end_of_error(self._write_error, "write"), self._clock.now())

    def _drop_queue(self) -> None:
        self._queue.clear()
        self._queued_bytes = 0
        self._watch_writing()

    # ending

    def close(self) -> None:
        """Send FIN and free the socket. What was still queued here is dropped."""
        if self._closed:
            return
        self._let_go()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        # Closing over unread bytes would send RST after our FIN (RFC 1122 §4.2.2.13).
        left = _DRAIN_BYTES
        with contextlib.suppress(OSError):
            while left > 0 and (data := self.socket.recv(_READ_MAX_BYTES)):
                left -= len(data)
        self.socket.close()

    def abort(self) -> None:
        """Send RST and free the socket."""
        if self._closed:
            return
        self._let_go()
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_BY_CLOSE)
        self.socket.close()

    def _let_go(self) -> None:
        self._closed = True
        self._watch()
        self._drop_queue()
