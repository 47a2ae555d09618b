"""A canvas of dots, 2×4 to a cell, in layers that each have a style of their own.

Pure: coordinates in, characters out. The origin is the lower left dot, so that larger values are
drawn higher. What lies outside is clipped.
"""

from collections.abc import Sequence

_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Braille bits by column (left, right) and height of the dot in its cell (lowest first)."""
_BLANK = 0x2800


class Canvas:
    """Dots in layers; where layers meet in a cell, the one named first gives the colour."""

    def __init__(self, columns: int, rows: int, layers: Sequence[str]) -> None:
        self.columns = max(0, columns)
        self.rows = max(0, rows)
        self.layers = tuple(layers)
        size = self.columns * self.rows
        self._cells = {layer: bytearray(size) for layer in self.layers}

    @property
    def width(self) -> int:
        """Dots across."""
        return self.columns * 2

    @property
    def height(self) -> int:
        """Dots up."""
        return self.rows * 4

    def dot(self, layer: str, x: int, y: int) -> None:
        """Set one dot."""
        if 0 <= x < self.width and 0 <= y < self.height:
            row = self.rows - 1 - y // 4
            self._cells[layer][row * self.columns + x // 2] |= _BITS[x & 1][y & 3]

    def vertical(self, layer: str, x: int, y0: int, y1: int) -> None:
        """Dots from ``y0`` to ``y1``, both included."""
        low, high = min(y0, y1), max(y0, y1)
        for y in range(max(0, low), min(self.height - 1, high) + 1):
            self.dot(layer, x, y)

    def line(self, layer: str, x0: int, y0: int, x1: int, y1: int) -> None:
        """A straight line without gaps from the left point to the right one.

        Clipped in ``x`` before it is drawn, so that a point far outside costs nothing.
        """
        if x1 < x0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        if x1 == x0:
            self.vertical(layer, x0, y0, y1)
            return
        slope = (y1 - y0) / (x1 - x0)
        previous: int | None = None
        for x in range(max(x0, -1), min(x1, self.width) + 1):
            y = round(y0 + slope * (x - x0))
            if previous is None or abs(y - previous) <= 1:
                self.dot(layer, x, y)
            else:
                self.vertical(layer, x, previous + (1 if y > previous else -1), y)
            previous = y

    def cell(self, column: int, row: int, *, braille: bool) -> tuple[str, str]:
        """The character of a cell, rows counted from the top, and the layer that colours it."""
        index = row * self.columns + column
        bits, owner = 0, ""
        for layer in self.layers:
            found = self._cells[layer][index]
            if found:
                bits |= found
                owner = owner or layer
        if not bits:
            return " ", ""
        return (chr(_BLANK + bits) if braille else _plain(bits)), owner


def _plain(bits: int) -> str:
    heights = [height for column in _BITS for height, bit in enumerate(column) if bits & bit]
    low, high = min(heights), max(heights)
    if high - low >= 2:
        return "|"
    return "_.-'"[round((low + high) / 2)]
