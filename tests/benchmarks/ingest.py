"""Ingest: the UI open in a terminal, every frame on disk, against ``async for`` that keeps nothing."""

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.bare import run_bare
from tests.benchmarks.peer import peer
from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal, session_file, wstui

COUNT = 300_000
RUNS = 5


async def bare_rate() -> float:
    async with peer("flood", COUNT) as server:
        client = asyncio.gather(run_bare("discard", server.url))
        report = await server.report()
        await client
    return COUNT / (report["ended_s"] - report["began_s"])


async def wstui_rate() -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            peer("flood", COUNT) as server,
            Terminal(wstui(server.url), home=Path(folder)),
        ):
            report = await server.report()
            path = await session_file(Path(folder))
            committed = await committed_at(path, COUNT)
    return COUNT / (committed - report["began_s"])


async def committed_at(path: Path, count: int, timeout_s: float = 120) -> float:
    """When the file held ``count`` received messages (monotonic seconds)."""
    question = "SELECT coalesce(max(id), 0) FROM event"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        async with asyncio.timeout(timeout_s):
            while connection.execute(question).fetchone()[0] < count:
                await asyncio.sleep(0.005)
        now = time.monotonic()
        rows = connection.execute("SELECT count(*) FROM event WHERE kind = 'text'").fetchone()[0]
    assert rows >= count - 10, rows
    return now


async def measure() -> list[Result]:
    pairs = [(await bare_rate(), await wstui_rate()) for _ in range(RUNS)]
    ratio = median(ours / bare for bare, ours in pairs)
    bare, ours = median(b for b, _ in pairs), median(o for _, o in pairs)
    basis = f"{ours:,.0f} against {bare:,.0f} messages/s of {COUNT:,}, 100 bytes each, medians of {RUNS}"
    return [Result("ingest, UI open, every frame on disk / bare async for", ratio, 1.0, "higher", "", basis)]
