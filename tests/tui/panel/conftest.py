"""Session files made of a few words, and an app around parts of the side panel."""

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widget import Widget

import wstui.tui
from wstui.events import Event
from wstui.timeline import SessionInfo, TimelineReader, TimelineWriter
from wstui.tui.panel_data import PanelData, PanelModel
from wstui.tui.themes import THEMES

S, MS = 10**9, 10**6
START_NS = 1_763_812_855 * S
"""12:00:55 UTC: the sketch of the session screen begins here."""


class Script:
    """Events of a session in the order in which they happen; times in seconds since the start."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.connection = 0

    def add(self, at_s: float, kind: str, direction: str = "local", payload: bytes | None = None, **detail):
        size = len(payload or b"")
        t_ns = START_NS + round(at_s * S)
        self.events.append(
            Event(t_ns, self.connection, kind, direction, size, size + 2, payload, detail or None)
        )
        return self

    def dial(self, at_s: float = 0.0, **opened):
        """All phases, done 58 ms later."""
        self.add(at_s + 0.004, "resolve", addresses=["203.0.113.7", "203.0.113.8"], duration_ns=4 * MS)
        self.add(at_s + 0.015, "tcp", address="203.0.113.7:443", duration_ns=11 * MS)
        certificate = {"not_after": "2026-01-21T12:00:00Z", "subject": "CN=stream.example.com"}
        self.add(
            at_s + 0.039,
            "tls",
            version="TLSv1.3",
            verified=True,
            certificate=certificate,
            duration_ns=24 * MS,
        )
        response = {"status": 101, "headers": [["Server", "nginx"]]}
        self.add(at_s + 0.057, "upgrade", response=response, duration_ns=18 * MS)
        return self.add(at_s + 0.058, "open", **(opened or {"subprotocol": "chat"}))

    def ping(
        self, at_s: float, rtt_ms: float | None = 20.0, *, timeout_s: float = 20.0, tcp_ms: float = 11.0
    ):
        """A ping of ours; with a round trip, also its pong."""
        payload = f"p{len(self.events)}".encode()
        self.add(at_s, "ping", "sent", payload, source="heartbeat", timeout_ns=round(timeout_s * S))
        if rtt_ms is not None:
            sent_ns = self.events[-1].t_ns
            self.add(
                at_s + rtt_ms / 1000,
                "pong",
                "received",
                payload,
                rtt_ns=round(rtt_ms * MS),
                tcp_rtt_ns=round(tcp_ms * MS),
                ping_t_ns=sent_ns,
                **({"late": True} if rtt_ms / 1000 >= timeout_s else {}),
            )
        return self

    def server_ping(self, at_s: float, *, answered: bool = True):
        """A ping of the server's and our answer, 0.1 ms later."""
        self.add(at_s, "ping", "received", b"srv")
        if answered:
            self.add(at_s + 0.0001, "pong", "sent", b"srv", source="answer")
        return self

    def server_closes(self, at_s: float, code: int | None = 1001, reason: str = "deploying"):
        """A closing handshake that the server began."""
        self.add(at_s, "close", "received", b"", code=code, reason=reason, reply=False)
        self.add(at_s + 0.0002, "close", "sent", b"", code=code, reason="", reply=True)
        return self.add(at_s + 0.003, "eof", "received", tls="close_notify")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def sixty_seconds() -> Script:
    """A minute of pings with everything in it that a graph can show."""
    told = Script().dial()
    for second in range(1, 62):
        rtt_ms = 20 + 8 * ((second % 13) - 6) / 6
        told.ping(second, None if second == 45 else rtt_ms, timeout_s=0.9)
        if second % 10 == 4:
            told.server_ping(second + 0.3)
        if second % 4 == 0:
            told.add(second + 0.5, "text", "received", b'{"e":"trade"}')
    return told


_numbers = count()


@pytest.fixture
def record(tmp_path) -> Callable[..., Path]:
    """Write events into a session file."""

    def write(events: Sequence[Event], *, settings=None, notes=(), marks=()) -> Path:
        path = tmp_path / f"{next(_numbers)}.wstui"
        info = SessionInfo(START_NS, "trades", "wss://stream.example.com/ws", settings or {}, "0")
        problems: list[str] = []
        writer = TimelineWriter(
            path, info, on_commit=lambda _: None, on_problem=lambda text, _: problems.append(text)
        )
        writer.write(list(events))
        for mark in marks:
            writer.add_mark(*mark)
        for note in notes:
            writer.add_note(*note)
        writer.flush()
        writer.close()
        assert not problems
        return path

    return write


@pytest.fixture
def model(record) -> Callable[..., PanelModel]:
    """A model on a session file with these events, without a verdict unless one is given."""
    readers = []

    def make(script: Script, *, verdict=None, **recording) -> PanelModel:
        reader = TimelineReader(record(script.events, **recording))
        readers.append(reader)
        return PanelModel(reader, lambda _: verdict or {}, None)

    yield make
    for reader in readers:
        reader.close()


@pytest.fixture
def panel(model) -> Callable[..., PanelData]:
    """What the panel shows of a recorded session, read to its end."""

    def make(script: Script, **options) -> PanelData:
        return read_to_end(model(script, **options))

    return make


def read_to_end(model: PanelModel) -> PanelData:
    data = model.refresh(0, None, False)
    while data.loading:
        data = model.refresh(0, None, False)
    return data


class WidgetApp(App[None]):
    """One widget under wstui's theme; keeps the messages that reach it."""

    CSS_PATH = sorted(Path(wstui.tui.__file__).parent.rglob("t*.tcss"))
    CSS = """
    Screen { background: $background; }
    PaneTitle { color: $text-muted; }
    *:focus-within > PaneTitle { color: $accent; text-style: bold; }
    """

    def __init__(self, *widgets: Widget, theme: str = "wstui") -> None:
        super().__init__()
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme
        self.widgets = widgets
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def on_heartbeat_graph_beat_chosen(self, message) -> None:
        self.chosen.append(message.event_id)

    on_event_timeline_row_chosen = on_heartbeat_graph_beat_chosen
    on_ending_card_line_chosen = on_heartbeat_graph_beat_chosen
    on_side_panel_event_chosen = on_heartbeat_graph_beat_chosen


@pytest.fixture
def widget_app() -> type[WidgetApp]:
    return WidgetApp


def screen_text(app: App) -> str:
    """The characters on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


@pytest.fixture
def text_of() -> Callable[[App], str]:
    return screen_text


@pytest.fixture
def until_read() -> Callable[[PanelModel], PanelData]:
    return read_to_end
