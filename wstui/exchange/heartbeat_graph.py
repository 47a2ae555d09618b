"""The heartbeat as SVG paths and labels. Pure: a digest in, strings out."""

from typing import NamedTuple

from wstui.events import END_KINDS, Kind
from wstui.exchange.digest import Digest
from wstui.words.measures import long_duration_text

_WIDTH, _HEIGHT = 1000, 200
_DOTS = 150
"""With more points than this the line alone is clearer."""
_STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)


class Graph(NamedTuple):
    """Paths in a box of 1000 × 200, and what stands beside it."""

    line: str
    dots: str
    tcp: str
    missed: str
    closes: str
    grid: tuple[int, ...]
    y: tuple[str, ...]
    """From the top."""
    x: tuple[str, ...]
    words: str


def heartbeat_graph(digest: Digest, started_ns: int, words: str) -> Graph | None:
    """The graph of what is chosen of a session; None without a heartbeat."""
    if not digest.points:
        return None
    first_ns, span_ns = digest.first_ns, max(digest.lasted_ns, 1)
    top_ns = _round_up(max((trip or 0) for _, trip, _, _ in digest.points) or 1_000_000)

    def x(t_ns: int) -> str:
        return f"{(t_ns - first_ns) / span_ns * _WIDTH:.1f}"

    def y(trip_ns: int) -> str:
        return f"{_HEIGHT - min(trip_ns / top_ns, 1) * _HEIGHT:.1f}"

    trips = [None if trip is None else f"{x(t_ns)} {y(trip)}" for t_ns, trip, _, _ in digest.points]
    tcp = [None if rtt is None else f"{x(t_ns)} {y(rtt)}" for t_ns, _, rtt, _ in digest.points]
    ends = [
        e for part in digest.timeline.parts() for e in part if e.kind == Kind.CLOSE or e.kind in END_KINDS
    ]
    return Graph(
        line=_line(trips),
        dots="".join(f"M{point}h0" for point in trips if point) if len(trips) <= _DOTS else "",
        tcp=_line(tcp),
        missed="".join(f"M{x(t_ns)} 0V{_HEIGHT}" for t_ns, _, _, state in digest.points if state == "missed"),
        closes="".join(f"M{x(event.t_ns)} 0V{_HEIGHT}" for event in ends),
        grid=(0, _HEIGHT // 2, _HEIGHT),
        y=(long_duration_text(top_ns), long_duration_text(top_ns // 2), "0"),
        x=tuple(_since(first_ns - started_ns + span_ns * part // 4, span_ns) for part in range(0, 5, 2)),
        words=words,
    )


def _since(offset_ns: int, span_ns: int) -> str:
    """A label of the time axis; what is nothing beside its span is 0."""
    return "0" if abs(offset_ns) < span_ns // 100 else f"+{long_duration_text(offset_ns)}"


def _line(points: list[str | None]) -> str:
    """A path that is interrupted where there is no point: a missed ping is a gap."""
    parts, is_down = [], False
    for point in points:
        if point is not None:
            parts.append(f"{'L' if is_down else 'M'}{point}")
        is_down = point is not None
    return "".join(parts)


def _round_up(value_ns: int) -> int:
    """The next round number, so that the scale reads well."""
    power = 10 ** (len(str(value_ns)) - 1)
    return next(int(step * power) for step in _STEPS if step * power >= value_ns)
