"""``{{name}}`` in what is sent: values given on the command line, or captured from an answer."""

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(rb"\{\{\s*([A-Za-z_][\w-]*)\s*\}\}")


def fill(payload: bytes, variables: Mapping[str, str]) -> bytes:
    """The payload with its placeholders filled; a name that has no value stays as it is written."""
    if not variables or b"{{" not in payload:
        return payload

    def value(found: re.Match[bytes]) -> bytes:
        text = variables.get(found[1].decode())
        return found[0] if text is None else text.encode("utf-8", "surrogateescape")

    return _PLACEHOLDER.sub(value, payload)


def is_variable_name(name: str) -> bool:
    """Whether ``{{name}}`` would be a placeholder."""
    return _PLACEHOLDER.fullmatch(b"{{%s}}" % name.encode("utf-8", "replace")) is not None


def value_text(value: object) -> str:
    """A captured JSON value as it stands in a message: texts bare, anything else as JSON."""
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def read_value(text: str) -> object:
    """A text as JSON where it is some, else as it is: ``5`` is a number, ``abc`` a text."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
