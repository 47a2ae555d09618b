"""What the detail pane shows of one event: documents made of lines, and lines of toned spans.

A document is built off the screen's thread and knows nothing of widgets; ``layout(width)`` gives a
sequence from which a pane takes only the lines that it shows. Text is folded, never cut silently: a
payload longer than :data:`SHOWN_BYTES` says that it is shown in part.
"""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, overload

from wstui.events import safe_text
from wstui.tui.json_text import Span
from wstui.tui.text_folding import chop, wrap
from wstui.words.measures import size_text

SHOWN_BYTES = 512 * 1024
"""As much text as is laid out; the hex view shows every byte of any size."""

HEAVY_CHARACTERS = 16 * 1024
"""Laying more out takes longer than the screen may stand still."""

_AT_ONCE = 16 * 1024
"""So much is read or made safe in one call, which no other thread can interrupt."""

Line = tuple[Span, ...]


class Document(Protocol):
    """Something the detail pane can show."""

    @property
    def heavy(self) -> bool:
        """Whether laying it out is work for another thread than the screen's."""
        ...

    def layout(self, width_cells: int) -> Sequence[Line]:
        """The lines at this width; taking one costs no more than drawing it."""
        ...


class SpanDocument:
    """A few lines that are made in advance: facts, headers, sentences."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = list(lines)
        self.heavy = sum(len(text) for line in self._lines for text, _ in line) > HEAVY_CHARACTERS

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
    first, *rest = wrap(text, room)
    yield (*head, (first, tone))
    for part in rest:
        yield ((" " * indent, tone), (part, tone))


def remark_rows(remarks: Iterable[Span], width_cells: int) -> list[Line]:
    """What is said about a document before it begins, each remark on lines of its own."""
    return [((part, tone),) for words, tone in remarks for part in wrap(words, width_cells)]


class TextDocument:
    """A payload as the text that it is."""

    def __init__(self, data: bytes, remarks: Iterable[Span] = ()) -> None:
        self._data = data
        self._remarks = tuple(remarks)
        self._lines: list[str] | None = None
        self.heavy = len(data) > HEAVY_CHARACTERS

    def layout(self, width_cells: int) -> Sequence[Line]:
        """Fold what is longer than the pane; a folded line keeps its indentation."""
        if self._lines is None:
            self._lines = _text_lines(decoded_text(self._data))
        folded: list[str] = []
        for line in self._lines:
            if len(line) * 2 <= width_cells:
                folded.append(line)
            else:
                folded.extend(_fold_text(line, width_cells))
        return _Rows(remark_rows(self._remarks, width_cells), folded)


class HeadedRows(Sequence[Line]):
    """Remarks, then as many lines as ``_lines`` has; :meth:`_line` makes one when it is asked for."""

    _lines: Sequence[Any]

    def __init__(self, head: Sequence[Line]) -> None:
        """Under these remarks."""
        self._head = head

    def _line(self, row: int) -> Line:
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self._head) + len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        index = index + len(self) if index < 0 else index
        return self._head[index] if index < len(self._head) else self._line(index - len(self._head))


class _Rows(HeadedRows):
    """A line that is a text becomes a span when it is asked for."""

    def __init__(self, head: Sequence[Line], lines: Sequence[Line | str]) -> None:
        super().__init__(head)
        self._lines = lines

    def _line(self, row: int) -> Line:
        line: Line | str = self._lines[row]
        return ((line, "plain"),) if isinstance(line, str) else line


def _fold_text(line: str, width_cells: int) -> list[str]:
    indent = len(line) - len(line.lstrip(" "))
    if not indent or (indent + 2) * 2 > width_cells:
        return chop(line, width_cells)
    prefix = " " * (indent + 2)
    first, *rest = chop(line, width_cells, width_cells - len(prefix))
    return [first, *(prefix + part for part in rest)]


class HeadedDocument:
    """Another document under a few remarks."""

    def __init__(self, remarks: Iterable[Span], document: Document) -> None:
        self._remarks = tuple(remarks)
        self._document = document

    @property
    def heavy(self) -> bool:
        """As the document is."""
        return self._document.heavy

    def layout(self, width_cells: int) -> Sequence[Line]:
        """The remarks, then the document's lines."""
        return _Rows(remark_rows(self._remarks, width_cells), self._document.layout(width_cells))


class HexDocument(Sequence[Line]):
    """Bytes as hexadecimal and ASCII, sixteen to a line (eight where it is narrow); any size."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._per_line = 16
        self.heavy = False

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


def raw_document(payload: bytes, total_bytes: int) -> TextDocument:
    r"""Text exactly as it came, folded; what is not UTF-8 is written as ``\xNN``."""
    return TextDocument(*shown_bytes(payload, total_bytes))


def _text_lines(text: str) -> list[str]:
    parts = (text[at : at + _AT_ONCE] for at in range(0, len(text), _AT_ONCE))
    return "".join(safe_text(part, newlines=True) for part in parts).split("\n")


def decoded_text(data: bytes) -> str:
    r"""Bytes as text, what is not UTF-8 as ``\xNN``; piece by piece, for bad bytes take long."""
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    parts = (data[at : at + _AT_ONCE] for at in range(0, len(data), _AT_ONCE))
    return "".join(map(decoder.decode, parts)) + decoder.decode(b"", final=True)


def shown_bytes(payload: bytes, total_bytes: int) -> tuple[bytes, tuple[Span, ...]]:
    """As much of a payload as is laid out, and the remark that there is more."""
    shown = payload[:SHOWN_BYTES]
    if len(shown) >= total_bytes:
        return shown, ()
    words = f"Shown in part: the first {size_text(len(shown))} of {size_text(total_bytes)}."
    if len(shown) < len(payload):
        shown = _whole_characters(shown)
    return shown, ((words, "warning"),)


def _whole_characters(data: bytes) -> bytes:
    """Without the character that the cut went through (UTF-8 uses at most four bytes)."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        return data[:-back] if needed > back else data
    return data
