import time
from pathlib import Path

import pytest
from textual.app import App

import wstui.tui
from wstui.events import Event
from wstui.timeline import TimelineReader
from wstui.tui.rows import PAGE_ROWS, Rows
from wstui.tui.widgets.message_list import MessageList, TimeShown

FOLDER = Path(wstui.tui.__file__).parent


class ListApp(App[None]):
    """A message list alone."""

    CSS_PATH = [FOLDER / "widgets" / "message_list.tcss"]  # noqa: RUF012

    def __init__(self, path):
        super().__init__()
        self.reader = TimelineReader(path)
        self.selected = []

    def compose(self):
        yield MessageList()

    def on_mount(self):
        messages = self.query_one(MessageList)
        messages.show(Rows(self.reader), self.reader.info.started_ns)
        messages.focus()

    def on_message_list_selected(self, message):
        self.selected.append(message.event_id)

    async def on_unmount(self):
        self.reader.close()


@pytest.fixture
def file(session_file):
    file = session_file()
    file.dialled()
    file.talked(60)
    file.commit()
    return file


async def test_it_stands_at_the_tail_and_follows(file, look):
    app = ListApp(file.path)
    async with app.run_test(size=(80, 12)) as pilot:
        messages = app.query_one(MessageList)
        assert messages.is_vertical_scroll_end
        file.add("text", "received", 0.1, b"the newest")
        file.commit()
        messages.grow()
        await pilot.pause()
        assert "the newest" in look.shown(app).splitlines()[-1]
        assert messages.unseen == 0


async def test_rows_keep_their_place_once_a_person_scrolled(file, look):
    app = ListApp(file.path)
    async with app.run_test(size=(80, 12)) as pilot:
        messages = app.query_one(MessageList)
        messages.scroll_to(y=10, animate=False, immediate=True)
        await pilot.pause()
        before = [line[:78] for line in look.shown(app).splitlines()[:-1]]
        for _ in range(38):
            file.add("text", "received", 0.1, b"more")
        file.commit()
        messages.grow()
        await pilot.pause()
        assert not messages.following
        assert [line[:78] for line in look.shown(app).splitlines()[:-1]] == before
        assert look.shown(app).endswith("↓ 38 new")
        await pilot.click(MessageList, offset=(76, 11))
        assert messages.following
        assert messages.is_vertical_scroll_end


async def test_the_selection_belongs_to_an_event(file):
    app = ListApp(file.path)
    async with app.run_test(size=(80, 12)) as pilot:
        messages = app.query_one(MessageList)
        await pilot.press("up", "up", "up")
        chosen = messages.selected_id
        assert app.selected[-1] == chosen
        row = messages.selected_row
        messages.show(Rows(app.reader, everything=True))
        await pilot.pause()
        assert messages.selected_id == chosen
        assert messages.selected_row > row
        messages.show(Rows(app.reader))
        assert messages.selected_row == row


async def test_keys_reach_both_ends_and_pages(file):
    app = ListApp(file.path)
    async with app.run_test(size=(80, 12)) as pilot:
        messages = app.query_one(MessageList)
        last = len(messages.rows) - 1
        await pilot.press("home")
        assert messages.selected_row == 0
        assert messages.scroll_offset.y == 0
        await pilot.press("up")
        assert messages.selected_row == 0
        await pilot.press("pagedown", "down")
        assert messages.selected_row == 12
        await pilot.press("pageup")
        assert messages.selected_row == 1
        await pilot.press("end", "down")
        assert messages.selected_row == last
        assert messages.following


async def test_a_click_selects_the_row_under_it(file):
    app = ListApp(file.path)
    async with app.run_test(size=(80, 12)) as pilot:
        messages = app.query_one(MessageList)
        top = messages.scroll_offset.y
        await pilot.click(MessageList, offset=(20, 4))
        assert messages.selected_row == top + 4


async def test_times_can_be_shown_in_three_ways_or_not_at_all(file, look):
    app = ListApp(file.path)
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("home")
        assert "12:00:55.057" in look.shown(app)
        assert "+0.300" in look.shown(app)
        await pilot.press("t")
        assert app.query_one(MessageList).time_shown is TimeShown.SINCE_START
        assert " 0.057" in look.shown(app)
        await pilot.press("t")
        assert "12:00" not in look.shown(app)
        assert "+0.300" in look.shown(app)
        await pilot.press("t")
        assert "12:00" not in look.shown(app)
        assert "+0.300" not in look.shown(app)
        await pilot.press("t")
        assert "12:00:55.057" in look.shown(app)


@pytest.mark.parametrize("width", [1, 10, 20, 43, 44, 60, 200])
async def test_every_width_is_drawn(file, look, width):
    app = ListApp(file.path)
    async with app.run_test(size=(width, 6)) as pilot:
        await pilot.press("up")
        assert all(len(line) <= width for line in look.shown(app).splitlines())


async def test_a_note_marks_its_row(file, look):
    app = ListApp(file.path)
    async with app.run_test(size=(100, 12)) as pilot:
        await pilot.press("home")
        app.query_one(MessageList).show_notes({7: "deploy"})
        await pilot.pause()
        assert "✎12:00:55.387" in look.shown(app)
        assert "✎ deploy" in look.shown(app)


async def test_an_empty_list_says_what_to_do(session_file, look):
    file = session_file()
    file.commit()
    app = ListApp(file.path)
    async with app.run_test(size=(60, 6)) as pilot:
        app.query_one(MessageList).show_hint("Open; nothing was said yet.", "Type below.")
        await pilot.press("up", "down", "end", "enter", "home")
        assert "nothing was said yet" in look.shown(app)


async def test_a_theme_without_colours_of_ours_draws_too(file):
    app = ListApp(file.path)
    async with app.run_test(size=(80, 12)) as pilot:
        for theme in ("textual-light", "textual-ansi", "nord"):
            if theme in app.available_themes:
                app.theme = theme
                await pilot.pause()
        assert app.query_one(MessageList).tone("error").bold


def test_rows_read_only_the_pages_that_are_asked_for(session_file):
    file = session_file()
    events = [Event(file.t_ns + at, 0, "text", "received", 1, 3, b"x", None) for at in range(50_000)]
    file.writer.write(events)
    file.commit()
    with TimelineReader(file.path) as reader:
        rows = Rows(reader)
        assert len(rows) == 50_000
        started = time.perf_counter()
        assert rows.event(49_999).id == 50_000
        assert rows.event(25_000).id == 25_001
        assert time.perf_counter() - started < 0.5
        assert rows.event(50_000) is None
        assert rows.event(-1) is None


def test_a_page_that_was_not_full_is_read_again_when_it_grew(session_file):
    file = session_file()
    for _ in range(PAGE_ROWS - 1):
        file.add("text", "received", 0, b"x")
    file.commit()
    with TimelineReader(file.path) as reader:
        rows = Rows(reader)
        assert rows.event(PAGE_ROWS - 2).id == PAGE_ROWS - 1
        for _ in range(PAGE_ROWS + 2):
            file.add("text", "received", 0, b"x")
        file.commit()
        assert rows.event(PAGE_ROWS - 1) is None
        rows.refresh()
        assert rows.event(PAGE_ROWS - 1).id == PAGE_ROWS
        assert rows.event(2 * PAGE_ROWS).id == 2 * PAGE_ROWS + 1


async def test_signs_of_what_was_recognised_and_of_bookmarks(file, look):
    file.writer.add_mark(6, "subscribe", "binance", {})
    file.writer.add_mark(8, "app_ping", "binance", {})
    file.commit()
    app = ListApp(file.path)
    async with app.run_test(size=(110, 12)) as pilot:
        messages = app.query_one(MessageList)
        messages.show_notes({7: "bookmark", 8: "look"})
        await pilot.press("home")
        shown = {line[:2] for line in look.shown(app).splitlines()}
        assert {" +", " ★", " ✎"} <= shown
        assert "✎ look" in look.shown(app)
        assert "bookmark" not in look.shown(app)
        messages.show_notes({})
        await pilot.pause()
        assert " ♥" in {line[:2] for line in look.shown(app).splitlines()}
