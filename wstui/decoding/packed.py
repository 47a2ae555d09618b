"""MessagePack and CBOR: binary forms of JSON.

Only what holds values is taken for them, and only if every byte is used.

Source: the MessagePack specification; RFC 8949 (CBOR); SignalR's hub protocol (length prefixes).
"""

import io
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from wstui.decoding.model import PACKED_LIMIT_BYTES, Step
from wstui.decoding.notation import bytes_text, notation

CBOR_MISSING = "This looks like CBOR; pip install 'wstui[decode]' to see it."
_MAY_BE_CBOR = re.compile(r'\{[^"}]')
_NOT_ALL = "Only the beginning is shown: there are too many values."
_SELF_DESCRIBED = b"\xd9\xd9\xf7"


def message_pack_step(data: bytes) -> Step | None:
    """MessagePack whose outermost value is a map or an array."""
    text = _message_pack(data)
    if text is None:
        return None
    if _MAY_BE_CBOR.match(text[0]):
        # Some arrays of CBOR read as a map of MessagePack; then their values have become keys.
        other = cbor_step(data)
        if other is not None:
            return other
    return Step("MessagePack", *_encoded(text), is_last=True)


def prefixed_message_pack_step(data: bytes) -> Step | None:
    """Several MessagePack arrays, each behind its length, as SignalR sends them."""
    texts = [_message_pack(part) for part in _prefixed_parts(data)]
    read = [text for text in texts if text is not None]
    if not read or len(read) < len(texts):
        return None
    joined = "\n".join(text for text, _ in read), all(whole for _, whole in read)
    return Step("length prefix › MessagePack", *_encoded(joined), is_last=True)


def _prefixed_parts(data: bytes) -> list[bytes]:
    """The parts of data that consists of lengths (7 bits a byte) and as many bytes; none if it does not."""
    parts: list[bytes] = []
    at = 0
    while at < len(data) and len(parts) < 1000:
        length = shift = 0
        while at < len(data) and shift < 35:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if not 2 <= length <= len(data) - at:
            return []
        parts.append(data[at : at + length])
        at += length
    return parts if at == len(data) else []


def _message_pack(data: bytes) -> tuple[str, bool] | None:
    if not 2 <= len(data) <= PACKED_LIMIT_BYTES or not _begins_message_pack(data[0]):
        return None
    try:
        value = msgspec.msgpack.decode(data)
        return notation(value, _message_pack_value)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError):
        return None


def _begins_message_pack(first: int) -> bool:
    """A map or an array."""
    return 0x80 <= first <= 0x9F or 0xDC <= first <= 0xDF


def _message_pack_value(value: Any) -> str | None:
    if isinstance(value, msgspec.msgpack.Ext):
        return f"ext{value.code}({bytes_text(bytes(value.data))})"
    return None


def _encoded(written: tuple[str, bool]) -> tuple[bytes, tuple[str, ...]]:
    text, whole = written
    return text.encode("utf-8", "backslashreplace"), () if whole else (_NOT_ALL,)


# -- CBOR --------------------------------------------------------------------------------------------


def cbor_step(data: bytes) -> Step | None:
    """CBOR whose outermost value is a map, an array or a tag."""
    if not 2 <= len(data) <= PACKED_LIMIT_BYTES or not _begins_cbor(data[0]):
        return None
    try:
        import cbor2
    except ImportError:
        return None
    source = io.BytesIO(data)
    decoder = cbor2.CBORDecoder(source, semantic_decoders=_tags_as_they_are(cbor2), read_size=1)

    def known(value: Any) -> "tuple[str, Any] | str | None":
        if isinstance(value, cbor2.CBORTag):
            return str(value.tag), value.value
        if isinstance(value, cbor2.CBORSimpleValue):
            return f"simple({value.value})"
        return "undefined" if value is cbor2.undefined else None

    try:
        value = decoder.decode()
        if source.tell() != len(data) or not isinstance(value, Mapping | list | tuple | cbor2.CBORTag):
            return None
        return Step("CBOR", *_encoded(notation(value, known)), is_last=True)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError, MemoryError):
        return None


def _begins_cbor(first: int) -> bool:
    return 0x80 <= first <= 0xBF or 0xC0 <= first <= 0xDB


def _tags_as_they_are(cbor2: Any) -> dict[int, Any]:
    """Tags stay tags: what they stand for (regular expressions, shared values) could do harm."""

    def kept(tag: int) -> Any:
        return lambda value, _immutable: cbor2.CBORTag(tag, value)

    known = (0, 1, 4, 5, 24, 25, 28, 29, 30, 35, 36, 37, 43000, 52, 54, 100, 256, 258, 260, 261, 1004)
    return {tag: kept(tag) for tag in known}


def looks_like_cbor(data: bytes) -> bool:
    """Whether the data begins as self-described CBOR, or as a small map whose first key is a text."""
    if data.startswith(_SELF_DESCRIBED):
        return True
    if len(data) < 3 or not (0xA1 <= data[0] <= 0xB7 or data[0] == 0xBF) or not 0x61 <= data[1] <= 0x77:
        return False
    key = data[2 : 2 + data[1] - 0x60]
    return len(data) > 2 + len(key) == data[1] - 0x60 + 2 and key.isascii() and key.decode().isprintable()
