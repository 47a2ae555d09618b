"""What the detail pane shows of one event: documents made of lines, and lines of toned spans.

A document is built off the screen's thread and knows nothing of widgets; ``layout(width)`` gives a
sequence from which a pane takes only the lines that it shows. Text is folded, never cut silently: a
payload longer than :data:`SHOWN_BYTES` says that it is shown in part.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, overload

from rich.cells import chop_cells

from wstui.events import safe_text
from wstui.tui.json_text import Span, colour_spans, looks_like_json, pretty_lines
from wstui.words.measures import size_text

SHOWN_BYTES = 256 * 1024
"""As much text as is laid out; the hex view shows every byte of any size."""

Line = tuple[Span, ...]


class Document(Protocol):
    """Something the detail pane can show."""

    def layout(self, width_cells: int) -> Sequence[Line]:
        """The lines at this width; taking one costs no more than drawing it."""
        ...


class SpanDocument:
    """A few lines that are made in advance: facts, headers, sentences."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = list(lines)

    def layout(self, width_cells: int) -> Sequence[Line]:
        """Fold the last span of each line that is too long, under its own beginning."""
        return [part for line in self._lines for part in fold_line(line, width_cells)]


def fold_line(line: Line, width_cells: int) -> Iterator[Line]:
    """A line as one or more that fit: the last span goes on below, indented to where it began."""
    if not line:
        yield line
        return
    *head, (text, tone) = line
    indent = sum(len(part) for part, _ in head)
    room = width_cells - indent
    if room < 8:
        head, indent, room, text = [], 0, width_cells, "".join(part for part, _ in line)
    first, *rest = chop_cells(text, max(1, room)) or [""]
    yield (*head, (first, tone))
    for part in rest:
        yield ((" " * indent, tone), (part, tone))


class _FoldedLines(Sequence[Line]):
    """Folded lines of text; colours are worked out only for the lines that are asked for."""

    def __init__(self, lines: list[str], coloured: bool, remarks: int) -> None:
        self._lines = lines
        self._coloured = coloured
        self._remarks = remarks

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        line = self._lines[index]
        if 0 <= index < self._remarks:
            return ((line, "warning"),)
        return tuple(colour_spans(line)) if self._coloured else ((line, "plain"),)


class TextDocument:
    """A payload as text, perhaps as JSON in colours."""

    def __init__(self, lines: Iterable[str], *, coloured: bool = False, remark: str = "") -> None:
        self._source = list(lines)
        self._coloured = coloured
        self._remark = remark

    def layout(self, width_cells: int) -> Sequence[Line]:
        """Fold what is longer than the pane; a folded line keeps its indentation."""
        folded = chop_cells(self._remark, max(1, width_cells)) if self._remark else []
        remarks = len(folded)
        for line in self._source:
            folded.extend(_fold_text(line, width_cells))
        return _FoldedLines(folded, self._coloured, remarks)


def _fold_text(line: str, width_cells: int) -> list[str]:
    if len(line) * 2 <= width_cells:
        return [line]
    indent = len(line) - len(line.lstrip(" "))
    if not indent or (indent + 2) * 2 > width_cells:
        return chop_cells(line, max(1, width_cells)) or [""]
    first, *rest = chop_cells(line, max(1, width_cells)) or [""]
    if not rest:
        return [first]
    prefix = " " * (indent + 2)
    tail = chop_cells(line[len(first) :], max(1, width_cells - len(prefix)))
    return [first, *(prefix + part for part in tail)]


class HexDocument(Sequence[Line]):
    """Bytes as hexadecimal and ASCII, sixteen to a line (eight where it is narrow); any size."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._per_line = 16

    def layout(self, width_cells: int) -> Sequence[Line]:
        """Choose how many bytes fit on a line."""
        self._per_line = 16 if width_cells >= 77 else 8 if width_cells >= 44 else 4
        return self

    def __len__(self) -> int:
        return (len(self._data) + self._per_line - 1) // self._per_line

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        start = index * self._per_line
        row = self._data[start : start + self._per_line]
        half = self._per_line // 2
        pairs = f"{row[:half].hex(' '):<{half * 3}} {row[half:].hex(' '):<{half * 3}}"
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row)
        return ((f"{start:08x}  ", "quiet"), (pairs, "plain"), (f" {letters}", "string"))


def pretty_document(payload: bytes, total_bytes: int) -> TextDocument:
    """Text laid out as JSON where it is JSON, as it is where it is not."""
    text, remark = _shown_text(payload, total_bytes)
    if not looks_like_json(text):
        return TextDocument(_text_lines(text), remark=remark)
    if not remark:
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            return TextDocument(_text_lines(text), remark=f"Not JSON: {safe_text(str(error))}.")
    return TextDocument((safe_text(line) for line in pretty_lines(text)), coloured=True, remark=remark)


def raw_document(payload: bytes, total_bytes: int) -> TextDocument:
    r"""Text exactly as it came, folded; what is not UTF-8 is written as ``\xNN``."""
    text, remark = _shown_text(payload, total_bytes)
    return TextDocument(_text_lines(text), remark=remark)


def _text_lines(text: str) -> list[str]:
    return safe_text(text, newlines=True).split("\n")


def _shown_text(payload: bytes, total_bytes: int) -> tuple[str, str]:
    shown = payload[:SHOWN_BYTES]
    remark = ""
    if len(shown) < total_bytes:
        remark = f"Shown in part: the first {size_text(len(shown))} of {size_text(total_bytes)}."
        if len(shown) < len(payload):
            shown = _whole_characters(shown)
    return shown.decode("utf-8", "backslashreplace"), remark


def _whole_characters(data: bytes) -> bytes:
    """Without the character that the cut went through (UTF-8 uses at most four bytes)."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        return data[:-back] if needed > back else data
    return data
