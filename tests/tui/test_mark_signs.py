"""Signs of what a dialect recognised, and of what a person did, in one column of the message list."""

import pytest

from wstui.timeline import TimelineReader
from wstui.tui.mark_signs import MARK_SIGNS, OTHER_MARK, RowMarks, row_sign
from wstui.tui.plain_terminal import plain
from wstui.tui.rows import Rows


@pytest.mark.parametrize(
    ("picked", "note", "mark", "sign"),
    [
        (False, None, "", " "),
        (False, None, "app_ping", "♥"),
        (False, None, "unheard_of", OTHER_MARK[0]),
        (False, "bookmark", "app_ping", "★"),
        (False, "look here", "error", "✎"),
        (True, "look here", "error", "◆"),
    ],
)
def test_what_the_person_did_goes_first(picked, note, mark, sign):
    assert row_sign(picked=picked, note=note, mark=mark)[0] == sign


def test_every_sign_has_a_likeness_in_ascii():
    signs = [sign for sign, _ in (*MARK_SIGNS.values(), OTHER_MARK)] + ["◆", "✎", "★"]
    assert "?" not in plain("".join(signs))


def test_marks_of_a_growing_session_are_found_with_few_looks(session_file):
    file = session_file()
    file.dialled()
    file.talked(40)
    file.writer.add_mark(7, "subscribed", "binance", {})
    file.commit()
    with TimelineReader(file.path) as reader:
        looks = []
        original = reader.marks_between
        reader.marks_between = lambda *ids: looks.append(ids) or original(*ids)
        rows = Rows(reader)
        assert [rows.mark(event_id) for event_id in (6, 7, 8)] == ["", "subscribed", ""]
        assert len(looks) == 1
        file.writer.add_mark(8, "error", "binance", {})
        file.talked(600)
        file.commit()
        rows.refresh()
        assert rows.mark(8) == "error"
        assert rows.mark(file.count) == ""
        assert [rows.mark(8), rows.mark(7)] == ["error", "subscribed"]
        assert len(looks) == 3


def test_an_event_before_the_first_look_has_no_mark(session_file):
    file = session_file()
    file.commit()
    with TimelineReader(file.path) as reader:
        assert RowMarks(reader).of(1) == ""
