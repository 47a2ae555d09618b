"""The form: every field, checked as one types, saved in one step, nothing typed is lost."""

import pytest
from textual.widgets import Input

from wstui.profiles import load_profile
from wstui.tui.screens.home import HomeScreen
from wstui.tui.screens.profile_form import ProfileForm

HOSTILE = 'url = "wss://h/\\u001b[31m[/x]"\norigin = "[red]"\n[headers]\nX = "\\u009b2J"\n'


@pytest.fixture
def own(home):
    folder = home / "profiles"
    folder.mkdir()

    def write(name, text):
        path = folder / f"{name}.toml"
        path.write_text(text)
        return path

    return write


async def form_of(app, pilot, look, name, key="e"):
    await look.until(pilot, lambda: name in look.shown(app))
    app.screen.query_one("#profiles").focus()
    await pilot.press(key)
    await look.until(pilot, lambda: isinstance(app.screen, ProfileForm))
    await look.settle(app, pilot)
    return app.screen


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_how_it_looks(make_app, own, look, snapshot, size, monkeypatch):
    monkeypatch.setattr("wstui.tui.screens.profile_form.shown_path", lambda path: f"~/{path.name}")
    own("aaa", 'url = "wss://example.com/ws"\n[heartbeat]\ninterval = 5\n')
    app = make_app()
    async with app.run_test(size=size, notifications=True) as pilot:
        form = await form_of(app, pilot, look, "aaa")
        form.query_one("#field-url", Input).value = "ftp://x"
        await look.until(pilot, lambda: "1 field to mend" in look.shown(app))
        snapshot(app, f"profile-form-{size[0]}x{size[1]}")


async def test_an_edit_is_checked_and_saved(make_app, own, look):
    path = own("aaa", 'url = "wss://a"\n')
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        form = await form_of(app, pilot, look, "aaa")
        field = form.query_one("#field-heartbeat-interval", Input)
        field.value = "soon"
        await look.until(pilot, lambda: "1 field to mend" in look.shown(app))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.focused is field
        assert path.read_text() == 'url = "wss://a"\n'
        field.value = "7.5"
        await pilot.press("ctrl+s")
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))
        assert load_profile(path).heartbeat.interval == 7.5


async def test_a_file_changed_meanwhile_is_not_overwritten_unasked(make_app, own, look, first_section_only):
    path = own("aaa", 'url = "wss://a"\n')
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        form = await form_of(app, pilot, look, "aaa", "f4")
        form.query_one("#field-url", Input).value = "wss://mine"
        path.write_text('url = "wss://theirs"\n')
        await pilot.press("ctrl+s")
        await look.until(pilot, lambda: "meanwhile" in look.shown(app))
        assert "theirs" in path.read_text()
        assert form.query_one("#field-url", Input).value == "wss://mine"
        await pilot.press("ctrl+s")
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))
        assert load_profile(path).url == "wss://mine"


async def test_a_template_becomes_an_own_copy(make_app, home, look, first_section_only):
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "local-echo" in look.shown(app))
        await pilot.press("ctrl+n")
        await look.until(pilot, lambda: isinstance(app.screen, ProfileForm))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.focused.id == "field-url"
        app.screen.query_one("#field-url", Input).value = "localhost:1"
        await pilot.press("ctrl+s")
        await look.until(pilot, lambda: "needs a name" in look.shown(app))
        app.screen.query_one("#form-name", Input).value = "My Service"
        await pilot.press("ctrl+s")
        await look.until(pilot, (home / "profiles" / "my-service.toml").exists)
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))
        profiles = app.screen.query_one("#profiles")
        await look.until(pilot, lambda: profiles.option_count == 6)
        profiles.focus()
        profiles.highlighted = 1
        await pilot.press("e")
        await look.until(pilot, lambda: "A template" in look.shown(app))
        name = app.screen.query_one("#form-name", Input).value
        await pilot.press("ctrl+s")
        await look.until(pilot, (home / "profiles" / f"{name}.toml").exists)


async def test_leaving_asks_where_something_would_be_lost(make_app, own, look, first_section_only):
    own("aaa", 'url = "wss://a"\n')
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        form = await form_of(app, pilot, look, "aaa")
        await pilot.press("escape")
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))
        form = await form_of(app, pilot, look, "aaa")
        form.query_one("#field-url", Input).value = "wss://b"
        await pilot.press("escape")
        await look.until(pilot, lambda: "Leave without saving" in look.shown(app))
        await pilot.press("n")
        await pilot.pause()
        assert app.screen is form
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("y")
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_duplicate_and_delete(make_app, own, look, first_section_only):
    path = own("aaa", 'url = "wss://a"\n# a word\n')
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        form = await form_of(app, pilot, look, "aaa", "c")
        assert form.query_one("#form-name", Input).value == "aaa-copy"
        await pilot.press("ctrl+s")
        await look.until(pilot, lambda: path.with_name("aaa-copy.toml").exists())
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen) and "aaa-copy" in look.shown(app))
        app.screen.query_one("#profiles").highlighted = 1
        app.screen.query_one("#profiles").focus()
        await pilot.press("d")
        await look.until(pilot, lambda: "Delete the profile “aaa”" in look.shown(app))
        await pilot.press("y")
        await look.until(pilot, lambda: not path.exists())


async def test_import_of_a_curl_command(make_app, home, look, first_section_only):
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "local-echo" in look.shown(app))
        app.screen.action_import_curl()
        await pilot.pause()
        area = app.screen.query_one("TextArea")
        area.text = "curl 'wss://h"
        await look.until(pilot, lambda: "whole command" in look.shown(app))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert area.is_attached
        area.text = "curl 'wss://api.example.com/ws' -H 'Origin: https://example.com'"
        await pilot.press("ctrl+s")
        await look.until(pilot, lambda: isinstance(app.screen, ProfileForm))
        assert app.screen.query_one("#form-name", Input).value == "api.example.com"
        assert app.screen.query_one("#field-origin", Input).value == "https://example.com"


async def test_hostile_values(make_app, own, look, first_section_only):
    own("aaa", HOSTILE)
    app = make_app()
    async with app.run_test(size=(120, 60), notifications=True) as pilot:
        await form_of(app, pilot, look, "aaa")
        assert not look.CONTROL.search(look.written(app))


async def test_what_is_wrong_in_a_section_that_is_not_there_yet_is_gone_to(
    make_app, own, look, first_section_only
):
    path = own("aaa", 'url = "wss://a"\n[heartbeat]\ninterval = "soon"\n[keep]\ndays = 3\n')
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        form = await form_of(app, pilot, look, "aaa")
        assert len(form.rows) == 7
        assert "1 field to mend" in look.shown(app)
        await pilot.press("ctrl+s")
        await look.until(
            pilot, lambda: app.focused is not None and app.focused.id == "field-heartbeat-interval"
        )
        await look.until(pilot, lambda: "✗" in look.shown(app))
        app.focused.value = "7"
        await pilot.press("f10", "6")
        await look.until(pilot, lambda: app.focused is not None and app.focused.id == "field-limits-message")
        await pilot.press("ctrl+s")
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))
        profile = load_profile(path)
        assert (profile.heartbeat.interval, profile.keep.days) == (7, 3)
