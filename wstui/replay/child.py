"""What the replay processes of the screen share: a request, lines that go out, an end when input ends.

``python -m wstui.replay.drive_process`` and ``…serve_process`` are started by a screen that must not be able
to delay them: the request is the first line of standard input, JSON objects go out line by line, and the
process ends when its input does, however the screen ended.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from wstui.engine.engine import SWITCH_INTERVAL_S
from wstui.engine.pipes import LineSink, LineSource

_LAST_LINES_S = 2.0


class Talk:
    """The lines that go out. Words in them are safe to show only once the screen made them so."""

    def __init__(self, sink: LineSink) -> None:
        self._sink = sink

    def say(self, what: str, **facts: Any) -> None:
        """A line that must arrive."""
        self._sink.put(_line(what, facts))

    def show(self, what: str, **facts: Any) -> None:
        """A line that a newer one may replace."""
        self._sink.put_progress(_line(what, facts))


Work = Callable[[dict[str, Any], Talk], Coroutine[Any, Any, None]]
"""Gets the request, and where to say things."""


def run_child(work: Work) -> int:
    """Carry a request out; the process's exit status.

    Args:
        work: what to do; it is cancelled when standard input ends.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # A write to a screen that is gone fails by itself; the lines go to a copy, so that a stray print cannot
    # come between them.
    out = os.dup(1)
    os.dup2(2, 1)
    sink = LineSink(out)
    try:
        asyncio.run(_attend(work, Talk(sink)))
    finally:
        sink.close(_LAST_LINES_S)
    return 0


async def _attend(work: Work, talk: Talk) -> None:
    loop = asyncio.get_running_loop()
    request: asyncio.Future[bytes] = loop.create_future()
    over = asyncio.Event()

    def take(line: bytes) -> None:
        if not request.done():
            request.set_result(line)

    LineSource(0, take, over.set)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
    ending = loop.create_task(over.wait())
    first: set[asyncio.Future[Any]] = {request, ending}
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    if not request.done():
        return
    working = loop.create_task(work(msgspec.json.decode(request.result()), talk))
    both: set[asyncio.Future[Any]] = {working, ending}
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    for task in both:
        task.cancel()
    await asyncio.wait(both)
    if not working.cancelled() and (error := working.exception()) is not None:
        raise error


def _line(what: str, facts: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"type": what, **facts}) + b"\n"
