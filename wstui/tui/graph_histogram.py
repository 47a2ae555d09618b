"""How round trips are spread: a histogram in place of the graph, for a width and a height. Pure."""

from collections.abc import Sequence

from wstui.tui.glyphs import Glyphs, shown_in
from wstui.tui.graph_scale import nice_ceiling, round_trip_text

_AXIS_ROWS = 2
_LEFT = 6
_LABEL_EVERY = 16


def histogram(
    round_trips_ns: Sequence[int], width: int, height: int, glyphs: Glyphs, slowest_ns: int = 0
) -> list[str]:
    """Rows of text: columns of equal spans from 0 to a round number above the slowest, how many fell in each.

    Args:
        round_trips_ns: of every ping that was answered.
        width: cells.
        height: rows, the axis and its words among them.
        glyphs: the terminal's characters.
        slowest_ns: the scale reaches at least this far: for two beside each other.
    """
    rows, columns = height - _AXIS_ROWS, width - _LEFT
    if not round_trips_ns or rows < 1 or columns < _LABEL_EVERY:
        return ["no round trip was measured yet".center(width)[:width]]
    top_ns = max(1, round(nice_ceiling(max(*round_trips_ns, slowest_ns))))
    counts = [0] * columns
    for value in round_trips_ns:
        counts[min(columns - 1, value * columns // top_ns)] += 1
    most = max(counts)
    lines = [_bars(counts, most, row, rows, glyphs) for row in range(rows)]
    lines[0] = f"{most:>{_LEFT - 1}}{glyphs.axis_vertical}{lines[0]}"
    lines[1:] = [f"{'':>{_LEFT - 1}}{glyphs.axis_vertical}{line}" for line in lines[1:]]
    return [*lines, *_axis(top_ns, columns, glyphs)]


def _bars(counts: Sequence[int], most: int, row: int, rows: int, glyphs: Glyphs) -> str:
    """One row of all columns, the uppermost first; a column that holds anything is seen."""
    steps = _HEIGHTS if glyphs.braille else " #"
    full = len(steps) - 1
    below = (rows - 1 - row) * full
    heights = (max(1, round(count * rows * full / most)) if count else 0 for count in counts)
    return "".join(steps[min(full, max(0, height - below))] for height in heights)


_HEIGHTS = " ▁▂▃▄▅▆▇█"


def _axis(top_ns: int, columns: int, glyphs: Glyphs) -> list[str]:
    line, words = [glyphs.rule] * columns, [" "] * (columns + 8)
    for column in range(0, columns - 6, _LABEL_EVERY):
        line[column] = glyphs.axis_tick
        label = shown_in(round_trip_text(top_ns * column // columns) if column else "0", glyphs)
        words[column : column + len(label)] = label
    corner = f"{'0':>{_LEFT - 1}}{glyphs.axis_corner}"
    return [corner + "".join(line), " " * _LEFT + "".join(words)[:columns]]
