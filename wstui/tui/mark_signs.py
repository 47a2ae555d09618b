"""One column of signs in the message list: what the dialect recognised, bookmarks, notes, picks."""

from wstui.timeline import TimelineReader

BOOKMARK = "bookmark"
"""The words of a note that is only a place to come back to."""

PICKED_SIGN, NOTE_SIGN, BOOKMARK_SIGN = "◆", "✎", "★"

MARK_SIGNS: dict[str, tuple[str, str]] = {
    "app_ping": ("♥", "quiet"),
    "app_pong": ("♥", "quiet"),
    "subscribe": ("+", "accent"),
    "subscribed": ("✓", "good"),
    "unsubscribe": ("−", "accent"),
    "error": ("✗", "error"),
    "hello": ("»", "good"),
}
"""A sign and its tone for each mark of a dialect."""

OTHER_MARK = ("¤", "accent")

_BLOCK_IDS = 512
_SETTLED_AFTER_IDS = 64
"""A mark is written a moment after its event: what is so much older than the newest has all of them."""


class RowMarks:
    """The marks of the events near those that are asked for, read in blocks."""

    def __init__(self, reader: TimelineReader) -> None:
        self._reader = reader
        self._last_id = 0
        self._blocks: dict[int, tuple[int, dict[int, str]]] = {}

    def grew(self) -> None:
        """There are more events."""
        self._last_id = self._reader.last_id()

    def of(self, event_id: int) -> str:
        """The mark of an event, or nothing."""
        number = event_id // _BLOCK_IDS
        read_at, marks = self._blocks.get(number, (-1, {}))
        settled = read_at >= (number + 1) * _BLOCK_IDS + _SETTLED_AFTER_IDS
        if not settled and read_at != self._last_id:
            marks = self._read(number)
        return marks.get(event_id, "")

    def _read(self, number: int) -> dict[int, str]:
        first_id = number * _BLOCK_IDS
        found = self._reader.marks_between(first_id, first_id + _BLOCK_IDS - 1)
        marks = {event_id: rows[0].mark for event_id, rows in found.items()}
        self._blocks[number] = (self._last_id, marks)
        return marks


def row_sign(*, picked: bool, note: str | None, mark: str) -> tuple[str, str]:
    """The sign of a row and its tone: what the person did goes before what the dialect found."""
    if picked:
        return PICKED_SIGN, "note"
    if note is not None:
        return (BOOKMARK_SIGN if note == BOOKMARK else NOTE_SIGN), "note"
    return MARK_SIGNS.get(mark, OTHER_MARK) if mark else (" ", "plain")
