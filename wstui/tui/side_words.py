"""One event as a row of the event timeline: a word, an amount, the facts.

Pure. Every string of a peer's leaves here through ``safe_text``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from wstui.events import Kind, RecordedEvent, safe_text
from wstui.tui.graph_scale import span_text
from wstui.words.event_line import ARROWS, close_words, event_line
from wstui.words.measures import count_text, duration_text


@dataclass(frozen=True, slots=True)
class SideRow:
    """A row of the event timeline.

    ``amount`` stands right-aligned in a column of its own where rows compare; ``bar_ns`` is the length of
    a phase, drawn as a bar. ``run`` are the places of the pings, ours or the server's, that the row
    stands for.
    """

    event_id: int
    t_ns: int
    word: str
    facts: str
    tone: str = "quiet"
    amount: str = ""
    bar_ns: int = 0
    connection: int = 0
    run: range = range(0)
    note_id: int = 0


_HOW = {Kind.EOF.value: "FIN", Kind.RESET.value: "RST", Kind.LOST.value: "no answer from the network"}
_NORMAL_CODES = (None, 1000, 1001)


def event_row(event: RecordedEvent, attempts: int = 0) -> SideRow:
    """The row of an event that is no ping and no answer to one.

    Args:
        event: anything but a message.
        attempts: how often a reconnect is tried at most, 0 if that is not known.
    """
    if event.kind == Kind.RETRY:
        return _retry(event, attempts)
    return _ROWS.get(event.kind, _phase)(event)


def _row(
    event: RecordedEvent, word: str, facts: str, tone: str, amount: str = "", bar_ns: int = 0
) -> SideRow:
    return SideRow(event.id, event.t_ns, word, facts, tone, amount, bar_ns, event.connection)


def _word(event: RecordedEvent) -> str:
    return f"{safe_text(event.kind)} {ARROWS.get(event.direction, '')}".rstrip(" ·")


def _phase(event: RecordedEvent) -> SideRow:
    detail = event.detail
    facts = _PHASE_FACTS.get(event.kind, _address)(detail, event.t_ns)
    if detail.get("failed"):
        facts = f"failed, {facts}" if facts else "failed"
    took_ns = detail.get("duration_ns", 0)
    tone = "error" if detail.get("failed") else "plain"
    amount = duration_text(took_ns) if "duration_ns" in detail else ""
    return _row(event, safe_text(event.kind), facts, tone, amount, took_ns)


def _address(detail: dict[str, Any], _t_ns: int) -> str:
    facts = safe_text(str(detail.get("address", "")))
    tried = len(detail.get("failed_attempts", ()))
    return f"{facts}, after {count_text(tried, 'other')}" if tried else facts


def _resolve(detail: dict[str, Any], _t_ns: int) -> str:
    found = detail.get("addresses", [])
    if len(found) == 1:
        return safe_text(str(found[0]))
    return count_text(len(found), "address", "addresses") if found else safe_text(str(detail.get("host", "")))


def _proxy(detail: dict[str, Any], _t_ns: int) -> str:
    return safe_text(f"{detail.get('type', '')} {detail.get('address', '')}".strip())


def _tls(detail: dict[str, Any], t_ns: int) -> str:
    facts = [safe_text(str(detail.get("version", ""))).replace("TLSv", "TLS ")]
    if not detail.get("verified", True):
        facts.append("not verified")
    left_ns = expires_in_ns(detail.get("certificate") or {}, t_ns)
    if left_ns is not None:
        facts.append("expired" if left_ns < 0 else f"expires in {_days(left_ns)}")
    return ", ".join(filter(None, facts))


def _days(span_ns: int) -> str:
    days = span_ns // (86400 * 1_000_000_000)
    return f"{days} d" if days else span_text(span_ns)


def expires_in_ns(certificate: dict[str, Any], t_ns: int) -> int | None:
    """How long the certificate was still valid at a moment; None if it does not say."""
    try:
        end = datetime.fromisoformat(str(certificate.get("not_after", "")))
    except ValueError:
        return None
    end = end if end.tzinfo else end.replace(tzinfo=UTC)
    return int(end.timestamp()) * 1_000_000_000 - t_ns


def _upgrade(detail: dict[str, Any], _t_ns: int) -> str:
    response = detail.get("response") or {}
    if not response:
        return "not HTTP" if detail.get("received") else ""
    software = header(response, "server")
    return safe_text(", ".join(filter(None, [str(response.get("status", "")), software])))


def header(response: dict[str, Any], name: str) -> str:
    """The first value of a response's header, as the peer wrote it; empty if it is not there."""
    rows: Sequence[Sequence[str]] = response.get("headers", ())
    return next((str(row[1]) for row in rows if str(row[0]).lower() == name), "")


def _redirect(detail: dict[str, Any], _t_ns: int) -> str:
    return safe_text(f"{detail.get('status', '')} to {detail.get('url') or detail.get('location', '')}")


_PHASE_FACTS: dict[str, Callable[[dict[str, Any], int], str]] = {
    Kind.RESOLVE: _resolve,
    Kind.PROXY: _proxy,
    Kind.TLS: _tls,
    Kind.UPGRADE: _upgrade,
    Kind.REDIRECT: _redirect,
}


def _open(event: RecordedEvent) -> SideRow:
    detail = event.detail
    facts = [safe_text(str(detail["subprotocol"]))] if detail.get("subprotocol") else []
    names = [safe_text(str(name)).partition(";")[0] for name in detail.get("extensions", ())]
    facts += ["deflate" if name == "permessage-deflate" else name for name in names]
    if event.connection:
        facts.insert(0, f"connection {event.connection + 1}")
    if detail.get("insecure"):
        facts.append("TLS not verified")
    return _row(event, "open", ", ".join(facts), "good")


def _close(event: RecordedEvent) -> SideRow:
    code = event.detail.get("code")
    facts = close_words(code, str(event.detail.get("reason", "")))
    if event.detail.get("reply"):
        facts += ", in reply"
    return _row(event, _word(event), facts, "plain" if code in _NORMAL_CODES else "error")


def _end(event: RecordedEvent) -> SideRow:
    return _row(event, _word(event), end_facts(event), "plain" if event.kind == Kind.EOF else "error")


def end_facts(event: RecordedEvent) -> str:
    """How TCP ended: ``FIN``, ``RST in a frame, 12 bytes missing``, ``FIN, TLS cut off``."""
    detail, facts = event.detail, [_HOW[event.kind]]
    if detail.get("errno_name") and event.kind == Kind.LOST:
        facts = [safe_text(str(detail["errno_name"]))]
    if detail.get("tls") == "truncated":
        facts.append("TLS cut off without close_notify")
    if detail.get("missing_bytes"):
        facts.append(f"in a frame, {count_text(detail['missing_bytes'], 'byte')} missing")
    elif detail.get("partial_bytes"):
        facts.append(f"in a frame, {count_text(detail['partial_bytes'], 'byte')} of it here")
    if detail.get("why"):
        facts.append(safe_text(str(detail["why"])))
    return ", ".join(facts)


def _retry(event: RecordedEvent, attempts: int) -> SideRow:
    detail, reason = event.detail, safe_text(str(event.detail.get("reason", "")))
    if detail.get("stopped"):
        return _row(
            event, "retry", f"no more attempts: {reason}" if reason else "no more attempts", "warning"
        )
    of = f" of {attempts}" if attempts else ""
    facts = f"attempt {detail.get('attempt', 0)}{of}" + (f": {reason}" if reason else "")
    return _row(event, "retry", facts, "warning", duration_text(detail.get("delay_ns", 0)))


def _fault(event: RecordedEvent) -> SideRow:
    return _row(event, "fault", event_line(event).words.removeprefix("injected: "), "warning")


def _error(event: RecordedEvent) -> SideRow:
    return _row(event, "error", safe_text(str(event.detail.get("message", ""))), "error")


def _pong(event: RecordedEvent) -> SideRow:
    return _row(event, _word(event), "unsolicited", "quiet")


_ROWS: dict[str, Callable[[RecordedEvent], SideRow]] = {
    Kind.OPEN: _open,
    Kind.CLOSE: _close,
    Kind.EOF: _end,
    Kind.RESET: _end,
    Kind.LOST: _end,
    Kind.FAULT: _fault,
    Kind.ERROR: _error,
    Kind.PONG: _pong,
}
