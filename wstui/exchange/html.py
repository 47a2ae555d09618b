"""HTML: a report in one file that needs no network, to be opened, printed and sent.

The template's autoescape makes a peer's text harmless; the events travel as JSON in data blocks, which
nothing executes, and the page's own script (allowed by its hash alone) shows them as text.
"""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import jinja2
import msgspec
from markupsafe import Markup

from wstui import __version__
from wstui.events import Cause, Kind, RecordedEvent, safe_text
from wstui.exchange.digest import Digest
from wstui.exchange.heartbeat_graph import heartbeat_graph
from wstui.exchange.markdown import heartbeat_words
from wstui.exchange.source import Source
from wstui.timeline import Mark, Note
from wstui.timeline.heartbeat import percentile
from wstui.words.ending import ending_words
from wstui.words.event_line import ARROWS, event_words, payload_words
from wstui.words.measures import count_text, long_duration_text, moment_text, since_text, size_text

DEFAULT_EVENTS = 50_000
"""As many as a browser shows without effort."""

_TIMELINE_ROWS = 400
_PAYLOAD_BYTES = 64 << 10
_FOLDER = Path(__file__).parent / "report"
_KINDS = tuple(kind.value for kind in Kind)
_DIRECTIONS = {"sent": 0, "received": 1, "local": 2}
_FAIR = frozenset({Cause.CLIENT_CLOSED, Cause.SERVER_CLOSED_NORMAL})
_BAD = frozenset({Kind.ERROR.value, Kind.RESET.value, Kind.LOST.value})
_MARK_WORDS = {"app_ping": "ping", "app_pong": "pong"}
"""What the dialect recognised, as the screen says it."""
_DATA_ESCAPES = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
"""In JSON these stand in strings only, where an escape means the same; in HTML they end the block."""


def write_html(source: Source, out: BinaryIO) -> None:
    """Write what is chosen of a session.

    Raises:
        TimelineError: the session cannot be read.
        OSError: ``out`` cannot be written.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.j2")
    out.writelines(piece.encode("utf-8", "replace") for piece in template.generate(_context(source)))


def _context(source: Source) -> dict[str, Any]:
    digest = Digest(source, timeline_rows=_TIMELINE_ROWS, messages=0)
    info, notes = source.info, source.notes()
    style, script = _page_part("report.css"), _page_part("report.js")
    limit = DEFAULT_EVENTS if source.options.messages is None else source.options.messages or digest.events
    return {
        "version": __version__,
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "url": safe_text(info.url),
        "title": safe_text(info.title),
        "profile": safe_text(info.profile),
        "name": safe_text(source.name),
        "started": moment_text(info.started_ns),
        "lasted": long_duration_text(digest.lasted_ns),
        "verdict": _verdict(source.verdict()),
        "warnings": list(_warnings(source, digest)),
        "numbers": list(_numbers(digest)),
        "graph": heartbeat_graph(digest, info.started_ns, heartbeat_words(digest)),
        "timeline": list(_timeline(digest, notes, info.started_ns)),
        "shown": _shown(digest.events, limit),
        "kinds": _data(_KINDS),
        "blocks": _blocks(source, notes, digest.events, limit),
        "secrets": _secrets(source),
    }


def _page_part(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _data(value: Any) -> Markup:
    """JSON as it may stand in a script element's data block."""
    text = msgspec.json.encode(value).decode().translate(_DATA_ESCAPES)
    return Markup(text)  # noqa: S704 - no sign that HTML knows is left in it


def _verdict(verdict: dict[str, Any]) -> dict[str, Any]:
    others = [f"{Cause(row['cause']).words} ({row['confidence']:.0%})" for row in verdict["alternatives"]]
    tone = "open" if verdict["cause"] == Cause.STILL_OPEN else "good" if verdict["cause"] in _FAIR else "bad"
    return {
        "words": Cause(verdict["cause"]).words,
        "tone": tone,
        "ending": ending_words(verdict),
        "percent": round(verdict["confidence"] * 100),
        "alternatives": ", ".join(others),
        "because": [{"text": safe_text(row["text"]), "event": row["event"]} for row in verdict["because"]],
        "try_next": [safe_text(text) for text in verdict["try_next"]],
    }


def _warnings(source: Source, digest: Digest) -> Iterator[str]:
    if not source.options.redact:
        yield "Secrets were left in this report: think of who gets to see it."
    if not source.selection.is_everything:
        events = count_text(digest.events, "event")
        yield f"This is a part of the session: {events}. The verdict is on the whole of it."
    if source.damage:
        yield safe_text(source.damage)


def _numbers(digest: Digest) -> Iterator[tuple[str, str, str]]:
    sent, received = digest.count["sent"], digest.count["received"]
    yield "Lasted", long_duration_text(digest.lasted_ns), count_text(len(digest.connections), "connection")
    yield "Messages", count_text(sent + received), f"{sent:,} sent, {received:,} received"
    payload, wire = sum(digest.bytes.values()), sum(digest.wire_bytes.values())
    yield "Payload", size_text(payload), f"{size_text(wire)} on the wire"
    if digest.trips:
        ordered = sorted(digest.trips)
        more = f"p95 {long_duration_text(percentile(ordered, 95))}"
        yield "Ping round trip", long_duration_text(percentile(ordered, 50)), more
    if digest.trips or digest.missed:
        yield "Pings missed", count_text(digest.missed), f"{digest.answered:,} answered"


def _timeline(digest: Digest, notes: list[Note], started_ns: int) -> Iterator[dict[str, Any]]:
    waiting = list(reversed(notes))
    first, last = digest.timeline.parts()
    for part in (first, last):
        for event in part:
            while waiting and waiting[-1].t_ns < event.t_ns:
                yield _note_row(waiting.pop(), started_ns)
            yield _event_row(event, started_ns)
        if part is first and digest.timeline.left_out:
            yield {"left_out": f"{count_text(digest.timeline.left_out, 'event')} left out here", "note": ""}
    while waiting:
        yield _note_row(waiting.pop(), started_ns)


def _note_row(note: Note, started_ns: int) -> dict[str, Any]:
    since = since_text(note.t_ns - started_ns)
    return {"left_out": "", "note": safe_text(note.text, newlines=True), "id": note.event_id, "since": since}


def _event_row(event: RecordedEvent, started_ns: int) -> dict[str, Any]:
    is_bad = event.kind in _BAD or event.detail.get("failed")
    return {
        "left_out": "",
        "note": "",
        "id": event.id,
        "since": since_text(event.t_ns - started_ns),
        "arrow": ARROWS.get(event.direction, "·"),
        "words": event_words(event),
        "tone": "bad" if is_bad else "good" if event.kind == Kind.OPEN else "plain",
    }


def _shown(events: int, limit: int) -> str:
    if events <= limit:
        return ""
    first, last = limit - limit // 2, limit // 2
    return (
        f"Of {events:,} events this report holds the first {first:,} and the last {last:,}; “--messages 0”"
        " puts all of them in, “--from” and “--to” choose a part."
    )


def _blocks(source: Source, notes: list[Note], events: int, limit: int) -> Iterator[Markup]:
    started_ns, words = source.info.started_ns, _notes_by_event(notes)
    first, last = (limit - limit // 2, events - limit // 2) if events > limit else (events, events)
    number = 0
    for batch in source.batches():
        rows, marks = [], source.marks(batch)
        for event in batch:
            if number < first or number >= last:
                rows.append(_row(event, started_ns, words.get(event.id), marks.get(event.id)))
            number += 1
        if rows:
            yield _data(rows)


def _notes_by_event(notes: list[Note]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for note in notes:
        if note.event_id is not None:
            found.setdefault(note.event_id, []).append(note.text.encode("utf-8", "replace").decode())
    return found


def _row(
    event: RecordedEvent, started_ns: int, notes: list[str] | None, marks: list[Mark] | None
) -> tuple[Any, ...]:
    """What the script needs of an event; the order is the script's."""
    text = payload = cut = None
    is_text = event.kind == Kind.TEXT
    if event.payload is not None and len(event.payload) > _PAYLOAD_BYTES:
        cut = f"Cut here: {size_text(_PAYLOAD_BYTES)} of {size_text(event.size)} are in this report."
    elif event.detail.get("cut"):
        cut = f"The recording has only the beginning of {size_text(event.size)}."
    if is_text and event.payload is not None:
        text = event.payload[:_PAYLOAD_BYTES].decode("utf-8", "backslashreplace" if cut is None else "ignore")
    elif event.payload:
        payload = base64.b64encode(event.payload[:_PAYLOAD_BYTES]).decode()
    return (
        event.id,
        (event.t_ns - started_ns) / 1e6,
        _DIRECTIONS.get(event.direction, 2),
        _KINDS.index(event.kind) if event.kind in _KINDS else _KINDS.index(Kind.ERROR),
        event.size,
        text,
        payload,
        "" if text is not None else _words(event),
        None if is_text or not event.detail else _storable(event.detail),
        notes,
        cut,
        [_MARK_WORDS.get(mark.mark, mark.mark) for mark in marks] if marks else None,
    )


def _words(event: RecordedEvent) -> str:
    return payload_words(event, 200) if event.kind == Kind.BINARY else event_words(event)


def _storable(detail: dict[str, Any]) -> Any:
    try:
        msgspec.json.encode(detail)
    except UnicodeEncodeError:  # a lone surrogate, which JSON text in UTF-8 cannot hold
        return repr(detail).encode("utf-8", "backslashreplace").decode()
    return detail


def _secrets(source: Source) -> Any:
    """Said at the end of the page, when the numbers are known."""
    if not source.options.redact:
        return "Secrets were left in."
    return _Late(source)


class _Late:
    def __init__(self, source: Source) -> None:
        self._source = source

    def __str__(self) -> str:
        done = self._source.exported()
        if not done.redactions:
            return "No secrets were found in it."
        return f"{count_text(done.redactions, 'value')} of {count_text(done.secrets, 'secret')} replaced."
