"""What was sent in earlier sessions of a profile: the composer's history survives a restart.

The session files remember it already; nothing is written for it.
"""

from wstui.events import Direction, Kind, RecordedEvent
from wstui.timeline import Catalogue, TimelineError, TimelineReader
from wstui.tui.composing import HISTORY_LIMIT, Sent
from wstui.tui.variables import literal

_SESSIONS = 5
_ROWS = 2000
_LONGEST_BYTES = 64 * 1024


def sent_before(profile_name: str) -> list[Sent]:
    """Messages sent in the newest sessions of a profile, oldest first. Reads files; never raises."""
    found: list[Sent] = []
    try:
        sessions = Catalogue().sessions(profile=profile_name, limit=_SESSIONS)
    except (TimelineError, OSError):
        return []
    for entry in sessions:
        try:
            with TimelineReader(entry.path) as reader:
                found = _sent_in(reader) + found
        except TimelineError:
            continue
        if len(found) >= HISTORY_LIMIT:
            break
    return found[-HISTORY_LIMIT:]


def _sent_in(reader: TimelineReader) -> list[Sent]:
    first = max(0, reader.transcript_count() - _ROWS)
    rows = reader.transcript(first, _ROWS, payload_limit=_LONGEST_BYTES)
    return [_as_typed(event) for event in rows if _is_typed(event)]


def _is_typed(event: RecordedEvent) -> bool:
    return (
        event.direction == Direction.SENT
        and event.kind in (Kind.TEXT, Kind.BINARY)
        and event.size <= _LONGEST_BYTES
        and "fragment" not in event.detail
        and not event.detail.get("raw")
    )


def _as_typed(event: RecordedEvent) -> Sent:
    payload = event.payload or b""
    if event.kind == Kind.BINARY:
        return Sent(payload.hex(" "), binary=True)
    return Sent(literal(payload.decode("utf-8", "replace")))
