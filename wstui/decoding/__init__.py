"""What stands in a payload: compressed, packed and encoded data undone, step by step.

Pure functions from bytes to bytes. The bytes are a peer's: nothing here raises, and everything is bounded
(:mod:`wstui.decoding.model`). What could be several things is taken for what uses every byte of it.
"""

import json
from collections.abc import Callable

from wstui.decoding.compression import (
    ZSTANDARD_MISSING,
    deflate_step,
    gzip_step,
    looks_like_zstandard,
    zlib_step,
    zstandard_step,
)
from wstui.decoding.model import (
    OUTPUT_LIMIT_BYTES,
    STEPS_LIMIT,
    Decoded,
    Form,
    Step,
    is_text,
    text_of,
)
from wstui.decoding.packed import (
    CBOR_MISSING,
    cbor_step,
    looks_like_cbor,
    message_pack_step,
    prefixed_message_pack_step,
)
from wstui.decoding.written import (
    base64_step,
    data_url_step,
    hex_step,
    json_string_step,
    socket_io_step,
    token_step,
)

__all__ = ["OUTPUT_LIMIT_BYTES", "Decoded", "decode", "decode_string"]

_BINARY: tuple[Callable[[bytes], Step | None], ...] = (
    gzip_step,
    zlib_step,
    zstandard_step,
    message_pack_step,
    cbor_step,
    prefixed_message_pack_step,
    deflate_step,
)
_WRITTEN: tuple[Callable[[str], Step | None], ...] = (
    token_step,
    data_url_step,
    socket_io_step,
    json_string_step,
    hex_step,
    base64_step,
)
_SIGNS = (
    (b"\x89PNG\r\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"RIFF", "RIFF (WebP, WAV)"),
    (b"OggS", "Ogg"),
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x00asm", "WebAssembly"),
)
_JSON_CHECKED_BYTES = 1 << 20


def decode(data: bytes) -> Decoded | None:
    """What a whole payload holds, or None where it is no more than it seems."""
    return _decoded(data, _steps(data))


def decode_string(text: str) -> Decoded | None:
    """What a string within JSON holds: all of the above, and JSON itself."""
    data = text.encode("utf-8", "backslashreplace")
    steps = _steps(data)
    if not steps and is_json(data):
        return Decoded(("JSON",), data, "json")
    return _decoded(data, steps)


def _steps(data: bytes) -> list[Step]:
    steps: list[Step] = []
    while len(steps) < STEPS_LIMIT:
        step = _next_step(data)
        if step is None:
            break
        steps.append(step)
        data = step.data
        if step.is_last:
            break
    return steps


def _next_step(data: bytes) -> Step | None:
    if not is_text(data):
        return next((step for undo in _BINARY if (step := undo(data)) is not None), None)
    text = text_of(data)
    if text is None:
        return None
    return next((step for undo in _WRITTEN if (step := undo(text.strip())) is not None), None)


def _decoded(data: bytes, steps: list[Step]) -> Decoded | None:
    remarks = tuple(remark for step in steps for remark in step.remarks)
    if steps:
        data = steps[-1].data
    missing = _missing(data)
    if not steps and not missing:
        return None
    form, last = _form(data, bool(steps) and steps[-1].is_last)
    names = (*(step.name for step in steps), *last)
    return Decoded(names, data, form, (*remarks, *missing))


def _missing(data: bytes) -> tuple[str, ...]:
    """Which library would be needed to go on."""
    if looks_like_zstandard(data) and zstandard_step(data) is None and not _is_installed("zstandard"):
        return (ZSTANDARD_MISSING,)
    if looks_like_cbor(data) and not _is_installed("cbor2"):
        return (CBOR_MISSING,)
    return ()


def _is_installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def _form(data: bytes, is_written: bool) -> tuple[Form, tuple[str, ...]]:
    """How the end of the chain is shown, and what it is called if its step has not said so."""
    if is_written:
        return "json", ()
    if is_json(data):
        return "json", ("JSON",)
    if is_text(data):
        return "text", ("text",)
    name = next((name for sign, name in _SIGNS if data.startswith(sign)), "binary")
    return "binary", (name,)


def is_json(data: bytes) -> bool:
    """Whether the data is a JSON object or array; of a long one, whether it begins so."""
    if data[:64].lstrip()[:1] not in (b"{", b"["):
        return False
    if len(data) > _JSON_CHECKED_BYTES:
        return is_text(data)
    try:
        json.loads(data)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
