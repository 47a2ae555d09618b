"""Which dialect is spoken: by subprotocol, URL and the first messages, added up as scores."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from wstui.dialects.loading import Catalogue
from wstui.dialects.patterns import CompiledPattern
from wstui.dialects.schema import DialectHead, Sign
from wstui.events import Direction

SUBPROTOCOL_SCORE = 100
FIRST_SCORE = 60
LATER_SCORE = 20
THRESHOLD = 50
"""A beginning alone is enough, a URL alone is not, a URL and something that fits it are."""
WINDOW = 20
"""So many messages each way are looked at."""
BEGINNING = 3
"""So many messages in a direction count as its beginning: hands at a keyboard err."""

_SENT, _RECEIVED = Direction.SENT.value, Direction.RECEIVED.value


class Recognised(NamedTuple):
    """A dialect's name, and why it is thought to be that."""

    name: str
    evidence: str
    """In words, for people."""


class _Signs(NamedTuple):
    first: tuple[tuple[CompiledPattern, int], ...]
    later: tuple[tuple[CompiledPattern, int], ...]


@dataclass
class _Candidate:
    score: int = 0
    reasons: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    """Signs that have counted: a repeated message adds nothing."""


class Recogniser:
    """Listens to the beginning of a connection until one dialect is ahead."""

    def __init__(self, catalogue: Catalogue, subprotocol: str | None, url: str) -> None:
        """Weigh what is known before the first message.

        Args:
            catalogue: the dialects there are.
            subprotocol: what the server selected.
            url: where the connection goes.
        """
        self._heads = catalogue.heads
        self._candidates: dict[str, _Candidate] = {}
        self._seen = {_SENT: 0, _RECEIVED: 0}
        self._said: set[bytes] = set()
        for head in self._heads:
            self._weigh_dial(head, subprotocol, url)

    @property
    def over(self) -> bool:
        """Enough was heard on either side; nothing more is learnt."""
        return max(self._seen.values()) >= WINDOW

    def result(self) -> Recognised | None:
        """The dialect that is ahead of all others and above the threshold."""
        ranked = sorted(self._candidates.items(), key=lambda row: -row[1].score)
        if not ranked or ranked[0][1].score < THRESHOLD:
            return None
        if len(ranked) > 1 and ranked[1][1].score == ranked[0][1].score:
            return None
        name, best = ranked[0]
        return Recognised(name, "; ".join(best.reasons))

    def listen(self, direction: str, kind: str, payload: bytes) -> Recognised | None:
        """Weigh a message."""
        number = self._seen[direction]
        self._seen[direction] = number + 1
        if direction == _SENT:
            self._said.add(payload)
        elif payload in self._said:
            return None  # an echo says nothing about what the server speaks
        for head in self._heads:
            signs = _signs(head)
            if number < BEGINNING:
                self._weigh(head, signs.first, direction, kind, payload, first=True)
            self._weigh(head, signs.later, direction, kind, payload, first=False)
        return self.result()

    def _weigh_dial(self, head: DialectHead, subprotocol: str | None, url: str) -> None:
        recognition = head.recognition
        if subprotocol and subprotocol in recognition.subprotocols:
            self._add(head.name, SUBPROTOCOL_SCORE, f"subprotocol {subprotocol}")
        if url and recognition.url and _url_regex(recognition.url).search(url):
            self._add(head.name, recognition.url_score, "the URL looks like it")

    def _weigh(
        self,
        head: DialectHead,
        signs: tuple[tuple[CompiledPattern, int], ...],
        direction: str,
        kind: str,
        payload: bytes,
        *,
        first: bool,
    ) -> None:
        for pattern, score in signs:
            if pattern.shape.direction not in ("any", direction) or not pattern.matches(kind, payload):
                continue
            candidate = self._candidates.setdefault(head.name, _Candidate())
            if id(pattern) not in candidate.seen:
                candidate.seen.add(id(pattern))
                what = "first message" if first else "message"
                self._add(head.name, score, f"a {what} {direction} looks like {head.title}")
            return  # one message counts once

    def _add(self, name: str, score: int, reason: str) -> None:
        candidate = self._candidates.setdefault(name, _Candidate())
        candidate.score += score
        if reason not in candidate.reasons:
            candidate.reasons.append(reason)


@cache
def _url_regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_compiled: dict[int, tuple[DialectHead, _Signs]] = {}


def _signs(head: DialectHead) -> _Signs:
    """A head's signs, compiled once for the process; the head is kept, so that its id stays its own."""
    known = _compiled.get(id(head))
    if known is None:
        recognition = head.recognition
        known = (
            head,
            _Signs(_compile(recognition.first, FIRST_SCORE), _compile(recognition.later, LATER_SCORE)),
        )
        _compiled[id(head)] = known
    return known[1]


def _compile(signs: tuple[Sign, ...], usual: int) -> tuple[tuple[CompiledPattern, int], ...]:
    return tuple((CompiledPattern(sign), sign.score or usual) for sign in signs)
