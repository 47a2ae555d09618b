"""The event timeline: everything but messages, notes in place, newest last (Textual's Line API).

Only the rows on the screen are drawn. It follows the tail while it stands there, and a selection
belongs to an event, not to a place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from wstui.tui.actions import Place, bindings_for
from wstui.tui.glyphs import Glyphs, shown_in, terminal_glyphs
from wstui.tui.graph_scale import nice_ceiling
from wstui.tui.panel_data import PanelData
from wstui.tui.side_words import SideRow
from wstui.tui.tones import Toned
from wstui.tui.widgets.direct_lines import DirectList, filled
from wstui.words.measures import clock_text

Key = tuple[int, int]
"""What a row stands for: its event and its note (0 where there is none)."""
Piece = tuple[str, str]
"""Text and tone."""

_WORD_CELLS = 8
_AMOUNT_CELLS = 8
_BAR_CELLS = 2


class EventTimeline(DirectList, Toned, can_focus=True):
    """The course of a session without what was said."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"event-timeline--selected"}
    DEFAULT_CSS = """
    EventTimeline {
        height: 1fr;
        width: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        background: transparent;
        & > .event-timeline--selected { background: $boost; }
        &:focus > .event-timeline--selected { background: $primary-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.TIMELINE)]

    @dataclass
    class RowChosen(Message):
        """A row was chosen; its event (0: a note on a moment)."""

        event_id: int

    def __init__(self, *, id: str | None = None, glyphs: Glyphs | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.glyphs = glyphs or terminal_glyphs()
        self.data = PanelData()
        self.selected: Key | None = None
        self.following = True
        self._version = -1

    # -- what it shows ---------------------------------------------------------------------------

    def show(self, data: PanelData) -> None:
        """Show the rows as they are now."""
        other = data.rows is not self.data.rows
        self.data = data
        if other:
            self.selected, self.following = None, True
        if other or data.rows.version != self._version:
            self._version = data.rows.version
            self.hold(len(data.rows))
            self._stay_at_tail()
            self.refresh()

    def _stay_at_tail(self) -> None:
        if self.following:
            self.scroll_end(animate=False, immediate=True, force=True, x_axis=False)
            self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """The scrollbar may have come only now, and does not know yet where the list stands."""
        if self.following:
            self.scroll_end(animate=False, immediate=True, force=True, x_axis=False)
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = self.scroll_y

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Leaving the tail stops following it; coming back resumes."""
        super().watch_scroll_y(old_value, new_value)
        self.following = new_value >= self.max_scroll_y

    def on_resize(self) -> None:
        """Stay at the tail, if that is where it stood."""
        self._stay_at_tail()

    # -- the selection ---------------------------------------------------------------------------

    def select_event(self, event_id: int) -> None:
        """Select the row of an event, and bring it into view."""
        self._select(self.data.rows.place_of(event_id))

    @property
    def selected_text(self) -> str:
        """The selected row as it reads, nothing without one."""
        if self.selected is None:
            return ""
        row = self.data.rows[self._place]
        word = "note" if row.note_id > 0 else row.word
        return "  ".join(part for part in (clock_text(row.t_ns), word, row.amount, row.facts) if part)

    @property
    def _place(self) -> int:
        return -1 if self.selected is None else self.data.rows.place_of(*self.selected)

    def _select(self, place: int) -> None:
        rows = self.data.rows
        if not len(rows):
            return
        place = max(0, min(len(rows) - 1, place))
        row = rows[place]
        self.selected = (row.event_id, row.note_id)
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if place < top:
            self.scroll_to(y=place, animate=False, immediate=True, force=True)
        elif place >= top + height:
            self.scroll_to(y=place - height + 1, animate=False, immediate=True, force=True)
        self.refresh()

    def action_move(self, by: int) -> None:
        """The row above or below; without a selection the newest one in view."""
        bottom = min(self.scroll_offset.y + self.size.height, len(self.data.rows)) - 1
        self._select(bottom if self.selected is None else self._place + by)

    def action_page(self, by: int) -> None:
        """A page up or down."""
        self.action_move(by * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """The first row."""
        self._select(0)

    def action_last(self) -> None:
        """The newest row; the list follows it from here on."""
        self._select(len(self.data.rows) - 1)

    def action_choose(self) -> None:
        """Look closer at the selected row."""
        if self.selected is None:
            self.action_move(0)
        if self.selected is not None:
            self.post_message(self.RowChosen(self.selected[0]))

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse."""
        place = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if place < len(self.data.rows):
            self._select(place)
            self.action_choose()

    # -- drawing ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One row, or the hint while there are none."""
        width, place = self.scrollable_content_region.width, self.scroll_offset.y + y
        rows = self.data.rows
        if not len(rows):
            hint = " Dialling, pings, closing and notes show here." if not y else ""
            return self._strip([(hint, "quiet")], width, Style.null())
        if place >= len(rows):
            return Strip.blank(width, self.tone(""))
        row = rows[place]
        selected = self.selected == (row.event_id, row.note_id)
        before = rows[place - 1] if place else None
        pieces = self._pieces(row, before, selected)
        return self._strip(pieces, width, self._background(selected))

    def _strip(self, pieces: Iterable[Piece], width: int, background: Style) -> Strip:
        drawn = [
            Segment(shown_in(text, self.glyphs), self.tone(tone) + background)
            for text, tone in pieces
            if text
        ]
        return filled(drawn, width, self.tone("") + background)

    def _background(self, selected: bool) -> Style:
        if not selected:
            return Style.null()
        return Style(bgcolor=self.get_component_rich_style("event-timeline--selected").bgcolor)

    def _pieces(self, row: SideRow, before: SideRow | None, selected: bool) -> list[Piece]:
        pieces: list[Piece] = [(self.glyphs.left_half if selected else " ", "accent")]
        pieces += _times(row, before)
        word = f"{self.glyphs.note} note" if row.note_id > 0 else row.word
        pieces.append((f"  {word:<{_WORD_CELLS}} ", _word_tone(row)))
        if row.amount:
            pieces.append((self._bar(row), "accent"))
            pieces.append((f"{row.amount:>{_AMOUNT_CELLS}}  ", "error" if row.tone == "error" else "plain"))
        room = self.scrollable_content_region.width - sum(len(text) for text, _ in pieces)
        pieces.append((clipped(row.facts, room, self.glyphs), row.tone))
        return pieces

    def _bar(self, row: SideRow) -> str:
        """A phase's share of its dial, in eighths of a cell; no phase is so short that it shows nothing."""
        if not row.bar_ns:
            return " " * _BAR_CELLS
        full_ns = nice_ceiling(self.data.rows.longest_phase_ns.get(row.connection, row.bar_ns))
        eighths = max(1, round(row.bar_ns / full_ns * 8 * _BAR_CELLS))
        whole, rest = divmod(eighths, 8)
        bar = self.glyphs.bar[8] * whole + (self.glyphs.bar[rest] if rest else "")
        return f"{bar:<{_BAR_CELLS}}"


def clipped(text: str, cells: int, glyphs: Glyphs) -> str:
    """The text in so many cells; where it is cut, it says so."""
    return text if cell_len(text) <= cells else f"{set_cell_size(text, max(0, cells - 1))}{glyphs.more}"


def _times(row: SideRow, before: SideRow | None) -> list[Piece]:
    """The time of day, what repeats the row above dimmed."""
    shown = clock_text(row.t_ns)
    same = 9 if before is not None and clock_text(before.t_ns)[:9] == shown[:9] else 0
    return [(shown[:same], "quiet"), (shown[same:], "plain")]


def _word_tone(row: SideRow) -> str:
    if row.tone in ("error", "warning", "note", "good"):
        return row.tone
    return "sent" if row.word.endswith("→") else "received" if row.word.endswith("←") else "plain"
