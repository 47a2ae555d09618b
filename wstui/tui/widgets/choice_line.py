"""One of a few, all of them in sight: ``● none  ○ basic  ○ bearer``; arrows and Space choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wstui.events import safe_text
from wstui.tui.tones import MUTED


class ChoiceLine(Widget, can_focus=True):
    """A choice on one line."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ChoiceLine { height: 1; width: 1fr; padding: 0 1; }
    ChoiceLine:focus { background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "before", show=False),
        Binding("right,space", "move(1)", "next", show=False),
    ]

    value: reactive[str] = reactive("", init=False)

    @dataclass
    class Changed(Message):
        """Another one is chosen."""

        value: str

    def __init__(self, choices: Sequence[str], value: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._choices = [*choices, *([] if value in choices else [value])]
        self.set_reactive(ChoiceLine.value, value)

    def action_move(self, by: int) -> None:
        """The next or previous one, round and round."""
        at = self._choices.index(self.value) + by
        self.value = self._choices[at % len(self._choices)]

    def watch_value(self, value: str) -> None:
        """Tell it."""
        self.post_message(self.Changed(value))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        x = event.get_content_offset_capture(self).x
        for choice in self._choices:
            x -= cell_len(self._words(choice))
            if x < 0:
                self.value = choice
                return

    def _words(self, choice: str) -> str:
        shown = {"true": "yes", "false": "no"}.get(choice, safe_text(choice))
        return f"{'●' if choice == self.value else '○'} {shown}   "

    def render(self) -> Content:
        """All of them."""
        styles = {True: "bold", False: MUTED}
        return Content.assemble(*((self._words(row), styles[row == self.value]) for row in self._choices))
