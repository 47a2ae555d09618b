"""What a scenario is, and how one is written."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.scenarios.servers import peer_server
from wstui.lab.peer import Peer

Serve = Callable[[Path], AbstractAsyncContextManager[str]]
"""Gets a folder to write into; gives the URL to connect to."""


class Unavailable(Exception):
    """The scenario needs something that is not installed here."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A server that ends a connection for a known reason."""

    name: str
    cause: str
    serve: Serve = field(repr=False)
    also: tuple[str, ...] = ()
    """Causes that one observer alone can defend."""
    prevented_by: str = "none"
    clean: bool | None = False
    """None: a race."""
    do: tuple[str, ...] = ()
    """Steps of ``wstui run``; ``until-closed`` follows them."""
    options: tuple[str, ...] = ()
    """More words for ``wstui run``."""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Files that the steps name as ``{name}``."""


SCENARIOS: list[Scenario] = []


def scenario(name: str, cause: str, **truth: object) -> Callable[[Serve], Serve]:
    """Put a server into the table."""

    def register(serve: Serve) -> Serve:
        SCENARIOS.append(Scenario(name, cause, serve, **truth))  # type: ignore[arg-type]
        return serve

    return register


def peer_scenario(
    name: str, cause: str, *, headers: tuple[tuple[str, str], ...] = (), accepts: bool = True, **truth: object
) -> Callable[[Callable[[Peer], Awaitable[None]]], Callable[[Peer], Awaitable[None]]]:
    """Put a server into the table that is a coroutine over one client.

    Args:
        name: of the scenario.
        cause: the truth.
        headers: of the 101 answer.
        accepts: answer 101 before the coroutine begins.
        truth: the rest of :class:`Scenario`.
    """

    def register(handle: Callable[[Peer], Awaitable[None]]) -> Callable[[Peer], Awaitable[None]]:
        @asynccontextmanager
        async def serve(_folder: Path) -> AsyncIterator[str]:
            async with peer_server(handle, headers=headers, accepts=accepts) as url:
                yield url

        SCENARIOS.append(Scenario(name, cause, serve, **truth))  # type: ignore[arg-type]
        return handle

    return register
