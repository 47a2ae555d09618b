"""What is known whatever the service: servers and proxies, words in close reasons, heartbeats' words.

Every row names where its fact can be checked (``source``). A file that does not fit its type is a
defect that the tests find; it cannot happen to a person.
"""

import re
import tomllib
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

import msgspec

from wstui.events import Cause


class Intermediary(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True, kw_only=True):
    """A server, proxy or platform: how it shows itself, and how it ends connections.

    Without a ``header`` it never shows itself: a candidate by its numbers only.
    """

    name: str
    role: Literal["proxy", "server"]
    source: str
    header: str = ""
    """Lower-case name of a header in the answer to the opening handshake."""
    pattern: str = ""
    """Regular expression that the header's value matches."""
    idle_timeout_s: float | None = None
    """Its default: None where it has none."""
    lifetime_s: float | None = None
    """The default maximum age, however busy; None where it has none."""
    tolerance_s: float = 1.0
    """So much later than its number it may strike."""
    setting: str = ""
    """What its operator changes."""
    resets: Literal["any", "received", "data", "pong", "message", "nothing"] = "any"
    """What keeps the connection open, seen from the intermediary.

    ``any`` bytes in either direction, ``received`` bytes from the client, ``data`` frames,
    a ``pong`` to its own pings, the service's own heartbeat ``message``, ``nothing``.
    """
    ends: Literal["fin", "rst", "silent", "close", ""] = ""
    """How the end looks from the client; ``silent``: nothing until the client writes, then RST."""
    close_codes: tuple[int, ...] = ()
    """For ``close``; 1005 is a Close frame without a code."""
    keepalive: Literal["ping", "pong", "message", ""] = ""
    """What it sends by itself to keep the connection open."""
    keepalive_s: float | None = None
    """How often."""
    shutdown_codes: tuple[int, ...] = ()
    """Close codes with which it goes away when it is stopped."""
    note: str = ""
    """One sentence more."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """``pattern``, compiled; matches nothing where there is no header to look at."""
        return re.compile(self.pattern if self.header else r"(?!)", re.IGNORECASE)


class ReasonPattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Words in a close reason that give a cause away."""

    pattern: str
    cause: Cause
    """What it means when the server says it."""
    source: str
    confidence: float = 0.85
    prevented_by: Literal["protocol", "application", "both", "none", "unknown"] = "unknown"

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """``pattern``, compiled."""
        return re.compile(self.pattern, re.IGNORECASE)


class HeartbeatShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Messages that are heartbeats whatever the service: a request and what answers it."""

    name: str
    request: str
    """Regular expression over the message's bytes."""
    reply: str
    """Regular expression over the answer's bytes; empty: nothing answers it."""
    source: str

    @cached_property
    def request_regex(self) -> re.Pattern[bytes]:
        """``request``, compiled."""
        return re.compile(self.request.encode(), re.IGNORECASE)

    @cached_property
    def reply_regex(self) -> re.Pattern[bytes] | None:
        """``reply``, compiled, or None."""
        return re.compile(self.reply.encode(), re.IGNORECASE) if self.reply else None


class Knowledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    intermediary: tuple[Intermediary, ...]
    """More specific rows first: the first of a role whose header matches counts."""
    reason: tuple[ReasonPattern, ...]
    """The first that matches counts."""
    heartbeat: tuple[HeartbeatShape, ...]


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    heartbeat: tuple[HeartbeatShape, ...]


def _read(name: str) -> dict[str, object]:
    return tomllib.loads((files("wstui.dialects") / name).read_text("utf-8"))


@cache
def heartbeat_shapes() -> tuple[HeartbeatShape, ...]:
    """The words of heartbeats alone, for a live connection: quick to load."""
    return msgspec.convert(_read("heartbeats.toml"), _Words).heartbeat


@cache
def knowledge() -> Knowledge:
    """The knowledge that ships with wstui."""
    rows = _read("intermediaries.toml") | _read("reasons.toml") | _read("heartbeats.toml")
    return msgspec.convert(rows, Knowledge)


def limits_near(span_s: float, *, of: Literal["idle", "lifetime"] = "idle") -> tuple[Intermediary, ...]:
    """Who ends connections after such a silence, or at such an age, by default.

    Args:
        span_s: the silence or the age, in seconds. Timers strike late, hardly ever early.
        of: which of the two it is.
    """

    def fits(row: Intermediary) -> bool:
        limit_s = row.idle_timeout_s if of == "idle" else row.lifetime_s
        return limit_s is not None and -0.5 <= span_s - limit_s <= row.tolerance_s + 0.5

    return tuple(row for row in knowledge().intermediary if fits(row))
