"""Sessions to read, made by the writer itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wstui.events import Event
from wstui.timeline import SessionInfo, TimelineWriter

START_NS = 1_763_800_000_000_000_000

Record = Callable[..., Path]


def make_event(kind: str, direction: str = "received", payload: bytes | None = None, **more: Any) -> Event:
    """An event; ``at`` is its time after the start, in ns; what is not an event's field is detail."""
    at = more.pop("at", 0)
    connection = more.pop("connection", 0)
    size = more.pop("size", len(payload or b""))
    return Event(START_NS + at, connection, kind, direction, size, size and size + 2, payload, more or None)


def make_text(number: int, direction: str = "received", **more: Any) -> Event:
    return make_event("text", direction, b'{"n":%d}' % number, at=number, **more)


def make_info(**more: Any) -> SessionInfo:
    given = {
        "started_ns": START_NS,
        "profile": "local",
        "url": "ws://127.0.0.1:9000/",
        "wstui_version": "0.1.0",
    }
    return SessionInfo(**(given | more))


@pytest.fixture(scope="session")
def event() -> Callable[..., Event]:
    return make_event


@pytest.fixture(scope="session")
def text() -> Callable[..., Event]:
    return make_text


@pytest.fixture(scope="session")
def info() -> Callable[..., SessionInfo]:
    return make_info


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Write events into a new session file and close it."""

    def make(events: list[Event], *, name: str = "session", ended: bool = True, **more: Any) -> Path:
        path = tmp_path / f"{name}.wstui"
        limit = more.pop("record_limit", 1 << 20)
        writer = TimelineWriter(path, make_info(**more), limit)
        writer.write(events)
        if ended:
            writer.finish(START_NS + 1_000_000)
        writer.close()
        return path

    return make


@pytest.fixture
def conversation() -> list[Event]:
    """A short session with one event of most kinds."""
    return [
        make_event("resolve", "local", host="127.0.0.1", duration_ns=5, at=1),
        make_event("tcp", "local", address="127.0.0.1:9000", at=2),
        make_event("upgrade", "local", response={"status": 101, "headers": [["Server", "x"]]}, at=3),
        make_event("open", "local", url="ws://127.0.0.1:9000/", at=4),
        make_event("text", "sent", b"hello", at=5),
        make_event("ping", "sent", b"p1", source="heartbeat", timeout_ns=100, at=6),
        make_event("text", "received", "grüße \U0001f600".encode(), at=7),
        make_event("pong", "received", b"p1", rtt_ns=3, at=9),
        make_event("binary", "received", b"\x00\xff\x00", at=10),
        make_event("close", "received", code=1000, reason="bye", at=11),
        make_event("close", "sent", code=1000, reason="bye", reply=True, at=12),
        make_event("eof", "received", at=13),
    ]
