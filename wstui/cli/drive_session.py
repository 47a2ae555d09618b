"""Drives a recorded client again without a screen: engine, signals, progress."""

import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from wstui.cli.run_session import narrate
from wstui.engine.engine import SWITCH_INTERVAL_S
from wstui.engine.local import LocalEngine
from wstui.events import Connect, Notice, ProblemNotice, StateNotice
from wstui.replay.drive_plan import ConnectionPlan
from wstui.replay.driving import DriveOptions, DriveOutcome, DriveProgress, Driver
from wstui.replay.recording import Recording
from wstui.timeline import Catalogue

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_REDRAW_S = 0.1


@dataclass(frozen=True, slots=True)
class Driven:
    """What became of it."""

    session: Path
    outcome: DriveOutcome | None
    """None: it was interrupted."""
    interrupted_by: int = 0


async def drive(
    recording: Recording, plans: Sequence[ConnectionPlan], options: DriveOptions, connect: Connect
) -> Driven:
    """Drive the endpoint; the new session says what it was made from.

    Raises:
        CommandRefused: the profile is wrong, or the session file cannot be made.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    return await _DriveRun(recording, plans, options).run(connect)


class _DriveRun:
    def __init__(self, recording: Recording, plans: Sequence[ConnectionPlan], options: DriveOptions) -> None:
        self._recording = recording
        self._options = options
        self._progress = _ProgressLine()
        self._driver = Driver(plans, options, narrate=self._say, on_progress=self._progress.show)
        self._engine = LocalEngine(self._on_notice, tap=self._driver.take)
        self._loop = asyncio.get_running_loop()
        self._interruption: asyncio.Future[int] = self._loop.create_future()
        self._session = Path()

    async def run(self, connect: Connect) -> Driven:
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._interrupt, number)
        driving = self._loop.create_task(self._driver.run(self._engine, connect, self._on_session))
        try:
            both: set[asyncio.Future[Any]] = {driving, self._interruption}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if driving.done():
                outcome = driving.result()
                return Driven(outcome.session, outcome)
            return Driven(self._session, None, self._interruption.result())
        finally:
            self._progress.end()
            driving.cancel()
            await asyncio.wait({driving})
            await self._engine.shutdown()
            for number in _SIGNALS:
                self._loop.remove_signal_handler(number)

    async def _on_session(self, session: Path) -> None:
        self._session = session
        self._say(f"Recording to {session}")
        info = self._recording.info
        title = f"Replay of {info.title or self._recording.name.removesuffix('.wstui')}"
        speed = self._options.speed
        pace = "causal" if speed is None else f"{speed:g}x"
        made_from = {"session": self._recording.name, "id": info.id, "pace": pace}
        await asyncio.to_thread(Catalogue().relate, session, title, {"replay_of": made_from})

    def _interrupt(self, number: int) -> None:
        if not self._interruption.done():
            self._interruption.set_result(number)

    def _on_notice(self, notice: Notice) -> None:
        if isinstance(notice, StateNotice):
            self._driver.state_changed()
        elif isinstance(notice, ProblemNotice):
            self._say(notice.message)

    def _say(self, sentence: str) -> None:
        self._progress.end()
        narrate(sentence)


class _ProgressLine:
    """One line on standard error that is drawn over; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._drawn_s = 0.0
        self._drawn = False

    def show(self, progress: DriveProgress) -> None:
        now_s = time.monotonic()
        last = progress.steps_done == progress.steps and progress.answers >= progress.answers_expected
        if not self._shown or (now_s - self._drawn_s < _REDRAW_S and not last):
            return
        self._drawn_s, self._drawn = now_s, True
        steps = f"{progress.steps_done}/{progress.steps} steps"
        answers = f"{progress.answers}/{progress.answers_expected} answers"
        click.echo(f"\r{steps}, {answers} \x1b[K", err=True, nl=False)

    def end(self) -> None:
        if self._drawn:
            click.echo(err=True)
            self._drawn = False
