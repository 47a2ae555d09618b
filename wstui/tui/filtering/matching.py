"""Whether one event is what a filter looks for. Pure; what is cheap is asked first."""

import json
import re
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from wstui.engine.json_path import JsonPath
from wstui.events import MESSAGE_KINDS, RecordedEvent
from wstui.tui.filtering.language import (
    NS_PER_S,
    Filter,
    Instant,
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
from wstui.words.event_line import event_line

Test = Callable[[RecordedEvent, Collection[str]], bool]
"""Takes an event and the names of its marks."""

_COST = {Way: 0, Kinds: 0, OfConnection: 0, Sizes: 0, Times: 0, Marked: 1, Words: 2, Member: 3, Pattern: 4}
_DAY_NS = 86_400 * NS_PER_S
_decode = msgspec.json.Decoder().decode


class Matcher:
    """A filter, made ready for one session."""

    def __init__(self, wanted: Filter, started_ns: int) -> None:
        """Make it ready.

        Args:
            wanted: what to look for.
            started_ns: the session's start: times of day belong to the day that begins there.
        """
        terms = sorted(wanted.terms, key=lambda term: _COST[type(term.condition)])
        self._tests = [_test(term, started_ns) for term in terms]
        self.needs_marks = any(isinstance(term.condition, Marked) for term in terms)
        self.needs_payload = any(isinstance(term.condition, Words | Pattern | Member) for term in terms)

    def matches(self, event: RecordedEvent, marks: Collection[str] = ()) -> bool:
        """Whether every term holds."""
        return all(test(event, marks) for test in self._tests)


def instant_ns(instant: Instant, started_ns: int) -> int:
    """An instant in session time; a time of day before the start's own means the day after."""
    if instant.since_start:
        return started_ns + instant.ns
    start = time.localtime(started_ns // NS_PER_S)
    midnight = started_ns - started_ns % NS_PER_S
    midnight -= (start.tm_hour * 3600 + start.tm_min * 60 + start.tm_sec) * NS_PER_S
    found = midnight + instant.ns
    whole_minute_ns = started_ns - started_ns % (60 * NS_PER_S)
    return found if found >= whole_minute_ns else found + _DAY_NS


def _test(term: Term, started_ns: int) -> Test:
    test = _plain_test(term, started_ns)
    if not term.negated:
        return test
    return lambda event, marks: not test(event, marks)


def _plain_test(term: Term, started_ns: int) -> Test:  # noqa: PLR0911 - one case for each condition
    match term.condition:
        case Words(text):
            return _words_test(text)
        case Pattern(regex):
            return lambda event, _marks: regex.search(event_text(event)) is not None
        case Way(direction):
            return lambda event, _marks: event.direction == direction
        case Kinds(kinds):
            return lambda event, _marks: event.kind in kinds
        case Sizes(least, most):
            return lambda event, _marks: (
                event.kind in MESSAGE_KINDS and least <= event.size and (most is None or event.size <= most)
            )
        case Times(first, last):
            return _times_test(first, last, started_ns)
        case Marked(names):
            return lambda _event, marks: not names.isdisjoint(marks)
        case OfConnection(number):
            return lambda event, _marks: event.connection == number - 1
        case Member():
            return _member_test(term.condition)


def times_of(first: Instant | None, last: Instant | None, started_ns: int) -> tuple[int, int | None]:
    """Two ends in session time; None: it is open."""
    low = instant_ns(first, started_ns) if first is not None else 0
    high = instant_ns(last, started_ns) if last is not None else None
    if high is not None and first is not None and high < low and last is not None and not last.since_start:
        high += _DAY_NS
    return low, high


def _times_test(first: Instant | None, last: Instant | None, started_ns: int) -> Test:
    low, high = times_of(first, last, started_ns)
    return lambda event, _marks: low <= event.t_ns and (high is None or event.t_ns <= high)


def event_text(event: RecordedEvent) -> str:
    """What of an event is searched: a message's payload; of anything else the words in the list."""
    if event.kind in MESSAGE_KINDS:
        return (event.payload or b"").decode("utf-8", "replace")
    return event_line(event).words


def _words_test(text: str) -> Test:
    """Upper and lower case are the same."""
    if not text.isascii():
        folded = text.casefold()
        return lambda event, _marks: folded in event_text(event).casefold()
    needle, lowered = text.lower().encode(), text.lower()

    def test(event: RecordedEvent, _marks: Collection[str]) -> bool:
        if event.kind in MESSAGE_KINDS:
            return needle in (event.payload or b"").lower()
        return lowered in event_line(event).words.lower()

    return test


def text_test(text: str) -> Callable[[bytes], bool]:
    """Whether a payload holds a text; upper and lower case are the same."""
    folded = text.casefold()
    return lambda payload: folded in payload.decode("utf-8", "replace").casefold()


def pattern_test(regex: re.Pattern[str]) -> Callable[[bytes], bool]:
    """Whether the expression is found in a payload."""
    search = regex.search
    return lambda payload: search(payload.decode("utf-8", "replace")) is not None


def _member_test(member: Member) -> Test:
    test = member_test(member)
    return lambda event, _marks: event.kind in MESSAGE_KINDS and test(event.payload or b"")


def member_test(member: Member) -> Callable[[bytes], bool]:
    """Whether a payload is JSON with such a member."""
    keys = [step.key for step in member.path.steps if isinstance(step.key, str) and step.key.isascii()]
    needle = keys[-1].encode() if keys else b""
    values = _values_at(member.path)

    def test(payload: bytes) -> bool:
        if not payload or (needle not in payload and b"\\" not in payload):
            return False
        try:
            return any(_compares(found, member) for found in values(_decoded(payload)))
        except (ValueError, RecursionError):
            return False

    return test


def _values_at(path: JsonPath) -> Callable[[Any], Sequence[Any]]:
    """What stands at a path's places; where the path is keys alone, without a walk over all others."""
    if any(step.deep or not isinstance(step.key, str) for step in path.steps):
        return lambda value: [found for _, found in path.find(value)]
    keys = [step.key for step in path.steps]

    def follow(value: Any) -> Sequence[Any]:
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                return ()
            value = value[key]
        return (value,)

    return follow


def _decoded(payload: bytes) -> Any:
    try:
        return _decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return json.loads(payload)  # msgspec refuses some numbers that are JSON


def _compares(found: Any, member: Member) -> bool:
    wanted = member.value
    match member.operator:
        case "":
            return True
        case "==":
            return _same(found, wanted)
        case "!=":
            return not _same(found, wanted)
    left, right = _as_number(found), _as_number(wanted)
    if left is None or right is None:
        if not (isinstance(found, str) and isinstance(wanted, str)):
            return False
        return _ordered(found, wanted, member.operator)
    return _ordered(left, right, member.operator)


def _ordered(left: Any, right: Any, operator: str) -> bool:
    match operator:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(wanted, int | float) and isinstance(found, str):
        return _as_number(found) == wanted
    return bool(found == wanted)


def _as_number(value: Any) -> int | float | None:
    """A number, also one that is written as a text, as prices are."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and len(value) <= 40:
        try:
            return float(value)
        except ValueError:
            return None
    return None
