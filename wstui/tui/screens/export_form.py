"""The export dialog's form: as what, which part, what becomes of secrets, where to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wstui.exchange import Selection, SelectionError
from wstui.exchange.formats import format_for
from wstui.tui.exporting import (
    CHOICE_OF,
    CHOICES,
    ExportChoice,
    Wanted,
    export_problem,
    free_name,
    pattern_problem,
    renamed,
    typed_selection,
)
from wstui.tui.tones import MUTED
from wstui.tui.widgets.choice_line import ChoiceLine

SPAN = "from–to"
"""The scope whose beginning and end are typed."""

_REPLACED, _KEPT = "replaced", "kept"
_BOX_CELLS, _AROUND_CELLS = 116, 15
"""The dialog's width, and what of it is border, padding and label."""


class ExportScope(NamedTuple):
    """A part of the session that can be exported."""

    name: str
    words: str
    selection: Selection


class ScopeLine(ChoiceLine):
    """A choice that shows one of its words where there is no room for all of them."""

    def render(self) -> Content:
        """All of them, or the chosen one between arrows."""
        whole = super().render()
        if whole.cell_length - len("   ") <= min(self.app.size.width, _BOX_CELLS) - _AROUND_CELLS:
            return whole
        return Content(f"‹ {self.value} ›")


class ExportForm(VerticalScroll, can_focus=False):
    """Everything that is asked."""

    @dataclass
    class Changed(Message):
        """Something else is wanted."""

        only_name: bool
        """The file's name alone: what would be written is the same."""

    def __init__(
        self, session: Path, started_ns: int, scopes: Sequence[ExportScope], choice: str, scope: str
    ) -> None:
        super().__init__(id="export-form")
        self._session = session
        self._started_ns = started_ns
        self._scopes = {row.name: row for row in scopes}
        self._scope = scope or scopes[0].name
        self.choice = CHOICE_OF[choice]
        self._own_name = str(free_name(session, self.choice, Path.cwd()))

    def compose(self) -> ComposeResult:
        """Format, part, secrets, name, and what stands against them."""
        yield OptionList(
            *(Option(self._option(row), row.key) for row in CHOICES),
            id="export-formats",
            markup=False,
            compact=True,
        )
        yield from _row(
            "what",
            ScopeLine([*self._scopes, SPAN], self._scope, id="export-scope"),
            Static(id="export-scope-said", classes="export-said"),
        )
        yield from _row(
            "from",
            Input(id="export-first", placeholder="120, 12.5s, 12:01:07", compact=True),
            Static(Content("to"), classes="export-between"),
            Input(id="export-last", placeholder="the end", compact=True),
            row_id="export-span",
        )
        yield from _row(
            "secrets",
            ScopeLine([_REPLACED, _KEPT], _REPLACED, id="export-secrets"),
            Static(id="export-secrets-said", classes="export-said"),
        )
        hint = "a regular expression for other secrets"
        yield from _row(
            "also", Input(id="export-pattern", placeholder=hint, compact=True), row_id="export-more"
        )
        yield from _row("file", Input(self._own_name, id="export-file", select_on_focus=False, compact=True))
        yield Static(id="export-problem")

    def on_mount(self) -> None:
        """Begin at the chosen format."""
        self.query_one("#export-formats", OptionList).highlighted = CHOICES.index(self.choice)
        self.explain()

    # -- formats and names -----------------------------------------------------------------------

    def _option(self, row: ExportChoice) -> Content:
        chosen = row is self.choice
        sign = "●" if chosen else "○"
        return Content.assemble(
            (f"{sign} {row.key:<10}", "bold" if chosen else ""), (row.purpose, "" if chosen else MUTED)
        )

    @on(OptionList.OptionHighlighted)
    def _choose(self, event: OptionList.OptionHighlighted) -> None:
        chosen = CHOICE_OF[event.option.id or "jsonl"]
        if chosen is self.choice:
            return
        before, self.choice = self.choice, chosen
        for row in (before, chosen):
            event.option_list.replace_option_prompt(row.key, self._option(row))
        self._rename(before)
        self._changed()

    def _rename(self, before: ExportChoice) -> None:
        """Another format, another ending; a name that was typed keeps what was typed."""
        name = self.query_one("#export-file", Input)
        if name.value == self._own_name:
            self._own_name = str(free_name(self._session, self.choice, Path.cwd()))
            name.value = self._own_name
        else:
            name.value = renamed(name.value, before, self.choice)

    def _follow(self, name: str) -> None:
        """An ending that says another format chooses it, as on the command line."""
        said = format_for(name)
        if said is not None and said != self.choice.format:
            row = next(at for at, choice in enumerate(CHOICES) if choice.format == said)
            self.query_one("#export-formats", OptionList).highlighted = row

    # -- what is typed ---------------------------------------------------------------------------

    @on(ChoiceLine.Changed)
    def _chose(self) -> None:
        self._scope = self.query_one("#export-scope", ScopeLine).value
        self._changed()

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        if event.input.id == "export-file":
            self._follow(self._typed("file"))
        self._changed(only_name=event.input.id == "export-file")

    def _changed(self, *, only_name: bool = False) -> None:
        self.explain()
        self.post_message(self.Changed(only_name))

    def _typed(self, name: str) -> str:
        return self.query_one(f"#export-{name}", Input).value

    @property
    def keeps_secrets(self) -> bool:
        """Whether secrets stay in."""
        return self.query_one("#export-secrets", ScopeLine).value == _KEPT

    @property
    def target(self) -> Path:
        """Where to; good only without a :meth:`problem`."""
        return Path(self._typed("file")).expanduser()

    def wanted(self) -> Wanted:
        """All that is chosen.

        Raises:
            SelectionError: from and to cannot be understood.
        """
        return Wanted(self.choice, self._selection(), self.keeps_secrets, self._typed("pattern"))

    def _selection(self) -> Selection:
        scope = self._scopes.get(self._scope)
        if scope is not None:
            return scope.selection
        return typed_selection(self._started_ns, self._typed("first"), self._typed("last"))

    def problem(self) -> str:
        """What stands against an export, or nothing."""
        try:
            self._selection()
        except SelectionError as error:
            return str(error)
        pattern = "" if self.keeps_secrets else pattern_problem(self._typed("pattern"))
        return pattern or export_problem(self._typed("file")) or ""

    # -- what is said ----------------------------------------------------------------------------

    def explain(self) -> None:
        """What the choices mean, and what stands against them."""
        self.set_class(self._scope == SPAN, "-span")
        self.set_class(self.keeps_secrets, "-with-secrets")
        scope = self._scopes.get(self._scope)
        words = scope.words if scope else "a number, seconds since the start, a time, a date"
        self.query_one("#export-scope-said", Static).update(Content(words))
        self.say_problem(self.problem())
        if self.keeps_secrets:
            self.say_secrets("", "in the file as they were sent: think of who gets to see it")

    def say_problem(self, words: str) -> None:
        """Show a sentence below the name, or none."""
        self.query_one("#export-problem", Static).update(Content(words))
        self.set_class(bool(words), "-problem")

    def say_secrets(self, words: str, warning: str = "") -> None:
        """Show what becomes of secrets."""
        said = self.query_one("#export-secrets-said", Static)
        said.update(Content(warning or words))
        said.set_class(bool(warning), "-warning")


def _row(label: str, *widgets: Widget, row_id: str | None = None) -> Iterator[Widget]:
    yield Horizontal(
        Static(Content(label), classes="export-label"), *widgets, classes="export-row", id=row_id
    )
