"""Every key of the session screen, in every state: what is enabled does something, what is not is greyed."""

import pytest

from wstui.tui.actions import Place, actions_of
from wstui.tui.widgets.composer import MessageInput
from wstui.tui.widgets.key_bar import KeyBar
from wstui.tui.widgets.message_list import MessageList

S = 1_000_000_000
LEAVES = {"home", "quit"}
"""They leave the screen; asked about elsewhere."""

MARKS = {"go_to_mark(1)", "go_to_mark(-1)"}
NOTHING_TO_SEE = {"up", "down", "page_up", "page_down", "first", "last", "live_tail", *MARKS}
"""They go where the list may be already."""
NOTHING_TO_SEE |= {"back"}


async def brought_to(state, app, pilot, engines, look):
    await look.settle(app, pilot)
    if state in ("idle", "recorded"):
        return
    engine = engines.last
    if state == "dialling":
        return
    engine.file.dialled()
    engine.file.talked(5)
    engine.says_state("open")
    engine.says_progress()
    await look.until(pilot, lambda: "64215.50" in look.shown(app))
    if state in ("closed", "waiting_to_retry"):
        engine.file.ended(1000)
    if state != "open":
        more = {"retry_at_ns": engine.file.t_ns + 60 * S} if state == "waiting_to_retry" else {}
        engine.says_state(state, **more)
        engine.says_progress()
    await look.settle(app, pilot)


def moved(app, engines):
    """What a key may change, but for the picture: that is dearer to look at."""
    commands = tuple(len(engine.commands) for engine in engines.started)
    focused = app.focused.id if app.focused is not None else None
    notes = len(app._notifications)
    messages = app.screen_stack[-1].query(MessageList)
    picked = tuple(messages.first().picked) if messages else ()
    return len(app.screen_stack), commands, focused, notes, picked, app.clipboard


@pytest.mark.parametrize(
    "state", ["idle", "dialling", "open", "closing", "closed", "waiting_to_retry", "recorded"]
)
async def test_every_key_does_what_the_footer_says(make_app, engines, recording, look, state, tmp_path):
    target = str(recording) if state == "recorded" else "ws://localhost:1"
    app = make_app(target)
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await brought_to(state, app, pilot, engines, look)
        rows = [row for row in actions_of(Place.SESSION) if row.keys and row.name not in LEAVES]
        rows.sort(key=lambda row: row.keys == "f5")  # dialling comes last: it ends the state
        for row in [*actions_of(Place.MESSAGES), *rows]:
            await check(app, pilot, engines, look, row)


async def check(app, pilot, engines, look, row):
    """Press the row's key on the session screen, and compare with what the screen says of it."""
    screen = app.screen
    messages = screen.query_one(MessageList)
    if messages.selected_id is None and row.place is Place.MESSAGES:
        messages.focus()
        messages.action_last()
    elif row.place is Place.MESSAGES:
        messages.focus()
    else:
        screen.query_one(MessageInput).focus()
    await pilot.pause()
    name, _, arguments = row.name.removeprefix("screen.").partition("(")
    place = screen if row.name.startswith("screen.") or row.place is Place.SESSION else messages
    possible = place.check_action(name, (arguments,))
    greyed = {label for _, label, _, enabled in screen.query_one(KeyBar)._entries() if not enabled}
    visible = possible and row.name.removeprefix("screen.") not in NOTHING_TO_SEE
    before, picture = moved(app, engines), look.shown(app) if visible else ""
    await pilot.press(row.keys.split(",")[0])
    await pilot.pause()
    if visible:
        for _ in range(100):
            if moved(app, engines) != before or look.shown(app) != picture:
                break
            await pilot.pause(0.01)
        else:
            pytest.fail(f"{row.keys} ({row.title}) is enabled and does nothing")
    elif not possible and "f5" not in row.keys:
        assert moved(app, engines)[:3] == before[:3], f"{row.keys} ({row.title}) is greyed and does something"
        if row.footer and possible is None:
            assert row.key_label in greyed or row.key_label not in _labels(screen)
    for _ in range(4):
        if app.screen is screen:
            break
        await pilot.press("escape")
        await pilot.pause()
    assert app.screen is screen
    screen.clear_filter()
    screen.remove_class("-detail-open")


def _labels(screen):
    return {label for _, label, _, _ in screen.query_one(KeyBar)._entries()}
