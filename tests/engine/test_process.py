"""The engine as a process: what its client sees, and what survives when one of the two dies."""

import asyncio
import json
import signal
import sys
import time

import pytest

from wstui.engine import EngineHandle
from wstui.engine.protocol import encode_request
from wstui.events import (
    Close,
    CommandRefused,
    Ping,
    ProblemNotice,
    ProgressNotice,
    Send,
    StateNotice,
)
from wstui.lab import LabServer
from wstui.timeline import TimelineReader


@pytest.fixture
async def echo():
    async with LabServer("echo") as server:
        yield server


@pytest.fixture
async def handle(notices):
    started = await EngineHandle.start(notices.append)
    yield started
    await started.shutdown()


class RawEngine:
    """The process with nothing of ours in between."""

    def __init__(self, process):
        self.process = process
        self.session = ""

    def write(self, line):
        self.process.stdin.write(line if line.endswith(b"\n") else line + b"\n")

    async def until(self, wanted):
        """The next line for which ``wanted`` holds."""
        while line := await asyncio.wait_for(self.process.stdout.readline(), 10):
            said = json.loads(line)
            self.session = said.get("session") or self.session
            if wanted(said):
                return said
        raise AssertionError("the engine ended")

    async def reply(self, number):
        return await self.until(lambda said: "ok" in said and said["id"] == number)

    async def open(self, command):
        self.write(encode_request(1, command))
        await self.until(lambda said: said.get("state") == "open")

    async def status(self):
        return await asyncio.wait_for(self.process.wait(), 10)


@pytest.fixture
async def raw():
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wstui.engine", stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )
    yield RawEngine(process)
    if process.returncode is None:
        process.kill()
    await process.stdout.read()
    await process.wait()
    assert await process.stderr.read() == b""


async def test_every_command_gets_its_reply(handle, notices, echo, tools):
    assert handle.state.state == "idle"
    with pytest.raises(CommandRefused, match="connect first"):
        await handle.do(Send(b"too early"))
    reply = await handle.do(tools.connect(echo.url))
    await tools.until(lambda: handle.state.state == "open")
    assert reply == {"session": handle.state.session, "connection": 0}
    await asyncio.gather(*(handle.do(Send(f"{number}".encode())) for number in range(20)))
    await handle.do(Ping())
    await tools.until(lambda: handle.progress.messages_received == 20 and handle.progress.last_rtt_ns)
    await handle.do(Close(4001, "enough"))
    await tools.until(lambda: handle.state.state == "closed")
    closes = tools.recorded(handle.state.session, "close")
    assert [(event.direction, event.detail["code"]) for event in closes] == [
        ("sent", 4001),
        ("received", 4001),
    ]
    await handle.shutdown()
    await handle.shutdown()
    assert not [notice for notice in notices if isinstance(notice, ProblemNotice)]
    with pytest.raises(CommandRefused, match="gone"):
        await handle.do(Ping())


async def test_the_death_of_the_engine_is_told(handle, notices, echo, tools):
    await handle.do(tools.connect(echo.url))
    await tools.until(lambda: handle.state.state == "open")
    handle._process.kill()
    with pytest.raises(CommandRefused):
        while True:
            await handle.do(Ping())
    await tools.until(lambda: handle.state.state == "closed")
    (problem,) = [notice for notice in notices if isinstance(notice, ProblemNotice)]
    assert problem.fatal
    assert "signal 9" in problem.message
    assert isinstance(notices[-1], StateNotice)


async def test_a_line_that_means_nothing_is_answered_and_survived(raw):
    raw.write(b"what?")
    assert (await raw.until(lambda said: "ok" in said)) == {
        "id": None,
        "ok": False,
        "error": (await _said(raw, b"what?"))["error"],
    }
    for line in (b"\xff\xfe", b"[]", b'{"do":"ping"}', b"{" * 50_000):
        assert (await _said(raw, line))["id"] is None
    assert "no command" in (await _said(raw, b'{"id":3,"do":"fly"}'))["error"]
    raw.write(b"")
    assert "connect first" in (await _said(raw, b'{"id":4,"do":"ping"}'))["error"]


async def _said(raw, line):
    raw.write(line)
    return await raw.until(lambda said: "ok" in said)


async def test_when_its_client_dies_it_closes_with_1001_commits_and_exits(raw, echo, tools):
    await raw.open(tools.connect(echo.url))
    raw.write(encode_request(2, Send(b"the last words")))
    raw.process.stdin.close()
    assert await raw.status() == 0
    _assert_went_away(raw, tools)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_means_the_same(raw, echo, tools, number):
    await raw.open(tools.connect(echo.url))
    await _said(raw, encode_request(2, Send(b"the last words")))
    raw.process.send_signal(number)
    assert await raw.status() == 0
    _assert_went_away(raw, tools)


def _assert_went_away(raw, tools):
    events = tools.recorded(raw.session)
    assert b"the last words" in [event.payload for event in events]
    first = next(event for event in events if event.kind == "close")
    assert (first.direction, first.detail["code"]) == ("sent", 1001)
    with TimelineReader(raw.session) as reader:
        assert reader.info.ended_ns is not None


async def test_a_server_that_never_replies_does_not_keep_it_alive(raw, tools):
    async with LabServer("no-close-reply") as server:
        await raw.open(tools.connect(server.url))
        before = time.monotonic()
        raw.process.stdin.close()
        assert await raw.status() == 0
        assert time.monotonic() - before < 5


async def test_a_client_that_stops_reading_holds_nothing_up(raw, tools):
    """The pipe is full of answers that nobody takes; pings are answered all the same."""
    async with LabServer("server-pings", speed=20) as server:
        await raw.open(tools.connect(server.url))
        raw.write(b"nonsense\n" * 20_000)
        session = raw.session
        with TimelineReader(session) as reader:
            first = reader.last_id()

            def answered_since():
                pongs = [event for event in reader.events(first) if event.kind == "pong"]
                return len(pongs) > 5

            await tools.until(answered_since)
        raw.process.kill()


async def test_nobody_listening_is_no_error(raw, echo, tools):
    await raw.open(tools.connect(echo.url))
    raw.process._transport.get_pipe_transport(1).close()
    for number in range(5):
        raw.write(encode_request(number, Send(b"into the dark")))
    await tools.until(lambda: len(tools.recorded(raw.session, "text")) == 10)
    raw.process.stdin.close()
    assert await raw.status() == 0


async def test_killed_in_a_flood_it_has_lost_nothing_older_than_100_ms(notices, tools):
    told = []

    def listen(notice):
        if isinstance(notice, ProgressNotice):
            told.append((time.monotonic(), notice.messages_received))

    handle = await EngineHandle.start(listen)
    async with LabServer("flood") as server:
        await handle.do(tools.connect(server.url))
        await tools.until(lambda: any(count > 1000 and at < time.monotonic() - 0.3 for at, count in told))
        handle._process.kill()
        killed_at = time.monotonic()
        await handle.shutdown()
    seen_in_time = max(count for at, count in told if at < killed_at - 0.1)
    assert seen_in_time > 1000
    with TimelineReader(handle.state.session) as reader:
        assert not reader.damage
        assert reader.counts().messages_received >= seen_in_time
        assert [event.id for event in reader.events(1)] == list(range(1, reader.last_id() + 1))


async def test_what_arrived_is_on_disk_within_50_ms(handle, echo, tools):
    """The median of some messages: the machine has other things to do as well."""
    await handle.do(tools.connect(echo.url))
    await tools.until(lambda: handle.state.state == "open")
    delays_ns = []
    with TimelineReader(handle.state.session) as reader:
        for number in range(11):
            marker = f"message {number}".encode()
            await handle.do(Send(marker))
            deadline = time.monotonic() + 5
            while not (found := _received(reader, marker)):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.002)
            delays_ns.append(time.time_ns() - found.t_ns)
    assert sorted(delays_ns)[len(delays_ns) // 2] <= 50_000_000


def _received(reader, payload):
    events = reader.events(max(1, reader.last_id() - 3))
    return next((e for e in events if e.payload == payload and e.direction == "received"), None)
