"""A session file that an import writes: whole in the end, or gone."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from wstui.events import Event
from wstui.timeline import Note, SessionInfo, TimelineError, TimelineWriter, new_session_path

FOLDER = "imported"
"""Where imported sessions are kept: the retention of no profile reaches them."""

_BATCH = 1000
_BACKLOG_BYTES = 32 << 20
_NO_LIMIT = 1 << 62
"""What the recording limit cut was cut when it was recorded."""


class Draft:
    """One session that grows; leaving by an exception removes it."""

    def __init__(self, info: SessionInfo, folder: Path | None = None) -> None:
        """Make the file.

        Args:
            info: its first row.
            folder: of all sessions; the person's own by default.

        Raises:
            TimelineError: it cannot be made.
        """
        self.info = info
        self.path = new_session_path(FOLDER, info.started_ns, folder)
        self.events = 0
        self._problem = ""
        self._batch: list[Event] = []
        self._after: list[Callable[[], None]] = []
        """Marks and notes: they come after their events."""
        self._writer = TimelineWriter(self.path, info, _NO_LIMIT, on_problem=self._note_problem)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._remove()
            return
        try:
            self._send()
            self._wait()
            self._writer.close()
            self._check()
        except BaseException:
            self._remove()
            raise

    def add(self, event: Event) -> int:
        """One more event; its number."""
        self._batch.append(event)
        self.events += 1
        if len(self._batch) >= _BATCH:
            self._send()
        return self.events

    def mark(self, event_id: int, mark: str, dialect: str, data: dict[str, object]) -> None:
        """A mark on an event that was added."""
        self._after.append(lambda: self._writer.add_mark(event_id, mark, dialect, data))

    def note(self, note: Note) -> None:
        """A note, as it was; its number may be 0: the next one."""
        if note.id:
            self._after.append(lambda: self._writer.restore_note(note))
        else:
            self._after.append(
                lambda: self._writer.add_note(note.event_id, note.t_ns, note.text, note.colour)
            )

    def finish(self, ended_ns: int) -> None:
        """The session's end, where it was not known at the beginning."""
        self._after.append(lambda: self._writer.finish(ended_ns))

    def _send(self) -> None:
        if self._batch:
            self._writer.write(self._batch)
            self._batch = []
        for act in self._after:
            act()
        self._after.clear()
        if self._writer.backlog_bytes > _BACKLOG_BYTES:
            self._wait()
        self._check()

    def _wait(self) -> None:
        while not self._writer.flush(0.5):
            self._check()

    def _check(self) -> None:
        if self._problem:
            raise TimelineError(self._problem)

    def _note_problem(self, sentence: str, fatal: bool) -> None:
        del fatal
        reason, _, _ = sentence.partition(". ")  # what follows is about recordings, which try again
        self._problem = self._problem or f"{reason.rstrip('.')}; nothing of this import is kept."

    def _remove(self) -> None:
        self._writer.close()
        for suffix in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
