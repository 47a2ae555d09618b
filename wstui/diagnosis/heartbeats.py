"""Heartbeats that were owed: what the dialect wants of a client, and when it last got it.

Which messages are heartbeats is :mod:`wstui.dialects`' business; here it is asked who owes whom.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from wstui.diagnosis.connection_events import NS, SENT
from wstui.diagnosis.evidence import Evidence
from wstui.dialects import FoundHeartbeat, Heartbeat
from wstui.events import RecordedEvent

_LATEST_PERIODS = 1.5
"""So many of its own periods late, a heartbeat that was regular has stopped."""


@dataclass(frozen=True, slots=True)
class Debt:
    """The dialect wants the client to send heartbeats, and before the end there were none for a while."""

    title: str
    wanted: Heartbeat
    last: RecordedEvent | None
    """Our last one; None: there never was any."""
    span_ns: int
    """Since then, or since it opened."""
    limit_s: float | None
    """When this connection's own agreement says that patience ends; None: only the service's usual limit."""

    @property
    def fits_the_agreement(self) -> bool:
        """The end came when the agreed patience was over."""
        return self.limit_s is not None and 0.85 * self.limit_s <= self.span_ns / NS <= 1.6 * self.limit_s + 1


def heartbeat_debt(evidence: Evidence) -> Debt | None:
    """What we owe by the dialect's rules, if the other side could have lost its patience over it."""
    dialect, wanted = evidence.reading.dialect, evidence.reading.wanted
    if dialect is None or wanted is None or not _is_ours_to_send(wanted, evidence):
        return None
    if evidence.opened is None or evidence.ended_ns is None:
        return None
    sent = _heartbeats_sent(evidence)
    last = sent[-1] if sent else None
    span_ns = max(0, evidence.ended_ns - (last.t_ns if last else evidence.opened.t_ns))
    if last is not None and not _is_overdue(sent, span_ns, evidence.reading.expected_period_s):
        return None
    return Debt(dialect.title, wanted, last, span_ns, _agreed_limit_s(wanted, evidence))


def _is_ours_to_send(wanted: Heartbeat, evidence: Evidence) -> bool:
    """The client has to begin, or both send one-way; and somebody counts."""
    if wanted.fails_after_s is None and wanted.fails_after_periods is None:
        return False
    if wanted.starts == "server" or (wanted.starts == "either" and wanted.answered):
        return False
    if not wanted.promised:
        return True
    promise = re.compile(wanted.promised.encode(), re.DOTALL)
    return any(promise.search(e.payload or b"") for e in evidence.messages_sent)


def _heartbeats_sent(evidence: Evidence) -> list[RecordedEvent]:
    marks = evidence.reading.marks
    return [
        e
        for e in evidence.messages
        if e.direction == SENT and e.id in marks and marks[e.id].mark == "app_ping" and evidence.before_end(e)
    ]


def _is_overdue(sent: list[RecordedEvent], span_ns: int, expected_s: float | None) -> bool:
    gaps = [later.t_ns - earlier.t_ns for earlier, later in pairwise(sent)]
    usual_ns = max(gaps, default=0) or round((expected_s or 0) * NS)
    return bool(usual_ns) and span_ns > _LATEST_PERIODS * usual_ns


def _agreed_limit_s(wanted: Heartbeat, evidence: Evidence) -> float | None:
    """Only where a message on this connection gave the period; defaults are often changed."""
    agreed = any("period_s" in mark.data for mark in evidence.reading.marks.values())
    period_s = evidence.reading.expected_period_s
    if not agreed or period_s is None:
        return None
    return period_s * (wanted.fails_after_periods or 2)


def unanswered_heartbeats(evidence: Evidence) -> tuple[FoundHeartbeat, list[RecordedEvent]] | None:
    """The server's heartbeats in messages that we left unanswered for longer than we usually took."""
    beat, end = evidence.application_heartbeat, evidence.their_end
    if beat is None or end is None or beat.starts == SENT or not beat.unanswered:
        return None
    patience_ns = max(NS // 4, 2 * beat.slowest_answer_ns)
    if not beat.dialect and beat.period_s is not None and len(beat.unanswered) < len(beat.requests):
        patience_ns = max(patience_ns, round(_LATEST_PERIODS * beat.period_s * NS))
    overdue = [e for e in beat.unanswered if end.t_ns - e.t_ns > patience_ns]
    return (beat, overdue) if overdue else None
