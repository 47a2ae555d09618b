"""An event opened for a closer look: its documents, made off the screen's thread.

``open_event`` reads with a reader of its own (one a thread) and never raises for a damaged file: what
went wrong becomes the document.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wstui.decoding import Decoded, decode
from wstui.events import MESSAGE_KINDS, Kind, RecordedEvent, safe_text
from wstui.timeline import TimelineError, TimelineReader
from wstui.tui.document import Document, HeadedDocument, HexDocument, Line, SpanDocument, raw_document
from wstui.tui.event_facts import Surroundings, facts_document
from wstui.tui.handshake_facts import hides_something
from wstui.tui.json_document import JsonDocument
from wstui.tui.json_text import Span
from wstui.tui.pretty_document import pretty_document
from wstui.words.measures import clock_text, size_text

COPY_BYTES = 256 * 1024
"""Terminals give up on longer clipboard sequences."""

_LOOKED_BACK_EVENTS = 5000
"""So far back a mark of the dialect is looked for."""


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What the detail pane shows of one event."""

    event: RecordedEvent
    title: str
    views: Mapping[str, Document]
    """By name: ``pretty``, ``raw``, ``hex``, perhaps ``decoded``; or ``facts``, perhaps ``revealed``."""
    first_view: str
    payload: bytes
    chain: str = ""
    """What was undone for the decoded view: ``base64 › gzip › JSON``."""
    laid_out: tuple[int, Sequence[Line]] | None = None
    """The first view's rows, and the width in cells that they are for."""


def open_event(
    path: Path, event_id: int, width_cells: int = 80, cancelled: Callable[[], bool] = lambda: False
) -> MessageContent | None:
    """Read one event and lay it out; None where there is no such event, or nobody waits for it any more.

    Args:
        path: the session file.
        event_id: which event.
        width_cells: the room that the first view is laid out for.
        cancelled: asked before each thing that takes long.

    Raises:
        TimelineError: the file is gone or unreadable as a whole.
    """
    if cancelled():
        return None
    with TimelineReader(path) as reader:
        event = reader.event(event_id)
        if event is None:
            return None
        if event.kind not in MESSAGE_KINDS:
            return _facts(event, _surroundings(reader, event))
        try:
            payload = reader.message_payload(event_id)
        except TimelineError as error:
            return MessageContent(event, title_of(event), {"facts": _sentence(str(error))}, "facts", b"")
    return None if cancelled() else _message(event, payload, width_cells)


def _message(event: RecordedEvent, payload: bytes, width_cells: int) -> MessageContent:
    total = max(event.size, len(payload))
    views: dict[str, Document] = {
        "pretty": pretty_document(payload, total),
        "raw": raw_document(payload, total),
        "hex": HexDocument(payload),
    }
    first, chain = "hex" if event.kind == Kind.BINARY else "pretty", ""
    found = decode(payload)
    if found is not None:
        views["decoded"] = decoded_document(found)
        chain = found.chain
        if event.kind == Kind.BINARY or (
            found.form == "json" and not isinstance(views["pretty"], JsonDocument)
        ):
            first = "decoded"
    laid_out = width_cells, views[first].layout(width_cells)
    return MessageContent(event, title_of(event, len(payload)), views, first, payload, chain, laid_out)


def decoded_document(found: Decoded, head: str = "") -> Document:
    """What was found, under the steps that led there and what is to be said about them."""
    title = f"{head}{found.chain}, {size_text(len(found.data))}"
    remarks: tuple[Span, ...] = ((safe_text(title), "heading"),)
    remarks += tuple((remark, "warning") for remark in found.remarks)
    if found.form == "binary":
        return HeadedDocument(remarks, HexDocument(found.data))
    if found.steps[-1] in ("JSON", "JSON string"):
        return pretty_document(found.data, len(found.data), remarks)
    return pretty_document(found.data, len(found.data), remarks, checked=found.form == "json")


def _facts(event: RecordedEvent, around: Surroundings) -> MessageContent:
    views: dict[str, Document] = {"facts": facts_document(event, around)}
    if hides_something(event.detail):
        views["revealed"] = facts_document(event, around, reveal=True)
    return MessageContent(event, title_of(event), views, "facts", event.payload or b"")


def _surroundings(reader: TimelineReader, event: RecordedEvent) -> Surroundings:
    """What the events beside this one add to its facts."""
    if event.kind == Kind.CLOSE:
        marks = reader.marks_between(max(1, event.id - _LOOKED_BACK_EVENTS), event.id)
        dialects = [mark.dialect for found in marks.values() for mark in found]
        chosen = str(reader.info.settings.get("dialect", "auto"))
        return Surroundings(
            dialect=dialects[-1] if dialects else "" if chosen in ("auto", "none") else chosen
        )
    if event.kind == Kind.TLS and event.detail.get("failed"):
        for beside in reader.events(event.id + 1, event.id + 2, 2):
            if beside.kind == Kind.ERROR:
                return Surroundings(problem=str(beside.detail.get("message", "")))
    return Surroundings()


def _sentence(text: str) -> SpanDocument:
    return SpanDocument([((text, "error"),)])


def title_of(event: RecordedEvent, message_bytes: int = 0) -> str:
    """``12:01:08.031 received, 27 B (29 on the wire)``.

    Args:
        event: what the title is of.
        message_bytes: the size of the whole message that a fragment belongs to.
    """
    when = clock_text(event.t_ns)
    if event.kind not in MESSAGE_KINDS:
        way = "" if event.direction == "local" else f" {event.direction}"
        return f"{when} {event.kind}{way}"
    facts = f"{when} {event.direction}, {size_text(event.size)}"
    if event.wire_size:
        facts += f" ({size_text(event.wire_size).removesuffix(' B')} on the wire{_saved(event)})"
    if "fragment" in event.detail:
        whole = f" of {size_text(message_bytes)}" if message_bytes > event.size else ""
        facts += f", part {event.detail['fragment'] + 1} of a message{whole}"
    return facts


def _saved(event: RecordedEvent) -> str:
    """What compression made of it."""
    if not event.detail.get("compressed") or not event.size:
        return ""
    return f", deflated to {100 * event.wire_size / event.size:.0f} %"
