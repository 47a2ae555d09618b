"""Start-up: the first frame against a minimal Textual app, ``--version`` against importing click."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal, wstui

RUNS = 9
MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("first-frame-here")
Minimal().run()
"""


async def first_frame_s(argv: list[str], marker: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with Terminal(argv, home=Path(folder)) as terminal:
            return await terminal.wait_for(marker)


def run_s(argv: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True)
    return time.perf_counter() - began


def median_ratio(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float, float]:
    pairs = [(ours(), theirs()) for _ in range(RUNS)]
    return median(a / b for a, b in pairs), median(a for a, _ in pairs), median(b for _, b in pairs)


async def measure() -> list[Result]:
    frames = [
        (
            await first_frame_s(wstui(), "Profiles"),
            await first_frame_s([sys.executable, "-c", MINIMAL], "first-frame-here"),
        )
        for _ in range(RUNS)
    ]
    ratio = median(a / b for a, b in frames)
    ours, theirs = median(a for a, _ in frames), median(b for _, b in frames)
    basis = f"{ours * 1000:.0f} against {theirs * 1000:.0f} ms, medians of {RUNS}"
    first = Result("first frame / minimal Textual app", ratio, 1.25, "lower", "", basis)

    click = [sys.executable, "-c", "import click"]
    ratio, ours, theirs = median_ratio(lambda: run_s(wstui("--version")), lambda: run_s(click))
    basis = f"{ours * 1000:.0f} against {theirs * 1000:.0f} ms, medians of {RUNS}"
    return [first, Result("wstui --version / python -c 'import click'", ratio, 1.5, "lower", "", basis)]
