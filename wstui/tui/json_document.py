"""JSON in the detail pane: laid out, coloured, folded. Only the lines that are shown are ever made into text.

The rows of one width change when a person folds; the document only remembers how it was left. Folding
moves a stretch of two arrays of integers, so that it takes the same moment in a hundred thousand lines.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from wstui.tui.document import HEAVY_CHARACTERS, HeadedRows, Line, remark_rows
from wstui.tui.json_lines import LINES_LIMIT, outline
from wstui.tui.json_outline import Outline
from wstui.tui.json_text import Span, colour_spans
from wstui.tui.text_folding import breaks, even_breaks

_INDENT_CELLS = 2
_KEPT_BODIES = 256
_PREPARED_CHARACTERS = 4096
_FOLDED_CELLS = 24
"""More than what a folded line says of what it hides."""

_FOLDED, _LONG = 1, 2
_MARKED = re.compile(b"[\\x01-\\x03]")


class _Body(NamedTuple):
    """The text of a line in colours."""

    spans: list[Span]
    starts: list[int]
    length: int


class JsonDocument:
    """A JSON text, or the beginning of one."""

    def __init__(self, text: str, remarks: Iterable[Span] = ()) -> None:
        self._text = text
        self._remarks = tuple(remarks)
        self.heavy = len(text) > HEAVY_CHARACTERS
        self.folded: bytearray | None = None
        """Of each line of the outline, whether it was left folded; None: it was never looked at."""

    @cached_property
    def outline(self) -> Outline:
        """Found when it is first laid out, which a thread does where it takes long."""
        return outline(self._text)

    def layout(self, width_cells: int, folded: bytearray | None = None) -> "JsonRows":
        """The rows at this width, folded as given, else as it was left, else as a document begins."""
        if folded is None:
            folded = self.outline.folded_at_first() if self.folded is None else bytearray(self.folded)
        remarks = self._remarks
        if self.outline.cut:
            remarks += ((f"Shown in part: the first {LINES_LIMIT:,} lines.", "warning"),)
        return JsonRows(self.outline, remark_rows(remarks, width_cells), width_cells, folded)


class JsonRows(HeadedRows):
    """The rows of a document at one width. A line of the outline may take several, or none."""

    def __init__(self, outline: Outline, head: list[Line], width_cells: int, folded: bytearray) -> None:
        super().__init__(head)
        self.outline = outline
        self.folded = folded
        """Of each line of the outline, whether its container is folded."""
        self._width = max(1, width_cells)
        self._deepest_indent = max(0, self._width - 8) // 2
        self._long: dict[int, Sequence[int]] = {}
        self._marks = bytearray(folded)
        self._bodies: OrderedDict[tuple[int, int], _Body] = OrderedDict()
        self._prepared: dict[tuple[int, int], _Body] = {}
        """Of lines too long to be coloured when they are drawn."""
        self._find_long_lines()
        self._lines: array[int]
        self._lines, self._offsets = self._rows_of_lines(0, len(outline) - 1)

    # -- which rows there are ----------------------------------------------------------------------

    def _find_long_lines(self) -> None:
        made, cells = self.outline, self.outline.cells
        always_fits = (self._width - self._deepest_indent) // cells
        for line, length in enumerate(made.lengths):
            if length <= always_fits or length * cells <= self._width - self._indent(line):
                continue
            first, rest = self._room(line)
            at = even_breaks(length, first, rest) if cells == 1 else breaks(made.body(line), first, rest)
            if at:
                self._long[line] = at
                self._marks[line] |= _LONG
            if length > _PREPARED_CHARACTERS:
                self._prepared[line, 0] = self._coloured(line, folded=False)

    def _indent(self, line: int) -> int:
        return min(_INDENT_CELLS * self.outline.depths[line], self._deepest_indent)

    def _room(self, line: int) -> tuple[int, int]:
        first = self._width - self._indent(line)
        return first, first - _INDENT_CELLS if self._width >= 8 else first

    def _rows_of_lines(self, first: int, last: int) -> tuple["array[int]", "array[int]"]:
        """The rows of these lines: which line each belongs to, and where in its text it begins."""
        lines, offsets, at = array("i"), array("i"), first
        while at <= last:
            found = _MARKED.search(self._marks, at, last + 1)
            end = last + 1 if found is None else found.start()
            lines.extend(range(at, end))
            offsets.frombytes(bytes((end - at) * offsets.itemsize))
            if found is None:
                break
            starts = (0, *self._breaks(end))
            lines.extend([end] * len(starts))
            offsets.extend(starts)
            at = (self.outline.lasts[end] if self.folded[end] else end) + 1
        return lines, offsets

    def _breaks(self, line: int) -> Sequence[int]:
        if not self.folded[line]:
            return self._long[line]
        first, rest = self._room(line)
        if self.outline.lengths[line] * self.outline.cells + _FOLDED_CELLS <= first:
            return ()
        return breaks("".join(text for text, _ in self._body(line).spans), first, rest)

    # -- folding -----------------------------------------------------------------------------------

    def can_fold(self, row: int) -> bool:
        """Whether a container begins at this row."""
        return row >= len(self._head) and self.outline.is_container(self.line_of(row))

    def is_folded(self, row: int) -> bool:
        """Whether this row stands for a whole container."""
        return row >= len(self._head) and bool(self.folded[self.line_of(row)])

    def fold(self, line: int, *, folded: bool) -> None:
        """Fold or unfold the container that begins at a line which is shown."""
        if not self.outline.is_container(line) or bool(self.folded[line]) == folded:
            return
        end = self.outline.lasts[line]
        first = bisect_left(self._lines, line)
        behind = bisect_right(self._lines, line if self.folded[line] else end)
        self.folded[line] = folded
        self._marks[line] = folded * _FOLDED | self._marks[line] & _LONG
        self._lines[first:behind], self._offsets[first:behind] = self._rows_of_lines(line, end)

    @property
    def deepest(self) -> int:
        """The depth of the deepest line that is shown."""
        return max(map(self.outline.depths.__getitem__, self._lines), default=0)

    # -- rows and lines ----------------------------------------------------------------------------

    @property
    def head_rows(self) -> int:
        """How many rows say something about the document before it begins."""
        return len(self._head)

    def line_of(self, row: int) -> int:
        """The line of the outline that a row belongs to; of a remark, the first."""
        return self._lines[max(0, min(row - len(self._head), len(self._lines) - 1))]

    def offset_of(self, row: int) -> int:
        """Where in its line's text a row begins."""
        return self._offsets[max(0, min(row - len(self._head), len(self._lines) - 1))]

    def row_of(self, line: int, offset: int = 0) -> int:
        """The row that shows this place of a line, or the folded container that it lies in."""
        row = bisect_left(self._lines, line)
        if row == len(self._lines) or self._lines[row] != line:
            hidden_in = self._lines[max(0, row - 1)]
            return len(self._head) + bisect_left(self._lines, hidden_in)
        behind = bisect_right(self._lines, line)
        return len(self._head) + bisect_right(self._offsets, offset, row, behind) - 1

    # -- what a row says ---------------------------------------------------------------------------

    def _line(self, row: int) -> Line:
        line, start = self._lines[row], self._offsets[row]
        body = self._body(line)
        last = row + 1 == len(self._lines) or self._lines[row + 1] != line
        end = body.length if last else self._offsets[row + 1]
        indent = self._indent(line) + (_INDENT_CELLS if start and self._width >= 8 else 0)
        shown = _cut(body, start, end)
        return ((" " * indent, "plain"), *shown) if indent else tuple(shown)

    def _body(self, line: int) -> _Body:
        key = (line, self.folded[line])
        known = self._prepared.get(key) or self._bodies.get(key)
        if known is None:
            known = self._coloured(line, folded=bool(self.folded[line]))
            self._bodies[key] = known
            if len(self._bodies) > _KEPT_BODIES:
                self._bodies.popitem(last=False)
        return known

    def _coloured(self, line: int, *, folded: bool) -> _Body:
        spans = list(colour_spans(self.outline.body(line)))
        if folded:
            closing, words, comma = self.outline.folded_words(line)
            spans += [(closing, "quiet"), (words, "note"), (comma, "quiet")]
        *starts, length = accumulate((len(text) for text, _ in spans), initial=0)
        return _Body(spans, starts, length)


def _cut(body: _Body, start: int, end: int) -> Iterator[Span]:
    """The spans between two offsets of their text."""
    first = max(0, bisect_right(body.starts, start) - 1)
    for at in range(first, len(body.spans)):
        (text, tone), begins = body.spans[at], body.starts[at]
        if begins >= end:
            break
        yield text[max(start - begins, 0) : end - begins], tone
