"""One line under the messages: what is looked for, and which of how many hits is shown."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static


class FindBar(Horizontal):
    """Hidden until asked for."""

    @dataclass
    class Asked(Message):
        """Enter was pressed."""

        text: str

    def compose(self) -> ComposeResult:
        """A word, the line, the result."""
        yield Static("Find", id="find-word")
        yield Input(
            id="find-input", compact=True, placeholder="text in a message; Enter finds, n and N go on"
        )
        yield Static(id="find-result")

    def open(self) -> None:
        """Show it and go to it."""
        self.add_class("-shown")
        field = self.query_one(Input)
        field.focus()
        field.action_select_all()

    def close(self) -> bool:
        """Hide it; whether it was shown."""
        shown = self.has_class("-shown")
        self.remove_class("-shown")
        return shown

    def say(self, words: str) -> None:
        """The result."""
        self.query_one("#find-result", Static).update(Content(words))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look for it."""
        event.stop()
        if event.value:
            self.post_message(self.Asked(event.value))
