"""Driving again and serving from the screen, end to end: real programs, real sockets, a real lab."""

import asyncio

import pytest

from wstui.engine.local import LocalEngine
from wstui.events import Close, Connect, Ping, Send
from wstui.lab import EndpointServer, LabServer
from wstui.lab.peer import Peer
from wstui.profiles import profile_for_url, profile_to_mapping
from wstui.timeline import SessionInfo, TimelineReader
from wstui.tui.app import WstuiApp
from wstui.tui.replay_requests import (
    CAUSAL,
    RECORDED,
    SCALED,
    RequestError,
    default_endpoint,
    drive_request,
    serve_request,
)
from wstui.tui.screens.compare import CompareScreen
from wstui.tui.screens.dialogs import Confirm
from wstui.tui.screens.replay_forms import DriveDialog, ServeDialog
from wstui.tui.screens.serving import ServingScreen
from wstui.tui.screens.session import SessionScreen
from wstui.tui.screens.session_picker import SessionPicker


@pytest.fixture
async def echo():
    async with LabServer("echo") as server:
        yield server


async def talk(url, *texts, closes=True):
    """Record a short conversation; its file."""
    engine = LocalEngine()
    session = (await engine.do(Connect(profile_to_mapping(profile_for_url(url)), "talk")))["session"]
    while engine.state.state != "open":
        await asyncio.sleep(0.01)
    for text in texts:
        await engine.do(Send(text))
        await engine.do(Ping())
    await asyncio.sleep(0.1)
    if closes:
        await engine.do(Close(1000))
    await engine.shutdown()
    return session


async def opened(pilot, look, app):
    await look.until(pilot, lambda: isinstance(app.screen, SessionScreen) and app.screen.source.reader)
    await look.settle(app, pilot)


async def test_driven_again_and_compared(echo, look):
    session = await talk(echo.url, b'{"op":"a"}', b'{"op":"b"}')
    app = WstuiApp(session)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, look, app)
        await pilot.press("f8", "d")
        await look.until(pilot, lambda: isinstance(app.screen, DriveDialog))
        assert app.screen.query_one("#drive-endpoint").value == echo.url
        await pilot.press("enter")
        await look.until(pilot, lambda: isinstance(app.screen, CompareScreen), tries=1000)
        await look.until(pilot, lambda: "✓ Equal" in look.shown(app))
        driven = app.screen.paths[1]
        with TimelineReader(driven) as reader:
            assert reader.info.settings["replay_of"]["session"] == str(session).rpartition("/")[2]
        await pilot.press("b")
        await look.until(pilot, lambda: isinstance(app.screen, SessionScreen) and app.screen.path == driven)


class MutePeer(Peer):
    async def echo(self, message):
        """Nothing is said, but a Close frame is answered."""


class Mute(EndpointServer):
    """Takes everything and answers nothing."""

    def make_peer(self, reader, writer, request):
        return MutePeer(reader, writer, request)

    async def attend(self, peer):
        peer.accept()
        await peer.echo_forever()


async def test_an_endpoint_that_answers_nothing(echo, look):
    session = await talk(echo.url, b"a", b"b")
    app = WstuiApp(session)
    async with Mute() as mute, app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, look, app)
        await pilot.press("f8", "d")
        await look.until(pilot, lambda: isinstance(app.screen, DriveDialog))
        app.screen.query_one("#drive-endpoint").value = mute.url
        await pilot.press("enter")
        await look.until(pilot, lambda: "waits for a message" in look.shown(app), tries=1000)
        assert "a message like event" in look.shown(app)
        await pilot.press("escape")
        await look.until(pilot, lambda: "c compares it with the recording" in look.shown(app), tries=1000)
        assert "it is recorded" in look.shown(app)
        await pilot.press("c")
        await look.until(pilot, lambda: "It was stopped before its end." in look.shown(app))


async def test_nothing_to_drive_and_nobody_there(echo, look):
    session = await talk(echo.url, b"a")
    app = WstuiApp(session)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await opened(pilot, look, app)
        await pilot.press("f8", "d")
        await look.until(pilot, lambda: isinstance(app.screen, DriveDialog))
        line = app.screen.query_one("#drive-endpoint")
        for typed, said in (("", "Type which endpoint"), ("ftp://x", "ftp"), ("last", "recorded session")):
            line.value = typed
            await pilot.press("enter")
            await look.until(pilot, lambda said=said: said in look.shown(app))
        line.value = "ws://127.0.0.1:1/"
        await pilot.press("enter")
        await look.until(pilot, lambda: "The connection was never open." in look.shown(app), tries=1000)
        await pilot.press("enter")
        await look.until(pilot, lambda: isinstance(app.screen, SessionScreen))
        await look.until(pilot, lambda: "127.0.0.1:1" in look.shown(app))


async def test_served_and_connected_to(echo, look):
    session = await talk(echo.url, b'{"op":"a"}', closes=False)
    app = WstuiApp(session)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, look, app)
        await pilot.press("f8", "s")
        await look.until(pilot, lambda: isinstance(app.screen, ServeDialog))
        await pilot.press("enter")
        await look.until(pilot, lambda: "ws://127.0.0.1:" in look.shown(app) and _url(app), tries=1000)
        url = _url(app)
        await pilot.press("y")
        assert app.clipboard == url
        engine = LocalEngine()
        await engine.do(Connect(profile_to_mapping(profile_for_url(url)), "client"))
        await look.until(pilot, lambda: "● client 1" in look.shown(app), tries=1000)
        await engine.do(Send(b"something \x1b]52; else"))
        await look.until(pilot, lambda: "said what the recording has not" in look.shown(app))
        assert not look.CONTROL.search(look.written(app))
        await pilot.press("escape")
        await look.until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("n", "escape", "y")
        await look.until(pilot, lambda: isinstance(app.screen, SessionScreen), tries=1000)
        await look.until(pilot, lambda: engine.state.state == "closed")
        await engine.shutdown()


def _url(app):
    return app.screen._url if isinstance(app.screen, ServingScreen) else ""


async def test_a_port_in_use(echo, look, recording):
    app = WstuiApp(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, look, app)
        await pilot.press("f8", "s")
        await look.until(pilot, lambda: isinstance(app.screen, ServeDialog))
        app.screen.query_one("#serve-port").value = "70000"
        await pilot.press("enter")
        await look.until(pilot, lambda: "a number up to 65535" in look.shown(app))
        app.screen.query_one("#serve-port").value = str(echo.port)
        await pilot.press("enter")
        await look.until(
            pilot, lambda: f"{echo.port}" in look.shown(app) and "Not serving." in look.shown(app), tries=1000
        )
        await pilot.press("escape")
        await look.until(pilot, lambda: isinstance(app.screen, SessionScreen))


async def test_the_picker_finds_a_session(look, recording, make_app):
    app = make_app(str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await opened(pilot, look, app)
        await pilot.press("f8", "c")
        await look.until(pilot, lambda: isinstance(app.screen, SessionPicker))
        await look.until(pilot, lambda: "There is no other session yet." in look.shown(app))
        await pilot.press("enter", "down", "escape")
        await look.until(pilot, lambda: isinstance(app.screen, SessionScreen))


def test_what_is_typed_is_checked(home, tmp_path):
    (home / "profiles").mkdir()
    (home / "profiles" / "mine.toml").write_text('url = "ws://localhost:1"\n')
    path = tmp_path / "x.wstui"
    assert drive_request(path, "mine", CAUSAL, "", "10").as_recorded is False
    assert drive_request(path, "localhost:9", RECORDED, "x", "10").speed == 1.0
    assert drive_request(path, "localhost:9", SCALED, "4", "0.5").line["speed"] == 4.0
    for times, wait in (("nan", "1"), ("0", "1"), ("-1", "1"), ("1", "inf"), ("1", "")):
        with pytest.raises(RequestError, match="a number above 0"):
            drive_request(path, "localhost:9", SCALED, times, wait)
    assert serve_request(path, "", "loose", "2").line == {
        "session": str(path), "port": 0, "match": "loose", "speed": 2.0,
    }  # fmt: skip
    plain = SessionInfo(1, "mine", "ws://localhost:1/", {}, "0.1.0")
    assert default_endpoint(plain) == "ws://localhost:1/"
    secret = SessionInfo(1, "mine", "ws://localhost:1/", {"headers": {"X": "[redacted]"}}, "0.1.0")
    assert default_endpoint(secret) == "mine"
    assert default_endpoint(SessionInfo(1, "gone", "ws://a/", {"x": "${A}"}, "0.1.0")) == "ws://a/"
