"""What to try next: the advice of each cause, as data, with numbers from the evidence put in."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.verdict import Finding
from wstui.events import Cause

_SAFETY = 0.75
"""A ping at three quarters of the silence that the path survives."""


_PING = (
    "Send a ping every {seconds} s or less: [heartbeat] interval = {seconds} in the profile, "
    "or --ping-every {seconds}."
)
_MESSAGE = (
    "Send a message every {seconds} s or less: [heartbeat.application] interval = {seconds} in the profile; "
    "pings did not help."
)


@cache
def _table() -> dict[Cause, list[str]]:
    raw = tomllib.loads((files("wstui.diagnosis") / "advice.toml").read_text("utf-8"))
    return msgspec.convert(raw["advice"], dict[Cause, list[str]])


def advice(finding: Finding, evidence: Evidence) -> tuple[str, ...]:
    """One sentence each, the most promising first."""
    sentences = [*finding.advice, *_heartbeat_advice(finding, evidence)]
    sentences += _table().get(finding.cause, [])
    return tuple(dict.fromkeys(sentences))


def _heartbeat_advice(finding: Finding, evidence: Evidence) -> list[str]:
    silence = evidence.data_silence_ns if finding.prevented_by == "application" else evidence.silence_ns
    if finding.cause not in (Cause.IDLE_TIMEOUT_PROXY, Cause.IDLE_TIMEOUT_SERVER) or not silence:
        return []
    seconds = max(0.5, round(silence / NS * _SAFETY, 0 if silence > 10 * NS else 1))
    if finding.prevented_by == "application":
        return [_MESSAGE.format(seconds=f"{seconds:g}")]
    return [_PING.format(seconds=f"{seconds:g}")]
