"""Bare ``websockets`` clients, each in a process of its own, to measure against."""

import asyncio
import json
import sys
import time

from websockets.asyncio.client import connect


async def discard(url: str) -> None:
    """The library's own ``async for``, throwing every message away."""
    async with connect(url, compression=None, ping_interval=None, max_size=None) as connection:
        async for _ in connection:
            pass
    print(json.dumps({"ended_s": time.monotonic()}))


async def ping(url: str, count: int, interval_s: float) -> None:
    """Pings at an interval beside a reader that throws messages away; prints the round trips in s."""
    times: list[float] = []
    async with connect(url, compression=None, ping_interval=None, max_size=None) as connection:

        async def read() -> None:
            async for _ in connection:
                pass

        reading = asyncio.get_running_loop().create_task(read())
        for _ in range(count):
            began = time.monotonic()
            await (await connection.ping())
            times.append(time.monotonic() - began)
            await asyncio.sleep(interval_s)
        reading.cancel()
    print(json.dumps(times))


async def run_bare(*arguments: str) -> str:
    """Run this module's ``main`` in a process of its own; returns what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.bare", *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return out.decode()


if __name__ == "__main__":
    if sys.argv[1] == "discard":
        asyncio.run(discard(sys.argv[2]))
    else:
        asyncio.run(ping(sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
