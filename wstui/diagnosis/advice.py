"""What to try next: the advice of each cause, as data, and settings with numbers from the evidence."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from wstui.diagnosis.connection_events import NS
from wstui.diagnosis.evidence import Evidence
from wstui.diagnosis.rules.words import seconds
from wstui.diagnosis.verdict import Finding
from wstui.events import Cause

_SAFETY = 0.75
"""A ping at three quarters of the silence that the path survives."""
_SHORTEST_S = 0.5
_SHOWN_SEND = 60

_PING = "Send a ping every {s} s or less: [heartbeat] interval = {s} in the profile, or --ping-every {s}."
_TRY_PING = (
    "Try whether pings keep it open: [heartbeat] interval = {s} in the profile, or --ping-every {s}; if it"
    " ends all the same, only messages count, or its age."
)
_MESSAGE = (
    "Send a message every {s} s or less: [heartbeat.application] send = … and interval = {s} in the profile;"
    " pings did not help."
)
_DIALECT = (
    "Send the heartbeat of {title}: [heartbeat.application] send = {send}, expect = {expect}, interval = {s}."
)
_ANSWER = "Answer its heartbeat: --do 'on PATTERN send {send}', or let your client do it."
_RECONNECT = 'Come back by itself: [reconnect] mode = "on" in the profile, or --retry 5.'
_LIMIT = "Take larger messages: [limits] message = {bytes} in the profile, or --max-size {bytes}."
_SMALLER = "Send messages of less than {bytes:,} bytes: that one was too large."
_BEFORE = "Connect anew before an age of {age}, by your own choice of moment, and resume."

_IDLE = (Cause.IDLE_TIMEOUT_PROXY, Cause.IDLE_TIMEOUT_SERVER)
_COMES_BACK = (
    Cause.SERVER_GOING_AWAY,
    Cause.SERVER_RESTART,
    Cause.LIFETIME_LIMIT,
    Cause.SERVER_CRASH,
    Cause.CONNECTION_RESET,
    Cause.NETWORK_LOST,
    Cause.OVERLOADED_TRY_AGAIN,
)


@cache
def _table() -> dict[Cause, list[str]]:
    raw = tomllib.loads((files("wstui.diagnosis") / "advice.toml").read_text("utf-8"))
    return msgspec.convert(raw["advice"], dict[Cause, list[str]])


def advice(finding: Finding, evidence: Evidence) -> tuple[str, ...]:
    """One sentence each, the most promising first."""
    sentences = [
        *finding.advice,
        *_heartbeat_settings(finding, evidence),
        *_size_settings(finding, evidence),
        *_age_settings(finding, evidence),
        *_table().get(finding.cause, []),
    ]
    if finding.cause in _COMES_BACK:
        sentences.append(_RECONNECT)
    return tuple(dict.fromkeys(sentences))


def _heartbeat_settings(finding: Finding, evidence: Evidence) -> list[str]:
    if finding.cause is Cause.KEEPALIVE_TIMEOUT_SERVER and finding.prevented_by == "application":
        return _dialect_settings(evidence)
    silence = evidence.data_silence_ns if finding.prevented_by == "application" else evidence.silence_ns
    if finding.cause not in _IDLE or not silence:
        return []
    number = f"{_interval_s(silence):g}"
    if finding.prevented_by == "application":
        return _dialect_settings(evidence) or [_MESSAGE.format(s=number)]
    return [(_TRY_PING if finding.prevented_by == "unknown" else _PING).format(s=number)]


def _interval_s(silence_ns: int) -> float:
    return max(_SHORTEST_S, round(silence_ns / NS * _SAFETY, 0 if silence_ns > 10 * NS else 1))


def _dialect_settings(evidence: Evidence) -> list[str]:
    """The heartbeat that the dialect wants, as the profile's settings have it."""
    dialect, wanted = evidence.reading.dialect, evidence.reading.wanted
    if dialect is None or wanted is None or not wanted.send:
        return []
    if wanted.starts == "server":
        return [_ANSWER.format(send=_quoted(wanted.send))]
    period_s = evidence.reading.expected_period_s or 20.0
    return [
        _DIALECT.format(
            title=dialect.title,
            send=_quoted(wanted.send),
            expect=_quoted(wanted.expect),
            s=f"{period_s:g}",
        )
    ]


def _quoted(text: str) -> str:
    """As TOML has it, control characters spelled out."""
    spelled = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:_SHOWN_SEND])
    if spelled != text or "'" in text:
        return '"' + spelled.replace('"', '\\"') + '"'
    return f"'{text}'"


def _size_settings(finding: Finding, evidence: Evidence) -> list[str]:
    if finding.cause is not Cause.MESSAGE_TOO_BIG:
        return []
    if finding.who == "client":
        size = max((int(e.detail.get("size_bytes") or 0) for e in evidence.errors), default=0)
        return [_LIMIT.format(bytes=2 * size)] if size else []
    largest = max((e.size for e in evidence.messages_sent), default=0)
    return [_SMALLER.format(bytes=largest)] if largest else []


def _age_settings(finding: Finding, evidence: Evidence) -> list[str]:
    if finding.cause is not Cause.LIFETIME_LIMIT or not evidence.age_ns:
        return []
    return [_BEFORE.format(age=seconds(evidence.age_ns))]
