"""Regular expressions are matched in a process of their own: one that runs for ever can be stopped there.

Python's ``re`` holds the interpreter lock while it matches, so a thread would freeze the screen. In the
main thread of another process a timer's signal ends it, and that process can be killed at any time.
Lines of JSON both ways: the filter first, then one line for each time to go on.
"""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Lock
from typing import Any

from wstui.timeline import TimelineError
from wstui.tui.filtering.language import Filter, FilterError, parse_filter
from wstui.tui.filtering.scan import Found, PlainScan, Report, Scan

EVENT_LIMIT_S = 0.25
_LOOK_EVERY_S = 0.05
_MORE_S_PER_BYTE = 1 / 4e6
"""More computing for one event, and the expression would run for ever."""


class Spare:
    """A process that waits for its order: a start takes longer than a first page of hits should."""

    def __init__(self) -> None:
        self.is_wanted = False
        """Whether one should wait at all."""
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def prepare(self) -> None:
        """Have one waiting; in a thread."""
        with self._lock:
            if self.is_wanted and self._process is None:
                self._process = _start_process()

    def take(self) -> subprocess.Popen[bytes]:
        """The waiting one, or a new one."""
        with self._lock:
            process, self._process = self._process, None
        return process if process is not None and process.poll() is None else _start_process()

    def end(self) -> None:
        """None waits any more."""
        with self._lock:
            self.is_wanted = False
            process, self._process = self._process, None
        if process is not None:
            _kill(process)


def _start_process() -> subprocess.Popen[bytes]:
    command, pipe = [sys.executable, "-m", "wstui.tui.filtering.process"], subprocess.PIPE
    return subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


class ProcessScan:
    """A scan in a process of its own."""

    def __init__(self, path: Path, wanted: Filter, *, everything: bool, spare: Spare | None = None) -> None:
        self._order = {"path": str(path), "filter": wanted.text, "everything": everything}
        self._spare = spare or Spare()
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
        process = self._process = self._spare.take()
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
        if self._process is not None:
            _kill(self._process)


def scan_for(path: Path, wanted: Filter, *, everything: bool, spare: Spare | None = None) -> Scan:
    """The scan that suits the filter."""
    if wanted.has_pattern:
        return ProcessScan(path, wanted, everything=everything, spare=spare)
    return PlainScan(path, wanted, everything=everything)


# -- the process itself ------------------------------------------------------------------------------


class _Stopwatch:
    """Gives each event :data:`EVENT_LIMIT_S` of computing, a large one more.

    A timer's signal comes some times a second and looks how long it has been the same event: to set a
    timer for each would cost more than most expressions do.
    """

    def __init__(self) -> None:
        self._event_id = 0
        self._limit_s = 0.0
        self._seen_id = 0
        self._seen_s = 0.0

    def begin(self, event_id: int, size: int) -> None:
        """An event is looked at now."""
        self._event_id, self._limit_s = event_id, EVENT_LIMIT_S + size * _MORE_S_PER_BYTE

    def end(self) -> None:
        """No event is looked at."""
        self._event_id = 0

    def start(self) -> None:
        """Begin to watch; in the main thread."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _LOOK_EVERY_S, _LOOK_EVERY_S)

    def _look(self, _signal: int, _frame: object) -> None:
        if not self._event_id or self._event_id != self._seen_id:
            self._seen_id, self._seen_s = self._event_id, time.process_time()
        elif time.process_time() - self._seen_s > self._limit_s:
            number, self._event_id = self._event_id, 0
            raise FilterError(
                f"The regular expression computed for more than {EVENT_LIMIT_S} s on event {number}"
                " and was stopped: make it simpler (nested repetitions as in (a+)+ do this)."
            )


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _report(found: Found) -> bool:
    _say(ids=found.ids, to=found.scanned_to, of=found.last_id)
    return True


def main() -> None:
    """Read the order, then scan once for each line that comes; the end of the input ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch = _Stopwatch()
    watch.start()
    order = json.loads(sys.stdin.readline())
    scan = PlainScan(
        Path(order["path"]),
        parse_filter(order["filter"]),
        everything=order["everything"],
        watch=watch,
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
