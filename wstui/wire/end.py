"""How a connection attempt ended, for whoever decides what comes next."""

from dataclasses import dataclass
from typing import Final, Literal

from wstui.events import ErrorCode
from wstui.wire.retry import EndFacts

EndedBy = Literal["client", "server", "network"]

_BY_NETWORK: Final = frozenset(
    {
        ErrorCode.DNS_FAILURE,
        ErrorCode.CONNECT_TIMEOUT,
        ErrorCode.UNREACHABLE,
        ErrorCode.CONNECT_FAILED,
        ErrorCode.PROXY_UNREACHABLE,
        ErrorCode.PROXY_REFUSED,
        ErrorCode.PROXY_TIMEOUT,
    }
)
_BY_CLIENT: Final = frozenset(
    {
        ErrorCode.CANCELLED,
        ErrorCode.INTERNAL,
        ErrorCode.TOO_MANY_REDIRECTS,
        ErrorCode.BAD_REDIRECT,
        ErrorCode.SUBPROTOCOL_MISMATCH,
        ErrorCode.EXTENSION_MISMATCH,
        ErrorCode.BAD_ACCEPT,
        ErrorCode.TLS_UNTRUSTED,
        ErrorCode.TLS_HOSTNAME,
        ErrorCode.TLS_EXPIRED,
    }
)


@dataclass(frozen=True, slots=True)
class WireEnd(EndFacts):
    """The facts that a retry is decided by, and who ended it how."""

    clean: bool = False
    """Both Close frames were exchanged, and nothing broke the rules (RFC 6455 §7.1.4)."""
    ended_by: EndedBy = "client"
    """Whose Close frame came first; without one, who ended TCP, or made dialling fail."""


def dial_ended_by(code: ErrorCode) -> EndedBy:
    """Who made dialling fail."""
    if code in _BY_NETWORK:
        return "network"
    return "client" if code in _BY_CLIENT else "server"
