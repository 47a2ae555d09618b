"""A dial that failed, in lines: which phase, what the server answered, whose certificate. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wstui.events import RecordedEvent, safe_text
from wstui.tui.connection_record import ConnectionRecord, EndingLine
from wstui.tui.side_words import header
from wstui.words.measures import duration_text

_BODY_LINES = 3


def dial_lines(record: ConnectionRecord) -> Iterator[EndingLine]:
    """The error, the phase that failed, and what the other side showed of itself."""
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
