"""Where a long text goes on below: its width in cells, and the places at which it breaks."""

from collections.abc import Sequence

from rich.cells import cell_len, split_graphemes

_ONE_CELL = frozenset(
    map(chr, (*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x300), *range(0x370, 0x483)))
)
"""Characters that take one cell each and join with nothing."""


def breaks(text: str, first_cells: int, rest_cells: int) -> Sequence[int]:
    """The offsets at which the text goes on below.

    Args:
        text: one line.
        first_cells: the room on its first row.
        rest_cells: the room on each row below.
    """
    first_cells, rest_cells = max(1, first_cells), max(1, rest_cells)
    if text.isascii() or _ONE_CELL.issuperset(text):
        return even_breaks(len(text), first_cells, rest_cells)
    found, room, used = [], first_cells, 0
    for start, _, cells in split_graphemes(text)[0]:
        if used + cells > room and used:
            found.append(start)
            room, used = rest_cells, 0
        used += cells
    return found


def even_breaks(length: int, first_cells: int, rest_cells: int) -> range:
    """The same where each character takes one cell: no text is needed, and no list made."""
    return range(max(1, first_cells), length, max(1, rest_cells))


def chop(text: str, first_cells: int, rest_cells: int | None = None) -> list[str]:
    """The text in pieces that fit; an empty text is one empty piece."""
    at = breaks(text, first_cells, first_cells if rest_cells is None else rest_cells)
    return [text[start:end] for start, end in zip((0, *at), (*at, len(text)), strict=True)]


def wrap(text: str, cells: int) -> list[str]:
    """The same between words, where there are words; nothing is left out, the spaces neither."""
    if cell_len(text) != len(text):
        return chop(text, cells)
    pieces, at = [], 0
    while len(text) - at > cells:
        space = text.rfind(" ", at + cells // 2, at + cells)
        end = space + 1 if space >= 0 else at + max(1, cells)
        pieces.append(text[at:end])
        at = end
    return [*pieces, text[at:]]
