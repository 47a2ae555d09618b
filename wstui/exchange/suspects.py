"""Which of many payloads may hold a secret: a quick look, before anything is parsed.

All payloads of a batch are looked at together, as one run of bytes. Rule 1: what is passed over here
holds no secret that :mod:`wstui.exchange.redaction` would find; a suspicion may turn out to be nothing.
Rule 2: no look crosses the line end between two payloads.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from wstui.profiles.secrets import is_secret_name

_STEMS = (
    *(b"token", b"secret", b"pass", b"pwd", b"key", b"sig", b"sid", b"sessionid", b"auth", b"cookie"),
    *(b"credential", b"jwt", b"otp", b"bearer", b"basic", b"eyj"),
)
"""Each word that makes a name a secret's has one of them in it."""

_LOWER_CASE = bytes(range(256)).lower()
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_LETTERS = re.compile(rb"[A-Za-z]*")
_LETTERS_BEFORE = re.compile(rb"[A-Za-z]*\Z")
_LONGEST_WORD = 64
_LONGEST_ESCAPE = 6
"""Bytes, as in ``\\uabcd``."""

_USERINFO = re.compile(rb":\\*/\\*/[^/?#\s\"'@]*@")
_ESCAPED_NAME = re.compile(rb"\\u00[2-7]")
_PERCENT_NAME = re.compile(rb"%[0-9a-fA-F]{2}[^%=&;#?\s\"']*=")
_ODD_PLACES = ((b"@", _USERINFO), (b"\\u00", _ESCAPED_NAME), (b"%", _PERCENT_NAME))
"""A password in a URL, and names that are spelled with escapes."""


class Payloads:
    """Many payloads as one run of bytes."""

    def __init__(self, payloads: Sequence[bytes | None]) -> None:
        """An event without a payload counts as one with an empty one."""
        self._payloads = payloads
        self.blob = b"\n".join([payload or b"" for payload in payloads])

    @cached_property
    def _ends(self) -> list[int]:
        """Where the next payload begins, for each of them."""
        return list(accumulate(len(payload or b"") + 1 for payload in self._payloads))

    def owner(self, place: int) -> int:
        """Whose byte that is."""
        return bisect_right(self._ends, place)

    def end(self, index: int) -> int:
        """Where the next payload begins."""
        return self._ends[index]

    def owners(self, places: Iterable[re.Match[bytes]]) -> Iterator[int]:
        """Whose the beginnings of some finds are."""
        return (self.owner(found.start()) for found in places)

    def with_any(self, parts: Iterable[bytes]) -> set[int]:
        """Those that have one of some parts in them."""
        found: set[int] = set()
        for part in parts:
            place = self.blob.find(part)
            while place >= 0:
                index = self.owner(place)
                found.add(index)
                place = self.blob.find(part, self.end(index))
        return found


def may_name_a_secret(payloads: Payloads) -> set[int]:
    """The payloads in which something names a secret, as far as a quick look can tell."""
    blob = payloads.blob
    # Nearly half of most JSON is no letters: one pass that drops them pays for a search of sixteen words.
    letters = blob.translate(_LOWER_CASE, _NO_LETTERS)
    stems = [stem for stem in _STEMS if stem in letters]
    found: set[int] = set()
    if stems:
        lowered = blob.lower()
        for stem in stems:
            _find_words(payloads, lowered, stem, found)
    for sign, pattern in _ODD_PLACES:
        if sign in blob:
            found.update(payloads.owners(pattern.finditer(blob)))
    return found


def _find_words(payloads: Payloads, lowered: bytes, stem: bytes, found: set[int]) -> None:
    place = lowered.find(stem)
    while place >= 0:
        start, end = _run_around(payloads.blob, place)
        index = payloads.owner(place)
        if index in found or _is_suspicious(payloads.blob, start, end):
            found.add(index)
            end = payloads.end(index)
        place = lowered.find(stem, end)


def _run_around(blob: bytes, place: int) -> tuple[int, int]:
    """Where the letters around a place begin and end; of very many, some before it."""
    before = _LETTERS_BEFORE.search(blob, max(place - _LONGEST_WORD, 0), place)
    end = _LETTERS.match(blob, place)
    assert before is not None
    assert end is not None
    return before.start(), end.end()


def _is_suspicious(blob: bytes, start: int, end: int) -> bool:
    if end - start >= _LONGEST_WORD:
        return True
    word = blob[start:end].decode("ascii")
    if b"\\" not in blob[max(start - _LONGEST_ESCAPE, 0) : start]:
        return _is_a_secrets_word(word)
    # What seems to be the word's beginning may be the end of an escape: \nkey, \u00ebkey.
    return any(_is_a_secrets_word(word[skip:]) for skip in range(_LONGEST_ESCAPE))


@lru_cache(maxsize=4096)
def _is_a_secrets_word(word: str) -> bool:
    """Whether a run of letters makes the name around it a secret's, or begins one."""
    return (
        is_secret_name(word)
        or is_secret_name(word.lower())
        or word.lower() == "basic"
        or word.startswith("eyJ")
    )
