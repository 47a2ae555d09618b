"""The event timeline as a list: what a row looks like, following, selecting."""

from wstui.events import StateNotice
from wstui.tui.glyphs import ASCII, UNICODE
from wstui.tui.widgets.event_timeline import EventTimeline, clipped

S = 10**9
START_NS = 1_763_812_855 * S


async def test_rows_are_aligned(script, panel, widget_app, text_of):
    script.dial().ping(20).ping(40, None, timeout_s=5).add(
        60, "error", code="invalid_utf8", message="Bad UTF-8."
    )
    app = widget_app(timeline := EventTimeline(glyphs=UNICODE))
    async with app.run_test(size=(62, 12)) as pilot:
        timeline.show(panel(script, notes=[(None, START_NS + 30 * S, "deploy started")]))
        await pilot.pause()
        assert text_of(app).splitlines()[:9] == [
            line.ljust(62)
            for line in (
                " 12:00:55.004  resolve  ▎  4.00 ms  2 addresses",
                " 12:00:55.015  tcp      ▊  11.0 ms  203.0.113.7:443",
                " 12:00:55.039  tls      █▋ 24.0 ms  TLS 1.3, expires in 59 d",
                " 12:00:55.057  upgrade  █▎ 18.0 ms  101, nginx",
                " 12:00:55.058  open     chat",
                " 12:01:15.000  ping →      20.0 ms  pong",
                " 12:01:25.000  ✎ note   deploy started",
                " 12:01:35.000  ping →   missed after 5 s",
                " 12:01:55.000  error    Bad UTF-8.",
            )
        ]


async def test_it_follows_the_tail_until_somebody_looks_back(script, model, widget_app):
    script.dial()
    for number in range(30):
        script.add(1 + number, "fault", injected="stop_reading")
    following = model(script)
    app = widget_app(timeline := EventTimeline(glyphs=UNICODE))
    async with app.run_test(size=(60, 12)) as pilot:
        data = following.refresh(START_NS + 40 * S, StateNotice("open"), True)
        timeline.show(data)
        await pilot.pause()
        assert timeline.following
        assert timeline.scroll_offset.y == timeline.max_scroll_y > 0
        assert timeline.vertical_scrollbar.position == timeline.max_scroll_y
        timeline.focus()
        await pilot.press("home")
        assert not timeline.following
        assert timeline.scroll_offset.y == 0
        await pilot.press("end")
        assert timeline.following


async def test_a_selection_belongs_to_an_event(script, panel, widget_app):
    script.dial().ping(1).add(2, "fault", injected="frame").ping(3)
    app = widget_app(timeline := EventTimeline(glyphs=UNICODE))
    async with app.run_test(size=(60, 12)) as pilot:
        timeline.show(panel(script))
        timeline.focus()
        await pilot.press("up", "up", "enter")
        assert app.chosen == [8]
        timeline.show(panel(script, notes=[(1, START_NS, "new row above")]))
        await pilot.pause()
        timeline.select_event(8)
        assert timeline.data.rows[timeline._place].event_id == 8
        await pilot.press("pageup", "enter")
        assert app.chosen == [8, 1]
        await pilot.press("pagedown", "enter")
        assert app.chosen[-1] == 9


async def test_a_click_chooses(script, panel, widget_app):
    app = widget_app(timeline := EventTimeline(glyphs=UNICODE))
    async with app.run_test(size=(60, 12)) as pilot:
        timeline.show(panel(script.dial()))
        await pilot.click(timeline, offset=(20, 2))
        assert app.chosen == [3]
        await pilot.click(timeline, offset=(20, 9))
        assert app.chosen == [3], "below the last row is nothing"


async def test_empty_and_ascii(script, panel, widget_app, text_of):
    app = widget_app(timeline := EventTimeline(glyphs=ASCII))
    async with app.run_test(size=(60, 12)) as pilot:
        assert "Dialling, pings, closing and notes show here." in text_of(app)
        await pilot.press("up", "enter")
        assert app.chosen == []
        script.dial().ping(1).ping(2, 30).server_closes(9, reason="ünïcode")
        timeline.show(panel(script, notes=[(None, START_NS, "✎ ok")]))
        await pilot.pause()
        assert text_of(app).isascii()
        assert "ping >" in text_of(app)


def test_what_is_cut_says_so():
    assert clipped("abcdef", 6, UNICODE) == "abcdef"
    assert clipped("abcdefg", 6, UNICODE) == "abcde…"
    assert clipped("日本語", 5, UNICODE) == "日本…"
    assert clipped("abc", 0, UNICODE) == "…"
