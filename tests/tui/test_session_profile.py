"""F4 in a session: the form of its profile; what is saved holds from the next connection."""

import pytest
from textual.widgets import Input

from wstui.events import Connect
from wstui.profiles import load_profile
from wstui.tui.screens.dialogs import TextDialog
from wstui.tui.screens.profile_form import ProfileForm
from wstui.tui.screens.session import SessionScreen

pytestmark = pytest.mark.usefixtures("first_section_only")


def own(home, name="mine", text='url = "ws://localhost:1/a"\n'):
    (home / "profiles").mkdir(exist_ok=True)
    path = home / "profiles" / f"{name}.toml"
    path.write_text(text)
    return path


async def form_of(app, pilot, look):
    await look.settle(app, pilot)
    await pilot.press("f4")
    await look.until(pilot, lambda: isinstance(app.screen, ProfileForm) and app.screen.rows)
    await pilot.pause()
    return app.screen


async def save(app, pilot, look):
    await pilot.press("ctrl+s")
    await look.until(pilot, lambda: isinstance(app.screen, SessionScreen))
    await pilot.pause()


async def test_an_edit_of_a_live_session_holds_from_the_next_connection(make_app, engines, home, look):
    path = own(home)
    app = make_app("mine")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        engines.last.says_state("open")
        form = await form_of(app, pilot, look)
        form.query_one("#field-url", Input).value = "ws://localhost:1/b"
        await save(app, pilot, look)
        assert "It holds from the next connection" in look.shown(app)
        assert load_profile(path).url == "ws://localhost:1/b"
        assert app.screen.url == "ws://localhost:1/a"
        assert len(engines.started) == 1
        engines.last.says_state("closed")
        await look.settle(app, pilot)
        await pilot.press("f5")
        await look.until(pilot, lambda: len(engines.started) == 2 and bool(engines.last.commands))
        assert engines.last.commands[0].profile == {"url": "ws://localhost:1/b"}
        assert app.screen.url == "ws://localhost:1/b"
        engines.last.says_state("closed")
        await look.settle(app, pilot)
        await pilot.press("f5")
        await look.until(pilot, lambda: engines.last.commands[1:] == [Connect()])


async def test_a_retry_takes_the_new_profile_and_another_url_goes_before_it(make_app, engines, home, look):
    own(home)
    app = make_app("mine")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        engines.last.says_state("waiting_to_retry", retry_at_ns=1)
        form = await form_of(app, pilot, look)
        form.query_one("#field-origin", Input).value = "https://a.example"
        await save(app, pilot, look)
        await pilot.press("f5")
        await look.until(pilot, lambda: len(engines.started) == 2 and bool(engines.last.commands))
        assert engines.last.commands[0].profile["origin"] == "https://a.example"


async def test_a_bare_url_becomes_a_profile(make_app, engines, home, look):
    app = make_app("ws://localhost:1/x?token=abc")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        form = await form_of(app, pilot, look)
        assert form.query_one("#form-name", Input).value == "localhost"
        assert "holds a secret" in look.shown(app)
        await save(app, pilot, look)
        assert load_profile(home / "profiles" / "localhost.toml").url == "ws://localhost:1/x?token=abc"
        assert app.screen.destination.name == "localhost"


async def test_a_template_becomes_a_copy_and_a_file_that_is_gone_comes_back(make_app, engines, home, look):
    app = make_app("local-echo")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await form_of(app, pilot, look)
        assert "A template" in look.shown(app)
        await save(app, pilot, look)
        path = home / "profiles" / "local-echo.toml"
        assert app.screen.destination.path == path
        path.unlink()
        await form_of(app, pilot, look)
        assert "No file yet" in look.shown(app)
        await save(app, pilot, look)
        assert path.exists()


async def test_a_recording_shows_what_it_was_recorded_with_and_its_profile(make_app, recording, home, look):
    path = own(home, "trades")
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("f4")
        await pilot.pause()
        assert isinstance(app.screen, TextDialog)
        assert "interval = 15.0" in look.shown(app)
        await pilot.press("e")
        await look.until(pilot, lambda: isinstance(app.screen, ProfileForm))
        await pilot.press("f4")
        await look.until(pilot, lambda: isinstance(app.screen, SessionScreen))
        path.unlink()
        await pilot.press("f4")
        await pilot.pause()
        assert "e edits" not in look.shown(app)
        await pilot.press("e", "escape")
        await pilot.pause()
        assert isinstance(app.screen, SessionScreen)


async def test_a_file_edited_elsewhere_meanwhile_is_asked_about(make_app, engines, home, look):
    path = own(home)
    app = make_app("mine")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        form = await form_of(app, pilot, look)
        form.query_one("#field-origin", Input).value = "https://a.example"
        path.write_text('url = "ws://theirs"\n')
        await pilot.press("ctrl+s")
        await look.until(pilot, lambda: "changed or deleted on disk meanwhile" in look.shown(app))
        assert path.read_text() == 'url = "ws://theirs"\n'
        await save(app, pilot, look)
        assert load_profile(path).origin == "https://a.example"


async def test_a_file_changed_on_disk_is_taken_over_when_connecting_again(make_app, engines, home, look):
    path = own(home)
    app = make_app("mine")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        path.write_text("url = 5")
        engines.last.says_state("closed")
        await look.settle(app, pilot)
        await pilot.press("f5")
        await look.until(pilot, lambda: engines.last.commands[1:] == [Connect()])
        await look.until(pilot, lambda: "as before" in look.shown(app))
        engines.last.says_state("closed")
        await look.settle(app, pilot)
        path.write_text('url = "ws://localhost:1/c"\n')
        await pilot.press("f5")
        await look.until(pilot, lambda: len(engines.started) == 2 and bool(engines.last.commands))
        assert engines.last.commands[0].profile == {"url": "ws://localhost:1/c"}
        await look.until(pilot, lambda: "was changed" in look.shown(app))
