"""One place that ranks what the rules found and makes a verdict of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wstui.diagnosis.advice import advice
from wstui.diagnosis.evidence import Evidence, connection_evidence
from wstui.diagnosis.gather import gather
from wstui.diagnosis.heartbeats import median_period_s
from wstui.diagnosis.rules import RULES
from wstui.diagnosis.verdict import Alternative, Because, Finding, Heartbeat, Verdict
from wstui.events import Cause, RecordedEvent

if TYPE_CHECKING:
    from wstui.timeline import TimelineReader

MAX_ALTERNATIVES = 3
MIN_ALTERNATIVE = 0.1


def diagnose(reader: "TimelineReader", connection: int | None = None) -> Verdict:
    """The verdict on one connection of a session.

    Args:
        reader: an open session file, live or recorded.
        connection: which attempt; None: the last one.
    """
    return diagnose_events(gather(reader), connection)


def diagnose_events(events: Sequence[RecordedEvent], connection: int | None = None) -> Verdict:
    """The verdict from a session's events, in order; they may be thinned.

    Args:
        events: of all connections.
        connection: which attempt; None: the last one.
    """
    connections = max((e.connection for e in events), default=-1) + 1
    chosen = connections - 1 if connection is None else connection
    evidence = connection_evidence(events, chosen)
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
        alternatives=_alternatives(findings),
        try_next=advice(best, evidence),
        connection=max(chosen, 0),
    )


def rank(findings: Sequence[Finding]) -> list[Finding]:
    """The surest first; findings of the same cause support each other.

    Two rules that agree raise the surer one by half of what the other leaves to doubt, never above
    0.99; its evidence gains the other's.
    """
    merged: dict[Cause, Finding] = {}
    for finding in sorted(findings, key=lambda row: -row.confidence):
        known = merged.get(finding.cause)
        merged[finding.cause] = finding if known is None else _support(known, finding)
    return sorted(merged.values(), key=lambda row: -row.confidence)


def _support(main: Finding, other: Finding) -> Finding:
    confidence = min(0.99, main.confidence + (1 - main.confidence) * other.confidence / 2)
    because = (*main.because, *(row for row in other.because if row not in main.because))
    prevented = main.prevented_by if main.prevented_by != "unknown" else other.prevented_by
    return Finding(main.cause, confidence, main.who, because, prevented, (*main.advice, *other.advice))


def is_clean(evidence: Evidence) -> bool:
    """Both Close frames were exchanged, neither broke a rule, and TCP ended after them.

    RFC 6455 §7.1.4.
    """
    sent, received, end = evidence.close_sent, evidence.close_received, evidence.end
    if sent is None or received is None or received.detail.get("invalid"):
        return False
    if end is None or end.kind != "eof" or evidence.still_running:
        return False
    failed = [
        e
        for e in evidence.errors
        if e.detail.get("code") not in ("data_after_close", "missed_pong", "clock_jump")
    ]
    return not failed


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


def _alternatives(findings: Sequence[Finding]) -> tuple[Alternative, ...]:
    rest = [Alternative(row.cause, row.confidence * 0.6) for row in findings[1:]]
    return tuple(row for row in rest if row.confidence >= MIN_ALTERNATIVE)[:MAX_ALTERNATIVES]


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
