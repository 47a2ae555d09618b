"""The heartbeat for views: the timeline's series, with windows, numbers, and word of what changed.

Pairing pings with pongs is the timeline's business (:mod:`wstui.timeline.heartbeat`); here the pairs
are kept at hand, so that a graph that is drawn often neither reads nor copies more than it shows.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from wstui.events import END_KINDS, Kind, RecordedEvent
from wstui.timeline import Beat, HeartbeatSeries, ServerPing
from wstui.timeline.heartbeat import percentile

BeatState = Literal["answered", "late", "missed", "outstanding", "unanswered"]
"""The timeline's status; ``unanswered``: the connection ended before the pong was due."""

ORDINARY: tuple[BeatState, ...] = ("answered", "outstanding")


class Changes(NamedTuple):
    """Places of the pings that are new or have changed: ours, and the server's."""

    beats: Sequence[int]
    server_pings: Sequence[int]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The round trips of a session. Spans in ns; None where nothing was measured.

    The same as the timeline's numbers, kept up to date beat by beat, and with both sides' counts.
    """

    last_ns: int | None = None
    median_ns: int | None = None
    p95_ns: int | None = None
    p99_ns: int | None = None
    jitter_ns: float | None = None
    """Mean difference between consecutive round trips."""
    tcp_rtt_ns: int | None = None
    sent: int = 0
    missed: int = 0
    late: int = 0
    server_pings: int = 0
    server_answered: int = 0
    server_slowest_ns: int | None = None


@dataclass(slots=True)
class _Tally:
    """Running sums, so that a long session's numbers cost as little as a short one's."""

    ordered: list[int] = field(default_factory=list)
    last_ns: int | None = None
    differences_ns: int = 0
    difference_count: int = 0
    tcp_rtt_ns: int | None = None
    states: dict[str, int] = field(default_factory=dict)
    server_answered: int = 0
    server_slowest_ns: int | None = None

    def beat_changed(self, before: Beat | None, beat: Beat) -> None:
        if before is not None:
            self.states[before.status] -= 1
        self.states[beat.status] = self.states.get(beat.status, 0) + 1
        if beat.rtt_ns is not None and (before is None or before.rtt_ns is None):
            self.add(beat.rtt_ns)
            self.tcp_rtt_ns = beat.tcp_rtt_ns

    def add(self, rtt_ns: int) -> None:
        insort(self.ordered, rtt_ns)
        if self.last_ns is not None:
            self.differences_ns += abs(rtt_ns - self.last_ns)
            self.difference_count += 1
        self.last_ns = rtt_ns

    def server_ping_changed(self, ping: ServerPing) -> None:
        if ping.answered_after_ns is not None:
            self.server_answered += 1
            self.server_slowest_ns = max(self.server_slowest_ns or 0, ping.answered_after_ns)


class BeatBook:
    """All pings of a session in order, ours and the server's.

    Grows in place; ``version`` tells when anything changed.
    """

    def __init__(self, series: HeartbeatSeries) -> None:
        self.beats: list[Beat] = []
        self.server_pings: list[ServerPing] = []
        self.version = 0
        self._series = series
        self._first_open = 0
        self._first_server_open = 0
        self._ended: set[int] = set()
        self._tally = _Tally()

    def extend(self, events: Sequence[RecordedEvent], now_ns: int) -> Changes:
        """Take newer events, in order, and let session time pass up to ``now_ns``."""
        for event in events:
            if event.kind == Kind.PONG:
                # What a pong finds overdue was missed, whether it is read live or years later.
                self._series.advance(event.t_ns)
            self._series.extend((event,))
        self._series.advance(now_ns)
        ended = {event.connection for event in events if event.kind in END_KINDS} - self._ended
        self._ended |= ended
        return Changes(self._follow_beats(ended), self._follow_server_pings())

    def _follow_beats(self, ended: set[int]) -> Sequence[int]:
        before, now = self.beats, self._series.beats()
        changed = _changed(before, now, self._first_open)
        for index in changed:
            self._tally.beat_changed(before[index] if index < len(before) else None, now[index])
        self.beats = now
        known = set(changed)
        changed += [
            index
            for index in range(self._first_open, len(now))
            if now[index].connection in ended and now[index].status == "outstanding" and index not in known
        ]
        while self._first_open < len(now) and self._is_settled(now[self._first_open]):
            self._first_open += 1
        self.version += bool(changed)
        return changed

    def _is_settled(self, beat: Beat) -> bool:
        return beat.pong_id is not None or beat.connection in self._ended

    def _follow_server_pings(self) -> Sequence[int]:
        before, now = self.server_pings, self._series.server_pings()
        changed = _changed(before, now, self._first_server_open)
        for index in changed:
            self._tally.server_ping_changed(now[index])
        self.server_pings = now
        while self._first_server_open < len(now):
            ping = now[self._first_server_open]
            if ping.pong_id is None and ping.connection not in self._ended:
                break
            self._first_server_open += 1
        self.version += bool(changed)
        return changed

    # -- asking ----------------------------------------------------------------------------------

    def state(self, beat: Beat) -> BeatState:
        """What became of a ping."""
        if beat.status == "outstanding" and beat.connection in self._ended:
            return "unanswered"
        return beat.status

    def between(self, start_ns: int, end_ns: int) -> Sequence[Beat]:
        """The beats of a window, and the neighbour on each side, so that lines can run off the edge."""
        first = max(0, bisect_left(self.beats, start_ns, key=_time_of) - 1)
        return self.beats[first : bisect_right(self.beats, end_ns, key=_time_of) + 1]

    def server_between(self, start_ns: int, end_ns: int) -> Sequence[ServerPing]:
        """The server's pings of a window."""
        first = bisect_left(self.server_pings, start_ns, key=_time_of)
        return self.server_pings[first : bisect_right(self.server_pings, end_ns, key=_time_of)]

    def step(self, ping_id: int | None, by: int) -> Beat | None:
        """The beat ``by`` places from the one named; without a name, the newest one."""
        if not self.beats:
            return None
        if ping_id is None:
            return self.beats[-1]
        index = bisect_left(self.beats, ping_id, key=_id_of) + by
        return self.beats[max(0, min(len(self.beats) - 1, index))]

    def beat(self, ping_id: int) -> Beat | None:
        """The beat that this event began."""
        index = bisect_left(self.beats, ping_id, key=_id_of)
        found = self.beats[index] if index < len(self.beats) else None
        return found if found and found.ping_id == ping_id else None

    @property
    def is_empty(self) -> bool:
        """Neither side pinged so far."""
        return not self.beats and not self.server_pings

    def numbers(self) -> Numbers:
        """Statistics of every measured round trip so far, late ones included."""
        tally = self._tally
        ordered = tally.ordered
        return Numbers(
            last_ns=tally.last_ns,
            median_ns=percentile(ordered, 50) if ordered else None,
            p95_ns=percentile(ordered, 95) if ordered else None,
            p99_ns=percentile(ordered, 99) if ordered else None,
            jitter_ns=tally.differences_ns / tally.difference_count if tally.difference_count else None,
            tcp_rtt_ns=tally.tcp_rtt_ns,
            sent=len(self.beats),
            missed=tally.states.get("missed", 0),
            late=tally.states.get("late", 0),
            server_pings=len(self.server_pings),
            server_answered=tally.server_answered,
            server_slowest_ns=tally.server_slowest_ns,
        )


def _time_of(row: Beat | ServerPing) -> int:
    return row.t_ns


def _id_of(beat: Beat) -> int:
    return beat.ping_id


def _changed(before: Sequence[object], now: Sequence[object], first: int) -> list[int]:
    """Places from ``first`` on that hold another object than before: rows are replaced, not changed."""
    old = (index for index in range(first, len(before)) if now[index] is not before[index])
    return [*old, *range(len(before), len(now))]
