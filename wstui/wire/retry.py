"""Whether to dial again after an ending, and when: pure functions of facts, settings and chance.

The delay is exponential back-off with full jitter: a random time between 0 and
``base * factor ** attempt``, so that the clients of a service that restarts do not come back in
step (RFC 6455 §7.2.3). What cannot get better by itself, as a certificate that is not trusted or a
refused login, is not tried again. Whether reconnecting is on at all is the caller's question.
"""

import random
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, Literal, NamedTuple

from wstui.events import CLOSE_CODES, ErrorCode, close_code_name, close_code_range
from wstui.events.details import CloseDetail
from wstui.profiles import Reconnect

LONGEST_WAIT_S: Final = 3600.0
"""A server that asks for more in ``Retry-After`` is left to the person."""

RETRIED_HTTP_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Source: RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2; others say that the request itself is wrong."""


@dataclass(frozen=True, slots=True)
class EndFacts:
    """How a connection attempt ended, as far as retrying is concerned."""

    opened: bool = False
    """The opening handshake succeeded."""
    error: ErrorCode | None = None
    """Why it could not be opened, or what went wrong later."""
    http_status: int | None = None
    """Of a refused upgrade, or of a proxy's refusal."""
    retry_after: str = ""
    """The header's text, as received."""
    close_received: CloseDetail | None = None
    close_sent: CloseDetail | None = None
    who_first: Literal["client", "server"] | None = None
    """Whose Close frame came first."""
    asked_by_client: bool = False
    """A person or a script asked for the end; a Close of ours without that is the heartbeat's."""


class RetryDecision(NamedTuple):
    """What to do."""

    retry: bool
    delay_s: float
    reason: str
    """One clause for a person."""


class Advice(NamedTuple):
    """What somebody who knows the service says about coming back; it goes before the general rules."""

    retry: bool
    reason: str
    """One clause for a person."""
    at_least_s: float = 0.0
    """Wait no less than this."""
    at_once: bool = False
    """The service wants no delay: the first attempt makes none."""


class RetryPolicy:
    """Decides for one profile's settings."""

    def __init__(self, settings: Reconnect) -> None:
        self._settings = settings

    def decide(
        self,
        facts: EndFacts,
        attempt: int,
        chance: random.Random,
        wall_s: float,
        advice: Advice | None = None,
    ) -> RetryDecision:
        """Whether to dial again, and after which delay.

        Args:
            facts: how the last attempt ended.
            attempt: how many retries came before this one without a connection that opened.
            chance: where jitter comes from.
            wall_s: the wall clock, in seconds since 1970, for a ``Retry-After`` that is a date.
            advice: of the service's dialect, if it has any.
        """
        worth, reason = worth_retrying(facts) if advice is None else advice[:2]
        if not worth:
            return RetryDecision(False, 0.0, reason)
        limit = self._settings.attempts
        if limit and attempt >= limit:
            return RetryDecision(False, 0.0, f"{reason}; but {limit} retries in a row failed")
        at_once = advice is not None and advice.at_once and attempt == 0
        delay_s = 0.0 if at_once else self._backoff_s(attempt, chance)
        asked_s = self._asked_s(facts, wall_s, advice)
        if asked_s is None or asked_s <= delay_s:
            return RetryDecision(True, delay_s, reason)
        if asked_s > LONGEST_WAIT_S:
            return RetryDecision(False, 0.0, f"{reason}; but the server asks to wait {asked_s:.0f} s")
        return RetryDecision(True, asked_s, f"{reason}; the server asks to wait {asked_s:.0f} s")

    def _asked_s(self, facts: EndFacts, wall_s: float, advice: Advice | None) -> float | None:
        """How long the server asks to wait, by header or in its own words."""
        if not self._settings.honour_retry_after:
            return None
        by_header_s = parse_retry_after(facts.retry_after, wall_s)
        by_words_s = advice.at_least_s if advice is not None else 0.0
        return max(by_header_s or 0.0, by_words_s) if by_header_s is not None or by_words_s else None

    def _backoff_s(self, attempt: int, chance: random.Random) -> float:
        try:
            ceiling_s = min(self._settings.max, self._settings.base * self._settings.factor**attempt)
        except OverflowError:
            ceiling_s = self._settings.max
        return chance.uniform(0.0, ceiling_s) if self._settings.jitter == "full" else ceiling_s


def parse_retry_after(text: str, wall_s: float) -> float | None:
    """The seconds to wait that a ``Retry-After`` header asks for (RFC 9110 §10.2.3).

    Returns:
        Seconds from now, 0 for a date in the past; None if there is none, or it makes no sense.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        date = parsedate_to_datetime(text)
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return max(0.0, date.timestamp() - wall_s)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def worth_retrying(facts: EndFacts) -> tuple[bool, str]:
    """Whether the same attempt can be expected to end otherwise the next time, and why."""
    if facts.asked_by_client:
        return False, "this client ended it"
    if facts.http_status is not None and not facts.opened:
        return _by_http_status(facts.http_status)
    if facts.error in _FINAL_ERRORS:
        return False, _FINAL_ERRORS[facts.error]
    if facts.error is ErrorCode.MISSED_PONG:
        return True, _PASSING_ERRORS[ErrorCode.MISSED_PONG]
    close = facts.close_sent if facts.who_first == "client" else facts.close_received
    if close is not None and "invalid" not in close:
        return _by_close_code(close.get("code"))
    if facts.error is not None:
        return True, _PASSING_ERRORS.get(facts.error, "the connection could not be made")
    return True, "the connection ended without a Close frame"


def _by_http_status(status: int) -> tuple[bool, str]:
    if status in RETRIED_HTTP_STATUS:
        return True, f"HTTP {status} can pass"
    return False, f"HTTP {status} will not change by itself"


def _by_close_code(code: int | None) -> tuple[bool, str]:
    row = CLOSE_CODES.get(1005 if code is None else code)
    if row is not None:
        return row.retry, f"closed with {row.code} ({row.name}): {row.meaning}"
    if code is not None and 4400 <= code <= 4499:
        return _by_http_like_code(code)
    if code is not None and 4000 <= code <= 4999:
        return True, f"private code {code}: its meaning is the service's"
    found = close_code_range(code or 0)
    return bool(found and found.sendable), f"closed with {code} ({close_code_name(code)})"


def _by_http_like_code(code: int) -> tuple[bool, str]:
    """Services that use 4400..4499 borrow HTTP's numbers, and its refusals with them."""
    status = code - 4000
    return (
        status in RETRIED_HTTP_STATUS,
        f"private code {code}: where services use it, it is as HTTP {status}",
    )


_OWN_SETTINGS = "the same settings would meet the same end"
_BROKEN_SERVER = "the server broke the protocol"

_FINAL_ERRORS: dict[ErrorCode | None, str] = {
    ErrorCode.TLS_UNTRUSTED: "the certificate is not trusted",
    ErrorCode.TLS_HOSTNAME: "the certificate is for another host",
    ErrorCode.TLS_EXPIRED: "the certificate is not valid at this time",
    ErrorCode.TLS_NOT_TLS: "the endpoint does not speak TLS",
    ErrorCode.TLS_VERSION: "no TLS version in common",
    ErrorCode.TLS_CLIENT_CERTIFICATE: "the server wants a client certificate that it accepts",
    ErrorCode.TLS_FAILURE: "the TLS handshake failed",
    ErrorCode.NOT_HTTP: "the endpoint does not speak HTTP",
    ErrorCode.NOT_WEBSOCKET: "the endpoint does not speak WebSocket",
    ErrorCode.BAD_ACCEPT: _BROKEN_SERVER,
    ErrorCode.SUBPROTOCOL_MISMATCH: _OWN_SETTINGS,
    ErrorCode.EXTENSION_MISMATCH: _OWN_SETTINGS,
    ErrorCode.TOO_MANY_REDIRECTS: "the redirects do not end",
    ErrorCode.BAD_REDIRECT: "the redirect leads nowhere",
    ErrorCode.CANCELLED: "this client gave up",
    ErrorCode.PROTOCOL_VIOLATION: _BROKEN_SERVER,
    ErrorCode.INVALID_UTF8: _BROKEN_SERVER,
    ErrorCode.BAD_COMPRESSION: _BROKEN_SERVER,
    ErrorCode.MESSAGE_TOO_BIG: "a message was larger than this client's limit",
    ErrorCode.INTERNAL: "wstui itself failed",
}

_PASSING_ERRORS: dict[ErrorCode, str] = {
    ErrorCode.DNS_FAILURE: "name servers can recover",
    ErrorCode.CONNECTION_REFUSED: "the server may be starting",
    ErrorCode.CONNECT_TIMEOUT: "there was no answer in time",
    ErrorCode.UNREACHABLE: "the network may come back",
    ErrorCode.PROXY_UNREACHABLE: "the proxy may come back",
    ErrorCode.PROXY_REFUSED: "the proxy may reach the server later",
    ErrorCode.PROXY_TIMEOUT: "the proxy did not answer in time",
    ErrorCode.TLS_CLOSED: "the connection ended during the TLS handshake",
    ErrorCode.TLS_TIMEOUT: "the TLS handshake took too long",
    ErrorCode.UPGRADE_TIMEOUT: "the upgrade took too long",
    ErrorCode.UPGRADE_EOF: "the connection ended during the upgrade",
    ErrorCode.UPGRADE_RESET: "the connection was reset during the upgrade",
    ErrorCode.MISSED_PONG: "the heartbeat was not answered",
    ErrorCode.CLOSE_TIMEOUT: "our Close frame was not answered",
}
