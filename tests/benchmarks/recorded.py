"""A recorded session of 1,000,000 events against one of 100: opening it, and moving in it."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.recording import record
from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal, wstui
from wstui.timeline import TimelineReader

SMALL, LARGE = 100, 1_000_000
RUNS = 5
MEMORY = (
    "import resource, sys; from wstui.timeline import TimelineReader; "
    "r = TimelineReader(sys.argv[1]); n = r.transcript_count(); "
    "r.transcript(max(0, n - 50), 50, payload_limit=512); r.transcript(n // 2, 50, payload_limit=512); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def open_s(path: Path) -> float:
    began = time.perf_counter()
    reader = TimelineReader(path)
    count = reader.transcript_count()
    reader.transcript(max(0, count - 50), 50, payload_limit=512)
    reader.close()
    return time.perf_counter() - began


def window_times_s(path: Path) -> list[float]:
    reader = TimelineReader(path)
    count, times = reader.transcript_count(), []
    for step in range(400):
        first = (step * 7919 * 97) % max(1, count - 50)
        began = time.perf_counter()
        rows = reader.transcript(first, 50, payload_limit=512)
        times.append(time.perf_counter() - began)
        assert len(rows) == 50
    reader.close()
    return times


def memory_mb(path: Path) -> float:
    shown = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path)], check=True, capture_output=True, text=True
    )
    return int(shown.stdout) / 1024


async def first_frame_s(path: Path, home: Path) -> float:
    async with Terminal(wstui(str(path)), home=home) as terminal:
        return await terminal.wait_for("BTCUSDT")


async def measure() -> list[Result]:
    assert resource.RUSAGE_SELF == 0
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.wstui", Path(folder) / "large.wstui"
        record(small, SMALL)
        record(large, LARGE)
        pairs = [(open_s(large), open_s(small)) for _ in range(21)]
        ratio = median(a / b for a, b in pairs)
        basis = (
            f"{median(a for a, _ in pairs) * 1000:.2f} against {median(b for _, b in pairs) * 1000:.2f} ms"
        )
        frames = [
            (await first_frame_s(large, Path(folder)), await first_frame_s(small, Path(folder)))
            for _ in range(RUNS)
        ]
        frame_ratio = median(a / b for a, b in frames)
        slow, fast = median(a for a, _ in frames) * 1000, median(b for _, b in frames) * 1000
        frame_basis = f"{slow:.0f} against {fast:.0f} ms, medians of {RUNS}"
        page_ms = quantiles(window_times_s(large), n=20)[18] * 1000
        more = memory_mb(large) - memory_mb(small)
    return [
        Result(
            "first frame of a recorded session, 1,000,000 events / 100",
            frame_ratio,
            1.2,
            "lower",
            "",
            frame_basis,
        ),
        Result("the reader alone: open and last page, 1,000,000 / 100", ratio, 1.2, "lower", "", basis),
        Result("a page anywhere in 1,000,000 events, p95", page_ms, 16, "lower", " ms"),
        Result("memory that 1,000,000 events cost more than 100", more, 30, "lower", " MB"),
    ]
