"""One place that ranks what the rules found and makes a verdict of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wstui.diagnosis.advice import advice
from wstui.diagnosis.evidence import Evidence, connection_evidence
from wstui.diagnosis.gather import gather
from wstui.diagnosis.past import PastEnding
from wstui.diagnosis.ranking import alternatives, rank
from wstui.diagnosis.rules import RULES
from wstui.diagnosis.verdict import Because, Finding, Heartbeat, Verdict
from wstui.dialects import median_period_s
from wstui.events import Cause, ErrorCode, RecordedEvent

if TYPE_CHECKING:
    from wstui.timeline import TimelineReader

_HARMLESS = (ErrorCode.DATA_AFTER_CLOSE, ErrorCode.MISSED_PONG, ErrorCode.CLOCK_JUMP)
"""Errors beside which an ending can be clean."""
_FAILED_NS = 1_000_000_000


def diagnose(
    reader: "TimelineReader", connection: int | None = None, history: Sequence[PastEnding] = ()
) -> Verdict:
    """The verdict on one connection of a session.

    Args:
        reader: an open session file, live or recorded.
        connection: which attempt; None: the last one.
        history: endings of earlier sessions at the same place
            (:func:`~wstui.diagnosis.history.history_of`).
    """
    return diagnose_events(gather(reader), connection, history, dialect_of(reader.info.settings))


def dialect_of(settings: dict[str, Any]) -> str:
    """What a session's settings say about its dialect."""
    return str(settings.get("dialect") or "auto")


def diagnose_events(
    events: Sequence[RecordedEvent],
    connection: int | None = None,
    history: Sequence[PastEnding] = (),
    dialect: str = "auto",
) -> Verdict:
    """The verdict from a session's events, in order; they may be thinned.

    Args:
        events: of all connections.
        connection: which attempt; None: the last one.
        history: endings of earlier sessions at the same place.
        dialect: ``auto``, ``none`` or a name, as the profile has it.
    """
    connections = max((e.connection for e in events), default=-1) + 1
    chosen = connections - 1 if connection is None else connection
    evidence = connection_evidence(events, chosen, dialect=dialect, history=history)
    findings = rank([finding for rule in RULES if (finding := rule(evidence)) is not None])
    best = findings[0] if findings else _nothing_found(evidence)
    return Verdict(
        cause=best.cause,
        confidence=best.confidence,
        who=best.who,
        clean=is_clean(evidence),
        close_code=close_code(evidence),
        close_reason=_close_reason(evidence),
        heartbeat=_heartbeat(evidence),
        heartbeat_period_s=_heartbeat_period_s(evidence),
        prevented_by=best.prevented_by,
        connections=connections,
        because=best.because,
        alternatives=alternatives(findings),
        try_next=advice(best, evidence),
        connection=max(chosen, 0),
    )


def is_clean(evidence: Evidence) -> bool:
    """Both Close frames were exchanged, neither broke a rule, and TCP ended after them.

    Failing the connection (RFC 6455 §7.1.7), as over a heartbeat that nobody answered, is not clean even
    if the other side still answers the Close; nor is a server that leaves TCP open until we give up (§7.1.1).
    RFC 6455 §7.1.4.
    """
    sent, received, end = evidence.close_sent, evidence.close_received, evidence.end
    if sent is None or received is None or received.detail.get("invalid"):
        return False
    if end is None or end.kind != "eof" or evidence.end_is_ours or _closed_for_a_missed_pong(evidence):
        return False
    return all(e.detail.get("code") in _HARMLESS for e in evidence.errors)


def _closed_for_a_missed_pong(evidence: Evidence) -> bool:
    sent, missed = evidence.close_sent, evidence.error(ErrorCode.MISSED_PONG)
    if sent is None or missed is None or sent.detail.get("code") != 1011 or sent.detail.get("reply"):
        return False
    newest = max(e.t_ns for e in evidence.errors if e.detail.get("code") == ErrorCode.MISSED_PONG)
    return abs(sent.t_ns - newest) <= _FAILED_NS


def close_code(evidence: Evidence) -> int | None:
    """What a browser's CloseEvent would show.

    1005 for a Close frame without a body, 1006 where none was received, None if it never opened or
    is still open.
    """
    if evidence.opened is None or (evidence.end is None and evidence.close_received is None):
        return None
    received = evidence.close_received
    if received is None or received.detail.get("invalid"):
        return 1006
    code = received.detail.get("code")
    return 1005 if code is None else int(code)


def _close_reason(evidence: Evidence) -> str:
    return str(evidence.close_received.detail.get("reason", "")) if evidence.close_received else ""


def _nothing_found(evidence: Evidence) -> Finding:
    if evidence.opened is not None and evidence.end is None:
        return Finding(Cause.STILL_OPEN, 1.0, "client", (), "unknown")
    text = "the recording stops before the connection was open or had failed"
    last = evidence.events[-1].id if evidence.events else 0
    return Finding(Cause.UNKNOWN, 0.0, "network", (Because(last, text),), "unknown")


def _heartbeat(evidence: Evidence) -> Heartbeat:
    protocol = bool(evidence.pings_sent or evidence.server_pings)
    application = evidence.application_heartbeat is not None
    if protocol and application:
        return "both"
    return "protocol" if protocol else "application" if application else "none"


def _heartbeat_period_s(evidence: Evidence) -> float | None:
    if evidence.application_heartbeat is not None and evidence.application_heartbeat.period_s is not None:
        return evidence.application_heartbeat.period_s
    return evidence.server_ping_period_s or median_period_s([e.t_ns for e in evidence.pings_sent])
