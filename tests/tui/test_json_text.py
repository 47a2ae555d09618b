import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.tui.json_text import colour_spans, json_problem, looks_like_json, pretty_lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def test_two_spaces_a_level():
    assert list(pretty_lines('{"a":[1,{}],"b":{"c":null}}')) == [
        "{",
        '  "a": [',
        "    1,",
        "    {}",
        "  ],",
        '  "b": {',
        '    "c": null',
        "  }",
        "}",
    ]


def test_numbers_and_repeated_keys_stay_as_they_were_said():
    assert list(pretty_lines('{"a":1.0e5,"a":01}')) == ["{", '  "a": 1.0e5,', '  "a": 01', "}"]


@given(st.lists(VALUES, max_size=3))
def test_laying_out_changes_nothing_but_white_space(value):
    assert json.loads("\n".join(pretty_lines(json.dumps(value)))) == value


@given(st.text(alphabet='{}[],:"\\ab1 \n', max_size=60))
def test_any_beginning_of_json_is_laid_out_without_an_exception(text):
    lines = list(pretty_lines(text))
    assert all("".join(part for part, _ in colour_spans(line)) == line for line in lines)


def test_a_problem_names_its_place():
    assert json_problem('{"a":1}') is None
    assert json_problem('{"a" 1}') == "line 1 column 6"
    assert json_problem("[" * 100_000) == "nested too deeply"
    assert json_problem("[" + "9" * 10_000 + "]") is None


@pytest.mark.parametrize(("text", "expected"), [(" {", True), ("[1]", True), ("12", False), ("hello", False)])
def test_only_objects_and_arrays_are_laid_out(text, expected):
    assert looks_like_json(text) is expected


def test_colours_tell_keys_from_values():
    assert [tone for _, tone in colour_spans('"a": "b",')] == ["key", "quiet", "string", "quiet"]
    assert ("true", "word") in list(colour_spans("  true"))
    assert ("-1.5e3", "number") in list(colour_spans("  -1.5e3,"))
