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
_ASK_EVERY = 8192


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


def scan(path: Path, hits: Hits, go_on: Callable[[], bool]) -> Hits:
    """Look through what was not looked through yet; upper and lower case of ASCII are the same.

    Args:
        path: the session file.
        hits: what was found so far; it grows while the scan goes on.
        go_on: asked every few thousand events; False ends the scan, which can be taken up again.

    Raises:
        TimelineError: the file cannot be read.
    """
    needle = hits.text.encode("utf-8", "surrogatepass").lower()
    with TimelineReader(path) as reader:
        for event in reader.iterate(hits.scanned_to + 1):
            payload = event.payload if event.kind in MESSAGE_KINDS else _words(event)
            if payload and needle in payload.lower():
                hits.ids.append(event.id)
            hits.scanned_to = event.id
            if not event.id % _ASK_EVERY and not (len(hits.ids) < HITS_LIMIT and go_on()):
                break
    return hits


def _words(event: RecordedEvent) -> bytes:
    """What of an event that is no message is searched: a close frame's reason, an error's words."""
    words = event.detail.get("reason") or event.detail.get("message") or ""
    return str(words).encode("utf-8", "surrogatepass")
