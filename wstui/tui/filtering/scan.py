"""The scan of a session file for a filter: chunk by chunk, cancellable, taken up again where it stopped."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from wstui.timeline import TimelineReader
from wstui.tui.filtering.language import Filter
from wstui.tui.filtering.matching import Matcher
from wstui.tui.filtering.plan import plan_of

_FIRST_ROWS, _MOST_ROWS = 1024, 1 << 17
_CHUNK_S = 0.03
"""A chunk is made to take about this long: hits show soon, and whoever cancels need not wait."""


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


class Watch(Protocol):
    """Sees that no event is looked at for ever."""

    def begin(self, event_id: int, size: int) -> None:
        """An event of so many bytes is looked at now."""

    def end(self) -> None:
        """No event is looked at."""


class PlainScan:
    """A scan in the caller's own thread; for filters whose every step ends soon, or under a watch."""

    def __init__(self, path: Path, wanted: Filter, *, everything: bool, watch: Watch | None = None) -> None:
        self._path = path
        self._wanted = wanted
        self._watch = watch
        self._everything = everything
        self._scanned_to = 0
        self._ended = False

    def go_on(self, report: Report) -> None:
        """From where it stopped to the file's end.

        Raises:
            TimelineError: the file cannot be read.
            FilterError: the watch found that the filter cannot be worked through.
        """
        with TimelineReader(self._path) as reader:
            last_id = reader.last_id()
            look = _Look(reader, self._wanted, self._everything, self._watch)
            rows = _FIRST_ROWS
            while self._scanned_to < last_id and not self._ended:
                began = time.perf_counter()
                first_id = self._scanned_to + 1
                ids, self._scanned_to = look.at(first_id, min(rows, last_id - self._scanned_to))
                rows = _next_length(rows, time.perf_counter() - began)
                if not report(Found(ids, self._scanned_to, last_id)):
                    break

    def end(self) -> None:
        """Stop after the chunk at hand."""
        self._ended = True


def _next_length(rows: int, took_s: float) -> int:
    """So many that the next chunk takes about as long as one should."""
    if took_s < _CHUNK_S / 2:
        return min(rows * 2, _MOST_ROWS)
    return max(rows // 2, _FIRST_ROWS) if took_s > _CHUNK_S * 2 else rows


class _Look:
    """A filter over one open file."""

    def __init__(self, reader: TimelineReader, wanted: Filter, everything: bool, watch: Watch | None) -> None:
        self._reader = reader
        self._plan = plan_of(wanted, reader.info.started_ns, everything=everything)
        self._matcher = Matcher(wanted, reader.info.started_ns)
        self._watch = watch

    def at(self, first_id: int, rows: int) -> tuple[list[int], int]:
        """The hits of a chunk, and the number up to which was looked."""
        plan, last_id, found = self._plan, first_id + rows - 1, list[int]()
        if plan.looks_at_messages and plan.tests:
            payloads, last_id = self._reader.message_payloads(first_id, rows, plan.messages)
            found = self._passing(payloads)
        elif plan.looks_at_messages:
            found = self._reader.message_ids(first_id, last_id, plan.messages)
        if plan.looks_beside:
            others = self._beside(first_id, last_id)
            found = sorted(found + others) if others else found
        return found, last_id

    def _passing(self, payloads: list[tuple[int, bytes]]) -> list[int]:
        tests, watch = self._plan.tests, self._watch
        if watch is None:
            return [number for number, payload in payloads if all(test(payload) for test in tests)]
        found = []
        for number, payload in payloads:
            watch.begin(number, len(payload))
            if all(test(payload) for test in tests):
                found.append(number)
        watch.end()
        return found

    def _beside(self, first_id: int, last_id: int) -> list[int]:
        events = self._reader.beside_messages(first_id, last_id, self._plan.beside)
        marks = self._reader.marks_between(first_id, last_id) if events and self._matcher.needs_marks else {}
        found = []
        for event in events:
            if self._watch is not None:
                self._watch.begin(event.id, event.size)
            if self._matcher.matches(event, [mark.mark for mark in marks.get(event.id, ())]):
                found.append(event.id)
        if self._watch is not None:
            self._watch.end()
        return found
