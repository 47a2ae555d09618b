"""``make bench``: ratios against bare libraries, each pair measured in turn in this one run.

Prints a table; fails only when something could not be measured. A number that misses its bar is
printed as a miss, never hidden. Usage: ``python -m tests.benchmarks [NAME …]``.
"""

import asyncio
import platform
import sys
from collections.abc import Awaitable, Callable

from tests.benchmarks import (
    ingest,
    pages,
    ping_times,
    playback,
    quiet,
    recorded,
    search,
    stalled,
    start_up,
)
from tests.benchmarks.result import Result

BENCHMARKS: dict[str, Callable[[], Awaitable[list[Result]]]] = {
    "ingest": ingest.measure,
    "ping": ping_times.measure,
    "stalled": stalled.measure,
    "start-up": start_up.measure,
    "recorded": recorded.measure,
    "pages": pages.measure,
    "playback": playback.measure,
    "search": search.measure,
    "quiet": quiet.measure,
}


async def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    print(f"{platform.platform()}, Python {platform.python_version()}, {cpu_count()} cores")
    print(f"{'what':<66} {'measured':>12} {'bar':>9}")
    for name in names or BENCHMARKS:
        for result in await BENCHMARKS[name]():
            print(result.line(), flush=True)
    return 0


def cpu_count() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
