"""Playing back 1,000,000 events at 100×: the work for each frame in the running program, and seeking.

Of an hour (278 events a second, 2.8 pings among them), and of 100 s, which are over in one second.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.benchmarks.recording import record
from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal

EVENTS = 1_000_000
HOUR_EVERY_NS = 3_600_000
HOUR_S = 8.0
"""So long is the hour watched: at 100× it takes 36 s."""
ROUNDS = 12
SLOWEST, FASTEST = b"-" * 8, b"+" * 8
PLAY, START, END, PAGE = b" ", b"\x1b[H", b"\x1b[F", b"\x1b[6~"


class Stopwatch:
    """Adds up, inside the program, what each drawn frame costs: time that passes, panes, drawing."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.frames_ms: list[float] = []
        self._work_s = 0.0
        self._depth = 0

    def watch(self, owner: type, name: str, *, ends_frame: bool = False) -> None:
        """Measure a method, calls within calls once."""
        original = getattr(owner, name)

        def timed(*arguments: Any, **more: Any) -> Any:
            self._depth += 1
            began = time.perf_counter()
            try:
                return original(*arguments, **more)
            finally:
                self._depth -= 1
                if not self._depth:
                    self._work_s += time.perf_counter() - began
                if ends_frame:
                    self.frames_ms.append(self._work_s * 1000)
                    self._work_s = 0.0

        setattr(owner, name, timed)

    def begin(self, *_: object) -> None:
        self.frames_ms.clear()

    def write(self, *_: object) -> None:
        partial = self.out.with_suffix(".part")
        partial.write_text(json.dumps(self.frames_ms))
        partial.rename(self.out)


def run_watched(path: str, out: str) -> None:
    """The program on a recording; SIGUSR1 begins, SIGUSR2 writes what was measured."""
    from textual.screen import Screen

    from wstui.tui import run
    from wstui.tui.screens.session import SessionScreen

    watch = Stopwatch(Path(out))
    watch.watch(SessionScreen, "_pass_time")
    watch.watch(SessionScreen, "update_picture")
    watch.watch(SessionScreen, "_move")
    watch.watch(Screen, "_on_timer_update", ends_frame=True)
    signal.signal(signal.SIGUSR1, watch.begin)
    signal.signal(signal.SIGUSR2, watch.write)
    run(path)


async def frames_ms(terminal: Terminal, out: Path, keys: list[tuple[bytes, float]]) -> list[float]:
    """What the frames cost that are drawn while these keys are pressed, each with a wait after it."""
    os.kill(terminal.process.pid, signal.SIGUSR1)
    for key, wait_s in keys:
        terminal.keys(key)
        await asyncio.sleep(wait_s)
    os.kill(terminal.process.pid, signal.SIGUSR2)
    async with asyncio.timeout(10):
        while not out.exists():
            await asyncio.sleep(0.02)
    found = json.loads(out.read_text())
    out.unlink()
    return [float(ms) for ms in found]


async def play(path: Path, folder: Path, keys: list[tuple[bytes, float]]) -> tuple[list[float], list[float]]:
    out = folder / "frames.json"
    command = [sys.executable, "-m", "tests.benchmarks.playback", str(path), str(out)]
    async with Terminal(command, home=folder) as terminal:
        await terminal.wait_for("BTCUSDT")
        await terminal.quiet()
        terminal.keys(b"\x1b[19~")  # F8, twice: play back
        await asyncio.sleep(0.5)
        terminal.keys(b"\x1b[19~")
        await asyncio.sleep(0.5)
        terminal.keys(FASTEST)
        await asyncio.sleep(2.5)  # to the end
        played = await frames_ms(terminal, out, keys)
        seeks = await frames_ms(terminal, out, [(START, 0.4), (PAGE * 10, 0.4), (END, 0.4)] * 4)
        return played, seeks


async def measure() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        hour, dense = Path(folder) / "hour.wstui", Path(folder) / "dense.wstui"
        record(hour, EVENTS, every_ns=HOUR_EVERY_NS)
        slow, slow_seeks = await play(hour, Path(folder), [(START, HOUR_S)] * 2)
        record(dense, EVENTS)
        fast, fast_seeks = await play(dense, Path(folder), [(START + PLAY, 1.3)] * ROUNDS)
    return [
        *_results("an hour of 1,000,000 events", slow, slow_seeks),
        *_results("1,000,000 events in 100 s", fast, fast_seeks),
    ]


def _results(what: str, played: list[float], seeks: list[float]) -> list[Result]:
    return [
        Result(
            f"playing back {what} at 100×, work per frame, p95",
            quantiles(played, n=20)[18],
            16,
            "lower",
            " ms",
            f"{len(played)} frames; median {median(played):.1f} ms",
        ),
        Result(
            "seeking in it, the slowest frame",
            max(seeks),
            100,
            "lower",
            " ms",
            f"{len(seeks)} frames; median {median(seeks):.1f} ms",
        ),
    ]


if __name__ == "__main__":
    run_watched(sys.argv[1], sys.argv[2])
