"""What diagnosis says: findings and the verdict made of them.

The shape of :meth:`Verdict.to_mapping` is that of the last line of ``wstui run --json``; its names
are fixed.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from wstui.events import Cause

Who = Literal["client", "server", "proxy", "network"]
Heartbeat = Literal["protocol", "application", "both", "none"]
PreventedBy = Literal["protocol", "application", "both", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Because:
    """One piece of evidence: a sentence and the event that it rests on (0: none in particular)."""

    event: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule concluded."""

    cause: Cause
    confidence: float
    """0 to 1: how often this evidence means this cause."""
    who: Who
    because: tuple[Because, ...]
    prevented_by: PreventedBy = "unknown"
    advice: tuple[str, ...] = ()
    """What to try next, one sentence each, beyond what the cause itself suggests."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A cause that the evidence does not exclude."""

    cause: Cause
    confidence: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the session's last connection ended, how sure that is, and what to try next."""

    cause: Cause
    confidence: float
    who: Who
    clean: bool
    """Both Close frames were exchanged before TCP ended (RFC 6455 §7.1.4)."""
    close_code: int | None
    """What a browser's CloseEvent would show; None if the connection never opened or is open."""
    close_reason: str
    heartbeat: Heartbeat
    heartbeat_period_s: float | None
    prevented_by: PreventedBy
    connections: int
    because: tuple[Because, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    try_next: tuple[str, ...] = ()
    connection: int = field(default=0)
    """Which connection of the session it is about."""

    def to_mapping(self, session: str = "") -> dict[str, Any]:
        """The verdict line of ``wstui run --json``; ``session`` is the session file's name."""
        return {
            "type": "verdict",
            "cause": self.cause.value,
            "confidence": round(self.confidence, 2),
            "who": self.who,
            "clean": self.clean,
            "close_code": self.close_code,
            "close_reason": self.close_reason,
            "heartbeat": self.heartbeat,
            "heartbeat_period_s": self.heartbeat_period_s,
            "prevented_by": self.prevented_by,
            "connections": self.connections,
            "session": session,
            "because": [{"event": row.event, "text": row.text} for row in self.because],
            "alternatives": [
                {"cause": row.cause.value, "confidence": round(row.confidence, 2)}
                for row in self.alternatives
            ],
            "try_next": list(self.try_next),
        }
