"""What differs between two messages, line by line; JSON is laid out first, its keys in one order. Pure."""

import difflib
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from wstui.events import safe_text
from wstui.tui.json_text import Span

_LINES = 2000
_LINE_CHARACTERS = 2000
_BYTES = 512 * 1024
_TONES = {"+": "good", "-": "error", "@": "accent"}


class _Number(str):
    """A number as it was written: 1.0e5 is not 100000.0 here."""

    __slots__ = ()


def message_diff(before: bytes, after: bytes, *, binary: bool = False) -> list[Span]:
    """The unified view of two messages: pieces of text with their tones.

    Args:
        before: the older payload.
        after: the newer payload.
        binary: compare hexadecimal digits, sixteen bytes to a line.
    """
    if before == after:
        return [("The two are the same, byte for byte.", "good")]
    cut = len(before) > _BYTES or len(after) > _BYTES
    first, second = _lines(before[:_BYTES], binary=binary), _lines(after[:_BYTES], binary=binary)
    if first == second and not cut:
        return [("The same JSON, written differently: white space, or the order of keys.", "good")]
    cut = cut or len(first) > _LINES or len(second) > _LINES
    lines = difflib.unified_diff(first[:_LINES], second[:_LINES], n=3, lineterm="")
    spans = [(f"{line}\n", _TONES.get(line[:1], "plain")) for line in islice(lines, 2, None)]
    if cut:
        spans.insert(0, (f"Only the beginnings were compared: {_LINES} lines, 512 kB.\n", "warning"))
    return spans or [("Their beginnings are the same.", "quiet")]


def _lines(payload: bytes, *, binary: bool) -> list[str]:
    if binary:
        return [payload[at : at + 16].hex(" ") for at in range(0, len(payload), 16)]
    text = payload.decode("utf-8", "backslashreplace")
    try:
        value = json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
        lines = list(_json_lines(value, "", "", ""))
    except (ValueError, RecursionError):
        lines = text.split("\n")
    return [safe_text(line[:_LINE_CHARACTERS]) for line in lines]


def _json_lines(value: Any, indent: str, key: str, comma: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        yield f"{indent}{key}{opening}"
        inner = sorted(value.items()) if isinstance(value, dict) else [("", item) for item in value]
        for at, (name, item) in enumerate(inner):
            shown = f"{json.dumps(name, ensure_ascii=False)}: " if isinstance(value, dict) else ""
            yield from _json_lines(item, f"{indent}  ", shown, "," if at < len(inner) - 1 else "")
        yield f"{indent}{closing}{comma}"
    else:
        written = str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)
        yield f"{indent}{key}{written}{comma}"
