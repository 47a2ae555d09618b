"""How a filter is worked through: what the database decides, and what is left to look at here. Pure."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from wstui.events import MESSAGE_KINDS, TRANSCRIPT_KINDS, Kind
from wstui.timeline.sieve import (
    HoldsBytes,
    HoldsText,
    OfDirection,
    OfKinds,
    OfSize,
    OfTime,
    Wanted,
    WithMark,
)
from wstui.timeline.sieve import (
    OfConnection as AtConnection,
)
from wstui.tui.filtering.language import (
    Filter,
    Kinds,
    Marked,
    Member,
    OfConnection,
    Pattern,
    Sizes,
    Term,
    Times,
    Way,
    Words,
)
from wstui.tui.filtering.literal import required_text
from wstui.tui.filtering.matching import member_test, text_test, times_of

PayloadTest = Callable[[bytes], bool]
"""Whether a message with this payload is wanted."""

_ESCAPE = b"\\"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask for. A message is a hit if ``messages`` and every one of ``tests`` hold."""

    looks_at_messages: bool
    looks_beside: bool
    messages: tuple[Wanted, ...]
    tests: tuple[PayloadTest, ...]
    """Of a message's payload, the cheap ones first; without any it need not be read."""
    beside: tuple[Wanted, ...]
    """For all that is no message; the filter itself is then asked of each."""


def plan_of(wanted: Filter, started_ns: int, *, everything: bool) -> Plan:
    """How to work through a filter.

    Args:
        wanted: the filter.
        started_ns: the session's start.
        everything: also what the list leaves out, such as pings.
    """
    kinds = frozenset(kind.value for kind in Kind)
    if not everything and not wanted.asks_for_kinds:
        kinds = TRANSCRIPT_KINDS
    for term in wanted.terms:
        if isinstance(term.condition, Kinds) and not term.negated:
            kinds &= term.condition.kinds
    common = [found for term in wanted.terms if (found := _common(term, started_ns)) is not None]
    messages, tests = list(common), list[PayloadTest]()
    for term in sorted(wanted.terms, key=lambda term: isinstance(term.condition, Pattern)):
        conditions, test = _of_payload(term)
        messages += conditions
        tests += [test] if test is not None else []
    if not kinds >= MESSAGE_KINDS:
        messages.append(Wanted(OfKinds(kinds)))
    return Plan(
        bool(kinds & MESSAGE_KINDS),
        bool(kinds - MESSAGE_KINDS),
        tuple(messages),
        tuple(tests),
        (Wanted(OfKinds(kinds - MESSAGE_KINDS)), *common),
    )


def _common(term: Term, started_ns: int) -> Wanted | None:
    """A term that the database decides, for a message and for anything else."""
    match term.condition:
        case Way(direction):
            return Wanted(OfDirection(direction), term.negated)
        case Kinds(kinds):
            return Wanted(OfKinds(kinds), term.negated)
        case Sizes(least, most):
            return Wanted(OfSize(least, most), term.negated)
        case Times(first, last):
            return Wanted(OfTime(*times_of(first, last, started_ns)), term.negated)
        case Marked(marks):
            return Wanted(WithMark(marks), term.negated)
        case OfConnection(number):
            return Wanted(AtConnection(number - 1), term.negated)
        case _:
            return None


def _of_payload(term: Term) -> tuple[list[Wanted], PayloadTest | None]:
    """A term on what a message says: what the database knows of it, and what must be looked at."""
    match term.condition:
        case Words(text) if text.isascii():
            return [Wanted(HoldsText(text), term.negated)], None
        case Words(text):
            return [], _turned(text_test(text), term.negated)
        case Pattern(regex):
            literal = "" if term.negated else required_text(regex)
            test = _turned(
                lambda payload: regex.search(payload.decode("utf-8", "replace")) is not None, term.negated
            )
            return [Wanted(HoldsText(literal))] if literal else [], test
        case Member():
            return [] if term.negated else _signs_of(term.condition), _turned(
                member_test(term.condition), term.negated
            )
        case _:
            return [], None


def _turned(test: PayloadTest, negated: bool) -> PayloadTest:
    return (lambda payload: not test(payload)) if negated else test


def _signs_of(member: Member) -> list[Wanted]:
    """Bytes without which the payload cannot have such a member, unless something in it is escaped."""
    keys = [step.key for step in member.path.steps if isinstance(step.key, str)]
    signs = [keys[-1].encode("utf-8", "surrogatepass")] if keys else []
    value = member.value
    if member.operator == "==" and (isinstance(value, str | bool) or value is None):
        text = value if isinstance(value, str) else json.dumps(value)
        signs.append(text.encode("utf-8", "surrogatepass"))
    return [Wanted(HoldsBytes((sign, _ESCAPE))) for sign in signs if sign]
