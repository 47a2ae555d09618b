"""Finding messages that contain a text: a plain scan over the session file, in a thread of its own.

The hits are kept as numbers of events, so that the next and the previous one cost nothing.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from wstui.events import MESSAGE_KINDS, RecordedEvent
from wstui.timeline import TimelineReader

HITS_LIMIT = 1_000_000
_ASK_EVERY = 4096


def _numbers() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class Hits:
    """The events that contain ``text``, as far as the file was looked through."""

    text: str
    ids: "array[int]" = field(default_factory=_numbers)
    scanned_to: int = 0

    def step(self, from_id: int, direction: int) -> int | None:
        """The hit after (1) or before (-1) an event, going round at the ends."""
        if not self.ids:
            return None
        if direction > 0:
            at = bisect_right(self.ids, from_id) % len(self.ids)
        else:
            at = bisect_left(self.ids, from_id) - 1
        return self.ids[at]

    def ordinal(self, event_id: int) -> int:
        """Which hit an event is, from 1."""
        return bisect_left(self.ids, event_id) + 1


def scan(path: Path, hits: Hits, cancelled: Callable[[], bool]) -> Hits:
    """Look through what was not looked through yet; upper and lower case are the same.

    Raises:
        TimelineError: the file cannot be read.
    """
    needle = hits.text.encode("utf-8", "surrogatepass").lower()
    with TimelineReader(path) as reader:
        for event in reader.iterate(hits.scanned_to + 1):
            hits.scanned_to = event.id
            if needle in searched_bytes(event).lower():
                hits.ids.append(event.id)
            if event.id % _ASK_EVERY == 0 and (cancelled() or len(hits.ids) >= HITS_LIMIT):
                break
    return hits


def searched_bytes(event: RecordedEvent) -> bytes:
    """What of an event is searched: a message's payload, a close frame's reason, an error's words."""
    if event.kind in MESSAGE_KINDS:
        return event.payload or b""
    words = event.detail.get("reason") or event.detail.get("message") or ""
    return str(words).encode("utf-8", "surrogatepass")
