"""What there is to say about an event that is not a message: close frames, dialling, endings.

Each function turns the ``detail`` of a recorded event into lines of a document. Peer text goes
through ``safe_text`` here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from wstui.events import (
    PHASE_KINDS,
    Direction,
    Kind,
    RecordedEvent,
    close_code_meaning,
    close_code_name,
    safe_bytes,
    safe_text,
)
from wstui.tui.document import Line, SpanDocument
from wstui.words.event_line import event_line
from wstui.words.measures import count_text, duration_text, size_text

_LABEL_CELLS = 18
_HIDDEN_KEYS = frozenset({"duration_ns", "failed", "request", "response", "certificate", "tcp", "message"})


def facts_document(event: RecordedEvent) -> SpanDocument:
    """Everything that the session file holds about this event."""
    return SpanDocument(_lines(event))


def _lines(event: RecordedEvent) -> Iterator[Line]:
    line = event_line(event)
    yield ((line.words, line.tone),)
    yield ()
    if event.kind == Kind.CLOSE:
        yield from _close_lines(event)
    elif event.kind in PHASE_KINDS and "duration_ns" in event.detail:
        yield fact("took", duration_text(event.detail["duration_ns"]))
    if event.kind != Kind.CLOSE:
        yield from _plain_facts(event.detail)
    for name, title in (("certificate", "Certificate"), ("tcp", "TCP, as the kernel saw it")):
        if event.detail.get(name):
            yield ()
            yield ((title, "heading"),)
            yield from _plain_facts(event.detail[name])
    if event.kind == Kind.UPGRADE:
        yield from _upgrade_lines(event.detail)
    if event.payload and event.kind in (Kind.PING, Kind.PONG):
        yield fact("payload", safe_bytes(event.payload))


def fact(name: str, value: str, tone: str = "plain") -> Line:
    """One labelled value."""
    return ((f"{name:<{_LABEL_CELLS}}", "quiet"), (value, tone))


def _close_lines(event: RecordedEvent) -> Iterator[Line]:
    code, reason = event.detail.get("code"), event.detail.get("reason", "")
    number = "none (shown as 1005)" if code is None else str(code)
    yield fact("code", f"{number}  {close_code_name(code)}", "heading")
    yield fact("which means", close_code_meaning(code))
    size = count_text(len(reason.encode("utf-8", "surrogatepass")), "byte")
    yield fact("reason", f"“{safe_text(reason)}” ({size})" if reason else "none given")
    first = "in reply to the other side's" if event.detail.get("reply") else "the first of the two"
    sender = "by us" if event.direction == Direction.SENT else "by the server"
    yield fact("sent", f"{sender}, {first}")
    if event.detail.get("forced"):
        yield fact("forced", "RFC 6455 forbids this code on the wire; it was sent on purpose", "warning")
    if event.detail.get("invalid"):
        yield fact("invalid", safe_text(event.detail["invalid"]), "error")


def _plain_facts(detail: Mapping[str, Any]) -> Iterator[Line]:
    for name, value in detail.items():
        if name in _HIDDEN_KEYS or value is None or value == []:
            continue
        if isinstance(value, list):
            for at, item in enumerate(value):
                yield fact("" if at else _label(name), _value(name, item))
        else:
            yield fact(_label(name), _value(name, value))


def _label(name: str) -> str:
    for unit in ("_ns", "_ms", "_bytes"):
        name = name.removesuffix(unit)
    return safe_text(name).replace("_", " ")


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name.endswith("_ns"):
        return duration_text(value)
    if isinstance(value, int) and name.endswith("_ms"):
        return f"{value} ms"
    if isinstance(value, int) and name.endswith("_bytes"):
        return size_text(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_label(key)}: {_value(key, item)}" for key, item in value.items())
    return safe_text(str(value))


def _upgrade_lines(detail: Mapping[str, Any]) -> Iterator[Line]:
    request, response = detail.get("request") or {}, detail.get("response") or {}
    if request:
        yield ()
        first = f"{request.get('method', 'GET')} {request.get('path', '')}"
        yield (("→ ", "sent"), (safe_text(first), "heading"))
        yield from _header_lines(request.get("headers", []))
    if response:
        yield ()
        first = f"{response.get('status', '')} {response.get('reason', '')}".strip()
        yield (("← ", "received"), (safe_text(first), "heading"))
        yield from _header_lines(response.get("headers", []))
        yield from _body_lines(response)


def _header_lines(headers: list[list[str]]) -> Iterator[Line]:
    width = min(28, max((len(name) for name, _ in headers), default=0)) + 2
    for name, value in headers:
        yield ((f"  {safe_text(name):<{width}}", "key"), (safe_text(value), "plain"))


def _body_lines(response: Mapping[str, Any]) -> Iterator[Line]:
    body = response.get("body") or ""
    if not body:
        return
    yield ()
    size = int(response.get("body_size", len(body)))
    yield ((f"Body, {size_text(size)}", "heading"),)
    for text in safe_text(body, newlines=True).split("\n"):
        yield ((text, "plain"),)
