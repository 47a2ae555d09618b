"""What one recorded trial shows: facts in numbers, and the verdict on its end."""

from dataclasses import dataclass
from typing import Any

from wstui.diagnosis import Evidence, Verdict, connection_evidence, diagnose
from wstui.diagnosis.gather import gather
from wstui.events import END_KINDS, Direction, Kind, RecordedEvent
from wstui.probing.trials import Trial
from wstui.timeline import Numbers, TimelineReader, heartbeat_numbers
from wstui.timeline.heartbeat import percentile

_PHASES = (Kind.RESOLVE, Kind.PROXY, Kind.TCP, Kind.TLS, Kind.UPGRADE)
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Showing:
    """One trial. Durations in ns, spans in seconds; None where there was nothing to measure."""

    trial: Trial
    session: str
    """The session file's name."""
    verdict: Verdict
    phases: tuple[tuple[str, int], ...] = ()
    """Kind and duration of each phase of dialling that succeeded."""
    opened: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    """What dialling told: ``address``, ``tls``, ``server``, ``subprotocol``, ``extensions``, by name."""
    heartbeat: Numbers | None = None
    pings: int = 0
    tcp_rtt_ns: int | None = None
    """The kernel's own round trip, median over the pings."""
    server_pings: int = 0
    server_ping_period_s: float | None = None
    close_reply_ns: int | None = None
    """From our Close to the server's."""
    close_reply_code: int | None = None
    tcp_ended_by: str = ""
    """``server`` or ``us``."""
    tcp_end_ns: int | None = None
    """From the last Close frame to the end of TCP; negative where TCP ended first."""
    age_s: float | None = None
    silence_s: float | None = None
    """Nothing in either direction before the end."""
    our_silence_s: float | None = None
    """Nothing of ours before the end, pongs counted as something: longer where the server spoke."""
    ended_by_them: bool = False
    """The other side, or what stands between, ended it."""


def showing(trial: Trial, reader: TimelineReader) -> Showing:
    """Read a trial's session file."""
    evidence = connection_evidence(
        gather(reader), 0, dialect=str(reader.info.settings.get("dialect", "auto"))
    )
    verdict = diagnose(reader)
    name = reader.path.name
    if evidence.opened is None:
        return Showing(trial, name, verdict, _phases(evidence), facts=_facts(evidence))
    beats = reader.heartbeat()
    tcp_trips = sorted(beat.tcp_rtt_ns for beat in beats if beat.tcp_rtt_ns is not None)
    return Showing(
        trial,
        name,
        verdict,
        _phases(evidence),
        opened=True,
        facts=_facts(evidence),
        heartbeat=heartbeat_numbers(beats),
        pings=len(beats),
        tcp_rtt_ns=percentile(tcp_trips, 50) if tcp_trips else None,
        server_pings=len(evidence.server_pings),
        server_ping_period_s=evidence.server_ping_period_s,
        **_closing(evidence),
        age_s=_seconds(evidence.age_ns),
        silence_s=_seconds(evidence.silence_ns),
        our_silence_s=_seconds(evidence.silence_sent_ns),
        ended_by_them=_ended_by_them(evidence),
    )


def _phases(evidence: Evidence) -> tuple[tuple[str, int], ...]:
    kinds = {kind.value for kind in _PHASES}
    return tuple(
        (event.kind, int(event.detail["duration_ns"]))
        for event in evidence.events
        if event.kind in kinds and "duration_ns" in event.detail and not event.detail.get("failed")
    )


def _facts(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    opened = evidence.opened.detail if evidence.opened is not None else {}
    response = evidence.response
    status = f"{response['status']} {response.get('reason', '')}".strip() if "status" in response else ""
    rows = (
        ("address", _detail(evidence, Kind.TCP).get("address", "")),
        ("tls", _detail(evidence, Kind.TLS).get("version", "")),
        ("status", status),
        ("server", evidence.headers.get("server", "")),
        ("via", evidence.headers.get("via", "")),
        ("subprotocol", opened.get("subprotocol") or ""),
        ("extensions", ", ".join(opened.get("extensions") or [])),
    )
    return tuple((name, str(value)) for name, value in rows if value)


def _detail(evidence: Evidence, kind: Kind) -> dict[str, Any]:
    event = evidence.first(kind)
    return {} if event is None else dict(event.detail)


def _closing(evidence: Evidence) -> dict[str, Any]:
    sent, received = evidence.close_sent, evidence.close_received
    end = next((event for event in evidence.events if event.kind in END_KINDS), None)
    found: dict[str, Any] = {}
    if sent is not None and received is not None and sent.id < received.id:
        found["close_reply_ns"] = max(received.t_ns - sent.t_ns, 0)
        found["close_reply_code"] = received.detail.get("code")
    if end is not None:
        found["tcp_ended_by"] = "us" if end.direction == Direction.SENT else "server"
        last = _newest(sent, received)
        if last is not None:
            found["tcp_end_ns"] = end.t_ns - last.t_ns
    return found


def _newest(*events: RecordedEvent | None) -> RecordedEvent | None:
    return max((event for event in events if event is not None), key=lambda event: event.id, default=None)


def _ended_by_them(evidence: Evidence) -> bool:
    return evidence.server_closed_first is not None or evidence.bare_end is not None


def _seconds(duration_ns: int | None) -> float | None:
    return None if duration_ns is None else round(duration_ns / _NS, 3)
