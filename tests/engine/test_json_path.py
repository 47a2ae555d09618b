import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.engine.json_path import PathError, parse_path, place_text, replaced, scalars

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)

DOCUMENT = {
    "data": {"token": "abc", "odd name": 1},
    "rows": [{"id": 1}, {"id": 2, "deep": {"id": 3}}],
    "id": 0,
}


def found(path):
    return [value for _, value in parse_path(path).find(DOCUMENT)]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$.data.token", ["abc"]),
        ("data.token", ["abc"]),
        ("$['data']['odd name']", [1]),
        ('$.data["odd name"]', [1]),
        ("$.rows[0].id", [1]),
        ("$.rows[-1].id", [2]),
        ("$.rows[*].id", [1, 2]),
        ("$..id", [0, 1, 2, 3]),
        ("$.rows..id", [1, 2, 3]),
        ("$.nothing", []),
        ("$.data.token.deeper", []),
        ("$.rows[9]", []),
        ("$", [DOCUMENT]),
    ],
)
def test_finds(path, values):
    assert found(path) == values


@pytest.mark.parametrize("text", ["", "$.", "$[", "$.a[b]", "$.a b", "$...a", "$.a["])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(PathError, match="expected a JSON path"):
        parse_path(text)


@pytest.mark.parametrize(
    ("path", "place", "covered"),
    [
        ("$.a", ("a",), True),
        ("$.a", ("a", "b"), True),
        ("$.a.b", ("a",), False),
        ("$..time", ("x", 0, "time"), True),
        ("$..time", ("x", 0, "other"), False),
        ("$.rows[*].id", ("rows", 7, "id"), True),
        ("$", (), True),
        ("$.a", (), False),
    ],
)
def test_covers(path, place, covered):
    assert parse_path(path).covers(place) is covered


@given(json_values)
def test_every_scalar_is_found_again_by_its_place(value):
    for place, inner in scalars(value):
        if any(isinstance(key, str) and ("'" in key and '"' in key) for key in place):
            continue
        path = parse_path(place_text(place))
        assert (place, inner) in list(path.find(value))
        assert path.covers(place)
        assert (place, "new") in list(scalars(replaced(value, place, "new")))


def test_deep_nesting_costs_no_stack():
    value = 1
    for _ in range(5000):
        value = [value]
    assert len(next(scalars(value))[0]) == 5000
    assert len(list(parse_path("$..x").find(value))) == 0
