"""The formats by name: what each is for, and how it is written."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NamedTuple

from wstui.exchange.source import Exported, ExportOptions, Source
from wstui.exchange.watched import Watch, WatchedReader
from wstui.timeline import TimelineReader

Write = Callable[[Source, BinaryIO], None]


class Format(NamedTuple):
    """A format that a session can be written in."""

    name: str
    suffix: str
    purpose: str
    function: str
    """``module:function``: imported when used."""
    passes: int = 1
    """How often it reads the events."""

    def write(self, source: Source, out: BinaryIO) -> None:
        """Write what is chosen of a session."""
        module, _, name = self.function.partition(":")
        write: Write = getattr(import_module(module), name)
        write(source, out)


_HERE = "wstui.exchange"

FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format("jsonl", ".jsonl", "JSON Lines, everything, one event a line", f"{_HERE}.jsonl:write_jsonl"),
        Format("har", ".har", "HAR 1.2 with messages as Chrome has them", f"{_HERE}.har:write_har", 2),
        Format("md", ".md", "Markdown to paste into an issue", f"{_HERE}.markdown:write_markdown"),
        Format("html", ".html", "a report in one file, to open and to send", f"{_HERE}.html:write_html", 2),
        Format("csv", ".csv", "events, or the heartbeat series", f"{_HERE}.csv_table:write_csv"),
    )
}


def format_for(file_name: str) -> str | None:
    """The format that a file's name asks for by its ending."""
    lowered = file_name.lower()
    endings = {row.suffix: row.name for row in FORMATS.values()} | {".markdown": "md", ".htm": "html"}
    return next((name for suffix, name in endings.items() if lowered.endswith(suffix)), None)


def export_session(
    reader: TimelineReader, out: BinaryIO, format_name: str = "jsonl", options: ExportOptions | None = None
) -> Exported:
    """Write a session in one of the formats.

    Args:
        reader: of the session.
        out: a binary file.
        format_name: a key of :data:`FORMATS`.
        options: what of it, and how; everything, secrets replaced, by default.

    Raises:
        TimelineError: the session cannot be read.
        OSError: ``out`` cannot be written.
    """
    source = Source(reader, options)
    FORMATS[format_name].write(source, out)
    return source.exported()


def watched_export(
    path: Path, out: BinaryIO, format_name: str, options: ExportOptions, watch: Watch
) -> Exported:
    """The same for somebody who waits: says how far it is, and ends when told to.

    Of a session that still grows, what there is now.

    Raises:
        ExportCancelled: ``watch`` said so.
        TimelineError: the session cannot be read.
        OSError: ``out`` cannot be written.
    """
    with WatchedReader(path, watch, passes=_passes(format_name, options)) as reader:
        return export_session(reader, out, format_name, _from_there(reader, options))


class Preview(NamedTuple):
    """The beginning of an export."""

    text: str
    """Not yet safe for a terminal."""
    exported: Exported
    is_whole: bool
    """Whether everything was looked at, so that the numbers are those of the export."""


def preview(
    path: Path,
    format_name: str = "jsonl",
    options: ExportOptions | None = None,
    *,
    watch: Watch = lambda _: True,
    limit_bytes: int = 16_384,
    limit_events: int = 20_000,
) -> Preview:
    """The beginning of an export as text, for a person to look at before it is written.

    HTML is no text to read: its preview is the same in Markdown. Of a session with more than
    ``limit_events`` only so many are looked at, beginning where the chosen part begins.

    Raises:
        ExportCancelled: ``watch`` said so.
        TimelineError: the session cannot be read.
    """
    name = "md" if format_name == "html" else format_name
    chosen, window = options or ExportOptions(), _Window(limit_bytes)
    with WatchedReader(path, watch, passes=_passes(name, chosen), limit=limit_events) as reader:
        done = export_session(reader, window, name, _from_there(reader, chosen))  # type: ignore[arg-type]
        text = bytes(window.data).decode("utf-8", "ignore")
        return Preview(text, done, reader.last_id() <= limit_events)


def _passes(format_name: str, options: ExportOptions) -> int:
    return FORMATS[format_name].passes + options.redact


def _from_there(reader: WatchedReader, options: ExportOptions) -> ExportOptions:
    """The same choice, without a search through all that lies before it."""
    chosen = options.selection
    if chosen.first_ns is None or chosen.first_id > 1:
        return options
    return replace(options, selection=replace(chosen, first_id=reader.id_at(chosen.first_ns)))


class _Window:
    """A binary file that keeps its beginning."""

    def __init__(self, limit: int) -> None:
        self.data = bytearray()
        self._limit = limit

    def write(self, data: bytes) -> int:
        self.data += data[: max(0, self._limit - len(self.data))]
        return len(data)

    def writelines(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.write(line)
