"""What a heartbeat graph is made of: its parts, what goes in, where things lie, the grid of characters.

Pure. Parts are names of tones; colours are not known here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wstui.timeline import Beat, ServerPing

_AXIS_CELLS = 5


@dataclass(frozen=True, slots=True)
class Marker:
    """Something to see on the time axis beside the heartbeat."""

    t_ns: int
    part: str
    """``close``, ``end``, ``boundary`` or ``note``."""
    label: str
    event_id: int = 0


@dataclass(frozen=True, slots=True)
class AppBeat:
    """A heartbeat in messages, with the time until its answer (None: not answered, or none expected)."""

    event_id: int
    t_ns: int
    direction: str = "sent"
    """Who asked."""
    rtt_ns: int | None = None

    def answered(self, t_ns: int) -> "AppBeat":
        """The same with its answer."""
        return replace(self, rtt_ns=max(0, t_ns - self.t_ns))


@dataclass(frozen=True, slots=True)
class GraphInput:
    """What there is to draw in one window. Times are session time in ns."""

    beats: Sequence[Beat] = ()
    server_pings: Sequence[ServerPing] = ()
    app_beats: Sequence[AppBeat] = ()
    markers: Sequence[Marker] = ()
    unanswered: frozenset[int] = frozenset()
    """Ids of pings whose connection ended before the pong was due."""
    now_ns: int = 0
    end_word: str = "now"


Cell = tuple[str, str]
_EMPTY: Cell = (" ", "")


class Picture:
    """Rows of cells; a cell is a character and its part (empty: nothing there)."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.cells: list[list[Cell]] = [[_EMPTY] * width for _ in range(height)]

    def put(self, column: int, row: int, text: str, part: str) -> None:
        """Write text; what does not fit is cut."""
        if not 0 <= row < self.height:
            return
        for at, character in enumerate(text, column):
            if 0 <= at < self.width:
                self.cells[row][at] = (character, part)

    def is_free(self, column: int, row: int, length: int) -> bool:
        """Whether there is room for a text of this length, with a space on each side."""
        if column < 0 or column + length > self.width:
            return False
        return all(cell == _EMPTY for cell in self.cells[row][max(0, column - 1) : column + length + 1])

    def runs(self, row: int) -> Iterable[tuple[str, str]]:
        """A row as texts of one part each."""
        text, part = "", ""
        for character, owner in self.cells[row]:
            if owner != part and text:
                yield text, part
                text = ""
            text, part = text + character, owner
        if text:
            yield text, part

    def lines(self) -> list[str]:
        """The characters alone."""
        return ["".join(character for character, _ in row) for row in self.cells]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of the picture lie, for its size in cells."""

    width: int
    height: int
    axes: bool = True
    """Without axes the plot takes everything and shows round trips alone: a graph in one line."""

    @property
    def left(self) -> int:
        """Columns of the vertical axis."""
        return min(_AXIS_CELLS, max(0, self.width - 4)) if self.axes else 0

    @property
    def plot_width(self) -> int:
        """Columns for the plot."""
        return max(1, self.width - self.left)

    @property
    def top(self) -> int:
        """Rows above the plot: labels of markers, and the unit."""
        return 1 if self.height >= 6 and self.axes else 0

    @property
    def plot_height(self) -> int:
        """Rows for the plot; under it come the time axis and its labels."""
        below = min(2, max(0, self.height - 2)) if self.axes else 0
        return max(1, self.height - self.top - below)

    @property
    def axis_row(self) -> int:
        """The row of the time axis."""
        return self.top + self.plot_height

    @property
    def dots(self) -> int:
        """Dot columns of the plot."""
        return self.plot_width * 2
