"""The selected event, looked at closely: JSON laid out, raw text, bytes, or facts.

Documents are made by a thread worker; the pane lays out and draws only the lines that it shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style as ContentStyle

from wstui.timeline import TimelineError
from wstui.tui.actions import Place, bindings_for
from wstui.tui.document import Document, Line, SpanDocument
from wstui.tui.message_content import MessageContent, open_event
from wstui.tui.tones import TONE_CLASSES, tone_class
from wstui.tui.widgets.pane_title import PaneTitle

VIEWS = ("pretty", "raw", "hex")
_COPIED_LINES = 20_000


class DocumentView(ScrollView, can_focus=True):
    """Lines of a document; text can be selected with the mouse."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*TONE_CLASSES}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._document: Document = SpanDocument([])
        self._lines: Sequence[Line] = ()

    def show(self, document: Document, *, keep_place: bool = False) -> None:
        """Show a document from its beginning, or from where the last one stood."""
        self._document = document
        self._layout_lines()
        if not keep_place:
            self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()

    def _layout_lines(self) -> None:
        self._lines = self._document.layout(max(1, self.scrollable_content_region.width - 2))
        self.virtual_size = Size(0, len(self._lines))

    def on_resize(self, _event: events.Resize) -> None:
        """Fold for the new width."""
        self._layout_lines()

    def render_line(self, y: int) -> Strip:
        """One line of the document."""
        row, base = self.scroll_offset.y + y, self.rich_style
        width = self.scrollable_content_region.width
        if row >= len(self._lines):
            return Strip.blank(width, base)
        text = Text(no_wrap=True, end="")
        for part, tone in self._lines[row]:
            text.append(part, self.get_component_rich_style(tone_class(tone)))
        self._mark_selection(text, row)
        segments = [Segment("  ", base), *text.render(self.app.console)]
        return Strip(segments).crop_extend(0, width, base).apply_offsets(-2, row)

    def _mark_selection(self, text: Text, row: int) -> None:
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        if span is not None:
            start, end = span
            style: Style = self.screen.get_component_rich_style("screen--selection")
            text.stylize(style, start, len(text) if end == -1 else end)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under the mouse's selection."""
        lines = self._lines[:_COPIED_LINES]
        return selection.extract("\n".join("".join(part for part, _ in line) for line in lines)), "\n"

    def selection_updated(self, _selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()


class MessageDetail(Vertical):
    """The pane under, or beside, the messages."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.DETAIL)]

    @dataclass
    class Loaded(Message):
        """The worker has laid an event out."""

        event_id: int
        content: MessageContent | None
        problem: str = ""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.content: MessageContent | None = None
        self._wanted: int | None = None
        self._view = ""

    def compose(self) -> ComposeResult:
        """A title with the choice of views, and the document."""
        yield PaneTitle("Detail", id="detail-title")
        yield DocumentView(id="detail-view")

    def on_mount(self) -> None:
        """Begin empty, and say what to do."""
        self.clear()

    def clear(self) -> None:
        """Nothing is selected: fold to one line that says what to do."""
        self._wanted, self.content = None, None
        self.add_class("-folded")
        self.query_one(DocumentView).show(SpanDocument([]))
        self._show_title(Content("↑ ↓ or a click selects a message, Enter looks closer"))

    def open(self, path: Path, event_id: int) -> None:
        """Show an event of a session file; what is shown stays until the new one is ready."""
        if event_id != self._wanted:
            self._wanted = event_id
            self.remove_class("-folded")
            self._load(path, event_id)

    @work(thread=True, exclusive=True, group="detail", exit_on_error=False)
    def _load(self, path: Path, event_id: int) -> None:
        try:
            loaded = self.Loaded(event_id, open_event(path, event_id))
        except TimelineError as error:
            loaded = self.Loaded(event_id, None, str(error))
        self.post_message(loaded)

    def on_message_detail_loaded(self, message: Loaded) -> None:
        """Show what the worker made, unless something else is wanted by now."""
        message.stop()
        if message.event_id != self._wanted:
            return
        if message.content is None:
            problem = message.problem or "There is no such event in the session file."
            self.query_one(DocumentView).show(SpanDocument([((problem, "error"),)]))
            return
        self.content = message.content
        kept = (
            self._view if self._view in message.content.views and message.content.first_view != "hex" else ""
        )
        self.show_view(kept or message.content.first_view)

    def show_view(self, name: str) -> None:
        """Pretty, raw or hex."""
        if self.content is None or name not in self.content.views:
            return
        if name in VIEWS:
            self._view = name
        self.query_one(DocumentView).show(self.content.views[name])
        self._show_title(Content(self.content.title), name)

    def _show_title(self, words: Content, view: str = "") -> None:
        title = self.query_one(PaneTitle)
        title.left = words
        title.right = (
            Content(" ").join(_choice(name, name == view) for name in VIEWS) if view in VIEWS else Content()
        )

    def action_view(self, name: str) -> None:
        """Show one of the views."""
        self.show_view(name)

    def action_next_view(self) -> None:
        """Pretty, raw, hex, and from the beginning."""
        at = VIEWS.index(self._view) if self._view in VIEWS else -1
        self.show_view(VIEWS[(at + 1) % len(VIEWS)])

    def on_click(self, event: events.Click) -> None:
        """A click on a view's name shows it."""
        view = event.style.meta.get("view")
        if view:
            self.show_view(view)


def _choice(name: str, chosen: bool) -> Content:
    style = ContentStyle(bold=chosen, underline=chosen) + ContentStyle.from_meta({"view": name})
    return Content.styled(name.capitalize(), style)
