"""Secrets by the names that they stand under: in URLs and free text, headers, JSON, JSON in JSON.

Which names those are is the business of :mod:`wstui.profiles.secrets`.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from wstui.exchange.placeholders import Placeholders
from wstui.profiles.secrets import is_secret_name, redact_header, redact_subprotocols, redact_text

_SCHEMES = re.compile(r"(basic|bearer|digest|token|apikey|negotiate)(\s+)(\S.*)", re.IGNORECASE | re.DOTALL)
_COOKIE_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "httponly", "secure", "partitioned", "priority"}
)

_json = json.JSONDecoder(strict=False)
_JSON_START = re.compile(r'[\[{](?=\s*["\[{\]}\dtfn-])')
_JSON_IN_JSON = 4
"""So deep is JSON looked for in strings of JSON."""
_MOST_TRIES = 32
"""So often may what looks like JSON in a text be none."""


class NamedSecrets:
    """Replaces what has a secret's name, or matches a pattern."""

    def __init__(self, placeholders: Placeholders, patterns: Iterable[str] = ()) -> None:
        """Of one export.

        Args:
            placeholders: gives them, and remembers.
            patterns: regular expressions; what matches one is a secret too.

        Raises:
            re.error: one of them is none.
        """
        self._placeholders = placeholders
        self._patterns = [re.compile(pattern) for pattern in patterns]

    @property
    def has_patterns(self) -> bool:
        """Whether anything may be a secret, whatever its name."""
        return bool(self._patterns)

    # ---- free text ----

    def text(self, text: str) -> str:
        """Free text: a URL, a reason, a message, JSON; known secrets are replaced by their value as well."""
        shown = self._within(text)
        data = shown.encode("utf-8", "surrogatepass")
        replaced = self._placeholders.by_value(data)
        return shown if replaced == data else replaced.decode("utf-8", "surrogatepass")

    def payload(self, payload: bytes) -> bytes:
        """A message, by names alone; what is not UTF-8 is looked into as well."""
        shown = self._within(payload.decode("utf-8", "surrogateescape"))
        try:
            return shown.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half a character, spelled as an escape
            return shown.encode("utf-8", "surrogatepass")

    def _named(self, text: str) -> str:
        for pattern in self._patterns:
            text = pattern.sub(lambda found: self._placeholders.shown(found[0], "pattern"), text)
        return redact_text(text, self._placeholders.shown)

    def _within(self, text: str, depth: int = 0) -> str:
        """Pairs in the text are replaced in place; then the JSON that it is, or holds, is looked into.

        There whole objects below a secret's name are found, names that are spelled with escapes, and JSON in
        strings of JSON.
        """
        text = self._named(text)
        parts: list[str] = []
        done = at = failed = 0
        while depth <= _JSON_IN_JSON and failed < _MOST_TRIES and (start := _JSON_START.search(text, at)):
            try:
                value, end = _json.raw_decode(text, start.start())
            except (ValueError, RecursionError):
                failed, at = failed + 1, start.end()
                continue
            shown = self._inside(value, depth + 1)
            if shown != value:
                parts += text[done : start.start()], _json_text(shown)
                done = end
            at = end
        return "".join((*parts, text[done:]))

    def _inside(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self._within(value, depth)
        if isinstance(value, dict):
            return {
                key: self._placeholders.secret(inner, key)
                if is_secret_member(key, inner)
                else self._inside(inner, depth)
                for key, inner in value.items()
            }
        return [self._inside(inner, depth) for inner in value] if isinstance(value, list) else value

    # ---- mappings: details, settings, headers ----

    def mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """A mapping that JSON can hold, as it may leave; ``headers`` in it are lists of name and value."""
        return {key: self._member(key, inner) for key, inner in value.items()}

    def _member(self, key: Any, value: Any) -> Any:
        if key == "headers" and isinstance(value, list):
            return [self._header(line) for line in value]
        if key == "headers" and isinstance(value, dict):
            return dict(self._header([name, inner]) for name, inner in value.items())
        if key == "subprotocol" and isinstance(value, str):
            return self._subprotocols([value])[0]
        if key == "subprotocols" and isinstance(value, list) and all(isinstance(row, str) for row in value):
            return self._subprotocols(value)
        if is_secret_member(key, value):
            return self._placeholders.secret(value, str(key))
        return self._value(value)

    def _subprotocols(self, subprotocols: list[str]) -> list[str]:
        return [self.text(row) for row in redact_subprotocols(subprotocols, self._placeholders.shown)]

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
        lowered = name.lower()
        if lowered in ("cookie", "set-cookie"):
            return [name, "; ".join(self._cookie(part) for part in value.split("; "))]
        if lowered.endswith("authorization") and (found := _SCHEMES.fullmatch(value)):
            self._learn_basic(found)
            return [name, f"{found[1]}{found[2]}{self._placeholders.shown(found[3], name)}"]
        return [name, self._placeholders.by_value_text(redact_header(name, value, self._placeholders.shown))]

    def _cookie(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        if name.strip().lower() in _COOKIE_ATTRIBUTES:
            return pair
        return (
            f"{name}={self._placeholders.shown(value, 'cookie')}"
            if equals
            else self._placeholders.shown(pair, "cookie")
        )

    def _learn_basic(self, found: re.Match[str]) -> None:
        """The password inside of Basic credentials is a secret by itself (RFC 7617 §2)."""
        if found[1].lower() != "basic":
            return
        try:
            password = base64.b64decode(found[3], validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return
        self._placeholders.learn(lambda: self._placeholders.shown(password, "password"))


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_secret_member(key: Any, value: Any) -> bool:
    """Whether a member of a JSON object holds a secret; null, true and false are none."""
    return is_secret_name(str(key)) and value is not None and not isinstance(value, bool)
