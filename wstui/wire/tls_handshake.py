"""The ``tls`` phase: TLS over whatever stream dialling has reached so far."""

import ssl
from typing import Any

from wstui.events import Kind
from wstui.wire.certificate import describe_certificate
from wstui.wire.phases import DialError, DialLog, Peer
from wstui.wire.reader import DialReader
from wstui.wire.tls import HandshakeEnded, TlsStream
from wstui.wire.tls_failure import ended_handshake, failed_handshake, handshake_too_slow

_CHAIN_LIMIT = 5
"""Certificates above the server's own that are written down."""


async def secure(
    log: DialLog,
    reader: DialReader,
    context: ssl.SSLContext,
    peer: Peer,
    server_name: str,
    *,
    client_certificate: bool = False,
) -> TlsStream:
    """Shake hands with ``peer`` over the stream of ``reader``.

    Args:
        log: where the phase is written down.
        reader: whose stream to secure; it is not to be used afterwards.
        context: what to trust.
        peer: the server, or the proxy.
        server_name: whom to ask for, and who must be named in the certificate.
        client_certificate: whether ``context`` holds one of ours.

    Raises:
        DialError: the handshake failed, or was not over in time.
    """
    tls: TlsStream | None = None

    def too_late() -> DialError:
        return handshake_too_slow(peer, 0 if tls is None else len(tls.handshake_received))

    async with log.phase(Kind.TLS, too_late) as detail:
        verified = context.verify_mode == ssl.CERT_REQUIRED
        detail["server_name"] = server_name
        detail["verified"] = False
        try:
            tls = TlsStream(reader.stream, context, server_name)
            await _shake_hands(tls, reader)
        except HandshakeEnded as ended:
            raise ended_handshake(ended.end, peer, len(tls.handshake_received) if tls else 0) from None
        except (ssl.SSLError, ValueError) as error:
            received = bytes(tls.handshake_received) if tls else b""
            raise failed_handshake(error, received, peer, server_name) from None
        finally:
            if tls is not None:
                detail.update(_facts(tls.ssl_object))
        detail["verified"] = verified
        detail["client_certificate"] = client_certificate
        return tls


async def _shake_hands(tls: TlsStream, reader: DialReader) -> None:
    if reader.end is not None:
        raise HandshakeEnded(reader.end)
    await tls.handshake(reader.take(), reader.last_ns)


def _facts(tls: ssl.SSLObject) -> dict[str, Any]:
    """What is known, also of a handshake that failed half-way."""
    facts: dict[str, Any] = {}
    cipher = tls.cipher()
    if cipher is not None:
        facts.update(version=tls.version(), cipher=cipher[0], alpn=tls.selected_alpn_protocol())
    der = _certificate(tls)
    if der is not None:
        facts["certificate"] = dict(describe_certificate(der))
    above = _chain(tls)[1 : 1 + _CHAIN_LIMIT]
    if above:
        facts["chain"] = [dict(describe_certificate(der)) for der in above]
    return facts


def _certificate(tls: ssl.SSLObject) -> bytes | None:
    """The server's certificate in DER, verified or not."""
    try:
        return tls.getpeercert(binary_form=True)
    except ValueError:  # the handshake is not over: then only the chain as it was sent is there
        return next(iter(_chain(tls)), None)


def _chain(tls: Any) -> list[bytes]:
    """The certificates as the server sent them, in DER; none where Python cannot say."""
    if hasattr(tls, "get_unverified_chain"):  # public from Python 3.13
        return [bytes(der) for der in tls.get_unverified_chain() or ()]
    inner: Any = getattr(tls, "_sslobj", None)
    chain = inner.get_unverified_chain() if hasattr(inner, "get_unverified_chain") else None
    return [ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in chain or ()]
