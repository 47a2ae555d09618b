"""Lines of a document in a scrolled pane; in JSON a cursor, and containers that fold.

What takes longer than a frame is laid out by a thread; until it is done, the pane goes on showing what it
showed. Only the lines on the screen are ever drawn.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from wstui.tui.background import in_thread
from wstui.tui.document import Document, Line, SpanDocument
from wstui.tui.glyphs import terminal_glyphs
from wstui.tui.json_document import JsonDocument, JsonRows
from wstui.tui.tones import Toned

GUTTER_CELLS = 2
_COPIED_ROWS = 20_000


class DocumentView(ScrollView, Toned, can_focus=True):
    """Text can be selected with the mouse; a click on ▾ or ▸ folds."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"document-view--cursor"}

    class CursorMoved(Message):
        """The cursor stands elsewhere, or there is another document."""

    @dataclass
    class LaidOut(Message):
        """A thread has laid the document out."""

        document: Document
        width_cells: int
        rows: Sequence[Line]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._document: Document = SpanDocument([])
        self._rows: Sequence[Line] = ()
        self._rows_cells = 0
        self._place: tuple[int, int] | None = None
        self._keep_place = False
        self._cursor = 0
        self._glyphs = terminal_glyphs()
        self._hits: re.Pattern[str] | None = None

    # -- the document ------------------------------------------------------------------------------

    @property
    def text_cells(self) -> int:
        """The room for a line."""
        return max(1, self.scrollable_content_region.width - GUTTER_CELLS)

    @property
    def json(self) -> JsonRows | None:
        """The rows, where they are JSON's."""
        return self._rows if isinstance(self._rows, JsonRows) else None

    @property
    def place(self) -> tuple[int, int] | None:
        """Where the cursor stands: a line of the outline and an offset in it."""
        rows = self.json
        return (rows.line_of(self._cursor), rows.offset_of(self._cursor)) if rows is not None else None

    def show(
        self,
        document: Document,
        laid_out: tuple[int, Sequence[Line]] | None = None,
        place: tuple[int, int] | None = None,
    ) -> None:
        """Show a document from its beginning, or from a place.

        Args:
            document: what to show.
            laid_out: its rows and the width that they are for, if it was laid out already.
            place: where the cursor is to stand.
        """
        if isinstance(self._document, JsonDocument) and self.json is not None:
            self._document.folded = bytearray(self.json.folded)
        self._document, self._keep_place, self._place = document, False, place
        if isinstance(document, JsonDocument) and document.folded is not None:
            laid_out = None
        if laid_out is not None and (not self.is_laid_out or laid_out[0] == self.text_cells):
            self._take(*laid_out)
        elif self.is_laid_out:
            self._lay_out(document.layout)
        else:
            self._take(0, ())  # hidden: it is laid out when it has a size

    @property
    def is_laid_out(self) -> bool:
        """Whether the pane has a size by now."""
        return self.scrollable_content_region.width > 0

    def _lay_out(self, layout: Callable[[int], Sequence[Line]]) -> None:
        cells = self.text_cells
        if self._document.heavy:
            self._lay_out_elsewhere(self._document, cells, layout)
        else:
            self._take(cells, layout(cells))

    @in_thread(group="layout", exclusive=True)
    def _lay_out_elsewhere(
        self, document: Document, width_cells: int, layout: Callable[[int], Sequence[Line]]
    ) -> None:
        self.post_message(self.LaidOut(document, width_cells, layout(width_cells)))

    def on_document_view_laid_out(self, message: LaidOut) -> None:
        """Take it over, unless the document or the width is another one by now."""
        message.stop()
        if message.document is self._document and message.width_cells == self.text_cells:
            self._take(message.width_cells, message.rows)

    def _take(self, width_cells: int, rows: Sequence[Line]) -> None:
        place = self.place if self._keep_place else self._place
        self._rows, self._rows_cells = rows, width_cells
        self.virtual_size = Size(0, len(rows))
        if isinstance(rows, JsonRows):
            self._cursor = rows.head_rows if place is None else rows.row_of(*place)
        if not self._keep_place:
            self.scroll_to(y=0, animate=False, immediate=True)
        elif place is not None:
            self._scroll_to_cursor()
        self._keep_place = True
        self.refresh()
        self.post_message(self.CursorMoved())

    def on_resize(self, _event: events.Resize) -> None:
        """Lay out for the new width; what a person folded stays folded."""
        rows, document = self.json, self._document
        if not self.is_laid_out or self._rows_cells == self.text_cells:
            return
        if rows is not None and isinstance(document, JsonDocument):
            folded = bytearray(rows.folded)
            self._lay_out(lambda cells: document.layout(cells, folded))
        else:
            self._lay_out(document.layout)

    def mark_words(self, words: Sequence[str]) -> None:
        """Mark these words wherever they stand, in capitals or not."""
        pattern = "|".join(re.escape(word) for word in words if word)
        self._hits = re.compile(pattern, re.IGNORECASE) if pattern else None
        self.refresh()

    # -- the cursor --------------------------------------------------------------------------------

    @property
    def cursor_line(self) -> int | None:
        """The line of the JSON's outline on which the cursor stands."""
        return None if self.json is None or not len(self.json) else self.json.line_of(self._cursor)

    def move(self, rows: int) -> None:
        """Move the cursor, or where there is none the text."""
        if self.json is None:
            self.scroll_relative(y=rows, animate=False)
        else:
            self._move_to(self._cursor + rows)

    def page(self, pages: int) -> None:
        """The same by a page, one line of which stays."""
        self.move(pages * max(1, self.size.height - 1))

    def to_edge(self, *, end: bool) -> None:
        """To the first line, or to the last."""
        if self.json is None:
            self.scroll_to(y=self.max_scroll_y if end else 0, animate=False)
        else:
            self._move_to(len(self.json) - 1 if end else 0)

    def _move_to(self, row: int) -> None:
        assert self.json is not None
        self._cursor = max(self.json.head_rows, min(row, len(self.json) - 1))
        if row <= self.json.head_rows:
            self.scroll_to(y=0, animate=False, immediate=True)
        self._scroll_to_cursor()
        self.refresh()
        self.post_message(self.CursorMoved())

    def _scroll_to_cursor(self) -> None:
        region = Region(0, self._cursor, 1, 1)
        self.scroll_to_region(region, animate=False, immediate=True, force=True, x_axis=False)

    # -- folding -----------------------------------------------------------------------------------

    def toggle_fold(self) -> bool:
        """Fold or unfold at the cursor; whether there is anything to fold there."""
        rows, line = self.json, self.cursor_line
        if rows is None or line is None or not rows.can_fold(self._cursor):
            return False
        self._fold(line, folded=not rows.folded[line])
        return True

    def _fold(self, line: int, *, folded: bool) -> None:
        rows = self.json
        assert rows is not None
        rows.fold(line, folded=folded)
        self.virtual_size = Size(0, len(rows))
        self._move_to(rows.row_of(line))

    def step_out(self) -> None:
        """Fold what is open at the cursor, else go to the container around it."""
        rows, line = self.json, self.cursor_line
        if rows is None or line is None:
            return
        first = rows.outline.first_line(line)
        if first == line and rows.can_fold(self._cursor) and not rows.folded[line]:
            self._fold(line, folded=True)
        else:
            outer = first if first != line else rows.outline.parents[line]
            self._move_to(rows.row_of(max(0, outer)))

    def step_in(self) -> None:
        """Unfold at the cursor, or go on into what is open."""
        rows, line = self.json, self.cursor_line
        if rows is None or line is None:
            return
        if rows.folded[line]:
            self._fold(line, folded=False)
        else:
            self._move_to(self._cursor + 1)

    def fold_levels(self, levels: int) -> None:
        """One level less or more is seen of everything; 0: all of it."""
        rows, document = self.json, self._document
        if rows is None or not isinstance(document, JsonDocument):
            return

        def layout(cells: int) -> Sequence[Line]:
            made = rows.outline
            if not levels:
                folded = bytearray(len(made))
            elif levels < 0:
                folded = made.folded_more(rows.folded, rows.deepest)
            else:
                folded = made.folded_less(rows.folded)
            return document.layout(cells, folded)

        self._lay_out(layout)

    # -- the mouse ---------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Go to the line; fold at its sign, or with a second click."""
        rows = self.json
        if rows is None:
            return
        at = event.get_content_offset_capture(self)
        row = self.scroll_offset.y + at.y
        if rows.head_rows <= row < len(rows):
            self._move_to(row)
            if (at.x < GUTTER_CELLS) != (event.chain == 2):
                self.toggle_fold()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under the mouse's selection."""
        first = selection.start.y if selection.start is not None else 0
        last = selection.end.y if selection.end is not None else len(self._rows) - 1
        lines = []
        for row in range(max(0, first), min(last + 1, len(self._rows), first + _COPIED_ROWS)):
            text = "".join(part for part, _ in self._rows[row])
            start, end = selection.get_span(row) or (0, 0)
            lines.append(text[start:] if end == -1 else text[start:end])
        return "\n".join(lines), "\n"

    def selection_updated(self, _selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    # -- drawing -----------------------------------------------------------------------------------

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the document."""
        row, base = self.scroll_offset.y + y, self.rich_style
        width = self.scrollable_content_region.width
        if row >= len(self._rows):
            return Strip.blank(width, base)
        filled = self._background(row)
        text = Text(no_wrap=True, end="")
        for part, tone in self._rows[row]:
            text.append(part, self.tone(tone) + filled)
        self._mark_hits(text)
        self._mark_selection(text, row)
        gutter = Segment(self._fold_sign(row), self.tone("quiet") + filled)
        strip = Strip([gutter, *text.render(self.app.console)]).crop_extend(0, width, base + filled)
        return strip.apply_offsets(-GUTTER_CELLS, row)

    def _background(self, row: int) -> Style:
        if self.json is None or row != self._cursor or not self.has_focus:
            return Style.null()
        return Style(bgcolor=self.get_component_rich_style("document-view--cursor").bgcolor)

    def _fold_sign(self, row: int) -> str:
        rows = self.json
        if rows is None or not rows.can_fold(row) or rows.offset_of(row):
            return " " * GUTTER_CELLS
        return f"{self._glyphs.folded if rows.is_folded(row) else self._glyphs.unfolded} "

    def _mark_hits(self, text: Text) -> None:
        if self._hits is not None:
            style = self.letters("hit")
            for found in self._hits.finditer(text.plain):
                text.stylize(style, *found.span())

    def _mark_selection(self, text: Text, row: int) -> None:
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        if span is not None:
            start, end = span
            style: Style = self.screen.get_component_rich_style("screen--selection")
            text.stylize(style, start, len(text) if end == -1 else end)


class KeylessDocumentView(DocumentView, inherit_bindings=False):
    """One whose keys are the business of the pane around it."""
