"""Finding the application's heartbeat among messages.

By what the knowledge files call a heartbeat, and, for services that nobody described, by
regularity: a short message of the same shape that comes at a stable period.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from wstui.dialects import HeartbeatShape, knowledge
from wstui.events import Direction, RecordedEvent

NS = 1_000_000_000
MAX_HEARTBEAT_BYTES = 512
"""A heartbeat is short; longer messages are not looked at."""
MIN_REPEATS = 4
"""So often must a shape repeat before its regularity means anything."""
STABLE = 0.15
"""Median absolute deviation over the median period, at most."""


@dataclass(frozen=True, slots=True)
class ApplicationHeartbeat:
    """A heartbeat in messages: who asks, how regularly, and which requests were not answered."""

    starts: str
    """``sent``: we ask; ``received``: the server asks."""
    requests: tuple[RecordedEvent, ...]
    unanswered: tuple[RecordedEvent, ...]
    """Requests with no answer from the other side after them; empty where none is expected."""
    expects_answer: bool
    period_s: float | None
    name: str


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
    return middle > 0 and median(abs(gap - middle) for gap in gaps) / middle < STABLE


def application_heartbeat(messages: Sequence[RecordedEvent]) -> ApplicationHeartbeat | None:
    """The heartbeat in these messages, known shapes first."""
    short = [e for e in messages if e.payload is not None and e.size <= MAX_HEARTBEAT_BYTES]
    for shape in knowledge().heartbeat:
        found = _of_known_shape(short, shape)
        if found is not None:
            return found
    return _by_regularity(short)


def _of_known_shape(messages: Sequence[RecordedEvent], shape: HeartbeatShape) -> ApplicationHeartbeat | None:
    requests = [e for e in messages if shape.request_regex.search(e.payload or b"")]
    if not requests:
        return None
    starts = requests[0].direction
    requests = [e for e in requests if e.direction == starts]
    unanswered = _unanswered(requests, messages, shape)
    return ApplicationHeartbeat(
        starts,
        tuple(requests),
        tuple(unanswered),
        shape.reply_regex is not None,
        median_period_s([e.t_ns for e in requests]),
        shape.name,
    )


def _unanswered(
    requests: Sequence[RecordedEvent], messages: Sequence[RecordedEvent], shape: HeartbeatShape
) -> list[RecordedEvent]:
    reply = shape.reply_regex
    if reply is None:
        return []
    other = (
        Direction.SENT.value
        if requests[0].direction == Direction.RECEIVED.value
        else Direction.RECEIVED.value
    )
    answers = [e.id for e in messages if e.direction == other and reply.search(e.payload or b"")]
    return [request for request in requests if not any(answer > request.id for answer in answers)]


_VARYING = re.compile(rb"\d+|\b[0-9a-f]{8,}\b")


def _by_regularity(messages: Sequence[RecordedEvent]) -> ApplicationHeartbeat | None:
    shapes: dict[tuple[str, bytes], list[RecordedEvent]] = {}
    for event in messages:
        shape = _VARYING.sub(b"#", event.payload or b"")
        shapes.setdefault((event.direction, shape), []).append(event)
    regular = {
        key: found
        for key, found in shapes.items()
        if is_stable([e.t_ns for e in found]) and len(key[1]) <= 64
    }
    for (direction, shape), found in regular.items():
        other = Direction.SENT.value if direction == Direction.RECEIVED.value else Direction.RECEIVED.value
        paired = any(
            key[0] == other and abs(len(rest) - len(found)) <= 1
            for key, rest in regular.items()
            if key[1] != shape or key[0] != direction
        )
        if paired:
            period = median_period_s([e.t_ns for e in found])
            return ApplicationHeartbeat(direction, tuple(found), (), True, period, "regular exchange")
    return None
