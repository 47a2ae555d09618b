"""The home screen: where to connect to, the profiles, and what was recorded.

It is the first thing that a person sees, so its first frame waits for nothing: profiles, session files
and whatever else they need are imported and read by a thread once the frame stands.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Click
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wstui.tui.actions import Place, action_commands, bindings_for
from wstui.tui.background import in_thread
from wstui.tui.clock import Clock
from wstui.tui.navigation import BackAsked, DemoAsked, OpenAsked
from wstui.tui.screens.home_sessions import HomeSessions, SessionList
from wstui.tui.tones import MUTED
from wstui.tui.widgets.key_bar import KeyBar
from wstui.tui.widgets.pane_title import PaneTitle

if TYPE_CHECKING:
    from wstui.profiles import ProfileEntry
    from wstui.timeline import SessionEntry
    from wstui.tui.screens.home_lists import HomeLists


class DemoLink(Static):
    """Something to click, or to jump to."""

    async def jump_here(self) -> None:
        """Gone to is chosen."""
        await self.screen.run_action("demo")


class ProfileList(OptionList):
    """Own profiles, then templates."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.PROFILES)]


class HomeScreen(HomeSessions):
    """What to connect to, and what there is to look at."""

    PLACES: ClassVar[tuple[Place, ...]] = (Place.HOME,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.HOME)]
    JUMPS: ClassVar[dict[str, str]] = {
        "u": "#home-url",
        "f": "#home-filter",
        "p": "#profiles",
        "s": "#sessions",
        "d": "#home-demo",
    }
    COMMANDS: ClassVar[set[Any]] = {action_commands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (14, "-high")]  # noqa: RUF012

    def __init__(self, typed: str = "", problem: str = "", clock: Clock | None = None) -> None:
        super().__init__()
        self._typed = typed
        self._problem = problem
        self._clock = clock or Clock()
        self._lists: HomeLists | None = None
        self._found: HomeLists | None = None
        """What of the lists is shown."""

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
                    yield DemoLink(Content.styled("try the demo", "underline"), id="home-demo")
                yield Static(id="home-problem")
            with Horizontal(id="home-filter-line"):
                yield Static(Content("Find"), id="home-filter-word")
                yield Input(
                    id="home-filter",
                    compact=True,
                    placeholder="words of a name, URL, title, date or ending; Esc shows everything",
                )
            with Horizontal(id="home-lists"):
                with Vertical(id="home-profiles"):
                    yield PaneTitle("Profiles")
                    yield ProfileList(id="profiles", markup=False, compact=True)
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

    def on_screen_suspend(self) -> None:
        """Whoever looks elsewhere does not wait for old sessions to be read."""
        self.workers.cancel_group(self, "lists")

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

    @in_thread(group="lists", exclusive=True)
    def _read_lists(self) -> None:
        from textual.worker import get_current_worker

        from wstui.tui.screens.home_lists import find_causes, read_lists, read_older

        worker = get_current_worker()
        lists = read_lists()
        self.call_later(self._show_lists, lists)
        if lists.sessions:
            lists = find_causes(lists, lambda: not worker.is_cancelled)
            self.call_later(self._show_lists, lists)
        for more in read_older(lists, lambda: not worker.is_cancelled):
            self.call_later(self._take_older, more)

    def _show_lists(self, lists: "HomeLists") -> None:
        self._lists = lists
        if lists.problem:
            self.show_problem(lists.problem)
        self._show_found()

    def _take_older(self, lists: "HomeLists") -> None:
        """Older sessions are known too: only the filter shows them."""
        self._lists = lists
        if self.query_one("#home-filter", Input).value:
            self._show_found()

    def _show_found(self) -> None:
        """Fill the lists with what the filter leaves."""
        if self._lists is None:
            return
        words = self.query_one("#home-filter", Input).value
        found = self._found = self._lists.matching(words)
        _fill(self.query_one(ProfileList), found.profile_lines(self._clock.wall_ns()))
        nothing = _NOTHING_FOUND if self._lists.whole else _STILL_LOOKING
        no_sessions = nothing if self._lists.sessions else _NO_SESSIONS
        _fill(self.query_one(SessionList), found.lines_of_sessions(self.picked) or [no_sessions])
        shown, there = len(found.sessions), self._lists.total
        count = f"{shown:,} of {there:,}" if shown < there else f"{there:,}"
        title = f"{count}  events, ending" if there else ""
        self.query_one("#sessions-title", PaneTitle).right = Content(title)

    def show_picked(self) -> None:
        """Mark what is picked."""
        self._show_found()

    def chosen_profile(self) -> "ProfileEntry | None":
        """The highlighted profile."""
        at = self.query_one(ProfileList).highlighted
        profiles = [] if self._found is None else self._found.profiles
        return profiles[at] if at is not None and at < len(profiles) else None

    def chosen_session(self) -> "SessionEntry | None":
        """The highlighted session."""
        at = self.query_one(SessionList).highlighted
        sessions = [] if self._found is None else self._found.sessions
        return sessions[at] if at is not None and at < len(sessions) else None

    # -- filtering -------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Open the filter line."""
        self.add_class("-filtering")
        self.query_one("#home-filter", Input).focus()

    def action_back(self) -> None:
        """Close the filter line; everything is shown again."""
        if self.has_class("-filtering"):
            self.remove_class("-filtering")
            self.query_one("#home-filter", Input).value = ""
            self.query_one(SessionList).focus()
        else:
            self.post_message(BackAsked())

    def go_to_line(self) -> None:
        """To the line to type in."""
        self.query_one("#home-url").focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        if event.option_list.id == "sessions":
            self._open_session(self.chosen_session())
            return
        profile = self.chosen_profile()
        if profile is not None:
            self._open_text(str(profile.path), profile.error)

    def _open_session(self, entry: "SessionEntry | None") -> None:
        if entry is not None and not entry.path.exists():
            self.show_problem(f"{entry.path.name} was deleted or moved meanwhile.")
            self.action_reload()
        elif entry is not None:
            self._open_text(str(entry.path))
        elif self._lists is None or not self._lists.sessions:
            self.action_demo()

    def _open_text(self, text: str, problem: str = "") -> None:
        from wstui.profiles import ProfileError
        from wstui.targets import find_target

        try:
            target = None if problem else find_target(text)
        except ProfileError as error:
            target, problem = None, str(error)
        self.show_problem(problem)
        if target is not None:
            self.post_message(OpenAsked(target))

    # -- connecting ------------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Connect to what was typed."""
        if event.input.id == "home-filter":
            self.query_one(SessionList).focus()
            return
        text = event.value.strip()
        if text.split(" ")[0] == "demo":
            self.post_message(DemoAsked(text.removeprefix("demo").strip() or "echo"))
        elif text:
            self._open_text(text)
        else:
            self.show_problem("Type where to connect to, or choose a profile below.")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typing takes the problem away; in the filter line it filters."""
        if event.input.id == "home-filter":
            self._show_found()
        elif event.value != self._typed:
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
                self.post_message(DemoAsked(fault))

        choices = [Choice(fault.name, fault.name, fault.summary) for fault in FAULTS.values()]
        self.app.push_screen(Chooser("The demo: what shall the server do?", choices), chosen)


def _fill(options: OptionList, lines: list[Content]) -> None:
    at = options.highlighted
    options.clear_options()
    options.add_options([Option(line) for line in lines])
    if lines:
        options.highlighted = min(at or 0, len(lines) - 1)


_STILL_LOOKING = Content.styled("Not among the newest; the older ones are being read …", MUTED)
_NOTHING_FOUND = Content.styled("No session holds all of these words.", MUTED)

_NO_SESSIONS = Content.assemble(
    "Nothing recorded yet.\n",
    ("Type a URL above and press Enter, or press Enter here\n", MUTED),
    ("to try the demo: a server in this machine that can\n", MUTED),
    ("answer, fall silent, close with a code, or reset.", MUTED),
)
