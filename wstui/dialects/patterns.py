"""Patterns made quick: a literal that must occur, then a regular expression or JSON members.

What a peer sends is hostile: broken JSON, JSON nested a thousand deep and odd types all mean that
the pattern does not match.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from wstui.dialects.schema import MessageShape, Pattern, Scalar

Path = tuple[str, ...]
_MISSING: Any = object()
_BROKEN: Any = object()
_decode = msgspec.json.Decoder().decode


USUAL_BYTES = 512
"""Heartbeats, acknowledgements and errors are short; a flood of long messages passes unread."""
SENT_BYTES = 65_536
"""What we send ourselves is no flood, and a subscription may list many things."""


class Hit(NamedTuple):
    """What a pattern found: the JSON document and the regular expression's match, where it has them."""

    document: Any
    match: re.Match[bytes] | None


class CompiledPattern:
    """One pattern, ready to look at payloads."""

    __slots__ = (
        "_conditions", "_exact", "_has", "_needles", "_prefix", "_regex", "_separator", "kind", "max_bytes",
        "needle", "shape",
    )  # fmt: skip

    def __init__(self, shape: Pattern, separator: str = "") -> None:
        """Compile.

        Args:
            shape: the pattern as data.
            separator: what stands between messages that share a frame.
        """
        self.shape = shape
        self.kind = shape.kind
        self._exact = bytes.fromhex(shape.equals_hex) or shape.equals.encode()
        self._prefix = bytes.fromhex(shape.prefix_hex) or shape.prefix.encode()
        needles = sorted((text.encode() for text in shape.contains), key=len, reverse=True)
        self.needle = needles[0] if needles else self._exact or self._prefix
        """Occurs in every payload that matches; a search for it rejects nearly all others."""
        self._needles = tuple(needles[1:])
        usual = SENT_BYTES if shape.direction == "sent" else USUAL_BYTES
        self.max_bytes = len(self._exact) or shape.max_bytes or usual
        self._regex = re.compile(shape.regex.encode(), re.DOTALL) if shape.regex else None
        self._conditions = tuple((path_of(path), _allowed(value)) for path, value in shape.where.items())
        self._has = tuple(path_of(path) for path in shape.has)
        self._separator = separator.encode()

    @property
    def exact(self) -> bytes:
        """The whole payload, where the pattern is nothing but that; else empty."""
        return self._exact

    @property
    def prefix(self) -> bytes:
        """How every payload that matches begins; empty where that is not known."""
        return self._prefix

    @property
    def member(self) -> tuple[str, frozenset[Scalar]] | None:
        """A top-level member that every payload that matches has, and its possible values (none: any)."""
        if self._separator:
            return None
        for path, allowed in self._conditions:
            if len(path) == 1 and not path[0].isdigit():
                return path[0], frozenset(value for _, value in allowed)
        return next(((path[0], frozenset()) for path in self._has if not path[0].isdigit()), None)

    def look(self, payload: bytes) -> Hit | None:
        """What there is of the pattern in a payload that is short enough and holds ``needle``."""
        if self._exact:
            return _PLAIN_HIT if payload == self._exact else None
        if not payload.startswith(self._prefix):
            return None
        for needle in self._needles:
            if needle not in payload:
                return None
        match = None
        if self._regex is not None:
            match = self._regex.search(payload)
            if match is None:
                return None
        if not self._conditions and not self._has:
            return Hit(None, match)
        return self._look_at_json(payload, match)

    def matches(self, kind: str, payload: bytes) -> bool:
        """All of it: kind, length, literal and the rest."""
        if self.kind not in ("any", kind) or len(payload) > self.max_bytes or self.needle not in payload:
            return False
        return self.look(payload) is not None

    def _look_at_json(self, payload: bytes, match: re.Match[bytes] | None) -> Hit | None:
        for document in _documents(payload, self._separator):
            if self._holds(document):
                return Hit(document, match)
        return None

    def _holds(self, document: Any) -> bool:
        for path, allowed in self._conditions:
            value = at(document, path)
            if value is _MISSING or isinstance(value, dict | list) or (type(value), value) not in allowed:
                return False
        return all(at(document, path) is not _MISSING for path in self._has)


_PLAIN_HIT = Hit(None, None)


def _allowed(value: Scalar | Sequence[Scalar]) -> frozenset[tuple[type, Scalar]]:
    """The type counts: JSON's ``true`` is no 1."""
    values = value if isinstance(value, tuple) else (value,)
    return frozenset((type(row), row) for row in values)


def path_of(text: str) -> Path:
    """``d.items.0`` in steps."""
    return tuple(text.split("."))


def decoded(payload: bytes | str) -> Any:
    """The JSON document, or ``_BROKEN``."""
    try:
        return _decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        return _BROKEN


_newest: tuple[bytes, bytes, tuple[Any, ...]] = (b"", b"", ())
"""The payload decoded last: patterns ask for the same one in a row."""


def _documents(payload: bytes, separator: bytes) -> tuple[Any, ...]:
    global _newest  # noqa: PLW0603 - a memory of one, swapped whole
    known, by, documents = _newest
    if known is payload and by == separator:
        return documents
    parts = payload.split(separator) if separator else (payload,)
    documents = tuple(row for part in parts if (row := decoded(part)) is not _BROKEN)
    _newest = (payload, separator, documents)
    return documents


def at(document: Any, path: Path) -> Any:
    """What stands at a path, or ``_MISSING``. A text that holds JSON is read on the way."""
    value = document
    for step in path:
        if isinstance(value, str):
            value = decoded(value) if value[:1] in ("{", "[") else _MISSING
        if isinstance(value, dict):
            value = value.get(step, _MISSING)
        elif isinstance(value, list) and step.isdigit() and len(step) < 7 and int(step) < len(value):
            value = value[int(step)]
        else:
            return _MISSING
    return value


MAX_TEXT = 200
"""So much of a peer's words, or of a key, goes into a mark."""


def reader_of(shape: MessageShape) -> Callable[[Hit], dict[str, Any]]:
    """What to note of a message that matched: its key, a period in seconds, words, what it announces."""
    fixed: dict[str, Any] = {}
    if shape.mark == "app_ping" and not shape.answered:
        fixed["one_way"] = True
    if shape.cause is not None:
        fixed["cause"] = shape.cause.value
    if shape.retry is not None:
        fixed["retry"] = shape.retry
    keys = tuple(path_of(path) for path in shape.key)
    groups = frozenset(re.compile(shape.regex).groupindex) if shape.regex else frozenset[str]()
    if not keys and not shape.period and not shape.text and not groups:
        return lambda _: dict(fixed)

    def read(hit: Hit) -> dict[str, Any]:
        data = dict(fixed)
        key = _key(hit, keys, groups)
        if key:
            data["key"] = key
        period_s = _seconds(_value(hit, "period", shape.period, groups), shape.unit)
        if period_s is not None:
            data["period_s"] = period_s
        words = _text(_value(hit, "text", shape.text, groups))
        if words:
            data["text"] = words
        return data

    return read


def _key(hit: Hit, paths: tuple[Path, ...], groups: frozenset[str]) -> str:
    if "key" in groups and hit.match is not None:
        return _text(hit.match["key"])
    found = (at(hit.document, path) for path in paths)
    return "/".join(_text(value) for value in found if value is not _MISSING and value is not None)


def _value(hit: Hit, group: str, path: str, groups: frozenset[str]) -> Any:
    if group in groups and hit.match is not None:
        return hit.match[group]
    return at(hit.document, path_of(path)) if path else _MISSING


def _text(value: Any) -> str:
    if value is _MISSING or value is None:
        return ""
    if isinstance(value, bytes):
        text = value.decode("ascii", "ignore")
        return text[:MAX_TEXT] if len(text) == len(value) and text.isprintable() else value.hex()[:MAX_TEXT]
    if isinstance(value, str):
        return value[:MAX_TEXT]
    return msgspec.json.encode(value, order="sorted").decode()[:MAX_TEXT]


def _seconds(value: Any, unit: str) -> float | None:
    if isinstance(value, bytes) and unit == "u16":
        number = float(int.from_bytes(value, "big"))
    elif isinstance(value, int | float | str | bytes) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        number = number / 1000 if unit == "ms" else number
    else:
        return None
    return number if 0 < number < 1e6 else None
