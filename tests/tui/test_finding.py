import pytest

from wstui.tui.finding import Hits, scan
from wstui.tui.sent_before import sent_before


@pytest.fixture
def file(session_file):
    file = session_file()
    file.dialled()
    for text in (b"Alpha", b"beta", b"ALPHABET", b"\xff\x00alpha"):
        file.add("text", "received", 0.1, text)
    file.add("close", "received", 0.1, detail={"code": 4000, "reason": "alpha is over"})
    file.commit()
    return file


def test_payloads_and_reasons_are_searched_without_regard_to_case(file):
    hits = scan(file.path, Hits("alpha"), lambda: True)
    assert list(hits.ids) == [6, 8, 9, 10]
    assert hits.scanned_to == 10


def test_a_search_goes_on_where_it_stopped(file):
    hits = scan(file.path, Hits("alpha"), lambda: True)
    file.add("text", "received", 0.1, b"one more alpha")
    file.commit()
    assert list(scan(file.path, hits, lambda: True).ids) == [6, 8, 9, 10, 11]


def test_steps_go_round_at_both_ends():
    hits = Hits("x")
    assert hits.step(0, 1) is None
    hits.ids.extend([3, 5, 9])
    assert [hits.step(at, 1) for at in (0, 3, 4, 9)] == [3, 5, 5, 3]
    assert [hits.step(at, -1) for at in (0, 3, 4, 9)] == [9, 9, 3, 5]
    assert hits.ordinal(5) == 2


def test_earlier_sessions_give_the_history(session_file):
    for number in (1, 2):
        file = session_file(f"2026112{number}T120055Z-ab12")
        file.dialled()
        file.add("text", "sent", 0.1, b"text %d" % number)
        file.add("binary", "sent", 0.1, b"\x01\xff")
        file.add("text", "sent", 0.1, b"half", {"fragment": 0, "fin": False})
        file.add("text", "received", 0.1, b"not mine")
        file.finish()
    assert [(sent.text, sent.binary) for sent in sent_before("trades")] == [
        ("text 1", False),
        ("01 ff", True),
        ("text 2", False),
        ("01 ff", True),
    ]
    assert sent_before("another") == []
