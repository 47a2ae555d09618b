"""Write a note, change it, give it a colour, delete it."""

from typing import ClassVar, Literal, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from wstui.events import safe_text
from wstui.timeline import Note
from wstui.tui.moments import NOTE_COLOURS
from wstui.tui.screens.dialogs import Dialog
from wstui.tui.tones import CONTENT_STYLES, MUTED

_LONGEST = 2000


class NoteAnswer(NamedTuple):
    """What to do with the note."""

    what: Literal["save", "delete"]
    text: str = ""
    colour: str = ""


class NoteDialog(Dialog[NoteAnswer | None]):
    """One line of words and a colour; Enter saves, Escape leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", priority=True),
        Binding("ctrl+t", "colour", "colour", priority=True),
        Binding("ctrl+d", "delete", "delete", priority=True),
    ]

    def __init__(self, where: str, note: Note | None = None) -> None:
        super().__init__()
        self._where = where
        self._note = note
        self._colour = note.colour if note is not None and note.colour in NOTE_COLOURS else ""

    def compose(self) -> ComposeResult:
        """Where it stands, the line, its colour, the keys."""
        title = f"Note {self._where}" if self._note is None else f"Change the note {self._where}"
        keys = "Enter keeps it in the session file · Ctrl+T next colour"
        if self._note is not None:
            keys += " · Ctrl+D deletes it"
        with Vertical(classes="dialog dialog-note"):
            yield Static(Content(title), classes="dialog-title")
            yield Input(
                safe_text(self._note.text) if self._note is not None else "",
                compact=True,
                select_on_focus=False,
                max_length=_LONGEST,
            )
            yield Static(id="note-colours")
            yield Static(Content(keys), classes="dialog-help")
            yield Static(classes="dialog-problem")

    def on_mount(self) -> None:
        """Show the colours."""
        self._show_colours()

    def _show_colours(self) -> None:
        parts: list[tuple[str, str]] = [("Colour  ", MUTED)]
        for name, tone in NOTE_COLOURS.items():
            style = CONTENT_STYLES.get(tone, "$foreground")
            chosen = name == self._colour
            parts.append((f"{'▸' if chosen else ' '}{name or 'none'} ", f"{style} bold" if chosen else style))
        self.query_one("#note-colours", Static).update(Content.assemble(*parts))

    def action_colour(self) -> None:
        """The next colour."""
        names = list(NOTE_COLOURS)
        self._colour = names[(names.index(self._colour) + 1) % len(names)]
        self._show_colours()

    def action_delete(self) -> None:
        """Take the note away."""
        if self._note is not None:
            self.dismiss(NoteAnswer("delete"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        if event.value.strip():
            self.dismiss(NoteAnswer("save", event.value.strip(), self._colour))
        else:
            words = Content("A note needs words.")
            self.query_one(".dialog-problem", Static).update(words)

    def on_input_changed(self) -> None:
        """Typing takes the problem away."""
        self.query_one(".dialog-problem", Static).update(Content())
