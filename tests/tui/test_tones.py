import pytest
from textual.app import App
from textual.containers import Vertical

from wstui.tui.themes import THEMES
from wstui.tui.tones import TONES, Toned
from wstui.tui.widgets.heartbeat_graph import HeartbeatGraph
from wstui.tui.widgets.key_bar import KeyBar

ALL = {**HeartbeatGraph.TONES, **KeyBar.TONES, **TONES}


class Told(Toned):
    """A widget to which a stylesheet says of each tone what the table says."""

    TONES = ALL
    COMPONENT_CLASSES = {f"told--{name}" for name in ALL}  # noqa: RUF012
    DEFAULT_CSS = "".join(
        f".told--{name} {{ color: ${tone.colour}; text-style: {tone.letters or 'none'}; }}"
        for name, tone in ALL.items()
    )


class TonesApp(App[None]):
    CSS = """
    #plain { background: transparent; }
    #tinted { background: $primary-muted; }
    #faint { background: $panel; opacity: 70%; }
    Told.lit { background: $accent; }
    """

    def compose(self):
        for name in ("plain", "tinted", "faint"):
            with Vertical(id=name):
                yield Told()


async def test_tones_are_what_a_stylesheet_makes_of_them_in_every_theme():
    app = TonesApp()
    for theme in THEMES:
        app.register_theme(theme)
    async with app.run_test() as pilot:
        for theme in (*(theme.name for theme in THEMES), "textual-light", "ansi-dark", "nord"):
            app.theme = theme
            await pilot.pause()
            for told in app.query(Told):
                expected = {name: told.get_component_rich_style(f"told--{name}") for name in ALL}
                assert {name: told.tone(name) for name in ALL} == expected, theme
                assert told.tone("") == told.rich_style


async def test_a_tone_follows_the_ground_of_its_widget():
    app = TonesApp()
    async with app.run_test() as pilot:
        told = app.query(Told).first()
        before = told.tone("quiet")
        told.add_class("lit")
        await pilot.pause()
        assert told.tone("quiet").bgcolor != before.bgcolor
        assert told.tone("quiet") == told.get_component_rich_style("told--quiet")
        told.remove_class("lit")
        await pilot.pause()
        assert told.tone("quiet") == before


async def test_no_tone_is_matched_against_the_stylesheet():
    """Each component class costs a pass over all rules, in each restyling of its widget."""
    for widget in (HeartbeatGraph, KeyBar):
        assert not {name for name in widget.COMPONENT_CLASSES if name.rpartition("--")[2] in widget.TONES}


async def test_a_tone_that_is_none_is_a_mistake():
    app = TonesApp()
    async with app.run_test():
        with pytest.raises(KeyError):
            app.query(Told).first().tone("loud")
