"""Endings of our own making: a rule that the server broke, a heartbeat it missed, a person's wish."""

from wstui.diagnosis import confidence
from wstui.diagnosis.codes import close_code_says
from wstui.diagnosis.evidence import Evidence
from wstui.diagnosis.rules.words import close_frame, close_number, seconds, tcp_ended
from wstui.diagnosis.verdict import Because, Finding, Who
from wstui.events import Cause, ErrorCode, RecordedEvent

_FAILURES = {
    ErrorCode.PROTOCOL_VIOLATION: Cause.PROTOCOL_ERROR_SERVER,
    ErrorCode.INVALID_UTF8: Cause.PROTOCOL_ERROR_SERVER,
    ErrorCode.BAD_COMPRESSION: Cause.PROTOCOL_ERROR_SERVER,
    ErrorCode.MESSAGE_TOO_BIG: Cause.MESSAGE_TOO_BIG,
}


def we_failed_the_connection(evidence: Evidence) -> Finding | None:
    """The server broke a rule, or sent more than we take, and we said so."""
    error = evidence.error(*_FAILURES)
    if error is None or evidence.opened is None:
        return None
    first = evidence.server_closed_first
    if first is not None and first.id < error.id and not first.detail.get("invalid"):
        return None
    cause = _FAILURES[ErrorCode(error.detail["code"])]
    rule = f" ({error.detail['rule']})" if error.detail.get("rule") else ""
    who: Who = "client" if cause is Cause.MESSAGE_TOO_BIG else "server"
    because = (Because(error.id, f"{error.detail.get('message', '')}{rule}"),)
    return Finding(cause, confidence.BROKEN_RULE, who, because, "none")


def invalid_frame(evidence: Evidence) -> Finding | None:
    """A frame of the server's broke a rule, its Close frame perhaps."""
    frame, close = evidence.invalid_frame, evidence.close_received
    if frame is None or (close is not None and close.id < frame.id):
        return None
    what = "its Close frame" if frame.kind == "close" else f"a {frame.kind} frame of its"
    because = (Because(frame.id, f"{what} is not valid: {frame.detail['invalid']}"),)
    return Finding(Cause.PROTOCOL_ERROR_SERVER, confidence.BROKEN_RULE, "server", because, "none")


def we_missed_pongs(evidence: Evidence) -> Finding | None:
    """Our pings were not answered in time, and nothing of the server's making ended the connection."""
    missed = [e for e in evidence.errors if e.detail.get("code") == ErrorCode.MISSED_PONG]
    if not missed or evidence.server_closed_first is not None:
        return None
    if not (evidence.end_is_ours or evidence.close_sent is not None):
        return None
    if any(pong.id > missed[-1].id and not pong.detail.get("late") for pong in evidence.pongs_received):
        return None
    sure = confidence.PONGS_MISSED_BEFORE
    if evidence.close_sent is not None and evidence.close_sent.detail.get("code") == 1011:
        sure = confidence.GAVE_UP_ON_PONGS
    elif _silent_since(evidence, missed[0]):
        sure = confidence.KERNEL_SAYS
    return Finding(Cause.KEEPALIVE_TIMEOUT_CLIENT, sure, "client", _missed_because(evidence, missed), "none")


def _silent_since(evidence: Evidence, missed: RecordedEvent) -> bool:
    received, ended_ns = evidence.silence_received_ns, evidence.ended_ns
    return received is not None and ended_ns is not None and missed.t_ns > ended_ns - received


def _missed_because(evidence: Evidence, missed: list[RecordedEvent]) -> tuple[Because, ...]:
    late, received = evidence.late_pongs, evidence.silence_received_ns
    because = [Because(missed[0].id, f"{_count(len(missed), 'ping')} not answered in time")]
    if late:
        slowest = max(late, key=lambda e: int(e.detail["rtt_ns"]))
        text = f"{_count(len(late), 'pong')} came too late, the slowest after "
        because.append(Because(slowest.id, text + seconds(slowest.detail["rtt_ns"])))
    elif received:
        because.append(Because(missed[-1].id, f"nothing received for {seconds(received)} before the end"))
    if evidence.tcp.get("bytes_acked") and not evidence.tcp.get("unacked_segments") and evidence.end:
        because.append(
            Because(evidence.end.id, "TCP acknowledged everything: the path works, the other side hangs")
        )
    return tuple(because)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def client_closed(evidence: Evidence) -> Finding | None:
    """We sent the first Close frame, or ended TCP ourselves, because somebody asked for it."""
    sent = evidence.close_sent
    if evidence.server_closed_first is not None or evidence.opened is None:
        return None
    if sent is None:
        if evidence.end is None or not evidence.end_is_ours:
            return None
        return Finding(
            Cause.CLIENT_CLOSED, confidence.OUR_DOING, "client", (tcp_ended(evidence.end),), "none"
        )
    if sent.detail.get("reply") or evidence.error(*_FAILURES):
        return None
    return Finding(Cause.CLIENT_CLOSED, confidence.OUR_DOING, "client", (close_frame(sent),), "none")


def both_closed(evidence: Evidence) -> Finding | None:
    """Our Close frame and one of the server's own crossed on the way: its code means something too."""
    sent, received = evidence.close_sent, evidence.close_received
    if sent is None or received is None or sent.id > received.id or received.detail.get("invalid"):
        return None
    said = close_code_says(close_number(received))
    if said is None or received.detail.get("reply") or close_number(received) == close_number(sent):
        return None
    because = (close_frame(received), Because(sent.id, "both sides closed at about the same time"))
    return Finding(said.cause, confidence.WEAK, said.who, because, "none")


def close_not_answered(evidence: Evidence) -> Finding | None:
    """We closed, the server never sent its Close frame: it ignores ours, or cannot be reached."""
    timeout, sent = evidence.error(ErrorCode.CLOSE_TIMEOUT), evidence.close_sent
    if timeout is None or sent is None or evidence.close_received is not None:
        return None
    if evidence.error(*_FAILURES, ErrorCode.MISSED_PONG):
        return None
    said = Because(timeout.id, str(timeout.detail.get("message", "no answer in time")))
    return Finding(
        Cause.NO_CLOSE_REPLY, confidence.SAID_BY_DIALECT, "server", (close_frame(sent), said), "none"
    )


def nothing_acknowledged(evidence: Evidence) -> Finding | None:
    """We gave up on a silent other side, and TCP says that our bytes never arrived."""
    if evidence.opened is None or evidence.end is None or not evidence.path_is_dead:
        return None
    if not evidence.end_is_ours or evidence.close_received is not None:
        return None
    waiting = evidence.tcp.get("unacked_segments", 0)
    text = f"{_count(waiting, 'TCP segment')} never acknowledged, though sent again: the path is dead"
    because = (Because(evidence.end.id, text),)
    return Finding(Cause.NETWORK_LOST, confidence.BROKEN_RULE, "network", because, "none")


RULES = (
    we_failed_the_connection,
    invalid_frame,
    we_missed_pongs,
    client_closed,
    both_closed,
    close_not_answered,
    nothing_acknowledged,
)
