"""The facts of an X.509 certificate, read from its DER form.

Python's ``ssl`` describes a certificate only after it was verified; ours must be described when
verification failed or was switched off. Only what a person needs is read: names, issuer, dates,
serial number, fingerprint. The bytes are hostile: a malformed certificate gives what could be read.

Source: RFC 5280 §4.1; ITU-T X.690 (DER).
"""

import contextlib
import hashlib
import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from wstui.events.details import CertificateDetail

_SEQUENCE: Final = 0x30
_OID: Final = 0x06
_VERSION: Final = 0xA0
_EXTENSIONS: Final = 0xA3
_UTC_TIME: Final = 0x17
_BMP_STRING: Final = 0x1E
_LATIN1_STRING: Final = 0x14
_SAN_DNS: Final = 0x82
_SAN_URI: Final = 0x86
_SAN_IP: Final = 0x87
_NAMES_LIMIT: Final = 100

_SUBJECT_ALT_NAME: Final = bytes.fromhex("551d11")
_RSA: Final = bytes.fromhex("2a864886f70d010101")
_ELLIPTIC: Final = bytes.fromhex("2a8648ce3d0201")
_KEYS: Final = {
    bytes.fromhex("2b6570"): "Ed25519",
    bytes.fromhex("2b6571"): "Ed448",
    bytes.fromhex("2a8648ce380401"): "DSA",
}
_CURVES: Final = {
    bytes.fromhex("2a8648ce3d030107"): "P-256",
    bytes.fromhex("2b81040022"): "P-384",
    bytes.fromhex("2b81040023"): "P-521",
    bytes.fromhex("2b8104000a"): "secp256k1",
}
_SIGNATURES: Final = {
    bytes.fromhex("2a864886f70d010104"): "MD5 with RSA",
    bytes.fromhex("2a864886f70d010105"): "SHA-1 with RSA",
    bytes.fromhex("2a864886f70d01010a"): "RSA-PSS",
    bytes.fromhex("2a864886f70d01010b"): "SHA-256 with RSA",
    bytes.fromhex("2a864886f70d01010c"): "SHA-384 with RSA",
    bytes.fromhex("2a864886f70d01010d"): "SHA-512 with RSA",
    bytes.fromhex("2a8648ce3d0401"): "SHA-1 with ECDSA",
    bytes.fromhex("2a8648ce3d040302"): "SHA-256 with ECDSA",
    bytes.fromhex("2a8648ce3d040303"): "SHA-384 with ECDSA",
    bytes.fromhex("2a8648ce3d040304"): "SHA-512 with ECDSA",
    bytes.fromhex("2b6570"): "Ed25519",
    bytes.fromhex("2b6571"): "Ed448",
}
_ATTRIBUTES: Final = {
    bytes.fromhex("550403"): "CN",
    bytes.fromhex("550406"): "C",
    bytes.fromhex("550407"): "L",
    bytes.fromhex("550408"): "ST",
    bytes.fromhex("55040a"): "O",
    bytes.fromhex("55040b"): "OU",
    bytes.fromhex("2a864886f70d010901"): "emailAddress",
}


def describe_certificate(der: bytes) -> CertificateDetail:
    """What a certificate says; as much of it as could be read. Never raises."""
    detail = CertificateDetail(sha256=hashlib.sha256(der).hexdigest())
    with contextlib.suppress(ValueError, IndexError, StopIteration, OverflowError):
        _describe(der, detail)
    return detail


def _describe(der: bytes, detail: CertificateDetail) -> None:
    fields = _children(_content(_content(der, _SEQUENCE), _SEQUENCE))
    tag, value = next(fields)
    if tag == _VERSION:
        tag, value = next(fields)
    detail["serial"] = f"{int.from_bytes(value, 'big', signed=True):x}"
    algorithm = next(_children(next(fields)[1]))[1]
    detail["signature"] = _SIGNATURES.get(algorithm, _dotted(algorithm))
    detail["issuer"] = _name(next(fields)[1])
    not_before, not_after = list(_children(next(fields)[1]))[:2]
    detail["not_before"] = _time(*not_before)
    detail["not_after"] = _time(*not_after)
    detail["subject"] = _name(next(fields)[1])
    detail["public_key"] = _public_key(next(fields)[1])
    detail["names"] = [
        name for tag, value in fields if tag == _EXTENSIONS for name in _alternative_names(value)
    ]


def _public_key(info: bytes) -> str:
    """Kind and size of a key (RFC 5280 §4.1.2.7, RFC 8017 §A.1.1, RFC 5480 §2.1.1)."""
    (_, algorithm), (_, bits) = list(_children(info))[:2]
    parts = list(_children(algorithm))
    oid = parts[0][1]
    if oid == _RSA:
        modulus = next(_children(_content(bits[1:], _SEQUENCE)))[1]
        return f"RSA, {int.from_bytes(modulus).bit_length()} bits"
    if oid == _ELLIPTIC and len(parts) > 1:
        return f"elliptic curve {_CURVES.get(parts[1][1], _dotted(parts[1][1]))}"
    return _KEYS.get(oid, _dotted(oid))


def _dotted(oid: bytes) -> str:
    """An object identifier as numbers and dots (X.690 §8.19)."""
    numbers, number = [], 0
    for byte in oid[:32]:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    first = min(2, numbers[0] // 40) if numbers else 0
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:]))) if numbers else "unknown"


def _element(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag, content and the position behind the element at ``at``."""
    tag, length = data[at], data[at + 1]
    at += 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4:
            raise ValueError("indefinite or absurd length")
        length = int.from_bytes(data[at : at + size], "big")
        at += size
    if at + length > len(data):
        raise ValueError("an element is cut")
    return tag, data[at : at + length], at + length


def _content(data: bytes, expected: int) -> bytes:
    tag, value, _ = _element(data, 0)
    if tag != expected:
        raise ValueError("another structure was expected")
    return value


def _children(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, value, at = _element(data, at)
        yield tag, value


def _name(data: bytes) -> str:
    """A distinguished name as ``CN=…, O=…``, most specific part first."""
    parts = [
        f"{_ATTRIBUTES.get(oid, oid.hex())}={_string(tag, value)}"
        for _, attributes in _children(data)
        for _, attribute in _children(attributes)
        for (_, oid), (tag, value) in [tuple(_children(attribute))[:2]]
    ]
    return ", ".join(reversed(parts))


def _string(tag: int, value: bytes) -> str:
    if tag == _BMP_STRING:
        return value.decode("utf-16-be", "replace")
    return value.decode("latin-1" if tag == _LATIN1_STRING else "utf-8", "replace")


def _time(tag: int, value: bytes) -> str:
    """ISO 8601 in UTC (RFC 5280 §4.1.2.5: two-digit years from 50 on are of the last century)."""
    digits = value.decode("ascii").removesuffix("Z")
    if tag == _UTC_TIME:
        digits = ("19" if digits >= "50" else "20") + digits
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC).isoformat()


def _alternative_names(extensions: bytes) -> list[str]:
    names: list[str] = []
    for _, extension in _children(_content(extensions, _SEQUENCE)):
        parts = list(_children(extension))
        if parts[0] != (_OID, _SUBJECT_ALT_NAME):
            continue
        for tag, value in _children(_content(parts[-1][1], _SEQUENCE)):
            if tag in {_SAN_DNS, _SAN_URI} and len(names) < _NAMES_LIMIT:
                names.append(value.decode("utf-8", "replace"))
            elif tag == _SAN_IP and len(value) in {4, 16}:
                names.append(str(ipaddress.ip_address(value)))
    return names
