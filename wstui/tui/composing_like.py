"""A message as the pattern of another: what was unique about it becomes a variable. Pure."""

import re

_UUID = re.compile(r'"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"')
_TIME = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)"')
_MILLISECONDS = re.compile(r"(?<=[:,\[\s])1[5-9]\d{11}(?=[\s,}\]])")
_ID = re.compile(r'("(?:id|req_?id|request_?id|seq|nonce)"\s*:\s*)\d+(?=[\s,}])', re.IGNORECASE)


def pattern_of(text: str) -> str:
    """JSON text with variables where ids and times stand; any other text as it is.

    ``{"id":7,"at":"2026-11-22T12:00:00Z"}`` becomes ``{"id":{{counter}},"at":"{{now}}"}``.
    """
    if text.lstrip()[:1] not in ("{", "["):
        return text
    text = _UUID.sub('"{{uuid}}"', text)
    text = _TIME.sub('"{{now}}"', text)
    text = _MILLISECONDS.sub("{{now_ms}}", text)
    return _ID.sub(r"\1{{counter}}", text)
