"""Formats in and out, and what is taken out of them before they leave.

JSON Lines is in :mod:`wstui.exchange.jsonl`, redaction in :mod:`wstui.exchange.redaction`. A format is
one module with one function that writes a session from its reader into a binary file, in flat memory.
"""

from wstui.exchange.jsonl import event_line, export_jsonl
from wstui.exchange.redaction import Redactor
from wstui.exchange.source import Exported

__all__ = ["Exported", "Redactor", "event_line", "export_jsonl"]
