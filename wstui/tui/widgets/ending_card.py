"""Why it ended: the verdict, what it rests on, what to try, and the bare facts of the ending."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wstui.tui.connection_record import EndingLine
from wstui.tui.ending import Ending
from wstui.tui.glyphs import Glyphs, shown_in, terminal_glyphs
from wstui.tui.tones import Toned

_LABEL_CELLS = 9


class CardRow(NamedTuple):
    """A row on the screen: of the line with this number, with the label only in the first."""

    line: int
    label: str
    text: str
    tone: str


class EndingCard(ScrollView, Toned, can_focus=True):
    """The ending of the newest connection; lines that stand for an event can be chosen."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"ending-card--selected"}
    DEFAULT_CSS = """
    EndingCard {
        height: auto;
        width: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        background: transparent;
        & > .ending-card--selected { background: $boost; }
        &:focus > .ending-card--selected { background: $primary-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("home", "scroll_home", "first", show=False),
        Binding("end", "scroll_end", "last", show=False),
        Binding("enter", "choose", "look closer", show=False),
    ]

    @dataclass
    class LineChosen(Message):
        """A line was chosen; its event."""

        event_id: int

    class RowsChanged(Message):
        """The card needs another height."""

    def __init__(self, *, id: str | None = None, glyphs: Glyphs | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.glyphs = glyphs or terminal_glyphs()
        self.ending: Ending | None = None
        self.selected: int | None = None
        self.card_rows: list[CardRow] = []

    def show(self, ending: Ending | None) -> None:
        """Show an ending, or none."""
        if ending != self.ending:
            self.ending, self.selected = ending, None
            self.scroll_to(y=0, animate=False, immediate=True, force=True)
            self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width <= 0:
            return
        self.card_rows = card_rows(self.ending, width) if self.ending else []
        self.virtual_size = Size(0, len(self.card_rows))
        self.refresh()
        self.post_message(self.RowsChanged())

    def on_resize(self) -> None:
        """Wrap anew."""
        self._lay_out()

    # -- choosing --------------------------------------------------------------------------------

    def _choosable(self) -> list[int]:
        lines = self.ending.lines if self.ending else ()
        return [number for number, line in enumerate(lines) if line.event_id]

    def action_move(self, by: int) -> None:
        """The next line that stands for an event; beyond the last one the card scrolls."""
        numbers = self._choosable()
        if not numbers:
            self.scroll_relative(y=by, animate=False)
            return
        at = (
            -1
            if self.selected is None and by > 0
            else 0
            if self.selected is None
            else numbers.index(self.selected)
        )
        if 0 <= at + by < len(numbers):
            self.selected = numbers[at + by]
            self._bring_into_view()
        else:
            self.scroll_relative(y=by, animate=False)
        self.refresh()

    def _bring_into_view(self) -> None:
        places = [place for place, row in enumerate(self.card_rows) if row.line == self.selected]
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if places and places[0] < top:
            self.scroll_to(y=places[0], animate=False, immediate=True, force=True)
        elif places and places[-1] >= top + height:
            self.scroll_to(y=places[-1] - height + 1, animate=False, immediate=True, force=True)

    def action_choose(self) -> None:
        """Look at the event behind the selected line."""
        if self.selected is None:
            self.action_move(1)
        if self.selected is not None and self.ending is not None:
            self.post_message(self.LineChosen(self.ending.lines[self.selected].event_id))

    def on_click(self, event: events.Click) -> None:
        """Choose the line under the mouse."""
        place = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if place < len(self.card_rows) and self.card_rows[place].line in self._choosable():
            self.selected = self.card_rows[place].line
            self.refresh()
            self.action_choose()

    # -- drawing ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One row of the card."""
        place, width = self.scroll_offset.y + y, self.scrollable_content_region.width
        if place >= len(self.card_rows):
            return Strip.blank(width, self.rich_style)
        row = self.card_rows[place]
        chosen = self.selected is not None and row.line == self.selected
        filled = Style.null()
        if chosen:
            filled = Style(bgcolor=self.get_component_rich_style("ending-card--selected").bgcolor)
        sign = self.glyphs.left_half if chosen else " "
        pieces = ((sign, "accent"), (row.label, "quiet"), (row.text, row.tone))
        drawn = [
            Segment(shown_in(text, self.glyphs), self.tone(tone) + filled) for text, tone in pieces if text
        ]
        return Strip(drawn).crop_extend(0, width, self.rich_style + filled)


def card_rows(ending: Ending, width: int) -> list[CardRow]:
    """The card in a width: the cause with its confidence, then every line, wrapped."""
    rows = _title_rows(ending, width)
    for number, line in enumerate(ending.lines):
        rows += _line_rows(number, line, width)
    return rows


def _title_rows(ending: Ending, width: int) -> list[CardRow]:
    share = "" if ending.confidence is None else f"{round(ending.confidence * 100)} %"
    texts = wrap(ending.title, max(8, width - 2 - len(share)))
    gap = " " * max(1, width - 1 - cell_len(texts[0]) - len(share))
    first = CardRow(-1, "", f"{texts[0]}{gap}{share}".rstrip(), ending.tone)
    return [first, *(CardRow(-1, "", text, ending.tone) for text in texts[1:])]


def _line_rows(number: int, line: EndingLine, width: int) -> list[CardRow]:
    label = f"{line.label:<{_LABEL_CELLS}}" if line.label else ""
    blank = " " * len(label)
    texts = wrap(line.text, max(8, width - 1 - len(label)))
    return [CardRow(number, blank if at else label, text, line.tone) for at, text in enumerate(texts)]


def wrap(text: str, width: int) -> Sequence[str]:
    """Lines of a width in cells; words that are wider are cut."""
    return [line.plain.rstrip() for line in Content(text).wrap(width)] or [""]
