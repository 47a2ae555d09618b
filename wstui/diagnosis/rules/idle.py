"""Telling an idle timeout from an accident: how silent, how round, who should have spoken."""

from dataclasses import dataclass

from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.verdict import PreventedBy

MIN_IDLE_NS = NS
"""Nobody configures an idle timeout of less than a second."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A silence that looks like a timer's.

    ``kind``: what was silent. ``all``: nothing at all moved; ``data``: control frames moved but no
    messages did; ``received``: we spoke, nothing came back; ``sent``: it spoke, we did not.
    """

    kind: str
    span_ns: int
    roundness: float
    """0 to 1: how near to a number that a person would configure."""
    known_limit: str
    """The recognised server's or proxy's default, where the silence fits it; else empty."""

    @property
    def confidence(self) -> float:
        """How much the silence alone speaks for a timer."""
        if self.known_limit:
            return 0.9
        return 0.45 + 0.35 * self.roundness

    @property
    def prevented_by(self) -> PreventedBy:
        """What would have reset the timer, as far as this one silence says."""
        by_kind: dict[str, PreventedBy] = {"all": "both", "data": "application", "received": "protocol"}
        return by_kind.get(self.kind, "application")


def roundness(span_ns: int) -> float:
    """How near a span is to a number that a person would configure: 1 on it, 0 half a step away.

    Steps grow with the span: half seconds below 10 s, seconds below 30 s, 5 s above. A timer fires a
    little late, never early, so lateness of up to 2 % (at least 50 ms) counts as on it.
    """
    step = NS // 2 if span_ns < 10 * NS else NS if span_ns < 30 * NS else 5 * NS
    late = span_ns % step
    early = step - late
    slack = max(NS // 20, span_ns // 50)
    if late <= slack or early <= NS // 50:
        return 1.0
    return max(0.0, 1.0 - min(late - slack, early) / (step / 4))


def idle_before_end(evidence: Evidence) -> Idle | None:
    """The silence before the end that looks most like a timer's, or None."""
    candidates = [
        Idle(kind, span, roundness(span), _known_limit(evidence, span))
        for kind, span in _silences(evidence)
        if span >= MIN_IDLE_NS
    ]
    return max(candidates, key=lambda idle: idle.confidence, default=None)


def _silences(evidence: Evidence) -> list[tuple[str, int]]:
    silence, data = evidence.silence_ns, evidence.data_silence_ns
    if silence is None or data is None:
        return []
    found = [("all", silence)] if silence >= MIN_IDLE_NS else []
    if data > silence + NS // 4:
        found.append(("data", data))
    received, sent = evidence.silence_received_ns or 0, evidence.data_silence_sent_ns or 0
    if received > silence + NS // 2:
        found.append(("received", received))
    if sent > data + NS // 2:
        found.append(("sent", sent))
    return found


def _known_limit(evidence: Evidence, span_ns: int) -> str:
    for row in (evidence.proxy, evidence.server):
        if row is None or row.idle_timeout_s is None or row.resets == "nothing":
            continue
        if -0.5 <= span_ns / NS - row.idle_timeout_s <= row.tolerance_s + 0.5:
            return f"{row.name} ends a silent connection after {row.idle_timeout_s:g} s by default"
    return ""
