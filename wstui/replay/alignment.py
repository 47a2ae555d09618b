"""Which message of one server side stands beside which of the other. Pure.

By message, never by time: within one shape in order, by id where ids tell them apart, and around what
one side has more of. Shapes may interleave as they like. What is left over is paired where both
sides have something left after the same request: an answer that has another shape now.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

import msgspec

from wstui.engine.json_path import Place
from wstui.replay.difference import masked
from wstui.replay.recording import TOLD_EVERY, Moment
from wstui.replay.shapes import Content, Shape, content_shape, identities, read_content

_MOST_CELLS = 4_000_000
"""Above this many comparisons, only what is said once is looked for; else order decides."""

_REMEMBERED_BYTES = 4096
"""What a longer message shows is not kept: it hardly comes twice."""

_STREAM_LEAST = 5
_STREAM_PER_REQUEST = 4


class Item(msgspec.Struct, frozen=True, gc=False):
    """A message of the server. What it says is read when it is asked for: a recording may be long."""

    moment: Moment
    slot: int
    """How many messages the client had sent before."""
    shape: Shape
    is_json: bool
    ids: tuple[tuple[Place, str | int], ...] = ()
    """What names it among its like."""

    @property
    def content(self) -> Content | None:
        """The message as JSON."""
        return read_content(self.moment.payload) if self.is_json else None

    @property
    def token(self) -> bytes:
        """Equal for messages that say the same, times and generated ids apart."""
        if (content := self.content) is not None:
            return _token(content, self.moment.t_ns)
        digest = str(self.moment.detail.get("sha256", "")) if self.moment.is_cut else ""
        return digest.encode() + self.moment.payload

    def is_the_same_as(self, other: "Item") -> bool:
        """Whether it is the other to the byte."""
        one, two = self.moment, other.moment
        whole = not one.is_cut and not two.is_cut
        return whole and one.kind == two.kind and one.payload == two.payload


class Pair(NamedTuple):
    """Two messages that stand beside each other; None: there is none on that side."""

    before: Item | None
    after: Item | None
    surplus: bool = False
    """Only more of a stream at its end: how long one listened, not what was said."""


class _Look(NamedTuple):
    """What a payload shows."""

    shape: Shape
    is_json: bool
    ids: tuple[tuple[Place, str | int], ...]


class Looks:
    """Looks at messages: at those that are the same to the byte only once. Equal shapes are one object."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], _Look] = {}
        self._shapes: dict[Shape, Shape] = {}

    def at(self, moment: Moment) -> _Look:
        """What one message shows."""
        if moment.is_cut:
            return _Look((moment.kind,), is_json=False, ids=())
        key = moment.kind, moment.payload
        look = self._known.get(key)
        if look is None:
            look = self._look(*key)
            if len(moment.payload) <= _REMEMBERED_BYTES:
                self._known[key] = look
        return look

    def _look(self, kind: str, payload: bytes) -> _Look:
        content = read_content(payload)
        if content is None:
            return _Look((kind,), is_json=False, ids=())
        shape = content_shape(kind, content)
        return _Look(self._shapes.setdefault(shape, shape), True, tuple(identities(content.value)))


def server_messages(
    moments: Sequence[Moment],
    looks: Looks | None = None,
    tell: Callable[[float], None] = lambda _: None,
) -> list[Item]:
    """What the server said.

    Args:
        moments: of one connection.
        looks: shared with the other side, whose messages may be the same.
        tell: told now and then how much of it is read, 0 to 1; whatever it raises ends the reading.
    """
    looks = looks or Looks()
    items, slot = [], 0
    for number, moment in enumerate(moments):
        if number % TOLD_EVERY == 0:
            tell(number / len(moments))
        if not moment.is_message:
            continue
        if moment.is_sent:
            slot += 1
        else:
            items.append(Item(moment, slot, *looks.at(moment)))
    return items


def streams(moments: Sequence[Moment], items: Sequence[Item] | None = None) -> frozenset[Shape]:
    """Shapes that flow by themselves: many more of them than the client asked anything.

    Args:
        moments: of one connection.
        items: what the server said, where that is known already.
    """
    items = server_messages(moments) if items is None else items
    requests = sum(moment.is_message and moment.is_sent for moment in moments)
    least = max(_STREAM_LEAST, _STREAM_PER_REQUEST * requests)
    counts = Counter(item.shape for item in items if item.is_json or not requests)
    return frozenset(shape for shape, count in counts.items() if count >= least)


def align(
    before: Sequence[Item], after: Sequence[Item], flowing: frozenset[Shape] = frozenset()
) -> list[Pair]:
    """Pairs in the order of the first side; what only the second has comes last.

    Args:
        before: the first side.
        after: the second side.
        flowing: shapes of which more or fewer at the end mean nothing.
    """
    first, second = _by_shape(before), _by_shape(after)
    pairs: list[Pair] = []
    for shape in dict.fromkeys((*first, *second)):
        pairs += _surplus_marked(_aligned(first.get(shape, []), second.get(shape, [])), shape in flowing)
    return sorted(_other_shapes(pairs), key=_place)


def cut_short(pairs: Sequence[Pair], *, before: bool) -> list[Pair]:
    """The pairs where one recording stops: what the other has after the last pair means nothing.

    Args:
        pairs: as :func:`align` gives them.
        before: whether it is the first recording that stops.
    """
    paired = [pair for pair in pairs if pair.before is not None and pair.after is not None]
    last = max((_other(pair, before=before) for pair in paired), default=0)
    return [
        pair._replace(surplus=True)
        if (pair.before if before else pair.after) is None and _other(pair, before=before) > last
        else pair
        for pair in pairs
    ]


def out_of_order(pairs: Sequence[Pair]) -> frozenset[int]:
    """The pairs that came in another order on the second side: as few as would have to be moved.

    Args:
        pairs: as :func:`align` gives them.

    Returns:
        Their places in ``pairs``: all but a longest run of pairs in which both sides' events increase.
    """
    both = [
        (at, pair.after.moment.event)
        for at, pair in enumerate(pairs)
        if pair.before is not None and pair.after is not None
    ]
    kept = {both[at][0] for at in _longest_rise([event for _, event in both])}
    return frozenset(at for at, _ in both if at not in kept)


def _longest_rise(values: Sequence[int]) -> list[int]:
    """The places of a longest run of values that increase, others between them left out."""
    ends: list[int] = []
    """For each length the least value that a run of this length can end with; and, below, its place."""
    last: list[int] = []
    before: list[int] = []
    for at, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        last[length : length + 1] = [at]
    rise: list[int] = []
    at = last[-1] if last else -1
    while at >= 0:
        rise.append(at)
        at = before[at]
    return rise[::-1]


def _other(pair: Pair, *, before: bool) -> int:
    """The event on the side that goes on."""
    item = pair.after if before else pair.before
    return 0 if item is None else item.moment.event


def _token(content: Content, t_ns: int) -> bytes:
    try:
        return content.framing.encode() + msgspec.json.encode(masked(content.value, t_ns), order="sorted")
    except RecursionError:
        return content.encode()


def _by_shape(items: Iterable[Item]) -> dict[Shape, list[Item]]:
    found: dict[Shape, list[Item]] = defaultdict(list)
    for item in items:
        found[item.shape].append(item)
    return found


def _aligned(before: list[Item], after: list[Item]) -> list[Pair]:
    by_id = _by_id(before, after)
    if by_id is not None:
        return by_id
    if len(before) * len(after) <= _MOST_CELLS:
        return list(_by_token(before, after))
    if len(before) == len(after):
        return [Pair(*both) for both in zip_longest(before, after)]
    return list(_by_anchors(before, after))


def _by_anchors(before: list[Item], after: list[Item]) -> Iterator[Pair]:
    """Of very many: what each side says once stands beside itself, the rest fills the gaps between."""
    olds, news = _said_once(before), _said_once(after)
    common = [(old, news[token]) for token, old in olds.items() if token in news]
    old_from = new_from = 0
    for at in _longest_rise([new for _, new in common]):
        old, new = common[at]
        yield from _gap(before[old_from:old], after[new_from:new])
        yield Pair(before[old], after[new])
        old_from, new_from = old + 1, new + 1
    yield from _gap(before[old_from:], after[new_from:])


def _said_once(items: list[Item]) -> dict[bytes, int]:
    """The places of what is said only once, in order."""
    tokens = [item.token for item in items]
    counts = Counter(tokens)
    return {token: at for at, token in enumerate(tokens) if counts[token] == 1}


def _gap(before: list[Item], after: list[Item]) -> Iterator[Pair]:
    if 0 < len(before) * len(after) <= _MOST_CELLS:
        yield from _by_token(before, after)
    else:
        yield from (Pair(*both) for both in zip_longest(before, after))


def _by_token(before: list[Item], after: list[Item]) -> Iterator[Pair]:
    matcher = SequenceMatcher(None, [i.token for i in before], [i.token for i in after], autojunk=False)
    for _, b1, b2, a1, a2 in matcher.get_opcodes():
        for old, new in zip_longest(before[b1:b2], after[a1:a2]):
            yield Pair(old, new)


def _by_id(before: list[Item], after: list[Item]) -> list[Pair] | None:
    """Pairs by an id that both sides share and that tells their messages apart; None: there is none."""
    if len(before) < 2 or len(after) < 2:
        return None
    for place, _ in before[0].ids:
        old, new = _by_place(before, place), _by_place(after, place)
        if old is None or new is None:
            continue
        if 2 * len(old.keys() & new.keys()) >= min(len(old), len(new)):
            only_new = [Pair(None, item) for value, item in new.items() if value not in old]
            return [*(Pair(item, new.get(value)) for value, item in old.items()), *only_new]
    return None


def _by_place(items: list[Item], place: Place) -> dict[str | int, Item] | None:
    """The items by their id at a place; None: it does not tell all of them apart."""
    found: dict[str | int, Item] = {}
    for item in items:
        value = next((value for at, value in item.ids if at == place), None)
        if value is None or value in found:
            return None
        found[value] = item
    return found


def _surplus_marked(pairs: list[Pair], flows: bool) -> list[Pair]:
    """A stream's last pairs, as long as they have only one side and always the same one."""
    if not flows:
        return pairs
    marked = list(pairs)
    index = len(marked) - 1
    while index >= 0 and (marked[index].before is None or marked[index].after is None):
        if (marked[index].before is None) != (marked[-1].before is None):
            break
        marked[index] = marked[index]._replace(surplus=True)
        index -= 1
    return marked


def _other_shapes(pairs: list[Pair]) -> list[Pair]:
    """Pair what is left over on both sides after the same request."""
    left: dict[int, list[Item]] = defaultdict(list)
    for pair in pairs:
        if pair.before is None and pair.after is not None and not pair.surplus:
            left[pair.after.slot].append(pair.after)
    done: list[Pair] = []
    taken: set[int] = set()
    for pair in pairs:
        if pair.before is not None and pair.after is None and not pair.surplus and left[pair.before.slot]:
            partner = left[pair.before.slot].pop(0)
            taken.add(id(partner))
            done.append(Pair(pair.before, partner))
        else:
            done.append(pair)
    return [pair for pair in done if pair.before is not None or id(pair.after) not in taken]


def _place(pair: Pair) -> tuple[int, int]:
    if pair.before is not None:
        return 0, pair.before.moment.event
    return 1, pair.after.moment.event if pair.after is not None else 0
