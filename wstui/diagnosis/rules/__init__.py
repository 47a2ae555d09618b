"""The rules: small functions that each look at one connection's evidence and may conclude something.

A rule returns a finding or None; it knows nothing of the others. :mod:`wstui.diagnosis.ranking`
ranks what they say. No rule may look at a host, a port or a URL.
"""

from collections.abc import Callable

from wstui.diagnosis.evidence import Evidence
from wstui.diagnosis.rules import (
    announced,
    closing,
    dialling,
    ending,
    heartbeats,
    own_ending,
    repetition,
)
from wstui.diagnosis.verdict import Finding

Rule = Callable[[Evidence], Finding | None]

RULES: tuple[Rule, ...] = (
    *dialling.RULES,
    *own_ending.RULES,
    *closing.RULES,
    *heartbeats.RULES,
    *announced.RULES,
    *ending.RULES,
    *repetition.RULES,
)
"""Every rule."""

__all__ = ["RULES", "Rule"]
