"""The rows of a filtered list: the hits alone, read when they are drawn."""

from bisect import bisect_left, bisect_right
from collections.abc import MutableSequence

from textual.cache import LRUCache

from wstui.events import RecordedEvent
from wstui.timeline import TimelineReader
from wstui.tui.mark_signs import RowMarks
from wstui.words.event_line import PREVIEW_BYTES

_PAGE_ROWS = 256
_KEPT_PAGES = 16


class Hits:
    """The numbers of the events that were found, in order."""

    def __init__(self, ids: MutableSequence[int]) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, event_id: object) -> bool:
        if not isinstance(event_id, int):
            return False
        at = bisect_left(self.ids, event_id)
        return at < len(self.ids) and self.ids[at] == event_id

    def step(self, from_id: int, direction: int) -> int | None:
        """The hit after (1) or before (-1) an event, going round at the ends."""
        if not self.ids:
            return None
        if direction > 0:
            return self.ids[bisect_right(self.ids, from_id) % len(self.ids)]
        return self.ids[bisect_left(self.ids, from_id) - 1]

    def ordinal(self, event_id: int) -> int:
        """Which hit an event is, from 1."""
        return bisect_left(self.ids, event_id) + 1


class FilteredRows:
    """The hits as a sequence of rows that may grow."""

    everything = False

    def __init__(self, reader: TimelineReader, hits: Hits) -> None:
        self._reader = reader
        self._hits = hits
        self._pages: LRUCache[int, list[RecordedEvent]] = LRUCache(_KEPT_PAGES)
        self._count = 0
        self._marks = RowMarks(reader)
        self.refresh()

    def __len__(self) -> int:
        return self._count

    def refresh(self) -> int:
        """Look how many hits there are now; the count."""
        count = len(self._hits)
        if count != self._count:
            self._pages.discard(self._count // _PAGE_ROWS)
            self._count = count
            self._marks.grew()
        return count

    def event(self, row: int) -> RecordedEvent | None:
        """The event in a row, its payload cut to what a row shows; None outside."""
        if not 0 <= row < self._count:
            return None
        number, within = divmod(row, _PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            ids = list(self._hits.ids[number * _PAGE_ROWS : (number + 1) * _PAGE_ROWS])
            page = self._pages[number] = self._reader.events_of(ids, payload_limit=PREVIEW_BYTES)
        return page[within] if within < len(page) else None

    def mark(self, event_id: int) -> str:
        """What the dialect recognised in an event that has a row; empty: nothing."""
        return self._marks.of(event_id)

    def row_of(self, event_id: int) -> int:
        """The row of an event, or of the hit before it (or 0) where it is none."""
        return max(0, bisect_right(self._hits.ids, event_id) - 1)
