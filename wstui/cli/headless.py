"""One session without a screen: connect, play the steps, end well, whatever interrupts."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wstui.engine.local import LocalEngine
from wstui.engine.messages import MessageAssembler
from wstui.engine.player import Ending, Result, ScriptPlayer, only_lasting
from wstui.engine.steps import Step, UntilClosed
from wstui.events import (
    Close,
    CommandRefused,
    Connect,
    ConnectionState,
    Event,
    Notice,
    ProblemNotice,
    ProgressNotice,
    StateNotice,
)

LAST_CLOSE_S = 2.0
"""How long the closing handshake may take once the time that was given is over."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do."""

    connect: Connect
    steps: list[Step]
    for_s: float | None = None
    """A bound on the whole run."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """For ``{{name}}`` in what is sent."""

    @property
    def watches(self) -> bool:
        """No step would ever be done, so the run lasts until the end of the connection or of its time."""
        return only_lasting(self.steps) and (bool(self.steps) or self.for_s is not None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it."""

    session: Path
    result: Result
    interrupted_by: int = 0
    """The signal's number."""


class HeadlessRun:
    """Runs one plan. Make it and await :meth:`run` in an event loop of its own."""

    def __init__(
        self,
        plan: Plan,
        narrate: Callable[[str], None],
        *,
        on_session: Callable[[Path], None],
        on_commit: Callable[[], None],
    ) -> None:
        """Nothing happens before :meth:`run`.

        Args:
            plan: what to do.
            narrate: gets sentences for a person.
            on_session: told the session file once it exists.
            on_commit: called when more is in the file.
        """
        self._plan = plan
        self._narrate = narrate
        self._on_session = on_session
        self._on_commit = on_commit
        self._engine = LocalEngine(self._on_notice, tap=self._on_events)
        steps = [*plan.steps, UntilClosed("until-closed", None)] if plan.watches else plan.steps
        self._player = ScriptPlayer(self._engine, steps, narrate, plan.variables)
        self._messages = MessageAssembler()
        self._loop = asyncio.get_running_loop()
        self._until_s = self._loop.time() + (plan.for_s or 0.0)
        self._interruption: asyncio.Future[int] = self._loop.create_future()

    async def run(self) -> Outcome:
        """From connecting to the committed end of the file.

        Raises:
            CommandRefused: the profile is wrong or the session file cannot be made.
        """
        try:
            reply = await self._engine.do(self._plan.connect)
            session = Path(reply["session"])
            self._on_session(session)
            for number in _SIGNALS:
                self._loop.add_signal_handler(number, self.interrupt, number)
            result = await self._play()
            await self._close()
        finally:
            await self._player.close()
            await self._engine.shutdown()
        interrupted_by = self._interruption.result() if self._interruption.done() else 0
        return Outcome(session, result, interrupted_by)

    def interrupt(self, number: int) -> None:
        """End the run early, as a signal does; a signal's number says why."""
        if not self._interruption.done():
            self._interruption.set_result(number)

    def interrupt_from_thread(self, number: int) -> None:
        """The same, from another thread."""
        self._loop.call_soon_threadsafe(self.interrupt, number)

    async def _play(self) -> Result:
        playing = self._loop.create_task(self._player.play())
        if await self._finished(playing, self._plan.for_s):
            return playing.result()
        return self._cut_short()

    def _cut_short(self) -> Result:
        if not self._player.opened:
            return Result(Ending.NEVER_OPENED)
        if self._interruption.done():
            return Result(Ending.OTHERWISE, "Interrupted.")
        if self._plan.watches:
            return Result(Ending.DONE, wants_clean=True)
        return Result(Ending.OTHERWISE, f"The {self._plan.for_s:g} seconds were over before the steps were.")

    async def _close(self) -> None:
        """What the steps left open is closed with 1000; after an interruption the engine closes with 1001."""
        if self._interruption.done():
            return
        try:
            await self._engine.do(Close(1000))
        except CommandRefused:  # it is closing, or it is over
            if self._engine.state.state == ConnectionState.CLOSED:
                return
        left_s = None if self._plan.for_s is None else self._until_s - self._loop.time()
        await self._finished(
            self._loop.create_task(self._player.until_over()),
            None if left_s is None else max(left_s, LAST_CLOSE_S),
        )

    async def _finished(self, task: asyncio.Task[Any], within_s: float | None) -> bool:
        """Whether the task ended within the time and before an interruption; else it is cancelled."""
        await asyncio.wait({task, self._interruption}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return True
        task.cancel()
        await asyncio.wait({task})
        return False

    def _on_notice(self, notice: Notice) -> None:
        if isinstance(notice, StateNotice):
            self._player.state_changed()
        elif isinstance(notice, ProgressNotice):
            self._on_commit()
        elif isinstance(notice, ProblemNotice):
            self._narrate(notice.message)

    def _on_events(self, events: list[Event]) -> None:
        for message in self._messages.feed(events):
            self._player.received(message)
