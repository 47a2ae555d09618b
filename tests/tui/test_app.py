"""The app as a whole: targets, help, palette, the demo's server, hostile peers."""

import asyncio

import pytest

from wstui.events import Event
from wstui.timeline import TimelineReader
from wstui.tui.actions import ACTIONS, Place, actions_of, bindings_for
from wstui.tui.app import WstuiApp
from wstui.tui.demo import DemoError, DemoServer
from wstui.tui.screens.help import help_dialog
from wstui.tui.screens.home import HomeScreen
from wstui.tui.screens.session import SessionScreen
from wstui.tui.themes import DARK, LIGHT, THEMES
from wstui.tui.widgets.composer import MessageInput
from wstui.tui.widgets.message_detail import MessageDetail
from wstui.tui.widgets.message_list import MessageList


async def test_an_unknown_target_is_explained_at_home(make_app, look):
    app = make_app("nothing here://")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert isinstance(app.screen, HomeScreen)
        assert app.screen.query_one("#home-url").value == "nothing here://"
        assert app.screen.has_class("-problem")


async def test_help_explains_the_keys_of_its_screen(make_app, recording, look, snapshot):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 80), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("f1")
        await pilot.pause()
        await look.settle(app, pilot)
        for words in ("Session screen", "Composer", "Send a ping and watch for its pong.", "Shift+Enter"):
            assert words in look.shown(app)
        snapshot(app, "help-120x80")
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, SessionScreen)


async def test_help_at_home(make_app, look):
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("f1")
        await pilot.pause()
        assert "Home screen" in look.shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_the_palette_offers_what_is_possible(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("ctrl+p", *"export")
        await look.until(pilot, lambda: "Export  (F7)" in look.shown(app))
        assert "Withhold pongs" not in look.shown(app)
        await pilot.press("escape", "escape")
        await pilot.pause()


def test_every_action_is_complete():
    for action in ACTIONS:
        assert action.help.endswith(".")
        assert action.title
        assert action.keys or action.palette
    ids = [binding.id for place in Place for binding in bindings_for(place)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "action", [row for row in ACTIONS if row.place is not Place.APP], ids=lambda row: row.name
)
def test_every_action_has_its_method(action):
    from wstui.tui.screens.compare import CompareScreen
    from wstui.tui.screens.home import SessionList
    from wstui.tui.screens.profile_form import ProfileForm
    from wstui.tui.widgets.compare_list import CompareList
    from wstui.tui.widgets.composer import Composer
    from wstui.tui.widgets.event_timeline import EventTimeline
    from wstui.tui.widgets.heartbeat_graph import HeartbeatGraph

    owners = {
        Place.HOME: HomeScreen,
        Place.SESSIONS: SessionList,
        Place.SESSION: SessionScreen,
        Place.MESSAGES: MessageList,
        Place.DETAIL: MessageDetail,
        Place.COMPOSER: MessageInput,
        Place.COMPOSER_PANE: Composer,
        Place.FORM: ProfileForm,
        Place.GRAPH: HeartbeatGraph,
        Place.TIMELINE: EventTimeline,
        Place.COMPARE: CompareScreen,
        Place.PAIRS: CompareList,
    }
    screen = HomeScreen if action.place in (Place.PROFILES, Place.SESSIONS) else SessionScreen
    owner = screen if action.name.startswith("screen.") else owners[action.place]
    method = action.name.removeprefix("screen.").partition("(")[0]
    assert callable(getattr(owner, f"action_{method}"))


def test_help_names_every_action():
    words = "".join(str(help_dialog(name)._text) for name in ("session", "home", "compare"))
    assert all(action.help in words for place in Place for action in actions_of(place))


async def test_our_theme_is_the_default_and_another_can_be_asked_for(make_app, monkeypatch):
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.theme == "wstui"
        assert app.screen.styles.background.hex.lower() == DARK.background
        app.theme = "wstui-light"
        await pilot.pause()
        assert app.screen.styles.background.hex.lower() == LIGHT.background
    monkeypatch.setenv("TEXTUAL_THEME", "textual-dark")
    assert make_app().theme == "textual-dark"
    monkeypatch.setenv("TEXTUAL_THEME", "wstui-light")
    assert make_app().theme == "wstui-light", "wstui's own can be asked for as well"


def test_both_themes_are_complete():
    for theme in THEMES:
        system = theme.to_color_system().generate()
        assert system["text-error"] != system["text-success"] != system["text-warning"]


HOSTILE = "\x1b[31mred\x1b]0;t\x07\x9b2J\x00\u202eevil [/foo][red]x[/red][@click=app.quit]y[/] \\[z"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_nothing_of_a_hostile_peer_reaches_the_terminal(make_app, session_file, look, size):
    raw = HOSTILE.encode()
    file = session_file(profile=HOSTILE, url=f"wss://h/{HOSTILE}", title=HOSTILE)
    file.dialled()
    headers = [[HOSTILE, HOSTILE]]
    file.add(
        "upgrade",
        detail={"response": {"status": 101, "reason": HOSTILE, "headers": headers, "body": HOSTILE}},
    )
    file.add("open", detail={"subprotocol": HOSTILE, "extensions": [HOSTILE]})
    file.add("text", "received", 0.1, raw)
    file.add("text", "received", 0.1, b'{"a":"' + raw + b'","' + raw + b'":[1]}')
    file.add("text", "received", 0.1, b"\xff\xfe" + raw)
    file.add("binary", "received", 0.1, raw)
    file.add("ping", "received", 0.1, raw)
    file.add("close", "received", 0.1, detail={"code": 4000, "reason": HOSTILE})
    file.add("error", detail={"code": "internal", "message": HOSTILE, "received": HOSTILE, HOSTILE: HOSTILE})
    path = file.finish()
    app = make_app(str(path))
    async with app.run_test(size=size, notifications=True) as pilot:
        await look.settle(app, pilot)
        app.screen.add_class("-detail-open")
        await pilot.press("p", "end")
        detail = app.screen.query_one(MessageDetail)
        for event_id in range(1, file.count + 1):
            app.screen.query_one(MessageList).select(event_id)
            await look.until(
                pilot, lambda wanted=event_id: detail.content and detail.content.event.id == wanted
            )
            for view in detail.content.views:
                detail.show_view(view)
                await pilot.pause()
                assert not look.CONTROL.search(look.written(app))
        await pilot.press("ctrl+o")
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await look.settle(app, pilot)
        assert not look.CONTROL.search(look.written(app))


async def test_a_large_message_opens_at_once_and_in_part(make_app, session_file, look):
    file = session_file()
    file.dialled()
    payload = b'{"list":[' + b'{"n":1},' * (2 << 20) + b"{}]}"
    cut = payload[: 1 << 20]
    event = Event(file.t_ns, 0, "text", "received", len(payload), len(payload) + 14, cut, {"cut": True})
    file.writer.write([event])
    path = file.finish()
    app = make_app(str(path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("end", "enter")
        await look.until(pilot, lambda: "Shown in part: the first 524 kB of 17 MB." in look.shown(app))
        await pilot.press("end")
        await pilot.pause()
        await pilot.press("3", "end")
        await pilot.pause()
        assert "000fff" in look.shown(app)


async def test_the_demo_server_runs_beside_the_screen_and_ends():
    server = await DemoServer.start("echo")
    host, port = server.url.removeprefix("ws://").rstrip("/").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
    await server.stop()
    with pytest.raises(OSError):
        await asyncio.open_connection(host, int(port))


async def test_an_unknown_fault_is_a_sentence():
    with pytest.raises(DemoError, match="no-such-fault"):
        await DemoServer.start("no-such-fault")


async def test_a_whole_session_with_the_real_engine(look):
    """Connect, talk, ping, close with 4001, find the file: through the engine's own process."""
    server = await DemoServer.start("echo")
    app = WstuiApp(server.url)
    try:
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await look.until(pilot, lambda: "● open" in look.shown(app), tries=1000)
            await pilot.press(*"hello", "enter")
            await look.until(pilot, lambda: look.shown(app).count("hello") >= 2)
            await pilot.press("f2")
            await look.until(pilot, lambda: "pong (manual)" in look.shown(app))
            await pilot.press("f3")
            await pilot.pause()
            app.screen.query_one("#close-code").value = "4001"
            await pilot.press("enter")
            await look.until(pilot, lambda: "■ closed 4001 Private Use" in look.shown(app))
            path = app.screen.source.path
            await app.screen.end()
    finally:
        await server.stop()
    with TimelineReader(path) as reader:
        kinds = [event.kind for event in reader.iterate()]
        assert kinds.count("text") == 2
        assert kinds.count("close") == 2
        assert reader.info.ended_ns is not None


async def test_the_demo_starts_from_the_command_line(look):
    app = WstuiApp(demo="silent-close")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(
            pilot, lambda: "▸ demo" in look.shown(app) and "● open" in look.shown(app), tries=1000
        )
        await app.end_sessions()


async def test_an_unknown_demo_is_explained_at_home(look):
    app = WstuiApp(demo="no-such-fault")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "did not start" in look.shown(app), tries=1000)
        assert isinstance(app.screen, HomeScreen)
