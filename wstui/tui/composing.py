"""What is being typed, judged: is it JSON, is it hexadecimal, how many bytes; and what was sent before.

Pure functions and the history; the composer only draws them.
"""

import re
from dataclasses import dataclass, field

from wstui.tui.json_text import json_problem, looks_like_json
from wstui.tui.variables import has_variables, without_variables
from wstui.words.measures import size_text

_JUDGED_CHARACTERS = 256 * 1024
_BETWEEN_HEX_DIGITS = re.compile(r"[\s:,]+|0x", re.IGNORECASE)
_NOT_HEX = re.compile(r"[^0-9a-fA-F]")
HISTORY_LIMIT = 200


class HexError(ValueError):
    """The text is not a row of bytes in hexadecimal; the message is a clause."""


def parse_hex(text: str) -> bytes:
    """Bytes from hexadecimal digits, with or without spaces, colons, commas and ``0x``.

    Raises:
        HexError: some character is no hexadecimal digit, or a digit is alone.
    """
    digits = _BETWEEN_HEX_DIGITS.sub("", text)
    wrong = _NOT_HEX.search(digits)
    if wrong is not None:
        raise HexError(f"“{wrong[0]}” is not a hexadecimal digit")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise HexError("a byte has two hexadecimal digits; one is missing") from None


def judge(text: str, *, binary: bool) -> tuple[str, str]:
    """What to say beside the composer's title, and its tone: ``text · valid JSON · 57 B``."""
    if binary:
        try:
            return f"hex · {size_text(len(parse_hex(text)))}", "good"
        except HexError as error:
            return f"hex · {error}", "warning"
    size = size_text(len(text.encode("utf-8", "surrogatepass")))
    if len(text) <= _JUDGED_CHARACTERS and has_variables(text):
        text, size = without_variables(text), "with variables"
    if not looks_like_json(text) or len(text) > _JUDGED_CHARACTERS:
        return f"text · {size}", "quiet"
    problem = json_problem(text)
    if problem is None:
        return f"text · valid JSON · {size}", "good"
    return f"text · not JSON: {problem} · {size}", "warning"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it was typed."""

    text: str
    binary: bool = False
    attachment: bytes | None = None
    """What is sent in place of a text that is too long to show, or comes from a file."""
    attached: str = ""
    """What the attachment is, in words."""


@dataclass(slots=True)
class History:
    """What was sent, oldest first, and where a person is in it; the draft waits at the end."""

    entries: list[Sent] = field(default_factory=list)
    _at: int | None = None
    _draft: Sent = field(default_factory=lambda: Sent(""))

    def add(self, sent: Sent) -> None:
        """Remember a message; the same one twice in a row counts once."""
        if not self.entries or self.entries[-1] != sent:
            self.entries.append(sent)
            del self.entries[:-HISTORY_LIMIT]
        self._at = None

    def older(self, current: Sent) -> Sent | None:
        """The message before; the first step keeps ``current`` as the draft."""
        at = len(self.entries) if self._at is None else self._at
        if at == 0:
            return None
        if self._at is None:
            self._draft = current
        self._at = at - 1
        return self.entries[self._at]

    def newer(self) -> Sent | None:
        """The message after, or the draft again."""
        if self._at is None:
            return None
        self._at += 1
        if self._at < len(self.entries):
            return self.entries[self._at]
        self._at = None
        return self._draft
