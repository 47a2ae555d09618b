"""F8 on the session screen: play back, drive again, serve, compare with another.

What each way needs is imported when it is chosen: most sessions are never replayed.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from wstui.events import ConnectionState
from wstui.targets import Recording
from wstui.tui.background import as_task
from wstui.tui.navigation import OpenAsked
from wstui.tui.screens.replay_dialog import COMPARE, DRIVE, PLAY, ReplayDialog, ways
from wstui.tui.screens.session_notes import SessionNotes

if TYPE_CHECKING:
    from wstui.tui.replay_requests import DriveRequest, ServeRequest
    from wstui.tui.screens.driving import DriveResult

_NEEDS_AN_END = frozenset({"play_back", "drive_again", "serve_session"})
_S = ConnectionState


class SessionReplay(SessionNotes):
    """Making a session live again."""

    _compared_with: Path | None = None
    """The session beside which it stood last."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes sense: a session that still talks can only be compared."""
        if action in ("replay", "compare_with"):
            return self.source.reader is not None
        if action in _NEEDS_AN_END:
            return self.source.reader is not None and not self._talks
        return super().check_action(action, parameters)

    @property
    def _talks(self) -> bool:
        return self.source.live and self.state_name() != _S.CLOSED

    def action_replay(self) -> None:
        """Ask for the way; while a recording is played back, end that."""
        if self.source.played:
            self.action_end_playback()
        elif self.source.path is not None:
            self.app.push_screen(ReplayDialog(ways(live=self._talks)), self._replay)

    def _replay(self, way: str | None) -> None:
        if way == PLAY:
            self._play_from_here()
        elif way == DRIVE:
            self.action_drive_again()
        elif way == COMPARE:
            self.action_compare_with()
        elif way is not None:
            self.action_serve_session()

    @as_task(group="replay", exclusive=True)
    async def _play_from_here(self) -> None:
        """A session whose connection has ended is a recording from here on."""
        if self.source.live:
            await self.source.end_engine()
            self.show_state()
        self.action_play_back()

    # -- compare -----------------------------------------------------------------------------------

    def action_compare_with(self) -> None:
        """Choose the other session."""
        from wstui.tui.screens.session_picker import SessionPicker

        path = self.source.path
        if path is None:
            return

        def chosen(other: Path | None) -> None:
            if other is not None:
                self._show_beside(path, other)

        picker = SessionPicker("Compare this session (A) with", without=path, first=self._compared_with)
        self.app.push_screen(picker, chosen)

    def _show_beside(self, before: Path, after: Path, incomplete: str = "") -> None:
        from wstui.tui.screens.compare import CompareScreen

        self._compared_with = after
        self.app.push_screen(CompareScreen(before, after, incomplete=incomplete))

    # -- drive again ---------------------------------------------------------------------------------

    def action_drive_again(self) -> None:
        """Ask where and how."""
        from wstui.tui.replay_requests import default_endpoint
        from wstui.tui.screens.replay_forms import DriveDialog

        reader = self.source.reader
        if reader is not None:
            self.app.push_screen(DriveDialog(reader.path, default_endpoint(reader.info)), self._drive)

    def _drive(self, request: "DriveRequest | None") -> None:
        from wstui.tui.screens.driving import DrivingScreen

        if request is not None:
            self.app.push_screen(DrivingScreen(request), lambda result: self._driven(request, result))

    def _driven(self, request: "DriveRequest", result: "DriveResult | None") -> None:
        if result is None:
            return
        if result.compare:
            self._show_beside(request.session, result.session, result.sentence)
        else:
            self.app.post_message(OpenAsked(Recording(result.session)))

    # -- serve ---------------------------------------------------------------------------------------

    def action_serve_session(self) -> None:
        """Ask how."""
        from wstui.tui.screens.replay_forms import ServeDialog

        path = self.source.path
        if path is not None:
            self.app.push_screen(ServeDialog(path), self._serve)

    def _serve(self, request: "ServeRequest | None") -> None:
        from wstui.tui.screens.serving import ServingScreen

        if request is not None:
            self.app.push_screen(ServingScreen(request))
