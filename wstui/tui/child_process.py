"""Programs of wstui's own beside the screen, so that drawing cannot delay what they do.

Each ends when its standard input ends, however the screen ended.
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from typing import Any, Self

import msgspec

from wstui.events import safe_bytes

_ENDS_WITHIN_S = 2.0
_LINE_LIMIT_BYTES = 1 << 24


class ChildError(Exception):
    """The program could not be started; the message is a sentence."""


async def start_module(module: str, *arguments: str) -> Process:
    """Start a module of wstui as a program, its three streams being pipes.

    Raises:
        OSError: it cannot be started.
    """
    # -P keeps the working folder off the module path; a session of its own keeps Ctrl+C away.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", module, *arguments),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=_LINE_LIMIT_BYTES,
        start_new_session=True,
    )


async def last_words(process: Process) -> str:
    """End it; the last line that it wrote to standard error."""
    await end_process(process)
    assert process.stderr is not None
    lines = [line for line in (await process.stderr.read()).splitlines() if line.strip()]
    return safe_bytes(lines[-1]) if lines else ""


async def end_process(process: Process) -> None:
    """Let it end by itself, then by signal, then by force."""
    if process.stdin is not None:
        process.stdin.close()
    for end in (None, process.terminate, process.kill):
        if end is not None:
            with contextlib.suppress(ProcessLookupError):
                end()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ENDS_WITHIN_S):
                await process.wait()
                return


class Child:
    """A program that gets a request and answers with JSON lines. Make one with :meth:`start`."""

    def __init__(self, process: Process, on_line: Callable[[dict[str, Any]], None]) -> None:
        self._process = process
        self._on_line = on_line
        self._stopping = False
        loop = asyncio.get_running_loop()
        self._words = b""
        self._tasks = [loop.create_task(self._read()), loop.create_task(self._read_errors())]

    @classmethod
    async def start(
        cls, module: str, request: Mapping[str, Any], on_line: Callable[[dict[str, Any]], None]
    ) -> Self:
        """Start it.

        Args:
            module: of wstui.
            request: its first line of input: nothing of it is seen in a list of processes.
            on_line: called with each line; when it ends unasked, with one of the type ``failed``.

        Raises:
            ChildError: it could not be started.
        """
        try:
            process = await start_module(module)
        except OSError as error:
            raise ChildError(f"{module} could not be started: {error.strerror or error}.") from error
        assert process.stdin is not None
        child = cls(process, on_line)
        with contextlib.suppress(ConnectionError):  # it ended already; the reader says so
            process.stdin.write(msgspec.json.encode(request) + b"\n")
            await process.stdin.drain()
        return child

    async def stop(self) -> None:
        """End it, and hear what it still says."""
        self._stopping = True
        if self._process.stdin is not None:
            self._process.stdin.close()
        await asyncio.wait(self._tasks, timeout=_ENDS_WITHIN_S * 3)
        await end_process(self._process)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        last = ""
        async for line in self._process.stdout:
            try:
                said = msgspec.json.decode(line, type=dict[str, Any])
            except msgspec.DecodeError:
                continue
            last = str(said.get("type", ""))
            self._on_line(said)
        status = await self._process.wait()
        if not self._stopping and last not in ("done", "failed"):
            await self._tasks[1]
            words = safe_bytes(self._words.strip().rpartition(b"\n")[2])
            self._on_line({"type": "failed", "sentence": f"It ended by itself (status {status}). {words}"})

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(4096):
            self._words = (self._words + chunk)[-8192:]
