"""Secrets and what stands in their place: the same secret gets the same placeholder throughout.

``[redacted 1]``, so that a reader still sees where it comes back.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from wstui.exchange.known_secrets import MIN_LENGTH, KnownSecrets
from wstui.profiles.secrets import redact_value

_NUMBERED = re.compile(r"\[redacted(?: \d+)?\]")
_WEAK_NAMES = frozenset({"key", "sign", "sid"})
_PLAIN_WORDS = re.compile(r"[A-Za-z _.-]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
"""A number is replaced where it stands, and not hunted: in JSON it stands without quotes."""


class Placeholders:
    """Which secret has which placeholder."""

    def __init__(self) -> None:
        """None is known."""
        self._placeholders: dict[str, str] = {}
        self.known = KnownSecrets()
        """Those whose value alone gives them away."""
        self.learning = False
        """Nothing is replaced by its value while secrets are looked for."""
        self.count = 0
        """How many places were redacted so far."""

    @property
    def secrets(self) -> int:
        """How many different secrets there were so far."""
        return len(self._placeholders)

    def learn(self, look: Callable[[], object]) -> None:
        """Take in what ``look`` finds; nothing of it counts."""
        count, learning, self.learning = self.count, self.learning, True
        try:
            look()
        finally:
            self.count, self.learning = count, learning

    def by_value(self, data: bytes) -> bytes:
        """Replace known secrets, however they are spelled."""
        if self.learning:
            return data
        data, count = self.known.redact(data)
        self.count += count
        return data

    def by_value_text(self, text: str) -> str:
        """The same in a text."""
        return self.by_value(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def secret(self, value: Any, name: str) -> Any:
        """What stands in the place of a value, of any JSON type, that has a secret's name."""
        if isinstance(value, str):
            return self.shown(value, name)
        shown = self._placeholder(repr(value), name, is_text=False)
        self.learn(lambda: [self.shown(text, name) for text in _texts_in(value)])
        return shown

    def shown(self, value: str, name: str) -> str:
        """What stands in the place of ``value``: itself, where it is no secret after all."""
        if _NUMBERED.fullmatch(value) or redact_value(value) == value:
            return value
        return self._placeholder(value, name)

    def _placeholder(self, secret: str, name: str, *, is_text: bool = True) -> str:
        self.count += 1
        known = self._placeholders.get(secret)
        if known is None:
            known = f"[redacted {len(self._placeholders) + 1}]"
            self._placeholders[secret] = known
            if is_text and _is_telling(secret, name):
                self.known.add(secret, known)
        return known


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(inner)


def _is_telling(secret: str, name: str) -> bool:
    """Whether the value alone gives the secret away; ``{"key": "trades"}`` must not blot out every trade."""
    if len(secret) < MIN_LENGTH or _NUMBER.fullmatch(secret):
        return False
    return not (name.lower() in _WEAK_NAMES and _PLAIN_WORDS.fullmatch(secret))
