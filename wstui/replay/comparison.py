"""What comparing two sessions gives: differences, what was left out and why, both sides' facts."""

from dataclasses import dataclass
from typing import Any

from wstui.diagnosis import Verdict
from wstui.replay.difference import Change
from wstui.timeline import Numbers


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """A message of one side."""

    event: int
    payload: bytes
    size: int


@dataclass(frozen=True, slots=True)
class MessageDifference:
    """A message that is another one, or on one side alone."""

    what: str
    """``changed``, ``missing`` (only in the first session) or ``extra`` (only in the second)."""
    shape: str
    before: RecordedMessage | None
    after: RecordedMessage | None
    changes: tuple[Change, ...] = ()
    """Where both are JSON."""


@dataclass(frozen=True, slots=True)
class FactDifference:
    """A fact of the opening, the heartbeat or the ending."""

    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class IgnoredPlace:
    """A place whose changes were left out."""

    shape: str
    place: str
    why: str
    times: int


@dataclass(frozen=True, slots=True)
class HeartbeatSide:
    """One side's heartbeat."""

    numbers: Numbers
    sent: int
    server_pings: int


@dataclass(frozen=True, slots=True)
class ConnectionComparison:
    """Two connections beside each other."""

    before: int
    """The connection's number in the first session."""
    after: int
    equal: int
    """Pairs of messages without a difference."""
    messages: tuple[MessageDifference, ...]
    facts: tuple[FactDifference, ...]
    ignored: tuple[IgnoredPlace, ...]
    surplus: tuple[tuple[str, int], ...]
    """Streams, and how many more of their messages the second session has at the end."""
    heartbeat: tuple[HeartbeatSide, HeartbeatSide]
    verdicts: tuple[Verdict, Verdict]
    client_messages: tuple[int, int]
    remarks: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether there is no difference that counts."""
        return not self.messages and not self.facts


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sessions beside each other."""

    before: str
    """The file's name."""
    after: str
    connections: tuple[ConnectionComparison, ...]
    facts: tuple[FactDifference, ...] = ()
    """Of the sessions as a whole."""
    remarks: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether there is no difference that counts."""
        return not self.facts and all(row.is_equal for row in self.connections)

    @property
    def differences(self) -> int:
        """How many count."""
        return len(self.facts) + sum(len(row.messages) + len(row.facts) for row in self.connections)
