"""What there is to say about an event that is not a message: close frames, dialling, endings.

Each function turns the ``detail`` of a recorded event into lines of a document. Peer text goes
through ``safe_text`` on its way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wstui.events import PHASE_KINDS, Kind, RecordedEvent, safe_bytes
from wstui.tui.certificate_facts import tls_lines
from wstui.tui.close_facts import close_lines
from wstui.tui.document import Line, SpanDocument
from wstui.tui.fact_lines import fact, heading, plain_facts
from wstui.tui.handshake_facts import handshake_lines, hides_something
from wstui.words.event_line import event_line
from wstui.words.measures import duration_text

_ELSEWHERE = frozenset({"duration_ns", "failed", "request", "response", "tcp", "message"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What other events say that an event's facts need."""

    dialect: str = ""
    """The service's dialect, as far as it was recognised."""
    problem: str = ""
    """The sentence of the error that followed."""


def facts_document(
    event: RecordedEvent, around: Surroundings = Surroundings(), *, reveal: bool = False
) -> SpanDocument:
    """Everything that the session file holds about this event.

    Args:
        event: which one.
        around: what other events say about it.
        reveal: show the secrets of a handshake.
    """
    return SpanDocument(_lines(event, around, reveal))


def _lines(event: RecordedEvent, around: Surroundings, reveal: bool) -> Iterator[Line]:
    line = event_line(event)
    yield ((line.words, line.tone),)
    yield ()
    if event.kind in PHASE_KINDS and "duration_ns" in event.detail:
        yield fact("took", duration_text(event.detail["duration_ns"]))
    if event.kind == Kind.CLOSE:
        yield from close_lines(event, around.dialect)
    elif event.kind == Kind.TLS:
        yield from tls_lines(event, around.problem)
    else:
        yield from plain_facts(event.detail, _ELSEWHERE, reveal=reveal)
    if event.detail.get("tcp"):
        yield from heading("TCP, as the kernel saw it")
        yield from plain_facts(event.detail["tcp"])
    if event.kind in (Kind.UPGRADE, Kind.PROXY):
        yield from handshake_lines(event.detail, reveal=reveal)
        if not reveal and hides_something(event.detail):
            yield ()
            yield (("Dots stand for secrets; x shows them.", "quiet"),)
    if event.payload and event.kind in (Kind.PING, Kind.PONG):
        yield fact("payload", safe_bytes(event.payload))
