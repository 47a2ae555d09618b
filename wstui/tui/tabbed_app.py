"""The app's tabs: home and every session in a mode of its own, so that a dialog stays with its tab.

What is shown after what is :class:`~wstui.tui.tabs.Tabs`' business; here it is done with screens,
engines and demo servers.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from wstui.tui.background import as_task
from wstui.tui.clock import Clock
from wstui.tui.moded_app import FIRST_MODE, ModedApp
from wstui.tui.navigation import CloseTabAsked, DemoAsked, OpenAsked, TabAsked
from wstui.tui.tabs import Tab, Tabs

if TYPE_CHECKING:
    from wstui.targets import Target
    from wstui.tui.demo import DemoServer
    from wstui.tui.screens.home import HomeScreen
    from wstui.tui.screens.session import SessionScreen
    from wstui.tui.session_source import StartEngine

    SessionTab = Tab[SessionScreen]


class TabbedApp(ModedApp):
    """Home, and the sessions that are open."""

    def __init__(self, clock: Clock | None, start_engine: "StartEngine | None") -> None:
        super().__init__()
        self.tabs: Tabs[SessionScreen] = Tabs()
        self.clock = clock or Clock()
        self._start_engine = start_engine
        self._home: HomeScreen | None = None
        self._home_mode = ""
        self._demos: dict[str, DemoServer] = {}
        """The demo's servers, by the mode of the tab that talks with each."""

    # -- what is in front ------------------------------------------------------------------------

    def first_home(self) -> "HomeScreen":
        """The home screen, as the one that the app starts with."""
        self._home_mode, self.first_is_free = FIRST_MODE, False
        return self._new_home("", "")

    def _new_home(self, typed: str, problem: str) -> "HomeScreen":
        from wstui.tui.screens.home import HomeScreen

        self._home = HomeScreen(typed, problem, self.clock)
        return self._home

    async def _front(self, mode: str, tab: "SessionTab | None", screen: Screen[Any]) -> None:
        self.tabs.show(tab)
        await self.switch_mode(mode)
        await self._show_strip(screen)

    async def _show_strip(self, screen: Screen[Any]) -> None:
        """Give a screen its strip as soon as there is a choice, or bring it up to date."""
        if len(self.tabs) > (self.tabs.current is not None) or screen.query("TabStrip"):
            from wstui.tui.widgets.tab_strip import show_strip

            await show_strip(screen, self.tabs)

    async def show_home(self, typed: str = "", problem: str = "") -> None:
        """Go home; the sessions go on."""
        if self._home is None:
            self._home_mode = self.place(self._new_home(typed, problem), "home")
        elif problem:
            self._home.show_problem(problem)
        assert self._home is not None
        await self._front(self._home_mode, None, self._home)

    async def show_tab(self, tab: "SessionTab | None") -> None:
        """Put a tab in front; None: home."""
        if tab is None:
            await self.show_home()
        else:
            await self._front(tab.mode, tab, tab.session)

    def new_tab(self, target: "Target") -> "SessionTab":
        """A tab for a target, not yet in front but where it is the first; the one that has it already."""
        from wstui.targets import Recording
        from wstui.tui.screens.session import SessionScreen

        open_already = self.tabs.holding(target.path) if isinstance(target, Recording) else None
        if open_already is not None:
            return open_already
        session = SessionScreen(target, self.clock, self._start_engine)
        return self.tabs.add(self.place(session, self.tabs.next_mode()), session)

    # -- the start -------------------------------------------------------------------------------

    def start_with(self, target: "Target") -> None:
        """Show a target before anything else."""
        self.tabs.show(self.new_tab(target))

    def start_at_home(self, typed: str, problem: str) -> None:
        """Show the home screen before anything else, with what was typed and why it will not do."""
        self._home_mode = self.place(self._new_home(typed, problem), "")

    @as_task(group="open")
    async def open_behind(self, targets: "Sequence[Target]") -> None:
        """More tabs, behind the one in front, which goes on meanwhile."""
        for target in targets:
            await self.begin_behind(self.new_tab(target).mode)
            if self.tabs.current is not None:
                await self._show_strip(self.tabs.current.session)

    # -- what is asked for -----------------------------------------------------------------------

    async def on_home_asked(self) -> None:
        """Show the home screen."""
        await self.show_home()

    async def on_back_asked(self) -> None:
        """From home to the tab that was left last."""
        tab = self.tabs.left_last
        if tab is not None:
            await self.show_tab(tab)
        elif self._home is not None:
            self._home.go_to_line()

    async def on_open_asked(self, message: OpenAsked) -> None:
        """Open a target in a tab, or show the tab that has it."""
        tab = self.new_tab(message.target)
        await self.show_tab(tab)
        if message.event_id is not None:
            tab.session.go_to_event(message.event_id)

    def on_demo_asked(self, message: DemoAsked) -> None:
        """Start the demo and connect to it."""
        self.start_demo(message.fault)

    @as_task(group="demo", exclusive=True)
    async def start_demo(self, fault: str) -> None:
        """Start a demo server, and a tab that talks with it."""
        from wstui.targets import Destination
        from wstui.tui.demo import DEMO_NAME, DemoError, DemoServer, demo_profile

        try:
            server = await DemoServer.start(fault)
        except DemoError as error:
            await self.show_home(problem=str(error))
            return
        tab = self.new_tab(Destination(demo_profile(server.url, fault), DEMO_NAME))
        self._demos[tab.mode] = server
        await self.show_tab(tab)

    async def on_tab_asked(self, message: TabAsked) -> None:
        """A tab was clicked."""
        await self.action_go_to_tab(message.number)

    async def on_close_tab_asked(self, message: CloseTabAsked) -> None:
        """A tab's cross was clicked."""
        tab = self.tabs.numbered(message.number)
        if tab is not None:
            await self._close_if_sure(tab)

    # -- actions ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only where there are tabs."""
        if action == "go_to_tab":
            return self.tabs.numbered(int(str(parameters[0]))) is not None
        if action == "step_tab":
            return len(self.tabs) > (self.tabs.current is not None)
        if action == "new_tab":
            return self.tabs.current is not None
        if action == "close_tab":
            return self.tabs.current is not None and self.below_palette() is self.tabs.current.session
        return super().check_action(action, parameters)

    async def action_go_to_tab(self, number: int) -> None:
        """Show the tab of a number."""
        tab = self.tabs.numbered(number)
        if tab is not None:
            await self.show_tab(tab)

    async def action_step_tab(self, by: int) -> None:
        """Show the next or previous tab."""
        tab = self.tabs.beside(by)
        if tab is not None:
            await self.show_tab(tab)

    async def action_new_tab(self) -> None:
        """Choose at home what to open beside the sessions that are open."""
        await self.show_home()

    async def action_close_tab(self) -> None:
        """Close the tab in front, or ask first where a live connection would be lost."""
        if self.tabs.current is not None:
            await self._close_if_sure(self.tabs.current)

    async def _close_if_sure(self, tab: "SessionTab") -> None:
        if not tab.session.busy:
            self._close(tab)
            return
        await self.show_tab(tab)
        question = "This connection is live. Close it with 1001, and the tab?"
        self._ask(question, "Close", lambda: self._close(tab))

    async def close_recording(self, path: Path) -> None:
        """Close the tab of a session file that nothing is recorded into: it is to be deleted."""
        tab = self.tabs.holding(path)
        if tab is not None and not tab.session.busy:
            await self._close(tab).wait()

    @as_task(group="close")
    async def _close(self, tab: "SessionTab") -> None:
        """It is out of sight at once; its connection ends meanwhile."""
        if tab not in self.tabs:
            return
        following = self.tabs.remove(tab)
        if self.current_mode == tab.mode:
            await self.show_tab(following)
        await self._end(tab)
        await self.remove_mode(tab.mode)

    async def _end(self, tab: "SessionTab") -> None:
        """End the connection with 1001, and the demo's server that it talked with."""
        await tab.session.end()
        server = self._demos.pop(tab.mode, None)
        if server is not None:
            await server.stop()

    async def end_sessions(self) -> None:
        """End all of them at the same time, the ones of tabs just closed among them."""
        closing = [worker.wait() for worker in self.workers if worker.group == "close"]
        await asyncio.gather(*map(self._end, self.tabs), *closing, return_exceptions=True)

    # -- leaving ---------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Leave, or ask first where live connections would be lost."""
        question = self.tabs.leaving_question
        if question:
            self._ask(question, "Leave", self._leave)
        else:
            self._leave()

    def _ask(self, question: str, yes: str, then: Callable[[], object]) -> None:
        """Ask once, however often the key is pressed."""
        from wstui.tui.screens.dialogs import Confirm

        def answered(sure: bool | None) -> None:
            if sure:
                then()

        if not isinstance(self.screen, Confirm):
            self.push_screen(Confirm(question, yes), answered)

    @as_task(group="leave", exclusive=True)
    async def _leave(self) -> None:
        """End the app, whatever the endings of the sessions bring."""
        await self.end_sessions()
        self.exit(0)
