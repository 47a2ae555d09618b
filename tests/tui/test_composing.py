import pytest

from wstui.tui.composing import HISTORY_LIMIT, HexError, History, Sent, judge, parse_hex


@pytest.mark.parametrize("text", ["01ff", "01 ff", "0x01,0xFF", "01:ff", " 01\nFF "])
def test_hexadecimal_is_read_in_every_usual_form(text):
    assert parse_hex(text) == b"\x01\xff"


@pytest.mark.parametrize(("text", "problem"), [("0g", "“g” is not"), ("012", "one is missing")])
def test_what_is_not_hexadecimal_is_named(text, problem):
    with pytest.raises(HexError, match=problem):
        parse_hex(text)


@pytest.mark.parametrize(
    ("text", "binary", "words", "tone"),
    [
        ("", False, "text · 0 B", "quiet"),
        ("héllo", False, "text · 6 B", "quiet"),
        ('{"a":1}', False, "text · valid JSON · 7 B", "good"),
        ('{"a":', False, "text · not JSON: line 1 column 6 · 5 B", "warning"),
        ("01 ff", True, "hex · 2 B", "good"),
        ("x", True, "hex · “x” is not a hexadecimal digit", "warning"),
    ],
)
def test_what_is_typed_is_judged(text, binary, words, tone):
    assert judge(text, binary=binary) == (words, tone)


def test_history_goes_back_and_returns_to_the_draft():
    history = History()
    for text in ("one", "two", "two"):
        history.add(Sent(text))
    assert history.newer() is None
    assert history.older(Sent("draft")) == Sent("two")
    assert history.older(Sent("two")) == Sent("one")
    assert history.older(Sent("one")) is None
    assert history.newer() == Sent("two")
    assert history.newer() == Sent("draft")
    assert history.newer() is None


def test_history_is_bounded():
    history = History()
    for at in range(HISTORY_LIMIT + 5):
        history.add(Sent(str(at)))
    assert len(history.entries) == HISTORY_LIMIT
    assert history.entries[0] == Sent("5")
