"""The demo's server: a lab in a process of its own, so that the screen cannot delay it."""

import asyncio
import contextlib
import re
import sys
from asyncio.subprocess import PIPE, Process

import msgspec

from wstui.events import safe_bytes
from wstui.profiles import Heartbeat, Profile, profile_for_url

DEMO_NAME = "demo"
"""Names the folder of the demo's sessions."""

_STARTS_WITHIN_S = 15.0
_ENDS_WITHIN_S = 2.0
_URL = re.compile(rb"wss?://\S+")


_PING_EVERY_S = 2.0
_PONG_WITHIN_S = 5.0


def demo_profile(url: str) -> Profile:
    """The demo's profile: pings often enough that its graph lives from the first seconds on."""
    heartbeat = Heartbeat(interval=_PING_EVERY_S, timeout=_PONG_WITHIN_S)
    return msgspec.structs.replace(profile_for_url(url), heartbeat=heartbeat)


class DemoError(Exception):
    """The demo's server could not be started; the message is a sentence."""


class DemoServer:
    """A running lab. Make one with :meth:`start`."""

    def __init__(self, process: Process, url: str) -> None:
        self._process = process
        self.url = url
        loop = asyncio.get_running_loop()
        streams = (process.stdout, process.stderr)
        self._reading = [loop.create_task(_discard(stream)) for stream in streams if stream is not None]

    @classmethod
    async def start(cls, fault: str) -> "DemoServer":
        """Start a lab that behaves as ``fault`` says, on a free port of this machine.

        Raises:
            DemoError: it did not start, or does not know the fault.
        """
        arguments = (sys.executable, "-P", "-m", "wstui.tui.demo_process", fault)
        try:
            process = await asyncio.create_subprocess_exec(
                *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True
            )
        except OSError as error:
            raise DemoError(f"The demo's server could not be started: {error.strerror or error}.") from error
        try:
            async with asyncio.timeout(_STARTS_WITHIN_S):
                url = await _read_url(process)
        except TimeoutError:
            url = ""
        if not url:
            raise DemoError(f"The demo's server did not start. {await _last_words(process)}".rstrip())
        return cls(process, url)

    async def stop(self) -> None:
        """End it."""
        await _end(self._process)
        await asyncio.gather(*self._reading, return_exceptions=True)


async def _discard(stream: asyncio.StreamReader) -> None:
    """Read what nobody wants to know: a full pipe would stop the server."""
    while await stream.read(65536):
        pass


async def _read_url(process: Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        found = _URL.search(line)
        if found is not None:
            return found[0].decode("ascii", "replace").rstrip(".,;)")
    return ""


async def _last_words(process: Process) -> str:
    await _end(process)
    assert process.stderr is not None
    lines = [line for line in (await process.stderr.read()).splitlines() if line.strip()]
    return safe_bytes(lines[-1]) if lines else ""


async def _end(process: Process) -> None:
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
