"""The home screen: where to connect to, the profiles, and what was recorded.

It is the first thing that a person sees, so its first frame waits for nothing: profiles, session files
and whatever else they need are imported and read by a thread once the frame stands.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wstui.tui.actions import Place, action_commands, bindings_for
from wstui.tui.tones import MUTED
from wstui.tui.widgets.key_bar import KeyBar
from wstui.tui.widgets.pane_title import PaneTitle

if TYPE_CHECKING:
    from wstui.timeline import SessionEntry
    from wstui.tui.screens.home_lists import HomeLists
    from wstui.tui.targets import Target


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
    COMMANDS: ClassVar[set[Any]] = {action_commands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (14, "-high")]  # noqa: RUF012

    class OpenAsked(Message):
        """A target was chosen."""

        def __init__(self, target: "Target") -> None:
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
        self._lists: HomeLists | None = None

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
                    yield Static(Content.styled("try the demo", "underline"), id="home-demo")
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
        """Say what went wrong on the way here."""
        self.show_problem(self._problem)
        self.query_one("#home-url").focus()

    def on_screen_resume(self) -> None:
        """Read the lists whenever the screen comes to the front, once its frame stands."""
        self.call_after_refresh(self.action_reload)

    def show_problem(self, sentence: str) -> None:
        """A sentence in place, or nothing."""
        if sentence:
            from wstui.events import safe_text

            self.query_one("#home-problem", Static).update(Content(safe_text(sentence)))
        self.set_class(bool(sentence), "-problem")

    # -- the lists -------------------------------------------------------------------------------

    def action_reload(self) -> None:
        """Read profiles and sessions again."""
        self._read_lists()

    @work(thread=True, exclusive=True, group="lists", exit_on_error=False)
    def _read_lists(self) -> None:
        from wstui.tui.screens.home_lists import read_lists

        self.call_later(self._show_lists, read_lists())

    def _show_lists(self, lists: "HomeLists") -> None:
        self._lists = lists
        if lists.problem:
            self.show_problem(lists.problem)
        _fill(self.query_one("#profiles", OptionList), lists.profile_lines)
        _fill(self.query_one(SessionList), lists.session_lines or [_NO_SESSIONS])
        title = "events, ending" if lists.sessions else ""
        self.query_one("#sessions-title", PaneTitle).right = Content(title)

    def _session_at(self, at: int | None) -> "SessionEntry | None":
        sessions = [] if self._lists is None else self._lists.sessions
        return sessions[at] if at is not None and at < len(sessions) else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        if event.option_list.id == "sessions":
            entry = self._session_at(event.option_index)
            if entry is None:
                self.action_demo()
            else:
                self._open_text(str(entry.path))
        elif self._lists is not None:
            profile = self._lists.profiles[event.option_index]
            self._open_text(str(profile.path), profile.error)

    def _open_text(self, text: str, problem: str = "") -> None:
        from wstui.profiles import ProfileError
        from wstui.tui.targets import find_target

        try:
            target = None if problem else find_target(text)
        except ProfileError as error:
            target, problem = None, str(error)
        self.show_problem(problem)
        if target is not None:
            self.post_message(self.OpenAsked(target))

    def on_session_list_delete_asked(self) -> None:
        """Ask, then delete."""
        from wstui.tui.measures import count_text, date_text
        from wstui.tui.screens.dialogs import Confirm

        entry = self._session_at(self.query_one(SessionList).highlighted)
        if entry is None:
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self._delete(entry)

        when = date_text(entry.started_ns)
        question = f"Delete the session of {when}, {count_text(entry.events, 'event')}? It cannot be undone."
        self.app.push_screen(Confirm(question, "Delete", "Keep"), answered)

    @work(thread=True, group="delete", exit_on_error=False)
    def _delete(self, entry: "SessionEntry") -> None:
        from wstui.timeline import Catalogue, TimelineError

        try:
            Catalogue().remove(entry.path)
        except TimelineError as error:
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

    @on(Click, "#home-demo")
    def demo_clicked(self) -> None:
        """The demo."""
        self.action_demo()

    def action_demo(self) -> None:
        """Choose what the demo's server shall do."""
        from wstui.lab import FAULTS
        from wstui.tui.screens.dialogs import Choice, Chooser

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


_NO_SESSIONS = Content.assemble(
    "Nothing recorded yet.\n",
    ("Type a URL above and press Enter, or press Enter here\n", MUTED),
    ("to try the demo: a server in this machine that can\n", MUTED),
    ("answer, fall silent, close with a code, or reset.", MUTED),
)
