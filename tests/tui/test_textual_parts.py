"""The private parts of Textual that wstui uses: a failure names what a new Textual has changed, and where."""

import inspect

import pytest
from rich.segment import Segment
from textual import _context
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from wstui.tui.widgets.direct_lines import Line

APP = ("_screen_stacks", "_current_mode", "_css_update_count")


@pytest.mark.parametrize("name", APP)
def test_an_app_has_what_modes_need(name):
    assert hasattr(App(), name), f"Textual's App has no {name} any more: see wstui/tui/moded_app.py"


def test_a_mode_can_begin_behind_the_one_in_front():
    begin = getattr(App, "_init_mode", None)
    assert begin is not None, "Textual's App has no _init_mode any more: see ModedApp.begin_behind"
    assert list(inspect.signature(begin).parameters) == ["self", "mode"], "see ModedApp.begin_behind"


def test_a_new_screen_can_take_the_styles_as_they_are():
    assert hasattr(Screen(), "_css_update_count"), "Screens count restylings otherwise: see ModedApp.place"


def test_who_asks_for_a_screen_is_known():
    assert hasattr(_context, "active_message_pump"), "see ModedApp._asking_mode"


def test_a_scrollbar_of_ours_has_its_place():
    assert hasattr(Widget(), "_vertical_scrollbar"), "see DirectList.vertical_scrollbar"
    assert hasattr(App, "_start_widget"), (
        "Textual starts widgets otherwise: see DirectList.vertical_scrollbar"
    )


def test_a_line_fills_every_field_of_a_strip():
    """``Line`` leaves its base's ``__init__`` out: a field that it does not know would be missing."""
    fields = {name for name in Strip.__slots__ if not name.endswith("_cache") or name == "_render_cache"}
    known = {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count"}
    assert fields == known, f"Textual's Strip has changed ({fields ^ known}): see Line in direct_lines.py"


def test_a_line_answers_as_a_strip_does():
    segments = [Segment("ab"), Segment("cdé")]
    line, strip = Line(segments, 5), Strip(segments, 5)
    asked = (
        lambda one: one.cell_length,
        lambda one: one.text,
        lambda one: [piece.text for piece in one.divide([1, 3, 5])],
        lambda one: one.crop(1, 4).text,
        lambda one: one.adjust_cell_length(8).text,
        lambda one: one.link_ids,
    )
    assert [ask(line) for ask in asked] == [ask(strip) for ask in asked]
