"""A recorded client as a profile with a script: steps that a person can read and change. Pure."""

import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from wstui.engine.json_path import place_text
from wstui.engine.steps import EXPECT_WITHIN_S
from wstui.engine.variables import is_variable_name
from wstui.events import Kind, why_not_sendable
from wstui.profiles import REDACTED, Profile, ProfileError, Script, parse_profile
from wstui.replay.alignment import streams
from wstui.replay.drive_plan import ConnectionPlan, DriveStep, plan_connection
from wstui.replay.links import Link, Source
from wstui.replay.recording import Moment, RecordedConnection, Recording
from wstui.replay.shapes import Content, content_shape, is_id_place, read_content

SCRIPT_NAME = "recorded"

_TEXT_SHOWN = 80
_NAMES_SHOWN = 3
_PATIENCE = 3
"""An answer may take this many times as long as it took."""
_PLAIN = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?")
_QUERY_SECRET = re.compile(r"(?P<before>[?&;]|^)(?P<name>[^=&;?/]+)=" + re.escape(REDACTED))


def scripted_profile(
    recording: Recording, connection: RecordedConnection, name: str = SCRIPT_NAME
) -> Profile:
    """The profile of a session, with what its client did as a script.

    Secrets that the recording does not hold become ``${NAME}``.

    Raises:
        ProfileError: what the recording says of its endpoint is no profile.
        RecordingError: something that the client sent was recorded only in part.
    """
    settings = {key: value for key, value in recording.info.settings.items() if key != "replay_of"}
    settings = {**settings, "url": settings.get("url") or recording.info.url, "script": []}
    try:
        profile = parse_profile(_with_placeholders(settings, ""), source=recording.name)
    except ProfileError:
        minimal = {"url": _placeholder_url(recording.info.url)}
        profile = parse_profile(minimal, source=recording.name)
    steps = list(_Steps(plan_connection(connection)).lines())
    return msgspec.structs.replace(profile, script=[Script(name, steps)])


class _Steps:
    """Writes one connection's steps."""

    def __init__(self, plan: ConnectionPlan) -> None:
        self._plan = plan
        self._flowing = streams(plan.moments)
        self._names: dict[Source, str] = {}
        for links in plan.links.values():
            for link in links:
                self._names.setdefault(link.source, _variable(link, set(self._names.values())))

    def lines(self) -> Iterator[str]:
        done = 0
        before_ns = self._plan.connection.opened_ns
        for step in self._plan.steps:
            if step.moment.detail.get("source") == "heartbeat":
                continue
            yield from self._expects(done, step.index, before_ns)
            yield from self._act(step)
            done, before_ns = step.index + 1, step.moment.t_ns
        if self._plan.aborts is not None:
            yield from self._expects(done, self._plan.end_index, before_ns)
            yield "abort"
        elif not any(step.moment.kind == Kind.CLOSE for step in self._plan.steps):
            yield from self._expects(done, self._plan.end_index, before_ns)
            if self._plan.server_ends:
                yield f"until-closed {_within_s(self._plan.connection.ended_ns - before_ns)}"

    def _expects(self, first: int, stop: int, before_ns: int) -> Iterator[str]:
        for index in range(first, stop):
            moment = self._plan.moments[index]
            sources = [source for source in self._names if source.moment == index]
            if moment.is_sent or not moment.is_message:
                continue
            content = read_content(moment.payload)
            if not sources and content is not None and content_shape(moment.kind, content) in self._flowing:
                continue
            within_s = _within_s(moment.t_ns - before_ns)
            limit = "" if within_s <= EXPECT_WITHIN_S else f" within {within_s}"
            yield f"expect /{self._pattern(index, moment, content)}/{limit}"
            for source in sources:
                yield f"capture {self._names[source]} {place_text(source.place)}"

    def _pattern(self, index: int, moment: Moment, content: Content | None) -> str:
        if content is None:
            return _text_pattern(moment)
        parts = [_member(name, value) for name, value in _naming(content)]
        parts += [
            _member(link.place[-1], link.recorded)
            for link in self._plan.echoes.get(index, ())
            if is_id_place(link.place) and isinstance(link.place[-1], str)
        ]
        if not parts and isinstance(content.value, dict):
            names = list(content.value)[:_NAMES_SHOWN]
            parts = [rf'"{_escaped(name)}"\s*:' for name in names]
        if len(parts) == 1:
            return parts[0]
        return "".join(f"(?=.*{part})" for part in parts) or r"^\s*\["

    def _act(self, step: DriveStep) -> Iterator[str]:
        moment = step.moment
        payload = moment.payload
        if moment.kind == Kind.TEXT:
            text = self._filled(step).decode("utf-8", "replace")
            yield f"send {text}" if text and text == text.strip("\r\n") else _frame(1, payload)
        elif moment.kind == Kind.BINARY:
            yield f"send-hex {payload.hex()}" if payload else _frame(2, b"")
        elif moment.kind == Kind.CLOSE:
            yield _close(moment)
        elif moment.kind == Kind.FAULT:
            yield _frame(int(moment.detail.get("opcode", 0)) & 0xF, payload)
        else:
            yield _control(moment)

    def _filled(self, step: DriveStep) -> bytes:
        payload = step.moment.payload
        for link in self._plan.links.get(step.index, ()):
            name = self._names[link.source]
            if isinstance(link.recorded, str):
                recorded = msgspec.json.encode(link.recorded)[1:-1]
                payload = payload.replace(recorded, b"{{%s}}" % name.encode())
            else:
                number = re.escape(str(link.recorded).encode())
                payload = re.sub(rb"(?<![\w.\"-])%s(?![\w.\"])" % number, b"{{%s}}" % name.encode(), payload)
        return payload


def _frame(opcode: int, payload: bytes) -> str:
    return f"frame {opcode} {payload.hex()}".strip()


def _control(moment: Moment) -> str:
    try:
        text = moment.payload.decode()
    except UnicodeDecodeError:
        text = "\0"
    if not text or _PLAIN.fullmatch(text):
        return f"{moment.kind} {text}".strip()
    return _frame(9 if moment.kind == Kind.PING else 10, moment.payload)


def _close(moment: Moment) -> str:
    code, reason = moment.detail.get("code"), str(moment.detail.get("reason", ""))
    if isinstance(code, int) and why_not_sendable(code, reason) is None and reason == reason.strip():
        return f"close {code} {reason}".strip()
    return _frame(8, moment.payload)


def _within_s(took_ns: int) -> int:
    return max(math.ceil(took_ns / 1e9 * _PATIENCE), round(EXPECT_WITHIN_S))


def _text_pattern(moment: Moment) -> str:
    if moment.kind == Kind.BINARY:
        return "^"
    text = moment.payload.decode("utf-8", "replace")
    return f"^{_escaped(text)}$" if len(text) <= _TEXT_SHOWN else f"^{_escaped(text[:_TEXT_SHOWN])}"


def _naming(content: Content) -> Iterator[tuple[str, Any]]:
    for part in content_shape("", content):
        if isinstance(part, tuple) and len(part) == 2:
            yield part


def _member(name: str, value: Any) -> str:
    shown = _escaped(msgspec.json.encode(value).decode())
    return rf'"{_escaped(name)}"\s*:\s*{shown}' + ("" if isinstance(value, str) else r"\b")


def _escaped(text: str) -> str:
    """For a regular expression on one line. Quotes and colons need no escape."""
    return re.escape(text).replace("\\\n", r"\n").replace("\\\r", r"\r").replace("\\ ", " ")


def _variable(link: Link, taken: set[str]) -> str:
    name = next((key for key in reversed(link.source.place) if isinstance(key, str)), "value")
    name = re.sub(r"[^\w-]", "_", name, flags=re.ASCII)
    name = name if is_variable_name(name) else "value"
    free = (name if number == 1 else f"{name}{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in free if candidate not in taken)


def _with_placeholders(value: Any, name: str) -> Any:
    """Settings with ``${NAME}`` where a secret was taken out."""
    if isinstance(value, dict):
        return {key: _with_placeholders(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_placeholders(inner, name) for inner in value]
    if not isinstance(value, str):
        return value
    return _placeholder_url(value) if name == "url" else value.replace(REDACTED, f"${{{_environment(name)}}}")


def _placeholder_url(url: str) -> str:
    named = _QUERY_SECRET.sub(
        lambda found: f"{found['before']}{found['name']}=${{{_environment(found['name'])}}}", url
    )
    return named.replace(REDACTED, "${CREDENTIALS}")


def _environment(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII).upper() or "SECRET"
