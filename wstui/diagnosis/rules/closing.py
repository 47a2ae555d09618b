"""Endings with a Close frame: what was said, who said it first, and what the silence adds.

A code alone misleads: 1000 and 1001 can be an idle timeout, 1011 a missed heartbeat; so the reason's
words and the time before the end are heard too.
"""

from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.rules.ending import lifetime_finding
from wstui.diagnosis.rules.idle import Idle, idle_before_end
from wstui.diagnosis.rules.words import close_frame, seconds, silent_for, tcp_ended
from wstui.diagnosis.verdict import Because, Finding, PreventedBy, Who
from wstui.dialects import knowledge
from wstui.events import Cause, ErrorCode, RecordedEvent, close_code_name

_OUR_FAILURES = {
    ErrorCode.PROTOCOL_VIOLATION: Cause.PROTOCOL_ERROR_SERVER,
    ErrorCode.INVALID_UTF8: Cause.PROTOCOL_ERROR_SERVER,
    ErrorCode.BAD_COMPRESSION: Cause.PROTOCOL_ERROR_SERVER,
    ErrorCode.MESSAGE_TOO_BIG: Cause.MESSAGE_TOO_BIG,
}

_BY_CODE: dict[int, tuple[Cause, Who, float]] = {
    1000: (Cause.SERVER_CLOSED_NORMAL, "server", 0.8),
    1001: (Cause.SERVER_GOING_AWAY, "server", 0.8),
    1002: (Cause.PROTOCOL_ERROR_CLIENT, "server", 0.9),
    1003: (Cause.UNSUPPORTED_DATA, "server", 0.95),
    1007: (Cause.PROTOCOL_ERROR_CLIENT, "server", 0.93),
    1008: (Cause.POLICY_OR_AUTH, "server", 0.93),
    1009: (Cause.MESSAGE_TOO_BIG, "server", 0.97),
    1010: (Cause.PROTOCOL_ERROR_CLIENT, "server", 0.8),
    1011: (Cause.INTERNAL_SERVER_ERROR, "server", 0.88),
    1012: (Cause.SERVER_RESTART, "server", 0.95),
    1013: (Cause.OVERLOADED_TRY_AGAIN, "server", 0.95),
    1014: (Cause.BACKEND_UNAVAILABLE, "proxy", 0.9),
    1005: (Cause.SERVER_CLOSED_NORMAL, "server", 0.6),
    3000: (Cause.POLICY_OR_AUTH, "server", 0.75),
    3003: (Cause.POLICY_OR_AUTH, "server", 0.8),
    3008: (Cause.IDLE_TIMEOUT_SERVER, "server", 0.75),
}

_CODES_OF_TIMERS = (1000, 1001, 1002, 1005)
"""Codes that servers also use when a timer fires."""


def _server_closed_first(evidence: Evidence) -> RecordedEvent | None:
    """The server's Close frame, if it came before ours."""
    received, sent = evidence.close_received, evidence.close_sent
    if received is None or (sent is not None and sent.id < received.id):
        return None
    return received


def _code(close: RecordedEvent) -> int:
    code = close.detail.get("code")
    return 1005 if code is None else int(code)


def we_failed_the_connection(evidence: Evidence) -> Finding | None:
    """The server broke a rule, or sent more than we take, and we said so."""
    error = evidence.error(*_OUR_FAILURES)
    if error is None or evidence.opened is None:
        return None
    if (first := _server_closed_first(evidence)) is not None and first.id < error.id:
        return None
    cause = _OUR_FAILURES[ErrorCode(error.detail["code"])]
    rule = f" ({error.detail['rule']})" if error.detail.get("rule") else ""
    who: Who = "client" if cause is Cause.MESSAGE_TOO_BIG else "server"
    return Finding(cause, 0.97, who, (Because(error.id, f"{error.detail['message']}{rule}"),), "none")


def we_missed_pongs(evidence: Evidence) -> Finding | None:
    """Our pings were not answered, and nothing of the server's making ended the connection."""
    missed = [e for e in evidence.errors if e.detail.get("code") == ErrorCode.MISSED_PONG]
    if not missed or _server_closed_first(evidence) is not None:
        return None
    if not (evidence.end_is_ours or evidence.close_sent is not None):
        return None
    if any(pong.id > missed[-1].id and not pong.detail.get("late") for pong in evidence.pongs_received):
        return None
    count = len(missed)
    because = [Because(missed[0].id, f"{count} ping{'s' if count > 1 else ''} never answered")]
    received = evidence.silence_received_ns
    if received is not None and received > 0:
        because.append(Because(missed[-1].id, f"nothing received for {seconds(received)} before the end"))
    closed_for_it = evidence.close_sent is not None and evidence.close_sent.detail.get("code") == 1011
    silent_since = (
        received is not None
        and evidence.ended_ns is not None
        and missed[0].t_ns > evidence.ended_ns - received
    )
    confidence = 0.95 if closed_for_it else 0.92 if silent_since else 0.8
    return Finding(Cause.KEEPALIVE_TIMEOUT_CLIENT, confidence, "client", tuple(because), "none")


def client_closed(evidence: Evidence) -> Finding | None:
    """We sent the first Close frame, or ended TCP ourselves, because somebody asked for it."""
    sent = evidence.close_sent
    if _server_closed_first(evidence) is not None or evidence.opened is None:
        return None
    if sent is None:
        if evidence.end is None or not evidence.end_is_ours:
            return None
        return Finding(Cause.CLIENT_CLOSED, 0.9, "client", (tcp_ended(evidence.end),), "none")
    if sent.detail.get("reply") or evidence.error(*_OUR_FAILURES):
        return None
    return Finding(Cause.CLIENT_CLOSED, 0.9, "client", (close_frame(sent),), "none")


def close_not_answered(evidence: Evidence) -> Finding | None:
    """We closed, the server never sent its Close frame."""
    timeout, sent = evidence.error(ErrorCode.CLOSE_TIMEOUT), evidence.close_sent
    if timeout is None or sent is None or evidence.close_received is not None:
        return None
    if evidence.error(*_OUR_FAILURES, ErrorCode.MISSED_PONG):
        return None
    because = (
        close_frame(sent),
        Because(timeout.id, str(timeout.detail.get("message", "no answer in time"))),
    )
    return Finding(Cause.NO_CLOSE_REPLY, 0.95, "server", because, "none")


def invalid_close_frame(evidence: Evidence) -> Finding | None:
    """The Close frame itself broke the protocol."""
    first = _server_closed_first(evidence)
    if first is None or not first.detail.get("invalid"):
        return None
    text = f"its Close frame is not valid: {first.detail['invalid']}"
    return Finding(Cause.PROTOCOL_ERROR_SERVER, 0.97, "server", (Because(first.id, text),), "none")


def code_says(evidence: Evidence) -> Finding | None:
    """What the server's close code means by itself."""
    first = _server_closed_first(evidence)
    if first is None:
        return None
    code = _code(first)
    if 4000 <= code <= 4999:
        return Finding(Cause.SERVICE_PRIVATE_CODE, 0.7, "server", (close_frame(first),), "none")
    if code not in _BY_CODE:
        return Finding(Cause.SERVICE_PRIVATE_CODE, 0.5, "server", (close_frame(first),))
    cause, who, confidence = _BY_CODE[code]
    return Finding(cause, confidence, who, (close_frame(first),), "none")


def reason_says(evidence: Evidence) -> Finding | None:
    """What the words of the server's reason give away."""
    first = _server_closed_first(evidence)
    reason = str(first.detail.get("reason", "")) if first is not None else ""
    if first is None or not reason or _only_names_the_code(reason, _code(first)):
        return None
    row = next((row for row in knowledge().reason if row.regex.search(reason)), None)
    if row is None:
        return None
    code = _code(first)
    if not _reason_fits(row.cause, code):
        return None
    prevented = row.prevented_by
    if row.cause is Cause.IDLE_TIMEOUT_SERVER:
        idle = idle_before_end(evidence)
        prevented = idle.prevented_by if idle else "unknown"
    if row.cause is Cause.KEEPALIVE_TIMEOUT_SERVER:
        prevented = _which_heartbeat(evidence)
    return Finding(row.cause, row.confidence, "server", (close_frame(first),), prevented)


def _only_names_the_code(reason: str, code: int) -> bool:
    """A reason that repeats the code's registered name adds nothing to it."""
    return reason.strip(" .!").lower() == close_code_name(code).lower()


def _reason_fits(cause: Cause, code: int) -> bool:
    """Words decide where the code leaves room; a code with a meaning of its own keeps it."""
    if cause in (Cause.KEEPALIVE_TIMEOUT_SERVER, Cause.LIFETIME_LIMIT, Cause.IDLE_TIMEOUT_SERVER):
        return code in (1000, 1001, 1002, 1005, 1008, 1011, 3008) or code >= 4000
    if code >= 4000:
        return False
    return code in (1000, 1001, 1005, 1011)


def _which_heartbeat(evidence: Evidence) -> PreventedBy:
    if evidence.unanswered_server_pings or evidence.slowest_answer_ns > NS // 10:
        return "protocol"
    beat = evidence.application_heartbeat
    if beat is not None and beat.unanswered:
        return "application"
    if evidence.pongs_received:
        return "application"
    return "unknown"


def unanswered_server_heartbeat(evidence: Evidence) -> Finding | None:
    """The server's pings, or its application heartbeats, got no answer from us, and then it closed."""
    first = _server_closed_first(evidence)
    end = first or evidence.end
    if evidence.opened is None or end is None or (first is None and evidence.end_is_ours):
        return None
    if first is not None and not (_code(first) in (*_CODES_OF_TIMERS, 1008, 1011) or _code(first) >= 3000):
        return None
    pings = evidence.unanswered_server_pings
    if pings and end.t_ns - pings[0].t_ns > NS // 4:
        text = f"{len(pings)} of {len(evidence.server_pings)} server pings got no pong from us"
        return Finding(
            Cause.KEEPALIVE_TIMEOUT_SERVER, 0.93, "server", (Because(pings[0].id, text),), "protocol"
        )
    if evidence.server_pings and evidence.slowest_answer_ns > NS // 4:
        text = f"our slowest pong came {seconds(evidence.slowest_answer_ns)} after the ping"
        return Finding(
            Cause.KEEPALIVE_TIMEOUT_SERVER,
            0.85,
            "server",
            (Because(evidence.server_pings[-1].id, text),),
            "protocol",
        )
    beat = evidence.application_heartbeat
    if beat is not None and beat.starts == "received" and beat.unanswered:
        text = f"the server's heartbeat ({beat.name}) got no answer from us"
        because = (Because(beat.unanswered[-1].id, text),)
        return Finding(Cause.KEEPALIVE_TIMEOUT_SERVER, 0.9, "server", because, "application")
    return None


def timer_behind_the_code(evidence: Evidence) -> Finding | None:
    """A Close frame of the harmless kind at the end of a silence, or of an age, that looks configured."""
    first = _server_closed_first(evidence)
    if first is None or _code(first) not in _CODES_OF_TIMERS:
        return None
    idle = idle_before_end(evidence)
    reason = str(first.detail.get("reason", ""))
    if idle is None or (reason and _code(first) == 1000) or idle.roundness < 0.5:
        return None
    who: Who = "server"
    cause = Cause.IDLE_TIMEOUT_SERVER
    if reason and _code(first) == 1001:
        who, cause = "proxy", Cause.IDLE_TIMEOUT_PROXY
    confidence = min(0.95, idle.confidence + 0.06)
    return Finding(cause, confidence, who, _idle_because(evidence, idle, first), idle.prevented_by)


def _idle_because(evidence: Evidence, idle: Idle, close: RecordedEvent) -> tuple[Because, ...]:
    words = {
        "all": silent_for(evidence).text,
        "data": f"no message for {seconds(idle.span_ns)}, though pings were answered",
        "received": f"nothing received for {seconds(idle.span_ns)}",
        "sent": f"we sent no message for {seconds(idle.span_ns)}",
    }[idle.kind]
    known = (Because(0, idle.known_limit),) if idle.known_limit else ()
    return (close_frame(close), Because(close.id, words), *known)


def age_behind_the_code(evidence: Evidence) -> Finding | None:
    """Closed politely at a round age while traffic was flowing: a maximum lifetime."""
    first = _server_closed_first(evidence)
    if first is None or _code(first) not in (1000, 1001) or evidence.age_ns is None:
        return None
    return lifetime_finding(evidence, first, (close_frame(first),))


RULES = (
    we_failed_the_connection,
    we_missed_pongs,
    client_closed,
    close_not_answered,
    invalid_close_frame,
    code_says,
    reason_says,
    unanswered_server_heartbeat,
    timer_behind_the_code,
    age_behind_the_code,
)
