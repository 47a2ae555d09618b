"""Formats in and out, and what is taken out of them before they leave.

The way out: a :class:`Source` gives the chosen part of a session without its secrets, and a format (one
module each, listed in :data:`FORMATS`) writes that into a binary file, in flat memory. The way in:
:func:`wstui.exchange.importing.import_file` tells a file's format by its content and makes sessions of it.
"""

from wstui.exchange.formats import (
    FORMATS,
    Format,
    Preview,
    export_session,
    format_for,
    preview,
    watched_export,
)
from wstui.exchange.jsonl import event_line, export_jsonl
from wstui.exchange.output import OutputError, whole_file
from wstui.exchange.redaction import Redactor
from wstui.exchange.selection import Selection, SelectionError, make_selection
from wstui.exchange.source import Exported, ExportOptions, Source
from wstui.exchange.watched import ExportCancelled, Watch, WatchedReader

__all__ = [
    "FORMATS",
    "ExportCancelled",
    "ExportOptions",
    "Exported",
    "Format",
    "OutputError",
    "Preview",
    "Redactor",
    "Selection",
    "SelectionError",
    "Source",
    "Watch",
    "WatchedReader",
    "event_line",
    "export_jsonl",
    "export_session",
    "format_for",
    "make_selection",
    "preview",
    "watched_export",
    "whole_file",
]
