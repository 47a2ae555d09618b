"""Conditions on events that the database itself can decide, so that what fails them is never read.

What a filter asks for is told in these words; nobody outside this folder writes SQL. A condition that
only *may* hold more than is meant (:class:`HoldsBytes` before a JSON path is looked up) is a sieve, and
who asks looks again at what it lets through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wstui.timeline.search import Sought

_MOST = (1 << 63) - 1
MESSAGES_SQL = "kind IN ('binary', 'text')"


@dataclass(frozen=True, slots=True)
class OfKinds:
    """One of these kinds."""

    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class OfDirection:
    """Sent, received or local."""

    direction: str


@dataclass(frozen=True, slots=True)
class OfConnection:
    """Of one connection, counted from 0."""

    number: int


@dataclass(frozen=True, slots=True)
class OfSize:
    """A message with a payload of this many bytes, both ends included."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class OfTime:
    """Session time between two ends, both included."""

    first_ns: int
    last_ns: int | None


@dataclass(frozen=True, slots=True)
class WithMark:
    """The dialect recognised one of these."""

    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class HoldsText:
    """The payload holds a text; upper and lower case of ASCII are the same."""

    text: str


@dataclass(frozen=True, slots=True)
class HoldsBytes:
    """The payload holds at least one of these."""

    options: tuple[bytes, ...]


Condition = OfKinds | OfDirection | OfConnection | OfSize | OfTime | WithMark | HoldsText | HoldsBytes


class Wanted(NamedTuple):
    """A condition, perhaps turned round."""

    condition: Condition
    negated: bool = False


def where(wanted: Sequence[Wanted]) -> tuple[str, tuple[Any, ...]]:
    """All of them as SQL that begins with AND, or nothing, and its parameters."""
    texts, parameters = [], list[Any]()
    for condition, negated in wanted:
        sql, values = _sql(condition)
        texts.append(f" AND {'NOT ' if negated else ''}({sql})")
        parameters += values
    return "".join(texts), tuple(parameters)


def _sql(condition: Condition) -> tuple[str, list[Any]]:
    match condition:
        case OfKinds(kinds):
            return f"+kind IN ({_places(kinds)})", sorted(kinds)
        case OfDirection(direction):
            return "direction = ?", [direction]
        case OfConnection(number):
            return "connection = ?", [number]
        case OfSize(least, most):
            return _between(f"{MESSAGES_SQL} AND size", least, most)
        case OfTime(first_ns, last_ns):
            return _between("t_ns", first_ns, last_ns)
        case WithMark(marks):
            sql = f"EXISTS (SELECT 1 FROM mark WHERE event_id = event.id AND mark IN ({_places(marks)}))"  # noqa: S608
            return sql, sorted(marks)
        case HoldsText(text):
            holds, needles = Sought(text).in_payload()
            return f"coalesce({holds}, 0)", [*needles]
        case HoldsBytes(options):
            return " OR ".join(["coalesce(instr(payload, ?), 0)"] * len(options)), [*options]


def _places(values: frozenset[str]) -> str:
    return ",".join("?" * len(values))


def _between(what: str, least: int, most: int | None) -> tuple[str, list[Any]]:
    bounded = [min(value, _MOST) for value in (least, _MOST if most is None else most)]
    return f"{what} BETWEEN ? AND ?", bounded
