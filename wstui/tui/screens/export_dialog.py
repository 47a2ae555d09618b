"""The export dialog: as what, which part, what becomes of secrets, where to; with a preview of it all.

F7, Enter is an export already: the formats' list has the focus, and Enter exports wherever it stands.
Reading and writing happen in threads, which end when the dialog goes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, WorkerState, get_current_worker

from wstui.exchange import ExportCancelled, Exported, OutputError, Preview, SelectionError
from wstui.timeline import TimelineError
from wstui.tui.background import in_thread
from wstui.tui.exporting import (
    Wanted,
    open_in_browser,
    pattern_problem,
    preview_of,
    replaced_words,
    shown_lines,
    slow_pattern,
    write_export,
)
from wstui.tui.glyphs import shown_in, terminal_glyphs
from wstui.tui.screens.dialogs import Confirm
from wstui.tui.screens.export_form import ExportForm, ExportScope
from wstui.tui.widgets.pane_title import PaneTitle
from wstui.words.measures import count_text

_TYPING_S = 0.15
"""A preview is made when the typing pauses this long."""
_PROGRESS_AFTER_S = 0.2
_BAR_CELLS = 40


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
        self._form = ExportForm(session, started_ns, scopes, choice, scope)
        self._typing: Timer | None = None
        self._tested = ""
        """The regular expression that is known to end."""
        self._writer: Worker[None] | None = None
        self._share = 0.0

    def compose(self) -> ComposeResult:
        """Format, part, secrets, name; the preview; the keys."""
        with Vertical(id="export-box"):
            yield Static(Content(f"Export {self._session.stem}"), id="export-title")
            yield self._form
            with Vertical(id="export-preview-pane"):
                yield PaneTitle("Preview", id="export-preview-title")
                with VerticalScroll(id="export-preview", can_focus=True):
                    yield Static(id="export-text")
            yield Static(id="export-progress")
            yield Static(id="export-keys")

    def on_mount(self) -> None:
        """Look at once."""
        self._say_keys()
        self._look()

    def on_unmount(self) -> None:
        """However the dialog went: a file that is half written goes too."""
        self._stop_writing()

    @on(ExportForm.Changed)
    def _changed(self, event: ExportForm.Changed) -> None:
        self._say_keys()
        if not event.only_name:
            self._look_soon()

    def _say_keys(self) -> None:
        opens = " · ^o exports and opens it in the browser" if self._form.choice.format == "html" else ""
        keys = f"Enter exports{opens} · Tab next · Esc back"
        self.query_one("#export-keys", Static).update(Content(keys))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A format that fails for a reason of its own must not leave the dialog waiting."""
        if event.state is not WorkerState.ERROR:
            return
        problem = f"Not exported: {event.worker.error}"
        if event.worker is self._writer:
            self._stopped(problem)
        else:
            self._form.say_problem(problem)

    # -- the preview -----------------------------------------------------------------------------

    def _look_soon(self) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_TYPING_S, self._look)

    def _look(self) -> None:
        try:
            wanted = self._form.wanted()
        except SelectionError:
            return  # the problem's line says it
        if wanted.with_secrets or not pattern_problem(wanted.pattern):
            self._say_preview("reading …")
            self._preview(wanted)

    @in_thread(group="preview", exclusive=True)
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
            self.call_later(self._form.say_problem, problem)

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
        if not wanted.with_secrets and not self._form.keeps_secrets:
            rest = "" if found.is_whole else " in the preview"
            self._form.say_secrets(replaced_words(wanted, done) + rest)

    def _say_preview(self, right: str) -> None:
        title = self.query_one("#export-preview-title", PaneTitle)
        left = "Preview of the page's words" if self._form.choice.format == "html" else "Preview"
        title.left, title.right = Content(left), Content(right)

    # -- writing ---------------------------------------------------------------------------------

    def action_export(self) -> None:
        """Write the file."""
        self._export(opens=False)

    def action_export_and_open(self) -> None:
        """Write the report, and show it in the browser."""
        if self._form.choice.format == "html":
            self._export(opens=True)

    def _export(self, *, opens: bool) -> None:
        if self._writer is not None:
            return
        problem = self._form.problem()
        if problem:
            self._form.say_problem(problem)
            self.app.bell()
            return
        wanted, target = self._form.wanted(), self._form.target
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
        self._form.disabled = True
        self._share = 0.0
        self._writer = self._write(wanted, target, opens)
        self.set_timer(_PROGRESS_AFTER_S, self._show_progress)

    @in_thread(group="export")
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
        self._form.disabled = False
        self._form.query_one("#export-file").focus()
        self._look()
        self._form.say_problem(problem)

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
