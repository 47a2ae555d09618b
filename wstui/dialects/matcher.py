"""Marks a connection's messages: heartbeats, subscriptions and their acknowledgements, errors.

One matcher a connection. It listens to the first messages until the dialect is clear; from then on
it looks only for that dialect's shapes, rejecting nearly every message by its length and one search
for a literal. Without a dialect it looks for a while for the words that heartbeats use everywhere,
and then for nothing at all: ``active`` turns false, and the caller need not ask any more.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from wstui.dialects.knowledge import heartbeat_shapes
from wstui.dialects.loading import Catalogue, DialectError, catalogue
from wstui.dialects.patterns import CompiledPattern
from wstui.dialects.recognition import Recogniser
from wstui.dialects.schema import Dialect, Heartbeat
from wstui.dialects.sides import Side
from wstui.events import Direction

GENERIC = "generic"
"""The dialect that a mark names where only the words of a heartbeat were recognised."""
WORDS_MAX_BYTES = 256
"""Longer messages are no heartbeats of an unknown dialect."""
WORDS_PATIENCE = 10_000
"""After so many short messages in vain nobody looks for the words of a heartbeat any more."""

_SENT, _RECEIVED = Direction.SENT.value, Direction.RECEIVED.value


class Mark(NamedTuple):
    """What was recognised in a message."""

    mark: str
    """``app_ping app_pong subscribe subscribed unsubscribe error hello``."""
    dialect: str
    data: dict[str, Any]
    """Where there is such a thing: ``key`` ties a request to its answer, ``period_s``, ``text``,
    ``cause`` and ``retry`` of an announced end, ``one_way`` for a heartbeat that nobody answers."""


class Matcher:
    """Recognises the dialect of one connection and marks its messages. Never raises for a payload."""

    __slots__ = (
        "_catalogue", "_dialect", "_evidence", "_in_vain", "_name", "_period_s", "_recogniser", "_sides",
        "feed",
    )  # fmt: skip

    feed: Callable[[str, str, bytes], Mark | None]
    """What a message is: ``feed(direction, kind, payload)``. Replaced as the matcher learns."""

    def __init__(
        self,
        dialect: str = "auto",
        subprotocol: str | None = None,
        url: str = "",
        dialects: Catalogue | None = None,
    ) -> None:
        """Ready for the first message.

        Args:
            dialect: ``auto``, ``none``, or the name of one that needs no recognising.
            subprotocol: what the server selected.
            url: where the connection goes.
            dialects: those to choose from; by default the shipped ones and a person's own.

        Raises:
            DialectError: there is no dialect of this name.
        """
        self._catalogue = dialects if dialects is not None else catalogue()
        self._dialect: Dialect | None = None
        self._evidence = ""
        self._period_s: float | None = None
        self._in_vain = 0
        self._name = ""
        self._recogniser: Recogniser | None = None
        self._sides: dict[str, Side] = {}
        self.feed = self._ignore
        if dialect == "auto":
            self._recogniser = Recogniser(self._catalogue, subprotocol, url)
            self.feed = self._listen
            self._take_result()
        elif dialect != "none":
            self._use(dialect, "the profile says so")

    @property
    def active(self) -> bool:
        """Whether feeding can still give a mark."""
        return self.feed != self._ignore

    @property
    def dialect(self) -> str | None:
        """The recognised dialect's name."""
        return self._dialect.name if self._dialect is not None else None

    @property
    def description(self) -> Dialect | None:
        """All that is known about the recognised dialect."""
        return self._dialect

    @property
    def title(self) -> str:
        """The recognised dialect's name for people; empty without one."""
        return self._dialect.title if self._dialect is not None else ""

    @property
    def evidence(self) -> str:
        """Why it is thought to be that dialect, in words; empty without one."""
        return self._evidence

    @property
    def heartbeat(self) -> Heartbeat | None:
        """The heartbeat that the recognised dialect wants in messages."""
        return self._dialect.heartbeat if self._dialect is not None else None

    @property
    def expected_period_s(self) -> float | None:
        """The heartbeat's period: as a message on this connection gave it, else the usual one."""
        if self._period_s is not None:
            return self._period_s
        return self.heartbeat.period_s if self.heartbeat is not None else None

    # ---- the stages of feed ----

    def _ignore(self, _direction: str, _kind: str, _payload: bytes) -> Mark | None:
        """No dialect, or the wish for none."""

    def _listen(self, direction: str, kind: str, payload: bytes) -> Mark | None:
        """Until the dialect is clear."""
        recogniser = self._recogniser
        if recogniser is None or direction not in (_SENT, _RECEIVED):
            return None
        recogniser.listen(direction, kind, payload)
        self._take_result()
        if self._dialect is not None:
            return self.feed(direction, kind, payload)
        if recogniser.over:
            self._recogniser = None
            self.feed = self._hear_words
        return self._hear_words(direction, kind, payload)

    def _hear_words(self, _direction: str, _kind: str, payload: bytes) -> Mark | None:
        """No dialect so far: only what heartbeats say everywhere."""
        if len(payload) > WORDS_MAX_BYTES:
            return None
        mark = heartbeat_word(payload)
        if mark is not None:
            self._in_vain = 0
            return Mark(mark, GENERIC, {})
        self._in_vain += 1
        if self._in_vain > WORDS_PATIENCE and self._recogniser is None:
            self.feed = self._ignore
        return None

    def _match(self, direction: str, kind: str, payload: bytes) -> Mark | None:
        """With a dialect: its shapes only."""
        found = self._sides[direction].find(kind, payload)
        if found is None:
            return None
        rule, hit = found
        data = rule.read(hit)
        period_s = data.get("period_s")
        if period_s is not None:
            self._period_s = period_s
        return Mark(rule.mark, self._name, data)

    # ---- what they share ----

    def _take_result(self) -> None:
        found = self._recogniser.result() if self._recogniser is not None else None
        if found is not None:
            self._use(found.name, found.evidence)

    def _use(self, name: str, evidence: str) -> None:
        dialect = self._catalogue.dialect(name)
        compiled = [(shape, CompiledPattern(shape, dialect.separator)) for shape in dialect.message]
        self._sides = {
            side: Side(row for row in compiled if row[0].direction in ("any", side))
            for side in (_SENT, _RECEIVED)
        }
        self._dialect, self._evidence, self._recogniser = dialect, evidence, None
        self._name = dialect.name
        self.feed = self._match if dialect.message else self._ignore


_HINTS = (b"ping", b"pong", b"beat", b"alive", b"hb", b"ka", b"ack")
"""Every heartbeat's word holds one of these; a search for them costs next to nothing."""


def heartbeat_word(payload: bytes) -> str | None:
    """``app_ping`` or ``app_pong`` for a short message in the words that heartbeats use everywhere."""
    lower = payload.lower()
    if not any(hint in lower for hint in _HINTS):
        return None
    for shape in heartbeat_shapes():
        if shape.request_regex.search(payload):
            return "app_ping"
        reply = shape.reply_regex
        if reply is not None and reply.search(payload):
            return "app_pong"
    return None


__all__ = ["GENERIC", "DialectError", "Mark", "Matcher", "heartbeat_word"]
