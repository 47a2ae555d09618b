"""Folding: nothing is lost, every line can be reached, whatever the text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.engine.json_path import parse_path, place_text
from wstui.tui.json_document import JsonDocument
from wstui.tui.json_lines import outline
from wstui.tui.json_outline import STARTING_LINES
from wstui.tui.json_text import pretty_lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
SCRAPS = st.text(alphabet='{}[],:"\\ab1 \n€中', max_size=60)
BOOK = '{"id":1,"b":{"x":[1.0e5,2,{"deep":null}],"y":"w"},"list":[],"a":[1,2,3],"a":01}'


def words(rows):
    return ["".join(part for part, _ in line) for line in rows]


def lines_of(text, width=400, folded=None):
    return JsonDocument(text).layout(width, folded)


@given(st.lists(VALUES, max_size=3).map(json.dumps))
def test_the_lines_are_those_of_the_laid_out_text(text):
    assert words(lines_of(text, 4000)) == list(pretty_lines(text))


@given(SCRAPS, st.integers(1, 40), st.lists(st.integers(0, 60), max_size=8))
def test_folding_and_unfolding_in_any_order_ends_where_it_began(text, width, presses):
    rows = lines_of(text, width)
    before = words(rows)
    made = rows.outline
    for press in presses:
        row = press % len(rows)
        rows.fold(rows.line_of(row), folded=not rows.is_folded(row))
        assert list(rows._lines) == sorted(rows._lines)
        assert words(rows) == words(JsonDocument(text).layout(width, bytearray(rows.folded)))
    for line in range(len(made)):
        rows.fold(line, folded=False)
    assert words(rows) == before


@given(SCRAPS, st.integers(2, 40))
def test_every_line_is_reached_by_unfolding_what_hides_it(text, width):
    rows = lines_of(text, width, outline(text).folded_from(0))
    for _ in range(len(rows.outline) + 1):
        folded = [row for row in range(len(rows)) if rows.is_folded(row)]
        if not folded:
            break
        rows.fold(rows.line_of(folded[0]), folded=False)
    assert sorted(set(rows._lines)) == list(range(len(rows.outline)))
    assert words(rows) == words(lines_of(text, width))


@given(VALUES)
def test_each_place_names_its_value(value):
    made = outline(json.dumps(value))
    for line in range(len(made)):
        here = json.loads(made.value(line))
        there = value
        for key in made.place(line):
            there = there[key]
        assert here == there


def test_a_folded_container_says_how_much_it_holds():
    rows = lines_of(BOOK)
    rows.fold(2, folded=True)
    rows.fold(13, folded=True)
    assert words(rows) == [
        "{",
        '  "id": 1,',
        '  "b": {…} 2 keys,',
        '  "list": [],',
        '  "a": […] 3 items,',
        '  "a": 01',
        "}",
    ]


def test_levels_one_at_a_time():
    rows = lines_of(BOOK)
    document = JsonDocument(BOOK)
    seen = []
    while rows.deepest:
        rows = document.layout(80, rows.outline.folded_more(rows.folded, rows.deepest))
        seen.append(len(rows))
    assert seen == [18, 14, 7, 1]
    assert words(rows) == ["{…} 5 keys"]
    for _ in range(4):
        rows = document.layout(80, rows.outline.folded_less(rows.folded))
    assert words(rows) == words(lines_of(BOOK, 80))


def test_values_and_places_are_as_written():
    made = outline(BOOK)
    texts = [made.body(line) for line in range(len(made))]
    number = texts.index("1.0e5,")
    assert made.value(number) == "1.0e5"
    assert place_text(made.place(number)) == "$.b.x[0]"
    assert parse_path("$.b.x[0]").first(json.loads(BOOK.replace("01", "1"))) == 1.0e5
    assert made.value(2) == '{"x":[1.0e5,2,{"deep":null}],"y":"w"}'
    closing = texts.index("},")
    assert made.value(closing) == made.value(made.first_line(closing))


def test_a_large_document_begins_folded_as_deep_as_fits():
    text = json.dumps([{"n": at, "in": {"x": [1, 2]}} for at in range(900)])
    rows = lines_of(text)
    assert len(rows) == 902 < STARTING_LINES
    assert words(rows)[1] == "  {…} 2 keys,"
    small = json.dumps([{"n": at} for at in range(100)])
    assert not any(lines_of(small).folded)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 50_000, "]" * 1000, '["' + "x" * 500_000, "[" + "1," * 200_000, "[東" * 9999],
)
def test_hostile_texts_are_laid_out_with_every_row_within_the_pane(text):
    rows = lines_of(text, 40)
    for row in {0, len(rows) // 2, len(rows) - 1}:
        assert len(words([rows[row]])[0]) <= 40
        rows.fold(rows.line_of(row), folded=False)
    assert rows.row_of(rows.line_of(len(rows) - 1), rows.offset_of(len(rows) - 1)) == len(rows) - 1


def test_what_was_cut_off_is_folded_without_an_end():
    rows = lines_of('{"a":[1,2')
    rows.fold(1, folded=True)
    assert words(rows) == ["{", '  "a": [… 2 items so far']


def test_json_texts_one_after_another_have_their_own_lines():
    assert words(lines_of('{"a":1}\x1e{"b":[]}\x1e')) == ["{", '  "a": 1', "}", "{", '  "b": []', "}"]
