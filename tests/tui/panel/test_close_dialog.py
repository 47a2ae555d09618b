"""The close dialog: F3, the digits, Enter; everything that RFC 6455 says about a code."""

from typing import ClassVar

import pytest
from textual import events
from textual.binding import Binding
from textual.widgets import Checkbox, Input, OptionList

from wstui.events import CLOSE_CODES
from wstui.tui.screens.close_dialog import (
    CloseDialog,
    CloseRequest,
    code_meaning,
    code_name,
    is_possible,
    problem,
)


class Outcome(list):
    @property
    def only(self):
        assert len(self) == 1, self
        return self[0]


@pytest.fixture
def dialog_app(widget_app):
    """An app whose F3 opens the dialog, and what the dialog answered."""

    class App(widget_app):
        BINDINGS: ClassVar = [Binding("f3", "ask", "close", priority=True)]

        def __init__(self) -> None:
            super().__init__()
            self.outcome = Outcome()

        def action_ask(self) -> None:
            self.push_screen(CloseDialog(), self.outcome.append)

    return App()


async def type_text(pilot, text):
    await pilot.press(*[{" ": "space"}.get(character, character) for character in text])


async def test_three_keys_and_a_code_close(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "4", "0", "0", "1", "enter")
        assert dialog_app.outcome.only == CloseRequest(4001)


async def test_keys_that_come_in_one_burst_are_not_lost(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        for key in ("f3", "4", "0", "0", "1", "enter"):
            dialog_app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(20):
            await pilot.pause()
        assert dialog_app.outcome.only == CloseRequest(4001)


async def test_digits_find_the_code_when_nothing_has_the_focus(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3")
        dialog_app.set_focus(None)
        await pilot.press("4", "0", "0", "1", "enter")
        assert dialog_app.outcome.only == CloseRequest(4001)


async def test_digits_after_a_refused_code_are_another_code(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "1", "0", "0", "5", "enter")
        await pilot.press("4", "0", "0", "1", "enter")
        assert dialog_app.outcome.only == CloseRequest(4001)


async def test_enter_alone_closes_normally_and_an_empty_code_has_no_body(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "enter")
        await pilot.press("f3", "delete", "enter")
        assert dialog_app.outcome == [CloseRequest(1000), CloseRequest(None)]


async def test_escape_leaves(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "4", "escape")
        assert dialog_app.outcome == [None]


async def test_a_reason_is_counted_in_bytes(dialog_app, text_of):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "tab")
        await type_text(pilot, "größer")
        await pilot.pause()
        assert "8 of 123 bytes" in text_of(dialog_app)
        await pilot.press("enter")
        assert dialog_app.outcome.only == CloseRequest(1000, "größer")


async def test_a_reserved_code_needs_to_be_forced(dialog_app, text_of):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "1", "0", "0", "6")
        await pilot.pause()
        assert "never goes on the wire" in " ".join(text_of(dialog_app).split())
        await pilot.press("enter")
        assert not dialog_app.outcome
        assert isinstance(dialog_app.focused, Checkbox)
        await pilot.press("space")
        await pilot.pause()
        assert "[x]" in text_of(dialog_app)
        await pilot.press("enter")
        assert dialog_app.outcome.only == CloseRequest(1006, force=True)


async def test_what_no_frame_can_hold_cannot_be_forced(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "9", "9", "9", "9", "9", "enter", "enter")
        assert not dialog_app.outcome
        assert not dialog_app.screen.query_one(Checkbox).display
        await pilot.press("backspace", "backspace", "backspace", "backspace", "backspace", "tab")
        dialog_app.screen.query_one("#close-reason", Input).value = "x"
        await pilot.press("enter")
        assert not dialog_app.outcome, "a reason needs a code"


async def test_force_is_only_told_where_it_was_needed(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "1", "0", "0", "6", "enter", "space")
        dialog_app.screen.query_one("#close-code", Input).value = "4000"
        await pilot.press("enter")
        assert dialog_app.outcome.only == CloseRequest(4000, force=False)


async def test_the_table_holds_every_code_and_can_be_chosen_from(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3")
        codes = dialog_app.screen.query_one(OptionList)
        assert codes.option_count == len(CLOSE_CODES) + 2
        await pilot.press("down", "down", "down")
        chosen = dialog_app.screen.query_one("#close-code", Input)
        assert chosen.value == "1002"
        await pilot.press("enter", "enter")
        assert dialog_app.outcome.only == CloseRequest(1002)


async def test_typing_shows_the_code_in_the_table(dialog_app):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3", "4", "0", "0", "1")
        await pilot.pause()
        codes = dialog_app.screen.query_one(OptionList)
        assert codes.get_option_at_index(codes.highlighted).id == "range-4000"


@pytest.mark.parametrize(
    ("button", "request_"),
    [
        ("close-fin", CloseRequest(abort="fin")),
        ("close-reset", CloseRequest(abort="reset")),
        ("close-send", CloseRequest(1000)),
        ("close-cancel", None),
    ],
)
async def test_each_button(dialog_app, button, request_):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3")
        await pilot.click(f"#{button}")
        assert dialog_app.outcome == [request_]


@pytest.mark.parametrize(("name", "keys"), [("close", "4001"), ("close-reserved", "1006")])
async def test_how_it_looks(dialog_app, snapshot, name, keys):
    async with dialog_app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3")
        await pilot.press(*keys)
        await pilot.pause()
        snapshot(dialog_app, name)


@pytest.mark.parametrize("size", [(40, 12), (20, 5), (10, 3)])
async def test_small_windows_keep_the_code_in_view(dialog_app, size):
    async with dialog_app.run_test(size=size) as pilot:
        await pilot.press("f3", "4", "0", "0", "2")
        await pilot.pause()
        line = dialog_app.screen.query_one("#close-code", Input)
        assert line.region.y < size[1]
        await pilot.press("enter")
        assert dialog_app.outcome.only == CloseRequest(4002)


def test_names_and_meanings():
    assert code_name("") == "no code"
    assert code_meaning("") == "a Close frame without a body; the other side sees 1005"
    assert code_meaning("1012").endswith("(sent by servers)")
    assert (code_name("4500"), code_meaning("4500")) == (
        "Private Use",
        "means what the service says it means",
    )
    assert (code_name("70000"), code_meaning("70000")) == ("Out Of Range", "no close code is that large")


def test_what_is_allowed_and_what_is_possible():
    assert problem("1000", "") == ""
    assert "RFC 6455 §7.4.1" in problem("1005", "")
    assert "123" in problem("1000", "x" * 124)
    assert problem("", "why")
    assert is_possible("65535", "x" * 123)
    assert not is_possible("65536", "")
    assert not is_possible("1000", "ü" * 62)
