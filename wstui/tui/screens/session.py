"""The session screen: a session, live or recorded, as one place.

Made of layers, each over the one before: the picture (:class:`SessionView`), the connection
(:class:`SessionConnection`), the filter, reading (:class:`SessionLooking`), what is done with messages,
what is sent (:class:`SessionTalking`), notes, the shares of the room (:class:`SessionLayout`), the profile.
Here are the beginning and the end.
"""

import contextlib
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType

from wstui.events import ConnectionState
from wstui.targets import Recording, Target
from wstui.timeline import TimelineError
from wstui.tui.actions import Place, action_commands, bindings_for
from wstui.tui.clock import Clock
from wstui.tui.navigation import HomeAsked
from wstui.tui.screens.session_profile import SessionProfile
from wstui.tui.screens.session_replay import SessionReplay
from wstui.tui.screens.session_sharing import SessionSharing
from wstui.tui.session_source import StartEngine
from wstui.tui.standing import standing_of
from wstui.tui.tabs import Standing
from wstui.tui.widgets.connect_bar import ConnectBar
from wstui.tui.widgets.message_list import MessageList

_S = ConnectionState


class SessionScreen(SessionReplay, SessionSharing, SessionProfile):
    """A session, live or recorded."""

    PLACES: ClassVar[tuple[Place, ...]] = (Place.SESSION, Place.COMPOSER)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.SESSION)]
    JUMPS: ClassVar[dict[str, str]] = {
        "u": "#bar-url",
        "m": "#messages",
        "f": "#find Input",
        "d": "#detail-view",
        "c": "#compose-input",
        "p": "#transport",
        "g": "HeartbeatGraph",
        "t": "EventTimeline",
        "w": "EndingCard",
    }
    """Letters of the jump mode, by selector; the last one is *why it ended*."""
    COMMANDS: ClassVar[set[Any]] = {action_commands}

    def __init__(self, target: Target, clock: Clock, start_engine: StartEngine | None) -> None:
        super().__init__(clock, start_engine)
        self._recording: Path | None = None
        self._stood: object = None
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
        """End the engine; the file stays open as long as there is something to draw from it."""
        await self.source.end_engine()

    async def on_unmount(self) -> None:
        """Whatever way the screen went: its engine goes with it."""
        self.leave_filter()
        await self.source.close()

    # -- from elsewhere ----------------------------------------------------------------------------

    def go_to_event(self, event_id: int) -> None:
        """Select an event and show it."""

        def go() -> None:
            self.query_one(MessageList).select(event_id)
            self._show_event(event_id)

        self.call_after_refresh(go)

    # -- as a tab ------------------------------------------------------------------------------------

    def action_home(self) -> None:
        """Go to the profiles and sessions; this one goes on."""
        self.app.post_message(HomeAsked())

    @property
    def busy(self) -> bool:
        """Whether closing it would end a connection."""
        return self.source.busy

    @property
    def path(self) -> Path | None:
        """The session file, once there is one."""
        return self.source.path or self._recording

    def standing(self) -> Standing:
        """How it stands; behind another tab, where nothing is drawn, the newest facts are read for it."""
        source = self.source
        ended = source.state is not None and source.state.state == _S.CLOSED
        known = (source.state, source.progress if ended else None)
        if known != self._stood and not self.is_current:
            self._stood = known
            with contextlib.suppress(TimelineError):  # it is told when the tab is in front
                source.refresh()
        return standing_of(source, self.profile_name, self.url, self.state_words())
