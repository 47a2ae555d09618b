"""The table of faults, filled by a decorator above each.

A fault is a coroutine over a :class:`~wstui.lab.peer.Peer`. Its keyword arguments are its settings; those
that end in ``_s`` are durations in seconds, which a server's ``speed`` divides.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

FaultRun = Callable[..., Awaitable[None]]

_TABLE: dict[str, "Fault"] = {}
FAULTS: Mapping[str, "Fault"] = MappingProxyType(_TABLE)
"""Every fault by its name, in the order in which people meet them in lists."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A named way in which an endpoint behaves."""

    name: str
    summary: str
    """What the server does, in one line without a full stop."""
    what_to_expect: str
    """What a client should see, and what that teaches: a sentence or two."""
    run: FaultRun = field(repr=False)
    accepts: bool = True
    """Whether the server has answered 101 before the fault begins."""

    @property
    def settings(self) -> dict[str, float]:
        """The settings with their defaults."""
        parameters = inspect.signature(self.run).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}

    def scaled(self, speed: float, changed: Mapping[str, float]) -> dict[str, float]:
        """The settings, some of them changed, with every duration divided by ``speed``."""
        chosen = {name: changed.get(name, default) for name, default in self.settings.items()}
        return {name: value / speed if name.endswith("_s") else value for name, value in chosen.items()}


def fault(
    name: str, summary: str, what_to_expect: str, *, accepts: bool = True
) -> Callable[[FaultRun], FaultRun]:
    """Put the decorated coroutine into the table."""

    def register(run: FaultRun) -> FaultRun:
        assert name not in _TABLE, name
        _TABLE[name] = Fault(name, summary, what_to_expect, run, accepts)
        return run

    return register
