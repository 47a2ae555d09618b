"""Looking for a text in a session file, a range of events after the other.

Rule 1: SQLite does the looking, outside the interpreter's lock, so that a screen stays quick while a
thread searches. Rule 2: a range is small enough that whoever cancels need not wait. Messages are
searched by their payload, everything else by the words that a person reads: a close frame's reason, an
error's message.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from wstui.events import MESSAGE_KINDS, RecordedEvent
from wstui.timeline.connection import ReadConnection
from wstui.timeline.rows import EVENT, DamagedRowError, Row, to_events, to_integers

_FIRST_RANGE, _LONGEST_RANGE = 2048, 1 << 18
_RANGE_S = 0.03
"""A range is made to take about this long, whatever the payloads' sizes."""

_LONGEST_PATTERN = 10_000
"""SQLite takes no LIKE pattern beyond 50,000 bytes, and ours may double when escaped."""

_REGEX_BYTES = 8 << 20
_MESSAGES = ", ".join(f"'{kind}'" for kind in sorted(MESSAGE_KINDS))
_IN_RANGE = "id BETWEEN ? AND ?"
_WORDS = (
    f"SELECT {EVENT} FROM event WHERE kind NOT IN ('text', 'binary') AND {_IN_RANGE}"  # noqa: S608
    " AND (detail LIKE '%\"reason\":%' OR detail LIKE '%\"message\":%') ORDER BY id"
)

_EXACT = "instr(payload, ?)"
_FOLDED = "instr(CAST(lower(payload) AS BLOB), ?)"
_FOLDED_ASCII = (
    "CASE WHEN CAST(payload AS TEXT) LIKE ? ESCAPE '\\' THEN 1"
    f" WHEN length(CAST(payload AS TEXT)) = length(payload) THEN 0 ELSE {_FOLDED} END"
)
"""LIKE is the faster one, but ends at a zero byte: only where the text has as many characters as
the payload has bytes is its no final."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for."""

    text: str
    regex: bool = False
    """``text`` is a regular expression (of Python's ``re``) for the payload's text."""
    match_case: bool = False
    """Otherwise upper and lower case are the same: of ASCII letters; for a regex of all."""

    @property
    def needle(self) -> bytes:
        """The bytes that are looked for, in lower case unless the case matters."""
        found = self.text.encode("utf-8", "surrogatepass")
        return found if self.match_case else found.lower()

    def compiled(self) -> re.Pattern[str]:
        """The regular expression.

        Raises:
            re.error: ``text`` is none.
        """
        return re.compile(self.text, 0 if self.match_case else re.IGNORECASE)

    def in_payload(self) -> tuple[str, tuple[str | bytes, ...]]:
        """A condition in SQL for a message's payload, and its parameters."""
        if self.match_case:
            return _EXACT, (self.needle,)
        if not self.text.isascii() or "\0" in self.text or len(self.text) > _LONGEST_PATTERN:
            return _FOLDED, (self.needle,)
        escaped = re.sub(r"([%_\\])", r"\\\1", self.text)
        return _FOLDED_ASCII, (f"%{escaped}%", self.needle)


class Found(NamedTuple):
    """The hits of one range of events."""

    ids: list[int]
    """In the direction of the search."""
    first_id: int
    last_id: int
    """The range that was looked through: both ends included, ``first_id`` the lower one."""


def search(
    database: ReadConnection, sought: Sought, first_id: int, last_id: int, *, backward: bool = False
) -> Iterator[Found]:
    """Look through the events from ``first_id`` to ``last_id``; whoever stops iterating cancels.

    Args:
        database: the session file.
        sought: what for.
        first_id: the lower end, included.
        last_id: the upper end, included.
        backward: begin at the upper end.

    Raises:
        TimelineError: the file cannot be read.
        re.error: the regular expression is none.
    """
    look = _look(database, sought)
    length = _FIRST_RANGE
    while first_id <= last_id:
        low = max(first_id, last_id - length + 1) if backward else first_id
        high = last_id if backward else min(last_id, first_id + length - 1)
        began = time.perf_counter()
        ids = look(low, high)
        length = _next_length(length, time.perf_counter() - began)
        yield Found(ids[::-1] if backward else ids, low, high)
        first_id, last_id = (first_id, low - 1) if backward else (high + 1, last_id)


def _next_length(length: int, took_s: float) -> int:
    wanted = length * 2 if took_s < _RANGE_S / 2 else length // 2 if took_s > _RANGE_S * 2 else length
    return min(max(wanted, 1), _LONGEST_RANGE)


def _look(database: ReadConnection, sought: Sought) -> Callable[[int, int], list[int]]:
    """A function that gives the hits of a range."""
    if sought.regex:
        return _by_regex(database, sought.compiled())
    condition, parameters = sought.in_payload()
    sql = f"SELECT id FROM event WHERE {_IN_RANGE} AND kind IN ({_MESSAGES}) AND {condition} ORDER BY id"  # noqa: S608
    needle, match_case = sought.needle, sought.match_case

    def has_words(event: RecordedEvent) -> bool:
        words = words_of(event).encode("utf-8", "surrogatepass")
        return needle in (words if match_case else words.lower())

    def look(low: int, high: int) -> list[int]:
        messages = [row[0] for row in database.read(to_integers, sql, (low, high, *parameters))]
        return _merged(messages, [e.id for e in _with_words(database, low, high) if has_words(e)])

    return look


def _by_regex(database: ReadConnection, pattern: re.Pattern[str]) -> Callable[[int, int], list[int]]:
    sql = f"SELECT id, payload FROM event WHERE {_IN_RANGE} AND kind IN ({_MESSAGES}) ORDER BY id"  # noqa: S608
    size = "SELECT coalesce(sum(length(payload)), 0) FROM event WHERE id BETWEEN ? AND ?"
    matches = pattern.search

    def look(low: int, high: int) -> list[int]:
        if high > low and database.read(to_integers, size, (low, high))[0][0] > _REGEX_BYTES:
            middle = (low + high) // 2
            return look(low, middle) + look(middle + 1, high)
        messages = database.read(to_numbered_payloads, sql, (low, high))
        hits = [
            number for number, payload in messages if matches(payload.decode("utf-8", "backslashreplace"))
        ]
        return _merged(hits, [e.id for e in _with_words(database, low, high) if matches(words_of(e))])

    return look


def to_numbered_payloads(rows: list[Row]) -> list[tuple[int, bytes]]:
    """Numbers and payloads; less than a whole event, which costs five times as much.

    Raises:
        DamagedRowError: there is something else in the rows.
    """
    for number, payload in rows:
        if type(number) is not int or not (payload is None or type(payload) is bytes):
            raise DamagedRowError(f"an event that no wstui wrote: {payload!r:.40} for a payload")
    return [(number, payload or b"") for number, payload in rows]


def _with_words(database: ReadConnection, low: int, high: int) -> list[RecordedEvent]:
    return database.read(to_events, _WORDS, (low, high))


def words_of(event: RecordedEvent) -> str:
    """What of an event that is no message is searched."""
    return str(event.detail.get("reason") or event.detail.get("message") or "")


def _merged(messages: list[int], others: list[int]) -> list[int]:
    return sorted(messages + others) if others else messages
