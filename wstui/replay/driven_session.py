"""Drives a recorded client again and records it: an engine of its own, and the link to the first session."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from wstui.engine.local import LocalEngine
from wstui.events import Connect, Notice, ProblemNotice, StateNotice
from wstui.replay.drive_plan import ConnectionPlan
from wstui.replay.driving import DriveOptions, DriveOutcome, DriveProgress, Driver, DriveStanding
from wstui.replay.recording import Recording
from wstui.timeline import Catalogue


class DrivenSession:
    """One run. Make it and await :meth:`run` in the same event loop; cancel that to end it early."""

    def __init__(
        self,
        recording: Recording,
        plans: Sequence[ConnectionPlan],
        options: DriveOptions,
        *,
        narrate: Callable[[str], None],
        on_progress: Callable[[DriveProgress], None] = lambda _: None,
    ) -> None:
        """Nothing happens before :meth:`run`.

        Args:
            recording: what is driven.
            plans: of its connections.
            options: how.
            narrate: gets sentences for a person.
            on_progress: called whenever something was done or came.
        """
        self.session = Path()
        """The new session's file, once it exists."""
        self._recording = recording
        self._options = options
        self._narrate = narrate
        self._driver = Driver(plans, options, narrate=narrate, on_progress=on_progress)
        self._engine = LocalEngine(self._on_notice, tap=self._driver.take)

    @property
    def standing(self) -> DriveStanding:
        """What it does now, and what it waits for."""
        return self._driver.standing

    async def run(self, connect: Connect) -> DriveOutcome:
        """From the first connect to the committed end of the file, also when it is cancelled.

        Raises:
            CommandRefused: the profile is wrong, or the session file cannot be made.
        """
        try:
            return await self._driver.run(self._engine, connect, self._on_session)
        finally:
            await self._engine.shutdown()

    async def _on_session(self, session: Path) -> None:
        self.session = session
        self._narrate(f"Recording to {session}")
        info = self._recording.info
        title = f"Replay of {info.title or self._recording.name.removesuffix('.wstui')}"
        speed = self._options.speed
        pace = "causal" if speed is None else f"{speed:g}x"
        made_from = {"session": self._recording.name, "id": info.id, "pace": pace}
        await asyncio.to_thread(Catalogue().relate, session, title, {"replay_of": made_from})

    def _on_notice(self, notice: Notice) -> None:
        if isinstance(notice, StateNotice):
            self._driver.state_changed()
        elif isinstance(notice, ProblemNotice):
            self._narrate(notice.message)
