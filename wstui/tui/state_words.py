"""The state of a connection as a sign, words and a tone: the line that is read from two metres away."""

from wstui.events import ConnectionState, StateNotice, safe_text
from wstui.tui.connection_facts import ConnectionFacts
from wstui.words.measures import NS_PER_S, span_clock

StateWords = tuple[str, str, str]
"""Sign, words, tone."""

SIGNS = {
    ConnectionState.IDLE: "○",
    ConnectionState.DIALLING: "◌",
    ConnectionState.OPEN: "●",
    ConnectionState.CLOSING: "◐",
    ConnectionState.CLOSED: "■",
    ConnectionState.WAITING_TO_RETRY: "↻",
}


def live_state_words(notice: StateNotice, facts: ConnectionFacts, now_ns: int) -> StateWords:
    """How a live session stands."""
    state = ConnectionState(notice.state)
    sign = SIGNS[state]
    if state is ConnectionState.OPEN:
        opened_ns = facts.opened_ns or notice.t_ns
        return sign, f"open {span_clock(now_ns - opened_ns)}", "good"
    if state is ConnectionState.DIALLING:
        return sign, f"dialling  {safe_text(notice.phase)}".rstrip(), "accent"
    if state is ConnectionState.CLOSING:
        return sign, "closing", "warning"
    if state is ConnectionState.WAITING_TO_RETRY:
        left_s = max(0, -(-(notice.retry_at_ns - now_ns) // NS_PER_S))
        return sign, f"retry in {left_s} s — F5 now, Esc stops", "warning"
    if state is ConnectionState.CLOSED:
        return sign, f"closed {facts.ending}".rstrip(), ending_tone(facts)
    return sign, "not connected", "quiet"


def recorded_state_words(facts: ConnectionFacts) -> StateWords:
    """How a recording ended."""
    if facts.ended_ns is None and facts.opened_ns is not None:
        return "■", "cut off while open", "warning"
    return "■", f"closed {facts.ending}".rstrip(), ending_tone(facts)


def played_state_words(facts: ConnectionFacts, now_ns: int) -> StateWords:
    """How a recording that is played back stands at a moment."""
    if facts.ended_ns is not None:
        return recorded_state_words(facts)
    state = ConnectionState.DIALLING if facts.opened_ns is None else ConnectionState.OPEN
    return live_state_words(StateNotice(state, t_ns=now_ns), facts, now_ns)


def ending_tone(facts: ConnectionFacts) -> str:
    """Quiet for an ending that somebody wanted, the error's for any other."""
    return "quiet" if facts.close_code in (1000, 1001, 1005) else "error"
