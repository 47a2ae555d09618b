"""Keys in the running program on a recording of 1,000,000 events: from the key to its frame."""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.recording import record
from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal, memory_mb, wstui

SMALL, LARGE = 100, 1_000_000
PAGES, EDGES = 120, 40
REPEAT_S = 1 / 30
"""As fast as a held key repeats."""
SELECTED = "▌".encode()
UP, DOWN, HOME, END = b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F"


async def opened(terminal: Terminal) -> None:
    """Wait until the recording stands there and all of it was counted and read."""
    await terminal.wait_for("BTCUSDT")
    await terminal.quiet()
    await terminal.answer_s(UP, SELECTED)
    await terminal.quiet()


async def answers_ms(terminal: Terminal, keys: list[bytes]) -> list[float]:
    """From each key to the frame with the new selection, the keys as fast as a held one."""
    times = []
    for key in keys:
        began = time.perf_counter()
        times.append(await terminal.answer_s(key, SELECTED) * 1000)
        await asyncio.sleep(max(0.0, REPEAT_S - (time.perf_counter() - began)))
    return times


def p95(times: list[float]) -> float:
    return quantiles(times, n=20)[18]


async def key_times_ms(path: Path, home: Path) -> tuple[list[float], list[float], float]:
    """Of page keys, of first and last in turn; and the program's memory after it."""
    async with Terminal(wstui(str(path)), home=home) as terminal:
        await opened(terminal)
        pages = await answers_ms(terminal, [UP] * PAGES)
        edges = await answers_ms(terminal, [HOME, END] * (EDGES // 2))
        await answers_ms(terminal, [HOME])
        pages += await answers_ms(terminal, [DOWN] * PAGES)
        return pages, edges, memory_mb(terminal.process.pid)


async def small_mb(path: Path, home: Path) -> float:
    async with Terminal(wstui(str(path)), home=home) as terminal:
        await opened(terminal)
        await answers_ms(terminal, [HOME, END] * 10)
        return memory_mb(terminal.process.pid)


async def measure() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.wstui", Path(folder) / "large.wstui"
        record(small, SMALL)
        record(large, LARGE)
        pages, edges, large_mb = await key_times_ms(large, Path(folder))
        more_mb = large_mb - await small_mb(small, Path(folder))
    held = f"one each {REPEAT_S * 1000:.0f} ms, in a terminal of 120×40"
    return [
        Result(
            "page up and down in 1,000,000 events, key to frame, p95",
            p95(pages),
            16,
            "lower",
            " ms",
            f"{len(pages)} keys, {held}; median {median(pages):.1f} ms",
        ),
        Result(
            "first and last in 1,000,000 events, key to frame, p95",
            p95(edges),
            16,
            "lower",
            " ms",
            f"{len(edges)} keys, {held}; median {median(edges):.1f} ms",
        ),
        Result("the UI's memory, 1,000,000 events more than 100", more_mb, 30, "lower", " MB"),
    ]
