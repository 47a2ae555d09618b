"""When the end began, and how long it had been silent by then."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from wstui.diagnosis.connection_events import RECEIVED, SENT, ConnectionEvents
from wstui.events import CONTROL_FRAME_KINDS, MESSAGE_KINDS, Kind, RecordedEvent

FRAMES = MESSAGE_KINDS | (CONTROL_FRAME_KINDS - {Kind.CLOSE.value})
"""What resets the timers of those that look at bytes."""


@dataclass(frozen=True)
class TimedEvents(ConnectionEvents):
    """Spans are in ns, and None where one of their ends did not happen."""

    until_ns: int | None = None
    """For a connection that goes on: the time up to which silence is counted."""

    @cached_property
    def ended_ns(self) -> int | None:
        """When the ending began: the first Close frame, else the end of TCP."""
        moments = [e.t_ns for e in (self.close_sent, self.close_received, self.end) if e is not None]
        return min(moments) if moments else self.until_ns

    @cached_property
    def age_ns(self) -> int | None:
        """From open to the beginning of the end."""
        if self.opened is None or self.ended_ns is None:
            return None
        return max(0, self.ended_ns - self.opened.t_ns)

    def before_end(self, event: RecordedEvent) -> bool:
        """Whether it happened before the ending began."""
        return self.ended_ns is None or event.t_ns <= self.ended_ns

    def last_before_end(self, kinds: Iterable[str], direction: str | None = None) -> RecordedEvent | None:
        """The last event of these kinds before the ending began."""
        wanted = set(kinds)
        return next(
            (
                e
                for e in reversed(self.events)
                if e.kind in wanted and direction in (None, e.direction) and self.before_end(e)
            ),
            None,
        )

    def _silence(self, kinds: Iterable[str], direction: str | None = None) -> int | None:
        if self.ended_ns is None or self.opened is None:
            return None
        last = self.last_before_end(kinds, direction)
        since = max(self.opened.t_ns, last.t_ns if last else 0)
        return max(0, self.ended_ns - since)

    def longest_pause_ns(self, kinds: Iterable[str], direction: str | None = None) -> int:
        """The longest pause between such events, or before the first, that did not end the connection.

        Pauses in which events were left out of a flood's middle do not count.
        """
        if self.opened is None:
            return 0
        wanted, longest, since, whole = set(kinds), 0, self.opened.t_ns, True
        previous_id = self.opened.id
        for event in self.events:
            if event.id <= self.opened.id or not self.before_end(event):
                continue
            whole = whole and event.id == previous_id + 1
            previous_id = event.id
            if event.kind in wanted and direction in (None, event.direction):
                longest = max(longest, event.t_ns - since) if whole else longest
                since, whole = event.t_ns, True
        return longest

    @cached_property
    def silence_ns(self) -> int | None:
        """Nothing in either direction before the end, pings and pongs counted as something."""
        return self._silence(FRAMES)

    @cached_property
    def silence_received_ns(self) -> int | None:
        """Nothing received before the end."""
        return self._silence(FRAMES, RECEIVED)

    @cached_property
    def silence_sent_ns(self) -> int | None:
        """Nothing sent before the end, pongs counted as something."""
        return self._silence(FRAMES, SENT)

    @cached_property
    def data_silence_ns(self) -> int | None:
        """No message in either direction before the end, pings and pongs not counted."""
        return self._silence(MESSAGE_KINDS)

    @cached_property
    def data_silence_sent_ns(self) -> int | None:
        """No message of ours before the end."""
        return self._silence(MESSAGE_KINDS, SENT)
