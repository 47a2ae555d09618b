"""A payload as the document that reads best: JSON folded and coloured where it is JSON, else its text."""

import json

from wstui.events import safe_text
from wstui.tui.document import Document, TextDocument, decoded_text, shown_bytes
from wstui.tui.json_document import JsonDocument
from wstui.tui.json_text import Span
from wstui.words.measures import count_text

_RECORD_SEPARATORS = "\x1e\n"
"""Between JSON texts in one message: RFC 7464 (and SignalR), JSON Lines."""


def pretty_document(
    payload: bytes, total_bytes: int, remarks: tuple[Span, ...] = (), *, checked: bool = False
) -> Document:
    """Text laid out as JSON where it is JSON, as it is where it is not.

    Args:
        payload: what is known of it.
        total_bytes: its whole size.
        remarks: what is said before it begins.
        checked: it is JSON, or its like, whatever a parser says.
    """
    data, cut = shown_bytes(payload, total_bytes)
    remarks += cut
    if data.lstrip()[:1] not in (b"{", b"["):
        return TextDocument(data, remarks)
    text = decoded_text(data)
    if not cut and not checked:
        problem, remark = _problem(text)
        if problem:
            return TextDocument(data, (*remarks, (f"Not JSON: {safe_text(problem)}.", "warning")))
        remarks += remark
    return JsonDocument(text, remarks)


def _problem(text: str) -> tuple[str, tuple[Span, ...]]:
    """Why this is not JSON, or what is to be said though it is."""
    try:
        json.loads(text)
    except RecursionError:
        return "", (("Nested so deeply that it was not checked.", "warning"),)
    except json.JSONDecodeError as error:
        count = _json_texts(text)
        if count:
            words = f"{count_text(count, 'JSON text')}, one after another."
            return "", ((words, "quiet"),) if count > 1 else ()
        return str(error), ()
    except ValueError:
        pass  # a number with more digits than Python reads is still JSON
    return "", ()


def _json_texts(text: str) -> int:
    """How many JSON texts there are, if each has a line or a record of its own; else 0."""
    for separator in _RECORD_SEPARATORS:
        parts = [part for part in text.split(separator) if part.strip()]
        try:
            for part in parts:
                json.loads(part)
        except (ValueError, RecursionError):
            continue
        return len(parts)
    return 0
