"""Heartbeats in messages, as the marks say; an answer belongs to the newest request before it."""

from wstui.timeline import TimelineReader
from wstui.tui.graph_parts import AppBeat

_SLICE_IDS = 50_000
_MANY_MARKS = 1000


class AppBeats:
    """Follows a session file's marks. ``count`` grows with every heartbeat or answer found."""

    def __init__(self, reader: TimelineReader) -> None:
        self.beats: list[AppBeat] = []
        self.count = 0
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
                if names & {"app_ping", "app_pong"}:
                    self._take(event_id, "app_ping" in names)
        return self._after_id < last_id

    def _take(self, event_id: int, asks: bool) -> None:
        for event in self._reader.events(event_id, event_id, payload_limit=0):
            self.count += 1
            if asks:
                self.beats.append(AppBeat(event.id, event.t_ns, event.direction))
            elif self.beats and self.beats[-1].rtt_ns is None and self.beats[-1].direction != event.direction:
                self.beats[-1] = self.beats[-1].answered(event.t_ns)
