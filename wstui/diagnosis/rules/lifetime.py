"""A maximum age: the end at a round age though messages were flowing."""

from wstui.diagnosis import confidence
from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.rules.roundness import roundness
from wstui.diagnosis.rules.words import seconds
from wstui.diagnosis.verdict import Because, Finding, Who
from wstui.dialects import limits_near
from wstui.events import RecordedEvent
from wstui.events.causes import Cause

LIVELY_NS = 3 * NS // 2
"""Traffic this near to the end, at most, counts as flowing."""
_MIN_AGE_NS = 2 * NS


def lifetime_finding(evidence: Evidence, end: RecordedEvent, because: tuple[Because, ...]) -> Finding | None:
    """A maximum age, if the age is round or known, and there was talk until the end.

    Where only one side talks, the other's silence explains it as well.
    """
    age = evidence.age_ns
    if age is None or age < _MIN_AGE_NS or (evidence.data_silence_ns or 0) >= min(LIVELY_NS, age // 3):
        return None
    known = _known_age(evidence, age)
    if not known and roundness(age) < 0.9:
        return None
    text = f"it ended at an age of {seconds(age)} though messages were flowing"
    rows = (*because, Because(end.id, text), *((Because(0, known),) if known else ()))
    who: Who = "proxy" if known and evidence.proxy is not None else "server"
    sure = confidence.KNOWN_LIMIT if known else confidence.ROUND_AGE
    if not known and not _both_talk(evidence, age):
        sure = confidence.WEAK
    return Finding(Cause.LIFETIME_LIMIT, sure, who, rows, "none")


def _both_talk(evidence: Evidence, age_ns: int) -> bool:
    if not evidence.messages_received or not evidence.messages_sent:
        return False
    received, sent = evidence.silence_received_ns or 0, evidence.silence_sent_ns or 0
    return max(received, sent) < age_ns // 2


def _known_age(evidence: Evidence, age_ns: int) -> str:
    for row in limits_near(age_ns / NS, of="lifetime"):
        if row in (evidence.proxy, evidence.server):
            return f"{row.name} ends connections at an age of {row.lifetime_s:g} s by default"
    return ""
