"""What the comparison's list shows: a row for each pair of messages and for each fact that differs. Pure.

Rows keep what they were made of; how a row reads is worked out when it is drawn.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from wstui.events import Kind, safe_text
from wstui.replay.comparison import Comparison, FactDifference, MessagePair, RecordedMessage
from wstui.replay.report import value_text
from wstui.tui.json_text import Span
from wstui.words.event_line import PREVIEW_BYTES, squeeze
from wstui.words.measures import clock_text

_WORD_CELLS = 8
_TIME_CELLS = 14
_TIME_FROM_CELLS = 100
_WORD_FROM_CELLS = 40
_BEFORE_CHANGE = 14
"""Characters that are shown of what two messages have in common before they differ."""

SIGNS = {
    "equal": ("=", "quiet"),
    "alike": ("≈", "quiet"),
    "changed": ("≠", "warning"),
    "moved": ("↕", "warning"),
    "missing": ("−", "error"),
    "extra": ("+", "accent"),
    "surplus": ("·", "quiet"),
    "fact": ("≠", "warning"),
    "heading": ("", "heading"),
}
"""A sign and a tone for each kind of row; the row says it in a word as well."""

_WORDS = {"equal": "", "alike": "", "surplus": "more", "fact": "differs", "heading": ""}


class CompareRow(NamedTuple):
    """One row."""

    connection: int
    """By its place in :attr:`Comparison.connections`; -1 for what is of the sessions as a whole."""
    pair: MessagePair | None = None
    fact: FactDifference | None = None
    heading: str = ""

    @property
    def what(self) -> str:
        """A key of :data:`SIGNS`."""
        if self.pair is None:
            return "fact" if self.fact is not None else "heading"
        return "alike" if self.pair.what == "equal" and self.pair.ignored else self.pair.what

    @property
    def counts(self) -> bool:
        """Whether it is a difference."""
        return self.fact is not None or (self.pair is not None and self.pair.counts)

    @property
    def events(self) -> tuple[int | None, int | None]:
        """The event in either session."""
        if self.fact is not None:
            return self.fact.events
        if self.pair is None:
            return None, None
        before, after = self.pair.before, self.pair.after
        return None if before is None else before.event, None if after is None else after.event


class CompareRows:
    """All rows of a comparison, and which of them are differences."""

    def __init__(self, comparison: Comparison) -> None:
        self._rows = list(_rows(comparison))
        self._differing = [at for at, row in enumerate(self._rows) if row.counts]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: int) -> CompareRow:
        return self._rows[at]

    @property
    def differing(self) -> Sequence[int]:
        """The rows that are differences, in order."""
        return self._differing

    def next_difference(self, at: int, direction: int) -> int | None:
        """The next row that is a difference after, or before, a row; going round at the ends."""
        if not self._differing:
            return None
        if direction > 0:
            return self._differing[bisect_right(self._differing, at) % len(self._differing)]
        return self._differing[bisect_left(self._differing, at) - 1]

    def number_of(self, at: int) -> int:
        """Which of the differences a row is, from 1 on; 0: none."""
        place = bisect_left(self._differing, at)
        found = place < len(self._differing) and self._differing[place] == at
        return place + 1 if found else 0


def _rows(comparison: Comparison) -> Iterator[CompareRow]:
    yield from (CompareRow(-1, fact=fact) for fact in comparison.facts)
    several = len(comparison.connections) > 1
    for at, row in enumerate(comparison.connections):
        if several:
            yield CompareRow(at, heading=f"connection {row.before} beside connection {row.after}")
        yield from (CompareRow(at, pair) for pair in _in_place(row.pairs))
        yield from (CompareRow(at, fact=fact) for fact in row.facts)


def _in_place(pairs: Sequence[MessagePair]) -> Iterator[MessagePair]:
    """In the order of the first session; what only the second has stands where it came there."""
    alone = sorted((pair for pair in pairs if pair.before is None), key=_second_event, reverse=True)
    for pair in pairs:
        if pair.before is None:
            continue
        while pair.after is not None and alone and _second_event(alone[-1]) < pair.after.event:
            yield alone.pop()
        yield pair
    yield from reversed(alone)


def _second_event(pair: MessagePair) -> int:
    return 0 if pair.after is None else pair.after.event


def row_spans(row: CompareRow, width: int) -> list[Span]:
    """One row in a width, all of it."""
    sign, tone = SIGNS[row.what]
    if row.heading:
        return [(set_cell_size(row.heading, width), tone)]
    word = _WORDS.get(row.what, row.what)
    spans = [(set_cell_size(f"{sign:<1} {word}", _sign_cells(width)), tone)]
    if width >= _TIME_FROM_CELLS:
        spans.append((f"{_time(row):<{_TIME_CELLS}}", "quiet"))
    left, right = columns(width)
    first, second = _sides(row)
    start = _where_they_part(first, second, left) if row.what == "changed" else 0
    quiet = "quiet" if row.what in ("equal", "alike", "surplus") else "plain"
    spans += _side_spans(first, start, left, quiet if row.what != "missing" else tone)
    spans.append((" │ ", "quiet"))
    spans += _side_spans(second, start, right, quiet if row.what != "extra" else tone)
    return spans


def columns(width: int) -> tuple[int, int]:
    """The cells of the two columns."""
    room = max(2, width - before_columns(width) - 3)
    return room // 2, room - room // 2


def before_columns(width: int) -> int:
    """The cells before the first column."""
    return _sign_cells(width) + (_TIME_CELLS if width >= _TIME_FROM_CELLS else 0)


def _sign_cells(width: int) -> int:
    return 2 + (_WORD_CELLS if width >= _WORD_FROM_CELLS else 0)


def _time(row: CompareRow) -> str:
    message = None if row.pair is None else row.pair.before or row.pair.after
    return "" if message is None else clock_text(message.t_ns)


def _sides(row: CompareRow) -> tuple[str, str]:
    if row.fact is not None:
        what = safe_text(row.fact.what)
        return f"{what}: {value_text(row.fact.before)}", f"{what}: {value_text(row.fact.after)}"
    assert row.pair is not None
    return preview(row.pair.before), preview(row.pair.after)


def preview(message: RecordedMessage | None) -> str:
    """The beginning of a message, safe and on one line; nothing for none."""
    if message is None:
        return ""
    payload = message.payload[:PREVIEW_BYTES]
    if message.kind == Kind.BINARY:
        return f"binary  {payload[:64].hex(' ')}"
    return safe_text(squeeze(payload.decode("utf-8", "backslashreplace"))) or "(empty)"


def _where_they_part(first: str, second: str, room: int) -> int:
    """Where to begin, so that the first difference is in sight."""
    common = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        common += 1
    return common - _BEFORE_CHANGE if common > room * 2 // 3 else 0


def _side_spans(text: str, start: int, cells: int, tone: str) -> list[Span]:
    shown = f"…{text[start:]}" if start > 0 else text
    shown = shown[: cells + 1]
    if cell_len(shown) > cells:
        shown = f"{set_cell_size(shown, max(0, cells - 1))}…"
    return [(set_cell_size(shown, cells), tone)]
