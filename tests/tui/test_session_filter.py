"""Filtering on the session screen."""

import time

import pytest

from wstui.events import Event
from wstui.timeline import SessionInfo, TimelineWriter
from wstui.tui.filtering import process
from wstui.tui.filtering.language import FilterError, parse_filter
from wstui.tui.filtering.process import scan_for
from wstui.tui.widgets.message_list import MessageList

T0 = 1_795_348_855_000_000_000


async def filtered(app, pilot, look, text):
    await pilot.press("ctrl+f")
    app.screen.query_one("#find-input").value = text
    await pilot.pause(0.15)
    await look.settle(app, pilot)


async def test_hits_stand_alone_and_then_among_the_others(make_app, recording, look, snapshot):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await filtered(app, pilot, look, "$.p >= 64245 dir:received trade")
        messages = app.screen.query_one(MessageList)
        assert len(messages.rows) == 6
        assert "6 · hits alone" in look.shown(app)
        snapshot(app, "filter-120x40")
        await pilot.press("ctrl+t")
        await look.settle(app, pilot)
        assert "all, hits marked" in look.shown(app)
        assert "•" in look.shown(app)
        assert len(messages.rows) > 40
        await pilot.press("escape")
        await look.settle(app, pilot)
        assert "•" not in look.shown(app)
        assert "Find" not in look.shown(app)


async def test_a_selection_survives_the_filter(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("home", "down", "down")
        selected = app.screen.query_one(MessageList).selected_id
        await filtered(app, pilot, look, "result")
        assert app.screen.query_one(MessageList).selected_id == selected
        assert "1 of 1" in look.shown(app)
        await pilot.press("escape")
        await look.settle(app, pilot)
        assert app.screen.query_one(MessageList).selected_id == selected


async def test_a_hit_stays_in_sight_when_the_others_come_back(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        await filtered(app, pilot, look, "result")  # so few that the list stands at its end all the time
        await pilot.press("enter", "f")
        await look.settle(app, pilot)
        messages = app.screen.query_one(MessageList)
        assert messages.selected_id is not None
        assert messages.virtual_size.height > messages.size.height
        assert 0 <= messages.selected_row - messages.scroll_offset.y < messages.size.height


@pytest.mark.parametrize(("line", "words"), [("/(/", "does not compile"), ("kind:tick", "is no kind")])
async def test_what_is_no_filter_is_explained_in_place(make_app, recording, look, line, words):
    app = make_app(str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        await filtered(app, pilot, look, "result")
        await filtered(app, pilot, look, line)
        assert words in look.shown(app)
        assert len(app.screen.query_one(MessageList).rows) == 1  # the last good one stays


async def test_kinds_reach_what_the_list_leaves_out(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await filtered(app, pilot, look, "kind:pong")
        assert "pong after 21.4 ms" in look.shown(app)
        await filtered(app, pilot, look, "kind:retry")
        assert "Nothing here is what the filter asks for." in look.shown(app)


async def test_a_regular_expression_is_found_by_its_process(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await filtered(app, pilot, look, r"/6422\d\.50/")
        await look.until(pilot, lambda: "10 · hits alone" in look.shown(app))
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert "1 of 10" in look.shown(app)
        await pilot.press("n")
        assert "2 of 10" in look.shown(app) or (not await pilot.pause() and "2 of 10" in look.shown(app))


async def test_new_messages_are_filtered_too(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        engine = engines.last
        engine.file.dialled()
        engine.says_state("open")
        engine.says_progress()
        await look.until(pilot, lambda: "● open" in look.shown(app))
        await filtered(app, pilot, look, "64212")
        engine.file.talked(5)
        engine.says_progress()
        await look.until(pilot, lambda: "1 · hits alone" in look.shown(app))


def test_an_expression_that_runs_for_ever_is_stopped(session_file, monkeypatch):
    file = session_file()
    file.add("text", "received", 0.1, b"a" * 40 + b"!")
    path = file.finish()
    scan = scan_for(path, parse_filter("/(a+)+$/"), everything=False)
    began = time.monotonic()
    try:
        with pytest.raises(FilterError, match=r"computed for more than 0\.25 s on event 1"):
            scan.go_on(lambda _: True)
    finally:
        scan.end()
    assert time.monotonic() - began < 10


def test_a_killed_process_says_nothing_more(recording):
    scan = scan_for(recording, parse_filter("/trade/"), everything=False)
    found = []

    def first_only(some):
        found.append(some)
        return False

    scan.go_on(first_only)
    assert found[0].ids
    assert scan._process.poll() is not None
    assert isinstance(scan, process.ProcessScan)


def test_a_scan_is_taken_up_where_it_stopped(home):
    path = home / "big.wstui"
    writer = TimelineWriter(path, SessionInfo(T0, "p", "ws://x", {}, "0.1.0"))
    writer.write([Event(T0 + at, 0, "text", "received", 5, 7, b"%05d" % at, None) for at in range(20_000)])
    writer.flush(10)
    found: list[int] = []
    scan = scan_for(path, parse_filter("77"), everything=False)

    def take(some):
        found.extend(some.ids)
        return False

    scan.go_on(take)
    assert 0 < len(found) < 30
    scan.go_on(lambda some: not found.extend(some.ids))
    writer.write([Event(T0, 0, "text", "received", 2, 4, b"77", None)])
    writer.flush(10)
    scan.go_on(lambda some: not found.extend(some.ids))
    writer.close()
    assert found == sorted(set(found))
    assert len(found) == sum(b"77" in b"%05d" % at for at in range(20_000)) + 1
