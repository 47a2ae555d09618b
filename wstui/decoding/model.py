"""What decoding gives, and the bounds that hold it: every input comes from a peer."""

import codecs
from dataclasses import dataclass
from typing import Literal

OUTPUT_LIMIT_BYTES = 16 << 20
"""As much as one step gives; a few kilobytes of gzip can stand for gigabytes."""

TEXT_LIMIT_BYTES = 4 << 20
"""Longer texts are not looked at: reading them whole would keep everything else waiting."""

PACKED_LIMIT_BYTES = 1 << 19
"""Longer MessagePack and CBOR are not decoded."""

STEPS_LIMIT = 8
"""Gzip in base64 in JSON in gzip …: an end to it."""

_LOOKED_AT_BYTES = 4096

Form = Literal["json", "text", "binary"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was undone."""

    name: str
    data: bytes
    remarks: tuple[str, ...] = ()
    is_last: bool = False
    """What came out is meant to be read as it is."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What stands in a payload, and how it got there."""

    steps: tuple[str, ...]
    """The names of what was undone, outermost first, and of what it is in the end."""
    data: bytes
    form: Form
    """``json`` is JSON, or its like for what JSON cannot say (CBOR's diagnostic notation)."""
    remarks: tuple[str, ...] = ()
    """Sentences: what was cut, what was not checked, what is missing."""

    @property
    def chain(self) -> str:
        """The steps in one line: ``base64 › gzip › JSON``."""
        return " › ".join(self.steps)


def text_of(data: bytes) -> str | None:
    """The bytes as text, if they are UTF-8 without control characters, as far as can be seen quickly."""
    if len(data) > TEXT_LIMIT_BYTES or not is_text(data):
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def is_text(data: bytes) -> bool:
    """Whether the beginning of the data is text that a person can read."""
    try:
        shown, _ = codecs.utf_8_decode(data[:_LOOKED_AT_BYTES], "strict", False)
    except UnicodeDecodeError:
        return False
    controls = sum((sign < " " and sign not in "\t\n\r\x1e") or sign == "\x7f" for sign in shown)
    return controls == 0
