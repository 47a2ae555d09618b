"""Ends that a message announced: a dialect's own, or a complaint in the last words."""

import re

from wstui.diagnosis import confidence
from wstui.diagnosis.evidence import NS, RECEIVED, Evidence
from wstui.diagnosis.rules.closing import TIMER_CODES, dialect_meaning, heartbeat_that_was_missing
from wstui.diagnosis.rules.words import close_number
from wstui.diagnosis.verdict import Because, Finding, PreventedBy
from wstui.dialects import Mark, knowledge
from wstui.events import Cause, Kind, RecordedEvent, safe_text

_SOON_NS = 2 * NS
"""The end follows a complaint at once; what was said long before has been survived."""
_SHOWN = 80
_SHORT_BYTES = 1024
_COMPLAINT = re.compile(
    r'"(error|err|error_?code|errors|fault)"|"(type|event|op|status|kind|action|method|msg|cmd|t)"\s*:\s*"[^"]*'
    r"(error|fail|denied|reject|invalid|disconnect|close|bye|kick|expire|unauthori|forbidden|shutdown)"
    r"|^\W*(error|fail|denied|goodbye|bye|disconnect|closing|forbidden|unauthori)",
    re.IGNORECASE,
)


def announced_by_dialect(evidence: Evidence) -> Finding | None:
    """The dialect has a message for it: why the server is about to end the connection."""
    end = evidence.their_end
    said = _last_with_cause(evidence) if end is not None else None
    if end is None or said is None:
        return None
    event, mark = said
    cause = Cause(mark.data["cause"])
    words = f": “{safe_text(str(mark.data['text']))}”" if mark.data.get("text") else ""
    because = (Because(event.id, f"the server announced it{words}"),)
    prevented: PreventedBy = "none"
    if cause in (Cause.KEEPALIVE_TIMEOUT_SERVER, Cause.IDLE_TIMEOUT_SERVER):
        prevented = heartbeat_that_was_missing(evidence)
    return Finding(cause, confidence.SAID_BY_DIALECT, "server", because, prevented)


def _last_with_cause(evidence: Evidence) -> tuple[RecordedEvent, Mark] | None:
    """The newest announcement, if nothing of weight came after it."""
    found = [
        row for row in evidence.error_messages if row[1].data.get("cause") and evidence.before_end(row[0])
    ]
    if not found:
        return None
    event, mark = found[-1]
    end_ns = evidence.ended_ns or event.t_ns
    later = [e for e in evidence.messages_received if e.id > event.id]
    return (event, mark) if end_ns - event.t_ns <= 5 * NS or len(later) <= 2 else None


def last_words(evidence: Evidence) -> Finding | None:
    """The last message complains in words that give a cause away, and the end follows at once."""
    end = evidence.their_end
    if end is None or not _leaves_room(end) or (end.kind == "close" and dialect_meaning(evidence, end)):
        return None
    event = evidence.last_before_end((Kind.TEXT.value,), RECEIVED)
    text = _complaint(event, evidence) if event is not None else ""
    if event is None or not text:
        return None
    row = next((row for row in knowledge().reason if row.regex.search(text)), None)
    because = (Because(event.id, f"its last words were “{_clip(text)}”"),)
    if row is None:
        return Finding(Cause.POLICY_OR_AUTH, confidence.WEAK, "server", because, "none")
    prevented: PreventedBy = row.prevented_by
    if row.cause is Cause.KEEPALIVE_TIMEOUT_SERVER:
        prevented = heartbeat_that_was_missing(evidence)
    return Finding(row.cause, confidence.LAST_WORDS, "server", because, prevented)


def refused_subscription(evidence: Evidence) -> Finding | None:
    """The server refused what we asked for, and ended the connection over it."""
    end = evidence.their_end
    if end is None or not _leaves_room(end) or not evidence.error_messages:
        return None
    event, mark = evidence.error_messages[-1]
    if mark.data.get("cause") or (evidence.ended_ns or 0) - event.t_ns > _SOON_NS:
        return None
    words = f": “{safe_text(str(mark.data['text']))}”" if mark.data.get("text") else ""
    because = (Because(event.id, f"the server answered with an error just before{words}"),)
    return Finding(Cause.POLICY_OR_AUTH, confidence.WEAK, "server", because, "none")


def _leaves_room(end: RecordedEvent) -> bool:
    """An end that does not say by itself why it came."""
    if end.kind == Kind.CLOSE.value:
        return close_number(end) in (*TIMER_CODES, 1011) and not end.detail.get("invalid")
    return end.kind == Kind.EOF.value and not end.detail.get("missing_bytes")


def _complaint(event: RecordedEvent, evidence: Evidence) -> str:
    """The message's text, if it complains, shortly before the end, and is no echo of ours."""
    if (evidence.ended_ns or 0) - event.t_ns > _SOON_NS or event.size > _SHORT_BYTES:
        return ""
    if any(sent.payload == event.payload for sent in evidence.messages_sent):
        return ""
    text = (event.payload or b"").decode("utf-8", "replace")
    return text if _COMPLAINT.search(text) else ""


def _clip(text: str) -> str:
    shown = safe_text(text)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


RULES = (announced_by_dialect, last_words, refused_subscription)
