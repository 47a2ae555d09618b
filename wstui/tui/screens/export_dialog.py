"""The export dialog: as what, which part, what becomes of secrets, where to; with a preview of it all.

F7, Enter is an export already: the formats' list has the focus, and Enter exports wherever it stands.
Reading and writing happen in threads, which end when the dialog goes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker, get_current_worker

from wstui.exchange import ExportCancelled, Exported, OutputError, Preview, Selection, SelectionError
from wstui.timeline import TimelineError
from wstui.tui.exporting import (
    CHOICE_OF,
    CHOICES,
    ExportChoice,
    Wanted,
    export_problem,
    free_name,
    open_in_browser,
    pattern_problem,
    preview_of,
    renamed,
    replaced_words,
    shown_lines,
    slow_pattern,
    typed_selection,
    write_export,
)
from wstui.tui.glyphs import shown_in, terminal_glyphs
from wstui.tui.screens.dialogs import Confirm
from wstui.tui.tones import MUTED
from wstui.tui.widgets.choice_line import ChoiceLine
from wstui.tui.widgets.pane_title import PaneTitle
from wstui.words.measures import count_text

SPAN = "from–to"
"""The scope whose beginning and end are typed."""

_TYPING_S = 0.15
"""A preview is made when the typing pauses this long."""
_PROGRESS_AFTER_S = 0.2
_BAR_CELLS = 40
_BOX_CELLS, _AROUND_CELLS = 116, 15
"""The dialog's width, and what of it is border, padding and label."""
_PATTERN_HINT = "a regular expression for other secrets"
_REPLACED, _KEPT = "replaced", "kept"


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


class ExportDialog(ModalScreen[Path | None]):
    """Asks for everything, and writes the file; its path, or None."""

    CSS_PATH = "export_dialog.tcss"
    AUTO_FOCUS = "#export-formats"
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (60, "-full")]  # noqa: RUF012 - declared by Screen
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (14, "-short"), (34, "-roomy")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", priority=True),
        Binding("enter", "export", "export", priority=True),
        Binding("ctrl+o", "export_and_open", "export and open", priority=True),
        Binding("down", "app.focus_next", "next", show=False),
        Binding("up", "app.focus_previous", "before", show=False),
    ]

    def __init__(
        self,
        session: Path,
        started_ns: int,
        scopes: Sequence[ExportScope],
        *,
        choice: str = "jsonl",
        scope: str = "",
    ) -> None:
        """Ask about a session.

        Args:
            session: its file.
            started_ns: its start.
            scopes: the parts that can be chosen; the first is the whole.
            choice: the format that is chosen at first, a key of ``CHOICE_OF``.
            scope: the part that is chosen at first.
        """
        super().__init__()
        self._session = session
        self._started_ns = started_ns
        self._scopes = {row.name: row for row in scopes}
        self._scope = scope or scopes[0].name
        self._choice = CHOICE_OF[choice]
        self._own_name = str(free_name(session, self._choice, Path.cwd()))
        self._typing: Timer | None = None
        self._tested = ""
        """The regular expression that is known to end."""
        self._writer: Worker[None] | None = None
        self._share = 0.0

    def compose(self) -> ComposeResult:
        """Format, part, secrets, name; the preview; the keys."""
        with Vertical(id="export-box"):
            yield Static(Content(f"Export {self._session.stem}"), id="export-title")
            with VerticalScroll(id="export-form", can_focus=False):
                yield OptionList(*self._options(), id="export-formats", markup=False, compact=True)
                with Horizontal(classes="export-row"):
                    yield Static(Content("what"), classes="export-label")
                    yield ScopeLine([*self._scopes, SPAN], self._scope, id="export-scope")
                    yield Static(id="export-scope-said", classes="export-said")
                with Horizontal(classes="export-row", id="export-span"):
                    yield Static(Content("from"), classes="export-label")
                    yield Input(id="export-first", placeholder="120, 12.5s, 12:01:07", compact=True)
                    yield Static(Content("to"), classes="export-between")
                    yield Input(id="export-last", placeholder="the end", compact=True)
                with Horizontal(classes="export-row"):
                    yield Static(Content("secrets"), classes="export-label")
                    yield ScopeLine([_REPLACED, _KEPT], _REPLACED, id="export-secrets")
                    yield Static(id="export-secrets-said", classes="export-said")
                with Horizontal(classes="export-row", id="export-more"):
                    yield Static(Content("also"), classes="export-label")
                    yield Input(
                        id="export-pattern",
                        placeholder="a regular expression for other secrets",
                        compact=True,
                    )
                with Horizontal(classes="export-row"):
                    yield Static(Content("file"), classes="export-label")
                    yield Input(self._own_name, id="export-file", select_on_focus=False, compact=True)
                yield Static(id="export-problem")
            with Vertical(id="export-preview-pane"):
                yield PaneTitle("Preview", id="export-preview-title")
                with VerticalScroll(id="export-preview", can_focus=True):
                    yield Static(id="export-text")
            yield Static(id="export-progress")
            yield Static(id="export-keys")

    def on_mount(self) -> None:
        """Begin at the chosen format."""
        formats = self.query_one("#export-formats", OptionList)
        formats.highlighted = CHOICES.index(self._choice)
        self._say_everything()
        self._look()

    def on_unmount(self) -> None:
        """However the dialog went: a file that is half written goes too."""
        self._stop_writing()

    # -- formats and names -----------------------------------------------------------------------

    def _options(self) -> list[Option]:
        return [Option(self._option(row), row.key) for row in CHOICES]

    def _option(self, row: ExportChoice) -> Content:
        chosen = row is self._choice
        sign = "●" if chosen else "○"
        return Content.assemble(
            (f"{sign} {row.key:<10}", "bold" if chosen else ""), (row.purpose, "" if chosen else MUTED)
        )

    @on(OptionList.OptionHighlighted)
    def _choose(self, event: OptionList.OptionHighlighted) -> None:
        chosen = CHOICE_OF[event.option.id or "jsonl"]
        if chosen is self._choice:
            return
        before, self._choice = self._choice, chosen
        for row in (before, chosen):
            event.option_list.replace_option_prompt(row.key, self._option(row))
        self._rename(before)
        self._say_everything()
        self._look_soon()

    def _rename(self, before: ExportChoice) -> None:
        """Another format, another ending; a name that was typed keeps what was typed."""
        name = self.query_one("#export-file", Input)
        if name.value == self._own_name:
            self._own_name = str(free_name(self._session, self._choice, Path.cwd()))
            name.value = self._own_name
        else:
            name.value = renamed(name.value, before, self._choice)

    # -- what is typed ---------------------------------------------------------------------------

    def _typed(self, name: str) -> str:
        return self.query_one(f"#export-{name}", Input).value

    @property
    def _keeps_secrets(self) -> bool:
        return self.query_one("#export-secrets", ScopeLine).value == _KEPT

    @on(ChoiceLine.Changed)
    def _chose(self) -> None:
        self._scope = self.query_one("#export-scope", ScopeLine).value
        self._say_everything()
        self._look_soon()

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        self._say_everything()
        if event.input.id != "export-file":
            self._look_soon()

    def _say_everything(self) -> None:
        """What the choices mean, and what stands against them."""
        self.set_class(self._scope == SPAN, "-span")
        self.set_class(self._keeps_secrets, "-with-secrets")
        scope = self._scopes.get(self._scope)
        words = scope.words if scope else "a number, seconds since the start, a time, a date"
        self.query_one("#export-scope-said", Static).update(Content(words))
        self._say_problem(self._problem())
        opens = " · ^o exports and opens it in the browser" if self._choice.format == "html" else ""
        keys = f"Enter exports{opens} · Tab next · Esc back"
        self.query_one("#export-keys", Static).update(Content(keys))
        if self._keeps_secrets:
            self._say_secrets("", "in the file as they were sent: think of who gets to see it")

    def _problem(self) -> str:
        try:
            self._selection()
        except SelectionError as error:
            return str(error)
        pattern = "" if self._keeps_secrets else pattern_problem(self._typed("pattern"))
        return pattern or export_problem(self._typed("file")) or ""

    def _say_problem(self, words: str) -> None:
        self.query_one("#export-problem", Static).update(Content(words))
        self.set_class(bool(words), "-problem")

    def _say_secrets(self, words: str, warning: str = "") -> None:
        said = self.query_one("#export-secrets-said", Static)
        said.update(Content(warning or words))
        said.set_class(bool(warning), "-warning")

    def _selection(self) -> Selection:
        scope = self._scopes.get(self._scope)
        if scope is not None:
            return scope.selection
        return typed_selection(self._started_ns, self._typed("first"), self._typed("last"))

    def _wanted(self) -> Wanted:
        return Wanted(self._choice, self._selection(), self._keeps_secrets, self._typed("pattern"))

    # -- the preview -----------------------------------------------------------------------------

    def _look_soon(self) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_TYPING_S, self._look)

    def _look(self) -> None:
        try:
            wanted = self._wanted()
        except SelectionError:
            return  # the problem's line says it
        if wanted.with_secrets or not pattern_problem(wanted.pattern):
            self._say_preview("reading …")
            self._preview(wanted)

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _preview(self, wanted: Wanted) -> None:
        worker = get_current_worker()

        def goes_on() -> bool:
            return not worker.is_cancelled

        try:
            problem = self._slow(wanted, goes_on)
            if not problem and goes_on():
                self.call_later(self._previewed, wanted, preview_of(self._session, wanted, goes_on))
        except ExportCancelled:
            return
        except TimelineError as error:
            problem = str(error)
        if problem:
            self.call_later(self._say_problem, problem)

    def _slow(self, wanted: Wanted, goes_on: Callable[[], bool]) -> str:
        """Why the regular expression cannot be used, if it cannot; in a thread."""
        pattern = "" if wanted.with_secrets else wanted.pattern
        if not pattern or pattern == self._tested:
            return ""
        problem = slow_pattern(self._session, pattern, goes_on)
        if not problem and goes_on():
            self._tested = pattern
        return problem

    def _previewed(self, wanted: Wanted, found: Preview) -> None:
        done = found.exported
        text = shown_lines(found.text) if done.events else "Nothing is like that: the file would be empty."
        self.query_one("#export-text", Static).update(Content(text))
        self.query_one("#export-preview").scroll_home(animate=False)
        facts = count_text(done.events, "event")
        self._say_preview(facts if found.is_whole else f"of the first {facts}")
        if not wanted.with_secrets and not self._keeps_secrets:
            rest = "" if found.is_whole else " in the preview"
            self._say_secrets(replaced_words(wanted, done) + rest)

    def _say_preview(self, right: str) -> None:
        title = self.query_one("#export-preview-title", PaneTitle)
        left = "Preview of the page's words" if self._choice.format == "html" else "Preview"
        title.left, title.right = Content(left), Content(right)

    # -- writing ---------------------------------------------------------------------------------

    def action_export(self) -> None:
        """Write the file."""
        self._export(opens=False)

    def action_export_and_open(self) -> None:
        """Write the report, and show it in the browser."""
        if self._choice.format == "html":
            self._export(opens=True)

    def _export(self, *, opens: bool) -> None:
        if self._writer is not None:
            return
        problem = self._problem()
        if problem:
            self._say_problem(problem)
            self.app.bell()
            return
        wanted, target = self._wanted(), Path(self._typed("file")).expanduser()
        if not wanted.with_secrets:
            self._begin(wanted, target, opens)
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self._begin(wanted, target, opens)

        question = "Tokens, cookies and passwords stay in this file as they were sent. Export it so?"
        self.app.push_screen(Confirm(question, "Export with secrets", "Back"), answered)

    def _begin(self, wanted: Wanted, target: Path, opens: bool) -> None:
        self.workers.cancel_group(self, "preview")
        self.query_one("#export-form").disabled = True
        self._share = 0.0
        self._writer = self._write(wanted, target, opens)
        self.set_timer(_PROGRESS_AFTER_S, self._show_progress)

    @work(thread=True, group="export", exit_on_error=False)
    def _write(self, wanted: Wanted, target: Path, opens: bool) -> None:
        worker = get_current_worker()

        def watch(share: float) -> bool:
            self._share = share
            return not worker.is_cancelled

        try:
            problem = self._slow(wanted, lambda: not worker.is_cancelled)
            if not problem:
                done = write_export(self._session, target, wanted, watch)
        except ExportCancelled:
            problem = "Cancelled: nothing was written."
        except (OutputError, TimelineError) as error:
            problem = str(error)
        if problem:
            self.call_later(self._stopped, problem)
        else:
            self.call_later(self._written, wanted, target, done, opens)

    def _show_progress(self) -> None:
        if self._writer is None:
            return
        self.add_class("-writing")
        glyphs = terminal_glyphs()
        filled = round(self._share * _BAR_CELLS)
        bar = glyphs.bar[8] * filled + glyphs.track * (_BAR_CELLS - filled)
        words = f"{bar} {self._share:4.0%}".replace("%", " %") + "  Esc cancels"
        self.query_one("#export-progress", Static).update(Content(shown_in(words, glyphs)))
        self.set_timer(_PROGRESS_AFTER_S / 2, self._show_progress)

    def _stopped(self, problem: str) -> None:
        self._writer = None
        self.remove_class("-writing")
        self.query_one("#export-form").disabled = False
        self.query_one("#export-file").focus()
        self._look()
        self._say_problem(problem)

    def _written(self, wanted: Wanted, target: Path, done: Exported, opens: bool) -> None:
        self._writer = None
        events, secrets = count_text(done.events, "event"), replaced_words(wanted, done)
        self.app.notify(f"Exported {events} to {target}: {secrets}.", markup=False)
        problem = open_in_browser(target) if opens else ""
        if problem:
            self.app.notify(problem, severity="warning", markup=False)
        self.dismiss(target)

    def _stop_writing(self) -> None:
        if self._writer is not None:
            self._writer.cancel()

    def action_back(self) -> None:
        """Cancel what is being written; else leave."""
        if self._writer is None:
            self.dismiss(None)
        else:
            self._stop_writing()
