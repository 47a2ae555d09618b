r"""The filter's language: one line of terms, all of which must hold. Pure.

``word``, ``"two words"``, ``/regex/i``, ``dir:sent`` (also ``→`` and ``←``), ``kind:ping,close``,
``size:>1k``, ``size:100..2k``, ``time:12:01..12:02``, ``after:+30s``, ``before:12:05``, ``mark:app_ping``,
``conn:2``, ``$.type``, ``$.type == "tick"``, ``$.price > 64000``. A ``-`` before a term turns it
round. ``docs/tui.md`` explains it to people.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wstui.engine.json_path import JsonPath, PathError, parse_path
from wstui.events import Direction, Kind

NS_PER_S = 1_000_000_000
_DIRECTIONS = {
    "sent": Direction.SENT.value,
    "out": Direction.SENT.value,
    "→": Direction.SENT.value,
    "received": Direction.RECEIVED.value,
    "in": Direction.RECEIVED.value,
    "←": Direction.RECEIVED.value,
    "local": Direction.LOCAL.value,
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|k|kb|kib|m|mb|mib)?", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "k": 1000, "kb": 1000, "kib": 1024, "m": 10**6, "mb": 10**6, "mib": 1 << 20}
_OFFSET = re.compile(r"\+(\d+(?:\.\d+)?)(ms|s|m|h)?")
_OFFSET_NS = {"ms": 10**6, "s": NS_PER_S, "": NS_PER_S, "m": 60 * NS_PER_S, "h": 3600 * NS_PER_S}
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d{1,9})?))?")
_NAMED = re.compile(r"(dir|kind|size|time|after|before|mark|conn):", re.IGNORECASE)
_PATH = re.compile(r"""\$(?:\[(?:'[^']*'|"[^"]*"|[^\]'"])*\]|[^\s\[=!<>~]|!(?!=))*""")
_COMPARISON = re.compile(r"\s*(==|=|!=|<=|>=|<|>)\s*")
_BARE = re.compile(r"\S+")


class FilterError(ValueError):
    """The line is no filter; the message is a sentence, ``at`` the place of what is wrong."""

    def __init__(self, sentence: str, at: int = 0) -> None:
        super().__init__(sentence)
        self.at = at


@dataclass(frozen=True, slots=True)
class Words:
    """The text stands somewhere in the event."""

    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The regular expression is found somewhere in the event."""

    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Way:
    """Sent, received, or only happened here."""

    direction: str


@dataclass(frozen=True, slots=True)
class Kinds:
    """One of these kinds."""

    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sizes:
    """A payload of this many bytes, both ends included."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Instant:
    """A time of day, or a time since the session's start."""

    ns: int
    since_start: bool


@dataclass(frozen=True, slots=True)
class Times:
    """Between two instants."""

    first: Instant | None
    last: Instant | None


@dataclass(frozen=True, slots=True)
class Marked:
    """The dialect recognised it as one of these."""

    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class OfConnection:
    """It belongs to this connection, counted from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Member:
    """The payload is JSON with such a place, and the value there compares so."""

    path: JsonPath
    operator: str
    """Empty: the place only has to be there."""
    value: Any


Condition = Words | Pattern | Way | Kinds | Sizes | Times | Marked | OfConnection | Member


@dataclass(frozen=True, slots=True)
class Term:
    """A condition, perhaps turned round."""

    condition: Condition
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What a line says: every term must hold."""

    text: str
    terms: tuple[Term, ...]

    @property
    def has_pattern(self) -> bool:
        """Whether a regular expression is in it, which may run for ever."""
        return any(isinstance(term.condition, Pattern) for term in self.terms)

    @property
    def asks_for_kinds(self) -> bool:
        """Whether it names kinds: then events are looked at that the list leaves out, such as pings."""
        return any(isinstance(term.condition, Kinds) for term in self.terms)

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that are marked where they stand."""
        return tuple(
            term.condition.text
            for term in self.terms
            if isinstance(term.condition, Words) and not term.negated
        )


def parse_filter(line: str) -> Filter:
    """Read a line.

    Raises:
        FilterError: it says nothing that could be looked for; the message is a sentence.
    """
    terms: list[Term] = []
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        negated = line[at] == "-" and at + 1 < len(line) and not line[at + 1].isspace()
        start = at + 1 if negated else at
        condition, at = _condition(line, start)
        terms.append(Term(condition, negated))
    return Filter(line, tuple(terms))


def _condition(line: str, at: int) -> tuple[Condition, int]:
    first = line[at]
    if first == "/" and line.find("/", at + 1) > at:
        return _pattern(line, at)
    if first == "$" and line[at + 1 : at + 2] in (".", "["):
        return _member(line, at)
    if first in "→←" and (at + 1 == len(line) or line[at + 1].isspace()):
        return Way(_DIRECTIONS[first]), at + 1
    named = _NAMED.match(line, at)
    if named is not None:
        value, end = _value(line, named.end())
        return _NAMED_CONDITIONS[named[1].lower()](value, named.end()), end
    text, end = _value(line, at)
    if not text:
        raise FilterError("An empty text is in everything.", at)
    return Words(text), end


def _value(line: str, at: int) -> tuple[str, int]:
    """A quoted text, or everything up to the next space."""
    if line[at : at + 1] == '"':
        end = at + 1
        while end < len(line) and line[end] != '"':
            end += 2 if line[end] == "\\" else 1
        if end >= len(line):
            raise FilterError('A text that begins with " ends with one too.', at)
        return line[at + 1 : end].replace('\\"', '"').replace("\\\\", "\\"), end + 1
    found = _BARE.match(line, at)
    return (found[0], found.end()) if found is not None else ("", at)


def _pattern(line: str, at: int) -> tuple[Condition, int]:
    end = at + 1
    while end < len(line) and line[end] != "/":
        end += 2 if line[end] == "\\" else 1
    if end >= len(line):
        raise FilterError("A regular expression that begins with / ends with one too.", at)
    source = line[at + 1 : end].replace("\\/", "/")
    if not source:
        raise FilterError("An empty regular expression is in everything.", at)
    ignore_case = line[end + 1 : end + 2] == "i"
    try:
        regex = re.compile(source, re.IGNORECASE if ignore_case else re.NOFLAG)
    except (re.error, OverflowError, RecursionError) as error:
        raise FilterError(f"The regular expression does not compile: {error}.", at) from None
    return Pattern(regex), end + (2 if ignore_case else 1)


def _member(line: str, at: int) -> tuple[Condition, int]:
    found = _PATH.match(line, at)
    assert found is not None
    try:
        path = parse_path(found[0])
    except PathError as error:
        raise FilterError(f"{found[0]}: {error}.", at) from None
    compared = _COMPARISON.match(line, found.end())
    if compared is None:
        if line[found.end() : found.end() + 1].strip():
            raise FilterError(f"{found[0]}: expected a JSON path such as $.data or $.rows[0].id.", at)
        return Member(path, "", None), found.end()
    text, end = _json_or_word(line, compared.end())
    if not text:
        raise FilterError(f"{found[0]} {compared[1]} …: a value is missing.", compared.end())
    operator = "==" if compared[1] == "=" else compared[1]
    return Member(path, operator, _read_value(text)), end


def _json_or_word(line: str, at: int) -> tuple[str, int]:
    try:
        _, end = json.JSONDecoder().raw_decode(line, at)
    except (ValueError, RecursionError):
        found = _BARE.match(line, at)
        return (found[0], found.end()) if found is not None else ("", at)
    if end < len(line) and not line[end].isspace():  # 12abc is a word
        found = _BARE.match(line, at)
        return (found[0], found.end()) if found is not None else ("", at)
    return line[at:end], end


def _read_value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _way(text: str, at: int) -> Condition:
    if text.lower() not in _DIRECTIONS:
        raise FilterError("dir: is followed by sent or received (→ ←).", at)
    return Way(_DIRECTIONS[text.lower()])


def _kinds(text: str, at: int) -> Condition:
    known = {kind.value for kind in Kind}
    asked = {part.lower() for part in text.split(",") if part}
    unknown = sorted(asked - known)
    if unknown or not asked:
        said = f"“{unknown[0]}” is no kind; " if unknown else ""
        raise FilterError(f"{said}kind: is followed by some of {', '.join(sorted(known))}.", at)
    return Kinds(frozenset(asked))


def _sizes(text: str, at: int) -> Condition:
    low, dots, high = text.partition("..")
    if dots:
        return Sizes(_bytes(low, at) if low else 0, _bytes(high, at) if high else None)
    for sign, make in _SIZE_SIGNS.items():
        if text.startswith(sign):
            return make(_bytes(text.removeprefix(sign), at))
    size = _bytes(text, at)
    return Sizes(size, size)


_SIZE_SIGNS: dict[str, Callable[[int], Sizes]] = {
    ">=": lambda size: Sizes(size, None),
    "<=": lambda size: Sizes(0, size),
    ">": lambda size: Sizes(size + 1, None),
    "<": lambda size: Sizes(0, size - 1),
}


def _bytes(text: str, at: int) -> int:
    found = _SIZE.fullmatch(text)
    if found is None:
        raise FilterError("size: is followed by a size such as >1k, <=200 or 1k..2M.", at)
    return int(float(found[1]) * _UNITS[(found[2] or "").lower()])


def _times(text: str, at: int) -> Condition:
    first, dots, last = text.partition("..")
    if not dots or not (first or last):
        raise FilterError("time: is followed by two times, as 12:01..12:02:30 or +10s..+1m.", at)
    return Times(_instant(first, at) if first else None, _instant(last, at) if last else None)


def _instant(text: str, at: int) -> Instant:
    offset = _OFFSET.fullmatch(text)
    if offset is not None:
        return Instant(int(float(offset[1]) * _OFFSET_NS[offset[2] or ""]), since_start=True)
    clock = _CLOCK.fullmatch(text)
    if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59 or float(clock[3] or 0) >= 60:
        raise FilterError("A time is a time of day (12:01, 12:01:07.5) or since the start (+30s, +2m).", at)
    seconds = float(clock[3] or 0)
    return Instant(
        (int(clock[1]) * 3600 + int(clock[2]) * 60) * NS_PER_S + round(seconds * NS_PER_S), since_start=False
    )


def _after(text: str, at: int) -> Condition:
    return Times(_instant(text, at), None)


def _before(text: str, at: int) -> Condition:
    return Times(None, _instant(text, at))


def _marked(text: str, at: int) -> Condition:
    marks = frozenset(part for part in text.split(",") if part)
    if not marks:
        raise FilterError("mark: is followed by a name such as app_ping, subscribed or error.", at)
    return Marked(marks)


def _of_connection(text: str, at: int) -> Condition:
    if re.fullmatch(r"0*[1-9][0-9]{0,8}", text, re.ASCII) is None:
        raise FilterError("conn: is followed by the number of a connection, from 1.", at)
    return OfConnection(int(text))


_NAMED_CONDITIONS: dict[str, Callable[[str, int], Condition]] = {
    "dir": _way,
    "kind": _kinds,
    "size": _sizes,
    "time": _times,
    "after": _after,
    "before": _before,
    "mark": _marked,
    "conn": _of_connection,
}
