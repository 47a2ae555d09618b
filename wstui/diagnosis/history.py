"""Endings of earlier sessions at the same place, read from the catalogue at little cost.

:func:`~wstui.diagnosis.diagnose` itself looks at no file but the one it is given; a caller that has the
catalogue hands these in.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from wstui.diagnosis.past import PastEnding, past_ending
from wstui.diagnosis.silence import TimedEvents
from wstui.events import RecordedEvent
from wstui.timeline import Catalogue, TimelineError, TimelineReader
from wstui.timeline.entries import session_entry

MOST_SESSIONS = 20
"""So many earlier sessions at the same place are looked at."""
_MOST_ENTRIES = 60
"""So many of the profile's sessions are asked for their URL."""
_HEAD_EVENTS = 40
_TAIL_EVENTS = 200


def history_before(reader: TimelineReader) -> tuple[PastEnding, ...]:
    """Endings of the sessions before this one, of its profile, to its URL, in its own folder."""
    return history_of(reader.info.profile, reader.info.url, before=reader.path)


def history_of(
    profile: str, url: str, *, before: Path | None = None, folder: Path | None = None
) -> tuple[PastEnding, ...]:
    """Endings of a profile's earlier sessions to a URL, the oldest first.

    Args:
        profile: its name.
        url: as the sessions' files have it; other places tell nothing.
        before: a session file: only older ones count, and they are looked for beside it.
        folder: of all sessions, if not that of ``before`` or the person's own.
    """
    catalogue = Catalogue(folder or (before.parent.parent if before is not None else None))
    found: list[PastEnding] = []
    for path in islice(_earlier(catalogue, profile, url, before), MOST_SESSIONS):
        found[:0] = endings_of(path)
    return tuple(found)


def _earlier(catalogue: Catalogue, profile: str, url: str, before: Path | None) -> Iterator[Path]:
    """Session files that count, the newest first; opened one by one, as they are asked for."""
    older = (path for path in catalogue.paths(profile) if before is None or path.name < before.name)
    for path in islice(older, _MOST_ENTRIES):
        entry = session_entry(path)
        if not entry.error and entry.url == url and entry.opened:
            yield path


def endings_of(path: Path) -> list[PastEnding]:
    """The endings that the edges of a session file show: its first connection's and its last one's."""
    try:
        with TimelineReader(path) as reader:
            events = _edges(reader)
    except TimelineError:
        return []
    numbers = sorted({event.connection for event in events})
    kept = [numbers[0], numbers[-1]] if len(numbers) > 1 else numbers
    rows = (TimedEvents(n, tuple(e for e in events if e.connection == n)) for n in kept)
    return [row for events_of_one in rows if (row := past_ending(events_of_one)) is not None]


def _edges(reader: TimelineReader) -> list[RecordedEvent]:
    last_id = reader.last_id()
    head = reader.events(1, min(last_id, _HEAD_EVENTS), payload_limit=0)
    tail = reader.events(max(_HEAD_EVENTS + 1, last_id - _TAIL_EVENTS + 1), last_id, payload_limit=0)
    return [*head, *tail]
