"""From a Connect command to an open session file: the profile resolved, the clock started."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import wstui
from wstui.engine.notices import NoticeBoard
from wstui.engine.recorder import Recorder
from wstui.events import CommandRefused, Connect, Event, StateNotice
from wstui.profiles import (
    Endpoint,
    ProfileError,
    ResolvedProfile,
    parse_profile,
    parse_url,
    resolve_environment,
    settings_snapshot,
)
from wstui.timeline import SessionInfo, TimelineError, new_session_path
from wstui.wire import SessionClock

EventTap = Callable[[list[Event]], None]
"""Sees every batch of events as it is recorded; must be quick."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a Connect asks for, checked and resolved."""

    name: str
    url: str
    """As the profile has it, ``${NAME}`` unresolved."""
    resolved: ResolvedProfile
    endpoint: Endpoint
    snapshot: dict[str, Any]

    def same_place(self, other: "Settings") -> bool:
        """Whether both belong into one session: the same profile name and the same URL as written."""
        return (self.name, self.url) == (other.name, other.url)

    @property
    def shown_url(self) -> str:
        """Safe to show and to keep: no credentials, nothing from the environment."""
        return self.resolved.conceal(self.endpoint.safe_url)

    @property
    def insecure(self) -> bool:
        """Whether TLS is there but not verified."""
        return self.endpoint.secure and not self.resolved.profile.tls.verify


def read_settings(command: Connect) -> Settings:
    """Check and resolve the profile of a Connect.

    Raises:
        CommandRefused: the profile is wrong, or a variable is missing; one sentence.
    """
    assert command.profile is not None
    source = f"the profile {command.name}" if command.name else "the profile"
    try:
        profile = parse_profile(command.profile, source=source)
        resolved = resolve_environment(profile, os.environ, source=source)
        endpoint = parse_url(resolved.profile.url)
    except ProfileError as error:
        raise CommandRefused(str(error)) from error
    return Settings(command.name, profile.url, resolved, endpoint, settings_snapshot(profile))


class OpenSession:
    """A session file being written, and the newest settings of its connections."""

    def __init__(
        self, settings: Settings, board: NoticeBoard, *, tap: EventTap | None, folder: Path | None
    ) -> None:
        """Create the file.

        Raises:
            CommandRefused: it cannot be made; one sentence.
        """
        self.settings = settings
        self.clock = SessionClock()
        self.connection = -1
        """The newest connection; -1 before the first."""
        self.ended_ns = 0
        """Session time of the newest connection's end; 0 before there was one."""
        self.on_drained: Callable[[], None] = lambda: None
        """Called when a commit made the backlog smaller."""
        self.on_fatal: Callable[[], None] = lambda: None
        """Called when nothing can be recorded any more."""
        self._board = board
        self._tap = tap
        self.recorder = self._make_recorder(folder)
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """From now on these settings, in this same file."""
        self.settings = settings
        state = StateNotice(
            state="",
            connection=max(self.connection, 0),
            url=settings.shown_url,
            session=str(self.recorder.path),
            insecure=settings.insecure,
        )
        self._board.begin(state, lambda: self.recorder.progress(self.clock.now()))

    def record(self, events: list[Event]) -> int:
        """Record events and show them to the tap; gives the first one's id."""
        first_id = self.recorder.record(events)
        if self._tap is not None:
            self._tap(events)
        return first_id

    async def finish(self) -> None:
        """Commit everything, note the end, close the file."""
        await self.recorder.finish(self.ended_ns or self.clock.now())

    def _make_recorder(self, folder: Path | None) -> Recorder:
        info = SessionInfo(
            started_ns=self.clock.start_ns,
            profile=self.settings.name,
            url=self.settings.shown_url,
            settings=self.settings.snapshot,
            wstui_version=wstui.__version__,
        )
        try:
            return Recorder(
                new_session_path(self.settings.name, self.clock.start_ns, folder),
                info,
                record_limit_bytes=self.settings.resolved.profile.limits.record,
                on_commit=self._on_commit,
                on_problem=self._on_problem,
            )
        except (TimelineError, OSError) as error:
            raise CommandRefused(str(error)) from error

    def _on_commit(self) -> None:
        self._board.progress_made()
        self.on_drained()

    def _on_problem(self, sentence: str, fatal: bool) -> None:
        self._board.tell_problem(sentence, fatal=fatal)
        if fatal:
            self.on_fatal()


async def remove_old_sessions(folder: Path | None, settings: Settings) -> None:
    """What the profile's ``[keep]`` does not keep goes, in a thread and in its own time."""
    from wstui.timeline import Catalogue

    keep = settings.resolved.profile.keep
    await asyncio.to_thread(Catalogue(folder).apply_retention, settings.name, keep.sessions, keep.days)
