"""When the end began, and how long it had been silent by then."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from wstui.diagnosis.connection_events import RECEIVED, SENT, ConnectionEvents
from wstui.events import CONTROL_FRAME_KINDS, MESSAGE_KINDS, Kind, RecordedEvent

_FRAMES = MESSAGE_KINDS | (CONTROL_FRAME_KINDS - {Kind.CLOSE.value})


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

    @cached_property
    def silence_ns(self) -> int | None:
        """Nothing in either direction before the end, pings and pongs counted as something."""
        return self._silence(_FRAMES)

    @cached_property
    def silence_received_ns(self) -> int | None:
        """Nothing received before the end."""
        return self._silence(_FRAMES, RECEIVED)

    @cached_property
    def silence_sent_ns(self) -> int | None:
        """Nothing sent before the end, pongs counted as something."""
        return self._silence(_FRAMES, SENT)

    @cached_property
    def data_silence_ns(self) -> int | None:
        """No message in either direction before the end, pings and pongs not counted."""
        return self._silence(MESSAGE_KINDS)

    @cached_property
    def data_silence_sent_ns(self) -> int | None:
        """No message of ours before the end."""
        return self._silence(MESSAGE_KINDS, SENT)
