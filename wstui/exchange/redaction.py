"""What leaves this machine leaves without secrets.

The same secret gets the same placeholder throughout (:mod:`wstui.exchange.placeholders`). A session is
learned from first, so that a secret is found also before the place that names it, and in any of the
encodings of :mod:`wstui.exchange.known_secrets`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wstui.events import Kind, RecordedEvent
from wstui.exchange.named_secrets import NamedSecrets
from wstui.exchange.placeholders import Placeholders
from wstui.exchange.suspects import Payloads, may_name_a_secret
from wstui.profiles.secrets import is_secret_name
from wstui.timeline import StoredEvent

_KINDS_WITHOUT_WORDS = frozenset({Kind.TEXT.value, Kind.BINARY.value, Kind.PING.value, Kind.PONG.value})
"""Their detail holds numbers and words of our own only."""

_UNFINISHED = re.compile(r'"(?P<name>(?:[^"\\]|\\.){1,200})"\s*:\s*"(?P<value>[^"]*)\Z')
_PREFIX_LENGTH = 4


class Redactor:
    """Replaces secrets, and remembers which had which placeholder."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        """A redactor that knows no secret yet.

        Args:
            patterns: regular expressions; what matches one is a secret too.

        Raises:
            re.error: one of them is none.
        """
        self._placeholders = Placeholders()
        self._named = NamedSecrets(self._placeholders, patterns)

    @property
    def count(self) -> int:
        """How many places were redacted so far."""
        return self._placeholders.count

    @property
    def secrets(self) -> int:
        """How many different secrets there were so far."""
        return self._placeholders.secrets

    @property
    def has_patterns(self) -> bool:
        """Whether anything may be a secret, whatever its name."""
        return self._named.has_patterns

    # ---- learning ----

    def learn(self, value: Mapping[str, Any]) -> None:
        """Take in the secrets of a mapping, to replace them wherever they stand."""
        self._placeholders.learn(lambda: self.mapping(value))

    def learn_text(self, text: str) -> None:
        """The same of a text."""
        self._placeholders.learn(lambda: self.text(text))

    def learn_events(self, events: Sequence[RecordedEvent]) -> None:
        """The same of events."""
        self._placeholders.learn(lambda: self.events(events))

    def learn_payload(self, payload: bytes) -> None:
        """The same of a message."""
        self._placeholders.learn(lambda: self.payload(payload))

    # ---- replacing ----

    def suspects(self, events: Sequence[RecordedEvent | StoredEvent], *, named: bool = True) -> list[int]:
        """Which of some events may hold a secret; the others may leave as they are.

        All payloads are looked at together: that is many times as fast.

        Args:
            events: as recorded.
            named: whether a payload may name a secret; False where that was looked for already.
        """
        if self.has_patterns:
            return list(range(len(events)))
        payloads = Payloads([event.payload for event in events])
        found = may_name_a_secret(payloads) if named else set()
        if not self._placeholders.learning:
            found |= self._placeholders.known.suspects(payloads)
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
        if self.has_patterns or may_name_a_secret(Payloads([payload])):
            payload = self._named.payload(payload)
        return self._placeholders.by_value(payload)

    def mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """A mapping that JSON can hold, as it may leave; ``headers`` in it are lists of name and value."""
        return self._named.mapping(value)

    def text(self, text: str) -> str:
        """Free text as it may leave: a URL, a reason, a message, JSON."""
        return self._named.text(text)

    def _without_cut_secret(self, payload: bytes) -> bytes:
        """The recording limit may have cut a message in the middle of a secret."""
        text = payload.decode("utf-8", "surrogateescape")
        found = _UNFINISHED.search(text, max(len(text) - 100_000, 0))
        if found and is_secret_name(found["name"]):
            return (
                text[: found.start("value")] + self._placeholders.shown(found["value"], found["name"])
            ).encode("utf-8", "surrogateescape")
        return self._placeholders.known.without_beginning(payload, _PREFIX_LENGTH)


def _says_more(event: RecordedEvent | StoredEvent) -> bool:
    """Whether an event with a detail must be looked at by itself."""
    if event.kind not in _KINDS_WITHOUT_WORDS:
        return True
    detail = event.detail or ""
    return "cut" in detail or "fragment" in detail
