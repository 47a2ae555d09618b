"""Small modal screens: a question with one line to answer, a yes or no, a choice, a text to read."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from wstui.tui.cells import fit
from wstui.tui.tones import MUTED

Check = Callable[[str], str | None]
"""Why an answer will not do, as a sentence, or None."""


Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer], Generic[Answer]):
    """What all of them look like, in a small window too."""

    CSS_PATH = "dialogs.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (40, "-full")]  # noqa: RUF012 - declared by Screen
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (14, "-roomy")]  # noqa: RUF012


class Prompt(Dialog[str | None]):
    """One line of text; Enter answers, Escape leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", priority=True)]

    def __init__(self, title: str, help_text: str, answer: str = "", check: Check | None = None) -> None:
        super().__init__()
        self._title_words = title
        self._help = help_text
        self._answer = answer
        self._check = check

    def compose(self) -> ComposeResult:
        """Question, line, what it means."""
        with Vertical(classes="dialog"):
            yield Static(Content(self._title_words), classes="dialog-title")
            yield Input(self._answer, compact=True, select_on_focus=False)
            yield Static(Content(self._help), classes="dialog-help")
            yield Static(classes="dialog-problem")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the answer, or say why it will not do."""
        problem = self._check(event.value) if self._check is not None else None
        if problem is None:
            self.dismiss(event.value)
        else:
            self.query_one(".dialog-problem", Static).update(Content(problem))

    def on_input_changed(self) -> None:
        """Typing takes the problem away."""
        self.query_one(".dialog-problem", Static).update(Content())


class Confirm(Dialog[bool]):
    """Yes or no; Escape is no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "dismiss(False)", "no"),
        Binding("y", "dismiss(True)", "yes"),
        Binding("left,right", "app.focus_next", "other", show=False),
    ]

    def __init__(self, question: str, yes: str, no: str = "Stay") -> None:
        super().__init__()
        self._question = question
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        with Vertical(classes="dialog"):
            yield Static(Content(self._question), classes="dialog-title")
            with Horizontal(classes="dialog-buttons"):
                yield Button(Content(f"{self._yes} (y)"), id="yes", variant="error", compact=True)
                yield Button(Content(f"{self._no} (n)"), id="no", compact=True)

    def on_mount(self) -> None:
        """Enter alone does no harm."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id == "yes")


_TITLE_CELLS = 32


class Choice(NamedTuple):
    """One line of a :class:`Chooser`."""

    key: str
    title: str
    help: str


class Chooser(Dialog[str | None]):
    """One of several; Enter chooses, Escape leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back")]

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title_words = title
        self._choices = choices

    def compose(self) -> ComposeResult:
        """A title and the list."""
        width = min(_TITLE_CELLS, max((cell_len(choice.title) for choice in self._choices), default=0))
        with Vertical(classes="dialog dialog-wide"):
            yield Static(Content(self._title_words), classes="dialog-title")
            yield OptionList(
                *(
                    Option(
                        Content.assemble((f"{fit(row.title, width)}  ", "bold"), (row.help, MUTED)),
                        row.key,
                    )
                    for row in self._choices
                ),
                markup=False,
                compact=True,
            )

    def on_mount(self) -> None:
        """Begin at the first."""
        self.query_one(OptionList).highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(event.option.id)


class TextDialog(Dialog[None]):
    """Something to read; Escape, q or the same key again leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f1,f4", "dismiss(None)", "back")]

    def __init__(self, title: str, text: Content, keys: str = "Esc goes back") -> None:
        super().__init__()
        self._title_words = title
        self._text = text
        self._keys = keys

    def compose(self) -> ComposeResult:
        """A title and the text, which scrolls."""
        with Vertical(classes="dialog dialog-tall"):
            yield Static(Content(self._title_words), classes="dialog-title")
            with VerticalScroll(can_focus=True):
                yield Static(self._text)
            yield Static(Content(self._keys), classes="dialog-help")
