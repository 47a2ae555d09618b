"""The formats by name: what each is for, and how it is written."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import BinaryIO, NamedTuple

from wstui.exchange.source import Exported, ExportOptions, Source
from wstui.timeline import TimelineReader

Write = Callable[[Source, BinaryIO], None]


class Format(NamedTuple):
    """A format that a session can be written in."""

    name: str
    suffix: str
    purpose: str
    function: str
    """``module:function``: imported when used."""

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
        Format("har", ".har", "HAR 1.2 with messages as Chrome has them", f"{_HERE}.har:write_har"),
        Format("md", ".md", "Markdown to paste into an issue", f"{_HERE}.markdown:write_markdown"),
        Format("html", ".html", "a report in one file, to open and to send", f"{_HERE}.html:write_html"),
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


def preview(
    reader: TimelineReader,
    format_name: str = "jsonl",
    options: ExportOptions | None = None,
    limit_bytes: int = 16_384,
) -> str:
    """The beginning of an export as text, for a person to look at before it is written.

    Not for HTML, which is no text to read. What is shown is not yet safe for a terminal.
    """
    window = _Window(limit_bytes)
    with suppress(_WindowFull):
        export_session(reader, window, format_name, options)  # type: ignore[arg-type]
    return bytes(window.data[:limit_bytes]).decode("utf-8", "ignore")


class _WindowFull(Exception):
    pass


class _Window:
    """A binary file that ends an export once it has enough."""

    def __init__(self, limit: int) -> None:
        self.data = bytearray()
        self._limit = limit

    def write(self, data: bytes) -> int:
        self.data += data
        if len(self.data) >= self._limit:
            raise _WindowFull
        return len(data)

    def writelines(self, lines: list[bytes]) -> None:
        for line in lines:
            self.write(line)
