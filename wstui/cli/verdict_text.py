"""A verdict in words: the cause, the evidence that it rests on, what to try next."""

import click
import msgspec

from wstui.diagnosis import Verdict
from wstui.events import close_code_name, safe_text

_INDENT = "  "


def print_verdict(verdict: Verdict, session_name: str, *, as_json: bool) -> None:
    """Print it to standard output: as one JSON line, or in words."""
    if as_json:
        click.echo(msgspec.json.encode(verdict.to_mapping(session_name)))
    else:
        click.echo("\n".join(verdict_lines(verdict)))


def verdict_lines(verdict: Verdict) -> list[str]:
    """The verdict as a person reads it, several lines."""
    head = f"Why it ended: {verdict.cause.words} ({verdict.confidence:.0%} sure)."
    lines = [head, f"{_INDENT}{_ending(verdict)}"]
    for row in verdict.because:
        at = f" [event {row.event}]" if row.event else ""
        lines.append(f"{_INDENT}- {safe_text(row.text)}{at}")
    if verdict.alternatives:
        others = ", ".join(f"{row.cause.words} ({row.confidence:.0%})" for row in verdict.alternatives)
        lines.append(f"{_INDENT}It could also be: {others}.")
    lines += [f"{_INDENT}Try next: {safe_text(text)}" for text in verdict.try_next]
    return lines


def _ending(verdict: Verdict) -> str:
    if verdict.close_code is None:
        return f"Ended by the {verdict.who}; no close code."
    reason = f" “{safe_text(verdict.close_reason)}”" if verdict.close_reason else ""
    manner = "cleanly" if verdict.clean else "not cleanly"
    name = close_code_name(verdict.close_code)
    return f"Ended by the {verdict.who}, {manner}: {verdict.close_code} {name}{reason}."
