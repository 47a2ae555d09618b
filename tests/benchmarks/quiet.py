"""Open and quiet, a ping each second, the graph live: what does it cost?"""

import asyncio
import tempfile
import time
from pathlib import Path

from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal, session_file, wstui
from wstui.lab import LabServer

WATCH_S = 20.0
PROFILE = """
url = "URL"
[heartbeat]
interval = 1.0
"""


async def measure() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with LabServer("echo") as server:
            (home / "profiles").mkdir()
            (home / "profiles" / "bench.toml").write_text(PROFILE.replace("URL", server.url))
            async with Terminal(wstui("bench"), home=home) as terminal:
                await session_file(home)
                await asyncio.sleep(3)
                before, began = terminal.cpu_s(), time.monotonic()
                await asyncio.sleep(WATCH_S)
                share = (terminal.cpu_s() - before) / (time.monotonic() - began) * 100
    basis = f"UI and engine together over {WATCH_S:g} s"
    return [Result("open and quiet, heartbeat each second, graph live", share, 3, "lower", " %", basis)]
