"""What kind of message a message is: its shape, told from JSON structure, and the ids in it.

Two messages of one shape may stand for each other: an answer is known again though its price and its
time are others. A shape is the members that name a kind (``type``, ``event``, ``method`` …) with their
values, or, where there are none, the names of the members; of a list, its words. What is not JSON has the
shape of its kind alone. Pure.
"""

import re
from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from wstui.engine.json_path import Place

Shape = tuple[Hashable, ...]
"""Equal for messages that may stand for each other."""

_NAMING = frozenset(
    {"type", "event", "e", "op", "method", "action", "channel", "topic", "stream", "msg_type", "messageType"}
    | {"message_type", "command", "cmd", "kind", "ev", "evt", "arg", "table", "subject", "target", "T"}
)
"""Members whose words name a kind of message, as services use them."""

_WORD = re.compile(r"[A-Za-z_$][\w.:/@$ -]{0,47}")
_LONGEST_WORD = 48
_GENERATED_TAIL = re.compile(r"[0-9a-fA-F]{8,}|\d{4,}")
_FRAMING = re.compile(rb"[0-9a-z]{1,4}-?(?:/[^,\[{]{1,60},)?(?=[\[{])")
"""What Socket.IO, Engine.IO and SockJS write before the JSON: ``42``, ``451-/chat,``, ``a``."""

_ID_NAME = re.compile(
    r"(?:^|[_-])(?:id|ids|ref|uid|uuid|guid|nonce|cid|rid|seq|sequence|correlation|serial|cookie|session)$"
    r"|[a-z](?:Id|ID|Ref|Uuid|UUID|Nonce|Seq)$"
)
_STRICT_ID_NAME = re.compile(
    r"(?:^|[_-])(?:id|ID|Id|ref|uid|uuid|guid|nonce|cid|rid|correlation|serial)$"
    r"|[a-z](?:Id|ID|Ref|Uuid|UUID|Nonce)$"
)
_ID_DEPTH = 3
_CONTAINERS = frozenset({dict, list})


class Content(NamedTuple):
    """A message as JSON: what is written before it, and the value."""

    framing: str
    value: Any

    def encode(self) -> bytes:
        """The message again, compact."""
        return self.framing.encode() + msgspec.json.encode(self.value)


def read_content(payload: bytes) -> Content | None:
    """The JSON object or list in a message, or None where it holds none. Never raises."""
    start = payload[:1]
    framing = b""
    if start not in (b"{", b"["):
        stripped = payload.lstrip()
        if stripped[:1] not in (b"{", b"["):
            found = _FRAMING.match(payload)
            if found is None:
                return None
            framing = found[0]
    try:
        value = msgspec.json.decode(payload[len(framing) :])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return Content(framing.decode("ascii", "replace"), value)


def shape_of(kind: str, payload: bytes) -> Shape:
    """The shape of a message."""
    content = read_content(payload)
    return (kind,) if content is None else content_shape(kind, content)


def content_shape(kind: str, content: Content) -> Shape:
    """The shape of a message that is JSON already."""
    if isinstance(content.value, dict):
        return (kind, content.framing, *_object_shape(content.value))
    return (kind, content.framing, *(_element(inner) for inner in content.value[:8]))


def shape_text(shape: Shape) -> str:
    """A shape in a person's words: ``text type=tick``. Not yet safe to show."""
    parts = []
    for part in shape:
        if isinstance(part, tuple) and len(part) == 2:
            parts.append(f"{part[0]}={part[1]}")
        elif isinstance(part, frozenset):
            names = sorted(str(name) for name in part)
            parts.append("{" + ", ".join(names[:6]) + (", …" if len(names) > 6 else "") + "}")
        elif part != "":
            parts.append(str(part))
    return " ".join(parts)


def identities(value: Any) -> Iterator[tuple[Place, str | int]]:
    """The members that name one message among its like: ``id``, ``ref``, ``requestId`` …, near the root."""
    return _identities(value, (), "")


def _identities(value: Any, at: Place, name: str) -> Iterator[tuple[Place, str | int]]:
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in members:
        named = key if isinstance(key, str) else name
        if isinstance(inner, dict | list):
            if len(at) + 1 < _ID_DEPTH:
                yield from _identities(inner, (*at, key), named)
        elif _says_id(named) and _is_id(inner):
            yield (*at, key), inner


def leaves(value: Any) -> list[Any]:
    """Every value that is neither object nor list, in no order: for a quick look."""
    if isinstance(value, dict):
        found = list(value.values())
    elif isinstance(value, list):
        found = value
    else:
        return [value]
    if _CONTAINERS.isdisjoint(map(type, found)):
        return found
    flat: list[Any] = []
    waiting = [found]
    while waiting:
        for inner in waiting.pop():
            if isinstance(inner, dict):
                waiting.append(list(inner.values()))
            elif isinstance(inner, list):
                waiting.append(inner)
            else:
                flat.append(inner)
    return flat


def is_id_place(place: Place) -> bool:
    """Whether the member's name says that it is an id."""
    return _says_id(_name(place))


def is_counter_place(place: Place) -> bool:
    """Whether the member's name says that it is an id or a running number."""
    return _says_counter(_name(place))


def _name(place: Place) -> str:
    for key in reversed(place):
        if isinstance(key, str):
            return key
    return ""


@lru_cache(maxsize=2048)
def _says_id(name: str) -> bool:
    return bool(_STRICT_ID_NAME.search(name))


@lru_cache(maxsize=2048)
def _says_counter(name: str) -> bool:
    return bool(_ID_NAME.search(name))


def _is_id(value: Any) -> bool:
    return bool(value) if isinstance(value, str) else type(value) is int


def _object_shape(value: dict[str, Any]) -> tuple[Hashable, ...]:
    return _naming_members(value) or (frozenset(value),)


def _naming_members(value: dict[str, Any]) -> tuple[Hashable, ...]:
    names = value.keys() & _NAMING
    if not names:
        return ()
    named = tuple(
        [
            (name, value[name])
            for name in sorted(names)
            if _is_word(value[name]) or (name == "op" and isinstance(value[name], int))
        ]
    )
    answers = tuple([name for name in ("error", "errors") if value.get(name)])
    return (*named, *answers) if named else ()


def _element(value: Any) -> Hashable:
    if isinstance(value, str):
        return value if _is_word(value) else "string"
    if isinstance(value, dict):
        return _naming_members(value) or "object"
    return type(value).__name__


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_WORD and _is_plain_word(value)


@lru_cache(maxsize=4096)
def _is_plain_word(text: str) -> bool:
    return bool(_WORD.fullmatch(text)) and not _GENERATED_TAIL.search(text)
