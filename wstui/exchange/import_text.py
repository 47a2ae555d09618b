"""Transcripts of wscat, websocat and their like: lines that begin with ``<`` or ``>``.

Only what is unambiguous: every line is a message with its direction, a word of the tool's own that is
known, or the continuation of a message in several lines. Times are taken where lines have them.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from wstui.events import Event, Kind
from wstui.exchange.draft import Draft
from wstui.exchange.import_problem import ImportProblem, Problems
from wstui.timeline import Note, SessionInfo

_NS = 1_000_000_000
_DAY_NS = 86_400 * _NS
_HEAD_ROWS = 100
_STEP_NS = 1_000_000
"""Between lines without a time, so that their order shows."""

_LINE_LIMIT_BYTES = 16 << 20
_TIME = (
    r"(?:\[?(?P<time>(?:\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)\]?\s+)?"
)
_MESSAGE = re.compile(_TIME + r"(?P<arrow><{1,3}|>{1,3}|←|→)(?: (?P<text>.*))?", re.DOTALL)
_LOG = re.compile(r"\[(?:TRACE|DEBUG|INFO|WARN|ERROR)\s+\w*websocat[\w:]*\]\s*(?P<words>.*)")
_CONNECTED = re.compile(r"Connected \(press CTRL\+C to quit\)|Connected to ws.*", re.IGNORECASE)
_CLOSED = re.compile(
    r"Disconnected(?: \(code: (?P<code>\d{1,5})(?:, reason: \"(?P<reason>.*)\")?\))?|Closed", re.IGNORECASE
)
_FAILED = re.compile(r"error: (?P<words>.*)|websocat: (?P<other>.*)", re.IGNORECASE)
_PING_PONG = re.compile(r"Received (?P<kind>ping|pong)(?: \(data: \"(?P<data>.*)\"\))?")
_NOTE = "Imported from {name}, a transcript without times: moments and round trips are not the true ones."


class _Line(NamedTuple):
    kind: str
    direction: str
    text: str
    t_ns: int | None
    code: int | None = None


def looks_like_transcript(head: bytes) -> bool:
    """Whether a file's beginning is one: every line that begins it is known, and one is a message."""
    lines = head.decode("utf-8", "replace").splitlines()[:20]
    known = [_parse(line) for line in lines if line.strip()]
    return bool(known) and known[0] is not None and any(row and row.kind != "" for row in known)


def import_transcript(path: Path, folder: Path | None = None) -> tuple[Draft, str]:
    """Read a transcript into a new session.

    Raises:
        ImportProblem: it is none, or ambiguous.
        TimelineError: the session cannot be written.
        OSError: the file cannot be read.
    """
    problems = Problems(path)
    started_ns = int(path.stat().st_mtime) * _NS
    with path.open("rb") as file:
        rows = _rows(file, problems)
        head = list(islice(rows, _HEAD_ROWS))
        if not head:
            raise ImportProblem(problems.sentence(0) or f"{path.name}: there is no message in it.")
        times = [row.t_ns for row in head if row.t_ns is not None]
        # Times without a date are of the day on which the file was written.
        day_ns = started_ns - started_ns % _DAY_NS if times and times[0] < _DAY_NS else 0
        start_ns = times[0] + day_ns if times else started_ns
        info = SessionInfo(start_ns, "", "", title=path.name)
        with Draft(info, folder) as draft:
            now_ns = start_ns
            for row in chain(head, rows):
                now_ns = _add(draft, row, now_ns, day_ns)
                if problems.are_too_many:
                    break
            if not times:
                draft.note(Note(0, None, start_ns, _NOTE.format(name=path.name), "", 0, None))
            draft.finish(now_ns)
    return draft, problems.sentence(draft.events)


def _add(draft: Draft, row: _Line, now_ns: int, day_ns: int) -> int:
    said_ns = None if row.t_ns is None else row.t_ns + day_ns
    step_ns = _STEP_NS if draft.events else 0
    t_ns = max(now_ns + step_ns if said_ns is None else said_ns, now_ns)
    if not draft.events and row.kind not in (Kind.OPEN, Kind.ERROR):
        draft.add(Event(t_ns, 0, Kind.OPEN.value, "local"))
    draft.add(_event(row, t_ns))
    return t_ns


def _event(row: _Line, t_ns: int) -> Event:
    if row.kind == Kind.CLOSE:
        if row.code == 1006:  # never on the wire: TCP ended without a Close frame (RFC 6455 §7.1.5)
            return Event(t_ns, 0, Kind.EOF.value, "received")
        code = None if row.code == 1005 else row.code
        return Event(t_ns, 0, row.kind, row.direction, detail={"code": code, "reason": row.text})
    if row.kind == Kind.ERROR:
        return Event(t_ns, 0, row.kind, "local", detail={"code": "", "message": row.text})
    if row.kind == Kind.OPEN:
        return Event(t_ns, 0, row.kind, "local")
    payload = row.text.encode("utf-8", "replace")
    return Event(t_ns, 0, row.kind, row.direction, len(payload), 0, payload)


def _rows(file: BinaryIO, problems: Problems) -> Iterator[_Line]:
    """The lines as events; a line that is no message goes on with the one before it."""
    waiting: _Line | None = None
    number = 0
    while data := file.readline(_LINE_LIMIT_BYTES):
        number += 1
        text = data.decode("utf-8", "replace").rstrip("\r\n")
        row = _parse(text)
        if row is not None:
            if waiting is not None:
                yield waiting
            waiting = row if row.kind else None
        elif waiting is not None and waiting.kind == Kind.TEXT:
            if len(waiting.text) > _LINE_LIMIT_BYTES:
                problems.add(number, "a message that never ends")
                return
            waiting = waiting._replace(text=f"{waiting.text}\n{text}")
        elif text.strip():
            problems.add(number, "neither a message (“<” or “>” before it) nor a word of wscat or websocat")
    if waiting is not None:
        yield waiting._replace(text=waiting.text.rstrip("\n"))


def _parse(line: str) -> _Line | None:
    """What a line is; a kind of ``""`` for a word of the tool that says nothing about the session."""
    if found := _MESSAGE.fullmatch(line):
        return _message(found)
    if _CONNECTED.fullmatch(line):
        return _Line(Kind.OPEN.value, "local", "", None)
    if found := _CLOSED.fullmatch(line):
        code = int(found["code"]) if found["code"] else 1005
        return _Line(Kind.CLOSE.value, "received", found["reason"] or "", None, code)
    if found := _FAILED.fullmatch(line):
        return _Line(Kind.ERROR.value, "local", found["words"] or found["other"] or "", None)
    if found := _LOG.fullmatch(line):
        is_open = "connected to ws" in found["words"].lower()
        return _Line(Kind.OPEN.value if is_open else "", "local", "", None)
    return None


def _message(found: re.Match[str]) -> _Line:
    direction = "received" if found["arrow"][0] in "<←" else "sent"
    text, t_ns = found["text"] or "", _time_ns(found["time"])
    if direction == "received" and (control := _PING_PONG.fullmatch(text)):
        return _Line(control["kind"], direction, control["data"] or "", t_ns)
    return _Line(Kind.TEXT.value, direction, text, t_ns)


def _time_ns(text: str | None) -> int | None:
    if not text:
        return None
    text = text.replace(",", ".")
    whole, _, rest = text.partition(".")
    digits = re.match(r"\d*", rest)
    fraction = digits[0] if digits else ""
    zone = rest[len(fraction) :]
    try:
        when = datetime.fromisoformat(whole + zone if "-" in whole else f"1970-01-01T{whole}{zone}")
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return int(when.timestamp()) * _NS + int(fraction.ljust(9, "0")[:9] or 0)
