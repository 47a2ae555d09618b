"""Dialling as a record: each phase becomes one event, and a failure one ``error`` event after it.

Whatever is written down here passes through the profile's ``conceal``, so that a value from the
environment reaches no event, wherever a server echoes it. A phase's event carries the time at which
the phase was over; ``duration_ns`` leads back to its start.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from wstui.events import Direction, ErrorCode, Event, Kind
from wstui.profiles import ResolvedProfile
from wstui.wire.clock import SessionClock
from wstui.wire.stream import errno_name

EventSink = Callable[[list[Event]], None]
"""Takes events in batches, in the order of handling; called in the loop, must be quick."""


class Observer(Protocol):
    """Who wants to know the state of a wire, and nothing else."""

    def on_phase(self, kind: str) -> None:
        """A phase of dialling begins."""

    def on_open(self) -> None:
        """The opening handshake is complete."""

    def on_closing(self) -> None:
        """The closing handshake began, by whomever."""


class DialError(Exception):
    """Dialling failed: a code, one sentence that says what and what to do, and the facts."""

    def __init__(self, code: ErrorCode, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = {key: value for key, value in facts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom a phase talks to: the server itself, or the proxy on the way."""

    host: str
    port: int
    role: Literal["server", "proxy"] = "server"

    @property
    def address(self) -> str:
        """``host:port``, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def code(self, otherwise: ErrorCode) -> ErrorCode:
        """A proxy that cannot be reached is that, however it failed."""
        return ErrorCode.PROXY_UNREACHABLE if self.role == "proxy" else otherwise


def errno_facts(number: int | None) -> dict[str, Any]:
    """``errno`` and its name as facts of an error."""
    return {"errno": number, "errno_name": errno_name(number)} if number else {}


@dataclass(slots=True)
class DialLog:
    """Where the phases of one connection attempt are written down."""

    connection: int
    clock: SessionClock
    sink: EventSink
    resolved: ResolvedProfile
    observer: Observer | None = None
    deadline: float = 0.0
    """When dialling must be over, in the loop's time."""
    current: str = field(default="", init=False)
    """The kind of the phase at work, or of the last one."""

    @asynccontextmanager
    async def phase(
        self, kind: Kind, on_timeout: Callable[[], DialError], arrived_ns: Callable[[], int] = lambda: 0
    ) -> AsyncIterator[dict[str, Any]]:
        """One phase: the facts go into the dictionary, the event follows, failed or not.

        Args:
            kind: of the event.
            on_timeout: makes the error when the time for dialling is up.
            arrived_ns: when what ended the phase arrived, if that is known better than by now.

        Raises:
            DialError: ``on_timeout``'s, when the time for dialling was up.
        """
        self.current = kind.value
        if self.observer is not None:
            self.observer.on_phase(kind.value)
        detail: dict[str, Any] = {}
        started_ns = self.clock.now()
        patience = asyncio.timeout_at(self.deadline)
        try:
            async with patience:
                yield detail
        except BaseException as error:
            self._over(kind, detail, started_ns, failed=True)
            if isinstance(error, TimeoutError) and patience.expired():
                raise on_timeout() from None
            raise
        self._over(kind, detail, started_ns, max(arrived_ns(), started_ns) if arrived_ns() else 0)

    def _over(
        self, kind: Kind, detail: dict[str, Any], started_ns: int, ended_ns: int = 0, *, failed: bool = False
    ) -> None:
        ended_ns = ended_ns or self.clock.now()
        detail["duration_ns"] = ended_ns - started_ns
        if failed:
            detail["failed"] = True
        self.event(kind, detail, ended_ns)

    def event(self, kind: Kind, detail: dict[str, Any], t_ns: int = 0) -> None:
        """Write an event down, as of now or of the time given."""
        safe = {key: self.conceal(value) for key, value in detail.items()}
        t_ns = t_ns or self.clock.now()
        self.sink([Event(t_ns, self.connection, kind.value, Direction.LOCAL.value, detail=safe)])

    def failed(self, error: DialError) -> None:
        """Write a failure down."""
        detail = {"code": error.code.value, "message": error.message, "phase": self.current, **error.facts}
        self.event(Kind.ERROR, detail)

    def conceal(self, value: Any) -> Any:
        """The value with every secret in it replaced by its placeholder, however deep."""
        if isinstance(value, str):
            return self.resolved.conceal(value)
        if isinstance(value, dict):
            return {key: self.conceal(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.conceal(inner) for inner in value]
        return value
