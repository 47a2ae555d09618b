"""Endings with the server's Close frame: what it said, and what the time before adds.

A code alone misleads: 1000 and 1001 can be an idle timeout, 1011 a missed heartbeat; so the reason's
words, the dialect, and the silence before the end are heard too.
"""

from wstui.diagnosis import confidence
from wstui.diagnosis.codes import close_code_says
from wstui.diagnosis.evidence import Evidence
from wstui.diagnosis.heartbeats import heartbeat_debt, unanswered_heartbeats
from wstui.diagnosis.rules.idle import Idle, idle_before_end
from wstui.diagnosis.rules.lifetime import lifetime_finding
from wstui.diagnosis.rules.words import close_frame, close_number, seconds, silent_for
from wstui.diagnosis.verdict import Because, Finding, PreventedBy, Who
from wstui.dialects import CloseMeaning, ReasonPattern, catalogue, knowledge
from wstui.events import Cause, RecordedEvent, close_code_name

TIMER_CODES = (1000, 1001, 1002, 1005)
"""Codes that servers also use when a timer fires."""

_TIMER_CAUSES = (Cause.KEEPALIVE_TIMEOUT_SERVER, Cause.IDLE_TIMEOUT_SERVER, Cause.LIFETIME_LIMIT)
_TIMER_CAUSES_CODES = (*TIMER_CODES, 1008, 1011, 3000, 3008)
_OPEN_TO_WORDS = (1000, 1001, 1005, 1011)
"""Codes that leave room for the reason's words; others have a meaning of their own."""
_SLOW_PONG_NS = 100_000_000
_ACCUSED_NS = 1_500_000_000
"""Who is accused of a mistake has made it just before."""


def code_says(evidence: Evidence) -> Finding | None:
    """What the server's close code means by itself."""
    first = evidence.server_closed_first
    if first is None or first.detail.get("invalid"):
        return None
    said = close_code_says(close_number(first))
    if said is None:
        private = close_number(first) >= 4000
        sure = confidence.PRIVATE_CODE if private else confidence.UNREGISTERED_CODE
        return Finding(Cause.SERVICE_PRIVATE_CODE, sure, "server", (close_frame(first),), "none")
    sure = said.confidence
    if said.cause is Cause.PROTOCOL_ERROR_CLIENT and (evidence.silence_sent_ns or 0) > _ACCUSED_NS:
        sure = confidence.WEAK
    return Finding(said.cause, sure, said.who, (close_frame(first),), "none")


def dialect_says(evidence: Evidence) -> Finding | None:
    """What the code means in the dialect that is spoken."""
    first = evidence.server_closed_first
    row = dialect_meaning(evidence, first) if first is not None else None
    if first is None or row is None:
        return None
    number = close_number(first)
    text = f"in {evidence.reading.dialect.title if evidence.reading.dialect else ''} {number} means: "
    sure = confidence.SAID_BY_DIALECT if number >= 3000 else confidence.LIKELY
    prevented: PreventedBy = "none"
    if row.cause in (Cause.KEEPALIVE_TIMEOUT_SERVER, Cause.IDLE_TIMEOUT_SERVER, Cause.IDLE_TIMEOUT_PROXY):
        prevented = heartbeat_that_was_missing(evidence)
    because = (close_frame(first), Because(first.id, text + row.label))
    who: Who = "proxy" if row.cause is Cause.IDLE_TIMEOUT_PROXY else "server"
    return Finding(row.cause, sure, who, because, prevented)


def dialect_meaning(evidence: Evidence, close: RecordedEvent) -> CloseMeaning | None:
    """The dialect's row for a Close frame that the server sent."""
    if not evidence.dialect_name:
        return None
    number, reason = close_number(close), str(close.detail.get("reason", ""))
    row = catalogue().close_meaning(evidence.dialect_name, number, reason)
    return row if row is not None and row.sender != "client" else None


def reason_says(evidence: Evidence) -> Finding | None:
    """What the words of the server's reason give away."""
    first = evidence.server_closed_first
    row = reason_row(first) if first is not None else None
    if first is None or row is None:
        return None
    sure = row.confidence if _words_decide(row.cause, close_number(first)) else confidence.WEAK
    prevented = row.prevented_by
    if row.cause is Cause.IDLE_TIMEOUT_SERVER:
        idle = idle_before_end(evidence)
        prevented = idle.prevented_by if idle is not None else "unknown"
    if row.cause is Cause.KEEPALIVE_TIMEOUT_SERVER:
        prevented = heartbeat_that_was_missing(evidence)
    return Finding(row.cause, sure, "server", (close_frame(first),), prevented)


def reason_row(close: RecordedEvent) -> ReasonPattern | None:
    """The row of words that the reason matches; a reason that repeats its code's name says nothing."""
    reason = str(close.detail.get("reason", ""))
    if not reason or reason.strip(" .!").lower() == close_code_name(close_number(close)).lower():
        return None
    return next((row for row in knowledge().reason if row.regex.search(reason)), None)


def _words_decide(cause: Cause, code: int) -> bool:
    """Words decide where the code leaves room; a code with a meaning of its own keeps it."""
    if cause in _TIMER_CAUSES:
        return code in _TIMER_CAUSES_CODES or code >= 4000
    return code in _OPEN_TO_WORDS


def heartbeat_that_was_missing(evidence: Evidence) -> PreventedBy:
    """Which heartbeat the server waited for, as far as the events tell."""
    if evidence.unanswered_server_pings or evidence.slowest_answer_ns > _SLOW_PONG_NS:
        return "protocol"
    if unanswered_heartbeats(evidence) or heartbeat_debt(evidence):
        return "application"
    if evidence.pongs_received or evidence.server_pings:
        return "application"
    return "unknown"


def timer_behind_the_code(evidence: Evidence) -> Finding | None:
    """A Close frame of the harmless kind at the end of a silence that looks configured."""
    first = evidence.server_closed_first
    if first is None or close_number(first) not in TIMER_CODES or first.detail.get("invalid"):
        return None
    idle = idle_before_end(evidence)
    if idle is None or (idle.roundness < 0.5 and not idle.known_limit) or _speaks_of_something_else(first):
        return None
    who = idle.who
    cause = Cause.IDLE_TIMEOUT_PROXY if who == "proxy" else Cause.IDLE_TIMEOUT_SERVER
    sure = min(confidence.TIMER_CODE_MOST, idle.confidence + confidence.TIMER_CODE)
    return Finding(cause, sure, who, _idle_because(evidence, idle, first), idle.prevented_by)


def _speaks_of_something_else(close: RecordedEvent) -> bool:
    """Its reason explains it otherwise; of a 1000 any reason does."""
    row = reason_row(close)
    if row is not None:
        return row.cause not in (Cause.IDLE_TIMEOUT_SERVER, Cause.IDLE_TIMEOUT_PROXY)
    return bool(close.detail.get("reason")) and close_number(close) == 1000


def _idle_because(evidence: Evidence, idle: Idle, close: RecordedEvent) -> tuple[Because, ...]:
    span = seconds(idle.span_ns)
    words = {
        "all": silent_for(evidence).text,
        "data": f"no message for {span}, though pings were answered",
        "received": f"nothing received for {span}, though we spoke",
        "sent": f"we sent nothing for {span}",
        "messages sent": f"we sent no message for {span}",
    }[idle.kind]
    known = (Because(0, idle.known_limit),) if idle.known_limit else ()
    return (close_frame(close), Because(close.id, words), *known)


def age_behind_the_code(evidence: Evidence) -> Finding | None:
    """Closed politely at a round age while traffic was flowing: a maximum lifetime."""
    first = evidence.server_closed_first
    if first is None or close_number(first) not in (1000, 1001, 1005) or evidence.age_ns is None:
        return None
    if reason_row(first) is not None:
        return None
    return lifetime_finding(evidence, first, (close_frame(first),))


RULES = (code_says, dialect_says, reason_says, timer_behind_the_code, age_behind_the_code)
