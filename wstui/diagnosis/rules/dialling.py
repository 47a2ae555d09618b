"""Connections that never opened: the phase and the error say it, with certainty."""

import re

from wstui.diagnosis import confidence
from wstui.diagnosis.codes import http_status_says
from wstui.diagnosis.evidence import Evidence
from wstui.diagnosis.verdict import Because, Finding, Who
from wstui.dialects import knowledge
from wstui.events import Cause, ErrorCode, Kind, RecordedEvent

_BODY_CHARS = 2000
_NO_BACKEND = re.compile(
    r"no (server|backend|instance)s? (is |are )?available|no healthy upstream"
    r"|upstream connect error|bad gateway",
    re.IGNORECASE,
)
"""What HAProxy, Envoy and others write into a 503 of their own."""

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
            return Finding(cause, confidence.CERTAIN, who, (_said(error),), "none")
    return None


def refused_over_http(evidence: Evidence) -> Finding | None:
    """A status other than 101: what it says depends on the number and on who answered."""
    error = _dial_error(evidence)
    if error is None or error.detail.get("code") not in (ErrorCode.HTTP_STATUS, ErrorCode.PROXY_REFUSED):
        return None
    status = int(error.detail.get("status", 0))
    cause, who, sure = _cause_of_status(status, evidence)
    because = [_said(error)]
    if evidence.proxy is not None:
        because.append(Because(evidence.upgrade.id if evidence.upgrade else 0, _answered_by(evidence)))
    if error.detail.get("retry_after"):
        because.append(
            Because(error.id, f"it asks to come back later: Retry-After {error.detail['retry_after']}")
        )
    return Finding(cause, sure, who, tuple(because), "none")


def _cause_of_status(status: int, evidence: Evidence) -> tuple[Cause, Who, float]:
    behind_proxy = evidence.proxy is not None
    if status == 503:
        return _unavailable(evidence)
    said = http_status_says(status)
    if said is not None:
        return said.cause, said.who, said.confidence
    if 300 <= status < 400:
        return Cause.REDIRECTED, "proxy" if behind_proxy else "server", confidence.BROKEN_RULE
    if 200 <= status < 300:
        return Cause.HANDSHAKE_NOT_WEBSOCKET, "server", confidence.SAID_BY_DIALECT
    return Cause.HANDSHAKE_REJECTED_HTTP, "server", confidence.SAID_BY_DIALECT


def _unavailable(evidence: Evidence) -> tuple[Cause, Who, float]:
    """A 503 is a full service, or a proxy without a backend: who answers, and in which words."""
    if "retry-after" in evidence.headers:
        return Cause.OVERLOADED_TRY_AGAIN, "server", confidence.LIKELY
    body = str(evidence.response.get("body", ""))[:_BODY_CHARS]
    if _NO_BACKEND.search(body):
        return Cause.BACKEND_UNAVAILABLE, "proxy", confidence.OUR_DOING
    row = next((row for row in knowledge().reason if row.regex.search(body)), None)
    if row is not None and row.cause in (Cause.OVERLOADED_TRY_AGAIN, Cause.POLICY_OR_AUTH):
        return Cause.OVERLOADED_TRY_AGAIN, "server", confidence.UNEXPLAINED_RESET
    if evidence.proxy is None and evidence.server is not None:
        return Cause.OVERLOADED_TRY_AGAIN, "server", confidence.UNEXPLAINED_RESET
    return Cause.BACKEND_UNAVAILABLE, "proxy", confidence.UNEXPLAINED_RESET


def _answered_by(evidence: Evidence) -> str:
    assert evidence.proxy is not None
    return (
        f"{evidence.proxy.name} answered ({evidence.proxy.header}: {evidence.headers[evidence.proxy.header]})"
    )


def _said(error: RecordedEvent) -> Because:
    return Because(error.id, str(error.detail.get("message") or error.detail.get("code", "")))


def certificate_perhaps_wanted(evidence: Evidence) -> Finding | None:
    """TLS 1.3 lets us send our request before the server judges the certificate that we did not send."""
    error, tls = _dial_error(evidence), evidence.first(Kind.TLS)
    if error is None or tls is None or tls.detail.get("client_certificate") or error.detail.get("size_bytes"):
        return None
    if error.detail.get("code") not in (ErrorCode.UPGRADE_EOF, ErrorCode.UPGRADE_RESET):
        return None
    text = "TLS was agreed on, then it hung up without a word: it may want a client certificate"
    return Finding(Cause.TLS_FAILURE, confidence.WEAK, "server", (Because(tls.id, text),), "none")


RULES = (dialling_failed, refused_over_http, certificate_perhaps_wanted)
