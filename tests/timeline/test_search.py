import re

import pytest

from wstui.timeline import Found, Sought, TimelineReader, search

MESSAGES = [
    b'{"price": "64211.10"}',
    b"PRICE of 100% _a\\b_",
    b"\xff\x00price",
    "Grüße, PREIS".encode(),
    b"",
]


@pytest.fixture
def reader(record, event):
    others = [
        event("ping", "sent", b"price"),
        event("close", payload=b"\x03\xe8price", code=1000, reason="bad Price"),
        event("error", "local", message="no price"),
    ]
    with TimelineReader(record([event("text", payload=message) for message in MESSAGES] + others)) as reader:
        yield reader


def hits(reader, text, **how):
    return [number for found in reader.search(Sought(text, **how)) for number in found.ids]


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        ("price", {}, [1, 2, 3, 7, 8]),
        ("Price", {"match_case": True}, [7]),
        ("price", {"match_case": True}, [1, 3, 8]),
        ("100% _A\\", {}, [2]),
        ("1%", {}, []),
        ("_rice", {}, []),
        ("\x00PRICE", {}, [3]),
        ("GRüßE", {}, [4]),
        ("e, preis", {}, [4]),
        ("x" * 60_000, {}, []),
        (r"^\{.price", {"regex": True}, [1]),
        (r"GRÜ.E", {"regex": True}, [4]),
        (r"p.ice$", {"regex": True, "match_case": True}, [3, 8]),
    ],
)
def test_what_is_found(reader, text, how, expected):
    assert hits(reader, text, **how) == expected
    assert reader.count_hits(Sought(text, **how)) == len(expected)


def test_a_regular_expression_that_is_none(reader):
    with pytest.raises(re.error):
        list(reader.search(Sought("(", regex=True)))


@pytest.mark.parametrize("regex", [False, True])
def test_ranges_follow_each_other_in_both_directions(reader, monkeypatch, regex):
    monkeypatch.setattr(search, "_FIRST_RANGE", 3)
    monkeypatch.setattr(search, "_LONGEST_RANGE", 3)
    monkeypatch.setattr(search, "_REGEX_BYTES", 1)
    sought = Sought("price", regex=regex)
    assert list(reader.search(sought)) == [
        Found([1, 2, 3], 1, 3),
        Found([], 4, 6),
        Found([7, 8], 7, 8),
    ]
    assert list(reader.search(sought, 2, 7, backward=True)) == [
        Found([7], 5, 7),
        Found([3, 2], 2, 4),
    ]


def test_a_search_may_be_given_up(reader, monkeypatch):
    monkeypatch.setattr(search, "_FIRST_RANGE", 1)
    found = reader.search(Sought("price"))
    assert next(found).ids == [1]
    found.close()


def test_nothing_to_look_through(reader):
    assert list(reader.search(Sought("price"), 9)) == []
