"""Sessions written by hand, as the writer would have recorded them."""

from pathlib import Path

import pytest

from wstui.events import Event
from wstui.replay.recording import read_recording
from wstui.timeline import SessionInfo, TimelineReader, TimelineWriter

START_NS = 1_763_800_000_000_000_000
MS = 1_000_000

DIRECTIONS = {"open": "local", "upgrade": "local", "error": "local", "resolve": "local"}


def event(at_ns, kind, direction=None, payload=b"", connection=0, **detail):
    """An event; ``payload`` may be text."""
    data = payload.encode() if isinstance(payload, str) else payload
    where = direction or DIRECTIONS.get(kind, "received")
    return Event(START_NS + at_ns, connection, kind, where, len(data), len(data), data, detail or None)


def opening(**detail):
    return event(0, "open", url="ws://127.0.0.1:9/", subprotocol=detail.pop("subprotocol", None), **detail)


def talk(*lines, step_ms=10):
    """An open connection: ``> sent``, ``< received``, ``>close 1000 bye``, ``<ping x``, ``<eof``."""
    events = [opening()]
    for number, line in enumerate(lines, start=1):
        direction = "sent" if line[0] == ">" else "received"
        rest = line[1:]
        if rest.startswith(" "):
            events.append(event(number * step_ms * MS, "text", direction, rest[1:]))
            continue
        kind, _, words = rest.partition(" ")
        detail = {}
        if kind == "close":
            code, _, reason = words.partition(" ")
            detail = {"code": int(code), "reason": reason}
            if any(e.kind == "close" for e in events):
                detail["reply"] = True
            words = ""
        events.append(event(number * step_ms * MS, kind, direction, words, **detail))
    return events


@pytest.fixture
def record(tmp_path):
    """Write events into a new session file: events as they are, or ``(at_ns, kind, …)``."""
    made = []

    def make(events, name="", **info) -> Path:
        path = tmp_path / f"{name or f'session-{len(made)}'}.wstui"
        made.append(path)
        given = {"started_ns": START_NS, "profile": "", "url": "ws://127.0.0.1:9/", "settings": {}}
        writer = TimelineWriter(path, SessionInfo(**(given | info)))
        rows = [row if isinstance(row, Event) else event(*row) for row in events]
        writer.write(rows)
        writer.finish(rows[-1].t_ns if rows else START_NS)
        writer.close()
        return path

    return make


@pytest.fixture
def recording(record):
    """Record a talk and read it."""

    def make(*lines, **more):
        path = record(talk(*lines), **more)
        with TimelineReader(path) as reader:
            return read_recording(reader)

    return make


@pytest.fixture
def tools():
    from types import SimpleNamespace

    return SimpleNamespace(event=event, opening=opening, talk=talk, START_NS=START_NS, MS=MS)
