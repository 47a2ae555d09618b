"""Jump mode: letters over everything that can take the focus."""

import pytest

from wstui.tui.screens.dialogs import Chooser
from wstui.tui.screens.jump import JumpScreen, jumps_of
from wstui.tui.widgets.heartbeat_graph import HeartbeatGraph
from wstui.tui.widgets.message_list import MessageList


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_how_it_looks_in_a_session(make_app, recording, look, snapshot, size):
    app = make_app(str(recording))
    async with app.run_test(size=size, notifications=True) as pilot:
        await look.settle(app, pilot)
        app.screen.query_one(MessageList).action_last()
        await look.settle(app, pilot)
        await pilot.press("f10")
        await pilot.pause()
        assert "[m]" in look.shown(app)
        snapshot(app, f"jump-{size[0]}x{size[1]}")


async def test_letters_go_where_they_stand(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        session = app.screen
        for letter, there in {"g": HeartbeatGraph, "m": "#messages"}.items():
            await pilot.press("alt+j", letter)
            await pilot.pause()
            assert app.screen is session
            assert app.focused is session.query_one(there)
        before = app.focused
        for leaves in ("escape", "f10"):
            await pilot.press("alt+j", "$", leaves)
            await pilot.pause()
            assert (app.screen, app.focused) == (session, before)
        await pilot.press("f10")
        await pilot.pause()
        graph = session.query_one(HeartbeatGraph)
        await pilot.click(offset=(graph.region.x + 1, graph.region.y))
        await pilot.pause()
        assert app.focused is graph


async def test_the_home_screen_and_its_dialogs(make_app, recording, look, snapshot):
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.until(pilot, lambda: "1006" in look.shown(app))
        await pilot.press("alt+j")
        await pilot.pause()
        assert all(mark in look.shown(app) for mark in ("[u]", "[p]", "[s]"))
        assert "[f]" not in look.shown(app)
        await pilot.press("s")
        await pilot.pause()
        assert app.focused.id == "sessions"
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("f10")
        await pilot.pause()
        assert "[a]" in look.shown(app)
        await pilot.press("a")
        await pilot.pause()
        assert app.focused.id == "yes"
        await pilot.press("escape")
        await look.until(pilot, lambda: not app.screen.is_modal)
        await pilot.press("f10", "d")
        await look.until(pilot, lambda: isinstance(app.screen, Chooser))


async def test_a_screen_of_another_size_ends_it_and_a_tiny_one_has_room(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(20, 5), notifications=True) as pilot:
        await look.settle(app, pilot)
        places = [jump.place for jump in jumps_of(app.screen) if jump.place is not None]
        assert places
        assert all(0 <= place.x <= 17 and 0 <= place.y < 5 for place in places)
        await pilot.press("f10")
        await pilot.pause()
        assert isinstance(app.screen, JumpScreen)
        await pilot.resize_terminal(80, 24)
        await look.until(pilot, lambda: not isinstance(app.screen, JumpScreen))
