"""The real program in a real pty, its output read and thrown away as fast as a terminal would."""

import asyncio
import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self


class Terminal:
    """A program in a pty of the given size.

    ``seen`` collects what it wrote (only until :meth:`wait_for` found what it looked for).
    """

    def __init__(self, argv: Iterable[str], *, home: Path, columns: int = 120, rows: int = 40) -> None:
        self.argv = list(argv)
        self.home = home
        self.size = (rows, columns)
        self.seen = b""
        self._collect = True
        self._arrived = asyncio.Event()
        self.started_s = 0.0

    async def __aenter__(self) -> Self:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *self.size, 0, 0))
        os.set_blocking(master, False)
        environment = dict(
            os.environ, WSTUI_HOME=str(self.home), TERM="xterm-256color", COLORTERM="truecolor"
        )
        environment.update(COLUMNS=str(self.size[1]), LINES=str(self.size[0]), NO_PROXY="*")
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            self.argv, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.master = master
        asyncio.get_running_loop().add_reader(master, self._drain)
        return self

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:
                data = b""
            if not data:
                asyncio.get_running_loop().remove_reader(self.master)
                return
            if self._collect:
                self.seen += data
                self._arrived.set()

    async def wait_for(self, text: str, timeout_s: float = 30) -> float:
        """Wait until ``text`` was written; returns the seconds since the start."""
        wanted = text.encode()
        async with asyncio.timeout(timeout_s):
            while wanted not in self.seen:
                self._arrived.clear()
                await self._arrived.wait()
        self._collect = False
        return time.monotonic() - self.started_s

    async def answer_s(self, key: bytes, mark: bytes, timeout_s: float = 10) -> float:
        """Press a key and wait until ``mark`` is written; the seconds between."""
        self.seen, self._collect = b"", True
        began = time.perf_counter()
        self.keys(key)
        async with asyncio.timeout(timeout_s):
            while mark not in self.seen:
                self._arrived.clear()
                await self._arrived.wait()
        self._collect = False
        return time.perf_counter() - began

    async def quiet(self, for_s: float = 0.7, timeout_s: float = 60) -> None:
        """Wait until nothing was written for some time."""
        self._collect = True
        async with asyncio.timeout(timeout_s):
            while True:
                self._arrived.clear()
                try:
                    await asyncio.wait_for(self._arrived.wait(), for_s)
                except TimeoutError:
                    break
        self._collect = False

    def keys(self, data: bytes) -> None:
        os.write(self.master, data)

    def cpu_s(self) -> float:
        """Processor time of the program and of its children, in seconds."""
        return sum(cpu_seconds(pid) for pid in [self.process.pid, *descendants(self.process.pid)])

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self.master)
        children = descendants(self.process.pid)
        self.process.kill()
        self.process.wait()
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        os.close(self.master)


def wstui(*arguments: str) -> list[str]:
    """The program, as the console script starts it."""
    script = Path(sys.executable).with_name("wstui")
    return [str(script), *arguments]


def descendants(pid: int) -> list[int]:
    """Children and their children (Linux)."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def memory_mb(pid: int) -> float:
    """The memory that a process holds, in MB (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(pid)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, in seconds (Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def session_file(home: Path, timeout_s: float = 20) -> Path:
    """The first session file that appears."""
    async with asyncio.timeout(timeout_s):
        while not (found := sorted((home / "timelines").rglob("*.wstui"))):
            await asyncio.sleep(0.01)
    return found[0]
