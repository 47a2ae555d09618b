"""A dialog to paste a longer text into."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from wstui.events import safe_text
from wstui.tui.screens.dialogs import Check, Dialog


class PasteDialog(Dialog[str | None]):
    """A field of several lines; Ctrl+S takes it, Escape leaves."""

    DEFAULT_CSS = """
    PasteDialog TextArea { height: 12; background: $surface; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", priority=True),
        Binding("ctrl+s", "take", "take", priority=True),
    ]

    def __init__(self, title: str, help_text: str, check: Check) -> None:
        super().__init__()
        self._title_words = title
        self._help = help_text
        self._check = check

    def compose(self) -> ComposeResult:
        """Title, field, what it means."""
        with Vertical(classes="dialog dialog-wide"):
            yield Static(Content(self._title_words), classes="dialog-title")
            yield TextArea(compact=True, tab_behavior="focus")
            yield Static(Content(f"{self._help} ^s takes it, Esc goes back."), classes="dialog-help")
            yield Static(classes="dialog-problem")

    def on_text_area_changed(self) -> None:
        """Say at once whether it will do."""
        text = self.query_one(TextArea).text
        self._say((self._check(text) or "") if text.strip() else "")

    def action_take(self) -> None:
        """Answer, or say why it will not do."""
        text = self.query_one(TextArea).text
        problem = self._check(text)
        if problem is None:
            self.dismiss(text)
        else:
            self._say(problem)

    def _say(self, words: str) -> None:
        self.query_one(".dialog-problem", Static).update(Content(safe_text(words)))
