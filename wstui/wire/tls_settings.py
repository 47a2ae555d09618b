"""From a profile's ``[tls]`` to an ``ssl.SSLContext``."""

import ssl
from typing import Final

from wstui.events import ErrorCode, safe_text
from wstui.places import typed_path
from wstui.profiles import Tls
from wstui.wire.phases import DialError

_VERSIONS: Final = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_OLD: Final = {"1.0", "1.1"}


def client_context(tls: Tls) -> ssl.SSLContext:
    """What to trust, and how we identify ourselves.

    Raises:
        DialError: a file cannot be read, or does not hold what it should.
    """
    context = _trusting(tls.ca)
    context.minimum_version = _VERSIONS[tls.minimum_version]
    if tls.minimum_version in _OLD:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL 3 offers no TLS below 1.2 otherwise
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.alpn:
        context.set_alpn_protocols(tls.alpn)
    if tls.certificate is not None:
        _identify(context, tls)
    return context


def _trusting(ca: str | None) -> ssl.SSLContext:
    if ca is None:
        return ssl.create_default_context()
    path = typed_path(ca)
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise DialError(
            ErrorCode.TLS_FAILURE,
            f"The certificate authorities in {safe_text(str(path))} cannot be read"
            f" ({_why(error)}); tls.ca must name a PEM file.",
            reason=str(error),
        ) from None


def _identify(context: ssl.SSLContext, tls: Tls) -> None:
    certificate = typed_path(tls.certificate or "")
    key = None if tls.key is None else typed_path(tls.key)
    # Without a password OpenSSL would ask on the terminal.
    password = tls.key_password or ""
    try:
        context.load_cert_chain(certificate, key, password=lambda: password)
    except (OSError, ssl.SSLError, ValueError) as error:
        files = f"{certificate}" if key is None else f"{certificate} and {key}"
        raise DialError(
            ErrorCode.TLS_CLIENT_CERTIFICATE,
            f"The client certificate of {safe_text(files)} cannot be used ({_why(error)});"
            " tls.certificate and tls.key must name PEM files that belong together.",
            reason=str(error),
        ) from None


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        reason: str | None = error.reason  # None where the file holds nothing of PEM at all
        if reason == "KEY_VALUES_MISMATCH":
            return "the key is not the certificate's"
        if reason is None or error.library == "PEM":
            return "it is not what was expected, or tls.key_password is wrong"
        return reason.replace("_", " ").lower()
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return str(error)
