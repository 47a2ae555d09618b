"""Two sessions beside each other: what their servers said, how their heartbeats went, how they ended.

Pure over two readers. A difference of content, of the opening or of the ending counts; times and
round trips are only shown.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from wstui.diagnosis import Verdict, diagnose
from wstui.engine.json_path import JsonPath, Place, place_text, scalars
from wstui.replay.alignment import Item, Looks, Pair, align, cut_short, out_of_order, server_messages, streams
from wstui.replay.comparison import (
    Comparison,
    ConnectionComparison,
    FactDifference,
    HeartbeatSide,
    IgnoredPlace,
    MessagePair,
    RecordedMessage,
)
from wstui.replay.connection_facts import (
    ending,
    ending_differences,
    heartbeat_differences,
    heartbeat_side,
    opening_differences,
)
from wstui.replay.difference import Change, Ignored, Rules, Side, changes
from wstui.replay.recording import TOLD_EVERY, RecordedConnection, Recording, read_recording
from wstui.replay.shapes import Shape, read_content, shape_text
from wstui.timeline import TimelineReader

Tell = Callable[[str, float], None]
"""Told what is being done and how much of it is done, 0 to 1; whatever it raises ends the work."""


def compare(
    before: TimelineReader,
    after: TimelineReader,
    *,
    ignore: Sequence[JsonPath] = (),
    automatic: bool = True,
    in_order: bool = False,
    connection: int | None = None,
) -> Comparison:
    """Compare two recorded sessions.

    Args:
        before: the session that is the measure.
        after: the session that is measured.
        ignore: places whose changes do not count.
        automatic: leave out times and generated ids without being told.
        in_order: count it where messages come in another order.
        connection: only this one of ``before``, beside the first open one of ``after``.

    Raises:
        RecordingError: one of them was never open.
    """
    rules = Rules(tuple(ignore), automatic, in_order)
    return judge(align_sessions(before, after, connection=connection), rules)


@dataclass(frozen=True, slots=True)
class AlignedConnections:
    """Two connections whose messages stand beside each other; not yet judged."""

    before: RecordedConnection
    after: RecordedConnection
    pairs: tuple[Pair, ...]
    heartbeats: tuple[HeartbeatSide, HeartbeatSide]
    verdicts: tuple[Verdict, Verdict]


@dataclass(frozen=True, slots=True)
class AlignedSessions:
    """Two sessions read and laid beside each other: they can be judged by one set of rules after another."""

    before: str
    after: str
    connections: tuple[AlignedConnections, ...]
    facts: tuple[FactDifference, ...]
    remarks: tuple[str, ...]


def align_sessions(
    before: TimelineReader,
    after: TimelineReader,
    *,
    connection: int | None = None,
    tell: Tell = lambda _words, _share: None,
) -> AlignedSessions:
    """Read two sessions and lay them beside each other.

    Args:
        before: the session that is the measure.
        after: the session that is measured.
        connection: only this one of ``before``, beside the first open one of ``after``.
        tell: told how far it is.

    Raises:
        RecordingError: one of them was never open.
    """
    old = read_recording(before, lambda share: tell("Reading A", share))
    new = read_recording(after, lambda share: tell("Reading B", share))
    firsts, seconds = old.chosen(connection), new.chosen(None)
    facts = []
    if connection is None and len(firsts) != len(seconds):
        facts.append(FactDifference("connections that were open", len(firsts), len(seconds)))
    aligned = [
        _aligned((before, first), (after, second), tell)
        for first, second in zip(firsts, seconds, strict=False)
    ]
    return AlignedSessions(old.name, new.name, tuple(aligned), tuple(facts), tuple(_damage(old, new)))


def judge(sessions: AlignedSessions, rules: Rules, tell: Tell = lambda _words, _share: None) -> Comparison:
    """Say what of two sessions differs.

    Args:
        sessions: laid beside each other.
        rules: what is left out.
        tell: told how far it is.
    """
    compared = tuple(_judged(rules, row, tell) for row in sessions.connections)
    return Comparison(sessions.before, sessions.after, compared, sessions.facts, sessions.remarks)


_Located = tuple[TimelineReader, RecordedConnection]


def _damage(*recordings: Recording) -> Iterator[str]:
    for recording in recordings:
        if recording.damage:
            yield recording.damage


def _aligned(before: _Located, after: _Located, tell: Tell) -> AlignedConnections:
    (old_reader, old), (new_reader, new) = before, after
    looks = Looks()
    olds = server_messages(old.moments, looks, lambda share: tell("Understanding A", share))
    news = server_messages(new.moments, looks, lambda share: tell("Understanding B", share))
    tell("Aligning", 0.5)
    pairs = align(olds, news, streams(old.moments, olds) | streams(new.moments, news))
    for connection, is_first in ((old, True), (new, False)):
        if ending(connection) is None:
            pairs = cut_short(pairs, before=is_first)
    tell("Looking how they ended", 0.9)
    heartbeats = (heartbeat_side(old_reader, old), heartbeat_side(new_reader, new))
    verdicts = (diagnose(old_reader, old.number), diagnose(new_reader, new.number))
    return AlignedConnections(old, new, tuple(pairs), heartbeats, verdicts)


def _judged(rules: Rules, row: AlignedConnections, tell: Tell) -> ConnectionComparison:
    old, new = row.before, row.after
    judging = _Judge(rules, _said(old), _said(new))
    moved = out_of_order(row.pairs) if rules.in_order else frozenset()
    judged = []
    for number, pair in enumerate(row.pairs):
        if number % TOLD_EVERY == 0:
            tell("Comparing", number / len(row.pairs))
        said = judging.judged(pair)
        if number in moved and said.what == "equal":
            said = msgspec.structs.replace(said, what="moved")
        judged.append(said)
    differences = tuple(pair for pair in judged if pair.counts)
    facts = [
        *opening_differences(old, new),
        *heartbeat_differences(*row.heartbeats),
        *ending_differences(old, new),
    ]
    return ConnectionComparison(
        old.number,
        new.number,
        sum(pair.before is not None and pair.after is not None for pair in row.pairs)
        - sum(pair.what in ("changed", "moved") for pair in differences),
        differences,
        tuple(facts),
        judging.ignored,
        _surplus(row.pairs),
        row.heartbeats,
        row.verdicts,
        (_client_messages(old), _client_messages(new)),
        tuple(_remarks(old, new)),
        tuple(judged),
        (ending(old), ending(new)),
    )


def _client_messages(connection: RecordedConnection) -> int:
    return sum(moment.is_message for moment in connection.sent)


def _said(connection: RecordedConnection) -> frozenset[str | int | float]:
    contents = (read_content(moment.payload) for moment in connection.sent if moment.is_message)
    values = (value for content in contents if content is not None for _, value in scalars(content.value))
    return frozenset(value for value in values if type(value) in (str, int, float))


class _Judge:
    """Says of pairs what they are, and keeps what is left out."""

    def __init__(
        self,
        rules: Rules,
        said_before: frozenset[str | int | float],
        said_after: frozenset[str | int | float],
    ) -> None:
        self._rules = rules
        self._said = said_before, said_after
        self._ignored: dict[tuple[Shape, Place, str], int] = {}
        self._shapes: dict[Shape, str] = {}

    @property
    def ignored(self) -> tuple[IgnoredPlace, ...]:
        """What was left out, by shape and place."""
        return tuple(
            IgnoredPlace(shape_text(shape), place_text(place), why, times)
            for (shape, place, why), times in self._ignored.items()
        )

    def judged(self, pair: Pair) -> MessagePair:
        before, after = pair.before, pair.after
        item = before or after
        assert item is not None
        shape = self._shapes.get(item.shape) or self._named(item.shape)
        both = _message(before), _message(after)
        if before is None or after is None:
            what = "surplus" if pair.surplus else "missing" if after is None else "extra"
            return MessagePair(what, shape, *both)
        if before.is_the_same_as(after):
            return MessagePair("equal", shape, *both)
        old, new = before.content, after.content
        if old is None or new is None:
            return MessagePair(self._opaque(before, after), shape, *both)
        sides = Side(before.moment.t_ns, self._said[0]), Side(after.moment.t_ns, self._said[1])
        counting, ignored = self._changes(before.shape, changes(old.value, new.value), sides)
        framed = old.framing == new.framing and before.moment.kind == after.moment.kind
        return MessagePair("equal" if framed and not counting else "changed", shape, *both, counting, ignored)

    def _named(self, shape: Shape) -> str:
        self._shapes[shape] = shape_text(shape)
        return self._shapes[shape]

    def _opaque(self, before: Item, after: Item) -> str:
        """Two that are not both JSON: the same to the byte, or not."""
        same = before.token == after.token and before.moment.kind == after.moment.kind
        everything = self._rules.why_ignored(Change((), None, None), _side(before), _side(after))
        return "equal" if same or everything else "changed"

    def _changes(
        self, shape: Shape, found: Iterable[Change], sides: tuple[Side, Side]
    ) -> tuple[tuple[Change, ...], tuple[Ignored, ...]]:
        counting: list[Change] = []
        ignored: list[Ignored] = []
        for change in found:
            why = self._rules.why_ignored(change, *sides)
            if not why:
                counting.append(change)
                continue
            ignored.append(Ignored(change, why))
            place = tuple([0 if isinstance(key, int) else key for key in change.place])
            key = (shape, place, why)
            self._ignored[key] = self._ignored.get(key, 0) + 1
        return tuple(counting), tuple(ignored)


def _side(item: Item) -> Side:
    return Side(item.moment.t_ns)


def _message(item: Item | None) -> RecordedMessage | None:
    if item is None:
        return None
    moment = item.moment
    return RecordedMessage(moment.event, moment.payload, moment.size, moment.kind, moment.t_ns)


def _surplus(pairs: Iterable[Pair]) -> tuple[tuple[str, int], ...]:
    counts: dict[Shape, int] = {}
    for before, after, surplus in pairs:
        item = before or after
        if surplus and item is not None:
            counts[item.shape] = counts.get(item.shape, 0) + (1 if before is None else -1)
    return tuple((shape_text(shape), count) for shape, count in counts.items())


def _remarks(old: RecordedConnection, new: RecordedConnection) -> Iterator[str]:
    for which, side in (("first", old), ("second", new)):
        if ending(side) is None:
            yield f"The {which} session stops before its connection ended; how they ended is not compared."
    if not old.messages and not new.messages:
        yield "Neither session has a message; only the openings and the endings are compared."
