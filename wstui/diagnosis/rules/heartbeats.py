"""Heartbeats that the other side waited for: its pings, its messages, and those we owed by the dialect."""

from wstui.diagnosis import confidence
from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.heartbeats import Debt, heartbeat_debt, unanswered_heartbeats
from wstui.diagnosis.rules.closing import TIMER_CODES, reason_row
from wstui.diagnosis.rules.roundness import roundness
from wstui.diagnosis.rules.words import close_number, seconds
from wstui.diagnosis.verdict import Because, Finding
from wstui.events import Cause, Kind, RecordedEvent

_LATE_NS = NS // 4
"""So late a pong, or so long a missing one, is no accident of the end itself."""
_KEEPALIVE = (Cause.KEEPALIVE_TIMEOUT_SERVER, Cause.IDLE_TIMEOUT_SERVER, Cause.IDLE_TIMEOUT_PROXY)


def _end_for_a_heartbeat(evidence: Evidence) -> RecordedEvent | None:
    """The other side's end, if a missing heartbeat can be behind it."""
    end = evidence.their_end
    if end is None or end.detail.get("missing_bytes"):
        return None
    if end.kind != Kind.CLOSE.value:
        return end
    code, row = close_number(end), reason_row(end)
    if row is not None and row.cause not in _KEEPALIVE:
        return None
    return end if code in (*TIMER_CODES, 1008, 1011) or code >= 3000 else None


def unanswered_server_pings(evidence: Evidence) -> Finding | None:
    """The server's pings got no pong from us, and then it hung up."""
    end, pings = _end_for_a_heartbeat(evidence), evidence.unanswered_server_pings
    if end is None or not pings or end.t_ns - pings[0].t_ns <= _LATE_NS:
        return None
    text = f"{len(pings)} of {len(evidence.server_pings)} server pings got no pong from us"
    because = (Because(pings[0].id, text),)
    return Finding(
        Cause.KEEPALIVE_TIMEOUT_SERVER, confidence.HEARTBEAT_MISSING, "server", because, "protocol"
    )


def late_pongs(evidence: Evidence) -> Finding | None:
    """We answered the server's pings, but took our time."""
    end = _end_for_a_heartbeat(evidence)
    if end is None or not evidence.server_pings or evidence.slowest_answer_ns <= _LATE_NS:
        return None
    text = f"our slowest pong came {seconds(evidence.slowest_answer_ns)} after the ping"
    because = (Because(evidence.server_pings[-1].id, text),)
    return Finding(Cause.KEEPALIVE_TIMEOUT_SERVER, confidence.LIKELY, "server", because, "protocol")


def unanswered_messages(evidence: Evidence) -> Finding | None:
    """The server's heartbeats in messages got no answer from us, and then it hung up."""
    end, found = _end_for_a_heartbeat(evidence), unanswered_heartbeats(evidence)
    if end is None or found is None:
        return None
    beat, overdue = found
    text = f"the server's heartbeat ({beat.name}) got no answer from us"
    sure = confidence.HEARTBEAT_MISSING if beat.dialect else confidence.OUR_DOING
    because = (Because(overdue[0].id, text),)
    return Finding(Cause.KEEPALIVE_TIMEOUT_SERVER, sure, "server", because, "application")


def owed_heartbeat(evidence: Evidence) -> Finding | None:
    """The dialect wants heartbeats of us, and we sent none for long enough."""
    end, debt = _end_for_a_heartbeat(evidence), heartbeat_debt(evidence)
    if end is None or debt is None or debt.span_ns < NS:
        return None
    last = f"the last one {seconds(debt.span_ns)} before the end" if debt.last else "and we sent none"
    text = f"{debt.title} wants a heartbeat message from the client, {last}"
    because = (Because(debt.last.id if debt.last else end.id, text), Because(0, debt.wanted.rule))
    return Finding(Cause.KEEPALIVE_TIMEOUT_SERVER, _sure(debt, end), "server", because, "application")


def _sure(debt: Debt, end: RecordedEvent) -> float:
    if debt.fits_the_agreement:
        return confidence.HEARTBEAT_MISSING
    if debt.wanted.fails_after_s is not None and debt.span_ns >= 0.95 * debt.wanted.fails_after_s * NS:
        return confidence.HEARTBEAT_MISSING
    if debt.last is None and roundness(debt.span_ns) >= 0.9:
        return confidence.HEARTBEAT_NEVER_SENT
    return confidence.FIN_IN_TRAFFIC if end.kind == Kind.CLOSE.value else confidence.WEAK


RULES = (unanswered_server_pings, late_pongs, unanswered_messages, owed_heartbeat)
