"""The demo's server as a process: ``python -m wstui.tui.demo_process FAULT``.

Prints its URL and serves until standard input ends, so that it never outlives the screen, however
the screen ended. Imports nothing of the terminal toolkit.
"""

import asyncio
import sys

from wstui.lab import LabError, LabServer


async def _serve(fault: str) -> None:
    loop = asyncio.get_running_loop()
    screen = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(screen), sys.stdin)
    async with LabServer(fault) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await screen.read()


def main(fault: str) -> int:
    """Serve; the exit status."""
    try:
        asyncio.run(_serve(fault))
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "echo"))
