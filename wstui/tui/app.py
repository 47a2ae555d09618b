"""The Textual application: which screen is shown, the themes, the way in and out. Nothing else.

Screens are imported when they are shown: the home screen needs neither engine nor session file, and
its first frame should not wait for them.
"""

import gc
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.screen import Screen, SystemModalScreen

from wstui.tui.actions import Place, bindings_for
from wstui.tui.app_settings import SettingsApp
from wstui.tui.careful_app import CarefulApp
from wstui.tui.clock import Clock
from wstui.tui.glyphs import speaks_unicode
from wstui.tui.tabbed_app import TabbedApp

if TYPE_CHECKING:
    from textual.filter import LineFilter

    from wstui.targets import Target
    from wstui.tui.session_source import StartEngine


_PROBLEM_S = 15.0
"""A sentence about a target that is none stays long enough to be read while the others open."""


class WstuiApp(CarefulApp, TabbedApp, SettingsApp):
    """Home, and the sessions that are open, one of them in front."""

    TITLE = "wstui"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["screens/home.tcss", "widgets/key_bar.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.APP)]

    def __init__(
        self,
        *targets: str,
        demo: str | None = None,
        clock: Clock | None = None,
        start_engine: "StartEngine | None" = None,
    ) -> None:
        super().__init__(clock, start_engine)
        self._targets = targets
        self._demo_fault = demo
        self._plain = None if speaks_unicode() else _plain_filter()
        self.take_settings()

    def get_line_filters(self) -> "Sequence[LineFilter]":
        """Everything in ASCII where the terminal has no UTF-8."""
        filters = super().get_line_filters()
        return filters if self._plain is None else [*filters, self._plain]

    def get_default_screen(self) -> Screen[None]:
        """The home screen lies at the bottom; an empty one where something else is shown at once."""
        return super().get_default_screen() if self._targets else self.first_home()

    def on_mount(self) -> None:
        """Show what was asked for."""
        self.use_settings()
        if not gc.isenabled():
            self.call_after_refresh(_collect_garbage)
        if self._targets:
            self._open_targets()
        elif self._demo_fault is not None:
            self.start_demo(self._demo_fault)

    def _open_targets(self) -> None:
        """The first in front at once, the others behind it; what is none is said."""
        from wstui.profiles import ProfileError
        from wstui.targets import find_target

        found: list[Target] = []
        problems: list[str] = []
        for text in self._targets:
            try:
                found.append(find_target(text))
            except ProfileError as error:
                problems.append(str(error))
        if not found:
            self.start_at_home(self._targets[0], problems[0])
            return
        self.start_with(found[0])
        if found[1:]:
            self.call_after_refresh(self.open_behind, found[1:])
        for problem in problems:
            self.notify(problem, severity="error", timeout=_PROBLEM_S, markup=False)

    # -- actions of every place ------------------------------------------------------------------

    def action_show_help(self) -> None:
        """Every key of this screen; the same key leaves the help again."""
        from wstui.tui.screens.dialogs import TextDialog
        from wstui.tui.screens.help import help_dialog

        if isinstance(self.screen, TextDialog):
            self.screen.dismiss(None)
        elif not self.screen.is_modal:
            name = getattr(self.screen, "HELP_NAME", "session" if self.tabs.current else "home")
            self.push_screen(help_dialog(name, self.changed_keys))

    def action_jump(self) -> None:
        """A letter on everything that can take the focus; the same key takes them away."""
        from wstui.tui.screens.jump import JumpScreen, go_to, jumps_of

        if isinstance(self.screen, JumpScreen):
            self.screen.dismiss(None)
        elif not isinstance(self.screen, SystemModalScreen):
            jumps = jumps_of(self.screen)
            self.push_screen(JumpScreen(jumps, self.size), lambda chosen: go_to(chosen) if chosen else None)


def _collect_garbage() -> None:
    """From here on; what the start has made stays, and need not be looked through each time."""
    gc.freeze()
    gc.enable()


def _plain_filter() -> "LineFilter":
    from wstui.tui.plain_terminal import PlainFilter

    return PlainFilter()
