"""Themes and keys that a person has set; a file that cannot be used is a sentence."""

import pytest

from wstui.tui.settings import Settings, SettingsError, change_settings, read_settings, with_theme
from wstui.tui.themes import THEMES


def test_none_are_the_defaults_and_a_change_is_kept(home):
    assert read_settings() == Settings()
    change_settings(lambda settings: with_theme(settings, "wstui-light"))
    assert read_settings().theme == "wstui-light"
    assert (home / "settings.toml").read_text() == 'theme = "wstui-light"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("theme = 5", "theme"),
        ("colour = 1", "colour"),
        ("theme =", "settings.toml"),
        ('[keys]\n"session.nothing" = "f5"', "no binding"),
        ('[keys]\n"session.ping" = "F 5"', "expected a key's name"),
        ('[keys]\n"session.\\u001b" = "f5"', "no binding"),
    ],
)
def test_a_bad_file_is_a_sentence_and_stays(home, text, says):
    (home / "settings.toml").write_text(text)
    with pytest.raises(SettingsError, match=says) as caught:
        read_settings()
    assert "\x1b" not in str(caught.value)
    with pytest.raises(SettingsError):
        change_settings(lambda settings: with_theme(settings, "x"))
    assert (home / "settings.toml").read_text() == text


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
