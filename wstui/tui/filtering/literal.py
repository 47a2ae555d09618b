"""What every match of a regular expression holds: asked of the database first, so that it matches few.

Pure. Only what is sure is used: letters on the expression's main line, in ASCII.
"""

import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

_LEAST = 3
_MEETS_OTHERS = frozenset("kKsSiI")
"""Without regard to case these also match letters beyond ASCII (K for Kelvin, ſ, İ)."""


def required_text(pattern: re.Pattern[str]) -> str:
    """The longest text that is in everything the expression finds, in either case; empty: none is known."""
    runs = [""]
    _collect(_parser.parse(pattern.pattern, pattern.flags), bool(pattern.flags & re.IGNORECASE), runs)
    longest = max(runs, key=len)
    return longest if len(longest) >= _LEAST else ""


def _collect(parsed: Any, ignores_case: bool, runs: list[str]) -> None:
    for operation, argument in parsed:
        if operation is _constants.LITERAL:
            letter = chr(argument)
            if letter.isascii() and letter != "\0" and not (ignores_case and letter in _MEETS_OTHERS):
                runs[-1] += letter
                continue
        elif operation is _constants.SUBPATTERN and not (argument[1] or argument[2]):
            _collect(argument[3], ignores_case, runs)
            continue
        runs.append("")
