"""How a connection ended, in one sentence out of a verdict."""

from collections.abc import Mapping
from typing import Any

from wstui.events import close_code_name, safe_text


def ending_words(verdict: Mapping[str, Any]) -> str:
    """Who ended it, how, with which code.

    Args:
        verdict: as ``Verdict.to_mapping`` gives it.
    """
    if verdict["cause"] == "still_open":
        return "The connection was still open when the recording was read."
    code, reason = verdict["close_code"], verdict["close_reason"]
    if code is None:
        return f"Ended by the {verdict['who']}; no close code."
    said = f" “{safe_text(reason)}”" if reason else ""
    manner = "cleanly" if verdict["clean"] else "not cleanly"
    return f"Ended by the {verdict['who']}, {manner}: {code} {close_code_name(code)}{said}."
