"""Searching and exporting a recorded session of 1,000,000 events, against ``grep -c`` on its JSON Lines."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.recording import RARE, record
from tests.benchmarks.result import Result
from wstui.timeline import Sought, TimelineReader
from wstui.tui.filtering.language import parse_filter
from wstui.tui.filtering.process import Spare, scan_for
from wstui.tui.filtering.scan import Found

EVENTS = 1_000_000
PAGE = 40
RUNS = 5
WARM_S = 1.0
FILTERS = {
    "rare text": RARE.decode(),
    "rare regular expression": "/needle.in.a.thousand/",
    "common regular expression": "/BTC.SDT/",
    "common JSON value": '$.s == "BTCUSDT"',
    "size": "size:100",
    "kind": "kind:ping",
    "time": "after:+50s",
}
ABSENT = "nowhere to be found"
EXPORT = (
    "import resource, sys, time; from pathlib import Path; from wstui.exchange import export_jsonl; "
    "from wstui.timeline import TimelineReader; began = time.perf_counter(); "
    "export_jsonl(TimelineReader(Path(sys.argv[1])), open(sys.argv[2], 'wb'), redact=sys.argv[3] == 'yes'); "
    "print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def first_page_s(path: Path) -> float:
    """From opening the file to a page of hits, of which there is one in a thousand events."""
    began = time.perf_counter()
    hits = 0
    with TimelineReader(path) as reader:
        for found in reader.search(Sought(RARE.decode())):
            hits += len(found.ids)
            if hits >= PAGE:
                return time.perf_counter() - began
    raise AssertionError(hits)


def filter_page_s(path: Path, line: str, *, hits: int = PAGE) -> float:
    """From a line of the filter to a page of hits, its process waiting as it does once the line is open."""
    spare = Spare()
    spare.is_wanted = True
    spare.prepare()
    time.sleep(WARM_S)
    found = 0

    def take(some: Found) -> bool:
        nonlocal found
        found += len(some.ids)
        return found < hits

    began = time.perf_counter()
    scan = scan_for(path, parse_filter(line), everything=False, spare=spare)
    try:
        scan.go_on(take)
        return time.perf_counter() - began
    finally:
        scan.end()
        spare.end()


def filter_result(path: Path, what: str, line: str) -> Result:
    times = [filter_page_s(path, line) * 1000 for _ in range(RUNS)]
    basis = f"{line}, slowest of {RUNS}: {max(times):.0f} ms"
    return Result(f"first page of a filter: {what}", median(times), 100, "lower", " ms", basis)


def scan_s(path: Path, text: str, *, match_case: bool) -> float:
    began = time.perf_counter()
    with TimelineReader(path) as reader:
        assert reader.count_hits(Sought(text, match_case=match_case)) == 0
    return time.perf_counter() - began


def grep_s(path: Path, text: str) -> float:
    began = time.perf_counter()
    subprocess.run(["grep", "-c", text, str(path)], check=False, capture_output=True)
    return time.perf_counter() - began


def export(path: Path, out: Path, *, redact: bool) -> tuple[float, float]:
    """Events a second and the process's largest size in MB."""
    shown = subprocess.run(
        [sys.executable, "-c", EXPORT, str(path), str(out), "yes" if redact else "no"],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, kilobytes = shown.stdout.split()
    return EVENTS / float(seconds), int(kilobytes) / 1024


def scan_result(path: Path, lines: Path, what: str, *, match_case: bool) -> Result:
    pairs = [(scan_s(path, ABSENT, match_case=match_case), grep_s(lines, ABSENT)) for _ in range(RUNS)]
    ours, theirs = median(a for a, _ in pairs) * 1000, median(b for _, b in pairs) * 1000
    basis = f"{ours:.0f} against {theirs:.0f} ms, medians of {RUNS}"
    return Result(what, median(a / b for a, b in pairs), 2, "lower", "", basis)


def export_result(path: Path, out: Path, small: Path, what: str, *, redact: bool) -> Result:
    runs = [export(path, out, redact=redact) for _ in range(3)]
    least_mb = export(small, out.with_suffix(".small"), redact=redact)[1]
    more_mb = median(mb for _, mb in runs) - least_mb
    basis = f"median of 3; {more_mb:.0f} MB more memory than for 100 events"
    return Result(what, median(rate for rate, _ in runs) / 1000, 200, "higher", " k/s", basis)


async def measure() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        path, small, lines = (Path(folder, name) for name in ("large.wstui", "small.wstui", "large.jsonl"))
        record(path, EVENTS)
        record(small, 100)
        return [
            export_result(path, lines, small, "export 1,000,000 events to JSON Lines", redact=False),
            export_result(path, lines, small, "the same, secrets replaced", redact=True),
            Result(
                f"first page of hits ({PAGE}) in 1,000,000 events",
                median(first_page_s(path) for _ in range(RUNS)) * 1000,
                100,
                "lower",
                " ms",
            ),
            *(filter_result(path, what, line) for what, line in FILTERS.items()),
            scan_result(path, lines, "whole search, exact bytes / grep -c", match_case=True),
            scan_result(path, lines, "whole search, either case / grep -c", match_case=False),
        ]
