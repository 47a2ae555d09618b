"""What several connections have in common: a silence that repeats is a timer, an age that repeats a limit."""

from wstui.diagnosis import confidence
from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.past import PastEnding, ended_how
from wstui.diagnosis.rules.idle import plain_silence
from wstui.diagnosis.rules.roundness import alike, spread
from wstui.diagnosis.rules.words import close_number
from wstui.diagnosis.verdict import Because, Finding, Who
from wstui.events import Cause

_POLITE = ("eof", "1000", "1001", "1002", "1005")
"""Ends that do not say why."""
_MIN_S = 1.0


def _same_ends(evidence: Evidence) -> list[PastEnding]:
    """Earlier endings of the same kind, where that kind does not explain itself."""
    how = ended_how(evidence)
    if how not in _POLITE or evidence.their_end is None:
        return []
    if how.isdigit() and evidence.their_end.detail.get("reason") and close_number(evidence.their_end) == 1000:
        return []
    return [row for row in evidence.past if row.comparable and row.ended == how]


def repeated_silence(evidence: Evidence) -> Finding | None:
    """Connections of different ages ended after the same silence: an idle timer, round or not."""
    silence_s, age_s = (evidence.silence_ns or 0) / NS, (evidence.age_ns or 0) / NS
    same = [row for row in _same_ends(evidence) if alike(row.silence_s, silence_s)]
    end, idle = evidence.their_end, plain_silence(evidence)
    if not same or end is None or idle is None:
        return None
    if not spread([age_s, *(row.age_s for row in same)]):
        return None
    cause = Cause.IDLE_TIMEOUT_PROXY if idle.who == "proxy" else Cause.IDLE_TIMEOUT_SERVER
    text = f"{len(same) + 1} connections of different ages ended after the same silence of {silence_s:.1f} s"
    return Finding(cause, confidence.SEEN_REPEATEDLY, idle.who, (Because(end.id, text),), idle.prevented_by)


def repeated_age(evidence: Evidence) -> Finding | None:
    """Connections with different silences ended at the same age: a maximum lifetime."""
    silence_s, age_s = (evidence.silence_ns or 0) / NS, (evidence.age_ns or 0) / NS
    same = [row for row in _same_ends(evidence) if alike(row.age_s, age_s)]
    end = evidence.their_end
    if not same or end is None or age_s < _MIN_S:
        return None
    if not spread([silence_s, *(row.silence_s for row in same)]):
        return None
    who: Who = "proxy" if evidence.proxy is not None else "server"
    text = f"{len(same) + 1} connections ended at the same age of {age_s:.1f} s, however silent they were"
    return Finding(Cause.LIFETIME_LIMIT, confidence.SEEN_REPEATEDLY, who, (Because(end.id, text),), "none")


RULES = (repeated_silence, repeated_age)
