"""Carries steps out against an engine: one after the other, with those that stay at work beside them.

Knows no wire and no file: whoever owns the engine tells it of states and of received messages.
"""

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from wstui.engine.json_path import JsonPath
from wstui.engine.session import MODES, SessionEngine
from wstui.engine.steps import LASTING, Act, Capture, Every, Expect, On, Step, UntilClosed, Wait, quoted
from wstui.engine.variables import fill, value_text
from wstui.engine.waiting import until
from wstui.events import (
    Abort,
    Close,
    Command,
    CommandRefused,
    ConnectionState,
    Send,
)
from wstui.words.event_line import squeeze

UNREAD_LIMIT_BYTES = 16 * 1024 * 1024
"""Messages kept for the next ``expect``; beyond it the oldest are forgotten."""

_SQUEEZED_CHARACTERS = 64 * 1024
_NEARLY = (
    " One would without the white space in its JSON, which what is shown leaves out:"
    ' \\s* stands for white space, as in “"type":\\s*"tick"”.'
)


class Ending(Enum):
    """What became of the steps."""

    DONE = "done"
    """All are carried out, and the connection is open or closing."""
    ENDED = "ended"
    """The connection has ended, as a step asked."""
    EXPECT_FAILED = "expect_failed"
    NEVER_OPENED = "never_opened"
    OTHERWISE = "otherwise"
    """It ended, or did not end, otherwise than the steps asked."""


@dataclass(frozen=True, slots=True)
class Result:
    """How playing the steps went; ``sentence`` says what failed, and is empty when nothing did."""

    ending: Ending
    sentence: str = ""
    wants_clean: bool = False
    """The end is to be a Close of ours, so the closing handshake belongs to what was asked."""


class ScriptPlayer:
    """Plays one list of steps once."""

    def __init__(
        self,
        engine: SessionEngine,
        steps: Sequence[Step],
        narrate: Callable[[str], None] = lambda _: None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing happens before :meth:`play`.

        Args:
            engine: told to connect already when :meth:`play` begins.
            steps: see :mod:`wstui.engine.steps`.
            narrate: gets a sentence where an act of a lasting step is refused.
            variables: for ``{{name}}`` in what is sent; captures add to them.
        """
        self._engine = engine
        self._steps = list(steps)
        self._narrate = narrate
        self._variables = dict(variables or {})
        self._changed = asyncio.Event()
        self._unread: deque[bytes] = deque()
        self._unread_bytes = 0
        self._nearly = False
        """Whether a message would have matched as it is shown, without the white space of its JSON."""
        self._newest: bytes | None = None
        """The message that the newest step took, until something is done."""
        self._expects_left = sum(isinstance(step, Expect | Capture) for step in self._steps)
        self._on: list[On] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._end_asked = False
        self._wants_clean = True
        self.opened = False
        """Whether the connection was ever open."""

    def state_changed(self) -> None:
        """The engine has a new state."""
        self.opened = self.opened or self._is(ConnectionState.OPEN, ConnectionState.CLOSING)
        self._changed.set()

    def received(self, message: bytes) -> None:
        """A whole message came."""
        text = message.decode("utf-8", "replace") if self._on else ""
        for step in self._on:
            if step.pattern.search(text):
                self._spawn(self._act_beside(step.act))
        if self._expects_left:
            self._unread.append(message)
            self._unread_bytes += len(message)
            while self._unread_bytes > UNREAD_LIMIT_BYTES and len(self._unread) > 1:
                self._unread_bytes -= len(self._unread.popleft())
            self._changed.set()

    async def play(self) -> Result:
        """Carry the steps out, from the moment the connection is open."""
        steps = await self._begin_early()
        await self._until(lambda: self.opened or self._over())
        if not self.opened:
            return Result(Ending.NEVER_OPENED)
        for number, step in steps:
            failed = await self._carry_out(step)
            if failed is not None:
                return Result(failed.ending, f"Step {number}, {quoted(step.text)}: {failed.sentence}")
        return self._conclude()

    async def until_over(self) -> None:
        """Wait until the connection, with its retries, has ended."""
        await self._until(self._over)

    async def close(self) -> None:
        """End the steps that stay at work."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- the steps ----

    async def _begin_early(self) -> list[tuple[int, Step]]:
        """Ask already while dialling for what must hold from the first frame on; the rest, numbered."""
        steps = list(enumerate(self._steps, start=1))
        while steps and isinstance(steps[0][1], Act) and isinstance(steps[0][1].command, MODES):
            try:
                await self._engine.do(steps[0][1].command)
            except CommandRefused:
                break
            del steps[0]
        return steps

    async def _carry_out(self, step: Step) -> Result | None:
        """Do one step; a result only where it failed."""
        match step:
            case Act():
                return await self._act(step)
            case Wait():
                await self._until(self._over, step.seconds)
                return None
            case Expect():
                return await self._expect(step, lambda: self._read_until(step.pattern))
            case Capture():
                return await self._expect(step, lambda: self._capture(step))
            case UntilClosed():
                return await self._until_closed(step)
            case Every():
                self._spawn(self._repeat(step))
            case On():
                self._on.append(step)
        return None

    async def _act(self, step: Act) -> Result | None:
        await self._until(lambda: self._is(ConnectionState.OPEN, ConnectionState.CLOSING) or self._over())
        if self._over():
            return Result(Ending.OTHERWISE, "the connection had ended before.")
        ends = isinstance(step.command, Close | Abort)
        self._newest = None
        try:
            await self._engine.do(self._filled(step.command))
        except CommandRefused as refusal:
            if not (ends and self._is(ConnectionState.CLOSING)):
                return Result(Ending.OTHERWISE, str(refusal))
        if ends:
            self._end_asked = True
            self._wants_clean = isinstance(step.command, Close)
        return None

    def _filled(self, command: Command) -> Command:
        if isinstance(command, Send):
            return replace(command, payload=fill(command.payload, self._variables))
        return command

    async def _expect(self, step: Expect | Capture, read: Callable[[], bool]) -> Result | None:
        found = False

        def settled() -> bool:
            nonlocal found
            found = found or read()
            return found or self._over()

        await self._until(settled, step.within_s)
        self._expects_left -= 1
        if not self._expects_left:
            self._unread.clear()
        if found:
            return None
        why = "the connection ended first" if self._over() else f"waited {step.within_s:g} s"
        what = "matched" if isinstance(step, Expect) else "had that place"
        hint = _NEARLY if self._nearly and isinstance(step, Expect) else ""
        return Result(Ending.EXPECT_FAILED, f"no message {what}; {why}.{hint}")

    def _read_until(self, pattern: re.Pattern[str]) -> bool:
        """Read messages up to the first that matches; the ones after it are for the next step that waits."""
        for message in self._read():
            text = message.decode("utf-8", "replace")
            if pattern.search(text):
                self._nearly = False
                return True
            if len(text) <= _SQUEEZED_CHARACTERS and pattern.search(squeeze(text)):
                self._nearly = True
        return False

    def _capture(self, step: Capture) -> bool:
        for message in self._newest_and_next():
            value = _value_at(step.path, message)
            if value is not None:
                self._variables[step.name] = value
                return True
        return False

    def _read(self) -> Iterator[bytes]:
        """Unread messages, each taken when it is looked at."""
        while self._unread:
            message = self._unread.popleft()
            self._unread_bytes -= len(message)
            self._newest = message
            yield message

    def _newest_and_next(self) -> Iterator[bytes]:
        """The message that the step before took, then the next ones."""
        if self._newest is not None:
            yield self._newest
        yield from self._read()

    async def _until_closed(self, step: UntilClosed) -> Result | None:
        self._end_asked, self._wants_clean = True, False
        if await self._until(self._over, step.within_s):
            return None
        return Result(Ending.OTHERWISE, f"the connection was still open after {step.within_s:g} s.")

    def _conclude(self) -> Result:
        if not self._over():
            return Result(Ending.DONE, wants_clean=self._wants_clean)
        if self._end_asked:
            return Result(Ending.ENDED, wants_clean=self._wants_clean)
        return Result(Ending.OTHERWISE, "The connection ended, which no step asked for.")

    # ---- what stays at work ----

    async def _repeat(self, step: Every) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            due_s = max(due_s, loop.time() - step.seconds) + step.seconds
            await asyncio.sleep(due_s - loop.time())
            await self._act_beside(step.act)

    async def _act_beside(self, act: Act) -> None:
        if not self._is(ConnectionState.OPEN):
            return
        try:
            await self._engine.do(self._filled(act.command))
        except CommandRefused as refusal:
            self._narrate(f"{quoted(act.text)} was not done: {refusal}")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- waiting ----

    def _is(self, *states: ConnectionState) -> bool:
        return self._engine.state.state in states

    def _over(self) -> bool:
        return self._is(ConnectionState.CLOSED)

    async def _until(self, condition: Callable[[], bool], within_s: float | None = None) -> bool:
        return await until(self._changed, condition, within_s)


def _value_at(path: JsonPath, message: bytes) -> str | None:
    try:
        return value_text(path.first(json.loads(message)))
    except (LookupError, ValueError, RecursionError):
        return None


def only_lasting(steps: Sequence[Step]) -> bool:
    """Whether no step would ever be done: nothing to carry out one after the other."""
    return all(isinstance(step, LASTING) for step in steps)
