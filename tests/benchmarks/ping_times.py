"""Ping round trips while the UI redraws and scrolls, against a bare client on the same traffic."""

import asyncio
import json
import sqlite3
import tempfile
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.bare import run_bare
from tests.benchmarks.peer import peer
from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal, session_file, wstui

PINGS = 300
INTERVAL_S = 0.02
MESSAGES_PER_S = 500
RUNS = 5
PROFILE = f"""
url = "URL"
[heartbeat]
interval = {INTERVAL_S}
"""


def p95_ms(times_s: list[float]) -> float:
    return quantiles(times_s, n=20)[18] * 1000


async def bare_p95_ms() -> float:
    async with peer("chatter", MESSAGES_PER_S) as server:
        return p95_ms(json.loads(await run_bare("ping", server.url, str(PINGS), str(INTERVAL_S))))


async def wstui_p95_ms() -> float:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with peer("chatter", MESSAGES_PER_S) as server:
            (home / "profiles").mkdir()
            (home / "profiles" / "bench.toml").write_text(PROFILE.replace("URL", server.url))
            async with Terminal(wstui("bench"), home=home) as terminal:
                path = await session_file(home)
                return p95_ms(await scroll_until(terminal, path, PINGS))


async def scroll_until(terminal: Terminal, path: Path, pings: int) -> list[float]:
    """Scroll up and down without a pause until so many pings were answered."""
    question = (
        "SELECT json_extract(detail, '$.rtt_ns') / 1e9 FROM event "
        "WHERE kind = 'pong' AND direction = 'received' AND detail LIKE '%rtt_ns%' ORDER BY id"
    )
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        terminal.keys(b"\x1b[Z")
        async with asyncio.timeout(60):
            while True:
                for key in (b"\x1b[5~", b"\x1b[5~", b"\x1b[6~", b"\x1b[A", b"\x1b[B"):
                    terminal.keys(key)
                    await asyncio.sleep(0.04)
                times = [row[0] for row in connection.execute(question)]
                if len(times) >= pings:
                    return times[:pings]


async def measure() -> list[Result]:
    pairs = [(await bare_p95_ms(), await wstui_p95_ms()) for _ in range(RUNS)]
    ratio = median(ours / bare for bare, ours in pairs)
    bare, ours = median(b for b, _ in pairs), median(o for _, o in pairs)
    beside = f"beside {MESSAGES_PER_S} messages/s, {PINGS} pings, medians of {RUNS}"
    basis = f"{ours:.2f} against {bare:.2f} ms {beside}"
    return [Result("p95 ping round trip, UI redrawing and scrolling / bare", ratio, 1.0, "lower", "", basis)]
