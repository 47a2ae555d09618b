"""Standard input and output of the engine process, each in a thread of its own.

A client that stalls leaves the pipe full, and a write to it blocks: were that the loop's write, the
server's pings would go unanswered. So the loop only ever queues.
"""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

_READ_BYTES = 1 << 16
_LINE_LIMIT_BYTES = 1 << 30
"""A single message to send may be large; a line beyond this is a client gone mad."""


class LineSource:
    """Reads lines from a file descriptor and hands them to the event loop."""

    def __init__(self, descriptor: int, on_line: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        """Start reading.

        Args:
            descriptor: any readable one, also a plain file.
            on_line: called in the loop with each line, without its end.
            on_end: called in the loop once nothing more will come.
        """
        self._descriptor = descriptor
        self._on_line = on_line
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        # A daemon: it may sit in a read for ever while the process ends for another reason.
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def _read(self) -> None:
        rest = bytearray()
        with suppress(OSError, RuntimeError):  # the descriptor or the loop is closed: the end as well
            while chunk := os.read(self._descriptor, _READ_BYTES):
                *lines, last = chunk.split(b"\n")
                for line in lines:
                    rest += line
                    self._loop.call_soon_threadsafe(self._on_line, bytes(rest))
                    rest.clear()
                rest += last
                if len(rest) > _LINE_LIMIT_BYTES:
                    break
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._on_end)


class LineSink:
    """Writes lines to a file descriptor; never blocks its caller and never fails."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque()
        self._progress: bytes | None = None
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._write, name="notices", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Queue a line that must arrive, after the progress that was told before it."""
        with self._wake:
            if self._progress is not None:
                self._lines.append(self._progress)
                self._progress = None
            self._lines.append(line)
            self._wake.notify()

    def put_progress(self, line: bytes) -> None:
        """Queue a line that a newer one of its kind replaces while it waits."""
        with self._wake:
            self._progress = line
            self._wake.notify()

    def close(self, timeout_s: float) -> None:
        """Write what is queued, as far as the reader takes it within ``timeout_s``."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(timeout_s)

    def _write(self) -> None:
        with suppress(OSError):  # nobody reads any more: not an error, the session goes on
            while (part := self._next_part()) is not None:
                while part:
                    part = part[os.write(self._descriptor, part) :]
        with self._wake:
            self._lines = deque(maxlen=0)

    def _next_part(self) -> bytes | None:
        """Everything queued as one write; None when it is time to end."""
        with self._wake:
            self._wake.wait_for(lambda: self._lines or self._progress is not None or self._closing)
            part = b"".join(self._lines)
            self._lines.clear()
            if self._progress is not None:
                part += self._progress
                self._progress = None
            return part or None
