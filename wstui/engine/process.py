"""The engine as a process: JSON Lines on standard input and output (``docs/engine.md``).

Rule 1: a line that means nothing gets an error reply, never an end. Rule 2: the end of input, SIGTERM,
SIGINT and SIGHUP mean the same: close with 1001, commit, exit with 0.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from functools import partial

from wstui.engine.engine import SWITCH_INTERVAL_S, Engine
from wstui.engine.pipes import LineSink, LineSource
from wstui.engine.protocol import BadLine, Reply, decode_request, encode_notice, encode_reply
from wstui.events import CommandRefused, Notice, ProgressNotice, Shutdown

_LAST_WORDS_S = 1.0
_GC_THRESHOLDS = (50_000, 20, 1000)
"""A collection looks at the young objects only, rarely; what start-up made is frozen. Source: measured,
a full collection with a backlog of 100,000 events takes tens of milliseconds."""


class EngineProcess:
    """Connects an engine with the two pipes."""

    def __init__(self, commands: int, answers: int) -> None:
        self._sink = LineSink(answers)
        self._engine = Engine(self._notify)
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        LineSource(commands, self._lines.put_nowait, self.stop)

    def stop(self) -> None:
        """End after what was asked before."""
        self._lines.put_nowait(None)

    async def serve(self) -> None:
        """Carry commands out one after the other, until told to end."""
        while (line := await self._lines.get()) is not None:
            if await self._answer(line):
                break
            await asyncio.sleep(0)  # a flood of commands must not come before the wire
        await self._engine.shutdown()
        self._sink.close(_LAST_WORDS_S)

    async def _answer(self, line: bytes) -> bool:
        """Reply to one line. True: it was the last."""
        if not line.strip():
            return False
        try:
            request = decode_request(line)
        except BadLine as error:
            self._reply(Reply(error.request_id, ok=False, result={}, error=str(error)))
            return False
        try:
            result = await self._engine.execute(request.command)
        except CommandRefused as refusal:
            self._reply(Reply(request.id, ok=False, result={}, error=str(refusal)))
        except Exception as error:
            logging.getLogger(__name__).debug("a command failed", exc_info=True)
            sentence = f"The engine made a mistake ({type(error).__name__}: {error})."
            self._reply(Reply(request.id, ok=False, result={}, error=sentence))
        else:
            self._reply(Reply(request.id, ok=True, result=result))
        return isinstance(request.command, Shutdown)

    def _reply(self, reply: Reply) -> None:
        self._sink.put(encode_reply(reply))

    def _notify(self, notice: Notice) -> None:
        if isinstance(notice, ProgressNotice):
            self._sink.put_progress(encode_notice(notice))
        else:
            self._sink.put(encode_notice(notice))


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    process = EngineProcess(sys.stdin.fileno(), sys.stdout.fileno())
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, process.stop)
    loop.set_exception_handler(partial(_report, quiet=not os.environ.get("WSTUI_DEBUG")))
    await process.serve()


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, object], *, quiet: bool) -> None:
    """A mistake in a callback goes to the log, and to standard error only for who debugs."""
    if not quiet:
        loop.default_exception_handler(context)


def _come_before_who_draws() -> None:
    """Take back what the terminal UI gave up for its own process, and we have inherited."""
    if hasattr(os, "SCHED_BATCH") and os.sched_getscheduler(0) == os.SCHED_BATCH:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def main() -> None:
    """Run until the end of input."""
    if os.environ.get("WSTUI_DEBUG"):
        logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(name)s %(message)s")
    _come_before_who_draws()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    asyncio.run(_serve())
