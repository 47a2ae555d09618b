"""Words for the mouse: the footer's keys, how safe the connection is, graph, numbers, silence."""

import pytest

from wstui.tui.connection_facts import ConnectionFacts
from wstui.tui.tooltips import state_tooltip, transport_tooltip
from wstui.tui.widgets.heartbeat_graph import HeartbeatGraph
from wstui.tui.widgets.key_bar import KeyBar
from wstui.tui.widgets.numbers import NumbersTable
from wstui.tui.widgets.silence_bar import SilenceBar


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"tls": "TLSv1.3", "cipher": "AES"}, ["TLSv1.3, AES", "was verified"]),
        ({"tls": "TLSv1.2", "insecure": True}, ["not verified: anybody"]),
        (
            {"tls": "TLSv1.3", "subject": "CN=h\x1b", "issuer": "CN=R3", "not_after": "2027"},
            ["CN=h␛, issued by CN=R3", "valid until 2027"],
        ),
        ({"opened_ns": 1}, ["No TLS: everybody"]),
        ({"deflate": True}, ["RFC 7692"]),
        ({}, [""]),
    ],
)
def test_how_safe_it_is(facts, says):
    words = transport_tooltip(ConnectionFacts(**facts), secure_url=False).plain
    assert all(part in words for part in says)


def test_who_closed_with_what():
    facts = ConnectionFacts(close_received=(1001, "bye\x1b"), close_sent=(None, ""))
    words = state_tooltip(facts).plain
    assert words == "The server closed with 1001: “bye␛”\nWe closed without a code."
    assert state_tooltip(ConnectionFacts()).plain == ""


async def test_they_are_where_the_mouse_rests(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        await look.settle(app, pilot)
        for widget in (HeartbeatGraph, NumbersTable, SilenceBar, "#bar-transport", "#bar-state"):
            assert app.screen.query_one(widget).tooltip, widget
        keys = app.screen.query_one(KeyBar)
        await pilot.hover(keys, offset=(2, 0))
        await pilot.pause()
        assert str(keys.tooltip) == "Show every key and what the signs mean."
        await pilot.hover(keys, offset=(119, 0))
        await pilot.pause()
        assert keys.tooltip is None
