"""The real program in a real pty, its output read as a terminal would show it (pyte)."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pyte

KEYS = {
    "enter": b"\r", "escape": b"\x1b", "tab": b"\t", "up": b"\x1b[A", "down": b"\x1b[B",
    "f1": b"\x1bOP", "f2": b"\x1bOQ", "f3": b"\x1bOR", "f4": b"\x1bOS", "f5": b"\x1b[15~",
    "f6": b"\x1b[17~", "f7": b"\x1b[18~", "ctrl+q": b"\x11", "ctrl+b": b"\x02", "ctrl+l": b"\x0c",
}  # fmt: skip


class TerminalScreen:
    """A program and the screen it draws. ``output`` is every byte it wrote to the terminal."""

    def __init__(self, *arguments: str, home: Path, columns: int = 120, rows: int = 40) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.output = bytearray()
        self.master, slave = pty.openpty()
        self._resize(columns, rows)
        environment = dict(
            os.environ, WSTUI_HOME=str(home), TERM="xterm-256color", LANG="C.UTF-8", NO_PROXY="*"
        )
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wstui", *arguments],
            stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def _resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size, as dragging its corner does."""
        self._resize(columns, rows)
        self.screen.resize(rows, columns)
        os.kill(self.process.pid, signal.SIGWINCH)

    def _read(self, timeout_s: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], timeout_s)
        if not ready:
            return False
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:
            return False
        self.output += data
        self._stream.feed(data)
        return bool(data)

    @property
    def text(self) -> str:
        """What the screen shows now."""
        return "\n".join(self.screen.display)

    def wait_until(self, condition: Callable[[str], object], what: str, timeout_s: float = 20) -> str:
        """Read until the screen satisfies ``condition``; fails with the screen's picture."""
        deadline = time.monotonic() + timeout_s
        while not condition(self.text):
            if time.monotonic() > deadline or (self.process.poll() is not None and not self._read(0.1)):
                raise AssertionError(f"{what} was never seen; the screen shows:\n{self.text}")
            self._read(0.05)
        return self.text

    def wait_for(self, words: str, timeout_s: float = 20) -> str:
        """Read until ``words`` are on the screen."""
        return self.wait_until(lambda text: words in text, repr(words), timeout_s)

    def press(self, *keys: str) -> None:
        """Press keys by name (``f3``, ``enter``), or type a single character."""
        for key in keys:
            os.write(self.master, KEYS.get(key, key.encode()))
            self._read(0.02)

    def type(self, text: str) -> None:
        """Type text as a person does: a character at a time."""
        self.press(*text)

    def wait_for_exit(self, timeout_s: float = 20) -> int:
        """Read until the program has ended; its exit status."""
        deadline = time.monotonic() + timeout_s
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end; the screen shows:\n{self.text}")
            self._read(0.05)
        return self.process.wait()

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            os.close(self.master)
