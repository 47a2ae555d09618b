"""What the database decides and what is looked at here must agree with the filter's own meaning."""

import re

import pytest

from wstui.events import TRANSCRIPT_KINDS, Event
from wstui.timeline import SessionInfo, TimelineReader, TimelineWriter
from wstui.tui.filtering.language import parse_filter
from wstui.tui.filtering.literal import required_text
from wstui.tui.filtering.matching import Matcher
from wstui.tui.filtering.scan import PlainScan

S = 1_000_000_000
T0 = 1_795_348_855 * S
PAYLOADS = [
    b'{"type":"tick","price":"64211.10","n":1,"ok":true,"none":null}',
    b'{"type":"TICK","price":64211.1,"n":1.0,"ok":false}',
    b'{"ty\\u0070e":"t\\u0069ck","deep":{"type":"tick","rows":[{"id":1},{"id":"x"}]}}',
    b'{"type":["tick"],"n":"1"}',
    b"no JSON at all: tick \x00 TICK after a zero byte",
    b"before \x00 needle",
    "Grüße, ΣΊΣΥΦΟΣ and the \u212aelvin sign".encode(),
    b"\xff\xfe not UTF-8 needle",
    b"",
    b"[1,2,3]",
    b'"tick"',
    b"a" * 300 + b"needle" + b"%_\\",
]
FILTERS = [
    "tick",
    "-tick",
    "needle",
    '"%_"',
    "grüße",
    "-σίσυφος",
    "/needle/",
    "-/needle/i",
    "/(?:nee)dle|Gr/",
    "/kelvin/i",
    "/t.ck$/",
    '$.type == "tick"',
    '-$.type == "tick"',
    "$.type",
    '$..type == "tick"',
    "$.n == 1",
    "$.ok == true",
    "$.none == null",
    '$.deep.rows[-1].id == "x"',
    '$.deep.rows[*].id != "x"',
    "$.price > 64000",
    "$[0] == 1",
    "size:>40",
    "-size:10..100",
    "size:0",
    "dir:sent",
    "-dir:sent tick",
    "kind:ping",
    "-kind:text",
    "kind:ping,text tick",
    "mark:hello",
    "-mark:hello",
    "mark:hello,error kind:close",
    "conn:2",
    "-conn:1",
    "after:+10s",
    "-after:+10s",
    "time:+5s..+12s needle",
    "bye",
    "/bye|needle/",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("scan") / "s.wstui"
    writer = TimelineWriter(path, SessionInfo(T0, "p", "ws://x/", {}, "0.1.0"))
    events = []
    for at, payload in enumerate(PAYLOADS * 2):
        kind = "binary" if at % 5 == 4 else "text"
        way = "sent" if at % 3 == 0 else "received"
        events.append(Event(T0 + at * S, at // 14, kind, way, len(payload), len(payload) + 2, payload, None))
        if at % 4 == 0:
            events.append(
                Event(T0 + at * S, at // 14, "ping", "sent", 4, 6, b"tick", {"source": "heartbeat"})
            )
    closing = {"code": 1000, "reason": "bye, needle"}
    events.append(Event(T0 + 30 * S, 1, "close", "received", 13, 15, None, closing))
    writer.write(events)
    for event_id in (2, 5, len(events)):
        writer.add_mark(event_id, "hello", "d", {})
    writer.finish(T0 + 31 * S)
    writer.close()
    return path


def meant(path, line, everything):
    wanted = parse_filter(line)
    with TimelineReader(path) as reader:
        matcher = Matcher(wanted, reader.info.started_ns)
        marks = reader.marks_between(1, reader.last_id())
        return [
            event.id
            for event in reader.events(1)
            if (everything or wanted.asks_for_kinds or event.kind in TRANSCRIPT_KINDS)
            and matcher.matches(event, [mark.mark for mark in marks.get(event.id, ())])
        ]


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("line", FILTERS)
def test_a_scan_finds_what_the_filter_means(path, line, everything):
    found = []
    PlainScan(path, parse_filter(line), everything=everything).go_on(lambda some: not found.extend(some.ids))
    assert found == meant(path, line, everything)


def test_the_filters_tell_events_apart(path):
    """Otherwise the test above would show nothing."""
    counts = {line: len(meant(path, line, True)) for line in FILTERS}
    assert all(counts.values()), counts


@pytest.mark.parametrize(
    ("source", "flags", "text"),
    [
        ("needle", 0, "needle"),
        ("need.le-and-hay", 0, "le-and-hay"),
        ("a(bcd)e", 0, "abcde"),
        ("a(?:bcd)*e", 0, ""),
        ("tick|tock", 0, ""),
        ("(tick|tock)-now", 0, "-now"),
        ("tickets", re.IGNORECASE, "ets"[:0]),
        ("trade", re.IGNORECASE, "trade"),
        ("(?i:trade)", 0, ""),
        ("gr\u00fc\u00dfe", 0, ""),
        (r"\{\"e\"", 0, '{"e"'),
        ("(?x) ne ed le", 0, "needle"),
        ("(?!needle)x", 0, ""),
    ],
)
def test_what_every_match_holds(source, flags, text):
    assert required_text(re.compile(source, flags)) == text
