"""A session as it may leave: the part that is chosen of it, its secrets replaced, in flat memory.

Every format reads from here and from nowhere else, so that none can forget a secret. A session is
read once to learn its secrets, and then again for each pass of a format.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from wstui.events import MESSAGE_KINDS, RecordedEvent
from wstui.exchange.redaction import Redactor
from wstui.exchange.selection import EVERYTHING, Selection
from wstui.exchange.suspects import Payloads, may_name_a_secret
from wstui.timeline import (
    HeartbeatSeries,
    Mark,
    Note,
    SessionInfo,
    StoredEvent,
    StoredPayload,
    TimelineReader,
    as_stored,
    from_stored,
)

Made = TypeVar("Made")

_BATCH = 1000
_MESSAGE_LIMIT_BYTES = 64 << 20
"""A fragmented message is looked into as one up to this size."""


_COUNTED = ("info", "events", "marks", "notes")
"""What the session itself holds; a verdict only repeats it."""


class Exported(NamedTuple):
    """What an export was."""

    events: int
    redactions: int
    """Places where a secret was replaced."""
    secrets: int
    """Different secrets among them."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What a person can ask of an export, whatever the format."""

    selection: Selection = EVERYTHING
    redact: bool = True
    patterns: tuple[str, ...] = ()
    """Regular expressions: what matches is a secret too."""
    messages: int | None = None
    """How many messages Markdown and HTML show; None: as many as suits the format, 0: all."""
    what: str = "events"
    """CSV: ``events`` or ``heartbeat``."""


class Source:
    """What a format may write of one session."""

    def __init__(self, reader: TimelineReader, options: ExportOptions | None = None) -> None:
        """Read the session for its secrets.

        Raises:
            TimelineError: the session cannot be read.
            re.error: a pattern of the options is no regular expression.
        """
        self.options = options or ExportOptions()
        self._reader = reader
        self._redactor = Redactor(self.options.patterns) if self.options.redact else None
        self._slices: dict[int, bytes] = {}
        """Of fragmented messages: by event, its part of the redacted whole."""
        self._unnamed: dict[int, int] = {}
        """Ranges of events in whose payloads nothing names a secret."""
        self._counts: dict[str, int] = {}
        """Redactions by what they were made in; a second pass counts afresh."""
        self._marked = 0
        """The first event of the batch whose marks were asked for last."""
        self._evidence: list[RecordedEvent] | None = None
        self.events = 0
        """How many events the last pass gave."""
        if self._redactor is not None:
            self._unnamed = _learn(reader, self._redactor)
        self.info = self._counted("info", lambda: self._info(reader.info))
        self.name = reader.path.name

    @property
    def selection(self) -> Selection:
        """What is chosen."""
        return self.options.selection

    @property
    def damage(self) -> str:
        """What is wrong with the session file, or nothing."""
        return self._reader.damage

    def batches(self) -> Iterator[list[RecordedEvent]]:
        """One pass over the chosen events."""
        self._begin_pass()
        for found in self.selection.batches(self._reader):
            self.events += len(found)
            yield found if self._redactor is None else self._redacted(found)
            self._count_marks(found)

    def stored(self) -> Iterator[list[StoredEvent]]:
        """The same as they stand in the file, which is several times as fast."""
        if not self.selection.is_everything:
            yield from ([as_stored(event) for event in batch] for batch in self.batches())
            return
        self._begin_pass()
        for found in self._reader.stored(batch=_BATCH):
            self.events += len(found)
            yield found if self._redactor is None else self._redacted_stored(found, self._redactor)
            self._count_marks(found)

    def _begin_pass(self) -> None:
        self.events = self._counts["events"] = self._counts["marks"] = self._marked = 0

    def _count_marks(self, batch: Sequence[RecordedEvent | StoredEvent]) -> None:
        """What is replaced is told alike of all formats, also of those that have no place for marks."""
        if self._redactor is not None and self._marked != batch[0].id:
            self.marks(batch)

    def marks(self, batch: Sequence[RecordedEvent | StoredEvent]) -> dict[int, list[Mark]]:
        """The marks of a batch, by event."""
        self._marked = batch[0].id
        found = self._reader.marks_between(batch[0].id, batch[-1].id)
        if self._redactor is None:
            return found
        redactor, before = self._redactor, self._redactor.count
        shown = {
            event_id: [mark._replace(data=redactor.mapping(mark.data)) for mark in marks]
            for event_id, marks in found.items()
        }
        self._counts["marks"] += redactor.count - before
        return shown

    def notes(self) -> list[Note]:
        """The notes on chosen events and on moments within, in the order of session time."""
        notes = [note for note in self._reader.notes() if self._takes(note)]
        if self._redactor is None:
            return notes
        text = self._redactor.text
        return self._counted("notes", lambda: [note._replace(text=text(note.text)) for note in notes])

    def heartbeat_series(self) -> HeartbeatSeries:
        """An empty heartbeat series with this session's timeout."""
        return self._reader.heartbeat_series()

    def verdict(self, connection: int | None = None) -> dict[str, Any]:
        """Why a connection ended, by default the last one."""
        from wstui.diagnosis import diagnose_events
        from wstui.diagnosis.gather import gather

        if self._evidence is None:
            self._evidence = gather(self._reader)
        return self.mapping(diagnose_events(self._evidence, connection).to_mapping(self.name))

    def mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """A mapping as it may leave."""
        if self._redactor is None:
            return dict(value)
        mapping = self._redactor.mapping
        return self._counted("mapping", lambda: mapping(value))

    def exported(self) -> Exported:
        """What was done so far."""
        if self._redactor is None:
            return Exported(self.events, 0, 0)
        if "notes" not in self._counts:
            self.notes()
        told = sum(self._counts.get(part, 0) for part in _COUNTED)
        return Exported(self.events, told, self._redactor.secrets)

    def _counted(self, part: str, make: Callable[[], Made]) -> Made:
        before = self._redactor.count if self._redactor else 0
        made = make()
        self._counts[part] = (self._redactor.count if self._redactor else 0) - before
        return made

    def _takes(self, note: Note) -> bool:
        if note.event_id is None:
            return self.selection.takes_moment(note.t_ns)
        if self.selection.is_everything:
            return True
        event = self._reader.event(note.event_id)
        return event is not None and self.selection.takes(event)

    def _info(self, info: SessionInfo) -> SessionInfo:
        if self._redactor is None:
            return info
        text = self._redactor.text
        settings = self._redactor.mapping(info.settings)
        return replace(
            info, url=text(info.url), title=text(info.title), profile=text(info.profile), settings=settings
        )

    def _redacted_stored(self, batch: list[StoredEvent], redactor: Redactor) -> list[StoredEvent]:
        named = self._unnamed.get(batch[0].id, 0) != batch[-1].id
        if not (suspects := redactor.suspects(batch, named=named)):
            return batch
        shown = batch.copy()
        events = self._redacted(from_stored(batch[index] for index in suspects))
        for index, event in zip(suspects, events, strict=True):
            shown[index] = as_stored(event)
        return shown

    def _redacted(self, batch: list[RecordedEvent]) -> list[RecordedEvent]:
        assert self._redactor is not None
        before = self._redactor.count
        fragments = [i for i, event in enumerate(batch) if event.detail and _is_fragment(event)]
        shown = batch.copy() if fragments else batch
        for index in fragments:
            shown[index] = batch[index]._replace(payload=None)
        shown = self._redactor.events(shown)
        for index in fragments:
            shown[index] = batch[index]._replace(payload=self._part(batch[index]))
        self._counts["events"] += self._redactor.count - before
        return shown

    def _part(self, event: RecordedEvent) -> bytes | None:
        if event.payload is None:
            return None
        if event.id not in self._slices:
            self._slices.update(self._parts(event))
        return self._slices.pop(event.id)

    def _parts(self, event: RecordedEvent) -> Iterator[tuple[int, bytes]]:
        """The message's redacted payload, given out again to its frames in their sizes."""
        assert self._redactor is not None
        frames = self._reader.message_frames(event.id)
        whole = b"".join(frame.payload or b"" for frame in frames)
        if len(whole) > _MESSAGE_LIMIT_BYTES:
            whole = b"[redacted: too long to be looked into]"
        shown = self._redactor.payload(whole)
        start = 0
        for frame in frames:
            end = len(shown) if frame is frames[-1] else start + len(frame.payload or b"")
            if frame.id >= event.id:
                yield frame.id, shown[start:end]
            start = end


def _learn(reader: TimelineReader, redactor: Redactor) -> dict[int, int]:
    """Read a session for its secrets, fragmented messages put together.

    Returns:
        The ranges, from first to last event, in whose payloads nothing names a secret.
    """
    info = reader.info
    redactor.learn({"url": info.url, "title": info.title, "settings": info.settings})
    fragments: dict[tuple[int, str], bytearray] = {}
    unnamed: dict[int, int] = {}
    for first_id, last_id in reader.spans(batch=_BATCH):
        blob, telling = reader.payload_block(first_id, last_id)
        if redactor.has_patterns or may_name_a_secret(Payloads([blob])):
            telling = _telling(reader.payloads(first_id, last_id), redactor)
        else:
            unnamed[first_id] = last_id
        if telling:
            batch = reader.events_of(telling)
            redactor.learn_events(batch)
            for message in _whole_messages(batch, fragments):
                redactor.learn_payload(message)
        for marks in reader.marks_between(first_id, last_id).values():
            for mark in marks:
                redactor.learn(mark.data)
    for rest in fragments.values():
        redactor.learn_payload(bytes(rest))
    for note in reader.notes():
        redactor.learn_text(note.text)
    return unnamed


def _telling(stored: list[StoredPayload], redactor: Redactor) -> list[int]:
    """The events out of which secrets may be learned."""
    if redactor.has_patterns:
        return [row.id for row in stored]
    named = may_name_a_secret(Payloads([row.payload for row in stored]))
    return [row.id for index, row in enumerate(stored) if row.has_more or index in named]


def _whole_messages(
    batch: Iterable[RecordedEvent], fragments: dict[tuple[int, str], bytearray]
) -> Iterator[bytes]:
    for event in batch:
        if not event.detail or not _is_fragment(event):
            continue
        known = fragments.setdefault((event.connection, event.direction), bytearray())
        if not event.detail["fragment"]:
            known.clear()
        if len(known) < _MESSAGE_LIMIT_BYTES:
            known += event.payload or b""
        if event.detail.get("fin") is not False:
            yield bytes(known)
            known.clear()


def _is_fragment(event: RecordedEvent) -> bool:
    return "fragment" in event.detail and event.kind in MESSAGE_KINDS
