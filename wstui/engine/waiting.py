"""Waiting for what an engine tells."""

import asyncio
from collections.abc import Callable


async def until(changed: asyncio.Event, condition: Callable[[], bool], within_s: float | None = None) -> bool:
    """Wait until a condition holds, which is looked at anew whenever something has changed.

    Args:
        changed: set by whoever hears news; cleared here.
        condition: what is waited for.
        within_s: how long at most; None: for ever.

    Returns:
        Whether it holds.
    """
    try:
        async with asyncio.timeout(within_s):
            while not condition():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        return condition()
    return True
