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
from wstui.events import Connect
from wstui.replay.drive_plan import ConnectionPlan
from wstui.replay.driven_session import DrivenSession
from wstui.replay.driving import DriveOptions, DriveOutcome, DriveProgress
from wstui.replay.recording import Recording

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
        self._progress = _ProgressLine()
        self._driven = DrivenSession(
            recording, plans, options, narrate=self._say, on_progress=self._progress.show
        )
        self._loop = asyncio.get_running_loop()
        self._interruption: asyncio.Future[int] = self._loop.create_future()

    async def run(self, connect: Connect) -> Driven:
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._interrupt, number)
        driving = self._loop.create_task(self._driven.run(connect))
        try:
            both: set[asyncio.Future[Any]] = {driving, self._interruption}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if driving.done():
                outcome = driving.result()
                return Driven(outcome.session, outcome)
            return Driven(self._driven.session, None, self._interruption.result())
        finally:
            self._progress.end()
            driving.cancel()
            await asyncio.wait({driving})
            for number in _SIGNALS:
                self._loop.remove_signal_handler(number)

    def _interrupt(self, number: int) -> None:
        if not self._interruption.done():
            self._interruption.set_result(number)

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
