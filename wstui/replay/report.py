"""A comparison in words and as JSON. Everything that came from a peer is made safe to show."""

import base64
from collections.abc import Iterator
from typing import Any

import msgspec

from wstui.engine.json_path import place_text
from wstui.events import safe_bytes, safe_text
from wstui.replay.comparison import (
    COUNTING,
    Comparison,
    ConnectionComparison,
    FactDifference,
    HeartbeatSide,
    MessagePair,
    RecordedMessage,
)
from wstui.replay.difference import MISSING, Change

SHOWN = 20
"""Differences of each connection that the report in words names; JSON has them all."""

_WIDTH = 100
_CHANGES_SHOWN = 8


def report_lines(comparison: Comparison) -> list[str]:
    """The comparison as a person reads it."""
    if comparison.is_equal:
        head = "Equal: the two server sides agree."
    else:
        count = comparison.differences
        head = f"Different: {count} {'difference' if count == 1 else 'differences'}."
    lines = [head, *(f"  {safe_text(remark)}" for remark in comparison.remarks)]
    lines += [f"  {_fact(fact)}" for fact in comparison.facts]
    for row in comparison.connections:
        lines += _connection_lines(row, named=len(comparison.connections) > 1)
    return lines


def to_mapping(comparison: Comparison) -> dict[str, Any]:
    """The comparison as ``--json`` prints it; ``docs/replay.md`` has the shape."""
    return {
        "type": "comparison",
        "equal": comparison.is_equal,
        "differences": comparison.differences,
        "before": comparison.before,
        "after": comparison.after,
        "facts": [_fact_mapping(fact) for fact in comparison.facts],
        "remarks": list(comparison.remarks),
        "connections": [_connection_mapping(row) for row in comparison.connections],
    }


# ---- in words ----


def _connection_lines(row: ConnectionComparison, *, named: bool) -> Iterator[str]:
    indent = "  "
    if named:
        yield f"Connection {row.before} beside connection {row.after}:"
    yield f"{indent}Messages: {row.equal} equal{_counts(row)}."
    for difference in row.messages[:SHOWN]:
        for line in _difference_lines(difference):
            yield f"{indent}{line}"
    if len(row.messages) > SHOWN:
        yield f"{indent}… and {len(row.messages) - SHOWN} more; --json has them all."
    for fact in row.facts:
        yield f"{indent}{_fact(fact)}"
    for shape, count in row.surplus:
        yield f"{indent}Of {safe_text(shape)} the second has {count:+d} at the end (not counted)."
    for place in row.ignored:
        what = f"{safe_text(place.place)} of {safe_text(place.shape)}"
        yield f"{indent}Left out: {what}, {safe_text(place.why)} ({place.times}×)."
    yield f"{indent}Heartbeat: {_heartbeat(row.heartbeat[0])} | {_heartbeat(row.heartbeat[1])}"
    causes = " | ".join(verdict.cause.words for verdict in row.verdicts)
    yield f"{indent}Ending: {causes}"
    yield from (f"{indent}{safe_text(remark)}" for remark in row.remarks)


def _counts(row: ConnectionComparison) -> str:
    counts = {what: sum(m.what == what for m in row.messages) for what in COUNTING}
    return "".join(f", {count} {what}" for what, count in counts.items() if count)


def _difference_lines(difference: MessagePair) -> Iterator[str]:
    before, after = difference.before, difference.after
    shape = safe_text(difference.shape)
    if before is None or after is None:
        only = before or after
        assert only is not None
        sign = "-" if before is not None else "+"
        yield f"{sign} {difference.what} {shape} [event {only.event}]: {_text(only)}"
        return
    yield f"~ {difference.what} {shape} [event {before.event} | {after.event}]"
    if difference.what == "moved":
        yield f"    {_text(before)}"
    elif not difference.changes:
        yield f"    - {_text(before)}"
        yield f"    + {_text(after)}"
    for change in difference.changes[:_CHANGES_SHOWN]:
        both = f"{value_text(change.before)} → {value_text(change.after)}"
        yield f"    {safe_text(place_text(change.place))}: {both}"
    if len(difference.changes) > _CHANGES_SHOWN:
        yield f"    … and {len(difference.changes) - _CHANGES_SHOWN} more places"


def _fact(fact: FactDifference) -> str:
    return f"~ {fact.what}: {value_text(fact.before)} → {value_text(fact.after)}"


def _heartbeat(side: HeartbeatSide) -> str:
    numbers = side.numbers
    parts = [f"{side.sent} pings, {numbers.answered} answered"] if side.sent else ["no pings"]
    if numbers.median_ns is not None and numbers.p95_ns is not None:
        parts.append(f"median {numbers.median_ns / 1e6:.2f} ms, p95 {numbers.p95_ns / 1e6:.2f} ms")
    if numbers.missed:
        parts.append(f"{numbers.missed} missed")
    if side.server_pings:
        parts.append(f"{side.server_pings} from the server")
    return ", ".join(parts)


def _text(message: RecordedMessage) -> str:
    return _cut(safe_bytes(message.payload[: _WIDTH * 4]))


def value_text(value: Any) -> str:
    """A value of JSON in a line, safe to show."""
    if value is MISSING:
        return "(nothing)"
    return _cut(safe_text(_encoded(value).decode("utf-8", "replace")))


def _encoded(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except RecursionError:
        return b"(nested too deeply)"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


# ---- as JSON ----


def _connection_mapping(row: ConnectionComparison) -> dict[str, Any]:
    return {
        "before": row.before,
        "after": row.after,
        "equal": row.is_equal,
        "messages_equal": row.equal,
        "messages": [_message_mapping(difference) for difference in row.messages],
        "facts": [_fact_mapping(fact) for fact in row.facts],
        "ignored": [
            {"shape": place.shape, "path": place.place, "why": place.why, "times": place.times}
            for place in row.ignored
        ],
        "surplus": [{"shape": shape, "messages": count} for shape, count in row.surplus],
        "heartbeat": {
            "before": _heartbeat_mapping(row.heartbeat[0]),
            "after": _heartbeat_mapping(row.heartbeat[1]),
        },
        "ending": {"before": row.verdicts[0].to_mapping(), "after": row.verdicts[1].to_mapping()},
        "client_messages": {"before": row.client_messages[0], "after": row.client_messages[1]},
        "remarks": list(row.remarks),
    }


def _message_mapping(difference: MessagePair) -> dict[str, Any]:
    return {
        "what": difference.what,
        "shape": difference.shape,
        "before": _side_mapping(difference.before),
        "after": _side_mapping(difference.after),
        "changes": [_change_mapping(change) for change in difference.changes],
    }


def _side_mapping(message: RecordedMessage | None) -> dict[str, Any] | None:
    if message is None:
        return None
    payload: dict[str, Any]
    try:
        payload = {"text": message.payload.decode()}
    except UnicodeDecodeError:
        payload = {"base64": base64.b64encode(message.payload).decode("ascii")}
    return {"event": message.event, "size": message.size, **payload}


def _change_mapping(change: Change) -> dict[str, Any]:
    """A side that has no such member has no key either: null is a value."""
    sides = {"before": change.before, "after": change.after}
    return {
        "path": place_text(change.place),
        **{name: value for name, value in sides.items() if value is not MISSING},
    }


def _fact_mapping(fact: FactDifference) -> dict[str, Any]:
    return {"what": fact.what, "before": fact.before, "after": fact.after}


def _heartbeat_mapping(side: HeartbeatSide) -> dict[str, Any]:
    numbers = side.numbers
    return {
        "pings": side.sent,
        "answered": numbers.answered,
        "missed": numbers.missed,
        "median_ns": numbers.median_ns,
        "p95_ns": numbers.p95_ns,
        "p99_ns": numbers.p99_ns,
        "jitter_ns": numbers.jitter_ns,
        "server_pings": side.server_pings,
    }
