"""What comparing two sessions gives: differences, what was left out and why, both sides' facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from wstui.diagnosis import Verdict
from wstui.replay.difference import Change, Ignored
from wstui.timeline import Numbers


class RecordedMessage(msgspec.Struct, frozen=True, gc=False):
    """A message of one side."""

    event: int
    payload: bytes
    size: int
    kind: str = "text"
    t_ns: int = 0


COUNTING = ("changed", "moved", "missing", "extra")
"""What of :attr:`MessagePair.what` is a difference."""


class MessagePair(msgspec.Struct, frozen=True, gc=False):
    """Two messages that stand beside each other, or one that stands alone."""

    what: str
    """``equal``, ``changed``, ``moved`` (in another place, where the order counts), ``missing`` (only in the
    first session), ``extra`` (only in the second), or ``surplus``: alone too, but it only says how long one
    listened."""
    shape: str
    before: RecordedMessage | None
    after: RecordedMessage | None
    changes: tuple[Change, ...] = ()
    """Where both are JSON: what counts."""
    ignored: tuple[Ignored, ...] = ()
    """Where both are JSON: what was left out, and why."""

    @property
    def counts(self) -> bool:
        """Whether it is a difference."""
        return self.what in COUNTING


@dataclass(frozen=True, slots=True)
class FactDifference:
    """A fact of the opening, the heartbeat or the ending."""

    what: str
    before: Any
    after: Any
    events: tuple[int | None, int | None] = (None, None)
    """What it rests on in either session, where that is one event."""


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
    round_trips_ns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectionComparison:
    """Two connections beside each other."""

    before: int
    """The connection's number in the first session."""
    after: int
    equal: int
    """Pairs of messages without a difference."""
    messages: tuple[MessagePair, ...]
    """Those with a difference."""
    facts: tuple[FactDifference, ...]
    ignored: tuple[IgnoredPlace, ...]
    surplus: tuple[tuple[str, int], ...]
    """Streams, and how many more of their messages the second session has at the end."""
    heartbeat: tuple[HeartbeatSide, HeartbeatSide]
    verdicts: tuple[Verdict, Verdict]
    client_messages: tuple[int, int]
    remarks: tuple[str, ...] = ()
    pairs: tuple[MessagePair, ...] = ()
    """All messages of the two servers, in the order of the first."""
    endings: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None] = (None, None)
    """How either ended, in facts; None where the recording stops before."""

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
