"""The selected event, looked at closely: JSON laid out, raw text, bytes, what stands in them; or facts.

Documents are made by a thread worker; the pane lays out and draws only the lines that it shows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.style import Style as ContentStyle
from textual.widgets import Static
from textual.worker import get_current_worker

from wstui.decoding import decode_string
from wstui.timeline import TimelineError
from wstui.tui.actions import Place, bindings_for
from wstui.tui.background import in_thread
from wstui.tui.document import Document, SpanDocument
from wstui.tui.json_place import JsonHere, json_here, path_text
from wstui.tui.message_content import COPY_BYTES, MessageContent, decoded_document, open_event
from wstui.tui.widgets.document_view import GUTTER_CELLS, DocumentView, KeylessDocumentView
from wstui.tui.widgets.pane_title import PaneTitle
from wstui.words.measures import count_text

VIEWS = ("pretty", "raw", "hex", "decoded")
_ON_JSON = frozenset(
    {"toggle_fold", "step_out", "step_in", "fold_levels", "copy_value", "copy_path", "filter_value"}
)


class MessageDetail(Vertical):
    """The pane under, or beside, the messages."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.DETAIL)]

    @dataclass
    class Loaded(Message):
        """The worker has laid an event out."""

        event_id: int
        content: MessageContent | None
        problem: str = ""

    @dataclass
    class DecodedHere(Message):
        """A worker found that the string at the cursor stands for something."""

        here: JsonHere
        chain: str
        document: Document

    @dataclass
    class FilterAsked(Message):
        """The messages are to be filtered by the value at the cursor."""

        text: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.content: MessageContent | None = None
        self._wanted: int | None = None
        self._chosen: dict[str, str] = {}
        """The view that a person chose, by the view that is first otherwise."""
        self._shown = ""
        self._left_at: tuple[int, int] | None = None
        self._here: JsonHere | None = None
        self._decoded_here: MessageDetail.DecodedHere | None = None

    def compose(self) -> ComposeResult:
        """A title with the choice of views, the document, and where its cursor stands."""
        yield PaneTitle("Detail", id="detail-title")
        yield KeylessDocumentView(id="detail-view")
        yield Static(id="detail-place", markup=False)

    def on_mount(self) -> None:
        """Begin empty, and say what to do."""
        self.clear()

    # -- what is shown -----------------------------------------------------------------------------

    def clear(self) -> None:
        """Nothing is selected: fold to one line that says what to do."""
        self._wanted, self.content, self._shown = None, None, ""
        self.add_class("-folded")
        self.query_one(DocumentView).show(SpanDocument([]))
        self.query_one(PaneTitle).right = Content()
        self.query_one(PaneTitle).left = Content("↑ ↓ or a click selects a message, Enter looks closer")

    def open(self, path: Path, event_id: int) -> None:
        """Show an event of a session file; what is shown stays until the new one is ready."""
        if event_id != self._wanted:
            self._wanted = event_id
            self.remove_class("-folded")
            view = self.query_one(DocumentView)
            self._load(path, event_id, view.text_cells if view.is_laid_out else self._likely_cells())

    @in_thread(group="detail", exclusive=True)
    def _load(self, path: Path, event_id: int, width_cells: int) -> None:
        worker = get_current_worker()
        try:
            content = open_event(path, event_id, width_cells, lambda: worker.is_cancelled)
            loaded = self.Loaded(event_id, content)
        except TimelineError as error:
            loaded = self.Loaded(event_id, None, str(error))
        if not worker.is_cancelled:
            self.post_message(loaded)

    def _likely_cells(self) -> int:
        """The width that a hidden pane will have, mostly."""
        return max(16, (self.size.width or self.screen.size.width // 2) - GUTTER_CELLS - 1)

    def on_message_detail_loaded(self, message: Loaded) -> None:
        """Show what the worker made, unless something else is wanted by now."""
        message.stop()
        if message.event_id != self._wanted:
            return
        if message.content is None:
            problem = message.problem or "There is no such event in the session file."
            self.query_one(DocumentView).show(SpanDocument([((problem, "error"),)]))
            return
        self.content, self._decoded_here, self._left_at, self._shown = message.content, None, None, ""
        first = message.content.first_view
        chosen = self._chosen.get(first, first)
        self.show_view(chosen if chosen in message.content.views else first)

    def show_view(self, name: str) -> None:
        """Pretty, raw, hex, decoded; or facts, with or without secrets."""
        if self.content is None:
            return
        views, view = self.content.views, self.query_one(DocumentView)
        document = views.get(name)
        if name == "decoded" and self._decoded_here is not None:
            document = self._decoded_here.document
        elif name in views and name in VIEWS:
            self._chosen[self.content.first_view] = name
        if document is None:
            return
        place = self._left_at if name == "pretty" else None
        self._left_at = view.place if self._shown == "pretty" else self._left_at
        self._shown = name
        view.show(document, self.content.laid_out if name == self.content.first_view else None, place)
        self._show_title()
        self.refresh_bindings()

    def _show_title(self) -> None:
        title, content = self.query_one(PaneTitle), self.content
        if content is None:
            return
        chain = self._decoded_here.chain if self._decoded_here is not None else content.chain
        title.left = Content(f"{chain} · {content.title}" if self._shown == "decoded" else content.title)
        names = [name for name in VIEWS if name in self._views()]
        title.right = Content(" ").join(_choice(name, name == self._shown) for name in names)

    def _views(self) -> set[str]:
        views = set(self.content.views) if self.content is not None else set()
        return views | {"decoded"} if self._decoded_here is not None else views

    def action_view(self, name: str) -> None:
        """Show one of the views."""
        self.show_view(name)

    def action_next_view(self) -> None:
        """Pretty, raw, hex, decoded, and from the beginning."""
        names = [name for name in VIEWS if name in self._views()]
        if names:
            at = names.index(self._shown) if self._shown in names else -1
            self.show_view(names[(at + 1) % len(names)])

    def action_reveal(self) -> None:
        """Show the secrets of a handshake, or hide them again."""
        self.show_view("facts" if self._shown == "revealed" else "revealed")

    def on_click(self, event: events.Click) -> None:
        """A click on a view's name shows it."""
        view = event.style.meta.get("view")
        if view:
            self.show_view(view)

    def mark_words(self, words: tuple[str, ...]) -> None:
        """Mark the filter's words."""
        self.query_one(DocumentView).mark_words(words)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed where it would do nothing."""
        if not self.is_mounted:
            return True
        if action in _ON_JSON:
            return True if self.query_one(DocumentView).json is not None else None
        if action == "view":
            return True if parameters and parameters[0] in self._views() else None
        if action == "next_view":
            return True if self._views() & {*VIEWS} else None
        if action == "reveal":
            return True if "revealed" in self._views() else None
        return True

    # -- the cursor --------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """The cursor, or the text, by lines."""
        self.query_one(DocumentView).move(rows)

    def action_page(self, pages: int) -> None:
        """By pages."""
        self.query_one(DocumentView).page(pages)

    def action_edge(self, name: str) -> None:
        """To the beginning or the end."""
        self.query_one(DocumentView).to_edge(end=name == "end")

    def action_toggle_fold(self) -> None:
        """Fold or unfold; a string that stands for something is decoded."""
        if not self.query_one(DocumentView).toggle_fold() and self._decoded_here is not None:
            self.show_view("decoded")

    def action_step_out(self) -> None:
        """Fold, or go to the container around."""
        self.query_one(DocumentView).step_out()

    def action_step_in(self) -> None:
        """Unfold, or go on into what is open."""
        self.query_one(DocumentView).step_in()

    def action_fold_levels(self, levels: int) -> None:
        """A level less, a level more, or everything (0)."""
        self.query_one(DocumentView).fold_levels(levels)

    def on_descendant_focus(self) -> None:
        """Say where the cursor stands; the stylesheet alone does not hear of the focus in every pane."""
        self.add_class("-inside")

    def on_descendant_blur(self) -> None:
        """The cursor is not seen any more."""
        self.remove_class("-inside")

    def on_document_view_cursor_moved(self, message: DocumentView.CursorMoved) -> None:
        """Say where the cursor stands, and look what the string there stands for."""
        message.stop()
        view = self.query_one(DocumentView)
        rows, line = view.json, view.cursor_line
        self.set_class(rows is not None, "-placed")
        here = json_here(rows.outline, line) if rows is not None and line is not None else None
        if here == self._here:
            return
        self._here = here
        if self._shown != "decoded" and (self._decoded_here is None or self._decoded_here.here != here):
            self._decoded_here = None
            if here is not None and here.is_long_string:
                self._decode(here)
        self._show_place()

    @in_thread(group="decode", exclusive=True)
    def _decode(self, here: JsonHere) -> None:
        found = decode_string(here.content)
        if found is not None and not get_current_worker().is_cancelled:
            document = decoded_document(found, f"{path_text(here.place)}: ")
            self.post_message(self.DecodedHere(here, found.chain, document))

    def on_message_detail_decoded_here(self, message: DecodedHere) -> None:
        """Offer the view, if the cursor still stands there."""
        message.stop()
        if message.here == self._here and self._shown != "decoded":
            self._decoded_here = message
            self._show_place()

    def _show_place(self) -> None:
        self._show_title()
        self.refresh_bindings()
        here = self._here
        if here is None:
            return
        decoded, more = self._decoded_here, here.means
        if decoded is not None and self._shown != "decoded":
            more = f"4 decodes {decoded.chain}"
        filters = "" if self._shown == "decoded" else ", f filters by it"
        words = [path_text(here.place), more, f"c copies the value, p the path{filters}"]
        self.query_one("#detail-place", Static).update(Content("  ·  ".join(part for part in words if part)))

    def action_copy_value(self) -> None:
        """The value at the cursor: a string without its quotes."""
        if self._here is not None:
            data = self._here.content.encode("utf-8", "backslashreplace")
            shown = data[:COPY_BYTES].decode("utf-8", "ignore")
            self.app.copy_to_clipboard(shown)
            part = "" if len(data) <= COPY_BYTES else ", the beginning of the value"
            size = count_text(min(len(data), COPY_BYTES), "byte")
            self.app.notify(f"Copied the value, {size}{part}.")

    def action_copy_path(self) -> None:
        """The path of the value at the cursor."""
        if self._here is not None:
            path = path_text(self._here.place)
            self.app.copy_to_clipboard(path)
            self.app.notify(f"Copied {path}", markup=False)

    def action_filter_value(self) -> None:
        """Show the messages that have this value at this place."""
        if self._here is None:
            return
        text = self._here.filter_text
        if self._shown == "decoded" or text is None:
            why = "it stands within another value" if text is not None else "its key cannot be written there"
            self.app.notify(f"The filter cannot ask for this: {why}.", severity="warning")
        else:
            self.post_message(self.FilterAsked(text))


def _choice(name: str, chosen: bool) -> Content:
    style = ContentStyle(bold=chosen, underline=chosen) + ContentStyle.from_meta({"view": name})
    return Content.styled(name.capitalize(), style)
