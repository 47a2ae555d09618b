"""Words that several rules say in the same way."""

from wstui.diagnosis.evidence import NS, Evidence
from wstui.diagnosis.verdict import Because
from wstui.events import RecordedEvent, close_code_name


def seconds(span_ns: int | None) -> str:
    """A span as a person says it: "0.25 s", "3.0 s", "61 s", "2 h 3 min"."""
    if span_ns is None:
        return "?"
    s = span_ns / NS
    if s < 1:
        return f"{s:.2f} s"
    if s < 20:
        return f"{s:.1f} s"
    if s < 600:
        return f"{s:.0f} s"
    hours, minutes = divmod(round(s / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def close_frame(event: RecordedEvent) -> Because:
    """A Close frame, who sent it and what it said."""
    code, reason = event.detail.get("code"), event.detail.get("reason", "")
    sender = "we" if event.direction == "sent" else "the server"
    number = "without a code" if code is None else f"{code} ({close_code_name(code)})"
    words = f" “{reason}”" if reason else ", no reason given"
    return Because(event.id, f"{sender} sent a Close frame: {number}{words}")


def close_number(event: RecordedEvent) -> int:
    """A Close frame's code, 1005 without one."""
    code = event.detail.get("code")
    return 1005 if code is None else int(code)


def silent_for(evidence: Evidence) -> Because:
    """How silent it was before the end."""
    end = evidence.their_end or evidence.end
    silence = evidence.silence_ns or 0
    whole = evidence.age_ns is not None and silence >= evidence.age_ns - NS // 10
    words = "since it opened" if whole else "both ways"
    return Because(end.id if end else 0, f"{seconds(silence)} silent {words} before the end")


def tcp_ended(event: RecordedEvent) -> Because:
    """How TCP ended."""
    words = {
        "eof": "TCP ended with FIN",
        "reset": "TCP was reset (RST)",
        "lost": f"the peer vanished ({event.detail.get('errno_name', 'no answer')})",
    }[event.kind]
    missing = event.detail.get("missing_bytes")
    middle = f", {missing} bytes short of a whole frame" if missing else ""
    return Because(event.id, f"{words}{middle}")
