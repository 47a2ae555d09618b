"""Numbers that mean something by themselves: ``codes.toml``, typed."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from wstui.diagnosis.verdict import Who
from wstui.events import Cause


class CodeMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a number alone means."""

    cause: Cause
    confidence: float
    who: Who = "server"


@cache
def _tables() -> dict[str, dict[int, CodeMeaning]]:
    raw = tomllib.loads((files("wstui.diagnosis") / "codes.toml").read_text("utf-8"))
    return msgspec.convert(raw, dict[str, dict[int, CodeMeaning]], strict=False)


def close_code_says(code: int) -> CodeMeaning | None:
    """The meaning of a registered close code that a server sent."""
    return _tables()["close"].get(code)


def http_status_says(status: int) -> CodeMeaning | None:
    """The meaning of an HTTP status that refused an upgrade, where it is not just a refusal."""
    return _tables()["http"].get(status)
