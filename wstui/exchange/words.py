"""Events, sizes and times in the words of a report; nothing of a peer's leaves here unsafe."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from wstui.events import Direction, Kind, RecordedEvent, close_code_name, safe_bytes, safe_text

ARROWS = {Direction.SENT.value: "→", Direction.RECEIVED.value: "←", Direction.LOCAL.value: "·"}

_UNITS = ("kB", "MB", "GB", "TB")
_FAULTS = {
    "withhold_pongs": "pongs are withheld from here on",
    "delay_pongs": "pongs are delayed from here on",
    "answer_pings": "pings are answered again",
    "stop_reading": "reading stopped: a slow consumer",
    "resume_reading": "reading goes on",
    "frame": "a raw frame was sent",
}


def size_text(size_bytes: int) -> str:
    """``84 B``, ``1.2 kB``, ``17 MB``."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    value, unit = size_bytes / 1000, 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if value < 9.95 else f"{value:.0f} {_UNITS[unit]}"


def duration_text(duration_ns: int | None) -> str:
    """``0.42 ms``, ``21.4 ms``, ``1.25 s``, ``4 min 12 s``; nothing for None."""
    if duration_ns is None:
        return ""
    millis = duration_ns / 1e6
    if millis < 999.5:
        return (
            f"{millis:.2f} ms" if millis < 10 else f"{millis:.1f} ms" if millis < 100 else f"{millis:.0f} ms"
        )
    seconds = duration_ns / 1e9
    if seconds < 119.5:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def since_text(duration_ns: int) -> str:
    """Seconds since the start to the millisecond: ``+7.412``."""
    return f"{duration_ns / 1e9:+.3f}"


def moment_text(t_ns: int) -> str:
    """``2026-11-22 12:01:07.412 UTC``."""
    when = datetime.fromtimestamp(t_ns // 1_000_000_000, UTC)
    return f"{when:%Y-%m-%d %H:%M:%S}.{t_ns // 1_000_000 % 1000:03d} UTC"


def count_text(count: int, noun: str = "") -> str:
    """``1,204``, or with its noun: ``1 message``, ``1,204 messages``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if noun else f"{count:,}"


def ending_words(verdict: dict[str, Any]) -> str:
    """Who ended it, how, with which code: one sentence."""
    if verdict["cause"] == "still_open":
        return "The connection was still open when the recording was read."
    code, reason = verdict["close_code"], verdict["close_reason"]
    if code is None:
        return f"Ended by the {verdict['who']}; no close code."
    said = f" “{safe_text(reason)}”" if reason else ""
    manner = "cleanly" if verdict["clean"] else "not cleanly"
    return f"Ended by the {verdict['who']}, {manner}: {code} {close_code_name(code)}{said}."


def event_words(event: RecordedEvent) -> str:
    """What happened, in one line. Never raises: an unknown kind shows its name."""
    try:
        return _WORDS.get(event.kind, _phase)(event)
    except (TypeError, ValueError, AttributeError):  # a detail that no wstui wrote
        return safe_text(event.kind)


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


def _open(event: RecordedEvent) -> str:
    detail = event.detail
    facts = ["open"]
    if event.connection:
        facts.append(f"connection {event.connection + 1}")
    if detail.get("subprotocol"):
        facts.append(f"subprotocol {_safe(detail['subprotocol'])}")
    facts += [_safe(name).partition(";")[0] for name in detail.get("extensions", [])]
    if detail.get("insecure"):
        facts.append("TLS not verified")
    return ", ".join(facts)


def _close(event: RecordedEvent) -> str:
    detail = event.detail
    code = detail.get("code")
    shown = "without a code" if code is None else f"{code} {close_code_name(code)}"
    reason = f" “{_safe(detail['reason'])}”" if detail.get("reason") else ""
    reply = ", in reply" if detail.get("reply") else ""
    return f"Close {shown}{reason}{reply}"


def _end(event: RecordedEvent) -> str:
    detail = event.detail
    by = "us" if event.direction == Direction.SENT else "the server"
    if event.kind == Kind.LOST:
        words = f"network lost {_safe(detail.get('errno_name', ''))}".rstrip()
    else:
        words = f"TCP ended by {by} ({'FIN' if event.kind == Kind.EOF else 'RST'})"
    if detail.get("tls") == "truncated":
        words += ", TLS cut off without close_notify"
    if detail.get("missing_bytes"):
        words += f", in a frame with {count_text(int(detail['missing_bytes']), 'byte')} missing"
    return f"{words}, {_safe(detail['why'])}" if detail.get("why") else words


def _retry(event: RecordedEvent) -> str:
    detail = event.detail
    reason = _safe(detail.get("reason", ""))
    if detail.get("stopped"):
        return f"no more attempts: {reason}" if reason else "no more attempts"
    words = f"attempt {_safe(detail.get('attempt', 0))} in {duration_text(int(detail.get('delay_ns', 0)))}"
    return f"{words}: {reason}" if reason else words


def _fault(event: RecordedEvent) -> str:
    detail = event.detail
    injected = str(detail.get("injected", ""))
    words = f"injected: {_FAULTS.get(injected, safe_text(injected))}"
    return f"{words} by {duration_text(int(detail['delay_ns']))}" if detail.get("delay_ns") else words


def _error(event: RecordedEvent) -> str:
    detail = event.detail
    return _safe(detail.get("message", "error"))


def _ping(event: RecordedEvent) -> str:
    detail = event.detail
    source = detail.get("source")
    words = f"ping ({_safe(source)})" if source and source != "heartbeat" else "ping"
    return f"{words} {safe_bytes((event.payload or b'')[:125])}".rstrip()


def _pong(event: RecordedEvent) -> str:
    detail = event.detail
    words = f"pong after {duration_text(int(detail['rtt_ns']))}" if "rtt_ns" in detail else "pong"
    words += ", too late" if detail.get("late") else ""
    words += ", unsolicited" if detail.get("unsolicited") else ""
    return f"{words} {safe_bytes((event.payload or b'')[:125])}".rstrip()


def _message(event: RecordedEvent) -> str:
    detail = event.detail
    part = f"part {int(detail['fragment']) + 1} of a message: " if "fragment" in detail else ""
    return part + payload_words(event, 200)


def _phase(event: RecordedEvent) -> str:
    detail = event.detail
    words = [safe_text(event.kind)]
    if detail.get("failed"):
        words.append("failed")
    if "duration_ns" in detail:
        words.append(f"in {duration_text(int(detail['duration_ns']))}")
    facts = _phase_facts(event.kind, detail)
    return " ".join(words) + (f": {facts}" if facts else "")


def _phase_facts(kind: str, detail: dict[str, Any]) -> str:
    if kind == Kind.RESOLVE:
        return ", ".join(_safe(address) for address in detail.get("addresses", [])[:4])
    if kind == Kind.TLS:
        verified = "" if detail.get("verified", True) else ", not verified"
        return f"{_safe(detail.get('version', ''))}{verified}"
    if kind == Kind.UPGRADE:
        response = detail.get("response") or {}
        return f"{_safe(response.get('status', ''))} {_safe(response.get('reason', ''))}".strip()
    if kind == Kind.REDIRECT:
        return f"{_safe(detail.get('status', ''))} to {_safe(detail.get('url', ''))}"
    return _safe(detail.get("address", ""))


def _safe(value: Any) -> str:
    return safe_text(str(value))


_WORDS: dict[str, Callable[[RecordedEvent], str]] = {
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
