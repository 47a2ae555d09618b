"""The demo's server: a lab in a process of its own, so that the screen cannot delay it."""

import asyncio
import re
from asyncio.subprocess import Process

import msgspec

from wstui.profiles import Heartbeat, Profile, SavedMessage, profile_for_url
from wstui.tui.child_process import end_process, last_words, start_module

DEMO_NAME = "demo"
"""Names the folder of the demo's sessions."""

_STARTS_WITHIN_S = 15.0
_URL = re.compile(rb"wss?://\S+")

_PING_EVERY_S = 2.0
_PONG_WITHIN_S = 5.0


_FEED = "demo"
_REQUESTS = (
    SavedMessage("subscribe to ETH", text='{"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":1}'),
    SavedMessage("unsubscribe", text='{"method":"UNSUBSCRIBE","params":["ethusdt@trade"],"id":2}'),
    SavedMessage("list", text='{"method":"LIST_SUBSCRIPTIONS","id":3}'),
    SavedMessage("an error", text='{"method":"FLY","id":4}'),
)


def demo_profile(url: str, fault: str = _FEED) -> Profile:
    """The demo's profile: pings often enough that its graph lives from the first seconds on."""
    heartbeat = Heartbeat(interval=_PING_EVERY_S, timeout=_PONG_WITHIN_S)
    message = list(_REQUESTS) if fault == _FEED else []
    return msgspec.structs.replace(profile_for_url(url), heartbeat=heartbeat, message=message)


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
        try:
            process = await start_module("wstui.tui.demo_process", fault)
        except OSError as error:
            raise DemoError(f"The demo's server could not be started: {error.strerror or error}.") from error
        try:
            async with asyncio.timeout(_STARTS_WITHIN_S):
                url = await _read_url(process)
        except TimeoutError:
            url = ""
        if not url:
            raise DemoError(f"The demo's server did not start. {await last_words(process)}".rstrip())
        return cls(process, url)

    async def stop(self) -> None:
        """End it."""
        await end_process(self._process)
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
