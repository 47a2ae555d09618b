"""What leaves this machine leaves without secrets.

Which names hold a secret is the business of :mod:`wstui.profiles.secrets`; here it is applied to events:
headers, URLs, JSON keys, close reasons, free text. The same secret gets the same placeholder
throughout (``[redacted 1]``), so that a reader still sees where it comes back. A session is learned from
first, so that a secret is found also before the place that names it, and in any of the encodings of
:mod:`wstui.exchange.known_secrets`.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from wstui.events import Kind, RecordedEvent
from wstui.exchange.known_secrets import MIN_LENGTH, KnownSecrets
from wstui.exchange.suspects import Payloads, may_name_a_secret
from wstui.profiles.secrets import (
    is_secret_name,
    redact_header,
    redact_subprotocols,
    redact_text,
    redact_value,
)
from wstui.timeline import StoredEvent

_NUMBERED = re.compile(r"\[redacted(?: \d+)?\]")
_KINDS_WITHOUT_WORDS = frozenset({Kind.TEXT.value, Kind.BINARY.value, Kind.PING.value, Kind.PONG.value})
"""Their detail holds numbers and words of our own only."""

_SCHEMES = re.compile(r"(basic|bearer|digest|token|apikey|negotiate)(\s+)(\S.*)", re.IGNORECASE | re.DOTALL)
_COOKIE_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "httponly", "secure", "partitioned", "priority"}
)
_WEAK_NAMES = frozenset({"key", "sign", "sid"})
_PLAIN_WORDS = re.compile(r"[A-Za-z _.-]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
"""A number is replaced where it stands, and not hunted: in JSON it stands without quotes."""
_UNFINISHED = re.compile(r'"(?P<name>(?:[^"\\]|\\.){1,200})"\s*:\s*"(?P<value>[^"]*)\Z')
_PREFIX_LENGTH = 4

_json = json.JSONDecoder(strict=False)
_JSON_START = re.compile(r'[\[{](?=\s*["\[{\]}\dtfn-])')
_JSON_IN_JSON = 4
"""So deep is JSON looked for in strings of JSON."""
_MOST_TRIES = 32
"""So often may what looks like JSON in a text be none."""


class Redactor:
    """Replaces secrets, and remembers which had which placeholder."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        """A redactor that knows no secret yet.

        Args:
            patterns: regular expressions; what matches one is a secret too.

        Raises:
            re.error: one of them is none.
        """
        self._patterns = [re.compile(pattern) for pattern in patterns]
        self._placeholders: dict[str, str] = {}
        self._known = KnownSecrets()
        self._learning = False
        self.count = 0
        """How many places were redacted so far."""

    @property
    def secrets(self) -> int:
        """How many different secrets there were so far."""
        return len(self._placeholders)

    @property
    def has_patterns(self) -> bool:
        """Whether anything may be a secret, whatever its name."""
        return bool(self._patterns)

    # ---- learning ----

    def learn(self, value: Mapping[str, Any]) -> None:
        """Take in the secrets of a mapping, to replace them wherever they stand."""
        self._learn(lambda: self.mapping(value))

    def learn_text(self, text: str) -> None:
        """The same of a text."""
        self._learn(lambda: self.text(text))

    def learn_events(self, events: Sequence[RecordedEvent]) -> None:
        """The same of events."""
        self._learn(lambda: self.events(events))

    def learn_payload(self, payload: bytes) -> None:
        """The same of a message."""
        self._learn(lambda: self.payload(payload))

    def _learn(self, look: Callable[[], object]) -> None:
        count, self._learning = self.count, True
        try:
            look()
        finally:
            self.count, self._learning = count, False

    # ---- replacing ----

    def suspects(self, events: Sequence[RecordedEvent | StoredEvent], *, named: bool = True) -> list[int]:
        """Which of some events may hold a secret; the others may leave as they are.

        All payloads are looked at together: that is many times as fast.

        Args:
            events: as recorded.
            named: whether a payload may name a secret; False where that was looked for already.
        """
        if self._patterns:
            return list(range(len(events)))
        payloads = Payloads([event.payload for event in events])
        found = may_name_a_secret(payloads) if named else set()
        if not self._learning:
            found |= self._known.suspects(payloads)
        found.update(index for index, event in enumerate(events) if event.detail and _says_more(event))
        return sorted(found)

    def events(self, events: Sequence[RecordedEvent]) -> list[RecordedEvent]:
        """Events as they may leave."""
        shown = list(events)
        for index in self.suspects(events):
            shown[index] = self.event(shown[index])
        return shown

    def event(self, event: RecordedEvent) -> RecordedEvent:
        """The event as it may leave; of a fragmented message's frame only what it tells alone."""
        payload = event.payload
        if payload:
            # A Close frame's body: two bytes of code, then the reason (RFC 6455 §5.5.1).
            start = 2 if event.kind == Kind.CLOSE else 0
            shown = payload[:start] + self.payload(payload[start:])
            if event.detail.get("cut"):
                shown = self._without_cut_secret(shown)
            event = event._replace(payload=shown)
        if event.detail and event.kind not in _KINDS_WITHOUT_WORDS:
            event = event._replace(detail=self.mapping(event.detail))
        return event

    def payload(self, payload: bytes) -> bytes:
        """A message as it may leave; what is not UTF-8 is looked into as well."""
        if self._patterns or may_name_a_secret(Payloads([payload])):
            payload = self._by_name(payload)
        return self._by_value(payload)

    def mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """A mapping that JSON can hold, as it may leave; ``headers`` in it are lists of name and value."""
        return {key: self._member(key, inner) for key, inner in value.items()}

    def text(self, text: str) -> str:
        """Free text as it may leave: a URL, a reason, a message, JSON."""
        shown = self._named_within(text)
        data = shown.encode("utf-8", "surrogatepass")
        replaced = self._by_value(data)
        return shown if replaced == data else replaced.decode("utf-8", "surrogatepass")

    # ---- by value ----

    def _by_value(self, data: bytes) -> bytes:
        if self._learning:
            return data
        data, count = self._known.redact(data)
        self.count += count
        return data

    # ---- by name ----

    def _named(self, text: str) -> str:
        for pattern in self._patterns:
            text = pattern.sub(lambda found: self._shown(found[0], "pattern"), text)
        return redact_text(text, self._shown)

    def _by_name(self, payload: bytes) -> bytes:
        shown = self._named_within(payload.decode("utf-8", "surrogateescape"))
        try:
            return shown.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half a character, spelled as an escape
            return shown.encode("utf-8", "surrogatepass")

    def _named_within(self, text: str, depth: int = 0) -> str:
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
            shown = self._named_inside(value, depth + 1)
            if shown != value:
                parts += text[done : start.start()], _json_text(shown)
                done = end
            at = end
        return "".join((*parts, text[done:]))

    def _named_inside(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self._named_within(value, depth)
        if isinstance(value, dict):
            return {
                key: self._secret(inner, key)
                if is_secret_member(key, inner)
                else self._named_inside(inner, depth)
                for key, inner in value.items()
            }
        return [self._named_inside(inner, depth) for inner in value] if isinstance(value, list) else value

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
            return self._secret(value, str(key))
        return self._value(value)

    def _subprotocols(self, subprotocols: list[str]) -> list[str]:
        return [self.text(row) for row in redact_subprotocols(subprotocols, self._shown)]

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
            return [name, f"{found[1]}{found[2]}{self._shown(found[3], name)}"]
        return [name, self._by_value_text(redact_header(name, value, self._shown))]

    def _by_value_text(self, text: str) -> str:
        return self._by_value(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def _cookie(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        if name.strip().lower() in _COOKIE_ATTRIBUTES:
            return pair
        return f"{name}={self._shown(value, 'cookie')}" if equals else self._shown(pair, "cookie")

    def _learn_basic(self, found: re.Match[str]) -> None:
        """The password inside of Basic credentials is a secret by itself (RFC 7617 §2)."""
        if found[1].lower() != "basic":
            return
        try:
            password = base64.b64decode(found[3], validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return
        self._learn(lambda: self._shown(password, "password"))

    def _secret(self, value: Any, name: str) -> Any:
        if isinstance(value, str):
            return self._shown(value, name)
        shown = self._placeholder(repr(value), name, is_text=False)
        self._learn(lambda: [self._shown(text, name) for text in _texts_in(value)])
        return shown

    def _shown(self, value: str, name: str) -> str:
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
                self._known.add(secret, known)
        return known

    def _without_cut_secret(self, payload: bytes) -> bytes:
        """The recording limit may have cut a message in the middle of a secret."""
        text = payload.decode("utf-8", "surrogateescape")
        found = _UNFINISHED.search(text, max(len(text) - 100_000, 0))
        if found and is_secret_name(found["name"]):
            return (text[: found.start("value")] + self._shown(found["value"], found["name"])).encode(
                "utf-8", "surrogateescape"
            )
        return self._known.without_beginning(payload, _PREFIX_LENGTH)


def _says_more(event: RecordedEvent | StoredEvent) -> bool:
    """Whether an event with a detail must be looked at by itself."""
    if event.kind not in _KINDS_WITHOUT_WORDS:
        return True
    detail = event.detail or ""
    return "cut" in detail or "fragment" in detail


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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


def is_secret_member(key: Any, value: Any) -> bool:
    """Whether a member of a JSON object holds a secret; null, true and false are none."""
    return is_secret_name(str(key)) and value is not None and not isinstance(value, bool)
