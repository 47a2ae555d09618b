"""What kind of message a message is: its shape, told from JSON structure, and the ids in it.

Two messages of one shape may stand for each other: an answer is known again though its price and its
time are others. A shape is the members that name a kind (``type``, ``event``, ``method`` …) with their
values, or, where there are none, the names of the members; of a list, its words. What is not JSON has the
shape of its kind alone. Pure.
"""

import re
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

import msgspec

from wstui.engine.json_path import Place, scalars

Shape = tuple[Hashable, ...]
"""Equal for messages that may stand for each other."""

_NAMING = frozenset(
    {"type", "event", "e", "op", "method", "action", "channel", "topic", "stream", "msg_type", "messageType"}
    | {"message_type", "command", "cmd", "kind", "ev", "evt", "arg", "table", "subject", "target", "T"}
)
"""Members whose words name a kind of message, as services use them."""

_WORD = re.compile(r"[A-Za-z_$][\w.:/@$ -]{0,47}")
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
    for place, inner in scalars(value):
        if len(place) <= _ID_DEPTH and is_id_place(place) and _is_id(inner):
            yield place, inner


def is_id_place(place: Place) -> bool:
    """Whether the member's name says that it is an id."""
    name = next((key for key in reversed(place) if isinstance(key, str)), "")
    return bool(_STRICT_ID_NAME.search(name))


def is_counter_place(place: Place) -> bool:
    """Whether the member's name says that it is an id or a running number."""
    name = next((key for key in reversed(place) if isinstance(key, str)), "")
    return bool(_ID_NAME.search(name))


def _is_id(value: Any) -> bool:
    return bool(value) if isinstance(value, str) else type(value) is int


def _object_shape(value: dict[str, Any]) -> tuple[Hashable, ...]:
    return _naming_members(value) or (frozenset(value),)


def _naming_members(value: dict[str, Any]) -> tuple[Hashable, ...]:
    named = tuple(
        (name, inner)
        for name, inner in sorted(value.items())
        if name in _NAMING and (_is_word(inner) or (name == "op" and isinstance(inner, int)))
    )
    answers = tuple(name for name in ("error", "errors") if value.get(name))
    return (*named, *answers) if named else ()


def _element(value: Any) -> Hashable:
    if isinstance(value, str):
        return value if _is_word(value) else "string"
    if isinstance(value, dict):
        return _naming_members(value) or "object"
    return type(value).__name__


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(_WORD.fullmatch(value)) and not _GENERATED_TAIL.search(value)
