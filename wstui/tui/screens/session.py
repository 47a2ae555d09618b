"""The session screen: a session, live or recorded, as one place.

Made of three layers, each over the one before: the picture (:class:`SessionView`), the connection
(:class:`SessionConnection`), reading (:class:`SessionLooking`). Here are the beginning and the end,
what is said, and what is kept: notes, exports.
"""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

import tomli_w
from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message

from wstui.events import CommandRefused, ConnectionState, Send, safe_bytes, safe_text
from wstui.profiles import SavedMessage, settings_snapshot
from wstui.profiles.read import shown_path
from wstui.timeline import TimelineError, TimelineReader
from wstui.tui.actions import Place, action_commands, bindings_for
from wstui.tui.clock import Clock
from wstui.tui.composing import Sent
from wstui.tui.exporting import default_export_path, export_problem, export_session
from wstui.tui.measures import count_text
from wstui.tui.screens.dialogs import Choice, Chooser, Confirm, Prompt, TextDialog
from wstui.tui.screens.session_looking import SessionLooking
from wstui.tui.sent_before import sent_before
from wstui.tui.session_source import StartEngine
from wstui.tui.targets import Recording, Target
from wstui.tui.widgets.composer import Composer
from wstui.tui.widgets.connect_bar import ConnectBar
from wstui.tui.widgets.message_list import MessageList

_S = ConnectionState


class SessionScreen(SessionLooking):
    """A session, live or recorded."""

    PLACES: ClassVar[tuple[Place, ...]] = (Place.SESSION, Place.COMPOSER)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.SESSION)]
    COMMANDS: ClassVar[set[Any]] = {action_commands}

    class HomeAsked(Message):
        """Leave for the home screen."""

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
        self._load_history(self.profile_name)
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

    # -- talking -------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="history", exit_on_error=False)
    def _load_history(self, profile_name: str) -> None:
        found = sent_before(profile_name)
        self.call_later(self._remember, found)

    def _remember(self, before: list[Sent]) -> None:
        self.query_one(Composer).remember(before)

    async def on_composer_submitted(self, message: Composer.Submitted) -> None:
        """Send what was composed; what cannot be sent comes back with the reason."""
        composer = self.query_one(Composer)
        state = self.state_name()
        if state != _S.OPEN:
            composer.give_back(message.sent, f"Not sent: {_why_not(state)}")
            return
        composer.history.add(message.sent)
        self._send(message.payload, message.sent)

    @work(group="send", exit_on_error=False)
    async def _send(self, payload: bytes, sent: Sent) -> None:
        try:
            await self.source.do(Send(payload, binary=sent.binary))
        except CommandRefused as error:
            self.query_one(Composer).give_back(sent, f"Not sent: {error}")

    def action_saved(self) -> None:
        """Choose a message saved in the profile."""
        if self.destination is None:
            return
        messages = self.destination.profile.message
        choices = [Choice(str(at), row.name, safe_bytes(row.payload[:60])) for at, row in enumerate(messages)]

        def insert(key: str | None) -> None:
            if key is not None:
                self.query_one(Composer).load(_as_typed(messages[int(key)]))

        self.app.push_screen(Chooser("Saved messages of this profile", choices), insert)

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

    def action_note(self) -> None:
        """Write a note on the selection, or on this moment."""
        event_id = self.query_one(MessageList).selected_id
        where = "on the selected event" if event_id is not None else "on this moment"
        help_text = "It is kept in the session file and shown in the timeline."
        now_ns = self.source.now_ns()
        self.ask(
            f"Note {where}",
            help_text,
            lambda text: None if text.strip() else "A note needs words.",
            lambda text: self._add_note(event_id, now_ns, text.strip()),
        )

    @work(thread=True, group="notes", exit_on_error=False)
    def _add_note(self, event_id: int | None, t_ns: int, text: str) -> None:
        path = self.source.path
        assert path is not None
        try:
            with TimelineReader(path) as reader:
                event = reader.event(event_id) if event_id is not None else None
                reader.add_note(event_id, event.t_ns if event is not None else t_ns, text)
        except TimelineError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        self.call_later(self._noted)

    def _noted(self) -> None:
        self.show_notes()
        self._changed()

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
        self.app.post_message(self.HomeAsked())

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


def _as_typed(message: SavedMessage) -> Sent:
    if message.is_binary:
        return Sent(message.payload.hex(" "), binary=True)
    return Sent(message.text or "")


def _why_not(state: str) -> str:
    if state == _S.DIALLING:
        return "still dialling."
    if state in (_S.CLOSING, _S.CLOSED):
        return "the connection is closed; F5 connects again."
    if state == _S.WAITING_TO_RETRY:
        return "waiting to retry; F5 tries now."
    return "this is a recording; F5 connects to its endpoint."
