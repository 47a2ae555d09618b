"""Tabs as a list: order, what is in front, what is new."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from wstui.tui.standing import short_endpoint
from wstui.tui.tabs import News, Standing, Tabs
from wstui.tui.widgets.tab_strip import line_of

TRADES = Standing("trades", "●", "good")


@dataclass
class Session:
    """What a tab must know of one."""

    now: Standing = TRADES
    busy: bool = False
    path: Path | None = None

    def standing(self):
        return self.now


@pytest.fixture
def tabs():
    return Tabs[Session]()


def opened(tabs, count, **more):
    made = [tabs.add(tabs.next_mode(), Session(**more)) for _ in range(count)]
    tabs.show(made[0])
    return made


def test_every_tab_has_a_mode_of_its_own_and_its_number(tabs):
    made = opened(tabs, 3)
    assert len({tab.mode for tab in made}) == 3
    assert [tabs.number(tab) for tab in made] == [1, 2, 3]
    assert tabs.numbered(2) is made[1]
    assert tabs.numbered(0) is None
    assert tabs.numbered(4) is None


def test_going_round(tabs):
    _, two, three = opened(tabs, 3)
    assert tabs.beside(1) is two
    assert tabs.beside(-1) is three


def test_without_tabs_there_is_nowhere_to_go(tabs):
    assert tabs.beside(1) is None
    assert tabs.left_last is None
    assert not tabs.faces()


def test_home_leads_back_to_where_one_was(tabs):
    _, two, three = opened(tabs, 3)
    tabs.show(two)
    tabs.show(None)
    assert tabs.current is None
    assert tabs.left_last is two
    assert tabs.beside(1) is two
    tabs.remove(two)
    assert tabs.left_last is three


def test_closing_shows_the_neighbour_and_home_after_the_last(tabs):
    one, two, three = opened(tabs, 3)
    tabs.show(two)
    assert tabs.remove(two) is three
    tabs.show(three)
    assert tabs.remove(three) is one
    tabs.show(one)
    assert tabs.remove(one) is None
    assert not tabs


def test_closing_another_leaves_what_is_shown(tabs):
    one, two = opened(tabs, 2)
    assert tabs.remove(two) is one
    assert tabs.current is one


def test_a_session_file_is_found_whatever_its_path_is_called(tabs, tmp_path):
    (tab,) = opened(tabs, 1, path=tmp_path / "a.wstui")
    (tmp_path / "b").mkdir()
    assert tabs.holding(tmp_path / "b" / ".." / "a.wstui") is tab
    assert tabs.holding(tmp_path / "c.wstui") is None


def test_leaving_is_asked_about_where_something_is_live(tabs):
    one, two, _ = opened(tabs, 3)
    assert not tabs.leaving_question
    two.session.busy = True
    assert tabs.leaving_question.startswith("Tab 2 is connected.")
    tabs.show(two)
    assert tabs.leaving_question.startswith("This connection is live.")
    one.session.busy = True
    assert tabs.leaving_question.startswith("2 connections are live.")


def test_news_are_told_until_the_tab_is_looked_at(tabs):
    one, two = opened(tabs, 2)
    before = two.session.now
    two.session.now = before._replace(received=3)
    assert [face.news for face in tabs.faces()] == [News.NONE, News.ARRIVED]
    two.session.now = before._replace(received=9, endings=1, sign="■", tone="error")
    assert tabs.faces()[1].news is News.ENDED
    tabs.show(two)
    tabs.show(one)
    assert tabs.faces()[1].news is News.NONE


def test_what_happened_in_front_is_no_news_later(tabs):
    one, two = opened(tabs, 2)
    one.session.now = one.session.now._replace(received=7)
    tabs.show(two)
    assert not any(face.news for face in tabs.faces())


def text(faces, width):
    return "".join(piece.text for piece in line_of(faces, width))


def test_the_line_says_number_state_name_and_news(tabs):
    _, two = opened(tabs, 2)
    two.session.now = Standing(":8080/ticker", "■", "error", 0, 1)
    line = text(tabs.faces(), 60)
    assert line.startswith(" 1 ● trades ×  2 ■ :8080/ticker ! ")
    assert line.endswith("Alt+1…9")


def test_at_home_no_tab_is_current(tabs):
    opened(tabs, 1)
    tabs.show(None)
    line = text(tabs.faces(), 60)
    assert "×" not in line
    assert line.endswith("Esc goes back")


@pytest.mark.parametrize("width", [10, 20, 40, 80, 120, 300])
@pytest.mark.parametrize("current", [1, 2, 7, 14, 15])
def test_the_current_tab_is_always_in_view(tabs, width, current):
    opened(tabs, 15)
    for tab in tabs:
        tab.session.now = Standing("a-name-longer-than-any-tab-has-room-for", "●", "good")
    tabs.show(tabs.numbered(current))
    faces = tabs.faces()
    line = text(faces, width)
    assert f" {current} ●" in line
    assert len(line) <= max(width, 25)
    pieces = line_of(faces, width)
    shown = [piece.number for piece in pieces if piece.number]
    assert shown == sorted(shown)
    assert {piece.number for piece in pieces if piece.closes} == {current}


def test_a_long_name_keeps_both_ends(tabs):
    for tab in opened(tabs, 9):
        tab.session.now = Standing(":8080/quotes/of/all/the/markets 14:02", "■", "quiet")
    assert " 1 ■ :8080… 14:02 × " in text(tabs.faces(), 80)


def test_wide_characters_count_twice(tabs):
    from rich.cells import cell_len

    opened(tabs, 3)
    for tab in tabs:
        tab.session.now = Standing("取引所のとても長い名前です" * 2, "●", "good")
    assert cell_len(text(tabs.faces(), 60)) <= 60


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("wss://stream.example.com/ws/btc@trade?x=1", "stream.example.com/ws/btc@trade"),
        ("wss://stream.example.com/", "stream.example.com"),
        ("ws://user@localhost:8080/", ":8080"),
        ("ws://127.0.0.1:36703/ticker", ":36703/ticker"),
        ("ws://[::1]:9/", ":9"),
        ("ws://localhost/", "localhost"),
        ("ws+unix:/run/app/ws.sock:/path", "ws.sock"),
        ("", ""),
    ],
)
def test_a_short_name_of_an_endpoint(url, name):
    assert short_endpoint(url) == name
