"""One event in one line: the glyph, the tone and the words by which lists show it; plain words for reports.

Pure functions over :class:`RecordedEvent`. Every string of a peer's leaves here through
``safe_text``; a tone is the name of a colour (see ``wstui.tui.tones``), never the only carrier of meaning.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from wstui.events import (
    Direction,
    Kind,
    RecordedEvent,
    close_code_name,
    safe_bytes,
    safe_text,
)
from wstui.words.measures import count_text, duration_text, size_text

ARROWS = {Direction.SENT.value: "→", Direction.RECEIVED.value: "←", Direction.LOCAL.value: "·"}

PREVIEW_BYTES = 512
"""More than the widest terminal shows in one row."""

_PLAIN_CHARACTERS = 200
_ADDRESSES = 4

_JSON_PIECE = re.compile(r'("(?:[^"\\]|\\.)*"?)|\s+')
_HOW_TCP_ENDED = {Kind.EOF.value: "FIN", Kind.RESET.value: "RST", Kind.LOST.value: "lost"}

_FAULTS = {
    "withhold_pongs": "pongs are withheld from here on",
    "delay_pongs": "pongs are delayed from here on",
    "answer_pings": "pings are answered again",
    "stop_reading": "reading stopped: a slow consumer",
    "resume_reading": "reading goes on",
    "frame": "a raw frame was sent",
}


class EventLine(NamedTuple):
    """How one event reads in a list."""

    glyph: str
    tone: str
    words: str
    marker: bool
    """True for what begins, ends or disturbs; False for what the two sides say."""


def squeeze(text: str) -> str:
    """The text on one line: white space between JSON tokens goes, within strings it stays."""
    if text.lstrip()[:1] in ("{", "["):
        return _JSON_PIECE.sub(r"\1", text)
    return " ".join(text.split())


def payload_preview(event: RecordedEvent) -> str:
    """The beginning of a message's payload, safe and on one line."""
    payload = (event.payload or b"")[:PREVIEW_BYTES]
    if event.kind == Kind.BINARY:
        return payload[:64].hex(" ")
    shown = safe_text(squeeze(payload.decode("utf-8", "backslashreplace")))
    return shown or ("(blank)" if payload else "(empty)")


def close_words(code: int | None, reason: str) -> str:
    """A close code with its name and the peer's reason: ``4003 Private Use “session expired”``."""
    shown = "without a code" if code is None else f"{code} {close_code_name(code)}"
    return f"{shown} “{safe_text(reason)}”" if reason else shown


def who(event: RecordedEvent) -> str:
    """Who did it, as the session file knows it."""
    return "us" if event.direction == Direction.SENT else "the server"


class _Told(NamedTuple):
    """What is told of an event; lists and reports put the parts together in their own ways."""

    glyph: str
    tone: str
    parts: list[str]
    marker: bool = True


def _message(event: RecordedEvent) -> _Told:
    tone = "sent" if event.direction == Direction.SENT else "received"
    words = (
        _before_payload(event) + ("binary  " if event.kind == Kind.BINARY else "") + payload_preview(event)
    )
    return _Told(ARROWS[event.direction], tone, [words], marker=False)


def _before_payload(event: RecordedEvent) -> str:
    words = "[raw frame] " if event.detail.get("raw") else ""
    part = event.detail.get("fragment")
    if isinstance(part, int):
        more = "" if event.detail.get("fin", True) else ", more follows"
        words += f"[part {part + 1}{more}] "
    return words


def _open(event: RecordedEvent) -> _Told:
    facts = ["open"]
    if event.connection:
        facts.append(f"connection {event.connection + 1}")
    if event.detail.get("subprotocol"):
        facts.append(f"subprotocol {safe_text(event.detail['subprotocol'])}")
    facts += [safe_text(name).partition(";")[0] for name in event.detail.get("extensions", [])]
    if event.detail.get("insecure"):
        facts.append("TLS not verified")
    return _Told("●", "good", facts)


def _close(event: RecordedEvent) -> _Told:
    code, reason = event.detail.get("code"), event.detail.get("reason", "")
    tone = "quiet" if code in (None, 1000, 1001) else "error"
    reply = "in reply" if event.detail.get("reply") else ""
    return _Told(ARROWS[event.direction], tone, [f"close {close_words(code, reason)}", reply])


def _end(event: RecordedEvent) -> _Told:
    if event.kind == Kind.LOST:
        parts = ["network lost", safe_text(event.detail.get("errno_name", ""))]
    else:
        parts = [f"TCP ended by {who(event)} ({_HOW_TCP_ENDED[event.kind]})"]
    if event.detail.get("tls") == "truncated":
        parts.append("TLS cut off without close_notify")
    if event.detail.get("missing_bytes"):
        parts.append(f"in a frame with {count_text(event.detail['missing_bytes'], 'byte')} missing")
    parts.append(safe_text(event.detail.get("why", "")))
    return _Told("■", "quiet" if event.kind == Kind.EOF else "error", parts)


def _retry(event: RecordedEvent) -> _Told:
    reason = safe_text(event.detail.get("reason", ""))
    if event.detail.get("stopped"):
        return _Told("↻", "warning", ["no more attempts", reason])
    delay = duration_text(event.detail.get("delay_ns", 0))
    return _Told("↻", "warning", [f"attempt {int(event.detail.get('attempt', 0))} in {delay}", reason])


def _fault(event: RecordedEvent) -> _Told:
    injected = str(event.detail.get("injected", ""))
    words = _FAULTS.get(injected, safe_text(injected))
    if event.detail.get("delay_ns"):
        words += f" by {duration_text(event.detail['delay_ns'])}"
    return _Told("✱", "warning", [f"injected: {words}"])


def _error(event: RecordedEvent) -> _Told:
    return _Told("✗", "error", [safe_text(str(event.detail.get("message", "error")))])


def _ping(event: RecordedEvent) -> _Told:
    source = event.detail.get("source")
    return _control(event, f"ping ({safe_text(source)})" if source and source != "heartbeat" else "ping")


def _pong(event: RecordedEvent) -> _Told:
    words = "pong"
    if "rtt_ns" in event.detail:
        words += f" after {duration_text(event.detail['rtt_ns'])}"
    if event.detail.get("late"):
        words += ", too late"
    if event.detail.get("unsolicited"):
        words += ", unsolicited"
    return _control(event, words)


def _control(event: RecordedEvent, words: str) -> _Told:
    return _Told(ARROWS[event.direction], "quiet", [words, safe_bytes(event.payload or b"")])


def _phase(event: RecordedEvent) -> _Told:
    failed = bool(event.detail.get("failed"))
    took = duration_text(event.detail["duration_ns"]) if "duration_ns" in event.detail else ""
    facts = _phase_facts(event.kind, event.detail)
    tone = "error" if failed else "quiet"
    return _Told("◌", tone, [safe_text(event.kind), "failed" if failed else "", took, facts])


def _phase_facts(kind: str, detail: dict[str, Any]) -> str:
    if kind == Kind.RESOLVE:
        return count_text(len(detail.get("addresses", [])), "address", "addresses")
    if kind == Kind.TLS:
        return safe_text(detail.get("version", "")) + (
            "" if detail.get("verified", True) else "  not verified"
        )
    if kind == Kind.UPGRADE:
        response = detail.get("response", {})
        return safe_text(f"{response.get('status', '')} {response.get('reason', '')}".strip())
    if kind == Kind.REDIRECT:
        return safe_text(f"{detail.get('status', '')} to {detail.get('url', '')}")
    return safe_text(detail.get("address", ""))


_LINES: dict[str, Callable[[RecordedEvent], _Told]] = {
    Kind.TEXT: _message,
    Kind.BINARY: _message,
    Kind.OPEN: _open,
    Kind.CLOSE: _close,
    Kind.EOF: _end,
    Kind.RESET: _end,
    Kind.LOST: _end,
    Kind.RETRY: _retry,
    Kind.FAULT: _fault,
    Kind.ERROR: _error,
    Kind.PING: _ping,
    Kind.PONG: _pong,
}


def event_line(event: RecordedEvent) -> EventLine:
    """How an event reads in one line. Never raises: what no wstui wrote shows its kind."""
    glyph, tone, parts, marker = _told(event)
    return EventLine(glyph, tone, "  ".join(filter(None, parts)), marker)


def event_words(event: RecordedEvent) -> str:
    """The same in plain words, as reports have it beside an arrow of their own. Never raises either."""
    if event.kind in (Kind.TEXT, Kind.BINARY):
        return _before_payload(event) + payload_words(event, _PLAIN_CHARACTERS)
    addresses = event.detail.get("addresses")
    if event.kind == Kind.RESOLVE and isinstance(addresses, list):
        shown = [safe_text(str(address)) for address in addresses[:_ADDRESSES]]
        return ", ".join(filter(None, [*_told(event).parts[:-1], *shown]))
    return ", ".join(filter(None, _told(event).parts))


def payload_words(event: RecordedEvent, limit: int) -> str:
    """The payload in one line, cut to ``limit`` characters; bytes in hexadecimal."""
    payload = event.payload or b""
    if event.kind == Kind.BINARY:
        words = payload[: limit // 3 + 1].hex(" ")
    else:
        words = safe_bytes(payload[: limit * 4 + 4])
    if len(words) > limit or len(payload) > limit * 4:
        return words[:limit] + "…"
    return words


def _told(event: RecordedEvent) -> _Told:
    try:
        return _LINES.get(event.kind, _phase)(event)
    except (TypeError, ValueError, AttributeError, LookupError):  # an import may bring any detail
        return _Told("·", "quiet", [safe_text(event.kind)])


def size_words(event: RecordedEvent) -> str:
    """The payload's size, or nothing where a size says nothing."""
    return size_text(event.size) if event.kind in (Kind.TEXT, Kind.BINARY) else ""
