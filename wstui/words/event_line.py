"""One event in one line: the glyph, the tone and the words by which lists show it.

Pure functions over :class:`RecordedEvent`. Every string of a peer's leaves here through
``safe_text``; a tone is the name of a colour (see ``tones.tcss``), never the only carrier of meaning.
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

_JSON_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|\s+')
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
        return _JSON_PIECE.sub(lambda found: "" if found[0].isspace() else found[0], text)
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


def _message(event: RecordedEvent) -> EventLine:
    tone = "sent" if event.direction == Direction.SENT else "received"
    words = payload_preview(event)
    if event.kind == Kind.BINARY:
        words = f"binary  {words}"
    if "fragment" in event.detail:
        more = "" if event.detail.get("fin", True) else ", more follows"
        words = f"[part {event.detail['fragment'] + 1}{more}] {words}"
    if event.detail.get("raw"):
        words = f"[raw frame] {words}"
    return EventLine(ARROWS[event.direction], tone, words, False)


def _open(event: RecordedEvent) -> EventLine:
    facts = ["open"]
    if event.connection:
        facts.append(f"connection {event.connection + 1}")
    if event.detail.get("subprotocol"):
        facts.append(f"subprotocol {safe_text(event.detail['subprotocol'])}")
    facts += [safe_text(name).partition(";")[0] for name in event.detail.get("extensions", [])]
    if event.detail.get("insecure"):
        facts.append("TLS not verified")
    return EventLine("●", "good", "  ".join(facts), True)


def _close(event: RecordedEvent) -> EventLine:
    code, reason = event.detail.get("code"), event.detail.get("reason", "")
    reply = "  in reply" if event.detail.get("reply") else ""
    tone = "quiet" if code in (None, 1000, 1001) else "error"
    words = f"close {close_words(code, reason)}{reply}"
    return EventLine(ARROWS[event.direction], tone, words, True)


def _end(event: RecordedEvent) -> EventLine:
    how = _HOW_TCP_ENDED[event.kind]
    if event.kind == Kind.LOST:
        words = f"network lost  {safe_text(event.detail.get('errno_name', ''))}".rstrip()
    else:
        words = f"TCP ended by {who(event)} ({how})"
    if event.detail.get("tls") == "truncated":
        words += "  TLS cut off, no close_notify"
    if event.detail.get("missing_bytes"):
        words += f"  in a frame, {count_text(event.detail['missing_bytes'], 'byte')} missing"
    if event.detail.get("why"):
        words += f"  {safe_text(event.detail['why'])}"
    return EventLine("■", "quiet" if event.kind == Kind.EOF else "error", words, True)


def _retry(event: RecordedEvent) -> EventLine:
    reason = safe_text(event.detail.get("reason", ""))
    if event.detail.get("stopped"):
        return EventLine("↻", "warning", f"no more attempts  {reason}".rstrip(), True)
    delay = duration_text(event.detail.get("delay_ns", 0))
    words = f"attempt {event.detail.get('attempt', 0)} in {delay}  {reason}"
    return EventLine("↻", "warning", words.rstrip(), True)


def _fault(event: RecordedEvent) -> EventLine:
    injected = str(event.detail.get("injected", ""))
    words = _FAULTS.get(injected, safe_text(injected))
    if event.detail.get("delay_ns"):
        words += f" by {duration_text(event.detail['delay_ns'])}"
    return EventLine("✱", "warning", f"injected: {words}", True)


def _error(event: RecordedEvent) -> EventLine:
    return EventLine("✗", "error", safe_text(str(event.detail.get("message", "error"))), True)


def _ping(event: RecordedEvent) -> EventLine:
    words = "ping"
    source = event.detail.get("source")
    if source and source != "heartbeat":
        words += f" ({safe_text(str(source))})"
    return _control(event, words)


def _pong(event: RecordedEvent) -> EventLine:
    words = "pong"
    if "rtt_ns" in event.detail:
        words += f" after {duration_text(event.detail['rtt_ns'])}"
    if event.detail.get("late"):
        words += ", too late"
    if event.detail.get("unsolicited"):
        words += ", unsolicited"
    return _control(event, words)


def _control(event: RecordedEvent, words: str) -> EventLine:
    payload = safe_bytes(event.payload or b"")
    shown = f"{words}  {payload}" if payload else words
    return EventLine(ARROWS[event.direction], "quiet", shown, True)


def _phase(event: RecordedEvent) -> EventLine:
    words = [event.kind]
    if "duration_ns" in event.detail:
        words.append(duration_text(event.detail["duration_ns"]))
    words.append(_phase_facts(event.kind, event.detail))
    failed = bool(event.detail.get("failed"))
    if failed:
        words.insert(1, "failed")
    return EventLine("◌", "error" if failed else "quiet", "  ".join(filter(None, words)), True)


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


_LINES: dict[str, Callable[[RecordedEvent], EventLine]] = {
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
    """How an event reads in one line. Never raises: an unknown kind shows its name."""
    return _LINES.get(event.kind, _phase)(event)


def size_words(event: RecordedEvent) -> str:
    """The payload's size, or nothing where a size says nothing."""
    return size_text(event.size) if event.kind in (Kind.TEXT, Kind.BINARY) else ""
