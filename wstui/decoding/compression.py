"""Compressed data: gzip, zlib, raw deflate, Zstandard. Never more than the output limit is unpacked.

Source: RFC 1952 (gzip), RFC 1950 (zlib), RFC 1951 (deflate), RFC 8878 (Zstandard).
"""

import zlib
from typing import NamedTuple

from wstui.decoding.model import OUTPUT_LIMIT_BYTES, Step, is_text

_GZIP = b"\x1f\x8b\x08"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_SYNC_FLUSH = b"\x00\x00\xff\xff"
_AT_ONCE_BYTES = 64 * 1024
_ZSTANDARD_WINDOW_BYTES = 1 << 27
_GZIP_BITS, _ZLIB_BITS, _RAW_BITS = 31, 15, -15

LIMIT_REMARK = f"Unpacked up to {OUTPUT_LIMIT_BYTES >> 20} MiB; there is more."
EARLY_REMARK = "The compressed data ends early: this is its beginning."
ZSTANDARD_MISSING = "This looks like Zstandard; pip install 'wstui[decode]' to see it."


class _Unpacked(NamedTuple):
    data: bytes
    remarks: tuple[str, ...]
    ended: bool
    rest: bytes


def gzip_step(data: bytes) -> Step | None:
    """Gzip, all its members."""
    if not data.startswith(_GZIP):
        return None
    out, rest = bytearray(), data
    remarks: tuple[str, ...] = ()
    while rest.startswith(_GZIP) and not remarks and len(out) < OUTPUT_LIMIT_BYTES:
        part = _inflate(rest, _GZIP_BITS, OUTPUT_LIMIT_BYTES - len(out))
        out += part.data
        remarks, rest = part.remarks, part.rest
    return Step("gzip", bytes(out), remarks) if out else None


def zlib_step(data: bytes) -> Step | None:
    """A zlib stream, or its beginning: transports flush it after each message."""
    if len(data) < 6 or data[0] & 0x8F != 0x08 or data[1] & 0x20 or int.from_bytes(data[:2]) % 31:
        return None
    part = _inflate(data, _ZLIB_BITS, OUTPUT_LIMIT_BYTES)
    if not part.data or part.rest:
        return None
    flushed = data.endswith(_SYNC_FLUSH) and not part.ended
    return Step("zlib", part.data, () if flushed else part.remarks)


def deflate_step(data: bytes) -> Step | None:
    """Raw deflate has no sign of its own: what becomes text, and uses every byte, is taken for it."""
    if len(data) < 8:
        return None
    part = _inflate(data, _RAW_BITS, OUTPUT_LIMIT_BYTES)
    whole = part.ended or data.endswith(_SYNC_FLUSH)
    if part.rest or not whole or len(part.data) < 8 or not is_text(part.data):
        return None
    return Step("deflate", part.data, part.remarks if part.ended else ())


def _inflate(data: bytes, bits: int, limit: int) -> _Unpacked:
    unpack, out = zlib.decompressobj(bits), bytearray()
    view = memoryview(data)
    for at in range(0, len(data), _AT_ONCE_BYTES):
        try:
            out += unpack.decompress(view[at : at + _AT_ONCE_BYTES], limit - len(out))
        except zlib.error:
            return _Unpacked(bytes(out), ("The compressed data is damaged from here on.",), False, b"")
        if unpack.unconsumed_tail or (len(out) >= limit and not unpack.eof):
            return _Unpacked(bytes(out), (LIMIT_REMARK,), True, b"")
        if unpack.eof:
            rest = unpack.unused_data + bytes(view[at + _AT_ONCE_BYTES :])
            return _Unpacked(bytes(out), (), True, rest)
    return _Unpacked(bytes(out), (EARLY_REMARK,), False, b"")


def zstandard_step(data: bytes) -> Step | None:
    """Zstandard, where the library is there; see :func:`looks_like_zstandard`."""
    if not looks_like_zstandard(data):
        return None
    try:
        import zstandard
    except ImportError:
        return None
    out = bytearray()
    remarks: tuple[str, ...] = ()
    unpack = zstandard.ZstdDecompressor(max_window_size=_ZSTANDARD_WINDOW_BYTES)
    try:
        with unpack.stream_reader(data, read_across_frames=True) as reader:
            while len(out) <= OUTPUT_LIMIT_BYTES:
                part = reader.read(_AT_ONCE_BYTES)
                if not part:
                    break
                out += part
    except (zstandard.ZstdError, MemoryError):
        remarks = ("The compressed data is damaged from here on.",)
    if len(out) > OUTPUT_LIMIT_BYTES:
        remarks = (LIMIT_REMARK,)
    return Step("zstd", bytes(out[:OUTPUT_LIMIT_BYTES]), remarks) if out else None


def looks_like_zstandard(data: bytes) -> bool:
    """Whether the data begins as Zstandard does."""
    return data.startswith(_ZSTANDARD)
