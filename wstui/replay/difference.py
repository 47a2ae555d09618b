"""What differs between two messages, and which differences say nothing: times, generated ids. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from wstui.engine.json_path import JsonPath, Place
from wstui.replay.shapes import is_counter_place


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""Stands where one of the two has no such member."""

_CONTAINERS = (dict, list)
_NEAR_S = 2 * 86_400
_LEAST_TIME = 100_000_000
"""In seconds it is 1973."""
_LEAST_DIGITS, _MOST_DIGITS = 10, 19
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_GENERATED = re.compile(r"(?=(?:\D*\d){3})(?=.*[A-Za-z])[\w+/=-]{16,}|eyJ[\w-]+\.[\w-]+\.[\w-]*")
_ONE_WORD = re.compile(r"[\w.:+/=-]+")
_LONG = 8
_HEX = re.compile(r"[0-9a-fA-F]{16,}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_TIME_NAME = re.compile(
    r"(?:^|_)(?:time|timestamp|ts|date|datetime|created|updated|uptime|elapsed|duration|latency|rtt|now)"
    r"(?:_?(?:ms|us|ns|s))?$|_at$|_(?:ms|us|ns)$|[a-z](?:Time|Timestamp|Date|At|Ms|Ns)$",
)


class Change(NamedTuple):
    """A place with another value. :data:`MISSING` stands for no value."""

    place: Place
    before: Any
    after: Any


class Ignored(NamedTuple):
    """A change that was left out, and why."""

    change: Change
    why: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two messages, as far as judging needs its surroundings."""

    t_ns: int
    said: frozenset[str | int | float] = frozenset()
    """Every value that its client said in the session."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is left out."""

    paths: Sequence[JsonPath] = ()
    automatic: bool = True
    """Leave out times and generated ids."""
    in_order: bool = False
    """Count it where messages come in another order, whatever interleaves."""

    def why_ignored(self, change: Change, before: Side, after: Side) -> str:
        """Why this change says nothing, or an empty text."""
        for path in self.paths:
            if path.covers(change.place):
                return f"--ignore {path.text}"
        return _why_volatile(change, before, after) if self.automatic else ""


def changes(before: Any, after: Any) -> Iterator[Change]:
    """Where two JSON values differ: members by name, elements by index. Flat: depth costs no stack."""
    waiting: list[Change] = [Change((), before, after)]
    while waiting:
        place, old, new = waiting.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            waiting += reversed(_members(place, old, new))
        elif isinstance(old, list) and isinstance(new, list):
            longest = range(max(len(old), len(new)))
            pairs = [Change((*place, i), _at(old, i), _at(new, i)) for i in longest]
            waiting.extend(reversed(pairs))
        elif not same(old, new):
            yield Change(place, old, new)


def _members(place: Place, old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """The members of two objects, without scalars that are the same."""
    found = []
    for name, was in old.items():
        now = new.get(name, MISSING)
        if type(was) is not type(now) or type(was) in _CONTAINERS or was != now:
            found.append(Change((*place, name), was, now))
    if old.keys() != new.keys():
        found += [Change((*place, name), MISSING, now) for name, now in new.items() if name not in old]
    return found


def same(before: Any, after: Any) -> bool:
    """Whether two scalars are the same JSON: 1 is 1.0, and true is not 1."""
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    return bool(before == after)


def masked(value: Any, t_ns: int) -> Any:
    """The value with times and generated ids replaced by their names: alike for messages that match."""
    if isinstance(value, dict):
        return {name: masked(inner, t_ns) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, t_ns) for inner in value]
    if _is_time(value, t_ns):
        return "(time)"
    return "(generated)" if _is_generated(value) else value


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else MISSING


def _why_volatile(change: Change, before: Side, after: Side) -> str:
    place, old, new = change
    if not (_is_comparable(old) and _is_comparable(new)):
        return ""
    if old in before.said and (_is_generated(old) or is_counter_place(place)):
        return "the client's own value" if new in after.said else ""
    if _is_time(old, before.t_ns) and _is_time(new, after.t_ns):
        return "time"
    if isinstance(old, str) != isinstance(new, str):
        return ""
    return _why_other(place, old, new)


def _why_other(place: Place, old: str | float, new: str | float) -> str:
    if _is_generated(old) and _is_generated(new):
        return "generated"
    if not isinstance(old, str) and _says_time(_name(place)):
        return "time"
    return "id" if is_counter_place(place) and _may_be_id(old) and _may_be_id(new) else ""


def _is_comparable(value: Any) -> bool:
    return type(value) in (str, int, float)


def _may_be_id(value: str | float) -> bool:
    """A number, or a text of one word that has a digit or is long."""
    if isinstance(value, str):
        return bool(_ONE_WORD.fullmatch(value)) and (len(value) >= _LONG or any(map(str.isdigit, value)))
    return isinstance(value, int)


@lru_cache(maxsize=2048)
def _says_time(name: str) -> bool:
    return bool(_TIME_NAME.search(name))


def _name(place: Place) -> str:
    return next((key for key in reversed(place) if isinstance(key, str)), "")


def _is_time(value: Any, t_ns: int) -> bool:
    """A date, or a number that is the session's own time in some unit."""
    if isinstance(value, str):
        if len(value) < _LEAST_DIGITS or not "0" <= value[0] <= "9":
            return False
        if _DATE.match(value):
            return _is_date(value)
        if not (value.isdecimal() and len(value) <= _MOST_DIGITS):
            return False
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < _LEAST_TIME:
        return False
    now_s = t_ns / 1e9
    return any([abs(value / unit - now_s) < _NEAR_S for unit in _UNITS])  # noqa: C419 (a generator costs more)


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_generated(value: Any) -> bool:
    return isinstance(value, str) and bool(
        _UUID.fullmatch(value) or _HEX.fullmatch(value) or _GENERATED.fullmatch(value)
    )
