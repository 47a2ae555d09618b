"""Marks a connection's messages: heartbeats, subscriptions and their acknowledgements, errors.

One matcher a connection. It listens to the first messages until the dialect is clear; from then on
it looks only for that dialect's shapes, rejecting nearly every message by its length and one search
for a literal. Without a dialect it looks for a while for the words that heartbeats use everywhere,
and then for nothing at all: ``active`` turns false, and the caller need not ask any more.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from wstui.dialects.knowledge import heartbeat_shapes
from wstui.dialects.loading import Catalogue, DialectError, catalogue
from wstui.dialects.patterns import CompiledPattern, Hit, reader_of
from wstui.dialects.recognition import Recogniser
from wstui.dialects.schema import Dialect, Heartbeat, MessageShape
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


class _Rule(NamedTuple):
    place: int
    """Where it stands in the file: the first that matches counts."""
    needle: bytes
    max_bytes: int
    kind: str
    look: Callable[[bytes], Hit | None]
    mark: str
    read: Callable[[Hit], dict[str, Any]]


class _Group(NamedTuple):
    """Rules that one search for a literal rejects together."""

    max_bytes: int
    needle: bytes
    rules: tuple[_Rule, ...]


class _Side:
    """The shapes that matter in one direction."""

    __slots__ = ("exact", "exact_max", "groups", "max_bytes")

    def __init__(self, patterns: Iterable[tuple[MessageShape, CompiledPattern]]) -> None:
        rules = [
            (_Rule(place, p.needle, p.max_bytes, p.kind, p.look, shape.mark, reader_of(shape)), p.exact)
            for place, (shape, p) in enumerate(patterns)
        ]
        self.exact = {exact: rule for rule, exact in rules if exact}
        self.exact_max = max((len(exact) for exact in self.exact), default=-1)
        self.groups = _grouped([rule for rule, exact in rules if not exact])
        self.max_bytes = max((rule.max_bytes for rule, _ in rules), default=-1)


SHARED_BYTES = 5
"""Literals that begin alike for so long are searched for as one."""


def _grouped(rules: list[_Rule]) -> tuple[_Group, ...]:
    """Groups for long messages first, so that a loop can stop at the first that is too short."""
    groups: list[tuple[bytes, list[_Rule]]] = []
    for rule in sorted(rules, key=lambda row: row.needle):
        shared = _shared(groups[-1][0], rule.needle) if groups else b""
        if groups and (len(shared) >= SHARED_BYTES or groups[-1][0] == rule.needle):
            groups[-1] = (shared, [*groups[-1][1], rule])
        else:
            groups.append((rule.needle, [rule]))
    made = [
        _Group(max(rule.max_bytes for rule in members), needle, tuple(sorted(members)))
        for needle, members in groups
    ]
    return tuple(sorted(made, key=lambda group: -group.max_bytes))


def _shared(one: bytes, other: bytes) -> bytes:
    length = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return one[:length]


class Matcher:
    """Recognises the dialect of one connection and marks its messages. Never raises for a payload."""

    __slots__ = (
        "_catalogue", "_dialect", "_evidence", "_in_vain", "_period_s", "_recogniser", "_sides", "feed",
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
        self._recogniser: Recogniser | None = None
        self._sides: dict[str, _Side] = {}
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
        side = self._sides[direction]
        size = len(payload)
        if size > side.max_bytes:
            return None
        if size <= side.exact_max:
            rule = side.exact.get(payload)
            if rule is not None and rule.kind in ("any", kind):
                return self._marked(rule, _NOTHING)
        best: tuple[_Rule, Hit] | None = None
        for max_bytes, needle, rules in side.groups:
            if size > max_bytes:
                break
            if needle in payload:
                best = self._best(rules, kind, payload, best)
        return None if best is None else self._marked(*best)

    def _best(
        self, rules: tuple[_Rule, ...], kind: str, payload: bytes, best: tuple[_Rule, Hit] | None
    ) -> tuple[_Rule, Hit] | None:
        """The first rule of the file that matches, of these and the best so far."""
        size = len(payload)
        for rule in rules:
            if best is not None and best[0].place < rule.place:
                return best
            if size <= rule.max_bytes and rule.needle in payload and rule.kind in ("any", kind):
                hit = rule.look(payload)
                if hit is not None:
                    return rule, hit
        return best

    # ---- what they share ----

    def _marked(self, rule: _Rule, hit: Hit) -> Mark:
        data = rule.read(hit)
        period_s = data.get("period_s")
        if period_s is not None:
            self._period_s = period_s
        return Mark(rule.mark, self.dialect or "", data)

    def _take_result(self) -> None:
        found = self._recogniser.result() if self._recogniser is not None else None
        if found is not None:
            self._use(found.name, found.evidence)

    def _use(self, name: str, evidence: str) -> None:
        dialect = self._catalogue.dialect(name)
        compiled = [(shape, CompiledPattern(shape, dialect.separator)) for shape in dialect.message]
        self._sides = {
            side: _Side(row for row in compiled if row[0].direction in ("any", side))
            for side in (_SENT, _RECEIVED)
        }
        self._dialect, self._evidence, self._recogniser = dialect, evidence, None
        self.feed = self._match if dialect.message else self._ignore


_NOTHING = Hit(None, None)
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
