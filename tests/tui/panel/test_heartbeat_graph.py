"""The heartbeat graph: its axes, its picture, and how seldom it is drawn."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from wstui.events import StateNotice
from wstui.timeline import Beat, HeartbeatSeries, ServerPing
from wstui.tui.beats import BeatBook
from wstui.tui.braille import Canvas
from wstui.tui.glyphs import ASCII, UNICODE, shown_in, speaks_unicode
from wstui.tui.graph_parts import AppBeat, GraphInput, Layout, Marker
from wstui.tui.graph_picture import draw
from wstui.tui.graph_scale import (
    WHOLE_SESSION,
    WINDOWS_S,
    RoundTripScale,
    TimeAxis,
    nice_ceiling,
    number_text,
    round_trip_text,
    span_text,
    window_seconds,
    zoomed,
)
from wstui.tui.graph_words import empty_words
from wstui.tui.panel_data import PanelData
from wstui.tui.widgets.heartbeat_graph import HeartbeatGraph

S, MS, US = 10**9, 10**6, 10**3
START_NS = 1_763_812_855 * S
OPEN = StateNotice("open", 0, START_NS)


def beat(second: float, rtt_ns: int | None = 20 * MS, status: str = "answered", **more) -> Beat:
    t_ns = START_NS + round(second * S)
    number = round(second * 1000)
    found = Beat(number, number + 1, t_ns, rtt_ns, None, status, "heartbeat", b"", 0, 20 * S)
    return found._replace(**more)


def picture(beats, width=52, height=10, *, end_s=60.0, glyphs=UNICODE, scale=None, **more):
    layout = Layout(width, height)
    end_ns = START_NS + round(end_s * S)
    axis = TimeAxis(end_ns, 60, layout.dots)
    data = GraphInput(beats, now_ns=end_ns, **more)
    return draw(layout, axis, scale or RoundTripScale(), data, glyphs)


def parts_of(picture, part):
    return [
        (column, row, text)
        for row, cells in enumerate(picture.cells)
        for column, (text, owner) in enumerate(cells)
        if owner == part
    ]


# -- axes --------------------------------------------------------------------------------------------


@given(st.integers(1, 10**13))
def test_the_scale_holds_its_value_and_is_a_nice_number(value):
    top = nice_ceiling(value)
    assert value <= top <= max(1000, value * 2)
    assert str(top).rstrip("0") in {"1", "2", "3", "5"}


def test_the_scale_grows_at_once_and_shrinks_with_room_to_spare():
    scale = RoundTripScale()
    assert scale.fit(18 * MS) == 20 * MS
    assert scale.fit(21 * MS) == 30 * MS
    assert scale.fit(19 * MS) == 30 * MS, "a value near the step leaves the scale where it is"
    assert scale.fit(0) == 30 * MS
    assert scale.fit(15 * MS) == 20 * MS


@given(st.integers(0, 10**12), st.integers(0, 10**11), st.sampled_from(WINDOWS_S), st.integers(8, 400))
def test_a_point_moves_by_whole_columns_only(t_ns, later_ns, window_s, dots):
    before, after = TimeAxis(t_ns, window_s, dots), TimeAxis(t_ns + later_ns, window_s, dots)
    points = [t_ns - back * before.dot_ns // 3 for back in range(12)]
    moved = {before.x(point) - after.x(point) for point in points}
    assert moved == {after.last_column - before.last_column}
    assert before.x(t_ns) == dots - 1
    assert before.x(before.start_ns) == 0


def test_the_whole_session_has_a_window_of_nice_length():
    assert window_seconds(WHOLE_SESSION, 61 * S) == 120
    assert window_seconds(WHOLE_SESSION, 5 * 3600 * S) == 21600
    assert window_seconds(30, 5 * 3600 * S) == 30


def test_zooming_stops_at_both_ends():
    assert zoomed(15, -1) == 15
    assert zoomed(3600, 1) == WHOLE_SESSION
    assert zoomed(WHOLE_SESSION, 1) == WHOLE_SESSION
    assert zoomed(WHOLE_SESSION, -1) == 3600


@pytest.mark.parametrize(
    ("value_ns", "text"),
    [
        (1 * US, "1 µs"),
        (40 * US, "0.04 ms"),
        (21_400 * US, "21.4 ms"),
        (214 * MS, "214 ms"),
        (10 * S, "10.0 s"),
    ],
)
def test_round_trips_keep_three_digits(value_ns, text):
    assert round_trip_text(value_ns) == text


def test_numbers_and_spans():
    assert [number_text(value) for value in (0, 0.04, 3.14, 21.44, 214.2, 2140)] == [
        "0", "0.04", "3.1", "21.4", "214", "2,140",
    ]  # fmt: skip
    assert [span_text(seconds * S) for seconds in (0, 12.9, 200, 7500, 61 * 86400)] == [
        "0 s", "12 s", "3 min 20 s", "2 h 5 min", "61 d",
    ]  # fmt: skip


# -- the picture -------------------------------------------------------------------------------------


def test_a_minute_of_pings():
    beats = [beat(second, (20 + (second % 7)) * MS, tcp_rtt_ns=10 * MS) for second in range(1, 60)]
    beats[39] = beat(40, None, "missed")
    pings = [ServerPing(1, START_NS + second * S, b"", 2, 1, 0) for second in (10, 30, 50)]
    lines = picture(beats, server_pings=pings).lines()
    assert lines[0].startswith("  ms")
    assert lines[1].startswith("  30┤")
    assert lines[8].startswith("   0└")
    assert lines[8].count("┴") + lines[8].count("┼") == 3
    assert lines[9].split() == ["60", "s", "40", "20", "now"]
    assert sum(line.count("╳") for line in lines) == 1


def test_a_missed_ping_leaves_a_gap():
    beats = [beat(second) for second in range(1, 60)]
    whole = len(parts_of(picture(beats), "ping"))
    beats[29] = beat(30, None, "missed")
    holed = picture(beats)
    assert len(parts_of(holed, "ping")) < whole
    ((column, row, text),) = parts_of(holed, "missed")
    assert text == "╳"
    assert all(cell[0] != column for cell in parts_of(holed, "ping"))
    assert row == parts_of(holed, "ping")[0][1], "at the height at which the line breaks off"


def test_lonely_pings_stand_on_stems():
    stems = parts_of(picture([beat(second) for second in (5, 25, 45)]), "ping")
    assert len({column for column, _, _ in stems}) == 3
    assert max(row for _, row, _ in stems) == 7, "down to the axis"


@pytest.mark.parametrize("rtt_ns", [1, 1 * US, 40 * US, 20 * MS, 10 * S, 300 * S])
def test_a_single_value_of_any_size_is_seen(rtt_ns):
    shown = picture([beat(30, rtt_ns)])
    assert parts_of(shown, "ping")
    top = shown.lines()[1][:4].strip()
    assert float(top) > 0
    assert len(top) <= 4


def test_equal_values_are_a_level_line():
    rows = {row for _, row, _ in parts_of(picture([beat(second) for second in range(60)]), "ping")}
    assert len(rows) == 1


def test_a_late_pong_does_not_dwarf_the_rest():
    beats = [beat(second) for second in range(1, 59)]
    beats[20] = beat(21, 30 * S, "late")
    shown = picture(beats)
    assert shown.lines()[1].startswith("  20┤")
    assert [text for _, _, text in parts_of(shown, "late")] == ["▲"]


def test_an_outstanding_ping_rises():
    heights = []
    for waited in (0.001, 0.01, 5):
        beats = [*(beat(second) for second in range(1, 50)), beat(60 - waited, None, "outstanding")]
        heights.append(len(parts_of(picture(beats), "outstanding")))
    assert heights == sorted(heights)
    assert heights[0] < heights[2] == 7


def test_where_nothing_was_answered_the_wait_is_the_scale():
    shown = picture([beat(57, None, "outstanding"), beat(58, None, "outstanding")])
    assert shown.lines()[1].startswith("   3┤")
    assert len(parts_of(shown, "outstanding")) > 7, "both rise, the older one to the top"


def test_a_ping_cut_off_by_the_end_is_marked_faintly():
    cut = beat(30, None, "outstanding")
    shown = picture([beat(29), cut], unanswered=frozenset({cut.ping_id}))
    assert [text for _, _, text in parts_of(shown, "outstanding")] == ["╳"]


def test_markers_stand_in_their_place():
    markers = [
        Marker(START_NS + 10 * S, "boundary", "#2"),
        Marker(START_NS + 20 * S, "note", ""),
        Marker(START_NS + 58 * S, "close", "1001"),
        Marker(START_NS + 58 * S + MS, "end", "FIN"),
        Marker(START_NS - 10 * S, "close", "4000"),
    ]
    shown = picture([beat(30)], markers=markers)
    lines = shown.lines()
    assert lines[0].split() == ["ms", "#2", "1001"]
    assert len(parts_of(shown, "close")) == len("1001") + 7
    assert not parts_of(shown, "end"), "one line is enough for what happened at once"
    assert len(parts_of(shown, "note")) == 1


def test_application_heartbeats_have_their_own_part():
    shown = picture([], app_beats=[AppBeat(1, START_NS + 30 * S, rtt_ns=30 * MS)])
    assert parts_of(shown, "app")


def test_pings_of_two_connections_are_not_joined():
    beats = [beat(30), beat(31, connection=1)]
    assert len({row for _, row, _ in parts_of(picture(beats), "ping")}) > 1, "two stems"


def test_a_ping_answered_by_a_later_pong_leaves_the_line_whole():
    joined = picture([beat(30), beat(31, None), beat(32)])
    assert len({row for _, row, _ in parts_of(joined, "ping")}) == 1


def test_ascii_is_ascii():
    beats = [beat(second, (10 + second) * MS, tcp_rtt_ns=5 * MS) for second in range(1, 60)]
    markers = [Marker(START_NS + 20 * S, "note", ""), Marker(START_NS + 40 * S, "close", "1000")]
    shown = picture([*beats, beat(60, None, "missed")], glyphs=ASCII, markers=markers)
    text = "\n".join(shown_in(line, ASCII) for line in shown.lines())
    assert text.isascii()
    assert "X" in text


def test_the_terminals_encoding_decides():
    assert speaks_unicode("UTF-8")
    assert not speaks_unicode("ANSI_X3.4-1968")
    assert not speaks_unicode("latin-1")


@given(
    st.integers(1, 70),
    st.integers(1, 20),
    st.lists(
        st.tuples(
            st.floats(-5, 65),
            st.integers(0, 10**12),
            st.sampled_from(["answered", "late", "missed", "outstanding"]),
        ),
        max_size=30,
    ),
    st.sampled_from([UNICODE, ASCII]),
)
def test_any_size_and_any_beats_can_be_drawn(width, height, rows, glyphs):
    beats = [
        beat(s, ns if status in ("answered", "late") else None, status) for s, ns, status in sorted(rows)
    ]
    lines = picture(beats, width, height, glyphs=glyphs).lines()
    assert [len(line) for line in lines] == [width] * height


@given(st.integers(1, 12), st.integers(1, 6), st.lists(st.tuples(*[st.integers(-99, 99)] * 4), max_size=8))
def test_lines_outside_the_canvas_are_clipped(columns, rows, lines):
    canvas = Canvas(columns, rows, ["a"])
    for line in lines:
        canvas.line("a", *line)
    cells = [canvas.cell(x, y, braille=True)[0] for x in range(columns) for y in range(rows)]
    assert all(cell == " " or "\u2800" < cell <= "\u28ff" for cell in cells)


# -- the widget --------------------------------------------------------------------------------------


def live(model, script, at_s):
    following = model(script)
    return lambda extra_s=0.0: following.refresh(START_NS + round((at_s + extra_s) * S), OPEN, True)


async def test_it_draws_only_when_the_picture_changes(sixty_seconds, model, widget_app, monkeypatch):
    refresh = live(model, sixty_seconds, 62)
    graph = HeartbeatGraph(glyphs=UNICODE)
    drawn = 0

    def counting(*_):
        nonlocal drawn
        drawn += 1
        return original()

    async with widget_app(graph).run_test(size=(60, 12)) as pilot:
        graph.show(refresh())
        await pilot.pause()
        original = graph._draw
        monkeypatch.setattr(graph, "_draw", counting)
        for tick in range(40):
            graph.show(refresh(tick / 40))
            await pilot.pause()
        assert drawn <= 4, "in one second"
        drawn = 0
        still = replace(refresh(2), running=False)
        graph.show(still)
        await pilot.pause()
        drawn = 0
        for _ in range(10):
            graph.show(still)
            await pilot.pause()
        assert drawn == 0


async def test_keys_choose_pings_and_windows(sixty_seconds, model, widget_app):
    refresh = live(model, sixty_seconds, 62)
    graph = HeartbeatGraph(glyphs=UNICODE)
    app = widget_app(graph)
    async with app.run_test(size=(60, 12)) as pilot:
        data = refresh()
        graph.show(data)
        assert graph.title.plain == "⠒ ping  ⠤ tcp  last 60 s"
        await pilot.press("left")
        last = data.book.beats[-1]
        assert graph.cursor_id == last.ping_id
        assert "tcp 11.0 ms" in graph.title.plain
        await pilot.press("left", "enter")
        assert app.chosen == [last.ping_id, data.book.beats[-2].ping_id, data.book.beats[-2].ping_id]
        await pilot.press("home", "plus", "plus", "left")
        assert graph.window_s == 15
        assert graph.cursor_id == data.book.beats[0].ping_id
        await pilot.press("escape")
        assert graph.cursor_id is None
        assert graph.title.plain.endswith("last 15 s")
        await pilot.press(*["minus"] * 9)
        assert graph.window_s == WHOLE_SESSION
        assert graph.title.plain.endswith("whole session")


async def test_a_ping_outside_the_window_is_brought_into_it(sixty_seconds, model, widget_app):
    for second in range(70, 600, 10):
        sixty_seconds.ping(second)
    refresh = live(model, sixty_seconds, 600)
    graph = HeartbeatGraph(glyphs=UNICODE)
    async with widget_app(graph).run_test(size=(60, 12)) as pilot:
        graph.show(refresh())
        await pilot.press("home")
        assert 0 <= graph._axis().x(refresh().book.beats[0].t_ns) < graph._axis().dots
        await pilot.press("end")
        assert graph._end_ns is None


async def test_a_click_chooses_the_nearest_ping(sixty_seconds, model, widget_app):
    refresh = live(model, sixty_seconds, 62)
    graph = HeartbeatGraph(glyphs=UNICODE)
    app = widget_app(graph)
    async with app.run_test(size=(60, 12)) as pilot:
        graph.show(refresh())
        await pilot.click(graph, offset=(30, 4))
        chosen = refresh().book.beat(app.chosen[0])
        column = graph._layout().left + graph._axis().x(chosen.t_ns) // 2
        assert abs(column - 30) <= 1


async def test_an_empty_graph_says_what_it_waits_for(widget_app, text_of):
    graph = HeartbeatGraph(glyphs=UNICODE)
    app = widget_app(graph)
    async with app.run_test(size=(60, 12)) as pilot:
        graph.show(PanelData(interval_s=20.0))
        await pilot.pause()
        assert "No heartbeat yet: F2 sends a ping" in text_of(app)
        assert "pings every 20 s start once it is open" in text_of(app)
    assert empty_words(PanelData(interval_s=0.0))[1] == "the profile asks for no pings of its own"


def test_a_session_that_ended_without_a_heartbeat_says_why(script, panel):
    assert empty_words(panel(script.dial().add(3.1, "eof", "received"))) == (
        "No heartbeat was seen",
        "pings were due every 20 s; it was open 3 s",
    )


async def test_another_session_begins_anew(sixty_seconds, script, panel, widget_app):
    graph = HeartbeatGraph(glyphs=UNICODE)
    async with widget_app(graph).run_test(size=(60, 12)) as pilot:
        graph.show(panel(sixty_seconds))
        await pilot.press("left")
        graph.show(panel(script.dial().ping(1, 5000)))
        await pilot.pause()
        assert graph.cursor_id is None
        assert graph.size == Size(60, 10)


def test_a_books_numbers_start_empty():
    numbers = BeatBook(HeartbeatSeries()).numbers()
    assert numbers.last_ns is None
    assert numbers.p99_ns is None
    assert numbers.sent == 0
