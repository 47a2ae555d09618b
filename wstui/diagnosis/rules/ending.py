"""Endings without a Close frame: FIN, RST, or nothing at all, and what the time before says."""

from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.rules.idle import idle_before_end, roundness
from wstui.diagnosis.rules.words import seconds, silent_for, tcp_ended
from wstui.diagnosis.verdict import Because, Finding, Who
from wstui.events import Cause, ErrorCode, Kind, RecordedEvent

_LIVELY_NS = 3 * NS // 2
"""Traffic this near to the end, at most, counts as flowing."""


def _bare_end(evidence: Evidence, kind: Kind | None = None) -> RecordedEvent | None:
    """How TCP ended, if the other side ended it and nobody had sent a Close frame."""
    end = evidence.end
    if end is None or evidence.end_is_ours or evidence.opened is None:
        return None
    if evidence.close_sent is not None or evidence.close_received is not None:
        return None
    return end if kind is None or end.kind == kind.value else None


def silent_until_fin(evidence: Evidence) -> Finding | None:
    """FIN at the end of a silence that looks configured: an idle timeout, the proxy's if there is one."""
    end = _bare_end(evidence, Kind.EOF)
    idle = idle_before_end(evidence) if end is not None else None
    if end is None or idle is None or end.detail.get("missing_bytes"):
        return None
    cause, who = _whose_idle_timeout(evidence, idle.kind)
    because = [silent_for(evidence), tcp_ended(end)]
    if idle.known_limit:
        because.append(Because(evidence.upgrade.id if evidence.upgrade else 0, idle.known_limit))
    return Finding(cause, idle.confidence, who, tuple(because), idle.prevented_by)


def _whose_idle_timeout(evidence: Evidence, kind: str) -> tuple[Cause, Who]:
    """Bytes of any sort reset a proxy's timer; only messages reset an application's."""
    if kind in ("data", "sent"):
        return Cause.IDLE_TIMEOUT_SERVER, "server"
    if (
        evidence.proxy is None
        and evidence.server is not None
        and evidence.server.name in ("aiohttp", "Jetty")
    ):
        return Cause.IDLE_TIMEOUT_SERVER, "server"
    return Cause.IDLE_TIMEOUT_PROXY, "proxy"


def reset_after_silence(evidence: Evidence) -> Finding | None:
    """RST right behind our own write after a long silence: a middlebox had forgotten the connection."""
    end = _bare_end(evidence, Kind.RESET)
    if end is None:
        return None
    sent = [
        e for e in evidence.events if e.direction == "sent" and e.t_ns <= end.t_ns and e.kind != "upgrade"
    ]
    received = [e for e in evidence.events if e.direction == "received" and e.t_ns < end.t_ns]
    if len(sent) < 1 or not received:
        return None
    write = sent[-1]
    before = max([e.t_ns for e in (*sent[:-1], *received)])
    if end.t_ns - write.t_ns > NS // 2 or write.t_ns - before < 60 * NS:
        return None
    text = f"RST {seconds(end.t_ns - write.t_ns)} after our first write in {seconds(write.t_ns - before)}"
    return Finding(Cause.IDLE_TIMEOUT_PROXY, 0.85, "proxy", (Because(end.id, text),), "both")


def reset(evidence: Evidence) -> Finding | None:
    """RST, whatever came before."""
    end = _bare_end(evidence, Kind.RESET)
    if end is None:
        return None
    return Finding(Cause.CONNECTION_RESET, 0.8, "server", (tcp_ended(end),), "none")


def server_gone(evidence: Evidence) -> Finding | None:
    """FIN without a Close frame, in the middle of things: a crash or an exception."""
    end = _bare_end(evidence, Kind.EOF)
    if end is None:
        return None
    because = [tcp_ended(end)]
    confidence = 0.55
    if end.detail.get("missing_bytes"):
        confidence = 0.9
    elif (evidence.silence_ns or 0) < _LIVELY_NS:
        confidence = 0.75
        because.append(Because(end.id, f"the last frame was {seconds(evidence.silence_ns)} before"))
    return Finding(Cause.SERVER_CRASH, confidence, "server", tuple(because), "none")


def network_lost(evidence: Evidence) -> Finding | None:
    """The kernel gave up: no acknowledgement came back."""
    end = _bare_end(evidence, Kind.LOST)
    if end is None:
        return None
    return Finding(Cause.NETWORK_LOST, 0.9, "network", (tcp_ended(end),), "none")


def machine_slept(evidence: Evidence) -> Finding | None:
    """The wall clock jumped ahead of the monotonic one before the end: this machine was asleep."""
    jump, end = evidence.error(ErrorCode.CLOCK_JUMP), _bare_end(evidence)
    if jump is None or end is None or int(jump.detail.get("jump_ns", 0)) < 5 * NS:
        return None
    text = f"this machine slept for about {seconds(int(jump.detail['jump_ns']))}"
    return Finding(Cause.NETWORK_LOST, 0.92, "client", (Because(jump.id, text), tcp_ended(end)), "none")


def too_big_without_words(evidence: Evidence) -> Finding | None:
    """The end right behind our largest message so far: perhaps it was too large."""
    end = _bare_end(evidence)
    sent = evidence.messages_sent
    if end is None or len(sent) < 2:
        return None
    largest = max(sent, key=lambda e: e.size)
    others = max((e.size for e in sent if e.id != largest.id), default=0)
    if largest.size < 65_536 or largest.size < 4 * others or end.t_ns - largest.t_ns > NS:
        return None
    text = f"it ended {seconds(end.t_ns - largest.t_ns)} after our largest message ({largest.size:,} bytes)"
    return Finding(Cause.MESSAGE_TOO_BIG, 0.6, "server", (Because(largest.id, text),), "none")


def lifetime(evidence: Evidence) -> Finding | None:
    """Ended at a round age while traffic was flowing."""
    end = _bare_end(evidence, Kind.EOF)
    return lifetime_finding(evidence, end, (tcp_ended(end),)) if end is not None else None


def lifetime_finding(evidence: Evidence, end: RecordedEvent, because: tuple[Because, ...]) -> Finding | None:
    """A maximum age, if the age is round and both sides were talking until the end."""
    age = evidence.age_ns
    if age is None or age < 2 * NS or not evidence.messages_received or not evidence.messages_sent:
        return None
    talking = (evidence.data_silence_ns or 0) < min(_LIVELY_NS, age // 3)
    if not talking or roundness(age) < 0.9:
        return None
    text = f"it ended at an age of {seconds(age)} though messages were flowing"
    return Finding(Cause.LIFETIME_LIMIT, 0.83, "server", (*because, Because(end.id, text)), "none")


RULES = (
    silent_until_fin,
    reset_after_silence,
    reset,
    server_gone,
    network_lost,
    machine_slept,
    too_big_without_words,
    lifetime,
)
