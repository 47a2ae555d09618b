"""How a connection ended, in lines: the verdict, what it rests on, what to try, then the bare facts.

Pure. A line that stands for an event can be chosen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wstui.events import Cause, Direction, RecordedEvent, close_code_meaning, safe_text
from wstui.tui.connection_record import ConnectionRecord, EndingLine, Quiet
from wstui.tui.failed_dial import dial_lines
from wstui.tui.side_words import end_facts
from wstui.words.event_line import ARROWS, close_words
from wstui.words.measures import duration_text, span_clock

_SENT, _RECEIVED = Direction.SENT.value, Direction.RECEIVED.value
_FAIR_CAUSES = frozenset({Cause.CLIENT_CLOSED, Cause.SERVER_CLOSED_NORMAL, Cause.STILL_OPEN})


@dataclass(frozen=True, slots=True)
class Ending:
    """Why and how the newest connection ended."""

    title: str
    tone: str
    confidence: float | None
    lines: tuple[EndingLine, ...]
    connection: int = 0


def ending(record: ConnectionRecord, quiet: Quiet, verdict: Mapping[str, Any] | None) -> Ending:
    """The ending of a connection that is over.

    Args:
        record: what the connection's events say.
        quiet: the silence before it.
        verdict: ``Verdict.to_mapping()``, or None where there is none (yet).
    """
    cause = _cause(verdict)
    facts = dial_lines(record) if record.opened is None else _end_lines(record, quiet)
    because, advice = _because_lines(verdict or {}), _advice_lines(verdict or {})
    lines = (*because, *advice[:1], *facts, *advice[1:], *_alternative_lines(verdict or {}))
    title = cause.words if cause else _plain_title(record)
    fair = cause in _FAIR_CAUSES if cause else bool(record.closes)
    confidence = float((verdict or {}).get("confidence", 0.0)) if cause else None
    return Ending(title, "heading" if fair else "error", confidence, lines, record.connection)


def _cause(verdict: Mapping[str, Any] | None) -> Cause | None:
    try:
        return Cause(str((verdict or {}).get("cause", "")))
    except ValueError:
        return None


def _plain_title(record: ConnectionRecord) -> str:
    if record.opened is None:
        return "the connection did not open"
    return who_closed_first(record)


def who_closed_first(record: ConnectionRecord) -> str:
    """Which side began the ending, in words."""
    closes = record.closes
    if not closes:
        first = record.ends[0] if record.ends else None
        if first is None or first.direction == Direction.LOCAL:
            return "nobody sent a Close frame"
        return f"{_side(first)} ended TCP without a Close frame"
    if len(closes) > 1 and not any(event.detail.get("reply") for event in closes):
        return "both sides closed at the same time"
    return f"{_side(closes[0])} closed first"


def _side(event: RecordedEvent) -> str:
    return "this client" if event.direction == _SENT else "the server"


def _because_lines(verdict: Mapping[str, Any]) -> list[EndingLine]:
    rows = verdict.get("because", ())
    return [
        EndingLine(safe_text(str(row.get("text", ""))), event_id=int(row.get("event", 0))) for row in rows
    ]


def _advice_lines(verdict: Mapping[str, Any]) -> list[EndingLine]:
    return [EndingLine(safe_text(str(text)), "accent", "try") for text in verdict.get("try_next", ())]


def _alternative_lines(verdict: Mapping[str, Any]) -> Iterator[EndingLine]:
    for row in verdict.get("alternatives", ()):
        cause = _cause(row)
        words = cause.words if cause else safe_text(str(row.get("cause", "")))
        yield EndingLine(f"{words} ({row.get('confidence', 0):.0%})".replace("%", " %"), "quiet", "or")


# -- an open connection's end ------------------------------------------------------------------------


def _end_lines(record: ConnectionRecord, quiet: Quiet) -> Iterator[EndingLine]:
    yield EndingLine(who_closed_first(record), label="first", event_id=_id(record.turning_point))
    yield from _close_lines(record)
    for end in record.ends:
        yield EndingLine(
            _tcp_words(record, end), "plain", f"{end.kind} {ARROWS.get(end.direction, '')}", end.id
        )
    for error in record.errors[-2:]:
        yield EndingLine(safe_text(str(error.detail.get("message", ""))), "warning", "error", error.id)
    silence = quiet_words(quiet)
    if silence:
        yield EndingLine(silence, "quiet", "silence")
    if record.opened and record.turning_point:
        age_ns = record.turning_point.t_ns - record.opened.t_ns
        yield EndingLine(f"{span_clock(age_ns)} open", "quiet", "age", record.opened.id)


def _id(event: RecordedEvent | None) -> int:
    return event.id if event else 0


def _close_lines(record: ConnectionRecord) -> Iterator[EndingLine]:
    for event in record.closes[:2]:
        yield EndingLine(
            _close_words(record, event), "plain", f"close {ARROWS.get(event.direction, '')}", event.id
        )
    if len(record.closes) == 1:
        answerer = "the server" if record.closes[0].direction == _SENT else "this client"
        missing = _RECEIVED if record.closes[0].direction == _SENT else _SENT
        yield EndingLine(f"none: {answerer} did not answer", "warning", f"close {ARROWS[missing]}")


def _close_words(record: ConnectionRecord, event: RecordedEvent) -> str:
    code = event.detail.get("code")
    words = close_words(code, str(event.detail.get("reason", "")))
    if event.detail.get("invalid"):
        return f"{words}, invalid: {safe_text(str(event.detail['invalid']))}"
    first = record.closes[0]
    if event is not first:
        gap = duration_text(max(0, event.t_ns - first.t_ns))
        echo = "same code" if code == first.detail.get("code") else "another code"
        return f"{words}, in reply after {gap}, {echo}" if event.detail.get("reply") else words
    return words if event.detail.get("reason") else f"{words}: {close_code_meaning(code)}"


def _tcp_words(record: ConnectionRecord, end: RecordedEvent) -> str:
    words = end_facts(end)
    if record.closes and end is record.ends[0]:
        gap_ns = max(0, end.t_ns - record.closes[-1].t_ns)
        return f"{words}, {duration_text(gap_ns)} after the last Close frame"
    return words


def quiet_words(quiet: Quiet) -> str:
    """The silence before the end, or nothing where it was short."""
    spans = [(quiet.received_ns, "received"), (quiet.sent_ns, "sent")]
    known = [(span_ns, word) for span_ns, word in spans if span_ns is not None]
    if not known:
        return ""
    if len(known) == 2 and abs(known[0][0] - known[1][0]) < 1_000_000_000:
        return f"{duration_text(min(known)[0])} both ways before it"
    return "nothing " + ", ".join(f"{word} for {duration_text(span_ns)}" for span_ns, word in known)
