"""How a connection ended, in lines: the verdict, what it rests on, what to try, then the bare facts.

Pure. A :class:`ConnectionRecord` gathers what matters about one connection while its events pass by;
:func:`ending_lines` puts it into words. A line that stands for an event can be chosen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wstui.events import (
    END_KINDS,
    PHASE_KINDS,
    Cause,
    Direction,
    Kind,
    RecordedEvent,
    close_code_meaning,
    safe_text,
)
from wstui.tui.event_words import ARROWS, close_words
from wstui.tui.graph_scale import span_text
from wstui.tui.measures import duration_text, span_clock
from wstui.tui.side_words import end_facts, header

_BODY_LINES = 3
_SENT, _RECEIVED = Direction.SENT.value, Direction.RECEIVED.value
_FAIR_CAUSES = frozenset({Cause.CLIENT_CLOSED, Cause.SERVER_CLOSED_NORMAL, Cause.STILL_OPEN})


@dataclass(slots=True)
class ConnectionRecord:
    """One connection, as far as its beginning and its end are concerned."""

    connection: int = 0
    phases: list[RecordedEvent] = field(default_factory=list)
    opened: RecordedEvent | None = None
    closes: list[RecordedEvent] = field(default_factory=list)
    ends: list[RecordedEvent] = field(default_factory=list)
    errors: list[RecordedEvent] = field(default_factory=list)

    def feed(self, event: RecordedEvent) -> None:
        """Take one event of this connection."""
        if event.kind in PHASE_KINDS:
            self.phases.append(event)
        elif event.kind == Kind.OPEN:
            self.opened = event
        elif event.kind == Kind.CLOSE:
            self.closes.append(event)
        elif event.kind in END_KINDS:
            self.ends.append(event)
        elif event.kind == Kind.ERROR:
            self.errors.append(event)

    @property
    def failed(self) -> RecordedEvent | None:
        """The error with which dialling failed."""
        return self.errors[-1] if self.errors and self.opened is None else None

    @property
    def is_over(self) -> bool:
        """TCP ended, or the connection never opened."""
        return bool(self.ends) or self.failed is not None

    @property
    def ended_ns(self) -> int | None:
        """Session time of the end."""
        if self.ends:
            return self.ends[0].t_ns
        return self.failed.t_ns if self.failed else None

    @property
    def turning_point(self) -> RecordedEvent | None:
        """Where the ending began: the first Close frame, else the end of TCP."""
        return self.closes[0] if self.closes else self.ends[0] if self.ends else None

    def close(self, direction: str) -> RecordedEvent | None:
        """The first Close frame of a direction."""
        return next((event for event in self.closes if event.direction == direction), None)


@dataclass(frozen=True, slots=True)
class EndingLine:
    """A line of the ending card; with an ``event_id`` it can be chosen."""

    text: str
    tone: str = "plain"
    label: str = ""
    event_id: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """Why and how the newest connection ended."""

    title: str
    tone: str
    confidence: float | None
    lines: tuple[EndingLine, ...]
    connection: int = 0


@dataclass(frozen=True, slots=True)
class Quiet:
    """How long nothing had come and gone when the ending began, in ns; None: nothing ever did."""

    received_ns: int | None = None
    sent_ns: int | None = None


def ending(record: ConnectionRecord, quiet: Quiet, verdict: Mapping[str, Any] | None) -> Ending:
    """The ending of a connection that is over.

    Args:
        record: what the connection's events say.
        quiet: the silence before it.
        verdict: ``Verdict.to_mapping()``, or None where there is none (yet).
    """
    cause = _cause(verdict)
    facts = _dial_lines(record) if record.opened is None else _end_lines(record, quiet)
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


# -- a dial that failed ------------------------------------------------------------------------------


def _dial_lines(record: ConnectionRecord) -> Iterator[EndingLine]:
    error = record.failed
    if error is None:
        return
    phase = str(error.detail.get("phase") or (record.phases[-1].kind if record.phases else ""))
    yield EndingLine(safe_text(str(error.detail.get("message", ""))), "plain", safe_text(phase), error.id)
    failing = next((event for event in reversed(record.phases) if event.kind == phase), None)
    if failing is not None:
        yield from _phase_lines(failing)
    retry_after = error.detail.get("retry_after")
    if retry_after:
        yield EndingLine(f"Retry-After: {safe_text(str(retry_after))}", "warning", "asked")


def _phase_lines(event: RecordedEvent) -> Iterator[EndingLine]:
    detail = event.detail
    if "duration_ns" in detail:
        yield EndingLine(duration_text(detail["duration_ns"]), "quiet", "took", event.id)
    response = detail.get("response") or {}
    if response:
        yield from _response_lines(response, event.id)
    elif detail.get("received"):
        yield EndingLine(f"“{_clip(detail['received'])}”", "plain", "got", event.id)
    certificate = detail.get("certificate") or {}
    if certificate:
        yield from _certificate_lines(certificate, event.id)
    for attempt in detail.get("failed_attempts", ())[:4]:
        text = f"{attempt.get('address', '')}: {attempt.get('error', '')}"
        yield EndingLine(_clip(text), "quiet", "tried", event.id)


def _response_lines(response: Mapping[str, Any], event_id: int) -> Iterator[EndingLine]:
    status = f"HTTP {response.get('status', '')} {response.get('reason', '')}".strip()
    yield EndingLine(_clip(status), "error", "answer", event_id)
    for name in ("server", "www-authenticate", "retry-after", "location"):
        value = header(dict(response), name)
        if value:
            yield EndingLine(_clip(value), "quiet", name if len(name) < 9 else name[-8:], event_id)
    lines = [line for line in str(response.get("body", "")).splitlines() if line.strip()]
    for at, line in enumerate(lines[:_BODY_LINES]):
        yield EndingLine(_clip(line), "plain", "" if at else "body", event_id)
    if len(lines) > _BODY_LINES:
        yield EndingLine(f"… {len(lines) - _BODY_LINES} more lines", "quiet", "", event_id)


def _certificate_lines(certificate: Mapping[str, Any], event_id: int) -> Iterator[EndingLine]:
    names: Sequence[Any] = certificate.get("names") or ()
    rows = (
        ("subject", certificate.get("subject", "")),
        ("names", ", ".join(str(name) for name in names[:4])),
        ("issuer", certificate.get("issuer", "")),
        ("valid", f"{certificate.get('not_before', '')} to {certificate.get('not_after', '')}"),
    )
    for label, value in rows:
        if value and value != " to ":
            yield EndingLine(_clip(str(value)), "plain", label, event_id)


def _clip(text: str, limit: int = 200) -> str:
    shown = safe_text(text[: limit + 1])
    return shown if len(text) <= limit else f"{shown[:limit]}…"


def missed_words(missed: int, sent: int) -> str:
    """How many pings were missed: ``0 of 57``."""
    return f"{missed:,} of {sent:,}" if sent else "0"


def since(moment_ns: int | None, now_ns: int) -> str:
    """``12 s ago``; ``never`` without a moment."""
    return "never" if moment_ns is None else f"{span_text(max(0, now_ns - moment_ns))} ago"
