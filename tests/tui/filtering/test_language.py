"""The filter's language, and what each term means for an event."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.events import RecordedEvent
from wstui.tui.filtering.language import FilterError, parse_filter
from wstui.tui.filtering.matching import Matcher

S = 1_000_000_000
T0 = 1_795_348_855 * S  # 2026-11-22 12:00:55 UTC


def event(payload=b"", kind="text", direction="received", at_s=0.0, size=None, connection=0, detail=None):
    size = len(payload) if size is None else size
    return RecordedEvent(
        1, T0 + round(at_s * S), connection, kind, direction, size, size, payload, detail or {}
    )


def matches(line, found, marks=()):
    return Matcher(parse_filter(line), T0).matches(found, marks)


TICK = event(b'{"type":"tick","price":"64211.5","n":7,"ok":true,"a":{"b":[1,{"c":null}]}}')


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "tick",
        "TICK",
        r'"\"type\":\"tick\""',
        "tick price",
        "-tock",
        "/t.ck/",
        "/T.CK/i",
        r"/ti\wk/ dir:received",
        "←",
        "dir:in",
        "-→",
        "kind:text,ping",
        "size:>20",
        "size:>=20 size:<1k",
        "size:20..1kib",
        "size:..1M",
        "-size:>1k",
        "$.type",
        '$.type == "tick"',
        "$.type=tick",
        "$.type != tock",
        "$.price > 64000",
        "$.price<=64211.5 $.price == 64211.5",
        "$.n >= 7",
        "$.n == 7.0",
        "$.ok == true",
        "-$.ok == 1",
        "$.a.b[1].c == null",
        "$..c",
        "$.a.b[*].c == null",
        '$.a == {"b": [1, {"c": null}]}',
        "$.type > sick",
        "time:12:00..12:02",
        "after:12:00:55 before:+0.5s",
        "time:..+1m",
        "mark:app_pong,subscribed",
        "conn:1",
    ],
)
def test_a_term_that_holds(line):
    assert matches(line, TICK, ["subscribed"])


@pytest.mark.parametrize(
    "line",
    [
        "tock",
        "-tick",
        "tick tock",
        "/T.CK/",
        "→",
        "dir:sent",
        "kind:ping",
        "size:>1k",
        "size:20",
        "$.nothing",
        "$.type == 7",
        "$.type > 5",
        "$.price < 64000",
        "$.ok == 1",
        "$.n == true",
        "$.a.b[5]",
        "after:12:02",
        "before:12:00",
        "after:+1s",
        "mark:app_pong",
        "conn:2",
    ],
)
def test_a_term_that_does_not(line):
    assert not matches(line, TICK, ["subscribed"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/(/", "does not compile"),
        ('"open', "ends with one too"),
        ("dir:up", "sent or received"),
        ("kind:tick", "“tick” is no kind"),
        ("kind:", "kind: is followed by"),
        ("size:big", "size: is followed by"),
        ("size:>", "size: is followed by"),
        ("time:12:01", "two times"),
        ("after:25:00", "A time is"),
        ("after:12:61", "A time is"),
        ("conn:0", "from 1"),
        ("conn:²", "from 1"),
        ("mark:", "a name such as"),
        ("$.a == ", "a value is missing"),
        ("$.a[", "JSON path"),
        ("//", "empty regular expression"),
        ('""', "empty text"),
        ("/" + "(" * 6000 + ")" * 6000 + "/", "does not compile"),
    ],
)
def test_a_line_that_says_nothing_is_explained(line, words):
    with pytest.raises(FilterError) as caught:
        parse_filter(line)
    assert words in str(caught.value)


def test_quotes_backslashes_and_a_lone_slash_are_text():
    assert matches(r'"say \"hi\" \\ now"', event(rb'say "hi" \ now'))
    assert matches("/path", event(b"GET /path"))
    assert matches("a:b -", event(b"a:b - c"))
    assert matches("$5", event(b"costs $5"))
    assert matches("ÄRGER", event("großer Ärger".encode()))


def test_a_time_before_the_start_is_the_next_day():
    assert matches("after:23:00 before:01:00", event(b"x", at_s=12 * 3600))
    assert matches("time:23:00..01:00", event(b"x", at_s=12 * 3600))


def test_what_is_no_message_is_searched_as_the_list_shows_it():
    closed = event(None, "close", detail={"code": 1011, "reason": "database down"}, size=0)
    assert matches("1011", closed)
    assert matches("/database/ kind:close", closed)
    assert not matches("$.code", closed)


@pytest.mark.parametrize("payload", [b"", None, b"[" * 100_000, b'{"a": 1e999}', b"\xff\xfe", b'{"a"'])
def test_hostile_payloads_only_do_not_match(payload):
    assert not matches("$.zz == 1", event(payload or b""))
    assert not matches("$.a > 5 zz", event(payload or b""))


def test_a_key_may_be_written_with_escapes():
    assert matches("$.type == tick", event(rb'{"\u0074ype":"tick"}'))


@given(st.text(max_size=60))
def test_any_line_is_a_filter_or_a_sentence(line):
    try:
        wanted = parse_filter(line)
    except FilterError as error:
        assert str(error).endswith((".", "…"))
    else:
        if not wanted.has_pattern:
            Matcher(wanted, T0).matches(TICK)


@given(st.text(alphabet="$.[]\"'*abc=<>!- :/,0123456789→", max_size=40))
def test_any_line_of_the_languages_own_signs(line):
    try:
        wanted = parse_filter(line)
    except FilterError:
        return
    if not wanted.has_pattern:
        Matcher(wanted, T0).matches(TICK)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_json)
def test_a_value_equals_itself(value):
    wanted = parse_filter(f"$.here == {json.dumps(value)}")
    payload = json.dumps({"here": value}).encode()
    assert Matcher(wanted, T0).matches(event(payload))


@given(st.text(min_size=1, max_size=20).filter(str.isprintable))
def test_a_quoted_text_finds_itself(text):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert matches(f'"{quoted}"', event(f"before {text} after".encode()))
