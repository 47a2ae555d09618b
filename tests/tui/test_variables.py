"""Variables of the composer."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.tui.composing import judge
from wstui.tui.variables import (
    Values,
    VariableError,
    fill_in,
    has_variables,
    laid_out,
    literal,
    without_variables,
)

T0 = 1_795_348_855_123_000_000


def values(last=b'{"data":{"token":"t-1","n":[1,2]}}'):
    return Values({"KEY": "secret"}, lambda: T0, lambda: last)


def test_every_variable_has_its_value():
    assert fill_in("{{env.KEY}} {{ now }} {{now_ms}} {{now_s}}", values()) == (
        "secret 2026-11-22T12:00:55.123Z 1795348855123 1795348855"
    )
    assert fill_in('{"t":"{{last.$.data.token}}","n":{{last.$.data.n}}}', values()) == '{"t":"t-1","n":[1,2]}'
    assert re.fullmatch(r"[0-9a-f-]{36}", fill_in("{{uuid}}", values()))


def test_a_counter_is_the_same_within_a_message_and_counts_only_what_was_filled():
    some = values()
    assert fill_in("{{counter}} {{counter}}", some) == "1 1"
    with pytest.raises(VariableError):
        fill_in("{{counter}} {{nothing}}", some)
    assert fill_in("{{counter}}", some) == "2"
    assert fill_in("plain", some) == "plain"


@pytest.mark.parametrize(
    ("text", "last", "words"),
    [
        ("{{nothing}}", b"{}", "there is no variable {{nothing}}"),
        ("{{env.NONE}}", b"{}", "the environment has no variable NONE"),
        ("{{last.$.a}}", b"{}", r"has no \$\.a"),
        ("{{last.$.a}}", None, "no message was received yet"),
        ("{{last.$.a}}", b"no", "is not JSON"),
        ("{{last.$.a}}", b"[" * 100_000, "is not JSON"),
        ("{{last.$[}}", b"{}", "expected a JSON path"),
    ],
)
def test_a_variable_without_a_value_is_explained(text, last, words):
    with pytest.raises(VariableError, match=words):
        fill_in(text, values(last))


def test_braces_can_be_meant():
    assert fill_in(r"\{{counter}}", values()) == "{{counter}}"
    assert fill_in('{"a":{"b":{}}}', values()) == '{"a":{"b":{}}}'
    assert not has_variables('{"a":{"b":{}}}')


@given(st.text())
def test_literal_text_is_sent_as_it_is(text):
    assert fill_in(literal(text), values()) == text or "\\{{" in text


@given(st.text(alphabet='{}$."\\ncounterval[]'))
def test_any_text_is_filled_or_explained(text):
    try:
        fill_in(text, values())
    except VariableError as error:
        assert str(error)


def test_json_is_laid_out_around_its_variables():
    assert laid_out('{"id":{{counter}},"b":["{{uuid}}"]}') == (
        '{\n  "id": {{counter}},\n  "b": [\n    "{{uuid}}"\n  ]\n}'
    )
    assert json.loads(without_variables('{"id":{{counter}},"u":"{{uuid}}"}')) == {"id": 0, "u": "0"}
    assert judge('{"id":{{counter}}}', binary=False) == ("text · valid JSON · with variables", "good")
