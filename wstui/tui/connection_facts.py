"""What the top bar knows of the session's newest connection: gathered from events, a few at a time.

Rule 1: an event is looked at once. Rule 2: text and binary messages are never read for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wstui.events import END_KINDS, Direction, Kind, RecordedEvent, close_code_name


@dataclass(slots=True)
class ConnectionFacts:
    """The newest connection of a session, as far as the events seen so far tell."""

    connection: int = 0
    opened_ns: int | None = None
    ended_ns: int | None = None
    tls: str = ""
    """The TLS version; empty without TLS."""
    cipher: str = ""
    subject: str = ""
    """Whom the server's certificate is for, who issued it and until when it holds."""
    issuer: str = ""
    not_after: str = ""
    insecure: bool = False
    deflate: bool = False
    close_received: tuple[int | None, str] | None = None
    close_sent: tuple[int | None, str] | None = None
    error: str = ""

    @property
    def close_code(self) -> int | None:
        """What a browser's CloseEvent would show; None where the connection never opened."""
        if self.opened_ns is None:
            return None
        if self.close_received is None:
            return 1006
        code = self.close_received[0]
        return 1005 if code is None else code

    @property
    def ending(self) -> str:
        """The code with its name, or what went wrong before there could be one."""
        code = self.close_code
        if code is not None:
            return f"{code} {close_code_name(code)}"
        return self.error.replace("_", " ")


def take_facts(facts: ConnectionFacts, events: Iterable[RecordedEvent]) -> ConnectionFacts:
    """The facts after these events; a new connection begins with a clean sheet."""
    for event in events:
        if event.connection != facts.connection:
            facts = ConnectionFacts(connection=event.connection)
        _take(facts, event)
    return facts


def _take(facts: ConnectionFacts, event: RecordedEvent) -> None:
    detail = event.detail
    if event.kind == Kind.TLS and not detail.get("failed"):
        facts.tls = str(detail.get("version", "TLS"))
        facts.cipher = str(detail.get("cipher") or "")
        certificate = detail.get("certificate") or {}
        facts.subject, facts.issuer, facts.not_after = (
            str(certificate.get(name) or "") for name in ("subject", "issuer", "not_after")
        )
        facts.insecure = not detail.get("verified", True)
    elif event.kind == Kind.OPEN:
        facts.opened_ns = event.t_ns
        facts.insecure = facts.insecure or bool(detail.get("insecure"))
        facts.deflate = any("deflate" in name for name in detail.get("extensions", []))
    elif event.kind == Kind.CLOSE:
        said = (detail.get("code"), str(detail.get("reason", "")))
        if event.direction == Direction.RECEIVED:
            facts.close_received = facts.close_received or said
        else:
            facts.close_sent = facts.close_sent or said
    elif event.kind == Kind.ERROR:
        facts.error = str(detail.get("code", "error"))
        facts.ended_ns = event.t_ns
    elif event.kind in END_KINDS:
        facts.ended_ns = event.t_ns
