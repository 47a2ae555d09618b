"""F8: the ways to make a session live again, each with a sentence of what it does, or why it cannot now."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from wstui.tui.tones import CONTENT_STYLES, MUTED


class Way(NamedTuple):
    """One of them."""

    key: str
    """Its letter, and the answer of the dialog."""
    title: str
    help: str
    why_not: str = ""
    """Why it is not possible now, a sentence."""


PLAY, DRIVE, SERVE, COMPARE = "p", "d", "s", "c"

_LIVE = "This connection is live; once it has ended (F3 closes it) this is possible."


def ways(*, live: bool) -> list[Way]:
    """All ways; of a session that is still talking only its comparison is possible."""
    why_not = _LIVE if live else ""
    so_far = (
        "Beside another session, as far as it goes."
        if live
        else "Beside another session, message by message."
    )
    return [
        Way(PLAY, "Play back", "Watch it happen again. Nothing is sent.", why_not),
        Way(DRIVE, "Drive again", "Send its client's part again, then compare.", why_not),
        Way(SERVE, "Serve", "Be the recorded server, for any client.", why_not),
        Way(COMPARE, "Compare with another", so_far),
    ]


class ReplayDialog(ModalScreen[str | None]):
    """Asks for the way; its letter, or None."""

    CSS_PATH = "dialogs.tcss"
    DEFAULT_CSS = "ReplayDialog { align: center middle; background: $background 60%; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back"),
        *(Binding(key, f"choose('{key}')", show=False) for key in (PLAY, DRIVE, SERVE, COMPARE)),
        Binding("f8", f"choose('{PLAY}')", show=False, priority=True),
    ]

    def __init__(self, choices: Sequence[Way]) -> None:
        super().__init__()
        self._choices = {row.key: row for row in choices}

    def compose(self) -> ComposeResult:
        """A title, the ways, and what is to be said of one that is not possible."""
        with Vertical(classes="dialog dialog-wide"):
            yield Static("Replay this session", classes="dialog-title")
            yield OptionList(
                *(Option(_words(row), row.key) for row in self._choices.values()), markup=False, compact=True
            )
            yield Static(classes="dialog-problem")
            again = "" if self._choices[PLAY].why_not else "; F8 again plays back at once"
            yield Static(f"Enter or the letter{again}.", classes="dialog-help")

    def on_mount(self) -> None:
        """Begin at the first that is possible."""
        rows = list(self._choices.values())
        self.query_one(OptionList).highlighted = next(at for at, row in enumerate(rows) if not row.why_not)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        self.action_choose(str(event.option.id))

    def action_choose(self, key: str) -> None:
        """Answer, or say why not."""
        way = self._choices[key]
        if way.why_not:
            self.query_one(".dialog-problem", Static).update(Content(f"{way.title}: {way.why_not}"))
        else:
            self.dismiss(key)


def _words(row: Way) -> Content:
    style = MUTED if row.why_not else "bold"
    help_words = (
        ("not now: the connection is live", CONTENT_STYLES["warning"]) if row.why_not else (row.help, MUTED)
    )
    return Content.assemble((f"{row.key}  {row.title:<22}", style), help_words)
