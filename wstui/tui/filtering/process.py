"""Regular expressions are matched in a process of their own: one that runs for ever can be stopped there.

Python's ``re`` holds the interpreter lock while it matches, so a thread would freeze the screen. In the
main thread of another process a timer's signal ends it, and that process can be killed at any time.
Lines of JSON both ways: the filter first, then one line for each time to go on.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from wstui.events import RecordedEvent
from wstui.timeline import TimelineError
from wstui.tui.filtering import matching
from wstui.tui.filtering.language import Filter, FilterError, parse_filter
from wstui.tui.filtering.scan import Found, PlainScan, Report, Scan

EVENT_LIMIT_S = 0.25
_MORE_S_PER_BYTE = 1 / 4e6
"""More computing for one event, and the expression would run for ever."""


class ProcessScan:
    """A scan in a process of its own."""

    def __init__(self, path: Path, wanted: Filter, *, everything: bool) -> None:
        self._order = {"path": str(path), "filter": wanted.text, "everything": everything}
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def go_on(self, report: Report) -> None:
        """From where it stopped to the file's end.

        Raises:
            TimelineError: the file cannot be read.
            FilterError: the expression runs too long, or the process died.
        """
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(b"\n")
            process.stdin.flush()
        except OSError:
            return self._died()
        for line in process.stdout:
            said = json.loads(line)
            if "done" in said:
                return None
            if "problem" in said:
                raise (FilterError if said["of_filter"] else TimelineError)(said["problem"])
            if not report(Found(said["ids"], said["to"], said["of"])):
                return self.end()
        return self._died()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "wstui.tui.filtering.process"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
        self._process = process
        if self._ended:
            process.kill()
        assert process.stdin is not None
        process.stdin.write(json.dumps(self._order).encode() + b"\n")
        return process

    def _died(self) -> None:
        if not self._ended:
            raise FilterError("The process that matches regular expressions ended.")

    def end(self) -> None:
        """Kill the process."""
        self._ended = True
        process = self._process
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def scan_for(path: Path, wanted: Filter, *, everything: bool) -> Scan:
    """The scan that suits the filter."""
    if wanted.has_pattern:
        return ProcessScan(path, wanted, everything=everything)
    return PlainScan(path, wanted, everything=everything)


# -- the process itself ------------------------------------------------------------------------------


class _TooLongError(Exception):
    pass


def _too_long(_signal: int, _frame: object) -> None:
    raise _TooLongError


class _BoxedMatcher(matching.Matcher):
    """Gives each event :data:`EVENT_LIMIT_S` of computing, a large one more."""

    def matches(self, event: RecordedEvent, marks: Collection[str] = ()) -> bool:
        signal.setitimer(signal.ITIMER_PROF, EVENT_LIMIT_S + event.size * _MORE_S_PER_BYTE)
        try:
            return super().matches(event, marks)
        except _TooLongError:
            raise FilterError(
                f"The regular expression computed for more than {EVENT_LIMIT_S} s on event {event.id}"
                " and was stopped: make it simpler (nested repetitions as in (a+)+ do this)."
            ) from None
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _report(found: Found) -> bool:
    _say(ids=found.ids, to=found.scanned_to, of=found.last_id)
    return True


def main() -> None:
    """Read the order, then scan once for each line that comes; the end of the input ends it."""
    signal.signal(signal.SIGPROF, _too_long)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = json.loads(sys.stdin.readline())
    scan = PlainScan(
        Path(order["path"]),
        parse_filter(order["filter"]),
        everything=order["everything"],
        make_matcher=_BoxedMatcher,
    )
    for _ in sys.stdin:
        try:
            scan.go_on(_report)
        except (FilterError, TimelineError) as error:
            _say(problem=str(error), of_filter=isinstance(error, FilterError))
        else:
            _say(done=True)


if __name__ == "__main__":
    main()
