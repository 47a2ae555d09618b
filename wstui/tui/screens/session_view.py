"""The session screen's picture: what it is made of, and how it follows the session.

Rule 1: notices only mark the picture as out of date; one timer brings it up to date, at most fifteen
times a second; while much arrives, messages and panel take turns. Rule 2: live and recorded sessions take
the same way.
"""

from collections import defaultdict
from pathlib import Path, PurePath

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from wstui.events import ConnectionState, safe_text
from wstui.timeline import Counts, TimelineError, TimelineReader
from wstui.tui.background import in_thread
from wstui.tui.clock import Clock
from wstui.tui.panel_data import PanelModel
from wstui.tui.rows import Rows
from wstui.tui.session_source import SessionSource, StartEngine
from wstui.tui.state_words import StateWords, live_state_words, played_state_words, recorded_state_words
from wstui.tui.widgets.composer import Composer
from wstui.tui.widgets.connect_bar import ConnectBar
from wstui.tui.widgets.find_bar import FindBar
from wstui.tui.widgets.key_bar import KeyBar
from wstui.tui.widgets.message_detail import MessageDetail
from wstui.tui.widgets.message_list import MessageList, TimeShown
from wstui.tui.widgets.pane_title import PaneTitle
from wstui.tui.widgets.side_panel import SidePanel
from wstui.tui.widgets.strip import StatusStrip
from wstui.tui.widgets.transport import Transport
from wstui.words.measures import count_text, size_text

_STYLESHEETS: list[str | PurePath] = [
    "session_view.tcss",
    *(f"../widgets/{name}.tcss" for name in ("composer", "connect_bar", "find_bar")),
    *(f"../widgets/{name}.tcss" for name in ("message_detail", "message_list")),
]
_DRAW_EVERY_S = 1 / 15
"""A ping and its pong, a message and its answer mostly come within one drawing."""

_RECENTLY_NS = 900_000_000
"""Where a ping goes out each second, its drawing lets the clocks go on as well."""

_HELD_BACK_S = 0.1
"""Textual draws nothing just after a change of tabs, and then forgets what lies below a dialog."""

_COUNTED_AT_ONCE = 20_000
"""Within some hundredths of a second."""

_BUSY_EVENTS = 20
"""More since the last drawing, and messages and panel are drawn in turns: no frame has to wait for both."""


class SessionView(Screen[None]):
    """The panes of a session, kept up to date. :class:`SessionScreen` adds what a person can do."""

    AUTO_FOCUS = ""
    CSS_PATH = _STYLESHEETS
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (170, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-minute"), (8, "-tiny"), (14, "-low"), (32, "-high")]  # noqa: RUF012

    def __init__(self, clock: Clock, start_engine: StartEngine | None) -> None:
        super().__init__()
        self.clock = clock
        self.source = SessionSource(clock, self._changed, start_engine)
        self.profile_name = ""
        self.url = ""
        self._everything = False
        self._panel_model: PanelModel | None = None
        self._timer: Timer | None = None
        self._dirty = False
        self._reader_shown: TimelineReader | None = None
        self._drawn_ns = 0
        self._drawn_id = 0
        self._arrived = 0
        self._panel_is_next = False
        self._counts: Counts | None = None
        self._counting: Path | None = None
        """The file that a thread counts."""
        self._state_shown = ""
        self._problem_shown = ""

    def compose(self) -> ComposeResult:
        """The bar, the talk at the left, the panel at the right, the keys."""
        yield ConnectBar(id="bar")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield StatusStrip(id="strip")
                with Container(id="talk"):
                    with Vertical(id="messages-pane"):
                        yield PaneTitle("Messages", id="messages-title")
                        yield MessageList(id="messages")
                        yield FindBar(id="find")
                    yield MessageDetail(id="detail")
                yield Composer(id="composer")
            yield SidePanel(id="panel")
        yield Transport(id="transport")
        yield KeyBar(id="keys")

    def start_drawing(self) -> None:
        """Start the one timer that draws, and the one that lets the clocks go on."""
        self._timer = self.set_interval(_DRAW_EVERY_S, self._draw_if_due, pause=True)
        self.set_interval(1.0, self._second_passed)
        self.app.mode_change_signal.subscribe(self, self._another_tab)

    # -- keeping up ------------------------------------------------------------------------------

    def _changed(self) -> None:
        if not self._dirty and self._timer is not None:
            self._timer.reset()
        self._dirty = True

    def _second_passed(self) -> None:
        """The clocks go on where nothing else has just drawn them; a deleted file is noticed."""
        self.source.look_for_file()
        if self.source.live and self.clock.monotonic_ns() - self._drawn_ns > _RECENTLY_NS:
            self._changed()

    def on_screen_resume(self) -> None:
        """In front again: what happened meanwhile is drawn now."""
        if self._dirty and self._timer is not None and self.is_current:
            self._dirty = False
            self.update_picture()

    def _another_tab(self, _mode: str) -> None:
        """Another tab is in front, or this one again, perhaps below a dialog of its own."""
        if self.is_current:
            self.on_screen_resume()
            if self is not self.app.screen:
                self.set_timer(_HELD_BACK_S, lambda: self.refresh(layout=True))

    def _draw_if_due(self) -> None:
        """Nothing is drawn behind another tab, nor when all is drawn."""
        if not self._dirty or not self.is_current:
            if self._timer is not None:
                self._timer.pause()
            return
        self._drawn_ns = self.clock.monotonic_ns()
        if self._panel_is_next:
            self._dirty = self._panel_is_next = False
            self._update(panel=True)
        elif self._arrived > _BUSY_EVENTS:
            self._panel_is_next = True
            self._update(messages=True)
        else:
            self._dirty = False
            self.update_picture()

    def update_picture(self) -> None:
        """Bring every pane up to date with the session file and the engine's state."""
        self._update(messages=True, panel=True)

    def _update(self, *, messages: bool = False, panel: bool = False) -> None:
        try:
            self.source.refresh()
            if self.source.reader is not None and self.source.reader is not self._reader_shown:
                self.show_session()
            if messages:
                self._show_messages()
            if panel:
                self._show_panel()
        except TimelineError as error:
            self.query_one(ConnectBar).show_problem(str(error))
        self.show_state()

    def show_session(self) -> None:
        """Another session file is open: begin every pane anew."""
        reader = self.source.reader
        assert reader is not None
        self._reader_shown = reader
        self._panel_model = PanelModel(reader)
        self._counts = None
        self._drawn_id = 0
        self.query_one(MessageDetail).clear()
        self._show_rows()
        if not self.source.played:
            self.call_after_refresh(self._count_messages, reader.path)
        self.show_notes()

    def _show_rows(self) -> None:
        reader = self.source.reader
        if reader is not None:
            rows = Rows(reader, everything=self._everything)
            self.query_one(MessageList).show(rows, reader.info.started_ns)

    def _show_messages(self) -> None:
        reader = self.source.reader
        if reader is None:
            return
        last_id = reader.last_id()
        self._arrived = last_id - self._drawn_id
        self._drawn_id = last_id
        self.query_one(MessageList).grow()
        if self._counts is not None and last_id != self._counts.last_id:
            self._count_on(reader, self._counts)
        self.show_titles()

    def _count_on(self, reader: TimelineReader, counts: Counts) -> None:
        """A few are counted at once, many by a thread: after a flood behind another tab."""
        if self._drawn_id - counts.last_id <= _COUNTED_AT_ONCE or self.source.played:
            self._counts = reader.counts(counts)
        elif self._counting != reader.path:
            self._count_messages(reader.path, counts)

    def _show_panel(self) -> None:
        if self._panel_model is None:
            return
        state = self.source.state if self.source.live else None
        live, now_ns = self.source.live or self.source.played, self.source.now_ns()
        try:
            data = self._panel_model.refresh(now_ns, state, live=live, progress=self.source.progress)
        except TimelineError:
            raise
        except Exception as error:  # noqa: BLE001 - a verdict that cannot be made must not end the session
            self._panel_model = None
            said = f"The side panel stopped ({error}); the session goes on and is recorded."
            self.query_one(ConnectBar).show_problem(said)
        else:
            self.query_one(SidePanel).show(data)
            self.query_one(StatusStrip).show(data)

    def on_side_panel_unfinished(self) -> None:
        """There is more to read, or a verdict is being made: look again with the next drawing."""
        self._changed()

    def _count_messages(self, path: Path, before: Counts | None = None) -> None:
        """Count what the file holds by now: at a million events not the screen's business."""
        self._counting = path
        self._count_in_thread(path, before)

    @in_thread(group="counts", exclusive=True)
    def _count_in_thread(self, path: Path, before: Counts | None) -> None:
        try:
            with TimelineReader(path) as reader:
                counts: Counts | None = reader.counts(before)
        except TimelineError:
            counts = before  # the screen's own reader says what is wrong
        self.call_later(self._counted, path, counts)

    def _counted(self, path: Path, counts: Counts | None) -> None:
        if self._counting == path:
            self._counting = None
        if self.source.path == path and not self.source.played:
            self._counts = counts
            self.show_titles()

    # -- titles, state, notes --------------------------------------------------------------------

    def show_titles(self) -> None:
        """How much there is, and how it is shown."""
        title = self.query_one("#messages-title", PaneTitle)
        messages = self.query_one(MessageList)
        parts = ["Messages"]
        if self._everything:
            parts.append("with pings")
        if messages.time_shown is not TimeShown.CLOCK:
            parts.append(messages.time_shown.value)
        title.left = Content(" · ".join(parts))
        if self._counts is None:
            rows = messages.virtual_size.height
            title.right = Content(count_text(rows, "row") if rows else "")
        else:
            total = self._counts.bytes_sent + self._counts.bytes_received
            facts = f"{count_text(self._counts.messages)} · {size_text(total)}"
            title.right = Content(facts if messages.following else f"{facts} · ^l live tail")

    def show_state(self) -> None:
        """The top bar, and the keys that depend on the state."""
        bar = self.query_one(ConnectBar)
        source = self.source
        state = source.state.state if source.state is not None else ""
        in_use = source.live and state not in ("", ConnectionState.IDLE, ConnectionState.CLOSED)
        bar.show_name(self.profile_name, recorded=not source.live and source.reader is not None)
        bar.show_url(self.url, editable=not in_use)
        bar.show_state(self.state_words(), source.facts, secure_url=self.url.startswith("wss"))
        bar.set_class(source.facts.insecure, "-insecure")
        if source.problem != self._problem_shown:
            self._problem_shown = source.problem
            bar.show_problem(source.problem)
        shown = f"{state} {source.live}"
        if shown != self._state_shown:
            self._state_shown = shown
            self.refresh_bindings()
            self.state_changed()

    def state_words(self) -> StateWords:
        """How the session stands, as a sign, words and a tone."""
        source = self.source
        if source.live and source.state is not None:
            return live_state_words(source.state, source.facts, source.now_ns())
        if source.played:
            return played_state_words(source.facts, source.now_ns())
        if source.reader is not None:
            return recorded_state_words(source.facts)
        return "○", "not connected", "quiet"

    def state_changed(self) -> None:
        """The connection's state is another one: say what an empty list waits for."""
        state = self.source.state.state if self.source.state is not None else ""
        messages = self.query_one(MessageList)
        if state == ConnectionState.DIALLING:
            messages.show_hint("Dialling …", "Each phase stands in the timeline, with its duration.")
        elif state == ConnectionState.OPEN:
            messages.show_hint("Open; nothing was said yet.", "Type below; Enter sends. F2 pings, F3 closes.")
        elif not self.source.live:
            messages.show_hint("Nothing was said here.", "F5 connects to the endpoint in the bar.")

    def show_notes(self) -> None:
        """Mark the rows that a person wrote something on."""
        if self.source.reader is None:
            return
        texts: defaultdict[int, list[str]] = defaultdict(list)
        for note in self.source.reader.notes():
            if note.event_id is not None:
                texts[note.event_id].append(safe_text(note.text))
        self.query_one(MessageList).show_notes({event: " · ".join(words) for event, words in texts.items()})
