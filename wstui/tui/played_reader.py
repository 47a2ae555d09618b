"""A recording of which only the beginning has happened: what every view reads while it is played back.

The same reader as ever, with an end that moves. So a pane need not know that it shows a playback.
"""

from typing import Any

from wstui.events import RecordedEvent
from wstui.timeline import Counts, Mark, Note, TimelineReader


class PlayedReader(TimelineReader):
    """Shows the events up to :attr:`until_id`, and the notes on them or up to :attr:`until_ns`."""

    until_id = 0
    until_ns = 0

    def last_id(self) -> int:
        """The newest event that has happened."""
        return self.until_id

    def _bounded(self, last_id: int | None) -> int:
        return self.until_id if last_id is None else min(last_id, self.until_id)

    def event(self, event_id: int) -> RecordedEvent | None:
        """One event, if it has happened."""
        return super().event(event_id) if event_id <= self.until_id else None

    def events(
        self,
        first_id: int,
        last_id: int | None = None,
        limit: int | None = None,
        *,
        payload_limit: int | None = None,
    ) -> list[RecordedEvent]:
        """Events of a range that have happened."""
        return super().events(first_id, self._bounded(last_id), limit, payload_limit=payload_limit)

    def side_events(
        self, after_id: int = 0, limit: int | None = None, *, until_id: int | None = None, pings: bool = True
    ) -> list[RecordedEvent]:
        """Everything but messages that has happened."""
        return super().side_events(after_id, limit, until_id=self._bounded(until_id), pings=pings)

    def transcript_count(self) -> int:
        """Rows of what has happened."""
        return self._transcript.ordinal_of(self.until_id)

    def transcript(self, first_row: int, count: int, **more: Any) -> list[RecordedEvent]:
        """Rows of what has happened."""
        return super().transcript(first_row, min(count, self.transcript_count() - first_row), **more)

    def counts(self, since: Counts | None = None) -> Counts:
        """Nothing is counted: the sums of a beginning would cost a look at all of it."""
        return since or Counts()

    def marks_between(self, first_id: int, last_id: int) -> dict[int, list[Mark]]:
        """The marks of what has happened."""
        return super().marks_between(first_id, self._bounded(last_id))

    def notes(self) -> list[Note]:
        """The notes on what has happened."""
        return [note for note in super().notes() if self._has_come(note)]

    def _has_come(self, note: Note) -> bool:
        return note.t_ns <= self.until_ns if note.event_id is None else note.event_id <= self.until_id
