"""Themes and keys that a person has set; a file that cannot be used is a sentence."""

import tomllib

import pytest

from wstui.tui.settings import Settings, SettingsError, keep_setting, read_settings
from wstui.tui.themes import THEMES
from wstui.tui.widgets.message_list import MessageList, TimeShown


def test_none_are_the_defaults_and_a_change_is_kept(home):
    assert read_settings().settings == Settings()
    keep_setting("theme", "wstui-light")
    assert read_settings().settings.theme == "wstui-light"
    assert (home / "settings.toml").read_text() == 'theme = "wstui-light"\n'


def test_what_else_is_in_the_file_is_kept(home):
    path = home / "settings.toml"
    path.write_text(
        '# mine\ntheme = "a"  # the first\nfuture = 1\n\n[keys]\n"session.ping" = "f9"  # as ever\n'
    )
    keep_setting("panel_width", "40%")
    keep_setting("theme", "b")
    keep_setting("pings_in_list", True)
    assert path.read_text() == (
        '# mine\ntheme = "b"\nfuture = 1\npanel_width = "40%"\npings_in_list = true\n\n'
        '[keys]\n"session.ping" = "f9"  # as ever\n'
    )
    path.write_text('[keys]\n"session.ping" = "f9"\n')
    keep_setting("time_column", "none")
    assert path.read_text() == 'time_column = "none"\n\n[keys]\n"session.ping" = "f9"\n'


def test_a_line_that_only_looks_like_the_setting_is_left(home):
    path = home / "settings.toml"
    path.write_text('note = """\ntheme = 1\n"""\n')
    keep_setting("theme", "a")
    assert tomllib.loads(path.read_text()) == {"note": "theme = 1\n", "theme": "a"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("theme = 5", "theme: expected"),
        ("colour = 1", "no setting “colour”"),
        ('time_column = "x"', "expected one of clock, since_start"),
        ("pings_in_list = 1", "expected true or false"),
        ("panel_width = 5", "expected columns from 30 to 300"),
        ("panel_width = true", "expected columns"),
        ('panel_width = "95%"', "expected columns"),
        ("keys = 1", "expected a table"),
        ('[keys]\n"session.nothing" = "f5"', "no binding"),
        ('[keys]\n"session.ping" = "F 5"', "keys.session.ping: expected a key's name"),
        ('[keys]\n"session.ping" = 5', "expected a key's name"),
        ('[keys]\n"session.\\u001b" = "f5"', "no binding"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_the_rest_holds(home, text, says):
    good = "detail_height = 9\n"
    (home / "settings.toml").write_text(f"{good}{text}\n")
    found = read_settings()
    assert says in found.problem
    assert found.problem.endswith("The rest of it holds.")
    assert "\x1b" not in found.problem
    assert found.settings == Settings(detail_height=9)


def test_keys_that_will_do_hold_beside_one_that_will_not(home):
    (home / "settings.toml").write_text('a = 1\n[keys]\n"session.ping" = "f9"\n"session.close" = "?"\n')
    found = read_settings()
    assert found.settings.keys == {"session.ping": "f9"}
    assert "(and 1 more)" in found.problem


@pytest.mark.parametrize("data", [b"theme =", b"\xff", b"[a]\na = 1\na = 2"])
def test_a_file_that_is_no_toml_is_told_and_left_alone(home, data):
    (home / "settings.toml").write_bytes(data)
    found = read_settings()
    assert found.settings == Settings()
    assert "settings.toml" in found.problem
    with pytest.raises(SettingsError):
        keep_setting("theme", "x")
    assert (home / "settings.toml").read_bytes() == data


async def test_a_theme_chosen_is_kept(make_app, home, look):
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        app.theme = "wstui-colour-blind"
        await look.until(pilot, (home / "settings.toml").exists)
    again = make_app()
    assert again.theme == "wstui-colour-blind"


async def test_keys_are_set_and_the_help_says_so(make_app, home, look):
    (home / "settings.toml").write_text('[keys]\n"app.show_help" = "f12"\n')
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("f12")
        await look.until(pilot, lambda: "Help:" in look.shown(app))
        assert any("F12" in str(line) for line in look.shown(app).splitlines())


@pytest.mark.parametrize("text", ['theme = "nobody\'s"', "what"])
async def test_a_bad_file_is_told_and_the_app_runs(make_app, home, look, text):
    (home / "settings.toml").write_text(text)
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "settings.toml" in look.shown(app))
        assert app.theme == "wstui"


@pytest.mark.parametrize("name", [theme.name for theme in THEMES])
async def test_every_theme_shows_a_session(make_app, recording, look, name):
    app = make_app(str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.theme = name
        await look.settle(app, pilot)
        await look.until(pilot, lambda: "closed" in look.shown(app))


async def test_no_colour_needs_none(make_app, recording, look, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "■ closed" in look.shown(app))
        assert app.no_color


async def test_what_a_person_changes_is_there_the_next_time(make_app, recording, home, look):
    path = home / "settings.toml"
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        app.screen.query_one(MessageList).action_last()
        await pilot.press("t", "t", "p")
        before = app.screen.query_one("#panel").outer_size.width
        await pilot.press("alt+left", "alt+up")
        await look.settle(app, pilot)
        assert app.screen.query_one("#panel").outer_size.width == before + 4
        detail = app.screen.query_one("#detail").outer_size.height
        await look.until(pilot, lambda: "detail_height" in path.read_text())
    kept = read_settings().settings
    assert kept == Settings(
        time_column="since_previous", pings_in_list=True, panel_width=before + 4, detail_height=detail
    )
    again = make_app(str(recording))
    async with again.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(again, pilot)
        messages = again.screen.query_one(MessageList)
        assert messages.time_shown is TimeShown.SINCE_PREVIOUS
        assert messages.rows.everything
        assert again.screen.query_one("#panel").outer_size.width == before + 4
        messages.action_last()
        await look.settle(again, pilot)
        assert again.screen.query_one("#detail").outer_size.height == detail
        await pilot.resize_terminal(80, 24)
        await look.settle(again, pilot)
        assert not again.screen.query_one("#panel").display


async def test_a_share_of_the_width_and_no_times(make_app, recording, home, look):
    (home / "settings.toml").write_text('panel_width = "50%"\ntime_column = "none"\n')
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        assert app.screen.query_one("#panel").outer_size.width == 60
        assert "12:00:5" not in look.shown(app).splitlines()[5]
        await pilot.resize_terminal(180, 40)
        await look.settle(app, pilot)
        assert app.screen.query_one("#panel").outer_size.width == 90
