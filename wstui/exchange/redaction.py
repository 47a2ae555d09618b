"""What leaves this machine leaves without secrets.

Which names hold a secret is the business of :mod:`wstui.profiles.secrets`; here it is applied to events:
headers, URLs, JSON keys, close reasons, free text. The same secret gets the same placeholder
throughout (``[redacted 1]``), so that a reader still sees where it comes back. What is not UTF-8 is not
looked into.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from wstui.events import Kind, RecordedEvent
from wstui.profiles.secrets import REDACTED, is_secret_name, redact_header, redact_text, redact_value

_NUMBERED = re.compile(r"\[redacted(?: \d+)?\]")
_KINDS_WITHOUT_WORDS = frozenset({Kind.TEXT.value, Kind.BINARY.value, Kind.PING.value, Kind.PONG.value})
"""Their detail holds numbers and words of our own only."""

_WORD_SIGNS = (
    *(b"token", b"secret", b"pass", b"pwd", b"key", b"sig", b"sid", b"sessionid", b"auth", b"cookie"),
    *(b"credential", b"jwt", b"otp", b"bearer", b"basic", b"eyj"),
)
_OTHER_SIGNS = (b"@", b"\\u00", b"%")
"""A password in a URL, and names that are spelled with escapes."""

_SIGNS = (*_WORD_SIGNS, *_OTHER_SIGNS)
"""A payload with none of these holds nothing to redact."""

_LOWER_CASE = bytes(range(256)).lower()
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())


def signs_in(payload: bytes, signs: Sequence[bytes] = _SIGNS) -> list[bytes]:
    """Which signs of a secret are in a payload: a quick look, before anything is parsed.

    Without one there is nothing to redact; with one there may be.
    """
    # Nearly half of most JSON is no letters: one pass that drops them pays for a search of sixteen words.
    letters = payload.translate(_LOWER_CASE, _NO_LETTERS)
    return [sign for sign in signs if sign in (payload if sign in _OTHER_SIGNS else letters)]


class Redactor:
    """Replaces secrets, and remembers which had which placeholder."""

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}
        self.count = 0
        """How many places were redacted so far."""

    @property
    def secrets(self) -> int:
        """How many different secrets there were so far."""
        return len(self._placeholders)

    def events(self, events: Sequence[RecordedEvent]) -> list[RecordedEvent]:
        """Events as they may leave. All payloads are looked at together: that is ten times as fast."""
        signs = signs_in(b"\n".join([event.payload for event in events if event.payload]))
        return [
            self.event(event, signs)
            if signs or (event.detail and event.kind not in _KINDS_WITHOUT_WORDS)
            else event
            for event in events
        ]

    def event(self, event: RecordedEvent, signs: Sequence[bytes] = _SIGNS) -> RecordedEvent:
        """The event as it may leave.

        Args:
            event: as recorded.
            signs: what of :func:`signs_in` there may be in its payload.
        """
        payload = event.payload
        if payload and signs_in(payload, signs):
            is_close = event.kind == Kind.CLOSE
            event = event._replace(payload=self._close(payload) if is_close else self._payload(payload))
        if event.detail and event.kind not in _KINDS_WITHOUT_WORDS:
            event = event._replace(detail=self.mapping(event.detail))
        return event

    def mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """A mapping that JSON can hold, as it may leave; ``headers`` in it are lists of name and value."""
        return {key: self._member(key, inner) for key, inner in value.items()}

    def text(self, text: str) -> str:
        """Free text as it may leave: a URL, a reason, a message, JSON."""
        redacted = redact_text(text)
        return text if redacted == text else self._number(text, redacted)

    def _payload(self, payload: bytes) -> bytes:
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            return payload
        shown = self.text(text)
        try:
            value = msgspec.json.decode(shown)
        except (msgspec.DecodeError, RecursionError):
            return shown.encode()
        # Pairs were replaced in place; whole objects and names spelled with escapes are found here.
        redacted = self._value(value)
        return shown.encode() if redacted == value else msgspec.json.encode(redacted)

    def _close(self, payload: bytes) -> bytes:
        """A Close frame's body: two bytes of code, then the reason (RFC 6455 §5.5.1)."""
        return payload[:2] + self._payload(payload[2:])

    def _member(self, key: Any, value: Any) -> Any:
        if key == "headers" and isinstance(value, list):
            return [self._header(line) for line in value]
        if is_secret_name(str(key)) and value is not None and not isinstance(value, bool):
            return self._secret(value)
        return self._value(value)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self.mapping(value)
        if isinstance(value, list):
            return [self._value(inner) for inner in value]
        return value

    def _header(self, line: Any) -> Any:
        if not (isinstance(line, list) and len(line) == 2 and all(isinstance(part, str) for part in line)):
            return self._value(line)
        name, value = line
        redacted = redact_header(name, value)
        return [name, value if redacted == value else self._number(value, redacted)]

    def _secret(self, value: Any) -> Any:
        if not isinstance(value, str):
            return self._placeholder(repr(value))
        if _NUMBERED.fullmatch(value) or redact_value(value) == value:
            return value
        return self._placeholder(value)

    def _number(self, original: str, redacted: str) -> str:
        """Number the placeholders of ``redacted``, by the secrets that they stand for.

        What is between them is as in ``original``, which tells where each secret began and ended. Where
        that fails the number may be a new one; a secret never comes back.
        """
        first, *others = redacted.split(REDACTED)
        parts, position = [first], len(first)
        for index, piece in enumerate(others):
            is_last = index == len(others) - 1
            found = len(original) - len(piece) if is_last else original.find(piece, position)
            end = found if found >= position else len(original)
            secret = original[position:end]
            parts += (secret if secret == REDACTED else self._placeholder(secret), piece)
            position = min(end + len(piece), len(original))
        return "".join(parts)

    def _placeholder(self, secret: str) -> str:
        self.count += 1
        known = self._placeholders.get(secret)
        if known is None:
            known = f"[redacted {len(self._placeholders) + 1}]"
            self._placeholders[secret] = known
        return known
