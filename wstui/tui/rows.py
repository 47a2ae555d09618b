"""The rows of the message list: windows over the session file, by ordinal.

A list of a million rows and one of a hundred cost the same: a row is read when it is drawn, in pages
of :data:`PAGE_ROWS`, of which a few are kept. No widget, no SQL.
"""

from textual.cache import LRUCache

from wstui.events import RecordedEvent
from wstui.timeline import TimelineReader
from wstui.tui.mark_signs import RowMarks
from wstui.words.event_line import PREVIEW_BYTES

PAGE_ROWS = 256
_KEPT_PAGES = 16


class Rows:
    """The transcript of a session, or every event of it, as a sequence that may grow."""

    def __init__(self, reader: TimelineReader, *, everything: bool = False) -> None:
        self._reader = reader
        self._everything = everything
        self._pages: LRUCache[int, list[RecordedEvent]] = LRUCache(_KEPT_PAGES)
        self._count = 0
        self._marks = RowMarks(reader)
        self.refresh()

    def __len__(self) -> int:
        return self._count

    @property
    def everything(self) -> bool:
        """Whether pings, pongs and the phases of dialling have rows too."""
        return self._everything

    def refresh(self) -> int:
        """Look how many rows there are now; the count."""
        count = self._reader.last_id() if self._everything else self._reader.transcript_count()
        if count != self._count:
            self._pages.discard(self._count // PAGE_ROWS)
            self._count = count
            self._marks.grew()
        return count

    def event(self, row: int) -> RecordedEvent | None:
        """The event in a row, its payload cut to what a row shows; None outside."""
        if not 0 <= row < self._count:
            return None
        number, within = divmod(row, PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            page = self._fetch(number * PAGE_ROWS)
            self._pages[number] = page
        return page[within] if within < len(page) else None

    def _fetch(self, first: int) -> list[RecordedEvent]:
        read = self._reader.all_rows if self._everything else self._reader.transcript
        return read(first, PAGE_ROWS, payload_limit=PREVIEW_BYTES)

    def mark(self, event_id: int) -> str:
        """What the dialect recognised in an event that has a row; empty: nothing."""
        return self._marks.of(event_id)

    def row_of(self, event_id: int) -> int:
        """The row of an event, or of the nearest row before it where it has none of its own."""
        return self._reader.row_of(event_id, everything=self._everything)
