"""The session file: one SQLite file a session, written by the engine, read by everything else.

The only folder that knows SQL. :class:`TimelineWriter` records, :class:`TimelineReader` gives windows
on a file that may still grow, :class:`Catalogue` finds files. ``docs/format.md`` describes the format.
"""

from wstui.timeline.catalogue import Catalogue
from wstui.timeline.counts import Counts
from wstui.timeline.entries import KnownEntries, SessionEntry
from wstui.timeline.errors import TimelineError
from wstui.timeline.heartbeat import Beat, HeartbeatSeries, Numbers, ServerPing, heartbeat_numbers
from wstui.timeline.reader import TimelineReader
from wstui.timeline.rows import Mark, Note, StoredEvent, StoredPayload, as_stored, from_stored
from wstui.timeline.schema import FORMAT_VERSION
from wstui.timeline.search import Found, Sought
from wstui.timeline.session import SessionInfo, new_session_path
from wstui.timeline.writer import TimelineWriter

__all__ = [
    "FORMAT_VERSION",
    "Beat",
    "Catalogue",
    "Counts",
    "Found",
    "HeartbeatSeries",
    "KnownEntries",
    "Mark",
    "Note",
    "Numbers",
    "ServerPing",
    "SessionEntry",
    "SessionInfo",
    "Sought",
    "StoredEvent",
    "StoredPayload",
    "TimelineError",
    "TimelineReader",
    "TimelineWriter",
    "as_stored",
    "from_stored",
    "heartbeat_numbers",
    "new_session_path",
]
