"""Formats in and out, and what is taken out of them before they leave.

The way out: a :class:`Source` gives the chosen part of a session without its secrets, and a format (one
module each, listed in :data:`FORMATS`) writes that into a binary file, in flat memory. The way in:
:func:`wstui.exchange.importing.import_file` tells a file's format by its content and makes sessions of it.
"""

from wstui.exchange.formats import FORMATS, Format, export_session, format_for, preview
from wstui.exchange.jsonl import event_line, export_jsonl
from wstui.exchange.output import OutputError, whole_file
from wstui.exchange.redaction import Redactor
from wstui.exchange.selection import Selection, SelectionError, make_selection
from wstui.exchange.source import Exported, ExportOptions, Source

__all__ = [
    "FORMATS",
    "ExportOptions",
    "Exported",
    "Format",
    "OutputError",
    "Redactor",
    "Selection",
    "SelectionError",
    "Source",
    "event_line",
    "export_jsonl",
    "export_session",
    "format_for",
    "make_selection",
    "preview",
    "whole_file",
]
