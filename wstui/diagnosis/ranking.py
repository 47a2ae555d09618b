"""Which finding comes first, and what the others are worth."""

from collections.abc import Sequence

from wstui.diagnosis import confidence
from wstui.diagnosis.verdict import Alternative, Finding
from wstui.events import Cause

MAX_ALTERNATIVES = 3
MIN_ALTERNATIVE = 0.1


def rank(findings: Sequence[Finding]) -> list[Finding]:
    """The surest first; findings of the same cause support each other.

    Two rules that agree raise the surer one by half of what the other leaves to doubt, never above
    0.99; its evidence gains the other's.
    """
    merged: dict[Cause, Finding] = {}
    for finding in sorted(findings, key=lambda row: -row.confidence):
        known = merged.get(finding.cause)
        merged[finding.cause] = finding if known is None else _support(known, finding)
    return sorted(merged.values(), key=lambda row: -row.confidence)


def _support(main: Finding, other: Finding) -> Finding:
    sure = min(confidence.MOST, main.confidence + (1 - main.confidence) * other.confidence / 2)
    because = (*main.because, *(row for row in other.because if row not in main.because))
    prevented = main.prevented_by if main.prevented_by != "unknown" else other.prevented_by
    return Finding(main.cause, sure, main.who, because, prevented, (*main.advice, *other.advice))


def alternatives(findings: Sequence[Finding]) -> tuple[Alternative, ...]:
    """Causes that the evidence does not exclude, given all findings in order."""
    rest = [Alternative(row.cause, row.confidence * confidence.ALTERNATIVE) for row in findings[1:]]
    return tuple(row for row in rest if row.confidence >= MIN_ALTERNATIVE)[:MAX_ALTERNATIVES]
