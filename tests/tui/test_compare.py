"""Two sessions beside each other: what is marked, how one goes through it, and what it bears."""

from dataclasses import replace

import pytest

from wstui.replay.compare import compare
from wstui.timeline import TimelineReader
from wstui.tui.compare_documents import (
    EndingsDocument,
    HeartbeatsDocument,
    difference_document,
    difference_title,
    summary,
)
from wstui.tui.compare_rows import CompareRows, row_spans
from wstui.tui.comparing import places_of, rule_of, rule_text
from wstui.tui.glyphs import ASCII, UNICODE
from wstui.tui.screens.compare import CompareScreen
from wstui.tui.screens.dialogs import Chooser
from wstui.tui.screens.session import SessionScreen
from wstui.tui.widgets.compare_list import CompareList
from wstui.tui.widgets.message_list import MessageList

S = 10**9
HOSTILE = b'{"\\u001b]0;title\\u0007":1,"text":"\\u001b]52;c;AAAA\\u0007 \xe2\x80\xae red"}'


def spoke(file, price=b"64211.50", extra=b"", missing=b"", beats=3, rtt_ms=20, code=1000):
    """A short conversation; the options say how it is another one."""
    file.dialled()
    file.add("text", "sent", 0.3, b'{"op":"subscribe","id":1}')
    file.add("text", "received", 0.03, b'{"result":"ok","id":1,"at":"2026-11-22T12:00:0%d"}' % (beats % 10))
    for at in range(beats):
        file.add("ping", "sent", 0.1, b"beat-%d" % at, {"source": "heartbeat", "timeout_ns": 20 * S})
        rtt_ns = (rtt_ms + at) * 1_000_000
        file.add("pong", "received", rtt_ns / S, b"beat-%d" % at, {"rtt_ns": rtt_ns, "ping_t_ns": file.t_ns})
    file.add("text", "received", 0.1, b'{"type":"price","p":"%s","q":[1,2,3]}' % price)
    if not missing:
        file.add("text", "received", 0.1, b'{"type":"depth","bids":[[1,2]]}')
    file.add("text", "sent", 0.1, b'{"op":"more"}')
    if extra:
        file.add("text", "received", 0.1, extra)
    file.add("text", "received", 0.1, b'{"type":"bye"}')
    file.ended(code)
    return file.finish()


@pytest.fixture
def two(session_file):
    """Two sessions: the first as it is, the second as the options say."""

    def make(**options):
        first = spoke(session_file("20261122T120000Z-000a", title="good run"))
        return first, spoke(session_file("20261122T130000Z-000b", title="bad run"), **options)

    return make


DIFFERENT = {
    "price": b"64212.00", "extra": HOSTILE, "missing": b"depth", "beats": 5, "rtt_ms": 80, "code": 4000,
}  # fmt: skip


def comparison_of(paths):
    with TimelineReader(paths[0]) as before, TimelineReader(paths[1]) as after:
        return compare(before, after)


def text_of(document, width=60):
    return "\n".join("".join(part for part, _ in line) for line in document.layout(width))


async def shown(app, pilot, look, paths, **more):
    await pilot.pause()
    await app.push_screen(CompareScreen(*paths, **more))
    await look.until(pilot, lambda: app.screen.compared is not None)
    await look.settle(app, pilot)


# ---- without a screen ----


def test_rows_say_what_each_pair_is(two, look):
    comparison = comparison_of(two(**DIFFERENT))
    rows = CompareRows(comparison)
    assert [row.what for row in map(rows.__getitem__, range(len(rows)))] == [
        "alike", "changed", "missing", "extra", "equal", "fact",
    ]  # fmt: skip
    assert list(rows.differing) == [1, 2, 3, 5]
    assert [rows.next_difference(at, 1) for at in (0, 1, 5)] == [1, 2, 1]
    assert [rows.next_difference(at, -1) for at in (0, 2, 5)] == [5, 1, 3]
    assert rows.number_of(3) == 3
    assert rows.number_of(4) == 0
    assert summary(comparison)[0] == (
        "≠ 4 differences: 1 changed, 1 missing, 1 extra, 1 of the connection; 2 messages equal."
    )
    for width in (10, 38, 78, 118):
        for at in range(len(rows)):
            line = "".join(text for text, _ in row_spans(rows[at], width))
            assert not look.CONTROL.search(line)
            assert len(line) >= min(width, 20) - 8
    assert "price" not in "".join(text for text, _ in row_spans(rows[1], 60))
    assert "64212.00" in "".join(text for text, _ in row_spans(rows[1], 60))


def test_the_difference_names_places_and_what_was_left_out(two, look):
    rows = CompareRows(comparison_of(two(**DIFFERENT)))
    changed = text_of(difference_document(rows[1]))
    assert '$.p  "64211.50" → "64212.00"' in changed
    alike = text_of(difference_document(rows[0]))
    assert alike.startswith('left out  $.at  "2026-11-22T12:00:03" →')
    assert ": time\n" in alike
    assert "Only in A." in text_of(difference_document(rows[2]))
    extra = text_of(difference_document(rows[3]))
    assert "Only in B." in extra
    assert not look.CONTROL.search(extra.replace("\n", ""))
    assert not look.CONTROL.search(difference_title(rows[3]))
    assert "close code: 4000" in text_of(difference_document(rows[5]))


def test_heartbeats_and_ends_stand_side_by_side(two):
    comparison = comparison_of(two(**DIFFERENT))
    row = comparison.connections[0]
    for glyphs in (UNICODE, ASCII):
        for width in (18, 40, 78):
            assert "82.0" in text_of(HeartbeatsDocument(row.heartbeat, glyphs), width)
    beats = text_of(HeartbeatsDocument(row.heartbeat, UNICODE), 60)
    assert "median    21.0 ms" in beats
    assert beats.count("round trips up to 100 ms") == 2
    narrow = text_of(HeartbeatsDocument(row.heartbeat, UNICODE), 55).splitlines()
    assert any(" ".join(line.split()) == "A, up to 100 ms B, up to 100 ms" for line in narrow)
    ends = text_of(EndingsDocument(comparison, row), 58)
    assert "≠ code      1000 Normal Closure    4000 Private Use" in ends
    assert "  closing   server first, clean    server first, clean" in ends
    assert "left out  $.at of text" in ends


def test_a_rule_holds_for_every_element(two):
    assert rule_text(("rows", 3, "odd name", "x")) == "$.rows[*]['odd name'].x"
    assert rule_of(("it's", 'a "b"')) is not None
    assert rule_of(("both ' and \"",)) is None
    rows = CompareRows(comparison_of(two(**DIFFERENT)))
    assert places_of(rows[1].pair, []) == {"$.p": False}


def test_fifty_thousand_rows(two):
    comparison = comparison_of(two(**DIFFERENT))
    (row,) = comparison.connections
    many = replace(comparison, connections=(replace(row, pairs=row.pairs * 10_000),))
    rows = CompareRows(many)
    assert len(rows) == 50_001
    assert len(rows.differing) == 30_001
    assert rows[rows.next_difference(25_000, 1)].counts


# ---- on the screen ----


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_how_it_looks(make_app, look, two, snapshot, size):
    app = make_app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await shown(app, pilot, look, two(**DIFFERENT))
        assert "≠ 4 differences" in look.shown(app)
        assert not look.CONTROL.search(look.written(app))
        snapshot(app, f"compare-{size[0]}x{size[1]}")
        if size[0] == 80:
            await pilot.press("3")
            await look.settle(app, pilot)
            assert "4000 Private Use" in look.shown(app)
            await pilot.press("2")
            await look.settle(app, pilot)
            assert "median" in look.shown(app)
            await pilot.resize_terminal(20, 5)
            await pilot.press("1")
            await look.settle(app, pilot)
            assert "≠" in look.shown(app)
        else:
            app.theme = "wstui-light"
            await look.settle(app, pilot)
            snapshot(app, "compare-light")


async def test_going_through_the_differences(make_app, look, two):
    first, second = two(**DIFFERENT)
    app = make_app(str(first))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("f8", "c")
        await look.until(pilot, lambda: "bad run" in look.shown(app))
        await pilot.press(*"bad", "enter")
        await look.until(pilot, lambda: isinstance(app.screen, CompareScreen) and app.screen.compared)
        await look.settle(app, pilot)
        pairs = app.screen.query_one(CompareList)
        assert pairs.selected == 1
        await pilot.press("i")
        await look.until(pilot, lambda: "≠ 3 differences" in look.shown(app))
        assert "ignoring $.p" in look.shown(app)
        assert 'left out  $.p  "64211.50" → "64212.00": your rule $.p' in look.shown(app)
        await pilot.press("i", "n", "n", "N")
        await look.until(pilot, lambda: "≠ 4 differences" in look.shown(app))
        assert pairs.selected == 2
        await pilot.press("x")
        await look.until(pilot, lambda: "≠ 5 differences" in look.shown(app))
        await pilot.press("o")
        await look.until(pilot, lambda: "Messages · exact · in order" in look.shown(app))
        await pilot.press("home", "end", "up", "up")
        assert pairs.selected == len(pairs.rows) - 3
        await pilot.press("enter")  # the extra message: B's
        await look.until(pilot, lambda: isinstance(app.screen, SessionScreen))
        await look.settle(app, pilot)
        assert app.screen.path == second
        event = app.screen.query_one(MessageList).selected_event
        assert event.payload == HOSTILE


async def test_a_session_under_the_comparison_is_shown_by_leaving_it(make_app, look, two):
    first, second = two(price=b"1", code=4000)
    app = make_app(str(first))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        await shown(app, pilot, look, (first, second), incomplete="Step 2 of 3 was not done.")
        assert "Step 2 of 3 was not done." in look.shown(app)
        await pilot.press("a")
        await look.until(pilot, lambda: isinstance(app.screen, SessionScreen))
        await look.settle(app, pilot)
        assert app.screen.query_one(MessageList).selected_event.payload.startswith(b'{"type":"price"')


async def test_sessions_that_cannot_be_compared(make_app, look, two, session_file, tmp_path):
    first, second = two()
    never = session_file("20261122T140000Z-000c")
    never.add("error", detail={"code": "refused", "message": "refused"})
    never.finish()
    half = first.with_name("20261122T150000Z-000d.wstui")
    half.write_bytes(second.read_bytes()[:5000])
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        for path, words in ((never.path, "none of its 1 connections was ever open"), (half, half.name)):
            await app.push_screen(CompareScreen(first, path))
            await look.until(pilot, lambda words=words: words in look.shown(app))
            await pilot.press("n", "i", "x", "enter", "escape")
            await pilot.pause()


async def test_it_is_equal_and_a_silent_one_has_no_rows(make_app, look, two, session_file):
    first, second = two()
    silent = session_file("20261122T160000Z-000e")
    silent.dialled()
    silent.ended(1000)
    silent.finish()
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await shown(app, pilot, look, (first, second))
        assert "✓ Equal: the two server sides agree; 4 messages equal." in look.shown(app)
        await shown(app, pilot, look, (silent.path, silent.path))
        assert "Neither session has a message" in look.shown(app)


async def test_home_compares_what_is_picked(make_app, look, two):
    two(**DIFFERENT)
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "bad run" in look.shown(app))
        app.screen.query_one("#sessions").focus()
        await pilot.press("x")
        await look.until(pilot, lambda: "Compare this session (A) with" in look.shown(app))
        await pilot.press("escape", "space", "down", "x")
        await look.until(pilot, lambda: isinstance(app.screen, CompareScreen) and app.screen.compared)
        assert app.screen.compared.names[0].endswith("good run")
        await pilot.press("escape")
        await look.until(pilot, lambda: "✓" in look.shown(app))


async def test_several_places_are_chosen_from(make_app, look, session_file):
    paths = []
    for number, values in enumerate(((1, 2), (3, 4))):
        file = session_file(f"20261122T1{number}0000Z-000a")
        file.dialled()
        file.add("text", "received", 0.1, b'{"type":"x","rows":[{"a":%d,"b":%d}]}' % values)
        file.ended(1000)
        paths.append(file.finish())
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await shown(app, pilot, look, paths)
        await pilot.press("i")
        await look.until(pilot, lambda: isinstance(app.screen, Chooser))
        await pilot.press("down", "enter")
        await look.until(pilot, lambda: "ignoring $.rows[*].b" in look.shown(app))
        assert "$.rows[0].a  1 → 3" in look.shown(app)
