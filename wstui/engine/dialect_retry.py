"""What the service's dialect says about coming back, after a close code or a message of its own."""

import re

from wstui.dialects import DialectError, Mark, catalogue
from wstui.dialects.schema import Retry
from wstui.wire import Advice, WireEnd

LONGER_S = 5.0
"""Where a service asks for a delay without a number."""

_RETRY_AFTER = re.compile(
    r"""retry[ _-]?(?:after|in)["']?\s*[:= ]\s*["']?"""
    r"""(?P<number>\d{1,6}(?:\.\d+)?)\s*(?P<unit>ms|milliseconds)?""",
    re.IGNORECASE,
)


def advice_of(
    dialect: str | None, announced: Mark | None, end: WireEnd, last_error: bytes = b""
) -> Advice | None:
    """The dialect's word on an ending; None where it has nothing to say, and the general rules hold.

    Args:
        dialect: the recognised dialect.
        announced: the newest message with which the server announced the end.
        end: how the connection ended.
        last_error: the newest message with which the server complained.
    """
    if not end.opened or end.asked_by_client:
        return None
    asked_s = seconds_asked(_reason(end)) or seconds_asked(last_error.decode("utf-8", "replace"))
    found = _by_code(dialect, end) or _by_message(announced)
    if found is not None:
        return _advice(*found, asked_s)
    if asked_s and end.who_first == "server":
        return Advice(True, f"the server asks to come back after {asked_s:g} s", asked_s)
    return None


def seconds_asked(text: str) -> float:
    """The seconds that words like ``retry after 5`` or ``"retry_after": 5`` ask for; 0 without such."""
    found = _RETRY_AFTER.search(text)
    if found is None:
        return 0.0
    return float(found["number"]) / (1000 if found["unit"] else 1)


def _reason(end: WireEnd) -> str:
    return str((end.close_received or {}).get("reason", ""))


def _by_code(dialect: str | None, end: WireEnd) -> tuple[Retry, str] | None:
    close = end.close_received
    if dialect is None or close is None or end.who_first != "server" or "invalid" in close:
        return None
    code = close.get("code")
    number = 1005 if code is None else code
    try:
        row = catalogue().close_meaning(dialect, number, _reason(end))
    except DialectError:
        return None
    if row is None or row.sender == "client":
        return None
    return row.retry, f"{dialect}: {number} means {row.label}"


def _by_message(announced: Mark | None) -> tuple[Retry, str] | None:
    if announced is None or "retry" not in announced.data:
        return None
    words = f" ({announced.data['text']})" if announced.data.get("text") else ""
    return announced.data["retry"], f"{announced.dialect}: the server announced it{words}"


def _advice(retry: Retry, reason: str, asked_s: float) -> Advice:
    if retry == "no":
        return Advice(False, f"{reason}; it would end the same way again")
    least_s = max(asked_s, LONGER_S) if retry == "delay" else asked_s
    return Advice(True, reason, least_s, at_once=retry == "now" and not asked_s)
