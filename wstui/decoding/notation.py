"""Decoded values as text: JSON, and CBOR's diagnostic notation for what JSON cannot say.

``h'0a0b'`` are bytes, ``24(h'…')`` a tag, ``simple(99)``, ``undefined``, ``NaN``. Written without
recursion and up to a number of values, so that deeply nested values do no harm.

Source: RFC 8949 §8.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

VALUES_LIMIT = 200_000
_BYTES_LIMIT = 16 * 1024
_WHOLE_NUMBER_BITS = 4096

Known = Callable[[Any], "tuple[str, Any] | str | None"]
"""A format's own values: a tag and what it holds, or the words for it; None: not one of these."""

_END = object()


def notation(value: Any, known: Known) -> tuple[str, bool]:
    """The value as text, and whether all of it was written.

    Args:
        value: what a decoder made.
        known: how to write the decoder's own kinds of values.
    """
    out: list[str] = []
    for count, piece in enumerate(_pieces(value, known)):
        if count > VALUES_LIMIT:
            return "".join(out), False
        out.append(piece)
    return "".join(out), True


def _pieces(value: Any, known: Known) -> Iterator[str]:
    waiting: list[Iterator[Any]] = [iter((value,))]
    closings: list[str] = [""]
    while waiting:
        item = next(waiting[-1], _END)
        if item is _END:
            waiting.pop()
            yield closings.pop()
            continue
        if isinstance(item, _Written):
            yield item
            continue
        opened = _opened(item, known)
        if isinstance(opened, str):
            yield opened
        else:
            opening, inner, closing = opened
            yield opening
            waiting.append(inner)
            closings.append(closing)


class _Written(str):
    """Signs between values."""

    __slots__ = ()


def _opened(value: Any, known: Known) -> str | tuple[str, Iterator[Any], str]:
    """A scalar as it is written, or the beginning, the inside and the end of what holds others."""
    if isinstance(value, Mapping):
        return "{", _members(value), "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[", _items(value), "]"
    own = known(value)
    if isinstance(own, tuple):
        return f"{own[0]}(", iter((own[1],)), ")"
    return own if own is not None else _scalar(value)


def _items(values: Any) -> Iterator[Any]:
    for at, value in enumerate(values):
        if at:
            yield _Written(",")
        yield value


def _members(mapping: Mapping[Any, Any]) -> Iterator[Any]:
    for at, (key, value) in enumerate(mapping.items()):
        if at:
            yield _Written(",")
        yield key
        yield _Written(":")
        yield value


def _scalar(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return bytes_text(bytes(value))
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > _WHOLE_NUMBER_BITS:
        return hex(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, datetime):
        return f'timestamp("{value.isoformat().replace("+00:00", "Z")}")'
    if value is None or isinstance(value, str | int | float):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(str(value), ensure_ascii=False)


def bytes_text(data: bytes) -> str:
    """Bytes in hexadecimal; of many the beginning."""
    more = "…" if len(data) > _BYTES_LIMIT else ""
    return f"h'{data[:_BYTES_LIMIT].hex()}{more}'"
