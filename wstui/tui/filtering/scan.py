"""The scan of a session file for a filter: chunk by chunk, cancellable, taken up again where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from wstui.events import TRANSCRIPT_KINDS, Kind
from wstui.timeline import TimelineReader
from wstui.tui.filtering.language import Filter, Kinds, Way, Words
from wstui.tui.filtering.matching import Matcher

_FIRST_ROWS = 1000
"""So few that the first page of hits is there at once."""

_ROWS = 8192


class Found(NamedTuple):
    """What one chunk held, and how far the scan is."""

    ids: list[int]
    scanned_to: int
    last_id: int


Report = Callable[[Found], bool]
"""Takes what was found; False ends the scan."""


class Scan(Protocol):
    """Looks through a session file; again and again while the file grows."""

    def go_on(self, report: Report) -> None:
        """From where it stopped to the file's end, in a thread.

        Raises:
            TimelineError: the file cannot be read.
            FilterError: the filter cannot be worked through.
        """
        ...

    def end(self) -> None:
        """No more of it; from any thread."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events are looked at at all."""

    kinds: frozenset[str]
    direction: str
    text: str


def scope_of(wanted: Filter, *, everything: bool) -> Scope:
    """What the filter itself narrows, so that the rest need not be read."""
    kinds = frozenset(kind.value for kind in Kind)
    if not everything and not wanted.asks_for_kinds:
        kinds = TRANSCRIPT_KINDS
    direction, text = "", ""
    for term in wanted.terms:
        if isinstance(term.condition, Kinds) and not term.negated:
            kinds &= term.condition.kinds
        elif isinstance(term.condition, Way) and not term.negated:
            direction = term.condition.direction
        elif isinstance(term.condition, Words) and not term.negated and term.condition.text.isascii():
            text = max(text, term.condition.text, key=len)
    return Scope(kinds, direction, text)


class PlainScan:
    """A scan in the caller's own thread; for filters whose every step ends soon."""

    def __init__(
        self, path: Path, wanted: Filter, *, everything: bool, make_matcher: type[Matcher] = Matcher
    ) -> None:
        self._path = path
        self._wanted = wanted
        self._make_matcher = make_matcher
        self._everything = everything
        self._scanned_to = 0
        self._ended = False

    def go_on(self, report: Report) -> None:
        """From where it stopped to the file's end.

        Raises:
            TimelineError: the file cannot be read.
        """
        with TimelineReader(self._path) as reader:
            last_id = reader.last_id()
            rows = _FIRST_ROWS if not self._scanned_to else _ROWS
            matcher = self._make_matcher(self._wanted, reader.info.started_ns)
            while self._scanned_to < last_id and not self._ended:
                ids = self._chunk(reader, matcher, min(rows, last_id - self._scanned_to))
                rows = _ROWS
                if not report(Found(ids, self._scanned_to, last_id)):
                    break

    def _chunk(self, reader: TimelineReader, matcher: Matcher, rows: int) -> list[int]:
        first_id = self._scanned_to + 1
        scope = scope_of(self._wanted, everything=self._everything)
        events, last_id = reader.narrowed(
            first_id,
            rows,
            kinds=scope.kinds,
            direction=scope.direction,
            text=scope.text,
            payloads=matcher.needs_payload,
        )
        marks = reader.marks_between(first_id, last_id) if matcher.needs_marks else {}
        self._scanned_to = last_id
        return [
            event.id
            for event in events
            if matcher.matches(event, [mark.mark for mark in marks.get(event.id, ())])
        ]

    def end(self) -> None:
        """Stop after the chunk at hand."""
        self._ended = True
