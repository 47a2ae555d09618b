"""Engines on the lab's endpoint, and a way to wait for what must come."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from wstui.engine.local import LocalEngine
from wstui.events import Connect
from wstui.timeline import TimelineReader

PATIENCE_S = 10.0


async def until(condition: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Wait until ``condition`` holds."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.005)


def recorded(path: str | Path, kind: str = "") -> list:
    """The events of a session file, all or of one kind."""
    with TimelineReader(Path(path)) as reader:
        return [event for event in reader.events(1) if not kind or event.kind == kind]


def connect(url: str, name: str = "test", **tables) -> Connect:
    """A Connect with no pings and no proxy unless told otherwise."""
    profile = {"url": url, "heartbeat": {"interval": 0}, "proxy": {"url": "none"}, **tables}
    return Connect(profile=profile, name=name)


@pytest.fixture
def notices() -> list:
    return []


@pytest.fixture
async def engine(notices) -> AsyncIterator[LocalEngine]:
    taken = []
    local = LocalEngine(notices.append, tap=taken.extend)
    local.taken = taken
    yield local
    await local.shutdown()


@pytest.fixture
def tools() -> SimpleNamespace:
    return SimpleNamespace(until=until, recorded=recorded, connect=connect)
