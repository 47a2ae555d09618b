"""HAR back into sessions: each WebSocket that a browser (or wstui) saw becomes one.

HAR knows neither control frames nor how a connection ended; where ``_wstui`` stands beside it, it does.
Of a file that ends in the middle, what is whole is read.
"""

import heapq
import mmap
import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from math import isfinite
from operator import le
from pathlib import Path

import msgspec

from wstui.events import Event
from wstui.exchange.draft import Draft
from wstui.exchange.har_events import (
    HarEntry,
    HarMessage,
    dialling_events,
    ending_events,
    entry_start_ns,
    message_event,
)
from wstui.exchange.import_jsonl import EventLine, NoteLine, take_note
from wstui.exchange.import_problem import UNREADABLE, ImportProblem, Problems
from wstui.timeline import Note, SessionInfo

SIZE_LIMIT_BYTES = 4 << 30
_SALVAGE_LIMIT_BYTES = 512 << 20
_SENTENCE = (
    "Imported from {name} ({creator}). HAR holds no pings, pongs and Close frames, so that how the connection"
    " ended cannot be told from it."
)


class _Creator(msgspec.Struct):
    name: str = ""
    version: str = ""


class _Log(msgspec.Struct):
    entries: list[msgspec.Raw]
    creator: _Creator = msgspec.field(default_factory=_Creator)
    browser: _Creator = msgspec.field(default_factory=_Creator)


class _Har(msgspec.Struct):
    log: _Log


class _WstuiFacts(msgspec.Struct):
    events: list[msgspec.Raw] = []
    notes: list[msgspec.Raw] = []
    session: str = ""
    connection: int = 0
    started_ns: int | None = None
    ended_ns: int | None = None
    profile: str = ""
    title: str = ""


class _Place(msgspec.Struct):
    event: int | None = None


_event_of = msgspec.json.Decoder(EventLine).decode
_ENTRY_START = re.compile(rb'"entries"\s*:\s*\[')
_BETWEEN = re.compile(rb"[\s,]*")


def import_har(path: Path, folder: Path | None = None) -> tuple[list[Draft], str]:
    """Read a HAR file; the sessions, written, and a sentence on what could not be read.

    Raises:
        ImportProblem: it is no HAR file, or there is no WebSocket in it.
        TimelineError: a session cannot be written.
        OSError: the file cannot be read.
    """
    problems = Problems(path)
    with path.open("rb") as file:
        if path.stat().st_size > SIZE_LIMIT_BYTES:
            raise ImportProblem(f"{path.name} is larger than {SIZE_LIMIT_BYTES >> 30} GiB: cut it before.")
        if not path.stat().st_size:
            raise ImportProblem(f"{path.name} is empty.")
        # Not closed by hand: pieces of the JSON point into it for as long as anybody holds them.
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    log = _log(path, data, problems)
    creator = log.browser.name or log.creator.name or "unknown"
    drafts = [_session(path, group, creator, folder, problems) for group in _sessions(log, problems)]
    if not drafts:
        reason = problems.sentence(0) or "there is no WebSocket connection in it."
        raise ImportProblem(f"{path.name}: {reason}" if not problems.count else reason)
    return drafts, problems.sentence(sum(draft.events for draft in drafts))


def _log(path: Path, data: mmap.mmap, problems: Problems) -> _Log:
    try:
        return msgspec.json.decode(memoryview(data), type=_Har).log
    except msgspec.ValidationError as error:
        raise ImportProblem(f"{path.name} is no HAR file: {error}.") from error
    except UNREADABLE as error:
        return _what_is_whole(path, data, problems, error)


def _what_is_whole(path: Path, data: mmap.mmap, problems: Problems, error: Exception) -> _Log:
    """The entries before the place where the file ends or is broken."""
    found = _ENTRY_START.search(data)
    if found is None or len(data) > _SALVAGE_LIMIT_BYTES:
        raise ImportProblem(f"{path.name}, line {_line_of(data, error)}: not HAR ({error}).") from error
    problems.add(_line_of(data, error), f"the file is broken or ends here ({error})")
    entries: list[msgspec.Raw] = []
    at = found.end()
    whole = bytes(data)
    while True:
        between = _BETWEEN.match(whole, at)
        assert between is not None
        at = between.end()
        end = object_end(whole, at)
        if end is None:
            rest = _mended(whole[at:])
            return _Log([*entries, msgspec.Raw(rest)] if rest else entries)
        entries.append(msgspec.Raw(whole[at:end]))
        at = end


_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)


def object_end(text: bytes, start: int) -> int | None:
    """Where the JSON object that begins at ``start`` ends; None where the text ends before it."""
    if text[start : start + 1] != b"{":
        return None
    depth = 0
    for found in _STRUCTURE.finditer(text, start):
        sign = found[0]
        if sign in b"{[":
            depth += 1
        elif sign in b"}]":
            depth -= 1
            if not depth:
                return found.end()
    return None


def _mended(text: bytes) -> bytes:
    """An entry that was cut inside its messages, closed after the last whole one."""
    at = text.find(b'"_webSocketMessages"')
    start = text.find(b"[", at)
    if at < 0 or start < 0:
        return b""
    end = start + 1
    while True:
        between = _BETWEEN.match(text, end)
        assert between is not None
        after = object_end(text, between.end())
        if after is None:
            return text[:end] + b"]}"
        end = after


def _line_of(data: mmap.mmap, error: Exception) -> int:
    found = re.search(r"byte (\d+)", str(error))
    return data[: int(found[1])].count(b"\n") + 1 if found else 1 + data[:].count(b"\n")


def _sessions(log: _Log, problems: Problems) -> Iterator[list[HarEntry]]:
    """The WebSockets; the connections of one session of ours belong together."""
    group: list[HarEntry] = []
    for number, raw in enumerate(log.entries, start=1):
        try:
            entry = msgspec.json.decode(raw, type=HarEntry)
        except UNREADABLE as error:
            if b'"_webSocketMessages"' in bytes(raw):
                problems.add(1, f"entry {number}: {error}")
            continue
        if not entry.is_web_socket:
            continue
        if group and not (_session_name(entry) and _session_name(entry) == _session_name(group[0])):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _session_name(entry: HarEntry) -> str:
    return _facts(entry).session


def _facts(entry: HarEntry) -> _WstuiFacts:
    try:
        return msgspec.json.decode(entry.wstui, type=_WstuiFacts) if entry.wstui else _WstuiFacts()
    except UNREADABLE:
        return _WstuiFacts()


def _session(
    path: Path, entries: list[HarEntry], creator: str, folder: Path | None, problems: Problems
) -> Draft:
    first, facts = entries[0], _facts(entries[0])
    started_ns = facts.started_ns or entry_start_ns(first)
    if started_ns is None:
        problems.add(1, f"startedDateTime “{first.startedDateTime}” is no time")
        started_ns = 0
    title = facts.title or ("" if facts.session else f"{path.name}: {first.request.url}"[:200])
    info = SessionInfo(started_ns, facts.profile, first.request.url, {}, "", title)
    with Draft(info, folder) as draft:
        last_ns = started_ns
        for connection, entry in enumerate(entries):
            last_ns = max(last_ns, _connection(draft, entry, connection, last_ns, problems))
        if not facts.session:
            text = _SENTENCE.format(name=path.name, creator=creator)
            draft.note(Note(0, None, last_ns, text, "", 0, None))
        draft.finish(facts.ended_ns or last_ns)
    return draft


def _connection(draft: Draft, entry: HarEntry, number: int, start_ns: int, problems: Problems) -> int:
    """One entry's events into the draft; the time of its last one."""
    facts = _facts(entry)
    messages = _messages(entry, number, problems)
    start_ns = entry_start_ns(entry) or start_ns
    events: Iterator[tuple[int | None, Event]]
    if facts.session:
        numberless: Iterator[tuple[int | None, Event]] = ((None, event) for event in messages)
        events = iter(heapq.merge(_own_events(facts, number, problems), numberless, key=_time_of))
    else:
        dialled = dialling_events(entry, number, start_ns)
        events = ((None, event) for event in chain(dialled, messages))
    last_ns = start_ns
    new_ids: dict[int, int] = {}
    for old_id, event in events:
        new_id = draft.add(event)
        last_ns = max(last_ns, event.t_ns)
        if old_id is not None:
            new_ids[old_id] = new_id
    if not facts.session:
        for event in ending_events(entry, number, last_ns):
            draft.add(event)
    for raw in facts.notes:
        try:
            place = msgspec.json.decode(raw, type=_Place).event
            take_note(draft, msgspec.json.decode(raw, type=NoteLine), new_ids.get(place or 0))
        except UNREADABLE as error:
            problems.add(1, f"_wstui: a note: {error}")
    return last_ns


def _time_of(pair: tuple[int | None, Event]) -> int:
    return pair[1].t_ns


class _Numbered(msgspec.Struct):
    id: int


def _own_events(facts: _WstuiFacts, number: int, problems: Problems) -> Iterator[tuple[int | None, Event]]:
    for raw in facts.events:
        try:
            yield (
                msgspec.json.decode(raw, type=_Numbered).id,
                _event_of(raw).event()._replace(connection=number),
            )
        except UNREADABLE as error:
            problems.add(1, f"_wstui: {error}")


class _Timed(msgspec.Struct):
    time: float


def _messages(entry: HarEntry, connection: int, problems: Problems) -> Iterator[Event]:
    """All that Chrome's own importer would take, in the order of time; one of them in memory at once."""
    for index in _in_order(entry.messages):
        try:
            event = message_event(msgspec.json.decode(entry.messages[index], type=HarMessage), connection)
        except (*UNREADABLE, ValueError, OverflowError) as error:
            problems.add(1, f"message {index + 1} of {entry.request.url}: {error}")
            continue
        yield event


def _in_order(messages: list[msgspec.Raw]) -> Sequence[int]:
    times = array("d", map(_time, messages))
    if all(map(le, times, islice(times, 1, None))):
        return range(len(times))
    return sorted(range(len(times)), key=times.__getitem__)


def _time(message: msgspec.Raw) -> float:
    try:
        time = msgspec.json.decode(message, type=_Timed).time
    except UNREADABLE:
        return 0.0
    return time if isfinite(time) else 0.0
