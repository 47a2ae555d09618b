"""The application's heartbeat in a recording: by its dialect, by its words, by its regularity."""

from collections.abc import Sequence
from dataclasses import dataclass

from wstui.dialects.loading import Catalogue
from wstui.dialects.matcher import GENERIC, Mark, Matcher, heartbeat_word
from wstui.dialects.regularity import MAX_BYTES, RegularityDetector, masked, median_period_s
from wstui.dialects.schema import Dialect, Heartbeat
from wstui.events import Direction, RecordedEvent

_SENT, _RECEIVED = Direction.SENT.value, Direction.RECEIVED.value
_OTHER = {_SENT: _RECEIVED, _RECEIVED: _SENT}


@dataclass(frozen=True, slots=True)
class FoundHeartbeat:
    """A heartbeat in messages: who asks, how regularly, and which requests were not answered."""

    starts: str
    """``sent``: we ask; ``received``: the server asks."""
    requests: tuple[RecordedEvent, ...]
    unanswered: tuple[RecordedEvent, ...]
    """Requests with no answer from the other side after them; empty where none is expected."""
    expects_answer: bool
    period_s: float | None
    """As measured."""
    name: str
    """In words."""
    dialect: str = ""
    """Empty where none was recognised."""
    expected_period_s: float | None = None
    """What the dialect, or the server on this connection, asks for."""
    slowest_answer_ns: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a connection's messages say, read from beginning to end."""

    dialect: Dialect | None
    evidence: str
    """Why it is thought to be that dialect."""
    marks: dict[int, Mark]
    """By the event's number."""
    heartbeat: FoundHeartbeat | None
    """The heartbeat that was seen."""
    expected_period_s: float | None

    @property
    def wanted(self) -> Heartbeat | None:
        """The heartbeat that the dialect wants, seen or not."""
        return self.dialect.heartbeat if self.dialect is not None else None

    @property
    def heartbeat_owed(self) -> bool:
        """The dialect wants the client to start a heartbeat, and the client sent none."""
        if self.wanted is None or self.wanted.starts != "client":
            return False
        return not any(mark.mark == "app_ping" for mark in self.marks.values())


def read_messages(
    messages: Sequence[RecordedEvent],
    *,
    url: str = "",
    subprotocol: str | None = None,
    dialect: str = "auto",
    dialects: Catalogue | None = None,
) -> Reading:
    """Read one connection's data frames.

    Args:
        messages: in order; payloads may be cut, and the middle of a long connection may be missing.
        url: where it went.
        subprotocol: what the server selected.
        dialect: ``auto``, ``none`` or a dialect's name.
        dialects: those to choose from.

    Raises:
        DialectError: there is no dialect of this name.
    """
    short = [e for e in messages if e.payload is not None and len(e.payload) == e.size]
    matcher = Matcher(dialect, subprotocol, url, dialects)
    for event in short:
        if matcher.dialect is not None or not matcher.active:
            break
        matcher.feed(event.direction, event.kind, event.payload or b"")
    if matcher.dialect is None:
        found = _by_words(short) or _by_regularity(short)
        return Reading(None, "", {}, found, None)
    marks = {}
    for event in short:  # from the start: what came before it was recognised has a meaning too
        mark = matcher.feed(event.direction, event.kind, event.payload or b"")
        if mark is not None:
            marks[event.id] = mark
    found = _by_marks(short, marks, matcher.title, matcher.expected_period_s) or _by_regularity(short)
    return Reading(matcher.description, matcher.evidence, marks, found, matcher.expected_period_s)


def find_heartbeat(
    messages: Sequence[RecordedEvent], *, url: str = "", subprotocol: str | None = None
) -> FoundHeartbeat | None:
    """The heartbeat in one connection's messages, or None."""
    return read_messages(messages, url=url, subprotocol=subprotocol).heartbeat


def _by_marks(
    messages: Sequence[RecordedEvent], marks: dict[int, Mark], name: str, expected_s: float | None
) -> FoundHeartbeat | None:
    asked = [e for e in messages if e.id in marks and marks[e.id].mark == "app_ping"]
    if not asked:
        return None
    # Where both exist, the exchange says more than the one-way sign of life beside it.
    answered = [e for e in asked if not marks[e.id].data.get("one_way")]
    starts = (answered or asked)[0].direction
    requests = [e for e in answered or asked if e.direction == starts]
    answers = [
        e
        for e in messages
        if e.id in marks and marks[e.id].mark == "app_pong" and e.direction == _OTHER.get(starts)
    ]
    dialect = next(iter(marks.values())).dialect
    return _found(name, requests, answers, bool(answered), dialect, expected_s, marks)


def _found(
    name: str,
    requests: Sequence[RecordedEvent],
    answers: Sequence[RecordedEvent],
    expects_answer: bool,
    dialect: str = "",
    expected_s: float | None = None,
    marks: dict[int, Mark] | None = None,
) -> FoundHeartbeat:
    unanswered, slowest_ns = _pair(requests, answers, marks or {}) if expects_answer else ([], 0)
    return FoundHeartbeat(
        requests[0].direction,
        tuple(requests),
        tuple(unanswered),
        expects_answer,
        median_period_s([e.t_ns for e in requests]),
        name,
        dialect,
        expected_s,
        slowest_ns,
    )


def _pair(
    requests: Sequence[RecordedEvent], answers: Sequence[RecordedEvent], marks: dict[int, Mark]
) -> tuple[list[RecordedEvent], int]:
    """Requests without an answer, and how long the slowest answer took (ns).

    By the key that ties both where there is one; else any later answer will do, since a heartbeat
    is answered or it is not.
    """
    unanswered, slowest_ns = [], 0
    for request in requests:
        key = _key(request, marks)
        answer = next(
            (e for e in answers if e.id > request.id and _key(e, marks) in (key, "")),
            None,
        )
        if answer is None:
            unanswered.append(request)
        else:
            slowest_ns = max(slowest_ns, answer.t_ns - request.t_ns)
    return unanswered, slowest_ns


def _key(event: RecordedEvent, marks: dict[int, Mark]) -> str:
    mark = marks.get(event.id)
    return str(mark.data.get("key", "")) if mark is not None else ""


def _by_words(messages: Sequence[RecordedEvent]) -> FoundHeartbeat | None:
    words = {e.id: heartbeat_word(e.payload or b"") for e in messages if e.size <= MAX_BYTES}
    asked = [e for e in messages if words.get(e.id) == "app_ping"]
    if not asked:
        return None
    starts = asked[0].direction
    requests = [e for e in asked if e.direction == starts]
    # Some answer with the request's own words.
    answers = [e for e in messages if e.direction == _OTHER.get(starts) and words.get(e.id)]
    pongs = [e for e in answers if words[e.id] == "app_pong"]
    if starts == _SENT and len(requests) < 2 and not pongs:
        return None  # somebody typed "ping"
    expects = bool(answers) or len(requests) < _patience(requests[0])
    return _found("a heartbeat by its words", requests, pongs or answers, expects)


def _patience(request: RecordedEvent) -> int:
    """So many requests without any answer, and the one who asks cannot be waiting for one."""
    return 8 if b"ping" in (request.payload or b"").lower() else 4


def _by_regularity(messages: Sequence[RecordedEvent]) -> FoundHeartbeat | None:
    detector = RegularityDetector()
    for event in messages:
        detector.feed(event.t_ns, event.direction, event.payload or b"")
    regular = detector.result()
    if regular is None:
        return None
    requests = [
        e
        for e in messages
        if e.direction == regular.starts and e.size <= MAX_BYTES and masked(e.payload or b"") == regular.shape
    ]
    answers = [
        e
        for e in messages
        if e.direction == _OTHER[regular.starts] and masked(e.payload or b"") == regular.answer
    ]
    name = "a regular exchange" if regular.answer is not None else "a regular sign of life"
    return _found(name, requests, answers, regular.answer is not None)


__all__ = ["GENERIC", "FoundHeartbeat", "Reading", "find_heartbeat", "read_messages"]
