"""How recorded sessions ended, for lists: a word, a mark for a row of marks, a tone. Pure."""

from collections.abc import Iterable, Sequence
from enum import Enum

from textual.content import Content

from wstui.events import close_code_name
from wstui.timeline import SessionEntry
from wstui.tui.graph_scale import span_text
from wstui.tui.tones import CONTENT_STYLES, MUTED

RECENT = 8
"""Sessions in a profile's row of marks."""


class Fate(Enum):
    """How a session ended, coarsely; the value is its mark: the higher, the worse."""

    GOOD = "▁"
    RUNNING = "▃"
    """Being recorded, or the recorder was killed."""
    UNCLEAN = "▅"
    FAILED = "█"
    """It never opened."""


_STYLES = {
    Fate.GOOD: CONTENT_STYLES["good"],
    Fate.RUNNING: CONTENT_STYLES["warning"],
    Fate.UNCLEAN: CONTENT_STYLES["error"],
    Fate.FAILED: CONTENT_STYLES["error"],
}
_GOOD_CODES = (1000, 1001, 1005)


def fate_of(entry: SessionEntry) -> Fate:
    """How a session ended."""
    if entry.close_code is not None:
        return Fate.GOOD if entry.close_code in _GOOD_CODES else Fate.UNCLEAN
    if entry.recording:
        return Fate.RUNNING
    if entry.error or (not entry.opened and (entry.ended_ns is not None or entry.ending)):
        return Fate.FAILED
    return Fate.RUNNING if entry.ended_ns is None else Fate.GOOD


def ending_words(entry: SessionEntry) -> tuple[str, str]:
    """How it ended, in a few words, with their style."""
    code = entry.close_code
    if code is not None:
        return f"{code} {close_code_name(code)}", MUTED if code in _GOOD_CODES else CONTENT_STYLES["error"]
    if entry.recording:
        return "● being recorded", CONTENT_STYLES["good"]
    if not entry.opened:
        return "never opened", CONTENT_STYLES["error"]
    if entry.ended_ns is not None:
        return "ended", MUTED
    return "cut off: the recorder died", CONTENT_STYLES["warning"]


def fate_marks(entries: Sequence[SessionEntry]) -> Content:
    """The newest sessions' fates, the newest at the right, in :data:`RECENT` cells."""
    recent = [fate_of(entry) for entry in entries[:RECENT]][::-1]
    blank = " " * (RECENT - len(recent))
    return Content.assemble(blank, *((fate.value, _STYLES[fate]) for fate in recent))


def outcome(entry: SessionEntry, cause: str, now_ns: int) -> Content:
    """The last outcome: its cause where it is known, else how it ended; and how long ago."""
    words, style = ending_words(entry)
    ago_ns = max(0, now_ns - (entry.last_ns or entry.started_ns))
    return Content.assemble((cause or words, style), (f"  {span_text(ago_ns)} ago", MUTED))


def by_profile(entries: Iterable[SessionEntry]) -> dict[str, list[SessionEntry]]:
    """Sessions by their profile's name, in the order given."""
    found: dict[str, list[SessionEntry]] = {}
    for entry in entries:
        found.setdefault(entry.profile, []).append(entry)
    return found
