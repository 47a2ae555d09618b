"""The comparison's list: two columns of messages, drawn where they are seen (Textual's Line API)."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wstui.tui.actions import Place, bindings_for
from wstui.tui.compare_rows import CompareRow, CompareRows, row_spans
from wstui.tui.tones import Toned

_CACHED_STRIPS = 512
_MARK_CELLS = 2


class CompareList(ScrollView, Toned, can_focus=True):
    """Pairs of messages, the first session's at the left."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"compare-list--selected"}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.PAIRS)]

    selected: reactive[int] = reactive(-1, init=False)
    """The row, -1 while there is none."""

    @dataclass
    class Selected(Message):
        """Another row is selected."""

        row: int

    class Opened(Message):
        """The person wants to see the selection in its session."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rows: CompareRows | None = None
        self.hint = ""
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(_CACHED_STRIPS)

    def show(self, rows: CompareRows) -> None:
        """Show these rows; the selection stays, or goes to the first difference."""
        first = self.rows is None
        self.rows = rows
        self._strips.clear()
        self.virtual_size = Size(0, len(rows))
        if first and len(rows):
            self.select(rows.differing[0] if rows.differing else 0, amid=True)
        elif self.selected >= len(rows):
            self.select(len(rows) - 1)
        self.refresh()

    def show_hint(self, words: str) -> None:
        """What is said in place of rows."""
        self.hint = words
        self.refresh()

    @property
    def row(self) -> CompareRow | None:
        """The selected row."""
        if self.rows is None or not 0 <= self.selected < len(self.rows):
            return None
        return self.rows[self.selected]

    # -- the selection ---------------------------------------------------------------------------

    def select(self, row: int, *, amid: bool = False) -> None:
        """Select a row, as near as there is one.

        Args:
            row: which.
            amid: where it is out of sight, bring it to the middle.
        """
        count = 0 if self.rows is None else len(self.rows)
        if not count:
            return
        self.selected = max(0, min(row, count - 1))
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if amid and not top <= self.selected < top + height:
            self.scroll_to(y=self.selected - height // 2, animate=False, immediate=True, force=True)
        self._scroll_to_selected()

    def watch_selected(self, row: int) -> None:
        """Tell it."""
        self.post_message(self.Selected(row))

    def _scroll_to_selected(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self.selected < top:
            self.scroll_to(y=self.selected, animate=False, immediate=True, force=True)
        elif self.selected >= top + height:
            self.scroll_to(y=self.selected - height + 1, animate=False, immediate=True, force=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Greyed while there is no row."""
        return None if action.startswith("pair_") and self.row is None else True

    def action_pair_move(self, by: int) -> None:
        """Some rows on or back."""
        self.select(self.selected + by)

    def action_pair_page(self, by: int) -> None:
        """A page on or back."""
        self.select(self.selected + by * max(1, self.size.height - 1))

    def action_pair_edge(self, which: str) -> None:
        """The first or the last row."""
        self.select(0 if which == "first" else len(self.rows or ()) - 1)

    def action_pair_open(self) -> None:
        """Look at the event in its session."""
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """Select a row; a second click opens it."""
        row = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if row < self.virtual_size.height:
            self.select(row)
            if event.chain == 2:
                self.action_pair_open()

    def on_resize(self) -> None:
        """The selection stays in sight."""
        self._scroll_to_selected()

    # -- drawing ---------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Colours changed: draw anew."""
        super().notify_style_update()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """One row, or the hint while there are none."""
        width, at = self.scrollable_content_region.width, self.scroll_offset.y + y
        if self.rows is None or not len(self.rows):
            words = f"  {self.hint}" if y == 1 else ""
            return Strip([Segment(words, self.tone("quiet"))]).crop_extend(0, width, self.rich_style)
        if at >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        key = (at, width, at == self.selected, self.has_focus)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw(self.rows[at], width, selected=at == self.selected)
        return strip

    def _draw(self, row: CompareRow, width: int, *, selected: bool) -> Strip:
        filled = Style.null()
        if selected:
            filled = Style(bgcolor=self.get_component_rich_style("compare-list--selected").bgcolor)
        mark = Segment("▌ " if selected else "  ", self.tone("accent") + filled)
        spans = row_spans(row, max(1, width - _MARK_CELLS))
        strip = Strip([mark, *(Segment(text, self.tone(tone) + filled) for text, tone in spans)])
        return strip.crop_extend(0, width, self.rich_style + filled)
