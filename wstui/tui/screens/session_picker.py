"""Chooses one of the recorded sessions: a list with a line to find one by its words."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wstui.timeline import Catalogue, TimelineError
from wstui.tui.background import in_thread
from wstui.tui.screens.home_lists import HomeLists

_SHOWN_SESSIONS = 500


class SessionPicker(ModalScreen[Path | None]):
    """The chosen session's file; None: none."""

    CSS_PATH = "dialogs.tcss"
    DEFAULT_CSS = """
    SessionPicker { align: center middle; background: $background 60%; }
    SessionPicker OptionList { margin-top: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
    ]

    def __init__(self, title: str, without: Path | None = None, first: Path | None = None) -> None:
        """Ask.

        Args:
            title: what for.
            without: a session that is not offered.
            first: the one to begin at.
        """
        super().__init__()
        self._title_words = title
        self._without = without
        self._first = first
        self._lists = HomeLists()
        self._found = HomeLists()

    def compose(self) -> ComposeResult:
        """A title, the line, the list."""
        with Vertical(classes="dialog dialog-wide"):
            yield Static(Content(self._title_words), classes="dialog-title")
            yield Input(placeholder="words of a name, URL, title, date or ending", compact=True)
            yield OptionList(markup=False, compact=True)
            yield Static(classes="dialog-problem")

    def on_mount(self) -> None:
        """Read the list."""
        self.query_one(OptionList).can_focus = False
        self._read()

    @in_thread(group="read", exclusive=True)
    def _read(self) -> None:
        try:
            sessions = Catalogue().sessions(limit=_SHOWN_SESSIONS)
        except (TimelineError, OSError) as error:
            self.call_later(self._say, f"The recorded sessions cannot be read: {error}")
            return
        usable = [entry for entry in sessions if not entry.error and entry.path != self._without]
        self.call_later(self._show, HomeLists(sessions=usable))

    def _say(self, sentence: str) -> None:
        self.query_one(".dialog-problem", Static).update(Content(sentence))

    def _show(self, lists: HomeLists) -> None:
        self._lists = lists
        self._fill()
        paths = [entry.path for entry in self._found.sessions]
        if self._first in paths:
            self.query_one(OptionList).highlighted = paths.index(self._first)

    def _fill(self) -> None:
        self._found = self._lists.matching(self.query_one(Input).value)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(line) for line in self._found.session_lines])
        options.highlighted = 0 if self._found.sessions else None
        there = bool(self._lists.sessions)
        none = "No session holds all of these words." if there else "There is no other session yet."
        self._say("" if self._found.sessions else none)

    def on_input_changed(self) -> None:
        """Show what holds the words."""
        self._fill()

    def action_move(self, by: int) -> None:
        """Go through the list, while the line keeps the focus."""
        options = self.query_one(OptionList)
        if self._found.sessions:
            at = (options.highlighted or 0) + by
            options.highlighted = max(0, min(at, len(self._found.sessions) - 1))

    def on_input_submitted(self) -> None:
        """Answer."""
        self._answer(self.query_one(OptionList).highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        self._answer(event.option_index)

    def _answer(self, at: int | None) -> None:
        if at is not None and at < len(self._found.sessions):
            self.dismiss(self._found.sessions[at].path)
