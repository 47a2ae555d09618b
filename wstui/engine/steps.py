"""The small language of ``--do`` and of ``[[script]]``: one step a line, parsed before anything is dialled.

Pure but for ``send-file``, which reads its file while parsing, so that a missing one is found in time.
Every mistake is a :class:`StepError` with one sentence that names the step and what was expected.

A regular expression ends where a step begins (``on``), at ``within`` or at the end (``expect``); one that
holds such a word itself is written between slashes: ``on /please send/ send here``.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from wstui.engine.json_path import JsonPath, PathError, parse_path
from wstui.engine.variables import is_variable_name
from wstui.events import (
    Abort,
    AnswerPings,
    Close,
    Command,
    DelayPongs,
    Ping,
    Pong,
    ResumeReading,
    Send,
    SendFrame,
    StopReading,
    WithholdPongs,
    safe_text,
    why_not_sendable,
)
from wstui.places import typed_path

EXPECT_WITHIN_S = 10.0
"""How long ``expect`` waits when its step does not say."""

CONTROL_PAYLOAD_LIMIT_BYTES = 125
"""RFC 6455 §5.5."""

_HIGHEST_OPCODE = 0xF
_SHOWN_CHARACTERS = 60
_EXPECTATION = re.compile(
    r"(?:/(?P<slashed>.+)/|(?P<plain>.*?))(?:\s+within\s+(?P<seconds>\S+))?\s*", re.DOTALL
)
_CAPTURE = re.compile(r"\s*(?P<name>\S+)\s+(?P<path>.+?)(?:\s+within\s+(?P<seconds>\S+))?\s*")


class StepError(Exception):
    """A step that cannot be read; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Act:
    """Ask the engine for something, once."""

    text: str
    command: Command


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait for a received message that matches."""

    text: str
    pattern: re.Pattern[str]
    within_s: float


@dataclass(frozen=True, slots=True)
class Capture:
    """Wait for a received message that has the place, and keep what stands there for ``{{name}}``."""

    text: str
    name: str
    path: JsonPath
    within_s: float


@dataclass(frozen=True, slots=True)
class UntilClosed:
    """Wait until the connection has ended. ``within_s`` None: as long as it takes."""

    text: str
    within_s: float | None


@dataclass(frozen=True, slots=True)
class Every:
    """Repeat an act at an interval, beside the steps that follow."""

    text: str
    seconds: float
    act: Act


@dataclass(frozen=True, slots=True)
class On:
    """Do an act for every received message that matches, beside the steps that follow."""

    text: str
    pattern: re.Pattern[str]
    act: Act


Step = Act | Wait | Expect | Capture | UntilClosed | Every | On
LASTING = (Every, On)
"""Steps that stay at work; all others are done one after the other."""


def parse_steps(lines: Iterable[str]) -> list[Step]:
    """All steps, in their order.

    Raises:
        StepError: the first bad one, with its number.
    """
    steps = []
    for number, line in enumerate(lines, start=1):
        try:
            steps.append(parse_step(line))
        except StepError as error:
            raise StepError(f"Step {number}, {quoted(line)}: {error}") from None
    return steps


def parse_step(line: str) -> Step:
    """One step.

    Raises:
        StepError: what was expected in its place.
    """
    text = line.strip("\r\n")
    word, _, rest = text.lstrip().partition(" ")
    parse = _PARSERS.get(word)
    if parse is None:
        raise StepError(_no_such_step(word))
    return parse(text, rest)


def quoted(text: str) -> str:
    """A step as a sentence shows it: safe, and cut when long."""
    shown = safe_text(text)
    return f"“{shown[:_SHOWN_CHARACTERS]}{'…' if len(shown) > _SHOWN_CHARACTERS else ''}”"


def _no_such_step(word: str) -> str:
    if not word:
        return f"the step is empty; the steps are: {', '.join(_PARSERS)}."
    near = get_close_matches(word, _PARSERS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the steps are: {', '.join(_PARSERS)}."
    return f"there is no step {quoted(word)}; {hint}"


def _send(text: str, rest: str) -> Act:
    if not rest:
        raise StepError("send needs the text to send, as in “send hello”.")
    return Act(text, Send(_utf8(rest)))


def _send_hex(text: str, rest: str) -> Act:
    return Act(text, Send(_hex(rest), binary=True))


def _send_file(text: str, rest: str) -> Act:
    if not rest.strip():
        raise StepError("send-file needs the path of a file.")
    try:
        payload = typed_path(rest.strip()).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise StepError(f"the file cannot be read: {why.lower()}.") from None
    return Act(text, Send(payload, binary=not _is_utf8(payload)))


def _frame(text: str, rest: str) -> Act:
    number, _, digits = rest.strip().partition(" ")
    try:
        opcode = int(number, 0)
    except ValueError:
        opcode = -1
    if not 0 <= opcode <= _HIGHEST_OPCODE:
        raise StepError(
            "frame needs an opcode from 0 to 15 and the payload in hex, as in “frame 9 68656c6c6f”."
        )
    return Act(text, SendFrame(opcode, _hex(digits) if digits else b""))


def _ping(text: str, rest: str) -> Act:
    return Act(text, Ping(_control_payload(rest) if rest else None, source="step"))


def _pong(text: str, rest: str) -> Act:
    return Act(text, Pong(_control_payload(rest), source="step"))


def _wait(text: str, rest: str) -> Wait:
    return Wait(text, _seconds(rest, "wait"))


def _expect(text: str, rest: str) -> Expect:
    found = _EXPECTATION.fullmatch(rest)
    assert found is not None
    seconds = found["seconds"]
    within_s = EXPECT_WITHIN_S if seconds is None else _seconds(seconds, "within")
    return Expect(text, _pattern(found["slashed"] or found["plain"] or "", "expect"), within_s)


def _capture(text: str, rest: str) -> Capture:
    found = _CAPTURE.fullmatch(rest)
    if found is None or not is_variable_name(found["name"]):
        raise StepError("capture needs a name and a JSON path, as in “capture token $.data.token”.")
    seconds = found["seconds"]
    within_s = EXPECT_WITHIN_S if seconds is None else _seconds(seconds, "within")
    try:
        return Capture(text, found["name"], parse_path(found["path"]), within_s)
    except PathError as error:
        raise StepError(f"capture: {error}.") from None


def _close(text: str, rest: str) -> Act:
    number, _, reason = rest.strip().partition(" ")
    if number and not number.isdecimal():
        raise StepError("close takes a code and then a reason, as in “close 4001 goodbye”.")
    code = int(number) if number else 1000
    refusal = why_not_sendable(code, reason)
    if refusal is not None:
        raise StepError(f"{refusal[:-1]}; a raw “frame 8 HEX” sends it all the same.")
    return Act(text, Close(code, reason))


def _until_closed(text: str, rest: str) -> UntilClosed:
    return UntilClosed(text, _seconds(rest, "until-closed") if rest.strip() else None)


def _every(text: str, rest: str) -> Every:
    number, _, inner = rest.strip().partition(" ")
    seconds = _seconds(number, "every")
    if seconds == 0:
        raise StepError("every needs more than 0 seconds.")
    return Every(text, seconds, _inner_act(inner, "every"))


def _on(text: str, rest: str) -> On:
    """The shortest regular expression after which a step follows."""
    slashed = re.fullmatch(r"/(?P<regex>.+)/\s+(?P<step>.+)", rest, re.DOTALL)
    if slashed is not None and _begins_a_step(slashed["step"]):
        return On(text, _pattern(slashed["regex"], "on"), _inner_act(slashed["step"], "on"))
    for gap in re.finditer(r"\s+", rest):
        regex, step = rest[: gap.start()], rest[gap.end() :]
        if regex and _begins_a_step(step):
            return On(text, _pattern(regex, "on"), _inner_act(step, "on"))
    raise StepError("on needs a regular expression and then a step, as in “on ^ping$ send pong”.")


def _begins_a_step(text: str) -> bool:
    return text.partition(" ")[0] in _PARSERS


def _inner_act(text: str, word: str) -> Act:
    if not text.strip():
        raise StepError(f"{word} needs a step to do, as in “{_EXAMPLES[word]}”.")
    step = parse_step(text)
    if not isinstance(step, Act):
        raise StepError(f"{word} repeats one act, as send or ping; {quoted(text)} is not one.")
    return step


def _bare(command: Callable[[], Command]) -> Callable[[str, str], Act]:
    def parse(text: str, rest: str) -> Act:
        if rest.strip():
            raise StepError(f"nothing is expected after {quoted(text.split(maxsplit=1)[0])}.")
        return Act(text, command())

    return parse


def _delay_pongs(text: str, rest: str) -> Act:
    return Act(text, DelayPongs(_seconds(rest, "delay-pongs")))


_PARSERS: dict[str, Callable[[str, str], Step]] = {
    "send": _send,
    "send-hex": _send_hex,
    "send-file": _send_file,
    "frame": _frame,
    "ping": _ping,
    "pong": _pong,
    "wait": _wait,
    "expect": _expect,
    "capture": _capture,
    "close": _close,
    "abort": _bare(Abort),
    "withhold-pongs": _bare(WithholdPongs),
    "delay-pongs": _delay_pongs,
    "answer-pings": _bare(AnswerPings),
    "stop-reading": _bare(StopReading),
    "resume-reading": _bare(ResumeReading),
    "until-closed": _until_closed,
    "every": _every,
    "on": _on,
}

_EXAMPLES = {"every": "every 5 ping", "on": "on ^ping$ send pong"}


def _seconds(text: str, word: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= 0):
        raise StepError(f"{word} needs a number of seconds, as in “{word} 2.5”.")
    return seconds


def _hex(text: str) -> bytes:
    if not text.strip():
        raise StepError("the payload is missing: pairs of hex digits, as in “68656c6c6f”.")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise StepError("the payload must be pairs of hex digits, as in “68656c6c6f”.") from None


def _control_payload(text: str) -> bytes:
    payload = _utf8(text)
    if len(payload) > CONTROL_PAYLOAD_LIMIT_BYTES:
        raise StepError(
            f"the payload has {len(payload)} bytes; a control frame holds"
            f" {CONTROL_PAYLOAD_LIMIT_BYTES} (RFC 6455 §5.5)."
        )
    return payload


def _utf8(text: str) -> bytes:
    # Arguments that are not UTF-8 reach Python as lone surrogates; their bytes are what the person typed.
    return text.encode("utf-8", "surrogateescape")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _pattern(regex: str, word: str) -> re.Pattern[str]:
    if not regex.strip():
        raise StepError(f"{word} needs a regular expression.")
    try:
        return re.compile(regex, re.DOTALL)
    except re.error as error:
        raise StepError(f"{quoted(regex)} is no regular expression: {error}.") from None
