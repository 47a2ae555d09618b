"""The types of the knowledge files, and reading them.

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


class Intermediary(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A server or proxy, recognised by a header of the opening handshake's answer."""

    name: str
    role: Literal["proxy", "server"]
    header: str
    """Lower-case header name."""
    pattern: str
    """Regular expression that the header's value matches."""
    source: str
    idle_timeout_s: float | None = None
    """Its default: None where it has none."""
    tolerance_s: float = 1.0
    setting: str = ""
    """What its operator changes."""
    resets: Literal["any", "received", "data", "pong", "nothing"] = "any"
    """What keeps the connection open, seen from the intermediary."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """``pattern``, compiled."""
        return re.compile(self.pattern, re.IGNORECASE)


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
    reason: tuple[ReasonPattern, ...]
    heartbeat: tuple[HeartbeatShape, ...]


_FILES = ("intermediaries.toml", "reasons.toml", "heartbeats.toml")


@cache
def knowledge() -> Knowledge:
    """The knowledge that ships with wstui."""
    folder = files("wstui.dialects")
    merged: dict[str, object] = {}
    for name in _FILES:
        merged |= tomllib.loads((folder / name).read_text("utf-8"))
    return msgspec.convert(merged, Knowledge)
