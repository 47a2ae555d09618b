"""The heartbeat in numbers: a small table, one unit for all that are compared."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from wstui.tui.beats import Numbers
from wstui.tui.glyphs import Glyphs, shown_in, terminal_glyphs
from wstui.tui.graph_scale import number_text, round_trip_text, table_unit_of
from wstui.tui.tones import MUTED
from wstui.tui.tooltips import NUMBERS

Column = tuple[str, str, str]
"""Heading, value, style."""

_UNIT_CELLS = 4
_COLUMN_CELLS = 6
_KEPT_LONGEST = ("last", "missed", "median", "p95", "jitter", "tcp", "p99")


class NumbersTable(Widget):
    """Last, median, p95, p99, jitter, TCP's own round trip, missed pings; the server's pings below."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "NumbersTable { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None, glyphs: Glyphs | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.glyphs = glyphs or terminal_glyphs()
        self.numbers = Numbers()
        self.tooltip = NUMBERS

    def show(self, numbers: Numbers) -> None:
        """Show these numbers."""
        if numbers != self.numbers:
            grows = bool(numbers.server_pings) != bool(self.numbers.server_pings)
            self.numbers = numbers
            self.refresh(layout=grows)

    def render(self) -> Content:
        """Headings over values, each column as wide as it needs to be."""
        return number_lines(self.numbers, self.size.width, self.glyphs)


def number_lines(numbers: Numbers, width: int, glyphs: Glyphs) -> Content:
    """The table as text, in a width."""
    unit_ns, sign = table_unit_of(numbers.median_ns or numbers.last_ns or 1_000_000)
    columns = _fitting(_columns(numbers, unit_ns), width)
    heads: list[tuple[str, str]] = [(f"{shown_in(sign, glyphs):>{_UNIT_CELLS}}", MUTED)]
    values: list[tuple[str, str]] = [(" " * _UNIT_CELLS, "")]
    for head, value, style in columns:
        cells = _cells(head, value)
        heads.append((f"{head:>{cells}}", MUTED))
        values.append((f"{shown_in(value, glyphs):>{cells}}", style))
    lines = [Content.assemble(*heads), Content.assemble(*values)]
    if numbers.server_pings:
        lines.append(Content.styled(shown_in(server_words(numbers), glyphs), MUTED))
    return Content("\n").join(lines)


def _cells(head: str, value: str) -> int:
    return max(_COLUMN_CELLS, cell_len(head), cell_len(value)) + 1


def _columns(numbers: Numbers, unit_ns: int) -> list[Column]:
    def measured(value_ns: float | None) -> str:
        return "–" if value_ns is None else number_text(value_ns / unit_ns)

    missed = f"{numbers.missed:,} of {numbers.sent:,}" if numbers.sent else "–"
    return [
        ("last", measured(numbers.last_ns), "bold"),
        ("median", measured(numbers.median_ns), ""),
        ("p95", measured(numbers.p95_ns), ""),
        ("p99", measured(numbers.p99_ns), ""),
        ("jitter", measured(numbers.jitter_ns), ""),
        ("tcp", measured(numbers.tcp_rtt_ns), MUTED),
        ("missed", missed, "bold $text-error" if numbers.missed else ""),
    ]


def _fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """As many columns as there is room for, the most telling ones kept longest."""
    by_name = {column[0]: column for column in columns}
    kept: set[str] = set()
    left = width - _UNIT_CELLS
    for name in _KEPT_LONGEST:
        head, value, _ = by_name[name]
        if _cells(head, value) <= left:
            kept.add(name)
            left -= _cells(head, value)
    return [column for column in columns if column[0] in kept]


def server_words(numbers: Numbers) -> str:
    """The server's pings in words."""
    asked, answered = numbers.server_pings, numbers.server_answered
    words = f" server pings {asked:,}, "
    words += "all answered" if asked == answered else f"{answered:,} answered"
    if numbers.server_slowest_ns is not None:
        words += f" within {round_trip_text(numbers.server_slowest_ns)}"
    return words
