"""An event opened for a closer look: its documents, made off the screen's thread.

``open_event`` reads with a reader of its own (one a thread) and never raises for a damaged file: what
went wrong becomes the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wstui.events import MESSAGE_KINDS, Kind, RecordedEvent
from wstui.timeline import TimelineError, TimelineReader
from wstui.tui.document import Document, HexDocument, SpanDocument, raw_document
from wstui.tui.event_facts import facts_document
from wstui.tui.pretty_document import pretty_document
from wstui.words.measures import clock_text, size_text

COPY_BYTES = 256 * 1024
"""Terminals give up on longer clipboard sequences."""


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What the detail pane shows of one event."""

    event: RecordedEvent
    title: str
    views: Mapping[str, Document]
    """By name: ``pretty``, ``raw``, ``hex``, or ``facts`` alone."""
    first_view: str
    payload: bytes


def open_event(path: Path, event_id: int) -> MessageContent | None:
    """Read one event and lay it out; None where there is no such event.

    Raises:
        TimelineError: the file is gone or unreadable as a whole.
    """
    with TimelineReader(path) as reader:
        event = reader.event(event_id)
        if event is None:
            return None
        if event.kind not in MESSAGE_KINDS:
            return _facts(event)
        try:
            payload = reader.message_payload(event_id)
        except TimelineError as error:
            return MessageContent(event, title_of(event), {"facts": _sentence(str(error))}, "facts", b"")
    return _message(event, payload)


def _message(event: RecordedEvent, payload: bytes) -> MessageContent:
    total = max(event.size, len(payload))
    views: dict[str, Document] = {
        "pretty": pretty_document(payload, total),
        "raw": raw_document(payload, total),
        "hex": HexDocument(payload),
    }
    first = "hex" if event.kind == Kind.BINARY else "pretty"
    return MessageContent(event, title_of(event), views, first, payload)


def _facts(event: RecordedEvent) -> MessageContent:
    return MessageContent(
        event, title_of(event), {"facts": facts_document(event)}, "facts", event.payload or b""
    )


def _sentence(text: str) -> SpanDocument:
    return SpanDocument([((text, "error"),)])


def title_of(event: RecordedEvent) -> str:
    """``12:01:08.031 received, 27 B (29 on the wire)``."""
    when = clock_text(event.t_ns)
    if event.kind not in MESSAGE_KINDS:
        way = "" if event.direction == "local" else f" {event.direction}"
        return f"{when} {event.kind}{way}"
    facts = f"{when} {event.direction}, {size_text(event.size)}"
    if event.wire_size:
        facts += f" ({size_text(event.wire_size).removesuffix(' B')} on the wire)"
    if "fragment" in event.detail:
        facts += f", part {event.detail['fragment'] + 1} of a message"
    return facts
