"""The Textual application: which screen is shown, the themes, the way in and out. Nothing else.

Screens are imported when they are shown: the home screen needs neither engine nor session file, and
its first frame should not wait for them.
"""

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.screen import Screen, SystemModalScreen

from wstui.tui.actions import Place, bindings_for
from wstui.tui.app_settings import SettingsApp
from wstui.tui.clock import Clock
from wstui.tui.glyphs import speaks_unicode
from wstui.tui.navigation import DemoAsked, OpenAsked

if TYPE_CHECKING:
    from textual.filter import LineFilter

    from wstui.targets import Target
    from wstui.tui.demo import DemoServer
    from wstui.tui.screens.home import HomeScreen
    from wstui.tui.screens.session import SessionScreen
    from wstui.tui.session_source import StartEngine


class WstuiApp(SettingsApp):
    """One screen at a time: home, or a session."""

    TITLE = "wstui"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["screens/home.tcss", "widgets/key_bar.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.APP)]

    def __init__(
        self,
        target: str | None = None,
        *,
        demo: str | None = None,
        clock: Clock | None = None,
        start_engine: "StartEngine | None" = None,
    ) -> None:
        super().__init__()
        self._target = target
        self._demo_fault = demo
        self._clock = clock or Clock()
        self._start_engine = start_engine
        self._session: SessionScreen | None = None
        self._demo: DemoServer | None = None
        self._plain = None if speaks_unicode() else _plain_filter()
        self.take_settings()

    def get_line_filters(self) -> "Sequence[LineFilter]":
        """Everything in ASCII where the terminal has no UTF-8."""
        filters = super().get_line_filters()
        return filters if self._plain is None else [*filters, self._plain]

    def get_default_screen(self) -> Screen[None]:
        """The home screen lies at the bottom; an empty one where something else is shown at once."""
        return super().get_default_screen() if self._target is not None else self._home_screen()

    def on_mount(self) -> None:
        """Show what was asked for."""
        self.use_settings()
        if self._target is not None:
            self._open_target(self._target)
        elif self._demo_fault is not None:
            self._start_demo(self._demo_fault)

    def _open_target(self, text: str) -> None:
        from wstui.profiles import ProfileError
        from wstui.targets import find_target

        try:
            target = find_target(text)
        except ProfileError as error:
            self.push_screen(self._home_screen(text, str(error)))
        else:
            self.push_screen(self._session_screen(target))

    def _home_screen(self, typed: str = "", problem: str = "") -> "HomeScreen":
        from wstui.tui.screens.home import HomeScreen

        return HomeScreen(typed, problem, self._clock)

    def _session_screen(self, target: "Target") -> "SessionScreen":
        from wstui.tui.screens.session import SessionScreen

        self._session = SessionScreen(target, self._clock, self._start_engine)
        return self._session

    def on_open_asked(self, message: OpenAsked) -> None:
        """Show a session over the home screen."""
        self.push_screen(self._session_screen(message.target))

    def on_demo_asked(self, message: DemoAsked) -> None:
        """Start the demo and connect to it."""
        self._start_demo(message.fault)

    @work(exclusive=True, group="demo", exit_on_error=False)
    async def _start_demo(self, fault: str) -> None:
        from wstui.targets import Destination
        from wstui.tui.demo import DEMO_NAME, DemoError, DemoServer, demo_profile

        await self._stop_demo()
        try:
            self._demo = await DemoServer.start(fault)
        except DemoError as error:
            self._home_says(str(error))
            return
        destination = Destination(demo_profile(self._demo.url, fault), DEMO_NAME)
        await self.push_screen(self._session_screen(destination))

    def _home_says(self, sentence: str) -> None:
        from wstui.tui.screens.home import HomeScreen

        for screen in self.screen_stack:
            if isinstance(screen, HomeScreen):
                screen.show_problem(sentence)

    async def _stop_demo(self) -> None:
        demo, self._demo = self._demo, None
        if demo is not None:
            await demo.stop()

    # -- actions of every place ------------------------------------------------------------------

    def action_show_help(self) -> None:
        """Every key of this screen; the same key leaves the help again."""
        from wstui.tui.screens.dialogs import TextDialog
        from wstui.tui.screens.help import help_dialog

        if isinstance(self.screen, TextDialog):
            self.screen.dismiss(None)
        elif not self.screen.is_modal:
            self.push_screen(help_dialog("home" if self._session is None else "session", self.changed_keys))

    def action_jump(self) -> None:
        """A letter on everything that can take the focus; the same key takes them away."""
        from wstui.tui.screens.jump import JumpScreen, go_to, jumps_of

        if isinstance(self.screen, JumpScreen):
            self.screen.dismiss(None)
        elif not isinstance(self.screen, SystemModalScreen):
            jumps = jumps_of(self.screen)
            self.push_screen(JumpScreen(jumps, self.size), lambda chosen: go_to(chosen) if chosen else None)

    async def action_quit(self) -> None:
        """Leave, or ask first where a live connection would be lost."""
        if self._session is None:
            await self._leave()
        else:
            self._session.leave_if_sure(self._leave)

    def on_home_asked(self) -> None:
        """Leave the session for the home screen, or ask first."""
        if self._session is not None:
            self._session.leave_if_sure(self._go_home)

    async def _go_home(self) -> None:
        from wstui.tui.screens.home import HomeScreen

        await self._end_session()
        if any(isinstance(screen, HomeScreen) for screen in self.screen_stack):
            await self.pop_screen()
        else:
            await self.switch_screen(self._home_screen())

    async def _leave(self) -> None:
        await self._end_session()
        self.exit(0)

    async def _end_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.end()
        await self._stop_demo()


def _plain_filter() -> "LineFilter":
    from wstui.tui.plain_terminal import PlainFilter

    return PlainFilter()
