"""Sessions written by hand, as the writer would have recorded them."""

import contextlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from wstui.engine.local import LocalEngine
from wstui.engine.messages import MessageAssembler
from wstui.engine.player import Ending, ScriptPlayer
from wstui.engine.steps import parse_steps
from wstui.events import Close, CommandRefused, Connect, Event
from wstui.replay.compare import compare
from wstui.replay.drive_plan import plan_connection
from wstui.replay.driving import DriveOptions, Driver
from wstui.replay.recording import read_recording
from wstui.replay.server_plan import plan_or_refusal
from wstui.replay.serving import ReplayServer
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
    return SimpleNamespace(event=event, opening=opening, talk=talk, START_NS=START_NS, MS=MS)


@pytest.fixture
def node_modules():
    """Where the npm package ``ws`` is, or a skip that says what is missing."""
    import os
    import shutil

    candidates = [
        os.environ.get("WSTUI_TEST_NODE_MODULES", ""),
        str(Path(__file__).parent.parent / "node_modules"),
    ]
    found = next((path for path in candidates if path and Path(path, "ws").is_dir()), None)
    if found is None or shutil.which("node") is None:
        pytest.skip("needs node, and the npm package ws in WSTUI_TEST_NODE_MODULES or tests/node_modules")
    return found


def dial(url, **tables):
    return Connect({"url": url, "heartbeat": {"interval": 0}, "proxy": {"url": "none"}, **tables}, "test")


@pytest.fixture
def talk_live():
    """Carry steps out against an endpoint; the session file."""

    async def go(url, *steps, **tables):
        assembler = MessageAssembler()
        player = None

        def tap(events):
            for message in assembler.feed(events):
                player.received(message)

        engine = LocalEngine(lambda _: player.state_changed(), tap=tap)
        player = ScriptPlayer(engine, parse_steps(steps))
        try:
            path = (await engine.do(dial(url, **tables)))["session"]
            result = await player.play()
            assert result.ending in (Ending.DONE, Ending.ENDED), result
            if result.ending is Ending.DONE and engine.state.state == "open":
                with contextlib.suppress(CommandRefused):
                    await engine.do(Close(1000))
            await player.until_over()
        finally:
            await player.close()
            await engine.shutdown()
        return Path(path)

    return go


@pytest.fixture
def drive():
    """Drive a recording against an endpoint; the outcome, and what was said meanwhile."""

    async def go(path, url, *, connection=None, tables=None, **options):
        with TimelineReader(path) as reader:
            recording = read_recording(reader)
        wish = DriveOptions(**options)
        plans = [plan_connection(row, wish.captures) for row in recording.chosen(connection)]
        said, progress = [], []
        driver = Driver(plans, wish, narrate=said.append, on_progress=progress.append)
        engine = LocalEngine(lambda _: driver.state_changed(), tap=driver.take)
        try:
            outcome = await driver.run(engine, dial(url, **(tables or {})), _nothing)
        finally:
            await engine.shutdown()
        return SimpleNamespace(outcome=outcome, said=said, progress=progress, path=outcome.session)

    return go


async def _nothing(path):
    del path


@pytest.fixture
def beside():
    """Compare two session files."""

    def go(before, after, **options):
        with TimelineReader(before) as old, TimelineReader(after) as new:
            return compare(old, new, **options)

    return go


@pytest.fixture
def serve():
    """A server of a recorded session."""

    def make(path, *, connection=None, **options):
        with TimelineReader(path) as reader:
            plan = plan_or_refusal(read_recording(reader), connection, reader.heartbeat())
        return ReplayServer(plan, **options)

    return make


@pytest.fixture
def timeline():
    """What the server did in a session, times and addresses apart."""

    def go(path):
        with TimelineReader(path) as reader:
            return [
                (row.kind, row.payload)
                for row in reader.events(1)
                if row.direction == "received" and row.kind in ("text", "binary", "ping", "close")
            ]

    return go
