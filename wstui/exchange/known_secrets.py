"""Known secrets, found again wherever they stand: as they are, escaped, encoded, inside other bytes.

Names tell a secret once (:mod:`wstui.profiles.secrets`); from then on its value is what is looked for.
Rule 1: a look costs little where there is nothing to find. Rule 2: what decodes to a secret but cannot
be cut out of its encoding goes as a whole.
"""

import base64
import contextlib
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote_plus, unquote_to_bytes

from wstui.exchange.suspects import Payloads

MIN_LENGTH = 6
"""Characters. Shorter values stand in too many innocent places."""

SPELLED_OUT = 64
"""So many secrets are searched for in every encoding; of further ones whole words are looked up."""

_RUN = re.compile(rb"[A-Za-z0-9+/=_-]*")
_RUN_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")
_WORD = re.compile(rb"[A-Za-z0-9+/=_.~-]{6,}")
_JSON_ESCAPE = re.compile(rb'((?:\\u[0-9a-fA-F]{4})+)|\\(["\\/bfnrt])')
_PERCENT = re.compile(rb"%[0-9a-fA-F]{2}")
_SHORT_ESCAPES = {bytes((a,)): bytes((b,)) for a, b in zip(b'bfnrt"/\\', b'\b\f\n\r\t"/\\', strict=True)}
_ROUNDS = 3
"""So often is an escaped text unescaped: JSON inside JSON inside a URL."""


class KnownSecrets:
    """Secrets with their placeholders, and the bytes by which they are recognised."""

    def __init__(self) -> None:
        self._plain: dict[bytes, bytes] = {}
        """From a spelling to the placeholder: cut out exactly."""
        self._encoded: dict[bytes, bytes] = {}
        """From a piece of an encoding to the placeholder: the run of letters around it goes."""
        self._words: dict[bytes, bytes] = {}
        self._raw: dict[bytes, bytes] = {}
        self._count = 0
        self._order: list[tuple[bytes, bytes]] | None = None

    def add(self, secret: str, placeholder: str) -> None:
        """Look for ``secret`` from now on, also in its unescaped spellings."""
        for spelling in _spellings(secret):
            if len(spelling) >= MIN_LENGTH and spelling not in "[redacted 0123456789]":
                self._add(spelling, placeholder.encode())

    def _add(self, secret: str, placeholder: bytes) -> None:
        raw = secret.encode("utf-8", "surrogatepass")
        if raw in self._raw:
            return
        self._count += 1
        self._order = None
        self._raw[raw] = placeholder
        if self._count > SPELLED_OUT:
            self._words |= dict.fromkeys(
                (raw, base64.b64encode(raw), base64.urlsafe_b64encode(raw), raw.hex().encode()), placeholder
            )
            return
        for needle in _written(secret, raw):
            self._plain.setdefault(needle, placeholder)
        for needle in _encodings(raw):
            self._encoded.setdefault(needle, placeholder)

    def suspects(self, payloads: Payloads) -> set[int]:
        """Which of many payloads may hold one: a quick look."""
        if not self._raw:
            return set()
        found = payloads.with_any((*self._plain, *self._encoded))
        if self._words:
            words = (word for word in _WORD.finditer(payloads.blob) if word[0] in self._words)
            found.update(payloads.owners(words))
        if self._hidden_in(payloads.blob) is not None:
            found |= payloads.with_any((b"\\", b"%"))
        return found

    def redact(self, data: bytes) -> tuple[bytes, int]:
        """The same without secrets, and how many places were replaced."""
        if not self._raw:
            return data, 0
        count = 0
        for needle, placeholder in self._longest_first():
            if needle in data:
                count += data.count(needle)
                data = data.replace(needle, placeholder)
        for needle, placeholder in self._encoded.items():
            at = data.find(needle)
            while at >= 0:
                count += 1
                data, end = _without_run(data, at, len(needle), placeholder)
                at = data.find(needle, end)
        if self._words:
            data, found = self._redact_words(data)
            count += found
        hidden = self._hidden_in(data)
        return (data, count) if hidden is None else (hidden, count + 1)

    def without_beginning(self, data: bytes, length: int) -> bytes:
        """The same without the first ``length`` or more bytes of a secret at its very end."""
        for raw, placeholder in self._raw.items():
            for size in range(min(len(raw) - 1, len(data)), length - 1, -1):
                if data.endswith(raw[:size]):
                    return data[:-size] + placeholder
        return data

    def _longest_first(self) -> list[tuple[bytes, bytes]]:
        """A secret that holds another one is replaced before it."""
        if self._order is None:
            self._order = sorted(self._plain.items(), key=lambda item: -len(item[0]))
        return self._order

    def _redact_words(self, data: bytes) -> tuple[bytes, int]:
        count = 0

        def look_up(found: re.Match[bytes]) -> bytes:
            nonlocal count
            placeholder = self._words.get(found[0])
            count += placeholder is not None
            return found[0] if placeholder is None else placeholder

        return _WORD.sub(look_up, data), count

    def _hidden_in(self, data: bytes) -> bytes | None:
        """The placeholder of a secret that shows once escapes are undone."""
        for decoded in _unescaped(data):
            for raw, placeholder in self._raw.items():
                if raw in decoded:
                    return placeholder
        return None


def _spellings(secret: str) -> set[str]:
    """The secret as it was found, and what it stands for where it is escaped itself."""
    found = {secret, unquote_plus(secret)}
    if "\\" in secret:
        with contextlib.suppress(ValueError):
            found.add(str(json.loads(f'"{secret}"')))
    return found


def _written(secret: str, raw: bytes) -> set[bytes]:
    """How text writes it: in JSON, in JSON inside JSON, in a URL."""
    texts = {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    texts |= {re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), text) for text in texts}
    for ensure_ascii in (True, False):
        once = json.dumps(secret, ensure_ascii=ensure_ascii)[1:-1]
        texts |= {once, once.replace("/", "\\/"), json.dumps(once, ensure_ascii=ensure_ascii)[1:-1]}
    return {raw, *(text.encode("utf-8", "surrogatepass") for text in texts)}


def _encodings(raw: bytes) -> set[bytes]:
    """Hexadecimal, and what base64 makes of it wherever it stands among other bytes."""
    found = {raw.hex().encode(), raw.hex().upper().encode()}
    for before in range(3):
        # Six bits a sign: those that hold only bits of the secret, whatever stands before and after.
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(bytes(before) + raw)[first:last])
    return found


def _without_run(data: bytes, at: int, length: int, placeholder: bytes) -> tuple[bytes, int]:
    """The run of letters around a find goes; where to look on."""
    start = at
    while start and data[start - 1] in _RUN_LETTERS:
        start -= 1
    end = _RUN.match(data, at + length)
    assert end is not None
    return data[:start] + placeholder + data[end.end() :], start + len(placeholder)


def _unescaped(data: bytes) -> Iterator[bytes]:
    for _ in range(_ROUNDS):
        before = data
        if b"%" in data:
            data = unquote_to_bytes(data)
        if b"\\" in data:
            data = _without_json_escapes(data)
        if data == before:
            return
        yield data


def _without_json_escapes(data: bytes) -> bytes:
    if b"\\u" in data or b"\0" in data:
        return _JSON_ESCAPE.sub(_unescape, data)
    data = data.replace(b"\\\\", b"\0")  # out of the way, so that each backslash left begins an escape
    for letter, meant in _SHORT_ESCAPES.items():
        data = data.replace(b"\\" + letter, meant)
    return data.replace(b"\0", b"\\")


def _unescape(found: re.Match[bytes]) -> bytes:
    if found[1]:
        units = bytes.fromhex(found[1].replace(b"\\u", b"").decode())
        return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
    return _SHORT_ESCAPES[found[2]]
