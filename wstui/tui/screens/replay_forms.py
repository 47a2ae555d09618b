"""The dialogs that ask how a recorded client is driven again, and how a recorded server is served."""

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from wstui.events import safe_text
from wstui.tui.replay_requests import (
    CAUSAL,
    MATCHES,
    PACES,
    RECORDED,
    SCALED,
    DriveRequest,
    RequestError,
    ServeRequest,
    drive_request,
    serve_request,
)
from wstui.tui.widgets.choice_line import ChoiceLine

_PACE_WORDS = {
    CAUSAL: "Each step as soon as the answers before it have come again.",
    RECORDED: "Each step at its recorded time.",
    SCALED: "Each step at its recorded time, divided.",
}
_T = TypeVar("_T")


class _Form(ModalScreen[_T | None], Generic[_T]):
    """A few lines to fill in; Enter takes them, Escape leaves."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialogs.tcss", "replay.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", priority=True),
        Binding("enter", "take", "take"),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]
    TITLE_WORDS = ""
    HELP_WORDS = ""

    def compose(self) -> ComposeResult:
        """A title, the lines, what they mean, what is wrong."""
        with Vertical(classes="dialog dialog-wide"):
            yield Static(self.TITLE_WORDS, classes="dialog-title")
            for label, field in self.fields():
                with Horizontal(classes="form-line", id=f"{field.id}-line"):
                    yield Static(label, classes="form-word")
                    yield field
            yield Static(classes="dialog-help", id="form-meaning")
            yield Static(self.HELP_WORDS, classes="dialog-help")
            yield Static(classes="dialog-problem")

    def fields(self) -> Iterator[tuple[str, Widget]]:
        """The lines: their words and where to type."""
        raise NotImplementedError

    def request(self) -> _T:
        """What is filled in.

        Raises:
            RequestError: something of it will not do.
        """
        raise NotImplementedError

    def say_meaning(self) -> None:
        """Say what the chosen words mean."""

    def on_mount(self) -> None:
        """Say it from the beginning."""
        self.say_meaning()

    def value(self, name: str) -> str:
        """What stands in a line."""
        return self.query_one(f"#{name}", Input).value

    def on_input_submitted(self) -> None:
        """Enter in a line takes the whole."""
        self.action_take()

    def on_input_changed(self) -> None:
        """Typing takes the problem away."""
        self.say_problem("")

    def on_choice_line_changed(self) -> None:
        """Another choice: other words."""
        self.say_meaning()
        self.say_problem("")

    def action_take(self) -> None:
        """Answer, or say why it will not do."""
        try:
            self.dismiss(self.request())
        except RequestError as error:
            self.say_problem(str(error))

    def say_problem(self, sentence: str) -> None:
        """What is wrong with what was typed."""
        self.query_one(".dialog-problem", Static).update(Content(safe_text(sentence)))


def _line(value: str, name: str, placeholder: str = "") -> Input:
    return Input(value, id=name, compact=True, select_on_focus=False, placeholder=placeholder)


class DriveDialog(_Form[DriveRequest]):
    """Where and how a recorded client is driven again."""

    TITLE_WORDS = "Drive this session again"
    HELP_WORDS = "Enter drives, Tab goes on, Esc goes back. The outcome is a session of its own."

    def __init__(self, session: Path, endpoint: str) -> None:
        super().__init__()
        self._session = session
        self._endpoint = endpoint

    def fields(self) -> Iterator[tuple[str, Widget]]:
        """Endpoint, pace, patience."""
        yield "Endpoint", _line(self._endpoint, "drive-endpoint", "ws://host/path, or a profile's name")
        yield "Pace", ChoiceLine(PACES, CAUSAL, id="drive-pace")
        yield "Times as fast", _line("4", "drive-times")
        yield "Patience (s)", _line("10", "drive-wait")

    @property
    def _pace(self) -> str:
        return self.query_one(ChoiceLine).value

    def say_meaning(self) -> None:
        """What the pace means; how much faster is only asked where it matters."""
        words = _PACE_WORDS[self._pace]
        self.query_one("#form-meaning", Static).update(
            f"{words} An answer that is missing is waited for as long as the patience says."
        )
        self.query_one("#drive-times-line").display = self._pace == SCALED

    def request(self) -> DriveRequest:
        """What is filled in."""
        values = [self.value(name) for name in ("drive-endpoint", "drive-times", "drive-wait")]
        return drive_request(self._session, values[0], self._pace, *values[1:])


class ServeDialog(_Form[ServeRequest]):
    """How a recorded server is served."""

    TITLE_WORDS = "Serve this session"
    HELP_WORDS = "Enter serves, Tab goes on, Esc goes back. Only this machine reaches it."

    def __init__(self, session: Path) -> None:
        super().__init__()
        self._session = session

    def fields(self) -> Iterator[tuple[str, Widget]]:
        """Port, match, speed."""
        yield "Port", _line("0", "serve-port", "0 takes a free one")
        yield "Match", ChoiceLine(tuple(MATCHES), "causal", id="serve-match")
        yield "Times as fast", _line("1", "serve-speed")

    def say_meaning(self) -> None:
        """What the way of matching means."""
        match = self.query_one(ChoiceLine).value
        self.query_one("#form-meaning", Static).update(f"{match}: {MATCHES[match]}.")

    def request(self) -> ServeRequest:
        """What is filled in."""
        match = self.query_one(ChoiceLine).value
        return serve_request(self._session, self.value("serve-port"), match, self.value("serve-speed"))
