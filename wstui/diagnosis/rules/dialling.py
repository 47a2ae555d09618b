"""Connections that never opened: the phase and the error say it, with certainty."""

from wstui.diagnosis.evidence import Evidence
from wstui.diagnosis.verdict import Because, Finding, Who
from wstui.events import Cause, ErrorCode, RecordedEvent

_BY_ERROR: dict[ErrorCode, tuple[Cause, Who]] = {
    ErrorCode.DNS_FAILURE: (Cause.DNS_FAILURE, "network"),
    ErrorCode.CONNECTION_REFUSED: (Cause.CONNECTION_REFUSED, "network"),
    ErrorCode.CONNECT_TIMEOUT: (Cause.CONNECT_TIMEOUT, "network"),
    ErrorCode.UNREACHABLE: (Cause.NETWORK_LOST, "network"),
    ErrorCode.CONNECT_FAILED: (Cause.NETWORK_LOST, "network"),
    ErrorCode.PROXY_UNREACHABLE: (Cause.CONNECTION_REFUSED, "proxy"),
    ErrorCode.PROXY_TIMEOUT: (Cause.CONNECT_TIMEOUT, "proxy"),
    ErrorCode.TLS_UNTRUSTED: (Cause.TLS_UNTRUSTED, "server"),
    ErrorCode.TLS_HOSTNAME: (Cause.TLS_HOSTNAME, "server"),
    ErrorCode.TLS_EXPIRED: (Cause.TLS_EXPIRED, "server"),
    ErrorCode.TLS_NOT_TLS: (Cause.HANDSHAKE_NOT_WEBSOCKET, "server"),
    ErrorCode.TLS_VERSION: (Cause.TLS_FAILURE, "server"),
    ErrorCode.TLS_CLIENT_CERTIFICATE: (Cause.TLS_FAILURE, "server"),
    ErrorCode.TLS_CLOSED: (Cause.TLS_FAILURE, "server"),
    ErrorCode.TLS_FAILURE: (Cause.TLS_FAILURE, "server"),
    ErrorCode.TLS_TIMEOUT: (Cause.CONNECT_TIMEOUT, "server"),
    ErrorCode.UPGRADE_TIMEOUT: (Cause.CONNECT_TIMEOUT, "server"),
    ErrorCode.UPGRADE_EOF: (Cause.HANDSHAKE_NOT_WEBSOCKET, "server"),
    ErrorCode.UPGRADE_RESET: (Cause.CONNECTION_RESET, "server"),
    ErrorCode.NOT_HTTP: (Cause.HANDSHAKE_NOT_WEBSOCKET, "server"),
    ErrorCode.NOT_WEBSOCKET: (Cause.HANDSHAKE_NOT_WEBSOCKET, "server"),
    ErrorCode.BAD_ACCEPT: (Cause.HANDSHAKE_BAD_ACCEPT, "server"),
    ErrorCode.SUBPROTOCOL_MISMATCH: (Cause.SUBPROTOCOL_MISMATCH, "server"),
    ErrorCode.EXTENSION_MISMATCH: (Cause.PROTOCOL_ERROR_SERVER, "server"),
    ErrorCode.TOO_MANY_REDIRECTS: (Cause.REDIRECTED, "server"),
    ErrorCode.BAD_REDIRECT: (Cause.REDIRECTED, "server"),
    ErrorCode.CANCELLED: (Cause.CLIENT_CLOSED, "client"),
}
"""Errors of dialling that have one meaning."""


def _dial_error(evidence: Evidence) -> RecordedEvent | None:
    """The error that ended dialling."""
    if evidence.opened is not None or not evidence.errors:
        return None
    return evidence.errors[-1]


def dialling_failed(evidence: Evidence) -> Finding | None:
    """An error with one meaning."""
    error = _dial_error(evidence)
    if error is None:
        return None
    for code, (cause, who) in _BY_ERROR.items():
        if error.detail.get("code") == code.value:
            return Finding(cause, 0.98, who, (_said(error),), "none")
    return None


def refused_over_http(evidence: Evidence) -> Finding | None:
    """A status other than 101: what it says depends on the number and on who answered."""
    error = _dial_error(evidence)
    if error is None or error.detail.get("code") not in (ErrorCode.HTTP_STATUS, ErrorCode.PROXY_REFUSED):
        return None
    status = int(error.detail.get("status", 0))
    cause, who, confidence = _cause_of_status(status, evidence)
    because = [_said(error)]
    if evidence.proxy is not None:
        because.append(Because(evidence.upgrade.id if evidence.upgrade else 0, _answered_by(evidence)))
    if error.detail.get("retry_after"):
        because.append(
            Because(error.id, f"it asks to come back later: Retry-After {error.detail['retry_after']}")
        )
    return Finding(cause, confidence, who, tuple(because), "none")


def _cause_of_status(status: int, evidence: Evidence) -> tuple[Cause, Who, float]:
    behind_proxy = evidence.proxy is not None
    if status in (502, 504):
        return Cause.BACKEND_UNAVAILABLE, "proxy", 0.95
    if status == 503 and behind_proxy and "retry-after" not in evidence.headers:
        return Cause.BACKEND_UNAVAILABLE, "proxy", 0.85
    if status == 503:
        return Cause.OVERLOADED_TRY_AGAIN, "server", 0.8
    if 300 <= status < 400:
        return Cause.REDIRECTED, "proxy" if behind_proxy else "server", 0.97
    if 200 <= status < 300:
        return Cause.HANDSHAKE_NOT_WEBSOCKET, "server", 0.95
    return Cause.HANDSHAKE_REJECTED_HTTP, "server", 0.95


def _answered_by(evidence: Evidence) -> str:
    assert evidence.proxy is not None
    return (
        f"{evidence.proxy.name} answered ({evidence.proxy.header}: {evidence.headers[evidence.proxy.header]})"
    )


def _said(error: RecordedEvent) -> Because:
    return Because(error.id, str(error.detail.get("message") or error.detail.get("code", "")))


RULES = (dialling_failed, refused_over_http)
