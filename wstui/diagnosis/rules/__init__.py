"""The rules: small functions that each look at one connection's evidence and may conclude something.

A rule returns a finding or None; it knows nothing of the others. :mod:`wstui.diagnosis.diagnose`
ranks what they say. No rule may look at a host, a port or a URL.
"""

from collections.abc import Callable

from wstui.diagnosis.evidence import Evidence
from wstui.diagnosis.rules import closing, dialling, ending
from wstui.diagnosis.verdict import Finding

Rule = Callable[[Evidence], Finding | None]

RULES: tuple[Rule, ...] = (*dialling.RULES, *closing.RULES, *ending.RULES)
"""Every rule."""

__all__ = ["RULES", "Rule"]
