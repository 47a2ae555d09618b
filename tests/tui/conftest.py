"""What the tests of the terminal UI share: session files, a frozen clock, an engine that only pretends."""

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from wstui.events import (
    Command,
    CommandRefused,
    Connect,
    Event,
    Notice,
    ProgressNotice,
    Shutdown,
    StateNotice,
)
from wstui.timeline import SessionInfo, TimelineWriter
from wstui.tui import background
from wstui.tui.app import WstuiApp
from wstui.tui.clock import Clock

S = 1_000_000_000
T0 = 1_795_348_855 * S  # 2026-11-22 12:00:55 UTC
URL = "wss://stream.example.com/ws/btcusdt@trade"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(autouse=True)
def quick_pilot(monkeypatch):
    """The pilot takes an app for idle that does little for 5 ms, in place of nothing for 20."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.005)
    monkeypatch.setattr("textual._wait.SLEEP_IDLE", 0.001)


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    """Times of day are the same on every machine."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


VERDICT = {
    "cause": "idle_timeout_proxy",
    "confidence": 0.9,
    "who": "proxy",
    "clean": False,
    "close_code": 1006,
    "close_reason": "",
    "heartbeat": "protocol",
    "heartbeat_period_s": 15.0,
    "prevented_by": "protocol",
    "connections": 1,
    "because": [{"event": 1, "text": "60 s silent both ways before the end"}],
    "alternatives": [],
    "try_next": ["Ping every 45 s or less."],
}


@pytest.fixture(autouse=True)
def fixed_verdict(monkeypatch):
    """These tests are about the screen; what diagnosis finds has its own."""
    from wstui.tui.screens import session_view

    original = session_view.PanelModel
    monkeypatch.setattr(session_view, "PanelModel", lambda reader: original(reader, lambda _: VERDICT, None))


class FrozenClock(Clock):
    """Stands still until told otherwise."""

    def __init__(self, wall_ns: int = T0) -> None:
        self.at_ns = wall_ns

    def wall_ns(self) -> int:
        return self.at_ns

    def monotonic_ns(self) -> int:
        return self.at_ns


@pytest.fixture(autouse=True)
def mistakes(monkeypatch):
    """What went wrong beside the screen; a test that expects none of it fails."""
    told: list[Exception] = []
    tell = background.tell_mistake

    def remember(node, error):
        told.append(error)
        tell(node, error)

    monkeypatch.setattr(background, "tell_mistake", remember)
    yield told
    if told:
        raise told[0]


class SessionFile:
    """Builds a session file event by event; each ``add`` lets some time pass first."""

    def __init__(self, path: Path, **info: Any) -> None:
        self.path = path
        settings = {"url": URL, "heartbeat": {"interval": 15.0}}
        given = {"started_ns": T0, "profile": "trades", "url": URL, "settings": settings, **info}
        self.writer = TimelineWriter(path, SessionInfo(wstui_version="0.1.0", **given))
        self.t_ns = T0
        self.connection = 0
        self.count = 0

    def add(self, kind, direction="local", after_s=0.0, payload=None, detail=None, wire_size=None):
        self.t_ns += round(after_s * S)
        size = len(payload or b"")
        wire = size + 2 if wire_size is None and payload is not None else wire_size or 0
        event = Event(self.t_ns, self.connection, kind, direction, size, wire, payload, detail)
        self.writer.write([event])
        self.count += 1
        return self.count

    def dialled(self):
        self.add("resolve", detail={"host": "h", "addresses": ["203.0.113.7"], "duration_ns": 4_000_000})
        self.add("tcp", after_s=0.004, detail={"address": "203.0.113.7:443", "duration_ns": 11_000_000})
        tls = {"version": "TLS 1.3", "verified": True, "duration_ns": 24_000_000}
        self.add("tls", after_s=0.011, detail=tls)
        response = {"status": 101, "reason": "Switching Protocols", "headers": [["Server", "nginx"]]}
        request = {"method": "GET", "path": "/ws", "headers": [["Host", "stream.example.com"]]}
        upgrade = {"duration_ns": 18_000_000, "request": request, "response": response}
        self.add("upgrade", after_s=0.024, detail=upgrade)
        opened = {"url": URL, "extensions": ["permessage-deflate"], "clock": "kernel"}
        self.add("open", after_s=0.018, detail=opened)

    def talked(self, messages=40):
        self.add("text", "sent", 0.3, b'{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}')
        self.add("text", "received", 0.03, b'{"result":null,"id":1}')
        for at in range(messages):
            payload = b'{"e":"trade","p":"%d.50","q":"0.0021","m":%s}' % (64211 + at, b"true")
            self.add("text", "received", 0.1, payload)
            if at % 15 == 7:
                name = b"beat-%d" % at
                ping = {"source": "heartbeat", "timeout_ns": 20 * S}
                self.add("ping", "sent", 0.01, name, ping)
                pong = {"rtt_ns": 21_400_000, "ping_t_ns": self.t_ns}
                self.add("pong", "received", 0.0214, name, pong)

    def ended(self, code=1006):
        if code == 1006:
            self.add("eof", "received", 60)
        else:
            self.add("close", "received", 1, detail={"code": code, "reason": "bye"})
            self.add("close", "sent", 0.001, detail={"code": code, "reason": "", "reply": True})
            self.add("eof", "received", 0.001)

    def commit(self):
        assert self.writer.flush(10)

    def finish(self):
        self.writer.finish(self.t_ns)
        self.writer.close()
        return self.path


@pytest.fixture
def session_file(home):
    """Starts a session file where the catalogue finds it."""
    made = []

    def start(name="20261122T120055Z-ab12", **info):
        path = home / "timelines" / "trades" / f"{name}.wstui"
        path.parent.mkdir(parents=True, exist_ok=True)
        made.append(SessionFile(path, **info))
        return made[-1]

    yield start
    for file in made:
        file.writer.close()


@pytest.fixture
def recording(session_file):
    """A session that was dialled, talked, and ended with FIN after a minute of silence."""
    file = session_file()
    file.dialled()
    file.talked()
    file.ended()
    return file.finish()


class FakeEngine:
    """What the screen holds in place of an engine: remembers commands, says what the test says."""

    def __init__(self, file: SessionFile, listener) -> None:
        self.file = file
        self.listener = listener
        self.commands: list[Command] = []
        self.refuse = ""
        self.state = StateNotice("idle")
        self.progress = ProgressNotice(0, T0)

    async def do(self, command: Command) -> dict[str, Any]:
        if self.refuse:
            raise CommandRefused(self.refuse)
        self.commands.append(command)
        if isinstance(command, Connect):
            self.say(StateNotice("dialling", t_ns=self.file.t_ns, phase="tcp"))
        return {}

    def say(self, notice: Notice) -> None:
        if isinstance(notice, StateNotice):
            self.state = notice
        self.listener(notice)

    def says_state(self, name: str, **more: Any) -> None:
        self.file.commit()
        self.say(StateNotice(name, t_ns=self.file.t_ns, session=str(self.file.path), url=URL, **more))

    def says_progress(self) -> None:
        self.file.commit()
        self.say(ProgressNotice(self.file.count, self.file.t_ns))

    async def shutdown(self) -> None:
        self.commands.append(Shutdown())


class Engines:
    """Starts pretended engines and remembers them."""

    def __init__(self, session_file) -> None:
        self._session_file = session_file
        self.started: list[FakeEngine] = []

    async def start(self, listener) -> FakeEngine:
        number = len(self.started)
        engine = FakeEngine(self._session_file(f"20261122T12005{number}Z-cd34"), listener)
        self.started.append(engine)
        return engine

    @property
    def last(self) -> FakeEngine:
        return self.started[-1]


@pytest.fixture
def engines(session_file):
    return Engines(session_file)


@pytest.fixture
def make_app(engines):
    """An app over pretended engines with a clock that stands still."""

    def make(*targets, **more):
        return WstuiApp(*targets, clock=FrozenClock(), start_engine=engines.start, **more)

    return make


class Look:
    """How a test waits for the screen, and reads it."""

    CONTROL = CONTROL

    @staticmethod
    async def settle(app, pilot):
        """Wait until workers, messages and drawing are done."""
        for _ in range(3):
            await app.workers.wait_for_complete()
            await pilot.pause()
        await pilot.pause(0.05)

    @staticmethod
    async def until(pilot, condition, tries=300):
        """Wait for a condition, not for a time."""
        for _ in range(tries):
            if condition():
                return
            await pilot.pause(0.02)
        pytest.fail("the condition never came true")

    @staticmethod
    def shown(app) -> str:
        """The screen's characters, line by line."""
        strips = app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @staticmethod
    def written(app) -> str:
        """Every character that would reach the terminal, but for the styles around them."""
        return "".join(seg.text for strip in app.screen._compositor.render_strips() for seg in strip)


@pytest.fixture
def first_section_only(monkeypatch):
    """A profile's form whose other sections are filled only when they are gone to, which is quicker."""
    from wstui.tui.screens.profile_form import ProfileForm

    monkeypatch.setattr(ProfileForm, "_fill_sections", lambda _: None)


@pytest.fixture
def look():
    return Look


@pytest.fixture
def snapshot(request, tmp_path):
    """Compare the screen with the picture in ``snapshots/``; ``WSTUI_SNAPSHOTS=update`` takes new ones."""

    def compare(app, name):
        from textual.widgets import Input, TextArea

        for field in (*app.screen.query(Input), *app.screen.query(TextArea)):
            field.cursor_blink = False
        picture = app.export_screenshot(title="wstui", simplify=True)
        picture = re.sub(r"terminal-\d+", "terminal", picture)
        path = Path(request.path).parent / "snapshots" / f"{name}.svg"
        if os.environ.get("WSTUI_SNAPSHOTS") == "update":
            path.write_text(picture)
        elif not path.exists() or path.read_text() != picture:
            new = tmp_path / f"{name}.svg"
            new.write_text(picture)
            pytest.fail(f"{name} looks different: compare {path} with {new}; see {request.path.name}")

    return compare
