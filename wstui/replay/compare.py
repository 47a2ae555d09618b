"""Two sessions beside each other: what their servers said, how their heartbeats went, how they ended.

Pure over two readers. A difference of content, of the opening or of the ending counts; times and
round trips are only shown.
"""

from collections.abc import Iterable, Iterator, Sequence

from wstui.diagnosis import diagnose
from wstui.engine.json_path import JsonPath, Place, place_text, scalars
from wstui.replay.alignment import Item, Pair, align, cut_short, server_messages, streams
from wstui.replay.comparison import (
    Comparison,
    ConnectionComparison,
    FactDifference,
    IgnoredPlace,
    MessageDifference,
    RecordedMessage,
)
from wstui.replay.connection_facts import (
    ending,
    ending_differences,
    heartbeat_differences,
    heartbeat_side,
    opening_differences,
)
from wstui.replay.difference import Change, Rules, Side, changes
from wstui.replay.recording import RecordedConnection, Recording, read_recording
from wstui.replay.shapes import Shape, read_content, shape_text
from wstui.timeline import TimelineReader


def compare(
    before: TimelineReader,
    after: TimelineReader,
    *,
    ignore: Sequence[JsonPath] = (),
    automatic: bool = True,
    connection: int | None = None,
) -> Comparison:
    """Compare two recorded sessions.

    Args:
        before: the session that is the measure.
        after: the session that is measured.
        ignore: places whose changes do not count.
        automatic: leave out times and generated ids without being told.
        connection: only this one of ``before``, beside the first open one of ``after``.

    Raises:
        RecordingError: one of them was never open.
    """
    old, new = read_recording(before), read_recording(after)
    firsts, seconds = old.chosen(connection), new.chosen(None)
    rules = Rules(tuple(ignore), automatic)
    facts = []
    if connection is None and len(firsts) != len(seconds):
        facts.append(FactDifference("connections that were open", len(firsts), len(seconds)))
    compared = [
        _connections(rules, (before, first), (after, second))
        for first, second in zip(firsts, seconds, strict=False)
    ]
    return Comparison(old.name, new.name, tuple(compared), tuple(facts), tuple(_damage(old, new)))


_Located = tuple[TimelineReader, RecordedConnection]


def _damage(*recordings: Recording) -> Iterator[str]:
    for recording in recordings:
        if recording.damage:
            yield recording.damage


def _connections(rules: Rules, before: _Located, after: _Located) -> ConnectionComparison:
    (old_reader, old), (new_reader, new) = before, after
    olds, news = server_messages(old.moments), server_messages(new.moments)
    pairs = align(olds, news, streams(old.moments, olds) | streams(new.moments, news))
    for connection, is_first in ((old, True), (new, False)):
        if ending(connection) is None:
            pairs = cut_short(pairs, before=is_first)
    judge = _Judge(rules, _said(old), _said(new))
    differences = tuple(judge.differences(pairs))
    heartbeats = (heartbeat_side(old_reader, old), heartbeat_side(new_reader, new))
    verdicts = (diagnose(old_reader, old.number), diagnose(new_reader, new.number))
    facts = [
        *opening_differences(old, new),
        *heartbeat_differences(*heartbeats),
        *ending_differences(old, new),
    ]
    surplus = _surplus(pairs)
    return ConnectionComparison(
        old.number,
        new.number,
        sum(pair.before is not None and pair.after is not None for pair in pairs)
        - sum(row.what == "changed" for row in differences),
        differences,
        tuple(facts),
        judge.ignored,
        surplus,
        heartbeats,
        verdicts,
        (_client_messages(old), _client_messages(new)),
        tuple(_remarks(old, new)),
    )


def _client_messages(connection: RecordedConnection) -> int:
    return sum(moment.is_message for moment in connection.sent)


def _said(connection: RecordedConnection) -> frozenset[str | int | float]:
    contents = (read_content(moment.payload) for moment in connection.sent if moment.is_message)
    values = (value for content in contents if content is not None for _, value in scalars(content.value))
    return frozenset(value for value in values if type(value) in (str, int, float))


class _Judge:
    """Finds what counts, and keeps what does not."""

    def __init__(
        self,
        rules: Rules,
        said_before: frozenset[str | int | float],
        said_after: frozenset[str | int | float],
    ) -> None:
        self._rules = rules
        self._said = said_before, said_after
        self._ignored: dict[tuple[Shape, Place, str], int] = {}

    @property
    def ignored(self) -> tuple[IgnoredPlace, ...]:
        """What was left out, by shape and place."""
        return tuple(
            IgnoredPlace(shape_text(shape), place_text(place), why, times)
            for (shape, place, why), times in self._ignored.items()
        )

    def differences(self, pairs: Iterable[Pair]) -> Iterator[MessageDifference]:
        for before, after, surplus in pairs:
            if surplus:
                continue
            if before is None or after is None:
                yield _one_sided(before, after)
            elif (found := self._changed(before, after)) is not None:
                yield found

    def _changed(self, before: Item, after: Item) -> MessageDifference | None:
        if before.is_the_same_as(after):
            return None
        both = _message(before), _message(after)
        shape = shape_text(before.shape)
        if before.content is None or after.content is None:
            same = before.token == after.token and before.moment.kind == after.moment.kind
            everything = self._rules.why_ignored(Change((), None, None), _side(before), _side(after))
            return None if same or everything else MessageDifference("changed", shape, *both)
        counting = tuple(self._counting(before, after))
        framed = before.content.framing == after.content.framing and before.moment.kind == after.moment.kind
        return None if framed and not counting else MessageDifference("changed", shape, *both, counting)

    def _counting(self, before: Item, after: Item) -> Iterator[Change]:
        assert before.content is not None
        assert after.content is not None
        sides = Side(before.moment.t_ns, self._said[0]), Side(after.moment.t_ns, self._said[1])
        for change in changes(before.content.value, after.content.value):
            why = self._rules.why_ignored(change, *sides)
            if why:
                place = tuple(0 if isinstance(key, int) else key for key in change.place)
                key = (before.shape, place, why)
                self._ignored[key] = self._ignored.get(key, 0) + 1
            else:
                yield change


def _side(item: Item) -> Side:
    return Side(item.moment.t_ns)


def _one_sided(before: Item | None, after: Item | None) -> MessageDifference:
    item = before or after
    assert item is not None
    what = "missing" if before is not None else "extra"
    return MessageDifference(
        what,
        shape_text(item.shape),
        None if before is None else _message(before),
        None if after is None else _message(after),
    )


def _message(item: Item) -> RecordedMessage:
    return RecordedMessage(item.moment.event, item.moment.payload, item.moment.size)


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
