"""Screens in modes: who asks for a screen gets it in the mode it stands in, also behind another one.

Textual's modes each have a stack of screens, but ``push_screen`` and ``dismiss`` mean the one in front:
a dialog that ends by itself while another tab is looked at would take that tab's screen away.

Textual has no public way to ask in which mode a screen stands, to begin a mode behind the one in front, or
to pop another mode's screen: its private parts are used for that, here alone. ``test_textual_parts.py``
says which one is gone when a new Textual has changed them.
"""

from collections.abc import Callable
from typing import Any

from textual._context import active_message_pump
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import Screen, SystemModalScreen
from textual.widget import Widget

FIRST_MODE = "first"
"""The mode in which the app starts."""


class ModedApp(App[int]):
    """An app whose screens stand in modes that come and go."""

    DEFAULT_MODE = FIRST_MODE
    first_is_free = True
    """The app's first screen is an empty one: the first to be placed lies over it."""
    _answering = ""
    """The mode of the dialog whose answer is being taken."""

    def on_mount(self) -> None:
        """From here on the first mode is one like the others."""
        self.add_mode(FIRST_MODE, Screen)

    def place(self, screen: Screen[Any], mode: str) -> str:
        """Give a screen a mode, and say which."""
        # A new screen takes the styles as they are; Textual would read every stylesheet again, twice.
        screen._css_update_count = self._css_update_count  # noqa: SLF001
        if self.first_is_free:
            self.first_is_free = False
            self.push_screen(screen)
            return FIRST_MODE
        self.add_mode(mode, lambda: screen)
        return mode

    async def begin_behind(self, mode: str) -> None:
        """Let the screen of a mode begin without putting it in front."""
        if mode not in self._screen_stacks:
            await self._init_mode(mode)

    def below_palette(self) -> Screen[Any]:
        """What is in front, but for the command palette."""
        stack = self.screen_stack
        return stack[-2] if isinstance(stack[-1], SystemModalScreen) else stack[-1]

    def _asking_mode(self) -> str:
        """The mode of the screen that asks for something; the one in front where none does."""
        if self._answering in self._screen_stacks:
            return self._answering
        asker = active_message_pump.get(None)
        if isinstance(asker, Widget) and asker.is_attached:
            for mode, stack in self._screen_stacks.items():
                if asker.screen in stack:
                    return mode
        return self.current_mode

    def push_screen(
        self,
        screen: Any,
        callback: Callable[[Any], Any] | None = None,
        wait_for_dismiss: bool = False,
        *,
        mode: str | None = None,
    ) -> Any:
        """Textual's, in the mode of the screen that asks."""
        mode = mode or self._asking_mode()

        def answered(result: Any) -> Any:
            """What is asked next stands in the same mode."""
            assert callback is not None
            self._answering = mode
            try:
                return callback(result)
            finally:
                self._answering = ""

        taken = None if callback is None else answered
        return super().push_screen(screen, taken, wait_for_dismiss, mode=mode)  # type: ignore[call-overload]

    def pop_screen(self) -> AwaitComplete:
        """Textual's, in the mode of the screen that asks."""
        in_front, self._current_mode = self._current_mode, self._asking_mode()
        try:
            return super().pop_screen()
        finally:
            self._current_mode = in_front
