"""The home screen: where to connect to, the profiles, and what was recorded."""

from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from wstui.events import close_code_name, safe_text
from wstui.profiles import ProfileEntry, ProfileError, list_profiles
from wstui.timeline import Catalogue, SessionEntry, TimelineError
from wstui.tui.actions import Place, bindings_for
from wstui.tui.measures import count_text, date_text
from wstui.tui.palette import ActionCommands
from wstui.tui.screens.dialogs import Choice, Chooser, Confirm
from wstui.tui.targets import Recording, Target, find_target
from wstui.tui.tones import CONTENT_STYLES, MUTED
from wstui.tui.widgets.key_bar import KeyBar
from wstui.tui.widgets.pane_title import PaneTitle

_SHOWN_SESSIONS = 200
ERROR, WARNING = CONTENT_STYLES["error"], CONTENT_STYLES["warning"]


class SessionList(OptionList):
    """The recorded sessions, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.SESSIONS)]

    class DeleteAsked(Message):
        """The chosen session shall go."""

    def action_delete(self) -> None:
        """Ask for it."""
        self.post_message(self.DeleteAsked())


class HomeScreen(Screen[None]):
    """What to connect to, and what there is to look at."""

    PLACES: ClassVar[tuple[Place, ...]] = (Place.HOME,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.HOME)]
    COMMANDS: ClassVar[set[Any]] = {ActionCommands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (14, "-high")]  # noqa: RUF012

    class OpenAsked(Message):
        """A target was chosen."""

        def __init__(self, target: Target) -> None:
            super().__init__()
            self.target = target

    class DemoAsked(Message):
        """The demo shall start, with a fault."""

        def __init__(self, fault: str) -> None:
            super().__init__()
            self.fault = fault

    def __init__(self, typed: str = "", problem: str = "") -> None:
        super().__init__()
        self._typed = typed
        self._problem = problem
        self._profiles: list[ProfileEntry] = []
        self._sessions: list[SessionEntry] = []

    def compose(self) -> ComposeResult:
        """The line to type in, two lists, the keys."""
        with Vertical(id="home"):
            yield Static(
                Content.assemble(
                    ("wstui", "bold $text-accent"),
                    ("  talk to a WebSocket, watch its heartbeat, learn why it ended", MUTED),
                ),
                id="home-name",
            )
            with Vertical(id="home-connect"):
                yield PaneTitle("Connect")
                with Horizontal(id="home-line"):
                    yield Input(
                        self._typed,
                        id="home-url",
                        compact=True,
                        select_on_focus=False,
                        placeholder="wss://host/path, host:port, a profile's name — or demo",
                    )
                    yield Button("Try the demo", id="home-demo", compact=True, tooltip="Ctrl+D")
                yield Static(id="home-problem")
            with Horizontal(id="home-lists"):
                with Vertical(id="home-profiles"):
                    yield PaneTitle("Profiles")
                    yield OptionList(id="profiles", markup=False, compact=True)
                with Vertical(id="home-sessions"):
                    yield PaneTitle("Recorded sessions", id="sessions-title")
                    yield SessionList(id="sessions", markup=False, compact=True)
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Fill the lists."""
        self.show_problem(self._problem)
        self.query_one("#home-url").focus()
        self.action_reload()

    def show_problem(self, sentence: str) -> None:
        """A sentence in place, or nothing."""
        self.query_one("#home-problem", Static).update(Content(safe_text(sentence)))
        self.set_class(bool(sentence), "-problem")

    # -- the lists -------------------------------------------------------------------------------

    def action_reload(self) -> None:
        """Read profiles and sessions again."""
        self._read_lists()

    @work(thread=True, exclusive=True, group="lists", exit_on_error=False)
    def _read_lists(self) -> None:
        profiles = list_profiles()
        try:
            sessions, problem = Catalogue().sessions(limit=_SHOWN_SESSIONS), ""
        except (TimelineError, OSError) as error:
            sessions, problem = [], f"The recorded sessions cannot be read: {error}"
        self.call_later(self._show_lists, profiles, sessions, problem)

    def _show_lists(self, profiles: list[ProfileEntry], sessions: list[SessionEntry], problem: str) -> None:
        self._profiles, self._sessions = profiles, sessions
        if problem:
            self.show_problem(problem)
        name_cells = min(24, max((len(entry.name) for entry in profiles), default=0)) + 2
        _fill(self.query_one("#profiles", OptionList), [_profile_line(row, name_cells) for row in profiles])
        lines = [_session_line(row) for row in sessions]
        _fill(self.query_one(SessionList), lines or [_NO_SESSIONS])
        self.query_one("#sessions-title", PaneTitle).right = Content("events, ending" if lines else "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        at = event.option_index
        if event.option_list.id == "sessions":
            if at < len(self._sessions):
                self.post_message(self.OpenAsked(Recording(self._sessions[at].path)))
            else:
                self.action_demo()
            return
        entry = self._profiles[at]
        self._open_text(str(entry.path) if not entry.error else "", entry.error)

    def _open_text(self, text: str, problem: str = "") -> None:
        if problem:
            self.show_problem(problem)
            return
        try:
            target = find_target(text)
        except ProfileError as error:
            self.show_problem(str(error))
            return
        self.show_problem("")
        self.post_message(self.OpenAsked(target))

    def on_session_list_delete_asked(self) -> None:
        """Ask, then delete."""
        at = self.query_one(SessionList).highlighted
        if at is None or at >= len(self._sessions):
            return
        entry = self._sessions[at]

        def answered(sure: bool | None) -> None:
            if sure:
                self._delete(entry)

        when = date_text(entry.started_ns)
        question = f"Delete the session of {when}, {count_text(entry.events, 'event')}? It cannot be undone."
        self.app.push_screen(Confirm(question, "Delete", "Keep"), answered)

    @work(thread=True, group="delete", exit_on_error=False)
    def _delete(self, entry: SessionEntry) -> None:
        try:
            Catalogue().remove(entry.path)
        except (TimelineError, OSError) as error:
            self.app.notify(f"Not deleted: {error}", severity="error", markup=False)
        self.call_later(self.action_reload)

    # -- connecting ------------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Connect to what was typed."""
        text = event.value.strip()
        if text.split(" ")[0] == "demo":
            self.post_message(self.DemoAsked(text.removeprefix("demo").strip() or "echo"))
        elif text:
            self._open_text(text)
        else:
            self.show_problem("Type where to connect to, or choose a profile below.")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typing takes the problem away."""
        if event.value != self._typed:
            self.show_problem("")

    def on_button_pressed(self) -> None:
        """The demo."""
        self.action_demo()

    def action_demo(self) -> None:
        """Choose what the demo's server shall do."""
        from wstui.lab import FAULTS

        def chosen(fault: str | None) -> None:
            if fault is not None:
                self.post_message(self.DemoAsked(fault))

        choices = [Choice(fault.name, fault.name, fault.summary) for fault in FAULTS.values()]
        self.app.push_screen(Chooser("The demo: what shall the server do?", choices), chosen)


def _fill(options: OptionList, lines: list[Content]) -> None:
    at = options.highlighted
    options.clear_options()
    options.add_options([Option(line) for line in lines])
    if lines:
        options.highlighted = min(at or 0, len(lines) - 1)


def _profile_line(entry: ProfileEntry, name_cells: int) -> Content:
    name = f"{safe_text(entry.name):<{name_cells}}"
    if entry.error:
        return Content.assemble((name, "bold"), ("✗ cannot be used: Enter says why", ERROR))
    kind = "template  " if entry.template else ""
    return Content.assemble((name, "bold"), (kind, MUTED), safe_text(entry.url))


def _session_line(entry: SessionEntry) -> Content:
    if entry.error:
        return Content.assemble(
            (f"{safe_text(entry.path.name)}  ", "bold"), ("✗ unreadable: Enter says why", ERROR)
        )
    name = safe_text(entry.title or entry.profile or entry.url)
    return Content.assemble(
        (f"{date_text(entry.started_ns)}  ", MUTED),
        f"{name[:24]:<24} ",
        (f"{count_text(entry.events):>9}  ", MUTED),
        _ending(entry),
    )


def _ending(entry: SessionEntry) -> tuple[str, str]:
    """How it ended, in a few words and a colour."""
    code = entry.close_code
    if code is not None:
        return f"{code} {close_code_name(code)}", MUTED if code in (1000, 1001, 1005) else ERROR
    if not entry.opened:
        return "never opened", ERROR
    return ("ended", MUTED) if entry.ended_ns is not None else ("cut off, or still recorded", WARNING)


_NO_SESSIONS = Content.assemble(
    "Nothing recorded yet.\n",
    ("Type a URL above and press Enter, or press Enter here\n", MUTED),
    ("to try the demo: a server in this machine that can\n", MUTED),
    ("answer, fall silent, close with a code, or reset.", MUTED),
)
