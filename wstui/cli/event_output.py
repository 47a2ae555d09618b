"""Prints a session file's events to standard output while it grows, in a thread of its own.

What is printed comes from the file: live and recorded are the same. A reader of our output that is slow
or gone never holds up the connection.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from wstui.events import RecordedEvent
from wstui.timeline import TimelineReader

Render = Callable[[TimelineReader, list[RecordedEvent]], bytes]

_EVENTS_AT_ONCE = 500


class EventOutput:
    """Follows one session file."""

    def __init__(self, out: IO[bytes], render: Render, on_broken: Callable[[], None]) -> None:
        """Idle until :meth:`follow`.

        Args:
            out: where to write.
            render: makes bytes of some events; called in the thread.
            on_broken: called in the thread once nobody reads ``out`` any more.
        """
        self._out = out
        self._render = render
        self._on_broken = on_broken
        self._wake = threading.Event()
        self._finishing = False
        self._thread: threading.Thread | None = None
        self.failure: Exception | None = None
        """Why printing ended before its time."""

    def follow(self, path: Path) -> None:
        """Begin to print ``path`` from its first event."""
        self._thread = threading.Thread(target=self._run, args=(path,), name="event-output", daemon=True)
        self._thread.start()

    def more(self) -> None:
        """Something was committed."""
        self._wake.set()

    def finish(self) -> None:
        """Print what is left, and end."""
        self._finishing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, path: Path) -> None:
        try:
            with TimelineReader(path) as reader:
                self._print(reader)
        except BrokenPipeError as error:
            self.failure = error
            self._on_broken()
        except Exception as error:  # noqa: BLE001 - carried to the command, which has words for it
            self.failure = error

    def _print(self, reader: TimelineReader) -> None:
        next_id = 1
        while True:
            finishing = self._finishing
            while events := reader.events(next_id, limit=_EVENTS_AT_ONCE):
                self._out.write(self._render(reader, events))
                next_id = events[-1].id + 1
            self._out.flush()
            if finishing:
                return
            self._wake.wait()
            self._wake.clear()
