"""Several sessions in one app: what is done in one tab leaves the others alone."""

from textual.widgets import Input

from wstui.events import Ping, ProblemNotice, ProgressNotice, Shutdown
from wstui.targets import Recording
from wstui.tui.navigation import OpenAsked
from wstui.tui.screens.dialogs import Confirm, Prompt
from wstui.tui.screens.home import HomeScreen
from wstui.tui.widgets.composer import MessageInput
from wstui.tui.widgets.message_list import MessageList
from wstui.tui.widgets.tab_strip import TabStrip

ONE, TWO = "ws://localhost:1", "ws://localhost:2"


async def both_open(app, pilot, engines, look):
    """Two live tabs, the first in front; the engines, in the order of the tabs."""
    await look.until(pilot, lambda: len(engines.started) == 2 and app.tabs.current is app.tabs.numbered(1))
    by_url = {engine.commands[0].profile["url"]: engine for engine in engines.started}
    made = [by_url[f"{ONE}/"], by_url[f"{TWO}/"]]
    for engine in made:
        engine.file.dialled()
        engine.file.talked(5)
        engine.says_state("open")
        engine.says_progress()
    await look.until(pilot, lambda: "64215.50" in look.shown(app) and ":2" in look.shown(app))
    return made


async def test_what_comes_behind_another_tab_is_told_there_and_drawn_when_shown(
    make_app, engines, look, snapshot
):
    app = make_app(ONE, TWO)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        _, two = await both_open(app, pilot, engines, look)
        second = app.tabs.numbered(2).session
        rows = second.query_one(MessageList).virtual_size.height
        two.file.talked(30)
        two.file.commit()
        two.say(ProgressNotice(two.file.count, two.file.t_ns, messages_received=30))
        await look.until(pilot, lambda: " 1 ● :1 ×  2 ● :2 •" in look.shown(app))
        await look.settle(app, pilot)
        snapshot(app, "tabs-120x40")
        two.file.ended(4000)
        two.says_state("closed")
        await look.until(pilot, lambda: " 2 ■ :2 ! " in look.shown(app))
        assert second.query_one(MessageList).virtual_size.height == rows
        await pilot.press("alt+2")
        await look.until(pilot, lambda: "closed 4000" in look.shown(app) and "64240.50" in look.shown(app))
        assert "!" not in look.shown(app).splitlines()[0]


async def test_switching_keeps_selection_typed_text_and_filter(make_app, engines, look):
    app = make_app(ONE, TWO)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await both_open(app, pilot, engines, look)
        first = app.screen
        await pilot.press(*"half", "ctrl+f", *"213", "enter")
        await look.until(pilot, lambda: "1 of 1" in look.shown(app))
        selected = first.query_one(MessageList).selected_id
        await pilot.press("alt+2")
        assert app.screen is not first
        assert app.screen.query_one(MessageInput).text == ""
        await pilot.press("ctrl+pagedown")
        assert app.screen is first
        assert first.query_one(MessageInput).text == "half"
        assert first.query_one("#find-input", Input).value == "213"
        assert first.query_one(MessageList).selected_id == selected is not None
        assert app.focused is first.query_one(MessageList)


async def test_a_click_shows_a_tab_and_its_cross_closes_it_and_no_other(make_app, engines, look):
    app = make_app(ONE, TWO)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        one, two = await both_open(app, pilot, engines, look)
        line = look.shown(app).splitlines()[0]
        await pilot.click(TabStrip, offset=(line.index(":2"), 0))
        assert app.tabs.current is app.tabs.numbered(2)
        await pilot.click(TabStrip, offset=(line.index(":1"), 0), button=2)
        assert isinstance(app.screen, Confirm)
        assert app.tabs.current is app.tabs.numbered(1)
        await pilot.press("n")
        await look.until(pilot, lambda: " 1 ● :1 ×" in look.shown(app))
        await pilot.click(TabStrip, offset=(line.index("×"), 0))
        await pilot.press("y")
        await look.until(pilot, lambda: Shutdown() in one.commands)
        await look.until(pilot, lambda: len(app.tabs) == 1 and ":2 ×" not in look.shown(app))
        assert "● open" in look.shown(app)
        await pilot.press("f2")
        await look.until(pilot, lambda: Ping() in two.commands)
        assert Shutdown() not in two.commands


async def test_leaving_asks_once_for_all(make_app, engines, look):
    app = make_app(ONE, TWO)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        started = await both_open(app, pilot, engines, look)
        await pilot.press("ctrl+q", "ctrl+q")
        assert "2 connections are live. Close them with 1001 and leave?" in look.shown(app)
        assert len(app.screen_stack) == 3
        await pilot.press("y")
        await look.until(pilot, lambda: app.return_value == 0)
        assert all(Shutdown() in engine.commands for engine in started)


async def test_home_shows_what_is_open_and_leads_back(make_app, engines, look, snapshot):
    app = make_app(ONE)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        session = app.screen
        assert not session.query(TabStrip)
        assert not app.check_action("step_tab", (1,))
        assert not app.check_action("go_to_tab", (2,))
        await pilot.press("ctrl+o")
        await look.until(pilot, lambda: "Esc goes back" in look.shown(app))
        assert Shutdown() not in engines.last.commands
        await look.settle(app, pilot)
        snapshot(app, "tabs-home-80x24")
        await pilot.press("ctrl+q")
        assert "Tab 1 is connected. Close it with 1001 and leave?" in look.shown(app)
        await pilot.press("escape", "escape")
        assert app.screen is session


async def test_neither_a_dialog_nor_a_dead_engine_blocks_another_tab(make_app, engines, look):
    app = make_app(ONE, TWO)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        one, two = await both_open(app, pilot, engines, look)
        await pilot.press("f3")
        dialog = app.screen
        assert dialog.is_modal
        await pilot.press("alt+2", "f2")
        await look.until(pilot, lambda: Ping() in two.commands)
        one.says_state("closed")
        one.say(ProblemNotice("The engine ended unexpectedly.", fatal=True))
        await look.until(pilot, lambda: " 1 ■ :1 !" in look.shown(app))
        assert "● open" in look.shown(app)
        await pilot.press("alt+1")
        await look.until(pilot, lambda: "The engine ended unexpectedly." in look.shown(app))
        assert app.screen is dialog
        await pilot.press("alt+w")
        assert app.screen is dialog
        assert "Tab 2" in app.tabs.leaving_question


async def test_a_terminal_of_five_lines_and_back(make_app, engines, look):
    app = make_app(ONE, TWO)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await both_open(app, pilot, engines, look)
        await pilot.resize_terminal(20, 5)
        await pilot.press("alt+2")
        await look.until(pilot, lambda: app.screen.has_class("-minute") and ":1" not in look.shown(app))
        await pilot.resize_terminal(120, 40)
        await look.until(pilot, lambda: " 2 ● :2 ×" in look.shown(app))
        await pilot.press("alt+1")
        await look.until(pilot, lambda: app.screen.has_class("-high") and " 1 ● :1 ×" in look.shown(app))
        assert app.screen.has_class("-normal")
        assert "Heartbeat" in look.shown(app)


async def test_what_is_wrong_is_told_and_the_others_open(make_app, engines, recording, look, snapshot):
    app = make_app(ONE, "nothing here://", TWO, str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await both_open(app, pilot, engines, look)
        assert any("white space" in note.message for note in app._notifications)
        app.clear_notifications()
        await pilot.press("alt+3")
        await look.until(pilot, lambda: "3 ■ trades 12:00 ×" in look.shown(app))
        await look.settle(app, pilot)
        snapshot(app, "tabs-80x24")


async def test_a_recording_is_opened_once_and_at_an_event(make_app, recording, look):
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        for event in (None, 6, 7):
            app.screen.post_message(OpenAsked(Recording(recording), event))
            await look.until(pilot, lambda: app.tabs.current is not None)
            messages = app.screen.query_one(MessageList)
            await look.until(pilot, lambda list_=messages, wanted=event: list_.selected_id == wanted)
            if event != 7:
                await pilot.press("ctrl+o")
        assert len(app.tabs) == 1
        await pilot.press("ctrl+f4")
        assert isinstance(app.screen, HomeScreen)
        assert not app.tabs
        await look.until(pilot, lambda: not look.shown(app).startswith(" 1 "))


async def test_a_recording_that_is_deleted_loses_its_tab(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("ctrl+o")
        await look.until(pilot, lambda: app.screen.query("#sessions") and "1006" in look.shown(app))
        app.screen.query_one("#sessions").focus()
        await pilot.press("d", "y")
        await look.until(pilot, lambda: not recording.exists())
        assert not app.tabs


async def test_the_palette_names_the_tabs(make_app, engines, look):
    app = make_app(ONE, TWO)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await both_open(app, pilot, engines, look)
        await pilot.press("ctrl+p", *"tab")
        await look.until(pilot, lambda: "Close tab  (Alt+w  ^F4)" in look.shown(app))
        assert "New tab" in look.shown(app)
        await pilot.press(*" 2")
        await look.until(pilot, lambda: "Close tab" not in look.shown(app))
        await pilot.press("down", "enter")
        await look.until(pilot, lambda: app.tabs.current is app.tabs.numbered(2))


async def test_playback_waits_behind_another_tab(make_app, recording, engines, look):
    app = make_app(str(recording), ONE)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.until(pilot, lambda: len(app.tabs) == 2 and app.tabs.current is app.tabs.numbered(1))
        app.screen.action_play_back()
        player = app.screen._player
        assert player.now.playing
        await pilot.press("alt+2")
        await look.until(pilot, lambda: not player.now.playing)
        await pilot.press("alt+1")
        await look.until(pilot, lambda: player.now.playing)


async def test_a_dialog_that_ends_behind_another_tab_leaves_that_one(make_app, engines, look):
    app = make_app(ONE, TWO)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await both_open(app, pilot, engines, look)
        first = app.screen
        await pilot.press("f3")
        dialog = app.screen
        await pilot.press("alt+2")
        second = app.screen
        dialog.call_later(lambda: dialog.dismiss(None) and None)
        asks = Confirm("Is it this tab's?", "Yes")
        first.call_later(
            app.push_screen, Prompt("One", "Any words."), lambda _: app.push_screen(asks) and None
        )
        await look.until(pilot, lambda: not dialog.is_attached and len(app.get_screen_stack("first")) == 3)
        prompt = app.get_screen_stack("first")[-1]
        prompt.call_later(lambda: prompt.dismiss("answer") and None)
        await look.until(pilot, lambda: not prompt.is_attached)
        assert app.screen is second
        await pilot.press("alt+1")
        await look.until(pilot, lambda: "Is it this tab's?" in look.shown(app))
        await pilot.press("n")
        assert app.screen is first
