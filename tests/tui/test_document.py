from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wstui.tui.document import SHOWN_BYTES, HexDocument, SpanDocument, raw_document
from wstui.tui.pretty_document import pretty_document
from wstui.tui.text_folding import wrap


def words(lines):
    return ["".join(part for part, _ in line) for line in lines]


def test_json_is_laid_out_and_text_stays():
    assert words(pretty_document(b'{"a":1}', 7).layout(40)) == ["{", '  "a": 1', "}"]
    assert words(pretty_document(b"one\ntwo", 7).layout(40)) == ["one", "two"]


def test_broken_json_stays_as_it_is_and_says_so():
    lines = words(pretty_document(b'{"a":', 5).layout(80))
    assert lines[0].startswith("Not JSON: Expecting value")
    assert lines[1] == '{"a":'


def test_a_large_message_says_that_it_is_shown_in_part():
    payload = b"[" + b"1," * SHOWN_BYTES + b"1]"
    for document in (pretty_document(payload, len(payload)), raw_document(payload, len(payload))):
        assert words(document.layout(120)[:1]) == ["Shown in part: the first 524 kB of 1.0 MB."]


def test_a_recording_cut_short_says_so_too():
    assert "of 5.0 kB" in words(raw_document(b"x" * 10, 5000).layout(80))[0]


def test_the_cut_never_goes_through_a_character():
    payload = ("x" + "€" * SHOWN_BYTES).encode()
    assert "\\x" not in "".join(words(raw_document(payload, len(payload)).layout(120)))


@given(st.text(max_size=300), st.integers(1, 60))
def test_folded_lines_fit_and_lose_nothing(text, width):
    lines = words(raw_document(text.encode("utf-8", "replace"), 0).layout(max(width, 2)))
    assert all(cell_len(line) <= max(width, 2) for line in lines)


def test_long_values_go_on_under_their_indentation():
    lines = words(pretty_document(b'{"a":"' + b"x" * 30 + b'"}', 38).layout(20))
    assert lines[1] == '  "a": "' + "x" * 12
    assert lines[2].startswith("    xxxx")


def test_hex_shows_every_byte_at_every_width():
    document = HexDocument(bytes(range(20)))
    wide = words(document.layout(100)[:])
    assert wide[0] == "00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  " + "·" * 16
    assert wide[1].startswith("00000010  10 11 12 13")
    assert len(document.layout(50)) == 3
    assert len(document.layout(20)) == 5


def test_a_million_lines_of_hex_cost_nothing():
    document = HexDocument(bytes(16 << 20))
    assert len(document.layout(100)) == 1 << 20
    assert words([document[(1 << 20) - 1]])[0].startswith("00fffff0")


def test_labels_stay_beside_folded_values():
    lines = words(SpanDocument([(("name  ", "quiet"), ("v" * 20, "plain"))]).layout(16))
    assert lines == ["name  " + "v" * 10, "      " + "v" * 10]


@given(st.text(alphabet="ab €中", max_size=80), st.integers(2, 20))
def test_sentences_break_between_words(text, width):
    pieces = wrap(text, width)
    assert "".join(pieces) == text
    assert all(cell_len(piece) <= width for piece in pieces)
    assert wrap("one two three", 8) == ["one two ", "three"]
