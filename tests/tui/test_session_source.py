"""What a session screen reads, without a screen."""

import asyncio

from wstui.events import Shutdown
from wstui.profiles import profile_for_url
from wstui.tui.clock import Clock
from wstui.tui.session_source import SessionSource


async def test_an_engine_that_started_for_a_tab_closed_meanwhile_is_ended(engines):
    may_start = asyncio.Event()

    async def start(listener):
        await may_start.wait()
        return await engines.start(listener)

    source = SessionSource(Clock(), lambda: None, start)
    connecting = asyncio.ensure_future(source.connect(profile_for_url("ws://localhost:1"), ""))
    await asyncio.sleep(0)
    await source.close()
    may_start.set()
    await connecting
    assert engines.last.commands == [Shutdown()]
    assert not source.live
