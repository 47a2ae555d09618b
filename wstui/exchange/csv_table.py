"""CSV (RFC 4180): the events, or the heartbeat series, a row each.

A cell that a spreadsheet would take for a formula (it begins with ``= + - @``, a tab or a line end) gets
an apostrophe before it; cells that are numbers of our own never do.
"""

import base64
import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from wstui.events import RecordedEvent
from wstui.exchange.digest import beats_of
from wstui.exchange.source import Source
from wstui.timeline import Mark, Note
from wstui.words.measures import moment_text

EVENT_COLUMNS = (
    *("id", "t_ns", "time_utc", "seconds", "connection", "kind", "direction", "size", "wire_size"),
    *("encoding", "payload", "detail", "marks", "notes"),
)
HEARTBEAT_COLUMNS = (
    *("ping_id", "pong_id", "t_ns", "time_utc", "seconds", "connection", "status", "source"),
    *("rtt_ms", "tcp_rtt_ms", "timeout_ms"),
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_ROWS = 500


def write_csv(source: Source, out: BinaryIO) -> None:
    """Write what is chosen of a session: ``options.what`` says which table.

    Raises:
        TimelineError: the session cannot be read.
        OSError: ``out`` cannot be written.
    """
    if source.options.what == "heartbeat":
        _write(out, HEARTBEAT_COLUMNS, _heartbeat_rows(source))
    else:
        _write(out, EVENT_COLUMNS, _event_rows(source))


def _write(out: BinaryIO, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
        if number % _ROWS == 0:
            _move(text, out)
    _move(text, out)


def _move(text: io.StringIO, out: BinaryIO) -> None:
    out.write(text.getvalue().encode("utf-8", "replace"))
    text.seek(0)
    text.truncate()


def harmless(cell: str) -> str:
    """The cell's text, no formula. NUL goes: few readers of CSV take it."""
    cell = cell.replace("\0", "\u2400")
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _event_rows(source: Source) -> Iterator[tuple[Any, ...]]:
    started_ns = source.info.started_ns
    notes: dict[int, list[Note]] = {}
    for note in source.notes():
        notes.setdefault(note.event_id or 0, []).append(note)
    for batch in source.batches():
        marks = source.marks(batch)
        for event in batch:
            yield _event_row(event, started_ns, marks.get(event.id, []), notes.get(event.id, []))


def _event_row(
    event: RecordedEvent, started_ns: int, marks: list[Mark], notes: list[Note]
) -> tuple[Any, ...]:
    encoding, payload = _payload(event.payload)
    return (
        *(event.id, event.t_ns, moment_text(event.t_ns), round((event.t_ns - started_ns) / 1e9, 9)),
        *(event.connection, event.kind, event.direction, event.size, event.wire_size, encoding, payload),
        msgspec.json.encode(event.detail).decode() if event.detail else "",
        " ".join(f"{mark.dialect}:{mark.mark}" for mark in marks),
        "\n".join(note.text for note in notes),
    )


def _payload(payload: bytes | None) -> tuple[str, str]:
    if payload is None:
        return "", ""
    try:
        return "text", payload.decode()
    except UnicodeDecodeError:
        return "base64", base64.b64encode(payload).decode()


def _heartbeat_rows(source: Source) -> Iterator[tuple[Any, ...]]:
    started_ns = source.info.started_ns
    for beat in beats_of(source):
        yield (
            *(beat.ping_id, beat.pong_id, beat.t_ns, moment_text(beat.t_ns)),
            *(round((beat.t_ns - started_ns) / 1e9, 9), beat.connection, beat.status, beat.source),
            *(_ms(beat.rtt_ns), _ms(beat.tcp_rtt_ns), _ms(beat.timeout_ns)),
        )


def _ms(duration_ns: int | None) -> float | None:
    return None if duration_ns is None else duration_ns / 1e6
