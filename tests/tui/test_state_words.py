import pytest

from wstui.events import ConnectionState, RecordedEvent, StateNotice
from wstui.tui.connection_facts import ConnectionFacts, take_facts
from wstui.tui.state_words import SIGNS, live_state_words, recorded_state_words

S = 1_000_000_000


def event(kind, direction="local", t_s=0, connection=0, **detail):
    return RecordedEvent(1, t_s * S, connection, kind, direction, 0, 0, None, detail)


def facts_of(*events):
    return take_facts(ConnectionFacts(), events)


OPEN = event("open", t_s=1, extensions=["permessage-deflate; x"])


def test_every_state_has_a_sign_of_its_own():
    assert len(set(SIGNS.values())) == len(ConnectionState)


@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        ("idle", {}, "○ not connected"),
        ("dialling", {"phase": "tls\x1b"}, "◌ dialling  tls␛"),
        ("open", {}, "● open 00:01:05"),
        ("closing", {}, "◐ closing"),
        ("closed", {}, "■ closed 1006 Abnormal Closure"),
        ("waiting_to_retry", {"retry_at_ns": 77_500_000_000}, "↻ retry in 12 s — F5 now, Esc stops"),
    ],
)
def test_live_states(state, more, words):
    sign, said, _ = live_state_words(StateNotice(state, **more), facts_of(OPEN), 66 * S)
    assert f"{sign} {said}" == words


def test_a_close_code_is_what_a_browser_would_show():
    assert facts_of().close_code is None
    assert facts_of(OPEN).close_code == 1006
    assert facts_of(OPEN, event("close", "sent", code=1000)).close_code == 1006
    assert facts_of(OPEN, event("close", "received", code=None)).close_code == 1005
    assert facts_of(OPEN, event("close", "received", code=4003)).ending == "4003 Private Use"


def test_a_connection_that_never_opened_says_what_went_wrong():
    facts = facts_of(event("error", code="connection_refused"))
    assert recorded_state_words(facts) == ("■", "closed connection refused", "error")


def test_a_recording_without_an_end_was_cut_off():
    assert recorded_state_words(facts_of(OPEN))[1] == "cut off while open"


def test_wanted_endings_are_quiet():
    closed = facts_of(OPEN, event("close", "received", code=1000), event("eof", "received", t_s=2))
    assert recorded_state_words(closed) == ("■", "closed 1000 Normal Closure", "quiet")


def test_the_next_connection_begins_with_a_clean_sheet():
    tls = event("tls", version="TLS 1.3", verified=False)
    facts = facts_of(tls, OPEN)
    assert (facts.tls, facts.insecure, facts.deflate) == ("TLS 1.3", True, True)
    again = take_facts(facts, [event("resolve", connection=1)])
    assert (again.tls, again.insecure, again.opened_ns) == ("", False, None)
