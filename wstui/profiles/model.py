"""The profile's schema: what a TOML file may hold, and what each key means.

Each bounded or formal value carries its expectation in words (``Meta.description``): the reader
puts them into its errors, so the rule and the sentence cannot drift apart. What one key demands of
another is in :mod:`wstui.profiles.checks`. Durations are in seconds, sizes in bytes.
"""

import base64
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(ge=0, description="a number of seconds of 0 or more")]
PositiveSeconds = Annotated[float, Meta(gt=0, description="a number of seconds above 0")]
Text = Annotated[str, Meta(description="a text in quotes")]
Texts = Annotated[list[str], Meta(description="a list of texts")]
YesOrNo = Annotated[bool, Meta(description="true or false")]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TOML table."""


class Auth(_Table, frozen=True):
    """``[auth]``: credentials that become an ``Authorization`` header."""

    type: Annotated[
        Literal["none", "basic", "bearer"], Meta(description='one of "none", "basic", "bearer"')
    ] = "none"
    username: Text = ""
    password: Text = ""
    token: Text = ""


class Tls(_Table, frozen=True):
    """``[tls]``: what we trust and how we identify ourselves. Paths may start with ``~``."""

    verify: YesOrNo = True
    ca: Annotated[str | None, Meta(description="the path of a PEM file")] = None
    certificate: Annotated[str | None, Meta(description="the path of a PEM file")] = None
    key: Annotated[str | None, Meta(description="the path of a PEM file")] = None
    key_password: Text | None = None
    server_name: Annotated[str | None, Meta(description="a host name")] = None
    minimum_version: Annotated[
        Literal["1.0", "1.1", "1.2", "1.3"], Meta(description='one of "1.0", "1.1", "1.2", "1.3"')
    ] = "1.2"
    alpn: Texts = []


class Proxy(_Table, frozen=True):
    """``[proxy]``. Empty: as ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` say."""

    url: Annotated[str, Meta(description='a proxy URL, "none" for a direct connection, or ""')] = ""


class ApplicationHeartbeat(_Table, frozen=True):
    """``[heartbeat.application]``: messages that a service wants for a heartbeat."""

    send: Text
    expect: Annotated[str, Meta(description="a regular expression")] = ""
    """A regular expression that the answer matches somewhere; empty: no answer is expected."""
    interval: PositiveSeconds = 30.0


class Heartbeat(_Table, frozen=True):
    """``[heartbeat]``: our own protocol pings."""

    interval: Seconds = 20.0
    """0: no pings."""
    timeout: PositiveSeconds = 20.0
    """After this long without its pong a ping counts as missed."""
    payload: Text = ""
    """What each ping's payload starts with."""
    on_missed: Annotated[Literal["note", "close"], Meta(description='"note" or "close"')] = "note"
    application: Annotated[
        ApplicationHeartbeat | None, Meta(description="a table with send, expect and interval")
    ] = None


class Reconnect(_Table, frozen=True):
    """``[reconnect]``: whether and how to dial again, after ``base * factor ** n``, at most ``max``."""

    mode: Annotated[Literal["off", "on"], Meta(description='"off" or "on"')] = "off"
    base: Seconds = 0.5
    factor: Annotated[float, Meta(ge=1, description="a factor of 1 or more")] = 2.0
    max: Seconds = 30.0
    jitter: Annotated[Literal["full", "none"], Meta(description='"full" or "none"')] = "full"
    """``full``: a random delay between 0 and the computed one."""
    attempts: Annotated[int, Meta(ge=0, description="a whole number of 0 (no bound) or more")] = 10
    honour_retry_after: YesOrNo = True
    resend: Annotated[list[str], Meta(description="a list of saved messages' names")] = []
    """Saved messages to send again after each reconnect."""


class Limits(_Table, frozen=True):
    """``[limits]``, in bytes."""

    message: Annotated[int, Meta(ge=1, description="a number of bytes of 1 or more")] = 16 * 1024 * 1024
    """A longer message, also after decompression, ends the connection with 1009."""
    record: Annotated[int, Meta(ge=0, description="a number of bytes of 0 or more")] = 1024 * 1024
    """Of a longer payload only this much is recorded, with its full size and a hash."""


class Keep(_Table, frozen=True):
    """``[keep]``: when old sessions of this profile go. 0: no bound."""

    sessions: Annotated[int, Meta(ge=0, description="a whole number of 0 (no bound) or more")] = 200
    days: Annotated[int, Meta(ge=0, description="a whole number of days of 0 (no bound) or more")] = 90


class Timeouts(_Table, frozen=True):
    """``[timeouts]``: how long dialling, and our closing handshake, may take."""

    open: PositiveSeconds = 10.0
    close: PositiveSeconds = 10.0


class SavedMessage(_Table, frozen=True):
    """``[[message]]``: a message with a name: exactly one of ``text``, ``binary``, ``base64``."""

    name: Text
    text: Text | None = None
    binary: Annotated[str | None, Meta(description="bytes in hexadecimal")] = None
    base64: Annotated[str | None, Meta(description="bytes in base64")] = None

    @property
    def is_binary(self) -> bool:
        """Whether it goes out as a binary message."""
        return self.text is None

    @property
    def payload(self) -> bytes:
        """The bytes to send."""
        if self.text is not None:
            return self.text.encode()
        if self.binary is not None:
            return bytes.fromhex(self.binary)
        return base64.b64decode(self.base64 or "", validate=True)


class Script(_Table, frozen=True):
    """``[[script]]``: steps of ``wstui run`` under a name."""

    name: Text
    steps: Texts = []


class Profile(_Table, frozen=True):
    """Everything that one endpoint needs. ``${NAME}`` stands for an environment variable."""

    url: Annotated[str, Meta(description="a WebSocket URL")]
    subprotocols: Texts = []
    dialect: Annotated[str, Meta(description='"auto", "none" or the name of a dialect')] = "auto"
    origin: Annotated[str | None, Meta(description="an origin such as https://example.com")] = None
    compression: YesOrNo = True
    """Whether permessage-deflate is offered."""
    follow_redirects: Annotated[int, Meta(ge=0, le=20, description="a whole number from 0 to 20")] = 0
    """How many redirects to follow. 0, as in browsers: a redirect is shown and ends the attempt."""
    headers: Annotated[dict[str, str], Meta(description="a table of header names and texts")] = {}
    auth: Auth = Auth()
    tls: Tls = Tls()
    proxy: Proxy = Proxy()
    timeouts: Timeouts = Timeouts()
    heartbeat: Heartbeat = Heartbeat()
    reconnect: Reconnect = Reconnect()
    limits: Limits = Limits()
    keep: Keep = Keep()
    message: Annotated[list[SavedMessage], Meta(description="[[message]] tables")] = []
    script: Annotated[list[Script], Meta(description="[[script]] tables")] = []

    def saved_message(self, name: str) -> SavedMessage | None:
        """The saved message of that name."""
        return next((message for message in self.message if message.name == name), None)

    def saved_script(self, name: str) -> Script | None:
        """The script of that name."""
        return next((script for script in self.script if script.name == name), None)
