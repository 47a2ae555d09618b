"""A probe's result in words, and as JSON."""

from collections.abc import Iterator
from typing import Any

from wstui.events import close_code_name, safe_text
from wstui.probing.findings import Findings
from wstui.probing.showing import Showing
from wstui.words.measures import count_text, duration_text

_LABEL_CHARACTERS = 12


def trial_lines(showing: Showing) -> Iterator[str]:
    """One trial in a few lines for a person, labelled at the left."""
    lines = _LINES[showing.trial.name](showing)
    for number, (label, text) in enumerate(lines):
        shown = label if number == 0 or label != lines[number - 1][0] else ""
        yield f"{shown:<{_LABEL_CHARACTERS}}{safe_text(text)}".rstrip()


def finding_lines(findings: Findings) -> Iterator[str]:
    """The conclusion."""
    for number, sentence in enumerate(findings.advice):
        yield f"{'Advice' if number == 0 else '':<{_LABEL_CHARACTERS}}{sentence}"


def trial_mapping(showing: Showing) -> dict[str, Any]:
    """One line of ``wstui probe --json``. Times in ns as ``_ns`` says, spans in seconds as ``_s``."""
    heartbeat = showing.heartbeat
    return {
        "type": "trial",
        "name": showing.trial.name,
        "session": showing.session,
        "opened": showing.opened,
        "phases": [{"kind": kind, "duration_ns": took_ns} for kind, took_ns in showing.phases],
        "facts": dict(showing.facts),
        "pings": {
            "sent": showing.pings,
            "answered": heartbeat.answered if heartbeat is not None else 0,
            "median_ns": heartbeat.median_ns if heartbeat is not None else None,
            "p95_ns": heartbeat.p95_ns if heartbeat is not None else None,
            "jitter_ns": heartbeat.jitter_ns if heartbeat is not None else None,
            "tcp_rtt_ns": showing.tcp_rtt_ns,
        },
        "server_pings": {"count": showing.server_pings, "period_s": showing.server_ping_period_s},
        "close": {
            "reply_code": showing.close_reply_code,
            "reply_ns": showing.close_reply_ns,
            "tcp_ended_by": showing.tcp_ended_by,
            "tcp_end_ns": showing.tcp_end_ns,
        },
        "age_s": showing.age_s,
        "silence_s": showing.silence_s,
        "our_silence_s": showing.our_silence_s,
        "ended_by_them": showing.ended_by_them,
        "verdict": showing.verdict.to_mapping(showing.session),
    }


def findings_mapping(findings: Findings, url: str) -> dict[str, Any]:
    """The last line of ``wstui probe --json``."""
    return {
        "type": "probe",
        "url": url,
        "silence_limit_s": findings.silence_limit_s,
        "survived_s": findings.survived_s,
        "kept_open_by": findings.kept_open_by,
        "lifetime_s": findings.lifetime_s,
        "advice": list(findings.advice),
    }


Lines = list[tuple[str, str]]


def _contact(showing: Showing) -> Lines:
    facts = dict(showing.facts)
    phases = ", ".join(f"{kind} {duration_text(took_ns)}" for kind, took_ns in showing.phases)
    if not showing.opened:
        because = [("", row.text) for row in showing.verdict.because]
        tries = [("Try next", text) for text in showing.verdict.try_next]
        return [("Handshake", f"never opened: {showing.verdict.cause.words}"), *because, *tries]
    total_ns = sum(took_ns for _, took_ns in showing.phases)
    lines = [("Handshake", f"open after {duration_text(total_ns)}: {phases}")]
    who = [facts[name] for name in ("address", "tls", "status", "server", "via") if name in facts]
    lines.append(("Handshake", ", ".join(who)))
    agreed = [f"subprotocol {facts['subprotocol']}" if "subprotocol" in facts else "no subprotocol"]
    agreed.append(facts.get("extensions", "no extension"))
    lines.append(("Handshake", ", ".join(agreed)))
    return [*lines, *_pings(showing), ("Close", _close(showing))]


def _pings(showing: Showing) -> Lines:
    numbers = showing.heartbeat
    if numbers is None or not showing.pings:
        return [("Pings", "none were sent")]
    said = f"{numbers.answered} of {count_text(showing.pings)} answered"
    if numbers.median_ns is not None:
        said += f": median {duration_text(numbers.median_ns)}, p95 {duration_text(numbers.p95_ns or 0)}"
    if numbers.jitter_ns is not None:
        said += f", jitter {duration_text(numbers.jitter_ns)}"
    lines = [("Pings", said)]
    if showing.tcp_rtt_ns is not None:
        lines.append(("Pings", f"TCP's own round trip {duration_text(showing.tcp_rtt_ns)}"))
    return lines


def _close(showing: Showing) -> str:
    if showing.ended_by_them:
        return f"did not wait for ours: {_ending(showing)}"
    if showing.close_reply_ns is None:
        return "our 1000 was never answered"
    code = showing.close_reply_code
    name = f"{code} {close_code_name(code)}" if code is not None else "a Close without a code"
    said = f"1000 answered with {name} after {duration_text(showing.close_reply_ns)}"
    if showing.tcp_end_ns is None:
        return said
    who = "the server" if showing.tcp_ended_by == "server" else "we, not the server,"
    return f"{said}; {who} ended TCP {duration_text(max(showing.tcp_end_ns, 0))} later"


def _silence(showing: Showing) -> Lines:
    if not showing.opened:
        return [("Silence", f"never opened: {showing.verdict.cause.words}")]
    if not showing.ended_by_them:
        return [("Silence", f"still open after {_span(showing.age_s)}{_server_pings(showing)}")]
    silence_s = showing.our_silence_s
    heard = (showing.silence_s or 0.0) < (silence_s or 0.0)
    whose = "of our silence, while the server spoke" if heard else "of silence"
    said = f"ended after {_span(silence_s)} {whose}, at an age of {_span(showing.age_s)}"
    return [("Silence", said), ("Silence", _ending(showing))]


def _server_pings(showing: Showing) -> str:
    if not showing.server_pings:
        heard = (showing.silence_s or 0.0) < (showing.our_silence_s or 0.0)
        return "; the server spoke" if heard else ", without a word from either side"
    period_s = showing.server_ping_period_s
    often = f", one every {_span(period_s)}" if period_s else ""
    return f"; {count_text(showing.server_pings, 'ping')} of the server's were answered{often}"


def _kept(showing: Showing) -> Lines:
    what = "message" if showing.trial.name == "messages" else "ping"
    label = "Kept open"
    often = f"a {what} every {_span(showing.trial.speaks_every_s)}"
    if not showing.opened:
        return [(label, f"{often}: never opened: {showing.verdict.cause.words}")]
    if not showing.ended_by_them:
        return [(label, f"{often}: still open after {_span(showing.age_s)}")]
    return [(label, f"{often}: ended at an age of {_span(showing.age_s)}: {_ending(showing)}")]


def _ending(showing: Showing) -> str:
    verdict = showing.verdict
    return f"{verdict.cause.words} ({verdict.confidence:.0%} sure)"


def _span(seconds: float | None) -> str:
    return "?" if seconds is None else duration_text(round(seconds * 1_000_000_000))


_LINES = {"contact": _contact, "silence": _silence, "pings": _kept, "messages": _kept}
