"""JSON Lines back into a session: our own export, or what ``wstui run --json`` printed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from wstui.events import Event
from wstui.exchange.draft import Draft
from wstui.exchange.import_problem import UNREADABLE, ImportProblem, Problems
from wstui.exchange.jsonl import JSONL_VERSION
from wstui.timeline import Note, SessionInfo

LINE_LIMIT_BYTES = 128 << 20
"""No event of ours is longer: a message has at most 16 MiB unless a profile says otherwise."""

_Int64 = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
_Count = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
_Word = Annotated[str, Meta(pattern=r"^[a-z_]{1,40}\Z")]


class _Type(msgspec.Struct):
    type: str


class SessionLine(msgspec.Struct):
    """The first line."""

    version: int
    started_ns: _Int64
    session: str = ""
    id: str = ""
    profile: str = ""
    url: str = ""
    title: str = ""
    ended_ns: _Int64 | None = None
    wstui_version: str = ""
    settings: dict[str, Any] = {}


class _Mark(msgspec.Struct):
    mark: str
    dialect: str
    data: dict[str, Any]


class NoteLine(msgspec.Struct):
    """A note, in an event's line or on its own."""

    t_ns: _Int64
    text: str
    id: _Count = 0
    colour: str = ""
    created_ns: _Int64 = 0
    edited_ns: _Int64 | None = None


class EventLine(msgspec.Struct):
    """An event."""

    t_ns: _Int64
    connection: _Count
    kind: _Word
    direction: Literal["sent", "received", "local"]
    size: _Count
    wire_size: _Count
    text: str | UnsetType = UNSET
    base64: bytes | UnsetType = UNSET
    detail: dict[str, Any] = {}
    marks: list[_Mark] = []
    notes: list[NoteLine] = []

    def event(self) -> Event:
        """The event; its number is the writer's business."""
        payload = None
        if self.text is not UNSET:
            payload = self.text.encode()
        elif self.base64 is not UNSET:
            payload = self.base64
        return Event(
            self.t_ns,
            self.connection,
            self.kind,
            self.direction,
            self.size,
            self.wire_size,
            payload,
            self.detail or None,
        )


_type_of = msgspec.json.Decoder(_Type).decode
_session_of = msgspec.json.Decoder(SessionLine).decode
_event_of = msgspec.json.Decoder(EventLine).decode
_note_of = msgspec.json.Decoder(NoteLine).decode


def import_jsonl(path: Path, folder: Path | None = None) -> tuple[Draft, str]:
    """Read a JSON Lines file into a new session.

    Returns:
        The session, written, and a sentence on what of the file could not be read (or nothing).

    Raises:
        ImportProblem: it is no such file, or a newer wstui's.
        TimelineError: the session cannot be written.
        OSError: the file cannot be read.
    """
    problems = Problems(path)
    with path.open("rb") as file:
        lines = _lines(file, problems)
        info, first = _beginning(path, lines)
        with Draft(info, folder) as draft:
            if first is not None:
                _take_event(draft, first)
            for number, line in lines:
                try:
                    _take(draft, line)
                except UNREADABLE as error:
                    problems.add(number, reason_of(error, line))
                    if problems.are_too_many:
                        break
    return draft, problems.sentence(draft.events)


def reason_of(error: Exception, line: bytes) -> str:
    """Why a line cannot be read, as the end of a sentence."""
    if not line.endswith(b"\n") and not isinstance(error, msgspec.ValidationError):
        return "the file ends in the middle of this line"
    return str(error)[:300].rstrip(".")


def _lines(file: BinaryIO, problems: Problems) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are not empty; memory holds one at a time."""
    number = 0
    while line := file.readline(LINE_LIMIT_BYTES):
        number += 1
        if len(line) >= LINE_LIMIT_BYTES and not line.endswith(b"\n"):
            problems.add(number, f"longer than {LINE_LIMIT_BYTES >> 20} MiB")
            while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
                pass
        elif line.strip():
            yield number, line


def _beginning(path: Path, lines: Iterator[tuple[int, bytes]]) -> tuple[SessionInfo, EventLine | None]:
    """The session's row; from a file that begins with an event (``run --json``) what that event says."""
    number, line = next(lines, (0, b""))
    if not line:
        raise ImportProblem(f"{path.name} is empty.")
    try:
        type_ = _type_of(line).type
        if type_ == "event":
            event = _event_of(line)
            url = str(event.detail.get("url", ""))
            return SessionInfo(event.t_ns, "", url), event
        if type_ != "session":
            raise ImportProblem(
                f"{path.name}, line {number}: expected a session, got a line of type “{type_}”."
            )
        return _info(path, number, line), None
    except UNREADABLE as error:
        reason = reason_of(error, line)
        raise ImportProblem(
            f"{path.name}, line {number}: not JSON Lines of wstui ({reason}); nothing was imported."
        ) from error


def _info(path: Path, number: int, line: bytes) -> SessionInfo:
    version = msgspec.json.decode(line).get("version")
    if isinstance(version, int) and version > JSONL_VERSION:
        raise ImportProblem(
            f"{path.name}, line {number}: written by a newer wstui (version {version}; this one reads up to"
            f" {JSONL_VERSION}): update wstui."
        )
    row = _session_of(line)
    return SessionInfo(
        row.started_ns,
        row.profile,
        row.url,
        row.settings,
        row.wstui_version,
        row.title,
        row.id,
        row.ended_ns,
    )


def _take(draft: Draft, line: bytes) -> None:
    type_ = _type_of(line).type
    if type_ == "event":
        _take_event(draft, _event_of(line))
    elif type_ == "note":
        take_note(draft, _note_of(line), None)
    # A verdict is found again from the events; what a newer wstui adds is passed over.


def _take_event(draft: Draft, row: EventLine) -> None:
    event_id = draft.add(row.event())
    for mark in row.marks:
        draft.mark(event_id, mark.mark, mark.dialect, mark.data)
    for note in row.notes:
        take_note(draft, note, event_id)


def take_note(draft: Draft, note: NoteLine, event_id: int | None) -> None:
    """A note into a draft, on an event or on a moment."""
    row = Note(note.id, event_id, note.t_ns, note.text, note.colour, note.created_ns, note.edited_ns)
    draft.note(row)
