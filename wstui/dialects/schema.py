"""What a dialect file holds: the types that its TOML is checked against.

A dialect is what a service speaks on top of WebSocket. Its file says how to recognise it, which
messages are heartbeats, subscriptions, acknowledgements and errors, and what its own close codes
mean. Shipped files and a person's own have the same shape (``docs/dialects.md``).
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from wstui.events import Cause

Mark = Literal["app_ping", "app_pong", "subscribe", "subscribed", "unsubscribe", "error", "hello"]
Scalar = str | int | float | bool
Retry = Literal["yes", "no", "delay", "now", "new_session"]

DialectName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
PositiveBytes = Annotated[int, Meta(gt=0, le=65_536)]
PositiveSeconds = Annotated[float, Meta(gt=0)]
CloseNumber = Annotated[int, Meta(ge=1000, le=4999)]


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shape of message. Every condition that is given must hold; the cheap ones are tried first."""

    direction: Literal["sent", "received", "any"] = "any"
    kind: Literal["text", "binary", "any"] = "any"
    equals: str = ""
    """The whole message."""
    equals_hex: str = ""
    """The whole message, in hexadecimal."""
    prefix: str = ""
    contains: tuple[str, ...] = ()
    """Texts that all occur somewhere."""
    prefix_hex: str = ""
    """How it begins, in hexadecimal."""
    max_bytes: PositiveBytes | None = None
    """Longer messages are not looked at; by default 512 bytes, and 65,536 for what we send ourselves."""
    regex: str = ""
    """Over bytes (``.`` matches every one); groups named ``key``, ``period`` and ``text`` are read."""
    where: dict[str, Scalar | tuple[Scalar, ...]] = {}
    """Members of the JSON message: path to value, or to a list of allowed values."""
    has: tuple[str, ...] = ()
    """Paths that exist in the JSON message."""


class Sign(Pattern, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A message that speaks for a dialect."""

    score: Annotated[int, Meta(gt=0, le=100)] | None = None
    """What it is worth; by default 60 at the beginning of a session and 20 later."""


class Recognition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How to tell the dialect from others."""

    subprotocols: tuple[str, ...] = ()
    """Exact names; one of them decides."""
    url: str = ""
    """Regular expression over the URL."""
    url_score: Annotated[int, Meta(gt=0, le=100)] = 30
    """What the URL is worth: 30 for a path that others use too, 60 for a host of the service's own."""
    first: tuple[Sign, ...] = ()
    """Messages that begin a session (one of the first three in their direction)."""
    later: tuple[Sign, ...] = ()
    """Messages that come at any time."""


class Heartbeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The heartbeat that the service wants in messages. Protocol pings do not replace it."""

    starts: Literal["client", "server", "either"]
    rule: str
    """When the service, or its clients, give up; a sentence for people."""
    answered: bool = True
    """Whether the other side answers each one."""
    period_s: PositiveSeconds | None = None
    """The usual period; a message with ``period`` overrides it."""
    send: str = ""
    """What the client sends: by itself if it starts, as the answer if the server does."""
    expect: str = ""
    """Regular expression of what comes back, for ``[heartbeat.application]`` of a profile."""
    promised: str = ""
    """Regular expression over what the client sent: only then does the service wait for its heartbeats."""
    fails_after_periods: PositiveSeconds | None = None
    """The service gives up after so many periods without it."""
    fails_after_s: PositiveSeconds | None = None
    """The service gives up after so many seconds without it."""


class MessageShape(Pattern, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A message with a meaning, and what to read out of it."""

    mark: Mark
    key: tuple[str, ...] = ()
    """Paths of what ties a request to its answer, or the group ``key`` of ``regex``."""
    period: str = ""
    """Path of the heartbeat's period, or the group ``period`` of ``regex``."""
    unit: Literal["s", "ms", "u16"] = "ms"
    """The period's unit; ``u16``: two bytes, seconds, most significant first."""
    text: str = ""
    """Path of words for people, or the group ``text`` of ``regex``."""
    answered: bool = True
    """For ``app_ping``: whether an answer is expected."""
    cause: Cause | None = None
    """For a message that announces the end: why."""
    retry: Retry | None = None


class CloseMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a close code means in this dialect. The first row that fits counts."""

    label: str
    cause: Cause
    retry: Retry
    """``yes`` after a back-off, ``no``, after a longer ``delay``, ``now``, or as a ``new_session``."""
    codes: tuple[CloseNumber, ...] = ()
    first: CloseNumber | None = None
    """With ``last``: a range, both ends included."""
    last: CloseNumber | None = None
    sender: Literal["server", "client", "both"] = "server"
    reason: str = ""
    """Regular expression that the reason must match too."""
    source: str = ""
    """Where to check it; empty: the dialect's source."""

    def covers(self, code: int) -> bool:
        """Whether the code belongs to this row."""
        if code in self.codes:
            return True
        return self.first is not None and self.last is not None and self.first <= code <= self.last


class DialectHead(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a dialect file that recognition needs. Unknown members are the rest of the file."""

    name: DialectName
    title: str
    source: str
    recognition: Recognition = Recognition()


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole dialect file."""

    name: DialectName
    title: str
    source: str
    """Where the service documents it."""
    recognition: Recognition = Recognition()
    heartbeat: Heartbeat | None = None
    message: tuple[MessageShape, ...] = ()
    close: tuple[CloseMeaning, ...] = ()
    separator: str = ""
    """What stands between messages that share a frame."""
    reconnect: str = ""
    """How its clients are told to come back; a sentence for people."""

    def head(self) -> DialectHead:
        """What recognition needs of it."""
        return DialectHead(name=self.name, title=self.title, source=self.source, recognition=self.recognition)
