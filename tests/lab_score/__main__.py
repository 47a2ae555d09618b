"""``make lab``: real endings with a known cause, and what ``wstui run`` says of them.

Starts each server of ``tests/scenarios``, gives ``wstui run --json`` its URL and what a client would do
there, and holds the verdict against the truth. Prints a line for every case that is not as it should be,
then the totals; exits with 1 below the bars. Usage: ``python -m tests.lab_score [-j N] [--all] [NAME …]``.
"""

import argparse
import asyncio
import logging
import sys

from tests.lab_score.result import Result, passes, summary
from tests.lab_score.runner import run
from tests.scenarios import SCENARIOS


async def main(names: list[str], jobs: int, show_all: bool) -> int:
    unknown = set(names) - {scenario.name for scenario in SCENARIOS}
    if unknown:
        print(f"No such scenario: {', '.join(sorted(unknown))}.")
        return 2
    chosen = [scenario for scenario in SCENARIOS if not names or scenario.name in names]
    places = asyncio.Semaphore(jobs)

    async def one(scenario) -> Result:
        async with places:
            return await run(scenario)

    results = await asyncio.gather(*(one(scenario) for scenario in chosen))
    for result in results:
        if show_all or not result.is_fine:
            print(result.line())
    print(summary(results))
    return 0 if passes(results) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.lab_score")
    parser.add_argument("-j", dest="jobs", type=int, default=4, help="so many at once")
    parser.add_argument("--all", action="store_true", help="a line for every case")
    parser.add_argument("names", nargs="*", metavar="NAME")
    given = parser.parse_args()
    logging.disable()  # servers that are made to fail complain about it
    sys.exit(asyncio.run(main(given.names, given.jobs, given.all)))
