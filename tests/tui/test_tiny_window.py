"""The window shrinks to 20×5 and grows again, in every state, with every dialog: nothing typed is lost."""

import pytest
from textual.widgets import Input, TextArea

S = 1_000_000_000


async def shrink_and_grow(app, pilot, look, size):
    for columns, rows in ((20, 5), size):
        await pilot.resize_terminal(columns, rows)
        await look.until(pilot, lambda wanted=(columns, rows): app.screen.size == wanted)
        await pilot.pause()
        assert app.is_running


def typed(app):
    fields = [*app.screen.query(Input), *app.screen.query(TextArea)]
    return [field.value if isinstance(field, Input) else field.text for field in fields]


async def test_a_live_session_in_every_state(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        app.screen.query_one("#compose-input").insert("not sent yet")
        engine = engines.last
        await shrink_and_grow(app, pilot, look, (120, 40))
        engine.file.dialled()
        engine.file.talked(5)
        for state in ("open", "closing", "waiting_to_retry", "closed"):
            if state == "closing":
                engine.file.ended(1000)
            more = {"retry_at_ns": engine.file.t_ns + 60 * S} if state == "waiting_to_retry" else {}
            engine.says_state(state, **more)
            engine.says_progress()
            await pilot.pause(0.1)
            await shrink_and_grow(app, pilot, look, (80, 24))
            assert "not sent yet" in look.shown(app), state


async def test_each_dialog_over_a_live_session(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        engine = engines.last
        engine.file.dialled()
        engine.says_state("open")
        engine.says_progress()
        await look.settle(app, pilot)
        under = app.screen
        for keys in ("f3", "f6", "f7", "f4", "ctrl+f"):
            await pilot.press(keys)
            await look.until(pilot, lambda keys=keys: app.screen is not under or keys == "ctrl+f")
            await pilot.pause()
            if isinstance(app.focused, Input):
                await pilot.press("1", "2")
            before, dialog = typed(app), app.screen
            await shrink_and_grow(app, pilot, look, (120, 40))
            assert app.screen is dialog, keys
            assert typed(app) == before, keys
            if dialog is not under:
                dialog.dismiss(None)
                await look.until(pilot, lambda: app.screen is under)


async def test_a_recording_and_its_playback(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("end", "enter")
        await shrink_and_grow(app, pilot, look, (80, 24))
        await pilot.press("escape", "f8")
        await pilot.pause(0.1)
        await shrink_and_grow(app, pilot, look, (200, 60))
        await pilot.press("enter")
        await pilot.pause(0.1)
        await shrink_and_grow(app, pilot, look, (120, 40))


@pytest.mark.parametrize("keys", ["ctrl+d", "ctrl+n", "ctrl+f"])
async def test_home_and_its_dialogs(make_app, recording, look, keys):
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press(*"typed", keys)
        await pilot.pause(0.1)
        before = typed(app)
        await shrink_and_grow(app, pilot, look, (80, 24))
        assert typed(app) == before


async def test_what_a_question_offers_can_be_seen_in_20_by_5(make_app, recording, look):
    app = make_app()
    async with app.run_test(size=(20, 5), notifications=True) as pilot:
        await look.settle(app, pilot)
        app.screen.query_one("#sessions").focus()
        await pilot.press("d")
        await pilot.pause(0.2)
        assert "(n)" in look.shown(app)
