"""Which of a session's events diagnosis looks at.

Everything but messages, and of the messages of each connection those near its beginning and its
end: what decides an ending, and what tells a dialect, stands at the edges. So a verdict on a
million events costs milliseconds.
"""

from itertools import groupby
from typing import TYPE_CHECKING

from wstui.events import RecordedEvent

if TYPE_CHECKING:
    from wstui.timeline import TimelineReader

EDGE = 400
"""Events looked at on either side of a connection."""
PAYLOAD_BYTES = 1024
"""Of a message only its start is looked at."""


def gather(reader: "TimelineReader") -> list[RecordedEvent]:
    """The events that matter, in order."""
    side = reader.side_events()
    kept = {event.id: event for event in side}
    firsts = [next(rows).id for _, rows in groupby(side, key=lambda event: event.connection)]
    ends = [*(first - 1 for first in firsts[1:]), reader.last_id()]
    for first, last in zip(firsts, ends, strict=False):
        for event in _edges(reader, first, last):
            kept.setdefault(event.id, event)
    return [kept[number] for number in sorted(kept)]


def _edges(reader: "TimelineReader", first: int, last: int) -> list[RecordedEvent]:
    start = reader.events(first, min(last, first + EDGE - 1), payload_limit=PAYLOAD_BYTES)
    tail = max(first + EDGE, last - EDGE + 1)
    return start + reader.events(tail, last, payload_limit=PAYLOAD_BYTES) if tail <= last else start
