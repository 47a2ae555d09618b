"""Drives an endpoint as a recorded client did, and records what comes of it.

A step is done when its time has come (``recorded``, ``scaled``), or as soon as what the server had said
before it has been said again (``causal``). The engine does the talking; this only decides when.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wstui.engine.json_path import JsonPath, replaced
from wstui.engine.messages import MessageAssembler
from wstui.engine.session import SessionEngine
from wstui.engine.variables import fill, read_value, value_text
from wstui.engine.waiting import until
from wstui.events import (
    Close,
    Command,
    CommandRefused,
    Connect,
    ConnectionState,
    Direction,
    Event,
    Kind,
    safe_text,
)
from wstui.replay.drive_plan import ConnectionPlan, DriveStep, commands_of, moment_words
from wstui.replay.ledger import Ledger
from wstui.replay.links import Answers, Capture, follow
from wstui.replay.shapes import Content, read_content, shape_text

TIMEOUT_S = 10.0
"""How long a step waits, after the newest answer, for one that is missing."""

_RECEIVED = Direction.RECEIVED.value


@dataclass(frozen=True, slots=True)
class DriveOptions:
    """How to drive."""

    speed: float | None = None
    """Divides the recorded times; None: causal, each step as soon as its answers have come."""
    timeout_s: float = TIMEOUT_S
    variables: Mapping[str, str] = field(default_factory=dict)
    captures: Sequence[Capture] = ()
    settings: Sequence[tuple[JsonPath, str]] = ()
    """Places in what is sent, and the text to be there instead."""


@dataclass(frozen=True, slots=True)
class DriveProgress:
    """How far it is."""

    steps_done: int
    steps: int
    answers: int
    answers_expected: int


@dataclass(frozen=True, slots=True)
class DriveStanding:
    """Where it stands; in words that are safe to show."""

    connection: int = 0
    """The how-manyeth connection of the recording, from 1."""
    dialling: bool = True
    """It is not open yet."""
    step: str = ""
    """What is to be done next, empty at the end."""
    waits_for: str = ""
    """Which answer it waits for, empty where it waits for none."""
    quiet_s: float = 0.0
    """How long nothing that counts has come."""


@dataclass(frozen=True, slots=True)
class DriveOutcome:
    """What became of it."""

    session: Path
    opened: bool
    """Whether every connection was open."""
    sentence: str = ""
    """Why not all steps were done, or the server did not end it; empty if all went as recorded."""


class Driver:
    """Drives the connections of a recording one after the other. Make it in the loop it runs in."""

    def __init__(
        self,
        plans: Sequence[ConnectionPlan],
        options: DriveOptions,
        *,
        narrate: Callable[[str], None] = lambda _: None,
        on_progress: Callable[[DriveProgress], None] = lambda _: None,
    ) -> None:
        """Nothing happens before :meth:`run`.

        Args:
            plans: of the connections.
            options: how.
            narrate: gets sentences for a person.
            on_progress: called whenever something was done or came.
        """
        self._plans = plans
        self._options = options
        self._narrate = narrate
        self._on_progress = on_progress
        self._variables = dict(options.variables)
        self._current: _Drive | None = None
        self._number = 0
        self._changed = asyncio.Event()

    @property
    def standing(self) -> DriveStanding:
        """What it does now, and what it waits for."""
        return DriveStanding() if self._current is None else self._current.standing(self._number)

    def take(self, events: list[Event]) -> None:
        """The engine's tap."""
        if self._current is not None:
            self._current.take(events)
        self._changed.set()

    def state_changed(self) -> None:
        """The engine has a new state."""
        self._changed.set()

    async def run(
        self,
        engine: SessionEngine,
        connect: Connect,
        on_session: Callable[[Path], Awaitable[None]],
    ) -> DriveOutcome:
        """From the first connect to the last end.

        Args:
            engine: whose tap is :meth:`take`, and whose notices of state lead to :meth:`state_changed`.
            connect: the endpoint.
            on_session: told the session file once it exists.

        Raises:
            CommandRefused: the profile is wrong, or the session file cannot be made.
        """
        session = Path()
        sentence = ""
        for number, plan in enumerate(self._plans):
            drive = self._current = _Drive(plan, self._options, self._variables, engine, self._changed)
            self._number = number + 1
            drive.narrate, drive.on_progress = self._narrate, self._on_progress
            reply = await engine.do(connect if number == 0 else Connect())
            if number == 0:
                session = Path(reply["session"])
                await on_session(session)
            said = await drive.run()
            if not drive.opened:
                return DriveOutcome(session, opened=False, sentence=said)
            sentence = sentence or said
        return DriveOutcome(session, opened=True, sentence=sentence)


class _Drive:
    """One connection."""

    def __init__(
        self,
        plan: ConnectionPlan,
        options: DriveOptions,
        variables: dict[str, str],
        engine: SessionEngine,
        changed: asyncio.Event,
    ) -> None:
        self.narrate: Callable[[str], None] = lambda _: None
        self.on_progress: Callable[[DriveProgress], None] = lambda _: None
        self.opened = False
        self._plan = plan
        self._options = options
        self._variables = variables
        self._engine = engine
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._said = Answers()
        """What we really sent, by the index of its moment."""
        self._heard = Answers()
        self._ledger = Ledger(plan.moments, from_client=False, links=plan.echoes, answers=self._said)
        self._messages = MessageAssembler()
        self._pongs = 0
        self._answers = 0
        self._waits_for_pongs = True
        self._progress_s = self._loop.time()
        self._opened_s = 0.0
        self._steps_done = 0

    # ---- what comes ----

    def take(self, events: list[Event]) -> None:
        for event in events:
            if event.kind == Kind.OPEN:
                self._check_subprotocol(event)
            elif event.direction != _RECEIVED:
                continue
            elif event.kind == Kind.PONG:
                self._pongs += 1
                self._progress_s = self._loop.time()
            for message in self._messages.feed([event]):
                self._take_message(event.kind, message)

    def _take_message(self, kind: str, payload: bytes) -> None:
        index = self._ledger.take(kind, payload)
        if index is not None:
            self._heard.put(index, payload)
            self._answers += 1
            self._progress_s = self._loop.time()
        for capture in self._options.captures:
            self._capture(capture, read_content(payload))
        self._tell()

    def _capture(self, capture: Capture, content: Content | None) -> None:
        if content is not None:
            for _, value in capture.path.find(content.value):
                self._variables[capture.name] = value_text(value)
                return

    def _check_subprotocol(self, event: Event) -> None:
        chosen = (event.detail or {}).get("subprotocol")
        recorded = self._plan.connection.subprotocol
        if chosen != recorded:
            names = [name or "none" for name in (chosen, recorded)]
            self.narrate(f"The endpoint speaks the subprotocol {names[0]}; the recording spoke {names[1]}.")

    # ---- what is done ----

    def standing(self, connection: int) -> DriveStanding:
        """See :attr:`Driver.standing`."""
        quiet_s = self._loop.time() - self._progress_s
        steps = self._plan.steps
        if not self.opened:
            return DriveStanding(connection, quiet_s=quiet_s)
        at_end = self._steps_done >= len(steps)
        index = self._plan.end_index if at_end else steps[self._steps_done].index
        missing = self._ledger.first_missing(index)
        waits_for = "" if missing is None else self._like(missing)
        step = "" if at_end else steps[self._steps_done].words
        return DriveStanding(connection, False, step, waits_for, quiet_s)

    async def run(self) -> str:
        """Drive to the end; a sentence where not everything went as recorded."""
        await self._until(lambda: self._is(ConnectionState.OPEN) or self._over())
        self.opened = self._is(ConnectionState.OPEN) or self._answers > 0
        if not self.opened:
            return "The connection was never open."
        self._opened_s = self._progress_s = self._loop.time()
        self._tell()
        sentence = await self._steps() or await self._ending()
        await self._close()
        return sentence

    async def _steps(self) -> str:
        steps = self._plan.steps
        for number, step in enumerate(steps, start=1):
            name = f"Step {number} of {len(steps)}, {step.words}"
            if not await self._ready(step.index, step.after_ns):
                return f"{name}, {self._why_not(step.index)}"
            try:
                await self._do(step)
            except CommandRefused as refusal:
                return f"{name}, was refused: {refusal}"
            self._steps_done = number
            self._progress_s = self._loop.time()
            self._tell()
        return ""

    async def _do(self, step: DriveStep) -> None:
        payload = self._payload(step)
        if step.moment.is_message:
            self._said.put(step.index, payload)
        for command in commands_of(step.moment, payload):
            await self._engine.do(command)

    def _payload(self, step: DriveStep) -> bytes:
        if not step.moment.is_message:
            return step.moment.payload
        filled = follow(step.moment.payload, self._plan.links.get(step.index, ()), self._heard)
        for link in filled.missing:
            event = self._plan.moments[link.source.moment].event
            self.narrate(
                f"{step.words}: what stands for event {event} has no such value; the recorded one is sent."
            )
        return fill(_set(filled.payload, self._options.settings), self._variables)

    async def _ending(self) -> str:
        """After the last step: what is still to come, and an end that the server makes."""
        plan = self._plan
        if plan.aborts is not None:
            if await self._ready(plan.end_index, plan.end_after_ns):
                await self._try(plan.aborts)
                return ""
            return f"The end of TCP, {self._why_not(plan.end_index)}"
        if any(step.moment.kind == Kind.CLOSE for step in plan.steps):
            return ""
        ready = await self._ready(plan.end_index, plan.end_after_ns)
        if not ready and not self._gone():
            return f"The end, {self._why_not(plan.end_index)}"
        if plan.server_ends and not await self._until(self._over, self._options.timeout_s):
            return f"The server was to end the connection; it did not within {self._options.timeout_s:g} s."
        return ""

    async def _close(self) -> None:
        await self._try(Close(1000))
        await self._until(self._over)

    async def _try(self, command: Command) -> None:
        try:
            await self._engine.do(command)
        except CommandRefused:  # it is closing, or over
            return

    # ---- waiting ----

    async def _ready(self, index: int, after_ns: int) -> bool:
        """Wait for what must come before the moment ``index``; whether it did, and we are still open."""
        speed = self._options.speed
        if speed is None:
            await self._patiently(lambda: self._has_come(index))
            if not self._has_come(index) and self._ledger.first_missing(index) is None and not self._gone():
                self._waits_for_pongs = False
                self._progress_s = self._loop.time()
                self.narrate("Pings are not answered as they were; nothing waits for pongs any more.")
            return self._has_come(index) and not self._gone()
        due_s = self._opened_s + after_ns / 1e9 / speed
        await self._until(self._gone, max(due_s - self._loop.time(), 0))
        self._progress_s = self._loop.time()
        await self._patiently(lambda: self._has_sources(index))
        return not self._gone()

    def _has_come(self, index: int) -> bool:
        if self._ledger.first_missing(index) is not None:
            return False
        return not self._waits_for_pongs or self._pongs >= self._plan.pongs_before[index]

    def _has_sources(self, index: int) -> bool:
        links = self._plan.links.get(index, ())
        at_end = index == self._plan.end_index
        waited = self._ledger.first_missing(index) if at_end else None
        return waited is None and not any(self._ledger.is_missing(link.source.moment) for link in links)

    async def _patiently(self, condition: Callable[[], bool]) -> None:
        """Until it holds, the connection is gone, or nothing has come for the timeout."""
        while not condition() and not self._gone():
            left_s = self._progress_s + self._options.timeout_s - self._loop.time()
            if left_s <= 0:
                return
            await self._until(lambda: condition() or self._gone(), left_s)

    def _why_not(self, index: int) -> str:
        missing = self._ledger.first_missing(index)
        if self._gone():
            before = "" if missing is None else f" before {self._like(missing)} had come"
            return f"was not done: the connection ended{before}."
        if missing is None:
            return "was not done."
        waited_s = self._loop.time() - self._progress_s
        return f"waits for {self._like(missing)}; nothing of the kind came for {waited_s:.3g} s."

    def _like(self, index: int) -> str:
        moment = self._plan.moments[index]
        shape = shape_text(self._ledger.shape(index) or ())
        words = moment_words(moment).removeprefix("send ")
        return f"a message like event {moment.event} ({safe_text(shape)}: {words})"

    def _tell(self) -> None:
        plan = self._plan
        self.on_progress(DriveProgress(self._steps_done, len(plan.steps), self._answers, plan.answers))

    def _is(self, *states: ConnectionState) -> bool:
        return self._engine.state.state in states

    def _over(self) -> bool:
        return self._is(ConnectionState.CLOSED)

    def _gone(self) -> bool:
        return not self._is(ConnectionState.OPEN)

    async def _until(self, condition: Callable[[], bool], within_s: float | None = None) -> bool:
        return await until(self._changed, condition, within_s)


def _set(payload: bytes, settings: Iterable[tuple[JsonPath, str]]) -> bytes:
    """The message with a person's values at the places that it has."""
    content = read_content(payload)
    if content is None:
        return payload
    value, changed = content.value, False
    for path, text in settings:
        for place, old in list(path.find(value)):
            value = replaced(value, place, text if isinstance(old, str) else read_value(text))
            changed = True
    return Content(content.framing, value).encode() if changed else payload
