"""A session whose file was deleted while it is open: said in place, and what is open stays readable."""

from wstui.tui.widgets.connect_bar import ConnectBar


def problem_of(app):
    return str(app.screen.query_one(ConnectBar).get_widget_by_id("bar-problem").render())


async def test_a_recording_deleted_while_it_is_open(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40)) as pilot:
        await look.settle(app, pilot)
        recording.unlink()
        app.screen._second_passed()
        await look.until(pilot, lambda: problem_of(app).startswith(f"{recording.name} was deleted or moved."))
        await pilot.press("home")
        await look.settle(app, pilot)
        shown = look.shown(app)
        assert "SUBSCRIBE" in shown, "the list reads on"
        assert "There is no session file" in shown, "the detail says why it cannot"
        await pilot.press("ctrl+f", *"trade")
        await look.settle(app, pilot)
        assert "There is no session file" in look.shown(app)
        await pilot.press("escape", "f8")
        await look.settle(app, pilot)
        assert app.is_running


async def test_a_session_deleted_after_its_end(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40)) as pilot:
        await look.settle(app, pilot)
        engine = engines.last
        engine.file.dialled()
        engine.says_state("open")
        await look.until(pilot, lambda: app.screen.source.path is not None)
        engine.file.path.unlink()
        app.screen._second_passed()
        await look.settle(app, pilot)
        assert not problem_of(app), "the engine says it while it records"
        engine.file.ended(1000)
        engine.says_state("closed")
        await look.settle(app, pilot)
        app.screen._second_passed()
        await look.until(pilot, lambda: "Messages, timeline and graph stay" in problem_of(app))


async def test_a_session_of_the_list_that_was_deleted_meanwhile(make_app, recording, look):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await look.settle(app, pilot)
        app.screen.query_one("#sessions").focus()
        recording.unlink()
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert f"{recording.name} was deleted or moved meanwhile." in look.shown(app)
        assert "Nothing recorded yet" in look.shown(app), "the list was read again"
