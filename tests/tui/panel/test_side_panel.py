"""The side panel and the strip as a whole: rooms, tab order, what is chosen, how it looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.events import StateNotice
from wstui.tui.beats import Numbers
from wstui.tui.glyphs import ASCII, UNICODE
from wstui.tui.panel_data import PanelData
from wstui.tui.traffic import Silence
from wstui.tui.widgets.ending_card import EndingCard
from wstui.tui.widgets.event_timeline import EventTimeline
from wstui.tui.widgets.heartbeat_graph import HeartbeatGraph
from wstui.tui.widgets.numbers import number_lines
from wstui.tui.widgets.side_panel import SidePanel, panel_heights
from wstui.tui.widgets.silence_bar import bar_cells, silence_lines
from wstui.tui.widgets.strip import StatusStrip

S, MS = 10**9, 10**6
START_NS = 1_763_812_855 * S

VERDICT = {
    "cause": "server_going_away",
    "confidence": 0.9,
    "because": [{"event": 5, "text": "the server sent a Close frame: 1001 (Going Away) “deploying”"}],
    "try_next": ["Connect again after a short random delay; the server was stopping."],
    "alternatives": [{"cause": "server_restart", "confidence": 0.4}],
}


@given(st.integers(0, 80), st.integers(0, 30), st.integers(2, 3))
def test_the_parts_fill_the_panel_exactly(height, ending_rows, number_rows):
    shares = panel_heights(height, ending_rows, number_rows)
    assert min(shares.graph, shares.timeline, shares.ending) >= 0
    taken = 2 + shares.graph + shares.timeline + (number_rows + 2) * shares.numbers
    taken += shares.ending + 1 if ending_rows else 0
    if height >= 12:
        assert taken == height
        assert shares.graph >= 4
        assert shares.timeline >= 2


def test_the_ending_takes_room_from_the_graph():
    without, ended = panel_heights(36, 0), panel_heights(36, 12)
    assert ended.graph < without.graph
    assert ended.ending == 12


@pytest.fixture
def shown(widget_app):
    """The panel, live or recorded, in a window of a size."""

    def make(data, theme="wstui"):
        panel = SidePanel()
        strip = StatusStrip()
        app = widget_app(strip, panel, theme=theme)
        for widget in (strip, *panel._nodes):
            widget.glyphs = UNICODE

        async def show(pilot):
            await pilot.pause()
            for _ in range(2):
                panel.show(data)
                strip.show(data)
                await pilot.pause()
            return panel

        return app, show

    return make


@pytest.fixture(autouse=True)
def unicode_terminal(monkeypatch):
    """Pictures do not depend on where the tests run."""
    for module in ("heartbeat_graph", "numbers", "silence_bar", "event_timeline", "ending_card", "strip"):
        monkeypatch.setattr(f"wstui.tui.widgets.{module}.terminal_glyphs", lambda: UNICODE)


def live_data(model, script, at_s=62.0):
    return model(script).refresh(START_NS + round(at_s * S), StateNotice("open", 0, START_NS), True)


@pytest.mark.parametrize(
    ("name", "size"), [("open", (54, 39)), ("open-wide", (80, 30)), ("open-low", (50, 14))]
)
async def test_it_snapshot_an_instrument(sixty_seconds, model, shown, snapshot, name, size):
    app, show = shown(live_data(model, sixty_seconds))
    async with app.run_test(size=size) as pilot:
        await show(pilot)
        app.set_focus(None)
        await pilot.pause()
        snapshot(app, name)


@pytest.mark.parametrize(("name", "size"), [("ended", (54, 39)), ("ended-low", (54, 22))])
async def test_an_ended_session(sixty_seconds, panel, shown, snapshot, name, size):
    notes = [(None, START_NS + 40 * S, "deploy started")]
    app, show = shown(panel(sixty_seconds.server_closes(62), verdict=VERDICT, notes=notes))
    async with app.run_test(size=size) as pilot:
        await show(pilot)
        app.set_focus(None)
        await pilot.pause()
        snapshot(app, name)


async def test_a_light_theme_and_a_chosen_ping(sixty_seconds, model, shown, snapshot):
    app, show = shown(live_data(model, sixty_seconds), theme="wstui-light")
    async with app.run_test(size=(54, 39)) as pilot:
        panel = await show(pilot)
        panel.graph.focus()
        await pilot.press("left", "left", "left")
        snapshot(app, "open-light-chosen")


async def test_before_anything_happened(shown, snapshot):
    app, show = shown(PanelData(interval_s=20.0))
    async with app.run_test(size=(54, 30)) as pilot:
        await show(pilot)
        app.set_focus(None)
        await pilot.pause()
        snapshot(app, "empty")


async def test_tab_goes_through_the_parts_in_order(sixty_seconds, panel, shown):
    app, show = shown(panel(sixty_seconds.server_closes(62), verdict=VERDICT))
    async with app.run_test(size=(54, 39)) as pilot:
        side = await show(pilot)
        side.graph.focus()
        order = []
        for _ in range(3):
            await pilot.pause()
            order.append(type(app.focused))
            await pilot.press("tab")
    assert order == [HeartbeatGraph, EventTimeline, EndingCard]


async def test_without_an_ending_there_is_no_card(sixty_seconds, model, shown):
    app, show = shown(live_data(model, sixty_seconds))
    async with app.run_test(size=(54, 39)) as pilot:
        side = await show(pilot)
        assert not side.query_one("#ending-pane").display


async def test_whatever_is_chosen_reaches_the_screen_as_one_message(sixty_seconds, panel, shown):
    app, show = shown(panel(sixty_seconds.server_closes(62), verdict=VERDICT))
    async with app.run_test(size=(54, 39)) as pilot:
        side = await show(pilot)
        side.graph.focus()
        await pilot.press("left")
        last = side.data.book.beats[-1].ping_id
        assert app.chosen == [last]
        assert side.timeline.data.rows[side.timeline._place].run
        side.card.focus()
        await pilot.press("down", "enter")
        assert app.chosen == [last, 5]
        assert side.timeline.selected == (5, 0)
        side.timeline.focus()
        await pilot.press("home", "enter")
        assert app.chosen == [last, 5, 1]


async def test_a_part_of_a_recording_asks_for_more(script, model, widget_app):
    script.dial()
    for second in range(600):
        script.ping(second + 1)

    asked = []

    class App(widget_app):
        def on_side_panel_unfinished(self) -> None:
            asked.append(True)

    side = SidePanel()
    async with App(side).run_test(size=(54, 30)) as pilot:
        await pilot.pause()
        side.show(live_data(model, script))
        await pilot.pause()
    assert asked == [True]


@pytest.mark.parametrize("size", [(20, 5), (12, 3), (1, 1), (200, 60)])
async def test_any_window_will_do(sixty_seconds, panel, shown, size):
    app, show = shown(panel(sixty_seconds.server_closes(62), verdict=VERDICT))
    async with app.run_test(size=size) as pilot:
        await show(pilot)
        await pilot.press("tab", "down", "left", "enter")


# -- the strip ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 60, 40])
async def test_the_strip_of_an_open_session(sixty_seconds, model, widget_app, text_of, width):
    strip = StatusStrip(glyphs=UNICODE)
    app = widget_app(strip)
    async with app.run_test(size=(width, 3)) as pilot:
        strip.show(live_data(model, sixty_seconds, 65))
        await pilot.pause()
        first = text_of(app).splitlines()[0]
        assert first.startswith(" ● open  24.0 ms")
        assert "missed 1" in first
        assert ("╳" in first) == (width == 80), "the graph goes where there is no room for it"


async def test_the_strip_says_why_it_ended(sixty_seconds, panel, widget_app, text_of):
    strip = StatusStrip(glyphs=ASCII)
    app = widget_app(strip)
    async with app.run_test(size=(80, 3)) as pilot:
        strip.show(panel(sixty_seconds.server_closes(62), verdict=VERDICT))
        await pilot.pause()
        lines = text_of(app).splitlines()
        assert "closed" in lines[0]
        assert lines[1].strip() == "the server is going away  90 %  ^b says why"
        assert text_of(app).isascii()


async def test_the_strip_counts_down_to_the_next_attempt(script, model, widget_app, text_of):
    strip = StatusStrip(glyphs=UNICODE)
    app = widget_app(strip)
    script.dial().server_closes(2)
    state = StateNotice("waiting_to_retry", 0, START_NS, retry_at_ns=START_NS + 12 * S, attempt=3)
    async with app.run_test(size=(80, 3)) as pilot:
        strip.show(model(script).refresh(START_NS + 5 * S, state, True))
        await pilot.pause()
        assert "↻ waiting to retry" in text_of(app)
        assert "retry in 7 s, attempt 3" in text_of(app)


# -- numbers and silence -----------------------------------------------------------------------------


def test_numbers_share_a_unit_and_give_way_in_order():
    numbers = Numbers(21_400_000, 20_800_000, 33_000_000, 41_000_000, 3_100_000, 11_200_000, 57, 1)
    assert number_lines(numbers, 60, UNICODE).plain.splitlines() == [
        "  ms   last median    p95    p99 jitter    tcp  missed",
        "       21.4   20.8   33.0   41.0    3.1   11.2 1 of 57",
    ]
    assert number_lines(numbers, 30, UNICODE).plain.splitlines() == [
        "  ms   last median  missed",
        "       21.4   20.8 1 of 57",
    ]


@pytest.mark.parametrize(
    ("ns", "unit", "text"), [(1_000, "µs", "1.0"), (40_000, "ms", "0.04"), (10 * S, "s", "10.0")]
)
def test_numbers_of_any_size(ns, unit, text):
    head, values = number_lines(Numbers(ns, ns), 40, UNICODE).plain.splitlines()
    assert head.split()[0] == unit
    assert values.split()[0] == text


def test_the_servers_pings_are_counted_below():
    numbers = Numbers(server_pings=12, server_answered=11, server_slowest_ns=200_000)
    assert (
        number_lines(numbers, 60, UNICODE).plain.splitlines()[2]
        == " server pings 12, 11 answered within 0.20 ms"
    )


def test_silence_against_a_known_limit():
    silence = Silence(START_NS + 12 * S, START_NS, START_NS - 28 * S, START_NS - 60 * S, 60.0, "nginx")
    bar, words = silence_lines(silence, 53, UNICODE, running=True).plain.splitlines()
    assert bar.endswith(" 12 s of 60 s (nginx)")
    assert bar.count("█") / (bar.count("█") + bar.count("░")) == pytest.approx(0.2, abs=0.06)
    assert words.strip() == "received 12 s ago, sent 40 s ago"
    over = silence_lines(Silence(START_NS + 12 * S, None, None, START_NS), 30, ASCII, running=False).plain
    assert over.splitlines()[1].strip().startswith("nothing received, no")


def test_words_about_silence_are_not_cut_in_the_middle():
    silence = Silence(START_NS, START_NS - 770_000, START_NS - 1_050_000, START_NS - 60 * S)
    line = silence_lines(silence, 53, UNICODE, running=False).plain.splitlines()[1]
    assert line.strip() == "received 0.77 ms, sent 1.05 ms"
    line = silence_lines(silence, 60, UNICODE, running=False).plain.splitlines()[1]
    assert line.endswith("before the end")


def test_silence_before_it_is_open():
    assert "counts from the moment" in silence_lines(Silence(), 53, UNICODE, running=False).plain


@given(st.floats(-1, 3), st.integers(1, 60))
def test_a_bar_is_as_long_as_it_should_be(share, cells):
    assert sum(map(len, bar_cells(share, cells, UNICODE))) == cells
