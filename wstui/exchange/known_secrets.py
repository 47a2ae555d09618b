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

MIN_LENGTH = 6
"""Characters. Shorter values stand in too many innocent places."""

SPELLED_OUT = 64
"""So many secrets are searched for in every encoding; of further ones whole words are looked up."""

_RUN = re.compile(rb"[A-Za-z0-9+/=_-]*")
_RUN_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")
_WORD = re.compile(rb"[A-Za-z0-9+/=_.~-]{6,}")
_JSON_ESCAPE = re.compile(rb'((?:\\u[0-9a-fA-F]{4})+)|\\(["\\/bfnrt])')
_PERCENT = re.compile(rb"%[0-9a-fA-F]{2}")
_SHORT_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
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

    def in_any(self, blob: bytes) -> bool:
        """Whether any of many payloads, put together, may hold a secret: a quick look."""
        if not self._raw:
            return False
        if self._words or _PERCENT.search(blob) or b"\\u" in blob:
            return True
        return any(needle in blob for needle in self._plain) or any(
            needle in blob for needle in self._encoded
        )

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
            data = _JSON_ESCAPE.sub(_unescape, data)
        if data == before:
            return
        yield data


def _unescape(found: re.Match[bytes]) -> bytes:
    if found[1]:
        units = bytes.fromhex(found[1].replace(b"\\u", b"").decode())
        return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
    return _SHORT_ESCAPES.get(found[2], found[2])
