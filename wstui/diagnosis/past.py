"""How other connections to the same place ended: facts for comparison, no conclusions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wstui.diagnosis.connection_events import NS
from wstui.diagnosis.silence import TimedEvents
from wstui.events import END_KINDS, ErrorCode, Kind, RecordedEvent

Fate = Literal["", "opened", "refused", "bad gateway", "failed"]
"""Of the next attempt: not made or not over, open, nobody listened, a proxy found no backend, else."""


@dataclass(frozen=True, slots=True)
class PastEnding:
    """One earlier connection that had been open."""

    silence_s: float
    """Nothing in either direction before the end."""
    age_s: float
    ended: str
    """``eof``, ``reset``, ``lost``, or the server's close code as text."""
    by_us: bool = False
    """We ended it, so that it says only how long it lived."""

    @property
    def comparable(self) -> bool:
        """Whether the other side ended it."""
        return not self.by_us


def past_ending(events: TimedEvents) -> PastEnding | None:
    """The ending of a connection that was open and is over, else None."""
    silence_ns, age_ns = events.silence_ns, events.age_ns
    if silence_ns is None or age_ns is None or (events.end is None and events.close_received is None):
        return None
    close = events.server_closed_first
    if close is not None:
        ended = str(close.detail.get("code") or 1005)
    else:
        ended = events.end.kind if events.end is not None else ""
    by_us = close is None and (events.close_sent is not None or events.end_is_ours)
    return PastEnding(round(silence_ns / NS, 3), round(age_ns / NS, 3), ended, by_us)


def ended_how(events: TimedEvents) -> str:
    """``PastEnding.ended`` of this connection; empty if it goes on or never opened."""
    ending = past_ending(events)
    return ending.ended if ending is not None else ""


def fate_of(events: Sequence[RecordedEvent]) -> Fate:
    """What became of an attempt."""
    for event in events:
        if event.kind == Kind.OPEN.value:
            return "opened"
        if event.kind == Kind.ERROR.value:
            return _fate_of_error(event)
        if event.kind in END_KINDS:
            return "failed"
    return ""


def _fate_of_error(event: RecordedEvent) -> Fate:
    if event.detail.get("code") == ErrorCode.CONNECTION_REFUSED:
        return "refused"
    if event.detail.get("status") in (502, 503, 504):
        return "bad gateway"
    return "failed"
