"""During a session: how long it has been silent, and who is known to hang up over that, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.heartbeats import heartbeat_debt
from wstui.diagnosis.past import PastEnding
from wstui.diagnosis.rules.roundness import alike, spread
from wstui.dialects import Intermediary
from wstui.events import RecordedEvent


@dataclass(frozen=True, slots=True)
class Outlook:
    """What silence may come to. Spans in seconds."""

    silent_s: float
    """Of what the limit counts; without a limit, of everything."""
    limit_s: float | None = None
    limit_name: str = ""
    """Whose limit, in a word or two."""
    sentence: str = ""
    """The same for people: ``41 s silent; nginx in front; its default ends at 60 s``."""

    @property
    def left_s(self) -> float | None:
        """How long until the limit; negative once it is over."""
        return None if self.limit_s is None else self.limit_s - self.silent_s


def outlook(evidence: Evidence) -> Outlook:
    """What the silence so far may lead to.

    Args:
        evidence: of an open connection, with ``until_ns`` as the present
            (:func:`~wstui.diagnosis.evidence.connection_evidence`).
    """
    silent_s = (evidence.silence_ns or 0) / NS
    if evidence.opened is None or evidence.end is not None:
        return Outlook(silent_s)
    candidates = (_learned(evidence), _agreed(evidence), *_defaults(evidence))
    known = [row for row in candidates if row is not None]
    return min(
        known, key=lambda row: row.left_s or 0.0, default=Outlook(silent_s, sentence=_silent(silent_s))
    )


def silence_limit(
    events: Sequence[RecordedEvent], past: Sequence[PastEnding] = ()
) -> tuple[float, str] | None:
    """The silence, in seconds, after which an open connection is known to be ended, and by whom.

    Only limits that bytes in either direction reset: what a bar of common silence can be held against.

    Args:
        events: of the connection, its phases at least; they tell who stands between.
        past: endings of earlier connections to the same place.
    """
    evidence = Evidence(0, tuple(events), past=tuple(past))
    learned_s = learned_limit_s(evidence.past)
    if learned_s is not None:
        return learned_s, "as before"
    rows = [row for row in (evidence.proxy, evidence.server) if row is not None and row.resets == "any"]
    known = [(row.idle_timeout_s, row.name) for row in rows if row.idle_timeout_s is not None]
    return min(known, default=None)


def _silent(silent_s: float) -> str:
    return f"{silent_s:.0f} s silent"


def _learned(evidence: Evidence) -> Outlook | None:
    """What earlier connections to the same place were ended after, whatever their age."""
    limit_s = learned_limit_s(evidence.past)
    if limit_s is None:
        return None
    silent_s = (evidence.silence_ns or 0) / NS
    sentence = f"{_silent(silent_s)}; earlier connections here ended after {limit_s:.1f} s of silence"
    return Outlook(silent_s, limit_s, "as before", sentence)


def learned_limit_s(past: Sequence[PastEnding]) -> float | None:
    """The silence that ended several connections of different ages, and that none survived."""
    ended = [row for row in past if row.comparable and row.ended in ("eof", "1000", "1001", "1002", "1005")]
    for row in reversed(ended):
        same = [other for other in ended if alike(other.silence_s, row.silence_s)]
        if row.silence_s >= 1 and len(same) > 1 and spread([other.age_s for other in same]):
            return median(other.silence_s for other in same)
    return None


def _agreed(evidence: Evidence) -> Outlook | None:
    """The dialect's own heartbeat, where this connection agreed on its period."""
    debt = heartbeat_debt(evidence)
    if debt is None or debt.limit_s is None:
        return None
    silent_s = debt.span_ns / NS
    sentence = f"{silent_s:.0f} s without a heartbeat; {debt.title} gives up after {debt.limit_s:g} s"
    return Outlook(silent_s, debt.limit_s, debt.title, sentence)


def _defaults(evidence: Evidence) -> list[Outlook]:
    """The defaults of the proxy and the server that showed themselves."""
    rows = ((evidence.proxy, "in front"), (evidence.server, "at the other end"))
    return [found for row, where in rows if row is not None and (found := _default(evidence, row, where))]


def _default(evidence: Evidence, row: Intermediary, where: str) -> Outlook | None:
    spans = {
        "any": evidence.silence_ns,
        "received": evidence.silence_sent_ns,
        "data": evidence.data_silence_ns,
    }
    span_ns = spans.get(row.resets)
    if row.idle_timeout_s is None or span_ns is None:
        return None
    silent_s = span_ns / NS
    sentence = f"{_silent(silent_s)}; {row.name} {where}; its default ends at {row.idle_timeout_s:g} s"
    return Outlook(silent_s, row.idle_timeout_s, row.name, sentence)
