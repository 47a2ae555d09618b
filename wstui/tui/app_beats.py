"""What a dialect's matcher recognised: heartbeats in messages for the graph, other marks as rows.

An answer belongs to the newest request before it.
"""

from collections import deque
from collections.abc import Sequence

from wstui.events import RecordedEvent, safe_text
from wstui.timeline import Mark, TimelineReader
from wstui.tui.graph_parts import AppBeat
from wstui.tui.side_words import SideRow

_SLICE_IDS = 50_000
_MANY_MARKS = 1000
_BEATS = {"app_ping", "app_pong"}
_TONES = {"error": "error", "subscribed": "good", "hello": "good"}
_KEPT_ROWS = 500
"""Of a flood of marks the timeline shows the newest."""
_FACTS_CHARACTERS = 80


class AppBeats:
    """Follows a session file's marks. ``count`` grows with every heartbeat or answer found."""

    def __init__(self, reader: TimelineReader) -> None:
        self.beats: list[AppBeat] = []
        self.count = 0
        self.rows: deque[SideRow] = deque(maxlen=_KEPT_ROWS)
        """One for each event with a mark that is no heartbeat, in order."""
        self.rows_version = 0
        self._reader = reader
        self._after_id = 0

    def read(self, last_id: int) -> bool:
        """Read the marks of newer events, until there were many; True: there are more."""
        found = 0
        while self._after_id < last_id and found < _MANY_MARKS:
            until_id = min(last_id, self._after_id + _SLICE_IDS)
            marks = self._reader.marks_between(self._after_id + 1, until_id)
            self._after_id = until_id
            found += len(marks)
            for event_id in sorted(marks):
                names = {mark.mark for mark in marks[event_id]}
                if names & _BEATS:
                    self._take(event_id, "app_ping" in names)
                self._show([mark for mark in marks[event_id] if mark.mark not in _BEATS])
        return self._after_id < last_id

    def _take(self, event_id: int, asks: bool) -> None:
        for event in self._reader.events(event_id, event_id, payload_limit=0):
            self.count += 1
            if asks:
                self.beats.append(AppBeat(event.id, event.t_ns, event.direction))
            elif self.beats and self.beats[-1].rtt_ns is None and self.beats[-1].direction != event.direction:
                self.beats[-1] = self.beats[-1].answered(event.t_ns)

    def _show(self, marks: Sequence[Mark]) -> None:
        """A row for what else was recognised in an event."""
        for mark in marks[:1]:
            for event in self._reader.events(mark.event_id, mark.event_id, payload_limit=0):
                self.rows.append(mark_row(mark, event))
                self.rows_version += 1


def mark_row(mark: Mark, event: RecordedEvent) -> SideRow:
    """A recognised message as a row of the timeline: what it is, and what it names."""
    named = ", ".join(str(value) for value in mark.data.values() if isinstance(value, str | int) and value)
    facts = safe_text(named[:_FACTS_CHARACTERS]) or safe_text(mark.dialect)
    word, tone = safe_text(mark.mark), _TONES.get(mark.mark, "accent")
    return SideRow(event.id, event.t_ns, word, facts, tone, connection=event.connection, note_id=-event.id)
