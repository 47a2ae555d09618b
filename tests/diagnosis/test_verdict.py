"""The verdict's shape, its ranking, and what it may never claim."""

import json

from hypothesis import given
from hypothesis import strategies as st

from wstui.diagnosis import Because, Finding, diagnose_events
from wstui.diagnosis.ranking import rank
from wstui.diagnosis.rules.roundness import roundness
from wstui.dialects import knowledge
from wstui.events import Cause, Direction, ErrorCode, Kind, RecordedEvent

KEYS = [
    "type", "cause", "confidence", "who", "clean", "close_code", "close_reason", "heartbeat",
    "heartbeat_period_s", "prevented_by", "connections", "session", "because", "alternatives", "try_next",
]  # fmt: skip


def test_the_mapping_has_the_names_that_scripts_rely_on(trace):
    line = diagnose_events(trace.open().eof(60.0).events).to_mapping("a.wstui")
    assert list(line) == KEYS
    assert json.loads(json.dumps(line)) == line
    assert line["session"] == "a.wstui"


def test_the_verdict_is_on_the_last_connection_unless_asked_otherwise(trace):
    trace.error(0.1, "connection_refused")
    trace.connection = 1
    trace.open(1.0).server_closes(1.2, 1012)
    assert diagnose_events(trace.events).cause is Cause.SERVER_RESTART
    assert diagnose_events(trace.events).connections == 2
    assert diagnose_events(trace.events, 0).cause is Cause.CONNECTION_REFUSED


def test_evidence_names_events_of_the_connection(trace):
    trace.open().received(0.1, "a").server_closes(60.1, 1000)
    verdict = diagnose_events(trace.events)
    numbers = {event.id for event in trace.events}
    assert verdict.because
    assert {row.event for row in verdict.because if row.event} <= numbers


def test_findings_of_one_cause_support_each_other():
    one = Finding(Cause.SERVER_CRASH, 0.6, "server", (Because(1, "a"),), "unknown")
    two = Finding(Cause.SERVER_CRASH, 0.5, "server", (Because(2, "b"),), "none")
    other = Finding(Cause.CONNECTION_RESET, 0.65, "server", (Because(3, "c"),))
    best = rank([other, one, two])[0]
    assert best.cause is Cause.SERVER_CRASH
    assert 0.65 < best.confidence < 1
    assert best.because == (Because(1, "a"), Because(2, "b"))
    assert best.prevented_by == "none"


def test_round_silences_are_round():
    second = 10**9
    for seconds in (2.5, 3, 5, 10, 30, 60, 100, 300, 350, 3600):
        assert roundness(round(seconds * second)) == 1.0
        assert roundness(round((seconds + 0.04) * second)) == 1.0
    assert roundness(round(47.6 * second)) < 0.6
    assert roundness(round(3.26 * second)) < 0.3


def test_every_row_of_knowledge_compiles_and_names_its_source():
    rows = knowledge()
    for row in (*rows.intermediary, *rows.reason):
        assert row.regex
        assert row.source
    for shape in rows.heartbeat:
        assert shape.request_regex
        assert shape.source


kinds = st.sampled_from([kind.value for kind in Kind])
directions = st.sampled_from([direction.value for direction in Direction])
details = st.fixed_dictionaries(
    {},
    optional={
        "code": st.one_of(
            st.none(), st.integers(0, 5000), st.sampled_from([code.value for code in ErrorCode])
        ),
        "message": st.text(max_size=20),
        "reason": st.text(max_size=20),
        "reply": st.booleans(),
        "status": st.integers(0, 600),
        "rtt_ns": st.integers(0, 10**12),
        "missing_bytes": st.integers(0, 100),
        "response": st.fixed_dictionaries(
            {"status": st.just(101), "headers": st.just([["Server", "nginx"]])}
        ),
    },
)


@st.composite
def any_events(draw):
    rows, t_ns = [], 0
    for number in range(1, draw(st.integers(0, 12)) + 1):
        t_ns += draw(st.integers(0, 10**11))
        kind, detail = draw(kinds), draw(details)
        if kind == "close" and not isinstance(detail.get("code"), int | None):
            detail.pop("code")
        if kind == "error" and not isinstance(detail.get("code"), str):
            detail["code"] = "internal"
        rows.append(
            RecordedEvent(number, t_ns, 0, kind, draw(directions), 1, 3, draw(st.binary(max_size=4)), detail)
        )
    return rows


@given(any_events())
def test_any_events_give_a_verdict_and_nothing_unclean_is_called_clean(events):
    verdict = diagnose_events(events)
    assert 0 <= verdict.confidence <= 1
    json.dumps(verdict.to_mapping())
    closes = {event.direction for event in events if event.kind == "close"}
    if not {"sent", "received"} <= closes:
        assert not verdict.clean
