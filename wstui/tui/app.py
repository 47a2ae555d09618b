"""The Textual application: which screen is shown, the themes, the way in and out. Nothing else."""

from pathlib import Path, PurePath
from typing import ClassVar

from textual import work
from textual.app import App
from textual.binding import BindingType
from textual.css.query import NoMatches

from wstui.engine import EngineHandle
from wstui.profiles import ProfileError, profile_for_url
from wstui.tui.actions import Place, bindings_for
from wstui.tui.clock import Clock
from wstui.tui.demo import DEMO_NAME, DemoError, DemoServer
from wstui.tui.screens.dialogs import TextDialog
from wstui.tui.screens.help import help_dialog
from wstui.tui.screens.home import HomeScreen
from wstui.tui.screens.session import SessionScreen
from wstui.tui.session_source import StartEngine
from wstui.tui.targets import Destination, Target, find_target
from wstui.tui.themes import DARK, THEMES


def _stylesheets() -> list[str | PurePath]:
    """Every stylesheet beside its screen or widget."""
    return [*sorted(Path(__file__).parent.rglob("*.tcss"))]


class WstuiApp(App[int]):
    """One screen at a time: home, or a session."""

    TITLE = "wstui"
    CSS_PATH: ClassVar[list[str | PurePath]] = _stylesheets()
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.APP)]

    def __init__(
        self,
        target: str | None = None,
        *,
        demo: str | None = None,
        clock: Clock | None = None,
        start_engine: StartEngine = EngineHandle.start,
    ) -> None:
        super().__init__()
        self._target = target
        self._demo_fault = demo
        self._clock = clock or Clock()
        self._start_engine = start_engine
        self._demo: DemoServer | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def on_mount(self) -> None:
        """Show what was asked for."""
        if self._demo_fault is not None:
            self.push_screen(HomeScreen())
            self._start_demo(self._demo_fault)
            return
        if self._target is None:
            self.push_screen(HomeScreen())
            return
        try:
            self.push_screen(self._session_screen(find_target(self._target)))
        except ProfileError as error:
            self.push_screen(HomeScreen(self._target, str(error)))

    def _session_screen(self, target: Target) -> SessionScreen:
        return SessionScreen(target, self._clock, self._start_engine)

    def on_home_screen_open_asked(self, message: HomeScreen.OpenAsked) -> None:
        """Show a session in place of the home screen."""
        self.switch_screen(self._session_screen(message.target))

    def on_home_screen_demo_asked(self, message: HomeScreen.DemoAsked) -> None:
        """Start the demo and connect to it."""
        self._start_demo(message.fault)

    @work(exclusive=True, group="demo", exit_on_error=False)
    async def _start_demo(self, fault: str) -> None:
        await self._stop_demo()
        try:
            self._demo = await DemoServer.start(fault)
        except DemoError as error:
            self._say(str(error))
            return
        await self.switch_screen(
            self._session_screen(Destination(profile_for_url(self._demo.url), DEMO_NAME))
        )

    def _say(self, sentence: str) -> None:
        if isinstance(self.screen, HomeScreen):
            self.screen.show_problem(sentence)
        else:
            self.notify(sentence, severity="error", markup=False)

    async def _stop_demo(self) -> None:
        demo, self._demo = self._demo, None
        if demo is not None:
            await demo.stop()

    # -- actions of every place ------------------------------------------------------------------

    def action_show_help(self) -> None:
        """Every key of this screen; the same key leaves the help again."""
        if isinstance(self.screen, TextDialog):
            self.screen.dismiss(None)
            return
        screens = [screen for screen in self.screen_stack if isinstance(screen, HomeScreen | SessionScreen)]
        if screens and screens[-1] is self.screen:
            self.push_screen(help_dialog("home" if isinstance(self.screen, HomeScreen) else "session"))

    async def action_quit(self) -> None:
        """Leave, or ask first where a live connection would be lost."""
        session = self._session()
        if session is None:
            await self._leave()
        else:
            session.leave_if_sure(self._leave)

    def on_session_screen_home_asked(self) -> None:
        """Leave the session for the home screen, or ask first."""
        session = self._session()
        if session is not None:
            session.leave_if_sure(self._go_home)

    def _session(self) -> SessionScreen | None:
        return next((screen for screen in self.screen_stack if isinstance(screen, SessionScreen)), None)

    async def _go_home(self) -> None:
        session = self._session()
        if session is not None:
            await session.end()
        await self._stop_demo()
        try:
            await self.switch_screen(HomeScreen())
        except NoMatches:
            return  # leaving already

    async def _leave(self) -> None:
        session = self._session()
        if session is not None:
            await session.end()
        await self._stop_demo()
        self.exit(0)
