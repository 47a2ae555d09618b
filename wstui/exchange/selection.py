"""Which part of a session is meant: from, to, kinds, directions, a pattern. The same for every format."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from wstui.events import RecordedEvent
from wstui.timeline import TimelineReader

_SECONDS = re.compile(r"\+?(\d+(?:\.\d+)?)\s*s|\+(\d+(?:\.\d+)?)")
_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,9})?)?")
_BATCH = 1000
_NS = 1_000_000_000


class SelectionError(Exception):
    """An option that says nothing we understand; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is chosen. Everything by default."""

    first_id: int = 1
    last_id: int | None = None
    first_ns: int | None = None
    """Session time, included."""
    last_ns: int | None = None
    """Session time, included."""
    kinds: frozenset[str] = frozenset()
    """Empty: all."""
    directions: frozenset[str] = frozenset()
    """Empty: all."""
    pattern: re.Pattern[str] | None = None
    """Searched for in payloads, and in the details of what has none."""
    ids: Container[int] | None = None
    """These events and no others; None: all."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == EVERYTHING

    @property
    def is_span(self) -> bool:
        """Whether at most the beginning and the end are left out."""
        return self.ids is None and not (self.kinds or self.directions or self.pattern)

    def batches(self, reader: TimelineReader, batch: int = _BATCH) -> Iterator[list[RecordedEvent]]:
        """The chosen events, in lists, none of them empty; memory stays flat."""
        for found in reader.batches(self.first_id, batch=batch):
            chosen = found if self.is_everything else [event for event in found if self.takes(event)]
            if chosen:
                yield chosen
            if self.last_id is not None and found[-1].id >= self.last_id:
                return

    def takes(self, event: RecordedEvent) -> bool:
        """Whether an event is chosen."""
        return (
            self.first_id <= event.id
            and (self.last_id is None or event.id <= self.last_id)
            and self.takes_moment(event.t_ns)
            and (self.ids is None or event.id in self.ids)
            and (not self.kinds or event.kind in self.kinds)
            and (not self.directions or event.direction in self.directions)
            and (self.pattern is None or self.pattern.search(_words(event)) is not None)
        )

    def takes_moment(self, t_ns: int) -> bool:
        """Whether a moment of session time is within."""
        return (self.first_ns is None or self.first_ns <= t_ns) and (
            self.last_ns is None or t_ns <= self.last_ns
        )


EVERYTHING = Selection()


def make_selection(
    started_ns: int,
    *,
    first: str | None = None,
    last: str | None = None,
    kinds: tuple[str, ...] = (),
    directions: tuple[str, ...] = (),
    pattern: str | None = None,
) -> Selection:
    """A selection out of what a person typed.

    Args:
        started_ns: the session's start.
        first: where to begin: an event's number (``120``), seconds since the start (``12.5s``), or a time
            (``12:01:07``, ``2026-11-22T12:01:07Z``; without a zone it is this machine's).
        last: where to end, included.
        kinds: of events.
        directions: of events.
        pattern: a regular expression.

    Raises:
        SelectionError: one of them cannot be understood.
    """
    first_id, first_ns = _place(first, started_ns)
    last_id, last_ns = _place(last, started_ns)
    try:
        compiled = None if pattern is None else re.compile(pattern, re.DOTALL)
    except re.error as error:
        raise SelectionError(f"“{pattern}” is not a regular expression: {error}.") from error
    return Selection(
        first_id or 1, last_id, first_ns, last_ns, frozenset(kinds), frozenset(directions), compiled
    )


def moment_ns(text: str, started_ns: int) -> int | None:
    """Session time out of seconds since the start, a time of day or a date; None for none of them."""
    if found := _SECONDS.fullmatch(text):
        return started_ns + round(float(found[1] or found[2]) * _NS)
    if found := _TIME_OF_DAY.fullmatch(text):
        return _time_of_day_ns(found, started_ns)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _in_ns(when.astimezone())


def _place(text: str | None, started_ns: int) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    if text.isdecimal():
        return int(text), None
    t_ns = moment_ns(text.strip(), started_ns)
    if t_ns is None:
        raise SelectionError(
            f"“{text}” is no place in a session: expected an event's number (120), seconds since the start"
            " (12.5s), or a time (12:01:07, 2026-11-22T12:01:07Z)."
        )
    return None, t_ns


def _time_of_day_ns(found: re.Match[str], started_ns: int) -> int | None:
    """The first such moment after the session's start, on this machine's clock."""
    start = datetime.fromtimestamp(started_ns // _NS).astimezone()
    try:
        when = start.replace(
            hour=int(found[1]), minute=int(found[2]), second=int(found[3] or 0), microsecond=0
        )
    except ValueError:
        return None
    if when < start.replace(microsecond=0):
        when += timedelta(days=1)
    return _in_ns(when) + round(float(found[4] or 0) * _NS)


def _in_ns(when: datetime) -> int:
    return int(when.timestamp()) * _NS + when.microsecond * 1000


def _words(event: RecordedEvent) -> str:
    if event.payload is not None:
        return event.payload.decode("utf-8", "backslashreplace")
    return msgspec.json.encode(event.detail).decode() if event.detail else ""
