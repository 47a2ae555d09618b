"""Why a TLS handshake failed: from OpenSSL's words to one of our codes and a sentence.

OpenSSL's own text is kept as ``reason``. What arrived tells two things better than its error does:
whether the other side spoke TLS at all, and whether it asked for a certificate of ours.

Source: RFC 8446 §6, §4.4.2.4; RFC 5246 §7.4.4; X509_V_ERR_* of OpenSSL's x509_vfy.h.
"""

import ssl
from typing import Any, Final

from wstui.events import ErrorCode, safe_bytes, safe_text
from wstui.wire.phases import DialError, Peer, errno_facts
from wstui.wire.stream import Broken, Eof, StreamEnd

_SHOWN_BYTES: Final = 256
_HANDSHAKE_RECORD: Final = 22
_CERTIFICATE_REQUEST: Final = 13

_HOSTNAME: Final = {62, 64}
_EXPIRED: Final = {10}
_NOT_YET_VALID: Final = {9}
_VERIFY_ADVICE: Final = {
    18: "it is self-signed; name it in tls.ca if it is yours",
    19: "its chain ends in a self-signed certificate that this machine does not know; name that in tls.ca",
    20: "its issuer is not known to this machine; name the authority in tls.ca",
    21: "the server sends no certificate of its issuer; the server should send the whole chain",
    23: "it was revoked",
    26: "it is not meant for servers",
}

_NOT_TLS: Final = {
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "UNKNOWN_PROTOCOL",
    "BAD_RECORD_TYPE",
    "RECORD_LAYER_FAILURE",
}
_VERSION: Final = {
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "NO_PROTOCOLS_AVAILABLE",
    "VERSION_TOO_LOW",
    "VERSION_TOO_HIGH",
    "INAPPROPRIATE_FALLBACK",
    "TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
}
_CLIENT_CERTIFICATE: Final = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "SSLV3_ALERT_NO_CERTIFICATE",
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
    "SSLV3_ALERT_CERTIFICATE_REVOKED",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "TLSV1_ALERT_UNKNOWN_CA",
    "TLSV1_ALERT_ACCESS_DENIED",
}
_UNKNOWN_NAME: Final = {"TLSV1_UNRECOGNIZED_NAME", "TLSV1_ALERT_UNRECOGNIZED_NAME"}
_CUT_OFF: Final = {"UNEXPECTED_EOF_WHILE_READING"}


def failed_handshake(error: Exception, received: bytes, peer: Peer, server_name: str) -> DialError:
    """What a failed handshake means. ``received``: what the other side sent during it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _unverified(error, peer, server_name)
    reason = getattr(error, "reason", None) or str(error)
    if received and not _looks_like_tls(received):
        return _not_tls(reason, received, peer)
    if reason == "SSLV3_ALERT_HANDSHAKE_FAILURE" and _asked_for_certificate(received):
        return _about_our_certificate(reason, peer)
    return failed_with(reason, peer, server_name, received)


def failed_with(reason: str, peer: Peer, server_name: str, received: bytes = b"") -> DialError:
    """What OpenSSL's name of an error means, be it ours or the other side's alert."""
    who, where = _who(peer), safe_text(peer.address)
    if reason in _NOT_TLS:
        return _not_tls(reason, received, peer)
    if reason in _CLIENT_CERTIFICATE:
        return _about_our_certificate(reason, peer)
    code, what = ErrorCode.TLS_FAILURE, f"ended the TLS handshake: {_words(reason)}"
    if reason in _VERSION:
        code = ErrorCode.TLS_VERSION
        what = "shares no TLS version with this client; see tls.minimum_version, or update the server"
    elif reason in _CUT_OFF:
        code = ErrorCode.TLS_CLOSED
        what = "closed the connection in the middle of the TLS handshake"
    elif reason in _UNKNOWN_NAME:
        what = f"does not know the name {safe_text(server_name)}; see tls.server_name"
    elif reason == "SSLV3_ALERT_HANDSHAKE_FAILURE":
        what = "found no TLS parameters in common with this client, or wants a client certificate"
    elif reason in {"NO_APPLICATION_PROTOCOL", "TLSV1_ALERT_NO_APPLICATION_PROTOCOL"}:
        what = "accepts none of the protocols in tls.alpn"
    return DialError(code, f"{who} at {where} {what}.", address=peer.address, reason=reason)


def ended_handshake(end: StreamEnd, peer: Peer, received_bytes: int) -> DialError:
    """The stream ended before the handshake did."""
    if isinstance(end, Broken):
        return failed_with(end.reason, peer, peer.host)
    where = f"{_who(peer)} at {safe_text(peer.address)}"
    how = "closed" if isinstance(end, Eof) else "reset"
    hint = "" if received_bytes else "; it may not speak TLS on this port"
    number = None if isinstance(end, Eof) else end.errno
    return DialError(
        ErrorCode.TLS_CLOSED,
        f"{where} {how} the connection during the TLS handshake{hint}.",
        address=peer.address,
        size_bytes=received_bytes,
        **errno_facts(number),
    )


def handshake_too_slow(peer: Peer, received_bytes: int) -> DialError:
    """The open timeout struck during the handshake."""
    said = f"sent {received_bytes:,} bytes" if received_bytes else "sent nothing"
    return DialError(
        ErrorCode.TLS_TIMEOUT,
        f"{_who(peer)} at {safe_text(peer.address)} did not finish the TLS handshake before the open"
        f" timeout: it {said}.",
        address=peer.address,
        size_bytes=received_bytes,
    )


def _who(peer: Peer) -> str:
    return "The proxy" if peer.role == "proxy" else "The server"


def _words(reason: str) -> str:
    return safe_text(reason.replace("_", " ").lower())


def _unverified(error: ssl.SSLCertVerificationError, peer: Peer, server_name: str) -> DialError:
    number = error.verify_code
    whose = f"The certificate of {safe_text(peer.address)}"
    code = ErrorCode.TLS_UNTRUSTED
    advice = _VERIFY_ADVICE.get(number, safe_text(error.verify_message))
    message = f"{whose} is not trusted: {advice}."
    if number in _HOSTNAME:
        code = ErrorCode.TLS_HOSTNAME
        message = f"{whose} is not for {safe_text(server_name)}; see its names, or set tls.server_name."
    elif number in _EXPIRED:
        code = ErrorCode.TLS_EXPIRED
        message = f"{whose} has expired; the server needs a new one."
    elif number in _NOT_YET_VALID:
        code = ErrorCode.TLS_EXPIRED
        message = f"{whose} is not valid yet; check this machine's clock and the certificate's dates."
    facts: dict[str, Any] = {"verify_code": number, "verify_message": error.verify_message}
    return DialError(code, message, address=peer.address, **facts)


def _not_tls(reason: str, received: bytes, peer: Peer) -> DialError:
    said = "; it answers in plain HTTP: try ws:// in place of wss://" if received[:5] == b"HTTP/" else ""
    return DialError(
        ErrorCode.TLS_NOT_TLS,
        f"{_who(peer)} at {safe_text(peer.address)} does not speak TLS on this port{said}.",
        address=peer.address,
        reason=reason,
        received=safe_bytes(received[:_SHOWN_BYTES]) if received else None,
    )


def _about_our_certificate(reason: str, peer: Peer) -> DialError:
    what = (
        "wants a client certificate"
        if "REQUIRED" in reason or "FAILURE" in reason
        else (f"did not accept our client certificate ({_words(reason)})")
    )
    return DialError(
        ErrorCode.TLS_CLIENT_CERTIFICATE,
        f"{_who(peer)} at {safe_text(peer.address)} {what}; see tls.certificate and tls.key.",
        address=peer.address,
        reason=reason,
    )


def _looks_like_tls(received: bytes) -> bool:
    """Whether the first bytes can be a TLS record (RFC 8446 §5.1)."""
    return 20 <= received[0] <= 23 and (len(received) < 2 or received[1] == 3)


def _asked_for_certificate(received: bytes) -> bool:
    """Whether a CertificateRequest is among the handshake messages in the clear (up to TLS 1.2)."""
    messages, at = bytearray(), 0
    while at + 5 <= len(received) and received[at] == _HANDSHAKE_RECORD:
        length = int.from_bytes(received[at + 3 : at + 5], "big")
        messages += received[at + 5 : at + 5 + length]
        at += 5 + length
    at = 0
    while at + 4 <= len(messages):
        if messages[at] == _CERTIFICATE_REQUEST:
            return True
        at += 4 + int.from_bytes(messages[at + 1 : at + 4], "big")
    return False
