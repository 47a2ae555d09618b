"""The client's side of the engine process: starts it, talks to it, notices its death.

Imports neither sockets nor SQL, so that the terminal UI starts quickly.
"""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Self

from wstui.engine.protocol import BadLine, Reply, decode_answer, encode_request
from wstui.engine.session import NoticeListener, call_listener
from wstui.events import (
    Command,
    CommandRefused,
    ConnectionState,
    Notice,
    ProblemNotice,
    ProgressNotice,
    Shutdown,
    StateNotice,
    safe_bytes,
)

LINE_LIMIT_BYTES = 1 << 26
"""No reply comes near it: payloads stay in the session file."""

SHUTDOWN_TIMEOUT_S = 6.0
"""The engine bounds its own closing at about 2 s; committing a backlog may take longer."""

KILL_TIMEOUT_S = 2.0

_LAST_WORDS = 8
_GONE = "The engine is gone; start the session anew to go on."


class EngineHandle:
    """A running engine process. Make one with :meth:`start`; satisfies ``SessionEngine``."""

    def __init__(self, process: Process, on_notice: NoticeListener | None) -> None:
        self._process = process
        self._on_notice = on_notice
        self._state = StateNotice(state=ConnectionState.IDLE.value)
        self._progress = ProgressNotice(last_id=0, now_ns=0)
        self._replies: dict[int, asyncio.Future[Reply]] = {}
        self._next_id = 1
        self._asked_to_end = False
        self._last_words: deque[bytes] = deque(maxlen=_LAST_WORDS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching = self._keep(self._watch())

    @classmethod
    async def start(cls, on_notice: NoticeListener | None = None) -> Self:
        """Start an engine.

        It gets a session of its own, so that Ctrl+C in the terminal reaches the terminal UI and not the
        engine; it ends by itself when its standard input ends, whatever became of us.

        Args:
            on_notice: called in this event loop for every notice.

        Raises:
            CommandRefused: the process could not be started.
        """
        # -P keeps the working folder off the module path: a file there must not stand in for a module.
        arguments = (sys.executable, "-P", "-m", "wstui.engine")
        try:
            process = await asyncio.create_subprocess_exec(
                *arguments,
                stdin=PIPE,
                stdout=PIPE,
                stderr=None if _inherits_stderr() else PIPE,
                limit=LINE_LIMIT_BYTES,
                start_new_session=True,
            )
        except OSError as error:
            raise CommandRefused(f"The engine could not be started: {error.strerror or error}.") from error
        return cls(process, on_notice)

    @property
    def state(self) -> StateNotice:
        """The newest state; ``idle`` before the first Connect."""
        return self._state

    @property
    def progress(self) -> ProgressNotice:
        """How far the recording is."""
        return self._progress

    @property
    def pid(self) -> int:
        """The engine's process id."""
        return self._process.pid

    async def do(self, command: Command) -> dict[str, Any]:
        """Carry a command out (see ``SessionEngine.do``).

        Raises:
            CommandRefused: it is impossible now, or the engine is gone.
        """
        if self._watching.done() or self._process.stdin is None:
            raise CommandRefused(_GONE)
        request_id, self._next_id = self._next_id, self._next_id + 1
        answer = asyncio.get_running_loop().create_future()
        self._replies[request_id] = answer
        try:
            self._process.stdin.write(encode_request(request_id, command))
            with contextlib.suppress(ConnectionError):  # then the watcher answers for the engine
                await self._process.stdin.drain()
            reply: Reply = await answer
        finally:
            self._replies.pop(request_id, None)
        if not reply.ok:
            raise CommandRefused(reply.error)
        return reply.result

    async def shutdown(self) -> None:
        """End the engine: politely, then by signal, then by force. Harmless when repeated."""
        self._asked_to_end = True
        with contextlib.suppress(CommandRefused, TimeoutError):
            async with asyncio.timeout(SHUTDOWN_TIMEOUT_S):
                await self.do(Shutdown())
        if self._process.stdin is not None:
            self._process.stdin.close()
        for end in (None, self._process.terminate, self._process.kill):
            if end is not None:
                with contextlib.suppress(ProcessLookupError):
                    end()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._watching), KILL_TIMEOUT_S)
                return

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watch(self) -> None:
        """Read until the engine ends, then say so."""
        listening_to_errors = self._keep(self._read_last_words())
        try:
            await self._read_answers()
        finally:
            status = await self._process.wait()
            await listening_to_errors
            self._say_goodbye(status)

    async def _read_answers(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            try:
                answer = decode_answer(line)
            except BadLine as error:
                self._deliver(ProblemNotice(str(error)))
                continue
            if isinstance(answer, Reply):
                self._settle(answer)
            else:
                self._deliver(answer)

    async def _read_last_words(self) -> None:
        if self._process.stderr is None:
            return
        while chunk := await self._process.stderr.read(4096):
            self._last_words.extend(chunk.splitlines())

    def _settle(self, reply: Reply) -> None:
        if reply.id is None:
            self._deliver(ProblemNotice(reply.error))
            return
        waiting = self._replies.get(reply.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def _deliver(self, notice: Notice) -> None:
        if isinstance(notice, StateNotice):
            self._state = notice
        elif isinstance(notice, ProgressNotice):
            self._progress = notice
        if self._on_notice is not None:
            call_listener(self._on_notice, notice)

    def _say_goodbye(self, status: int) -> None:
        for waiting in self._replies.values():
            if not waiting.done():
                waiting.set_result(Reply(None, ok=False, result={}, error=_GONE))
        if not (self._asked_to_end and status == 0):
            self._deliver(ProblemNotice(self._obituary(status), fatal=True))
        if self._state.state not in (ConnectionState.CLOSED, ConnectionState.IDLE):
            closed = replace(self._state, state=ConnectionState.CLOSED.value, phase="", retry_at_ns=0)
            self._deliver(closed)

    def _obituary(self, status: int) -> str:
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        last = next((line for line in reversed(self._last_words) if line.strip()), b"")
        said = f" Its last words: {safe_bytes(last)}" if last else ""
        kept = " What it received until then is in the session file." if self._state.session else ""
        return f"The engine {how}, which nobody asked for.{kept}{said}"


def _inherits_stderr() -> bool:
    """Only for a person who debugs and sent standard error elsewhere: a screen is no place for a log."""
    return bool(os.environ.get("WSTUI_DEBUG")) and not os.isatty(2)
