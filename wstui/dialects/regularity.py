"""A heartbeat that nobody described, found by its regularity.

A short message of one shape (numbers masked) that comes at a stable period is a heartbeat if the
other side answers each one with a short message, if its words say so, or if it is tiny and always
the same. A ticker is none of these: regular, but a stream of numbers that nobody answers.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from wstui.events import Direction

NS = 1_000_000_000
MAX_BYTES = 256
"""A heartbeat is short; longer messages are not looked at."""
MIN_REPEATS = 4
"""So often must a shape come before its regularity means anything."""
STABLE = 0.15
"""Median absolute deviation over the median period, at most."""
MIN_PERIOD_NS = NS // 10
"""What comes faster is a stream."""
MAX_ANSWER_NS = 5 * NS
TINY_BYTES = 16
SHAPES = 32
"""So many shapes are remembered; the one not seen for longest goes first."""
MOMENTS = 16
"""So many of a shape's last moments are remembered."""

_SENT, _RECEIVED = Direction.SENT.value, Direction.RECEIVED.value
_OTHER = {_SENT: _RECEIVED, _RECEIVED: _SENT}
_VARYING = re.compile(rb"[0-9a-f]{8}(?:-?[0-9a-f]{4,})*|\d+(?:\.\d+)?")
_WORDS = re.compile(
    rb"(?<![a-z])(?:ping|pong|heart_?-?beat|hb|keep_?-?alive|alive|are you there|ka)(?![a-z])", re.IGNORECASE
)
_EMPTY_WORDS = frozenset({b"{}", b"[]", b"", b"\n", b"\r\n", b" ", b".", b"h", b"1", b"0"})


def masked(payload: bytes) -> bytes:
    """The message's shape: what varies from one to the next left out."""
    return _VARYING.sub(b"#", payload)


def median_period_s(times_ns: Sequence[int]) -> float | None:
    """The median distance of at least three moments, in seconds."""
    if len(times_ns) < 3:
        return None
    gaps = [later - earlier for earlier, later in pairwise(times_ns)]
    return round(median(gaps) / NS, 3)


def is_stable(times_ns: Sequence[int]) -> bool:
    """Whether moments follow each other at a stable period."""
    gaps = [later - earlier for earlier, later in pairwise(times_ns)]
    if len(gaps) < MIN_REPEATS - 1:
        return False
    middle = median(gaps)
    if middle < MIN_PERIOD_NS:
        return False
    return median(abs(gap - middle) for gap in gaps) / middle < STABLE


@dataclass(slots=True)
class _Shape:
    """One direction's messages of one shape."""

    sample: bytes
    times_ns: deque[int] = field(default_factory=lambda: deque(maxlen=MOMENTS))
    constant: bool = True
    """Every one was the same, numbers and all."""
    count: int = 0
    pairs: dict[bytes, int] = field(default_factory=dict)
    """Shapes that came from the other side between two of these, and how often exactly once."""
    echoed: int = 0
    """How often the other side just said the same."""
    since: dict[bytes, int] = field(default_factory=dict)
    """Shapes that came from the other side since the last of these, and how often."""


@dataclass(frozen=True, slots=True)
class RegularHeartbeat:
    """A heartbeat found by regularity."""

    starts: str
    """``sent`` or ``received``."""
    shape: bytes
    answer: bytes | None
    """The shape that answers it; None: nobody does."""
    period_s: float


class RegularityDetector:
    """Listens to messages as they come, remembers a bounded number of shapes."""

    __slots__ = ("_shapes",)

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, bytes], _Shape] = {}

    def feed(self, t_ns: int, direction: str, payload: bytes) -> None:
        """Note a message. ``t_ns``: session time."""
        if len(payload) > MAX_BYTES or direction not in _OTHER:
            return
        shape = masked(payload)
        self._answer(t_ns, _OTHER[direction], shape, payload)
        key = (direction, shape)
        known = self._shapes.pop(key, None) or _Shape(payload)
        self._shapes[key] = known  # last in the order: seen just now
        if len(self._shapes) > SHAPES:
            del self._shapes[next(iter(self._shapes))]
        known.constant = known.constant and payload == known.sample
        known.sample = payload
        known.count += 1
        known.times_ns.append(t_ns)
        for answer, times in known.since.items():
            if times == 1 and len(known.pairs) < SHAPES:
                known.pairs[answer] = known.pairs.get(answer, 0) + 1
        known.since.clear()

    def _answer(self, t_ns: int, asked: str, shape: bytes, payload: bytes) -> None:
        """Tell the other side's shapes that this came after them."""
        for (direction, _), known in self._shapes.items():
            if direction != asked or t_ns - known.times_ns[-1] > MAX_ANSWER_NS:
                continue
            if payload == known.sample:
                known.echoed += 1
            if shape in known.since or len(known.since) < SHAPES:
                known.since[shape] = known.since.get(shape, 0) + 1

    def result(self) -> RegularHeartbeat | None:
        """The heartbeat, answered ones before one-way ones."""
        regular = [(key, known) for key, known in self._shapes.items() if is_stable(known.times_ns)]
        asked = [(key, known, answer) for key, known in regular if (answer := _answered_by(key[1], known))]
        # Of the two halves of an exchange the one that is answered sooner started it.
        asked.sort(key=lambda row: self._delay_ns(row[0], row[2]))
        if asked:
            (direction, shape), known, answer = asked[0]
            return RegularHeartbeat(direction, shape, answer, median_period_s(known.times_ns) or 0.0)
        for (direction, shape), known in regular:
            if _speaks_for_itself(shape, known):
                return RegularHeartbeat(direction, shape, None, median_period_s(known.times_ns) or 0.0)
        return None

    def _delay_ns(self, key: tuple[str, bytes], answer: bytes) -> int:
        asked = self._shapes[key].times_ns
        answered = self._shapes.get((_OTHER[key[0]], answer))
        if answered is None:
            return MAX_ANSWER_NS
        delays = [min((t for t in answered.times_ns if t >= ask), default=ask) - ask for ask in asked]
        return int(median(delays))


def _answered_by(shape: bytes, known: _Shape) -> bytes | None:
    """The shape that came exactly once after nearly each of these; no mere echo."""
    if _is_echoed(known):
        return None
    # The newest one's answer may still be on its way.
    needed = max(MIN_REPEATS - 1, round(0.9 * (known.count - 1)))
    best = max(known.pairs.items(), key=lambda row: row[1], default=(b"", 0))
    if best[0] == shape and not _WORDS.search(shape):
        return None
    return best[0] if best[1] >= needed else None


def _is_echoed(known: _Shape) -> bool:
    return known.echoed * 2 > known.count and not _WORDS.search(known.sample)


def _speaks_for_itself(shape: bytes, known: _Shape) -> bool:
    if _WORDS.search(shape):
        return True
    if not known.constant or _is_echoed(known):
        return False
    return known.sample in _EMPTY_WORDS or len(known.sample) <= TINY_BYTES
