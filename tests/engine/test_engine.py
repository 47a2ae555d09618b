import asyncio
import itertools
import sqlite3
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from wstui.engine import connection as connection_module
from wstui.engine import recorder as recorder_module
from wstui.engine.engine import Engine
from wstui.engine.local import LocalEngine
from wstui.events import (
    Abort,
    Close,
    CommandRefused,
    Connect,
    Direction,
    Event,
    Kind,
    Ping,
    ProblemNotice,
    ProgressNotice,
    RetryNow,
    Send,
    Shutdown,
    StateNotice,
    StopRetrying,
    WithholdPongs,
)
from wstui.lab import LabServer
from wstui.timeline import TimelineReader
from wstui.timeline.recording import Recording
from wstui.wire import WireEnd


@pytest.fixture
async def echo():
    async with LabServer("echo") as server:
        yield server


def states(notices):
    """The states in their order, phases left out."""
    found = [notice.state for notice in notices if isinstance(notice, StateNotice)]
    return [state for state, _ in itertools.groupby(found)]


async def test_a_whole_session(engine, notices, echo, tools):
    reply = await engine.do(tools.connect(echo.url, name="trades"))
    await tools.until(lambda: engine.state.state == "open")
    assert await engine.do(Send(b"hello")) == {}
    await tools.until(lambda: engine.progress.messages_received == 1)
    assert await engine.do(Ping(b"are you there")) == {}
    await tools.until(lambda: engine.progress.last_rtt_ns > 0)
    await engine.do(Close(4001, "bye"))
    await tools.until(lambda: engine.state.state == "closed")
    assert states(notices) == ["dialling", "open", "closing", "closed"]
    phases = [notice.phase for notice in notices if isinstance(notice, StateNotice) and notice.phase]
    assert phases == ["resolve", "tcp", "upgrade"]
    assert reply["connection"] == 0
    assert reply["session"] == engine.state.session
    assert "/trades/" in engine.state.session
    events = tools.recorded(engine.state.session)
    assert [event.kind for event in events if event.direction != Direction.LOCAL] == [
        *("text", "text", "ping", "pong", "close", "close", "eof")
    ]
    assert engine.progress.last_id == len(events)
    assert (engine.progress.messages_sent, engine.progress.messages_received) == (1, 1)


async def test_the_file_tells_what_it_is_and_keeps_no_secret(engine, echo, tools, monkeypatch):
    monkeypatch.setenv("PASSPHRASE", "correct-horse-battery")
    url = echo.url + "?token=opensesame&room=1"
    await engine.do(tools.connect(url, headers={"Authorization": "Bearer ${PASSPHRASE}"}))
    await tools.until(lambda: engine.state.state == "open")
    await engine.shutdown()
    with TimelineReader(engine.state.session) as reader:
        assert reader.info.profile == "test"
        assert "opensesame" not in reader.info.url
        assert reader.info.settings["headers"]["Authorization"] == "Bearer ${PASSPHRASE}"
        assert reader.info.ended_ns is not None
        assert b"correct-horse-battery" not in reader.path.read_bytes()
    assert "opensesame" not in engine.state.url


async def test_closed_is_told_only_when_the_end_is_on_disk(notices, echo, tools):
    seen = []

    def listen(notice):
        notices.append(notice)
        if isinstance(notice, StateNotice) and notice.state == "closed":
            seen.extend(event.kind for event in tools.recorded(notice.session))

    engine = LocalEngine(listen)
    await engine.do(tools.connect(echo.url))
    await tools.until(lambda: engine.state.state == "open")
    await engine.do(Close())
    await tools.until(lambda: engine.state.state == "closed")
    assert seen[-1] == "eof"
    await engine.shutdown()


async def test_what_is_impossible_is_refused_with_a_sentence(engine, echo, tools):
    for command in (Send(b"x"), Ping(), Close(), Abort(), RetryNow(), StopRetrying(), Connect()):
        with pytest.raises(CommandRefused, match=r"\w+ \w+.*\.$"):
            await engine.do(command)
    await engine.do(tools.connect(echo.url))
    with pytest.raises(CommandRefused, match="There is a connection already"):
        await engine.do(Connect())
    await tools.until(lambda: engine.state.state == "open")
    with pytest.raises(CommandRefused, match="close it before"):
        await engine.do(tools.connect(echo.url))
    with pytest.raises(CommandRefused, match="no retrying"):
        await engine.do(StopRetrying())


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ({"url": "gopher://x"}, "expected ws:// or wss://"),
        ({"url": "ws://x", "colour": 1}, "colour"),
        ({"url": "ws://x/${NO_SUCH_VARIABLE}"}, "NO_SUCH_VARIABLE"),
    ],
)
async def test_a_wrong_profile_is_refused_and_leaves_no_file(engine, home, profile, says):
    with pytest.raises(CommandRefused, match=says):
        await engine.do(Connect(profile=profile, name="wrong"))
    assert engine.state.state == "idle"
    assert not list(home.rglob("*.wstui"))


async def test_a_port_nobody_listens_on(engine, notices, unused_tcp_port, tools):
    await engine.do(tools.connect(f"ws://127.0.0.1:{unused_tcp_port}"))
    await tools.until(lambda: engine.state.state == "closed")
    assert states(notices) == ["dialling", "closed"]
    (error,) = tools.recorded(engine.state.session, "error")
    assert error.detail["code"] == "connection_refused"


async def test_a_reconnect_goes_on_in_the_same_file_and_sends_saved_messages_again(engine, echo, tools):
    tables = {
        "message": [{"name": "subscribe", "text": "sub"}, {"name": "raw", "binary": "00ff"}],
        "reconnect": {"resend": ["subscribe", "raw"]},
    }
    first = await engine.do(tools.connect(echo.url, **tables))
    await tools.until(lambda: engine.state.state == "open")
    await engine.do(Close())
    await tools.until(lambda: engine.state.state == "closed")
    again = await engine.do(Connect())
    assert again == {"session": first["session"], "connection": 1}
    await tools.until(lambda: engine.progress.messages_received == 2)
    sent = [
        e for e in tools.recorded(first["session"]) if e.kind in ("text", "binary") and e.direction == "sent"
    ]
    assert [(e.connection, e.kind, e.payload) for e in sent] == [
        (1, "text", b"sub"),
        (1, "binary", b"\x00\xff"),
    ]


async def test_another_endpoint_is_another_session(engine, echo, tools):
    first = await engine.do(tools.connect(echo.url))
    await tools.until(lambda: engine.state.state == "open")
    await engine.do(Abort())
    await tools.until(lambda: engine.state.state == "closed")
    second = await engine.do(tools.connect(echo.url_of("ticker")))
    await tools.until(lambda: engine.state.state == "open")
    assert second["session"] != first["session"]
    assert second["connection"] == engine.state.connection == 0
    with TimelineReader(first["session"]) as reader:
        assert reader.info.ended_ns is not None


RETRYING = {"mode": "on", "base": 0.01, "max": 0.02, "jitter": "none"}


async def test_retries_are_recorded_until_the_attempts_are_used_up(engine, notices, unused_tcp_port, tools):
    url = f"ws://127.0.0.1:{unused_tcp_port}"
    await engine.do(tools.connect(url, reconnect={**RETRYING, "attempts": 2}))
    await tools.until(lambda: [s.attempt for s in notices if isinstance(s, StateNotice)][-1:] == [2])
    await tools.until(lambda: engine.state.state == "closed")
    assert states(notices)[:3] == ["dialling", "closed", "waiting_to_retry"]
    await engine.shutdown()
    retries = [event.detail for event in tools.recorded(engine.state.session, "retry")]
    assert [detail["attempt"] for detail in retries] == [1, 2, 2]
    assert [bool(detail.get("stopped")) for detail in retries] == [False, False, True]
    assert retries[0]["delay_ns"] == 10_000_000
    assert all(detail["reason"] for detail in retries)


SLOW = {**RETRYING, "base": 60.0, "max": 60.0}


async def test_waiting_can_be_cut_short_and_ended(engine, notices, unused_tcp_port, tools):
    await engine.do(tools.connect(f"ws://127.0.0.1:{unused_tcp_port}", reconnect=SLOW))
    await tools.until(lambda: engine.state.state == "waiting_to_retry")
    assert engine.state.retry_at_ns > engine.state.t_ns
    await engine.do(RetryNow())
    await tools.until(lambda: engine.state.state == "waiting_to_retry" and engine.state.attempt == 2)
    assert engine.state.connection == 1
    await engine.do(Connect())
    await tools.until(lambda: engine.state.state == "waiting_to_retry" and engine.state.connection == 2)
    await engine.do(StopRetrying())
    await tools.until(lambda: engine.state.state == "closed")
    last = tools.recorded(engine.state.session, "retry")[-1]
    assert last.detail["stopped"]
    with pytest.raises(CommandRefused):
        await engine.do(RetryNow())


async def test_close_while_waiting_stays_closed(engine, unused_tcp_port, tools):
    await engine.do(tools.connect(f"ws://127.0.0.1:{unused_tcp_port}", reconnect=SLOW))
    await tools.until(lambda: engine.state.state == "waiting_to_retry")
    await engine.do(Close())
    await tools.until(lambda: engine.state.state == "closed")


async def test_nobody_dials_again_after_a_close_of_ours(engine, echo, tools):
    await engine.do(tools.connect(echo.url, reconnect=RETRYING))
    await tools.until(lambda: engine.state.state == "open")
    await engine.do(Close())
    await tools.until(lambda: engine.state.state == "closed")
    await engine.shutdown()
    assert not tools.recorded(engine.state.session, "retry")


async def test_a_server_that_goes_away_is_dialled_again(engine, notices, tools):
    async with LabServer("going-away", speed=60) as server:
        await engine.do(tools.connect(server.url, reconnect=RETRYING))
        await tools.until(lambda: engine.state.connection == 1 and engine.state.state == "open")
    assert states(notices)[:6] == ["dialling", "open", "closing", "closed", "waiting_to_retry", "dialling"]


async def test_giving_up_dialling(engine, tools):
    async with LabServer("no-answer") as server:
        await engine.do(tools.connect(server.url))
        await tools.until(lambda: engine.state.phase == "upgrade")
        await engine.do(Close())
        await tools.until(lambda: engine.state.state == "closed")
    (error,) = tools.recorded(engine.state.session, "error")
    assert error.detail["code"] == "cancelled"


async def test_the_application_heartbeat_is_sent_and_marked(engine, echo, tools):
    beat = {"send": '{"op":1}', "expect": r'"op":\s*1', "interval": 0.05}
    await engine.do(tools.connect(echo.url, heartbeat={"interval": 0, "application": beat}))
    await tools.until(lambda: engine.progress.messages_received >= 3)
    await engine.do(Close())
    await tools.until(lambda: engine.state.state == "closed")
    with TimelineReader(engine.state.session) as reader:
        messages = [event for event in reader.events(1) if event.kind == "text"]
        marks = reader.marks([event.id for event in messages])
    assert {event.payload for event in messages} == {b'{"op":1}'}
    for event in messages:
        (mark,) = marks[event.id]
        assert (mark.mark, mark.dialect) == (
            "app_ping" if event.direction == "sent" else "app_pong",
            "profile",
        )


async def test_a_mode_asked_for_while_dialling_holds_from_the_open_on(engine, tools):
    async with LabServer("server-pings", speed=50) as server:
        await engine.do(tools.connect(server.url))
        await engine.do(WithholdPongs())
        await tools.until(lambda: [e for e in engine.taken if e.kind == "ping"])
        await engine.do(Close())
        await tools.until(lambda: engine.state.state == "closed")
    kinds = [(event.kind, event.direction) for event in engine.taken]
    assert ("pong", "sent") not in kinds
    assert kinds.index(("fault", "local")) < kinds.index(("ping", "received"))


async def test_shutdown_closes_with_1001_and_is_final(engine, echo, tools):
    await engine.do(tools.connect(echo.url))
    await tools.until(lambda: engine.state.state == "open")
    assert await engine.do(Shutdown()) == {}
    await engine.shutdown()
    closes = tools.recorded(engine.state.session, "close")
    assert [(e.direction, e.detail["code"]) for e in closes] == [("sent", 1001), ("received", 1001)]
    assert engine.state.state == "closed"
    with pytest.raises(CommandRefused, match="being ended"):
        await engine.do(Connect())


async def test_shutdown_does_not_wait_for_a_server_that_never_replies(engine, tools):
    async with LabServer("no-close-reply") as server:
        await engine.do(tools.connect(server.url))
        await tools.until(lambda: engine.state.state == "open")
        before = time.monotonic()
        await engine.shutdown()
        assert time.monotonic() - before < 4
    assert engine.state.state == "closed"
    assert tools.recorded(engine.state.session)[-1].kind == "eof"


async def test_progress_is_told_at_most_20_times_a_second(engine, notices, tools):
    times = []

    class Clocked(list):
        def append(self, notice):
            if isinstance(notice, ProgressNotice):
                times.append(time.monotonic())

    busy = LocalEngine(Clocked().append)
    async with LabServer("flood") as server:
        await busy.do(tools.connect(server.url))
        await tools.until(lambda: times and times[-1] - times[0] > 1.5)
        assert busy.progress.messages_received > 1000
        await busy.shutdown()
    for begin in times:
        assert sum(begin <= t < begin + 1 for t in times) <= 20


class FakeWire:
    """Stands in for the wire: does what a test says in ``script``."""

    script = None
    made = None

    def __init__(self, profile, *, connection, clock, sink, observer):
        self.sink, self.observer, self.clock, self.connection = sink, observer, clock, connection
        self.calls = []
        self.over = asyncio.Event()
        type(self).made = self

    async def run(self):
        self.observer.on_open()
        await type(self).script(self)
        return WireEnd(opened=True)

    def event(self, payload):
        kind, direction = Kind.TEXT.value, Direction.RECEIVED.value
        return Event(self.clock.now(), self.connection, kind, direction, len(payload), len(payload), payload)

    def pause_reading(self):
        self.calls.append("pause")

    def unpause_reading(self):
        self.calls.append("unpause")
        self.over.set()

    def close(self, command):
        self.calls.append(command)
        self.over.set()


async def test_a_backlog_stops_the_reading_until_the_disk_has_caught_up(notices, monkeypatch, tools):
    monkeypatch.setattr(connection_module, "PAUSE_BACKLOG_BYTES", 300_000)
    monkeypatch.setattr(connection_module, "RESUME_BACKLOG_BYTES", 150_000)

    async def script(wire):
        while "pause" not in wire.calls:
            wire.sink([wire.event(bytes(50_000))])
        await wire.over.wait()

    monkeypatch.setattr(FakeWire, "script", script)
    engine = Engine(notices.append, wire_factory=FakeWire)
    await engine.execute(tools.connect("ws://127.0.0.1:1"))
    await tools.until(lambda: engine.state.state == "closed")
    assert FakeWire.made.calls == ["pause", "unpause"]
    await engine.shutdown()


async def test_a_mistake_of_ours_ends_in_a_sentence_and_not_in_silence(notices, monkeypatch, tools):
    async def script(wire):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(FakeWire, "script", script)
    engine = Engine(notices.append, wire_factory=FakeWire)
    await engine.execute(tools.connect("ws://127.0.0.1:1"))
    await tools.until(lambda: engine.state.state == "closed")
    (problem,) = [notice for notice in notices if isinstance(notice, ProblemNotice)]
    assert "ZeroDivisionError: oops" in problem.message
    await engine.execute(Connect())
    await tools.until(lambda: engine.state.connection == 1 and engine.state.state == "closed")
    await engine.shutdown()
    events = tools.recorded(engine.state.session, "error")
    assert [event.detail["code"] for event in events] == ["internal", "internal"]
    with TimelineReader(engine.state.session) as reader:
        assert reader.info.ended_ns is not None


async def test_recording_that_is_over_ends_the_connection(notices, monkeypatch, tools):
    async def script(wire):
        await wire.over.wait()

    monkeypatch.setattr(FakeWire, "script", script)
    engine = Engine(notices.append, wire_factory=FakeWire)
    await engine.execute(tools.connect("ws://127.0.0.1:1"))
    await tools.until(lambda: engine.state.state == "open")
    engine._session.recorder._failed("The disk is full.", True)  # as the writer's thread would
    await tools.until(lambda: engine.state.state == "closed")
    assert ProblemNotice("The disk is full.", fatal=True) in notices
    assert FakeWire.made.calls == [Close(1001)]
    await engine.shutdown()


async def test_a_full_disk_is_told_and_holds_up_neither_the_end_nor_the_shutdown(
    notices, echo, monkeypatch, tools
):
    monkeypatch.setattr(recorder_module, "SETTLE_S", 0.1)
    engine = LocalEngine(notices.append)
    await engine.do(tools.connect(echo.url))
    await tools.until(lambda: engine.state.state == "open" and engine.progress.last_id >= 4)
    full = sqlite3.OperationalError("database or disk is full")
    with monkeypatch.context() as patch:
        patch.setattr(Recording, "record", Mock(side_effect=full))
        await engine.do(Send(b"x"))
        await tools.until(lambda: [notice for notice in notices if isinstance(notice, ProblemNotice)])
        await engine.do(Close())
        await tools.until(lambda: engine.state.state == "closed")
    await engine.shutdown()
    assert [event.payload for event in tools.recorded(engine.state.session, "text")] == [b"x", b"x"]


async def test_a_listener_that_fails_does_not_end_the_session(echo, tools):
    mistakes = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: mistakes.append(context))

    def listen(notice):
        raise ValueError("a bug in the client")

    engine = LocalEngine(listen)
    await engine.do(tools.connect(echo.url))
    await tools.until(lambda: engine.state.state == "open")
    await engine.shutdown()
    assert mistakes


async def test_an_unwritable_folder_is_refused_with_its_name(tools, tmp_path):
    (tmp_path / "file").write_text("")
    engine = LocalEngine(folder=tmp_path / "file")
    with pytest.raises(CommandRefused, match="file"):
        await engine.do(tools.connect("ws://127.0.0.1:1"))
    await engine.shutdown()


async def test_after_its_file_was_deleted_the_next_connection_has_a_new_one(engine, notices, echo, tools):
    first = await engine.do(tools.connect(echo.url))
    await tools.until(lambda: engine.state.state == "open")
    Path(first["session"]).unlink()
    await engine.do(Close())
    await tools.until(lambda: engine.state.state == "closed")
    second = await engine.do(Connect())
    assert second["session"] != first["session"]
    assert second["connection"] == 0
    await tools.until(lambda: engine.state.state == "open")
    await engine.shutdown()
    assert tools.recorded(second["session"], "open")
    assert not Path(first["session"]).exists()
