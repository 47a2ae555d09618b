"""What a person can do with a recorded session on the home screen: pin, rename, delete."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widgets import OptionList

from wstui.tui.actions import Place, bindings_for
from wstui.tui.background import as_task, in_thread
from wstui.tui.screens.home_profiles import HomeProfiles
from wstui.tui.tabbed_app import TabbedApp

if TYPE_CHECKING:
    from wstui.timeline import Catalogue, SessionEntry


class SessionList(OptionList):
    """The recorded sessions, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.SESSIONS)]


class HomeSessions(HomeProfiles):
    """The home screen's sessions, over its profiles."""

    def chosen_session(self) -> "SessionEntry | None":
        """The highlighted session; filled in by the home screen."""
        raise NotImplementedError

    picked: tuple[Path, ...] = ()
    """Sessions picked for a comparison, two at most."""

    def show_picked(self) -> None:
        """Mark what is picked; filled in by the home screen."""
        raise NotImplementedError

    def action_pick_session(self) -> None:
        """Pick the chosen session, or no longer; of three the oldest pick gives way."""
        entry = self.chosen_session()
        if entry is None or entry.error:
            return
        if entry.path in self.picked:
            self.picked = tuple(path for path in self.picked if path != entry.path)
        else:
            self.picked = (*self.picked[-1:], entry.path)
        self.show_picked()

    def action_compare_sessions(self) -> None:
        """The older beside the newer: two picked, the picked and the chosen, or one that is asked for."""
        entry = self.chosen_session()
        pair = set(self.picked)
        if entry is not None and not entry.error and len(pair) < 2:
            pair.add(entry.path)
        if len(pair) == 2:
            self._compare(*sorted(pair, key=lambda path: path.name))
        elif pair:
            self._choose_other(pair.pop())

    def _choose_other(self, path: Path) -> None:
        from wstui.tui.screens.session_picker import SessionPicker

        def chosen(other: Path | None) -> None:
            if other is not None:
                self._compare(path, other)

        self.app.push_screen(SessionPicker("Compare this session (A) with", without=path), chosen)

    def _compare(self, before: Path, after: Path) -> None:
        from wstui.tui.screens.compare import CompareScreen

        self.app.push_screen(CompareScreen(before, after))

    def action_delete_session(self) -> None:
        """Ask, then delete."""
        from wstui.tui.screens.dialogs import Confirm
        from wstui.words.measures import count_text, date_text

        entry = self.chosen_session()
        if entry is None:
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self._delete(entry.path)

        when = date_text(entry.started_ns)
        question = f"Delete the session of {when}, {count_text(entry.events, 'event')}? It cannot be undone."
        self.app.push_screen(Confirm(question, "Delete", "Keep"), answered)

    @as_task(group="change")
    async def _delete(self, path: Path) -> None:
        """Delete it; a tab that shows it is closed first."""
        if isinstance(self.app, TabbedApp):
            await self.app.close_recording(path)
        self._change(lambda catalogue: catalogue.remove(path), "deleted")

    def action_pin_session(self) -> None:
        """Keep it whatever retention says, or no longer."""
        entry = self.chosen_session()
        if entry is not None and not entry.error:
            self._change(lambda catalogue: catalogue.pin(entry.path, pinned=not entry.pinned), "pinned")

    def action_rename_session(self) -> None:
        """Give it a title."""
        from wstui.events import safe_text
        from wstui.tui.screens.dialogs import Prompt

        entry = self.chosen_session()
        if entry is None or entry.error:
            return

        def answered(title: str | None) -> None:
            if title is not None:
                self._change(lambda catalogue: catalogue.rename(entry.path, title.strip()), "renamed")

        help_text = "The list shows it in place of the profile's name; empty: none. The file keeps its name."
        self.app.push_screen(Prompt("Title of this session", help_text, safe_text(entry.title)), answered)

    @in_thread(group="change")
    def _change(self, change: "Callable[[Catalogue], object]", done: str) -> None:
        from wstui.timeline import Catalogue, TimelineError

        try:
            change(Catalogue())
        except TimelineError as error:
            self.app.notify(f"Not {done}: {error}", severity="error", markup=False)
        self.call_later(self.action_reload)
