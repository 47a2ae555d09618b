"""Telling an idle timeout from an accident: how silent, how round, who should have spoken."""

from dataclasses import dataclass

from wstui.diagnosis import confidence
from wstui.diagnosis.evidence import NS, RECEIVED, SENT, Evidence
from wstui.diagnosis.past import ended_how
from wstui.diagnosis.rules.roundness import roundness
from wstui.diagnosis.silence import FRAMES
from wstui.diagnosis.verdict import PreventedBy, Who
from wstui.dialects import Intermediary, limits_near
from wstui.events import MESSAGE_KINDS

MIN_IDLE_NS = NS
"""Nobody configures an idle timeout of less than a second."""
_NAMES = 3
_COUNTED: dict[str, tuple[frozenset[str], str | None]] = {
    "all": (FRAMES, None),
    "data": (MESSAGE_KINDS, None),
    "received": (FRAMES, RECEIVED),
    "sent": (FRAMES, SENT),
    "messages sent": (MESSAGE_KINDS, SENT),
}
"""What breaks each kind of silence."""
_BYTES: dict[str, PreventedBy] = {
    "any": "both",
    "received": "both",
    "data": "application",
    "message": "application",
    "pong": "protocol",
}
"""What would have helped, by what resets the timer of a server or proxy."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A silence that looks like a timer's.

    ``kind``: what was silent. ``all``: nothing at all moved; ``data``: control frames moved but no
    messages did; ``received``: we spoke, nothing came back; ``sent``: it spoke, we did not at all;
    ``messages sent``: it spoke, we only ponged or pinged.
    """

    kind: str
    span_ns: int
    roundness: float
    """0 to 1: how near to a number that a person would configure."""
    known_limit: str
    """Whose default it fits, in words; else empty."""
    recognised: bool
    """That one showed itself in the handshake."""
    who: Who
    prevented_by: PreventedBy
    """What would have reset the timer, as far as this one silence says."""

    @property
    def confidence(self) -> float:
        """How much the silence alone speaks for a timer."""
        if self.recognised:
            return confidence.KNOWN_LIMIT
        if self.known_limit:
            return confidence.LIKELY
        return confidence.SILENCE_BASE + confidence.SILENCE_ROUND * self.roundness


def idle_before_end(evidence: Evidence) -> Idle | None:
    """The silence before the end that looks most like a timer's, or None."""
    candidates = [
        _idle(evidence, kind, span)
        for kind, span in silences(evidence)
        if span >= MIN_IDLE_NS and not _was_survived(evidence, kind, span)
    ]
    return max(candidates, key=lambda idle: idle.confidence, default=None)


def _was_survived(evidence: Evidence, kind: str, span_ns: int) -> bool:
    """The same sort of silence lasted longer before, and nobody hung up."""
    return evidence.longest_pause_ns(*_COUNTED[kind]) > span_ns * 11 // 10 + NS // 10


def silences(evidence: Evidence) -> list[tuple[str, int]]:
    """What was silent before the end, and for how long (ns); the plainest first."""
    silence, data = evidence.silence_ns, evidence.data_silence_ns
    if silence is None or data is None:
        return []
    found = [("all", silence)] if silence >= MIN_IDLE_NS else []
    if _stands_out(data, silence):
        found.append(("data", data))
    received, sent = evidence.silence_received_ns or 0, evidence.silence_sent_ns or 0
    if _stands_out(received, silence):
        found.append(("received", received))
    if _stands_out(sent, silence):
        found.append(("sent", sent))
    elif _stands_out(evidence.data_silence_sent_ns or 0, data):
        found.append(("messages sent", evidence.data_silence_sent_ns or 0))
    return found


def _stands_out(one_ns: int, plain_ns: int) -> bool:
    """One side's silence is a silence of its own, and not the common one with a frame more before it."""
    return one_ns > max(plain_ns + NS // 4, plain_ns * 3 // 2)


def plain_silence(evidence: Evidence) -> Idle | None:
    """The silence in which nothing at all moved, or None where it was too short to be a timer's."""
    silence_ns = evidence.silence_ns or 0
    if silence_ns < MIN_IDLE_NS or _was_survived(evidence, "all", silence_ns):
        return None
    return _idle(evidence, "all", silence_ns)


def _idle(evidence: Evidence, kind: str, span_ns: int) -> Idle:
    shown = _recognised(evidence, span_ns)
    others = [] if shown else _by_number(evidence, kind, span_ns)
    return Idle(
        kind,
        span_ns,
        roundness(span_ns),
        _limit_words(shown, others),
        shown is not None,
        _who(evidence, kind, others),
        _prevented_by(evidence, kind, shown, others),
    )


def _recognised(evidence: Evidence, span_ns: int) -> Intermediary | None:
    """The proxy or server of the handshake, if its default is as long."""
    near = limits_near(span_ns / NS)
    return next((row for row in (evidence.proxy, evidence.server) if row is not None and row in near), None)


def _by_number(evidence: Evidence, kind: str, span_ns: int) -> list[Intermediary]:
    """Who would end it after such a silence and in this way, of those that may not show themselves."""
    return [row for row in limits_near(span_ns / NS) if not row.header and _could_be(row, evidence, kind)]


def _could_be(row: Intermediary, evidence: Evidence, kind: str) -> bool:
    how = ended_how(evidence)
    if how.isdigit():
        if row.ends != "close" or (row.close_codes and int(how) not in row.close_codes):
            return False
    elif row.ends not in ("fin" if how == "eof" else "silent", ""):
        return False
    if row.keepalive == "ping" and not evidence.server_pings:
        return False  # it would have pinged
    return row.resets in ("any", "received") or (row.resets == "data" and kind == "data")


def _limit_words(shown: Intermediary | None, others: list[Intermediary]) -> str:
    if shown is not None:
        return f"{shown.name} ends a silent connection after {shown.idle_timeout_s:g} s by default"
    if not others:
        return ""
    names = ", ".join(dict.fromkeys(row.name for row in others[:_NAMES]))
    return f"{others[0].idle_timeout_s:g} s is the default of {names}"


def _who(evidence: Evidence, kind: str, others: list[Intermediary]) -> Who:
    """Whose timer. Proxies look at bytes and end TCP; servers look at messages, or say goodbye.

    A gateway that speaks WebSocket itself answers pings and says 1001 (AWS API Gateway).
    """
    how = ended_how(evidence)
    if others and all(row.role == others[0].role for row in others):
        return "proxy" if others[0].role == "proxy" else "server"
    if how.isdigit():
        gateway = how == "1001" and kind == "data" and bool(evidence.pongs_received)
        return "proxy" if gateway else "server"
    if kind in ("data", "messages sent"):
        return "server"
    knows_timeouts = evidence.server is not None and evidence.server.ends in ("fin", "close")
    return "server" if evidence.proxy is None and knows_timeouts else "proxy"


def _prevented_by(
    evidence: Evidence, kind: str, shown: Intermediary | None, others: list[Intermediary]
) -> PreventedBy:
    """From the silence itself where frames of some sort moved, else from who is known to be there."""
    if kind in ("data", "messages sent"):
        return "application"
    if kind == "received":
        return "application" if evidence.pings_sent else "protocol"
    how = ended_how(evidence)
    if shown is not None and shown.resets in _BYTES:
        return _BYTES[shown.resets]
    kinds = {_BYTES.get(row.resets, "unknown") for row in others}
    if len(kinds) == 1:
        return kinds.pop()
    host = evidence.proxy if not how.isdigit() else None
    host = host or (evidence.server if _ends_so(evidence.server, how) else None)
    return _BYTES.get(host.resets, "unknown") if host is not None and host.ends else "unknown"


def _ends_so(row: Intermediary | None, how: str) -> bool:
    if row is None:
        return False
    if how.isdigit():
        return row.ends == "close" and int(how) in row.close_codes
    return row.ends == "fin"
