"""The session screen over recordings and over a pretended engine."""

import pytest

from wstui.events import (
    Abort,
    Close,
    Connect,
    Ping,
    ProblemNotice,
    RetryNow,
    Send,
    SetHeartbeat,
    Shutdown,
    StopRetrying,
)
from wstui.timeline import TimelineReader
from wstui.tui.screens.session import SessionScreen
from wstui.tui.widgets.composer import Composer, MessageInput
from wstui.tui.widgets.connect_bar import ConnectBar
from wstui.tui.widgets.message_detail import MessageDetail
from wstui.tui.widgets.message_list import MessageList

S = 1_000_000_000


async def opened(app, pilot, engines, look):
    """Let the pretended engine dial and open."""
    await look.settle(app, pilot)
    engine = engines.last
    engine.file.dialled()
    engine.says_state("open")
    engine.says_progress()
    await look.settle(app, pilot)
    await look.until(pilot, lambda: "● open" in look.shown(app))
    return engine


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (200, 60), (60, 20), (20, 5)])
async def test_a_recording_at_every_size(make_app, recording, look, snapshot, size):
    app = make_app(str(recording))
    async with app.run_test(size=size, notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("up", "up", "up")
        await look.settle(app, pilot)
        await look.until(pilot, lambda: "TCP ended by the server" in look.shown(app) or size[0] < 60)
        snapshot(app, f"recording-{size[0]}x{size[1]}")


async def test_a_light_theme(make_app, recording, look, snapshot):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        app.theme = "wstui-light"
        await look.settle(app, pilot)
        await pilot.press("up", "up", "up")
        await look.settle(app, pilot)
        snapshot(app, "recording-light")


async def test_a_live_session_shows_state_and_messages(make_app, engines, look, snapshot):
    app = make_app("wss://stream.example.com/ws/btcusdt@trade")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert "◌ dialling  tcp" in look.shown(app)
        assert "Dialling …" in look.shown(app)
        engine = await opened(app, pilot, engines, look)
        assert "nothing was said yet" not in look.shown(app)  # the marker row "open" is there
        engine.file.talked(10)
        engine.says_progress()
        await look.until(pilot, lambda: "64220.50" in look.shown(app))
        await look.settle(app, pilot)
        snapshot(app, "live-120x40")


async def test_enter_sends_and_clears(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        await pilot.press(*"hi", "alt+enter", *"you", "enter")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Send(b"hi\nyou")
        assert app.screen.query_one(MessageInput).text == ""
        await pilot.press("up")
        await look.settle(app, pilot)
        assert app.screen.query_one(MessageInput).text == "hi\nyou"


async def test_keys_after_enter_belong_to_the_next_message(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        area = app.screen.query_one(MessageInput)
        for text in ("one", "two"):
            area.insert(text)
            area.action_send()
        await look.settle(app, pilot)
        assert engine.commands[-2:] == [Send(b"one"), Send(b"two")]


async def test_hexadecimal_goes_out_as_binary(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        await pilot.press("ctrl+t", *"01 fg", "enter")
        await look.settle(app, pilot)
        assert "“g” is not a hexadecimal digit" in look.shown(app)
        await pilot.press("backspace", "f", "enter")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Send(b"\x01\xff", binary=True)


async def test_a_refused_message_comes_back(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        engine.refuse = "The connection is closing."
        await pilot.press(*"keep me", "enter")
        await look.settle(app, pilot)
        assert app.screen.query_one(MessageInput).text == "keep me"
        assert "Not sent: The connection is closing." in look.shown(app)


async def test_sending_over_a_recording_says_why_not(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        app.screen.query_one(MessageInput).focus()
        await pilot.press(*"text", "enter")
        await look.settle(app, pilot)
        assert app.screen.query_one(MessageInput).text == "text"
        assert "this is a recording; F5 connects" in look.shown(app)


async def test_a_paste_keeps_its_lines_and_its_controls_from_the_terminal(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(app, pilot, engines, look)
        area = app.screen.query_one(MessageInput)
        area.insert("one\ntwo\x1b[31m\x9b")
        await look.settle(app, pilot)
        assert area.text == "one\ntwo\x1b[31m\x9b"
        assert "two␛[31m" in look.shown(app)
        assert "\x1b" not in look.written(app)
        assert "\x9b" not in look.written(app)


async def test_keys_become_commands(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        await pilot.press("f2")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Ping()
        await pilot.press("shift+f2", *"hey", "enter")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Ping(b"hey")
        await app.screen.run_action("abort('reset')")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Abort(reset=True)
        app.screen.action_heartbeat()
        await pilot.pause()
        await pilot.press(*"x", "enter")
        await pilot.pause()
        assert "A number of seconds" in look.shown(app)
        await pilot.press("backspace", *"2.5", "enter")
        await look.settle(app, pilot)
        assert engine.commands[-1] == SetHeartbeat(2.5)


async def test_f3_closes_with_the_chosen_code(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        await pilot.press("f3")
        await pilot.pause()
        code = app.screen.query_one("#close-code")
        code.value = "4001"
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Close(4001, "", False)


async def test_f3_while_dialling_gives_up(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("f3")
        await look.settle(app, pilot)
        assert engines.last.commands[-1] == Close()


async def test_f5_means_what_the_state_allows(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        before = len(engine.commands)
        await pilot.press("f5")
        await look.settle(app, pilot)
        assert len(engine.commands) == before  # open: greyed
        engine.file.ended(1000)
        engine.says_state("waiting_to_retry", retry_at_ns=engine.file.t_ns + 12 * S, attempt=1)
        engine.says_progress()
        await look.until(pilot, lambda: "retry in 12 s" in look.shown(app))
        assert "F5 retry now" in look.shown(app)
        await pilot.press("f5")
        await look.settle(app, pilot)
        assert engine.commands[-1] == RetryNow()
        await pilot.press("escape")
        await look.settle(app, pilot)
        assert engine.commands[-1] == StopRetrying()
        engine.says_state("closed")
        await look.until(pilot, lambda: "closed 1000 Normal Closure" in look.shown(app))
        await pilot.press("f5")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Connect()


async def test_another_url_begins_another_session(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        first = await opened(app, pilot, engines, look)
        first.file.ended(1000)
        first.says_state("closed")
        await look.until(pilot, lambda: "closed 1000" in look.shown(app))
        await pilot.press("ctrl+u", *"ws://localhost:2/other", "enter")
        await look.settle(app, pilot)
        assert first.commands[-1] == Shutdown()
        assert engines.last is not first
        assert engines.last.commands[0].profile == {"url": "ws://localhost:2/other"}


async def test_a_bad_url_is_explained_in_place(make_app, recording, engines, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("ctrl+u", *"ftp://x", "enter")
        await look.settle(app, pilot)
        assert "ftp" in look.shown(app).splitlines()[1]
        assert app.screen.query_one(ConnectBar).typed_url == "ftp://x"
        assert not engines.started
        await pilot.press("ctrl+u", "backspace", "enter")
        await look.settle(app, pilot)
        assert "Type where to connect to" in look.shown(app)
        await pilot.press("escape")
        assert app.screen.query_one(ConnectBar).typed_url == "wss://stream.example.com/ws/btcusdt@trade"
        assert "Type where to connect to" not in look.shown(app)


async def test_a_recording_is_dialled_again(make_app, recording, engines, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert "F5 connect" in look.shown(app)
        await pilot.press("f5")
        await look.settle(app, pilot)
        assert engines.last.commands[0].profile == {"url": "wss://stream.example.com/ws/btcusdt@trade"}
        engine = await opened(app, pilot, engines, look)
        assert app.screen.source.path == engine.file.path


async def test_a_dead_engine_leaves_the_screen_and_the_recording(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        engine.file.talked(3)
        engine.file.commit()
        engine.say(ProblemNotice("The engine was ended by signal 9, which nobody asked for.", fatal=True))
        await look.until(pilot, lambda: "ended by signal 9" in look.shown(app))
        await look.settle(app, pilot)
        assert "64213.50" in look.shown(app)
        await pilot.press("f2")
        await pilot.press("f5")
        await look.settle(app, pilot)
        assert len(engines.started) == 2
        await opened(app, pilot, engines, look)
        assert "signal 9" not in look.shown(app)


async def test_nobody_can_start_an_engine(make_app, look):
    from wstui.events import CommandRefused

    async def refuse(_listener):
        raise CommandRefused("The engine could not be started: no memory.")

    app = make_app("ws://localhost:1")
    app._start_engine = refuse
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "no memory" in look.shown(app))
        await pilot.press(*"lost?", "enter")
        await look.until(pilot, lambda: "Not sent: not connected" in look.shown(app))
        assert "lost?" in look.shown(app)


async def test_pings_join_the_list_when_asked(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert "pong after" not in look.shown(app)
        await pilot.press("p", "home")
        await look.settle(app, pilot)
        assert "resolve" in look.shown(app).splitlines()[2]
        assert "pong after 21.4 ms" in look.shown(app)
        await pilot.press("p")
        await look.settle(app, pilot)
        assert "pong after" not in look.shown(app)


async def test_a_search_walks_through_its_hits(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("ctrl+f", *"642201", "enter")
        await look.settle(app, pilot)
        assert "not found" in look.shown(app)
        await pilot.press("ctrl+f", *"64220.5", "enter")
        await look.settle(app, pilot)
        assert "1 of 1" in look.shown(app)
        assert app.screen.query_one(MessageList).has_focus
        await pilot.press("slash", *"TRADE", "enter")
        await look.settle(app, pilot)
        first = app.screen.query_one(MessageList).selected_id
        await pilot.press("n")
        await look.settle(app, pilot)
        second = app.screen.query_one(MessageList).selected_id
        assert second > first
        await pilot.press("N")
        await look.settle(app, pilot)
        assert app.screen.query_one(MessageList).selected_id == first
        await pilot.press("escape")
        await pilot.pause()
        assert "Find" not in look.shown(app)


async def test_the_detail_follows_the_selection(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("home", "down", "down")
        await look.settle(app, pilot)
        assert "12:00:55.387 received, 22 B (24 on the wire)" in look.shown(app)
        assert '    "result": null,' in look.shown(app)
        await pilot.press("enter", "3")
        await pilot.pause()
        assert "00000000  7b 22 72 65" in look.shown(app)
        await pilot.press("v", "v")
        await pilot.pause()
        assert '{"result":null,"id":1}' in look.shown(app)
        await pilot.press("escape", "home")
        await look.settle(app, pilot)
        assert "permessage-deflate" in look.shown(app)
        assert app.screen.query_one(MessageDetail).content.first_view == "facts"


async def test_a_copy_reaches_the_clipboard(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("y")
        await pilot.pause()
        assert "Select a message first." in look.shown(app)
        await pilot.press("home", "down", "down")
        await look.settle(app, pilot)
        await pilot.press("y")
        assert app.clipboard == '{"result":null,"id":1}'


async def test_a_note_is_kept_and_marked(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("home", "down", "f6", "enter")
        await pilot.pause()
        assert "A note needs words." in look.shown(app)
        await pilot.press(*"deploy [b]started", "enter")
        await look.settle(app, pilot)
        await look.until(pilot, lambda: "✎12:00:55.357" in look.shown(app))
        with TimelineReader(recording) as reader:
            assert [(note.event_id, note.text) for note in reader.notes()] == [(6, "deploy [b]started")]


async def test_the_profile_is_shown_without_its_secrets(make_app, engines, home, look):
    folder = home / "profiles"
    folder.mkdir()
    profile = 'url = "ws://localhost:1/?token=abc"\n[auth]\ntype = "bearer"\ntoken = "hunter2"\n'
    (folder / "mine.toml").write_text(profile)
    app = make_app("mine")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert engines.last.commands[0].name == "mine"
        assert "abc" not in look.shown(app)
        await pilot.press("f4")
        await pilot.pause()
        await look.settle(app, pilot)
        assert app.screen.query_one("#form-name").value == "mine"
        assert "hunter2" not in look.shown(app)
        await pilot.press("f4")
        await pilot.pause()
        assert isinstance(app.screen, SessionScreen)


async def test_saved_messages_can_be_inserted(make_app, engines, home, look):
    folder = home / "profiles"
    folder.mkdir()
    text = 'url = "ws://localhost:1"\n[[message]]\nname = "subscribe"\ntext = "{}"\n'
    (folder / "mine.toml").write_text(text + '[[message]]\nname = "raw"\nbinary = "01 ff"\n')
    app = make_app("mine")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(app, pilot, engines, look)
        assert "or F9 for one of the profile's" in look.shown(app)
        await pilot.press("f9")
        await pilot.pause()
        await pilot.press("down", "enter")
        await look.settle(app, pilot)
        assert app.screen.query_one(Composer).current.text == "01 ff"
        assert app.screen.query_one(Composer).binary


async def test_history_comes_from_earlier_sessions(make_app, session_file, home, look):
    file = session_file()
    file.dialled()
    file.talked(1)
    file.finish()
    (home / "profiles").mkdir()
    (home / "profiles" / "trades.toml").write_text('url = "ws://localhost:1"\n')
    app = make_app("trades")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("up")
        await look.settle(app, pilot)
        assert "SUBSCRIBE" in app.screen.query_one(MessageInput).text


async def test_the_panel_hides_and_takes_over(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert "Heartbeat" in look.shown(app)
        await pilot.press("ctrl+b")
        await pilot.pause()
        assert "Heartbeat" not in look.shown(app)
        await pilot.press("ctrl+b")
        await pilot.resize_terminal(80, 24)
        await look.settle(app, pilot)
        assert "─ Heartbeat" not in look.shown(app)
        await pilot.press("ctrl+b")
        await look.settle(app, pilot)
        assert "Heartbeat" in look.shown(app)
        assert "─ Messages" not in look.shown(app)
        await pilot.press("escape")
        await look.settle(app, pilot)
        assert "Messages" in look.shown(app)


async def test_on_a_low_screen_enter_opens_the_detail_and_escape_closes_it(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("up", "up", "up")
        await look.settle(app, pilot)
        assert "Pretty" not in look.shown(app)
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert "Pretty" in look.shown(app)
        await pilot.press("escape")
        await look.settle(app, pilot)
        assert "Pretty" not in look.shown(app)


async def test_on_a_narrow_screen_enter_in_the_timeline_shows_the_detail(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("ctrl+b")
        await look.settle(app, pilot)
        await pilot.press("home", "down")
        assert "─ Messages" not in look.shown(app)
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert "Messages" in look.shown(app)
        assert app.screen.query_one("#detail-view").has_focus


async def test_a_file_that_is_no_session_is_explained(make_app, home, look):
    path = home / "broken.wstui"
    path.write_bytes(b"not a database, and long enough to look like something else" * 20)
    app = make_app(str(path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert "broken.wstui" in look.shown(app)
        await pilot.press("f2", "f4", "f6", "f7", "p", "up", "enter", "escape", "ctrl+l", "y")
        await look.settle(app, pilot)


async def test_leaving_a_live_session_asks(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert "Close it with 1001 and leave?" in look.shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, SessionScreen)
        await pilot.press("alt+w", "y")
        await look.until(
            pilot, lambda: not isinstance(app.screen, SessionScreen) and "Profiles" in look.shown(app)
        )
        await look.until(pilot, lambda: engine.commands[-1] == Shutdown())


async def test_a_flood_draws_a_few_times_only(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        drawn = 0
        original = app.screen.update_picture

        def counting():
            nonlocal drawn
            drawn += 1
            original()

        app.screen.update_picture = counting
        for _ in range(500):
            engine.listener(engine.progress)
        await look.settle(app, pilot)
        assert drawn <= 3


async def test_a_side_panel_that_fails_does_not_take_the_session_with_it(
    make_app, recording, look, monkeypatch
):
    from wstui.tui.panel_data import PanelModel

    def fail(*_args, **_more):
        raise ValueError("a mistake of ours")

    monkeypatch.setattr(PanelModel, "refresh", fail)
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert "The side panel stopped (a mistake of ours)" in look.shown(app)
        assert "TCP ended by the server" in look.shown(app)
