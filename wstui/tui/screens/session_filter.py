"""The session screen's filter: typed on one line, worked through in a thread, hits shown alone or marked."""

from array import array
from functools import partial
from pathlib import Path

from textual.timer import Timer

from wstui.timeline import TimelineError
from wstui.tui.background import in_thread
from wstui.tui.clock import Clock
from wstui.tui.filtering.language import Filter, FilterError, parse_filter
from wstui.tui.filtering.process import Spare, scan_for
from wstui.tui.filtering.rows import FilteredRows, Hits
from wstui.tui.filtering.scan import Found, Scan
from wstui.tui.screens.session_connection import SessionConnection
from wstui.tui.session_source import StartEngine
from wstui.tui.widgets.find_bar import FindBar
from wstui.tui.widgets.message_detail import MessageDetail
from wstui.tui.widgets.message_list import MessageList
from wstui.words.measures import count_text

_TYPING_S = 0.08
"""A scan begins when the typing pauses this long."""

_PROGRESS_AFTER_S = 0.2
_PREPARE_AFTER_S = 0.3
"""So long after the line opened, or a regular expression began, the next one's process is started."""


class FilterRun:
    """One filter over one session file: what was found, and how far."""

    def __init__(self, wanted: Filter, scan: Scan) -> None:
        self.wanted = wanted
        self.scan = scan
        self.hits = Hits(array("q"))
        self.scanned_to = 0
        self.last_id = 0
        self.running = False
        self.failed = False
        self.shown = False
        self.then_jump = 0
        """1 or -1: go to the next or previous hit once there is one."""


class SessionFilter(SessionConnection):
    """Which messages are shown, and which are hits."""

    _run: FilterRun | None = None
    _only_hits = True
    _typing: Timer | None = None

    def __init__(self, clock: Clock, start_engine: StartEngine | None) -> None:
        super().__init__(clock, start_engine)
        self._spare = Spare()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed while there is nothing to filter, or no filter."""
        if action == "filter_mode":
            return True if self._run is not None else None
        return super().check_action(action, parameters)

    # -- what a person asks ------------------------------------------------------------------------

    def action_find(self) -> None:
        """Open the filter line."""
        self.remove_class("-panel-shown")
        self.query_one(FindBar).open()
        self._prepare()

    def _prepare(self) -> None:
        """Have a process ready for a regular expression, as long as the line is open."""
        self._spare.is_wanted = True
        start = partial(self.run_worker, self._spare.prepare, thread=True, exit_on_error=False)
        self.set_timer(_PREPARE_AFTER_S, start)

    def on_message_detail_filter_asked(self, message: MessageDetail.FilterAsked) -> None:
        """A value of the detail: find the messages that have it."""
        bar = self.query_one(FindBar)
        bar.open(message.text)
        self._stop_typing()
        self._apply(message.text)

    def action_filter_mode(self) -> None:
        """Only the hits, or every message with the hits marked."""
        self._only_hits = not self._only_hits
        self._show_rows()
        self._say_hits()

    def on_find_bar_changed(self, message: FindBar.Changed) -> None:
        """The line is another one: look once the typing pauses."""
        self._stop_typing()
        self._typing = self.set_timer(_TYPING_S, lambda: self._apply(message.text))

    def on_find_bar_asked(self, message: FindBar.Asked) -> None:
        """Enter: to the first hit, or on to the next."""
        self._stop_typing()
        self._apply(message.text)
        self.action_find_next(1)

    def action_find_next(self, direction: int) -> None:
        """The next or previous hit, going round at the ends."""
        run = self._run
        if run is None:
            self.action_find()
        elif run.hits.step(0, 1) is None and run.running:
            run.then_jump = direction
        else:
            self._jump(run, direction)

    def clear_filter(self) -> bool:
        """Show every message again and hide the line; whether there was anything to clear."""
        self._stop_typing()
        self._spare.end()
        shown = self.query_one(FindBar).close() or self._run is not None
        if self._run is not None:
            self.end_filter()
            self._show_rows()
        return shown

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    # -- the scan ------------------------------------------------------------------------------------

    def _apply(self, text: str) -> None:
        if self._run is not None and self._run.wanted.text == text and not self._run.failed:
            return
        try:
            wanted = parse_filter(text)
        except FilterError as error:
            self._say(str(error), wrong=True)  # the last good filter stays in force
            return
        had = self._run is not None and self._run.shown
        self.end_filter()
        path = self.source.path
        if wanted.terms and path is not None:
            self._begin(wanted, path)
        else:
            self._say("")
            if had:
                self._show_rows()

    def _begin(self, wanted: Filter, path: Path) -> None:
        run = FilterRun(wanted, scan_for(path, wanted, everything=self._everything, spare=self._spare))
        self._run = run
        self.refresh_bindings()
        self.set_timer(_PROGRESS_AFTER_S, lambda: self._say_progress(run))
        self._go_on(run)
        if wanted.has_pattern:
            self._prepare()

    def _go_on(self, run: FilterRun) -> None:
        run.running = True
        self._scan(run)

    def end_filter(self) -> None:
        """Stop looking; the process of a regular expression ends."""
        run, self._run = self._run, None
        if run is not None:
            run.scan.end()

    def leave_filter(self) -> None:
        """The screen goes: no process of its remains."""
        self._spare.end()
        self.end_filter()

    @in_thread(group="filter")
    def _scan(self, run: FilterRun) -> None:
        def report(found: Found) -> bool:
            if self._run is run:
                self.call_later(self._take, run, found)
            return self._run is run

        try:
            run.scan.go_on(report)
        except (FilterError, TimelineError) as error:
            self.call_later(self._scanned, run, str(error))
        except (OSError, ValueError) as error:  # the process was killed while it was read
            self.call_later(self._scanned, run, str(error))
        else:
            self.call_later(self._scanned, run, "")

    def _take(self, run: FilterRun, found: Found) -> None:
        if self._run is not run:
            return
        run.hits.ids.extend(found.ids)
        run.scanned_to, run.last_id = found.scanned_to, found.last_id
        if not run.shown:
            run.shown = True
            self._show_rows()
        elif found.ids:
            messages = self.query_one(MessageList)
            messages.grow()
            if not self._only_hits:
                messages.redraw()
        if run.then_jump and len(run.hits):
            self._jump(run, run.then_jump)

    def _scanned(self, run: FilterRun, problem: str) -> None:
        if self._run is not run:
            return
        run.running = False
        if problem:
            run.failed = True
            self._say(problem, wrong=True)
            return
        if not run.shown:
            run.shown = True
            self._show_rows()
        if run.then_jump:
            self._jump(run, run.then_jump)
        self._say_hits()

    def look_at_new_events(self, last_id: int) -> None:
        """The session has grown: the filter goes on where it stopped."""
        run = self._run
        if run is not None and not run.running and not run.failed and last_id > run.scanned_to:
            self._go_on(run)

    def _show_messages(self) -> None:
        super()._show_messages()
        self.look_at_new_events(self._drawn_id)

    def show_session(self) -> None:
        """Another session file: the filter is asked anew."""
        text = self._run.wanted.text if self._run is not None else ""
        self.end_filter()
        super().show_session()
        if text:
            self._apply(text)

    # -- what is seen of it ------------------------------------------------------------------------

    def _show_rows(self) -> None:
        messages, run, reader = self.query_one(MessageList), self._run, self.source.reader
        if run is None or not run.shown or reader is None:
            messages.mark_hits(None, ())
            self.query_one(MessageDetail).mark_words(())
            super()._show_rows()
            return
        messages.mark_hits(None if self._only_hits else run.hits, run.wanted.words)
        self.query_one(MessageDetail).mark_words(run.wanted.words)
        if self._only_hits:
            messages.show_hint("Nothing here is what the filter asks for.", "Escape shows every message.")
            messages.show(FilteredRows(reader, run.hits), reader.info.started_ns)
        else:
            super()._show_rows()

    def _jump(self, run: FilterRun, direction: int) -> None:
        run.then_jump = 0
        messages = self.query_one(MessageList)
        found = run.hits.step(messages.selected_id or 0, direction)
        if found is None:
            self._say_hits()
            return
        messages.select(found)
        self._say_hits()
        if self.query_one(FindBar).has_focus_within:
            messages.focus()

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self.query_one(FindBar).say(words, wrong=wrong)

    def _say_progress(self, run: FilterRun) -> None:
        if self._run is not run or not run.running:
            return
        done = 100 * run.scanned_to // max(1, run.last_id)
        self._say(f"{count_text(len(run.hits))} so far · {done} % …")
        self.set_timer(_PROGRESS_AFTER_S, lambda: self._say_progress(run))

    def _say_hits(self) -> None:
        """Which hit is selected, of how many, and what the list shows."""
        run = self._run
        if run is None or run.failed:
            return
        selected = self.query_one(MessageList).selected_id
        total = count_text(len(run.hits))
        if selected in run.hits:
            total = f"{count_text(run.hits.ordinal(selected or 0))} of {total}"
        elif not len(run.hits):
            total = "not found"
        more = " …" if run.running else ""
        self._say(f"{total}{more} · {'hits alone' if self._only_hits else 'all, hits marked'}")
