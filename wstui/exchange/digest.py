"""What a report says of a session beside its messages: numbers, the heartbeat, the timeline.

One pass, in memory that does not grow with the session: of long lists the beginning and the end stay.
"""

from array import array
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from wstui.events import MESSAGE_KINDS, Direction, Kind, RecordedEvent
from wstui.exchange.source import Source
from wstui.timeline import Beat, HeartbeatSeries

Item = TypeVar("Item")

_SERIES_SHORT, _SERIES_LONG = 5_000, 50_000
"""A heartbeat series is given on in parts: where nothing is outstanding, and at the latest here."""


class Ends(Generic[Item]):
    """The first and the last of many."""

    def __init__(self, limit: int | None) -> None:
        """None: keep all."""
        self._first: list[Item] = []
        self._room = None if limit is None else limit - limit // 2
        self._last: deque[Item] = deque(maxlen=None if limit is None else limit // 2)
        self.count = 0

    def add(self, item: Item) -> None:
        """One more."""
        self.count += 1
        if self._room is None or len(self._first) < self._room:
            self._first.append(item)
        else:
            self._last.append(item)

    @property
    def left_out(self) -> int:
        """How many of them are between the first and the last that were kept."""
        return self.count - len(self._first) - len(self._last)

    def parts(self) -> tuple[list[Item], list[Item]]:
        """Those before what is left out, and those after."""
        return self._first, list(self._last)


class BeatStream:
    """The heartbeat series of a session of any length."""

    def __init__(self, source: Source) -> None:
        self._make = source.heartbeat_series
        self._series: HeartbeatSeries = self._make()

    def take(self, batch: list[RecordedEvent]) -> list[Beat]:
        """Feed a batch; the beats that are done."""
        self._series.extend(batch)
        beats = self._series.beats()
        if len(beats) < _SERIES_SHORT:
            return []
        if len(beats) < _SERIES_LONG and any(beat.status == "outstanding" for beat in beats):
            return []
        self._series = self._make()
        return beats

    def rest(self, now_ns: int) -> list[Beat]:
        """The others, at the end."""
        self._series.advance(now_ns)
        return self._series.beats()


def beats_of(source: Source) -> Iterator[Beat]:
    """Every ping that we sent, with what became of it."""
    stream, last_ns = BeatStream(source), 0
    for batch in source.batches():
        yield from stream.take(batch)
        last_ns = batch[-1].t_ns
    yield from stream.rest(last_ns)


class Digest:
    """The numbers of what is chosen of a session."""

    def __init__(self, source: Source, *, timeline_rows: int, messages: int | None) -> None:
        """Read it.

        Args:
            source: the session.
            timeline_rows: how many rows of the timeline are kept.
            messages: how many messages are kept; None: all.
        """
        self.events = 0
        self.connections: set[int] = set()
        self.first_ns = self.last_ns = 0
        self.count = dict.fromkeys(("sent", "received"), 0)
        self.bytes = dict.fromkeys(("sent", "received"), 0)
        self.wire_bytes = dict.fromkeys(("sent", "received"), 0)
        self.control = dict.fromkeys(("sent", "received"), 0)
        """Pings and pongs."""
        self.timeline: Ends[RecordedEvent] = Ends(timeline_rows)
        """Everything but messages, pings and pongs."""
        self.messages: Ends[RecordedEvent] = Ends(messages)
        self.trips = array("q")
        """Round trips in ns, in order."""
        self.missed = self.answered = 0
        self.points: list[tuple[int, int | None, int | None, str]] = []
        """Time, round trip, TCP round trip, status: thinned to what a graph can show."""
        self._every, self._seen = 1, 0
        self._read(source)

    @property
    def lasted_ns(self) -> int:
        """From the first chosen event to the last."""
        return self.last_ns - self.first_ns

    def _read(self, source: Source) -> None:
        stream = BeatStream(source)
        for batch in source.batches():
            for event in batch:
                self._take(event)
            for beat in stream.take(batch):
                self._take_beat(beat)
        for beat in stream.rest(self.last_ns):
            self._take_beat(beat)

    def _take(self, event: RecordedEvent) -> None:
        self.events += 1
        self.connections.add(event.connection)
        self.first_ns = self.first_ns or event.t_ns
        self.last_ns = max(self.last_ns, event.t_ns)
        if event.direction != Direction.LOCAL:
            self.wire_bytes[event.direction] = self.wire_bytes.get(event.direction, 0) + event.wire_size
        if event.kind in MESSAGE_KINDS:
            self.messages.add(event)
            self.bytes[event.direction] = self.bytes.get(event.direction, 0) + event.size
            if not event.detail.get("fragment"):
                self.count[event.direction] = self.count.get(event.direction, 0) + 1
        elif event.kind in (Kind.PING, Kind.PONG):
            self.control[event.direction] = self.control.get(event.direction, 0) + 1
        else:
            self.timeline.add(event)

    def _take_beat(self, beat: Beat) -> None:
        self.answered += beat.pong_id is not None
        self.missed += beat.status == "missed"
        if beat.rtt_ns is not None:
            self.trips.append(beat.rtt_ns)
        self._seen += 1
        if self._seen % self._every and beat.status != "missed":
            return
        self.points.append((beat.t_ns, beat.rtt_ns, beat.tcp_rtt_ns, beat.status))
        if len(self.points) > _GRAPH_POINTS * 2:
            self.points = _thinned(self.points)
            self._every *= 2


_GRAPH_POINTS = 1000


def _thinned(
    points: list[tuple[int, int | None, int | None, str]],
) -> list[tuple[int, int | None, int | None, str]]:
    """Half as many: of two neighbours the missed or the slower one, so that no peak is lost."""
    kept = []
    for one, other in zip(points[::2], points[1::2], strict=False):
        kept.append(max(one, other, key=lambda point: (point[3] == "missed", point[1] or 0)))
    return kept
