"""The session screen: a session, live or recorded, as one place.

Made of layers, each over the one before: the picture (:class:`SessionView`), the connection
(:class:`SessionConnection`), the filter, reading (:class:`SessionLooking`), what is done with messages,
what is sent (:class:`SessionTalking`), notes. Here are the beginning and the end, profile and export.
"""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

import tomli_w
from textual import work
from textual.binding import BindingType
from textual.content import Content

from wstui.events import ConnectionState, safe_text
from wstui.profiles import settings_snapshot
from wstui.profiles.read import shown_path
from wstui.targets import Recording, Target
from wstui.timeline import TimelineError
from wstui.tui.actions import Place, action_commands, bindings_for
from wstui.tui.clock import Clock
from wstui.tui.exporting import default_export_path, export_problem, export_session
from wstui.tui.navigation import HomeAsked
from wstui.tui.screens.dialogs import Confirm, Prompt, TextDialog
from wstui.tui.screens.session_notes import SessionNotes
from wstui.tui.session_source import StartEngine
from wstui.tui.widgets.connect_bar import ConnectBar
from wstui.tui.widgets.message_list import MessageList
from wstui.words.measures import count_text

_S = ConnectionState


class SessionScreen(SessionNotes):
    """A session, live or recorded."""

    PLACES: ClassVar[tuple[Place, ...]] = (Place.SESSION, Place.COMPOSER)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.SESSION)]
    COMMANDS: ClassVar[set[Any]] = {action_commands}

    def __init__(self, target: Target, clock: Clock, start_engine: StartEngine | None) -> None:
        super().__init__(clock, start_engine)
        self._recording: Path | None = None
        if isinstance(target, Recording):
            self._recording = target.path
        else:
            self.show_destination(target)

    def on_mount(self) -> None:
        """Open the recording, or dial."""
        self.start_drawing()
        if self._recording is not None:
            self._open_recording(self._recording)
        elif self.destination is not None:
            self.query_one("#compose-input").focus()
            self.dial(self.destination)
        self.begin_talking()
        self.update_picture()

    def _open_recording(self, path: Path) -> None:
        try:
            self.source.open_recording(path)
        except TimelineError as error:
            self.query_one(ConnectBar).show_problem(str(error))
            return
        assert self.source.reader is not None
        info = self.source.reader.info
        self.profile_name, self.url = info.profile, info.url
        if self.source.reader.damage:
            self.query_one(ConnectBar).show_problem(self.source.reader.damage)
        self.query_one(MessageList).focus()
        self.show_session()

    async def end(self) -> None:
        """End the engine and close the file."""
        await self.source.close()

    async def on_unmount(self) -> None:
        """Whatever way the screen went: its engine goes with it."""
        self.end_filter()
        await self.end()

    # -- profile, notes, export ----------------------------------------------------------------------

    def action_profile(self) -> None:
        """Show the settings of this session, secrets left out."""
        if self.destination is not None:
            where = shown_path(self.destination.path) if self.destination.path else "a bare URL, no file"
            settings = settings_snapshot(self.destination.profile)
        elif self.source.reader is not None:
            where, settings = "as recorded with the session", self.source.reader.info.settings
        else:
            return
        text = safe_text(tomli_w.dumps(settings), newlines=True)
        self.app.push_screen(TextDialog(f"Profile: {where}", Content(text)))

    def action_export(self) -> None:
        """Write the session to a file."""
        path = self.source.path
        if path is None:
            return

        def answered(answer: str | None) -> None:
            if answer is not None:
                self._export(path, Path(answer).expanduser())

        help_text = "JSON Lines, one event a line, secrets left out. An existing file is never overwritten."
        self.app.push_screen(
            Prompt("Export to", help_text, str(default_export_path(path)), export_problem), answered
        )

    @work(thread=True, group="export", exit_on_error=False)
    def _export(self, session: Path, target: Path) -> None:
        try:
            done = export_session(session, target)
        except (TimelineError, OSError) as error:
            self.app.notify(f"Not exported: {error}", severity="error", markup=False)
        else:
            left_out = f", {count_text(done.secrets, 'secret')} left out" if done.secrets else ""
            words = f"Exported {count_text(done.events, 'event')} to {target}{left_out}."
            self.app.notify(words, markup=False)

    # -- leaving -------------------------------------------------------------------------------------

    def action_home(self) -> None:
        """Go to the profiles and sessions."""
        self.app.post_message(HomeAsked())

    def leave_if_sure(self, then: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Leave at once, or ask first where a live connection would be lost."""
        if not self.source.busy:
            self.app.run_worker(then(), exit_on_error=False)
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self.app.run_worker(then(), exit_on_error=False)

        self.app.push_screen(
            Confirm("This connection is live. Close it with 1001 and leave?", "Leave"), answered
        )
