"""One line under the messages: what is looked for, and which of how many hits is shown."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from wstui.tui.actions import Place, bindings_for
from wstui.tui.tones import CONTENT_STYLES


class FindBar(Horizontal):
    """Hidden until asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.FILTER)]

    @dataclass
    class Changed(Message):
        """The line was typed on."""

        text: str

    @dataclass
    class Asked(Message):
        """Enter was pressed."""

        text: str

    def compose(self) -> ComposeResult:
        """A word, the line, the result."""
        yield Static("Find", id="find-word")
        yield Input(
            id="find-input",
            compact=True,
            placeholder='text  /regex/  dir:sent  kind:close  size:>1k  after:+30s  $.type == "tick"',
        )
        yield Static(id="find-result")

    def open(self, text: str | None = None) -> None:
        """Show it and go to it.

        Args:
            text: what to put into the line, whatever stood there.
        """
        self.add_class("-shown")
        field = self.query_one(Input)
        if text is not None:
            with self.prevent(Input.Changed):
                field.value = text
        field.focus()
        field.action_select_all()

    def close(self) -> bool:
        """Hide and empty it; whether it was shown."""
        shown = self.has_class("-shown")
        self.remove_class("-shown")
        with self.prevent(Input.Changed):
            self.query_one(Input).value = ""
        self.say("")
        return shown

    def say(self, words: str, *, wrong: bool = False) -> None:
        """The result, or what is wrong with the line (which then has a line to itself)."""
        style = CONTENT_STYLES["error"] if wrong else ""
        self.set_class(wrong, "-wrong")
        self.query_one("#find-result", Static).update(Content.styled(words, style))

    def on_click(self, event: events.Click) -> None:
        """A click on the result changes between hits alone and hits marked."""
        if event.widget is not None and event.widget.id == "find-result":
            self.screen.run_worker(self.screen.run_action("filter_mode"), exit_on_error=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look while it is typed."""
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the hit."""
        event.stop()
        if event.value:
            self.post_message(self.Asked(event.value))
