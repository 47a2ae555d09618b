"""Finding rows of the transcript by their number, at any size, without an index.

Each event holds how many transcript events there were up to and including itself. That number only
grows with ``id``, so a search over the primary key finds row *n* in a few steps.
"""

from collections.abc import Callable, Iterator

from wstui.events import TRANSCRIPT_KINDS

TRANSCRIPT_KINDS_SQL = ", ".join(f"'{kind}'" for kind in sorted(TRANSCRIPT_KINDS))
"""For ``kind IN (…)``."""

_AT_OR_BEFORE = "SELECT id, transcript FROM event WHERE id <= ? ORDER BY id DESC LIMIT 1"
_NEWEST = "SELECT id, transcript FROM event ORDER BY id DESC LIMIT 1"
_SPARSE = 8
"""A range with this many times more events than rows is cut in two, so that a flood of pings between
two messages is skipped and not read."""

Fetch = Callable[..., list[tuple[int, ...]]]
"""Runs a query (text, parameters) whose rows hold whole numbers only."""


class Transcript:
    """Numbers of rows against ids of events."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def count(self) -> int:
        """How many rows there are."""
        newest = self._fetch(_NEWEST)
        return newest[0][1] if newest else 0

    def ordinal_of(self, event_id: int) -> int:
        """How many rows there are up to and including an event."""
        found = self._fetch(_AT_OR_BEFORE, (event_id,))
        return found[0][1] if found else 0

    def ranges(self, first_row: int, count: int) -> Iterator[tuple[int, int]]:
        """Ranges of ids that hold the rows from ``first_row`` (from 0) on, both ends included."""
        newest = self._fetch(_NEWEST)
        if not newest:
            return
        last_id, total = newest[0]
        first, last = first_row + 1, min(first_row + count, total)
        if first <= last:
            first_id = self._id_of(first, (0, 0), (last_id, total))
            end_id = self._id_of(last, (first_id - 1, first - 1), (last_id, total))
            yield from self._dense((first, first_id), (last, end_id))

    def _dense(self, first: tuple[int, int], last: tuple[int, int]) -> Iterator[tuple[int, int]]:
        rows, ids = last[0] - first[0] + 1, last[1] - first[1] + 1
        if rows <= 1:
            yield last[1], last[1]
        elif ids <= rows * _SPARSE:
            yield first[1], last[1]
        else:
            middle = (first[0] + last[0]) // 2
            low, high = (first[1] - 1, first[0] - 1), (last[1], last[0])
            middle_id = self._id_of(middle, low, high)
            next_id = self._id_of(middle + 1, (middle_id, middle), high)
            yield from self._dense(first, (middle, middle_id))
            yield from self._dense((middle + 1, next_id), last)

    def _id_of(self, ordinal: int, low: tuple[int, int], high: tuple[int, int]) -> int:
        """The event that is row ``ordinal`` (from 1).

        ``low`` and ``high`` are pairs of id and ordinal: ``low`` lies before it, ``high`` at it or after.
        """
        by_proportion = True
        while high[0] - low[0] > 1:
            guess = (low[0] + high[0]) // 2
            if by_proportion and high[1] > low[1]:
                guess = low[0] + (high[0] - low[0]) * (ordinal - low[1]) // (high[1] - low[1])
                guess = min(max(guess, low[0] + 1), high[0] - 1)
            by_proportion = not by_proportion
            found = self._fetch(_AT_OR_BEFORE, (guess,))
            reached = found[0][1] if found else 0
            if reached >= ordinal:
                high = (guess, reached)
            else:
                low = (guess, reached)
        return high[0]
