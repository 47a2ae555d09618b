"""The UI's process stopped for five seconds: how long does a server's ping wait for its pong?"""

import asyncio
import os
import signal
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.peer import peer
from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal, session_file, wstui

STALL_S = 5.0
RUNS = 3


async def slowest_answer_ms() -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with peer("chatter", 100) as server:
            async with Terminal(wstui(server.url), home=Path(folder)) as terminal:
                await session_file(Path(folder))
                await asyncio.sleep(1.0)
                os.kill(terminal.process.pid, signal.SIGSTOP)
                await asyncio.sleep(STALL_S)
                os.kill(terminal.process.pid, signal.SIGCONT)
            report = await server.report()
    assert report["answers"] > STALL_S * 20, report
    return report["slowest_answer_s"] * 1000


async def measure() -> list[Result]:
    slowest = [await slowest_answer_ms() for _ in range(RUNS)]
    basis = f"slowest pong in each of {RUNS} runs: " + ", ".join(f"{ms:.1f}" for ms in slowest) + " ms"
    what = f"longest wait for a pong, UI stalled for {STALL_S:g} s (median)"
    return [Result(what, median(slowest), 50, "lower", " ms", basis)]
