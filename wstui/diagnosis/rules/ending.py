"""Endings without a Close frame: FIN, RST, or nothing at all, and what the time before says."""

from wstui.diagnosis import confidence
from wstui.diagnosis.evidence import NS, RECEIVED, SENT, Evidence
from wstui.diagnosis.rules.idle import idle_before_end
from wstui.diagnosis.rules.lifetime import LIVELY_NS, lifetime_finding
from wstui.diagnosis.rules.words import seconds, silent_for, tcp_ended
from wstui.diagnosis.verdict import Because, Finding
from wstui.events import CONTROL_FRAME_KINDS, MESSAGE_KINDS, Cause, ErrorCode, Kind, RecordedEvent

_FRAMES = MESSAGE_KINDS | CONTROL_FRAME_KINDS
_ANSWER_NS = NS // 20
"""An RST that answers our packet comes within a round trip and this."""
_FORGOTTEN_NS = 2 * NS
"""After less silence no middlebox forgets a connection."""
_SLEPT_NS = 5 * NS
_BIG_BYTES = 65_536
"""Smaller messages than this hardly any server refuses."""


def _bare_end(evidence: Evidence, kind: Kind) -> RecordedEvent | None:
    end = evidence.bare_end
    return end if end is not None and end.kind == kind.value else None


def silent_until_fin(evidence: Evidence) -> Finding | None:
    """FIN at the end of a silence that looks configured: an idle timeout, the proxy's if there is one."""
    end = _bare_end(evidence, Kind.EOF)
    idle = idle_before_end(evidence) if end is not None else None
    if end is None or idle is None or end.detail.get("missing_bytes"):
        return None
    cause = Cause.IDLE_TIMEOUT_PROXY if idle.who == "proxy" else Cause.IDLE_TIMEOUT_SERVER
    because = [silent_for(evidence), tcp_ended(end)]
    if idle.known_limit:
        because.append(Because(evidence.upgrade.id if evidence.upgrade else 0, idle.known_limit))
    return Finding(cause, idle.confidence, idle.who, tuple(because), idle.prevented_by)


def reset_after_silence(evidence: Evidence) -> Finding | None:
    """RST as the answer to our first packet after a silence: a middlebox had forgotten the connection."""
    end = _bare_end(evidence, Kind.RESET)
    frames = [e for e in evidence.events if e.kind in _FRAMES]
    sent = [e for e in frames if e.direction == SENT]
    if end is None or evidence.opened is None or not sent:
        return None
    write = sent[-1]
    before = max([evidence.opened.t_ns, *(e.t_ns for e in frames if e.id < write.id)])
    answer_ns, silent_ns = end.t_ns - write.t_ns, write.t_ns - before
    if not 0 <= answer_ns <= _ANSWER_NS + 2 * evidence.round_trip_ns or silent_ns < _FORGOTTEN_NS:
        return None
    text = f"RST {seconds(answer_ns)} after our first packet in {seconds(silent_ns)}: forgotten on the way"
    sure = confidence.LIKELY if _survived_less(evidence, silent_ns) else confidence.FIN_IN_TRAFFIC
    return Finding(Cause.IDLE_TIMEOUT_PROXY, sure, "proxy", (Because(end.id, text),), "both")


def _survived_less(evidence: Evidence, silent_ns: int) -> bool:
    """Frames of ours were taken before, after shorter pauses; or the pause was long by any measure."""
    taken = any(e.direction == RECEIVED for e in evidence.events if e.kind in _FRAMES)
    return silent_ns >= 60 * NS or taken


def reset(evidence: Evidence) -> Finding | None:
    """RST, whatever came before."""
    end = _bare_end(evidence, Kind.RESET)
    if end is None:
        return None
    because = (tcp_ended(end),)
    return Finding(Cause.CONNECTION_RESET, confidence.UNEXPLAINED_RESET, "server", because, "none")


def server_gone(evidence: Evidence) -> Finding | None:
    """FIN without a Close frame, in the middle of things: a crash or an exception."""
    end = _bare_end(evidence, Kind.EOF)
    if end is None:
        return None
    because = [tcp_ended(end)]
    sure = confidence.UNEXPLAINED_FIN
    if end.detail.get("missing_bytes"):
        sure = confidence.FIN_IN_A_FRAME
    elif (evidence.silence_ns or 0) < LIVELY_NS:
        sure = confidence.FIN_IN_TRAFFIC
        because.append(Because(end.id, f"the last frame was {seconds(evidence.silence_ns)} before"))
    return Finding(Cause.SERVER_CRASH, sure, "server", tuple(because), "none")


def nobody_listens_any_more(evidence: Evidence) -> Finding | None:
    """The next attempt found no server: it had gone away, and not only hung up."""
    end = evidence.bare_end
    if end is None or evidence.next_fate not in ("refused", "bad gateway"):
        return None
    words = {"refused": "was refused", "bad gateway": "found no backend behind the proxy"}
    text = f"the next attempt {words[evidence.next_fate]}: the server is gone"
    because = (tcp_ended(end), Because(end.id, text))
    return Finding(Cause.SERVER_CRASH, confidence.LIKELY, "server", because, "none")


def network_lost(evidence: Evidence) -> Finding | None:
    """The kernel gave up: no acknowledgement came back."""
    end = _bare_end(evidence, Kind.LOST)
    if end is None:
        return None
    return Finding(Cause.NETWORK_LOST, confidence.OUR_DOING, "network", (tcp_ended(end),), "none")


def machine_slept(evidence: Evidence) -> Finding | None:
    """The wall clock jumped ahead of the monotonic one before the end: this machine was asleep."""
    jump, end = evidence.error(ErrorCode.CLOCK_JUMP), evidence.their_end
    if jump is None or end is None or abs(int(jump.detail.get("jump_ns", 0))) < _SLEPT_NS:
        return None
    if end.kind == Kind.CLOSE.value or not evidence.before_end(jump):
        return None
    text = f"this machine slept for about {seconds(abs(int(jump.detail['jump_ns'])))}"
    because = (Because(jump.id, text), tcp_ended(end))
    return Finding(Cause.NETWORK_LOST, confidence.KERNEL_SAYS, "client", because, "none")


def too_big_without_words(evidence: Evidence) -> Finding | None:
    """The end right behind our largest message so far: perhaps it was too large."""
    end, sent = evidence.bare_end, evidence.messages_sent
    if end is None or not sent or end.kind == Kind.LOST.value:
        return None
    largest = max(sent, key=lambda e: e.size)
    others = max((e.size for e in sent if e.id != largest.id), default=0)
    answered = any(e.id > largest.id for e in evidence.messages_received)
    if largest.size < _BIG_BYTES or largest.size < 4 * others or answered:
        return None
    if end.t_ns - largest.t_ns > NS + 2 * evidence.round_trip_ns:
        return None
    text = f"it ended {seconds(end.t_ns - largest.t_ns)} after our largest message ({largest.size:,} bytes)"
    because = (Because(largest.id, text),)
    return Finding(Cause.MESSAGE_TOO_BIG, confidence.BEHIND_THE_LARGEST, "server", because, "none")


def lifetime(evidence: Evidence) -> Finding | None:
    """Ended at a round age while traffic was flowing."""
    end = _bare_end(evidence, Kind.EOF)
    if end is None or end.detail.get("missing_bytes"):
        return None
    return lifetime_finding(evidence, end, (tcp_ended(end),))


RULES = (
    silent_until_fin,
    reset_after_silence,
    reset,
    server_gone,
    nobody_listens_any_more,
    network_lost,
    machine_slept,
    too_big_without_words,
    lifetime,
)
