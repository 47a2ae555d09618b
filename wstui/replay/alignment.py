"""Which message of one server side stands beside which of the other. Pure.

By message, never by time: within one shape in order, by id where ids tell them apart, and around what
one side has more of. Shapes may interleave as they like. What is left over is paired where both
sides have something left after the same request: an answer that has another shape now.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, NamedTuple

import msgspec

from wstui.engine.json_path import Place
from wstui.replay.difference import masked
from wstui.replay.recording import Moment
from wstui.replay.shapes import Content, Shape, content_shape, identities, read_content

_MOST_CELLS = 4_000_000
"""Above this many comparisons, order alone decides."""

_STREAM_LEAST = 5
_STREAM_PER_REQUEST = 4


@dataclass(frozen=True, slots=True)
class Item:
    """A message of the server."""

    moment: Moment
    slot: int
    """How many messages the client had sent before."""
    content: Content | None
    shape: Shape

    @property
    def token(self) -> bytes:
        """Equal for messages that say the same, times and generated ids apart."""
        if self.content is not None:
            return _token(self.content, self.moment.t_ns)
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


def server_messages(moments: Sequence[Moment]) -> list[Item]:
    """What the server said."""
    items, slot = [], 0
    for moment in moments:
        if moment.is_message and moment.is_sent:
            slot += 1
        elif moment.is_message:
            items.append(_item(moment, slot))
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
    counts = Counter(item.shape for item in items if item.content is not None or not requests)
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


def _other(pair: Pair, *, before: bool) -> int:
    """The event on the side that goes on."""
    item = pair.after if before else pair.before
    return 0 if item is None else item.moment.event


def _item(moment: Moment, slot: int) -> Item:
    content = None if moment.is_cut else read_content(moment.payload)
    if content is None:
        return Item(moment, slot, None, (moment.kind,))
    return Item(moment, slot, content, content_shape(moment.kind, content))


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
    if len(before) * len(after) > _MOST_CELLS:
        return [Pair(*both) for both in zip_longest(before, after)]
    return list(_by_token(before, after))


def _by_token(before: list[Item], after: list[Item]) -> Iterator[Pair]:
    matcher = SequenceMatcher(None, [i.token for i in before], [i.token for i in after], autojunk=False)
    for _, b1, b2, a1, a2 in matcher.get_opcodes():
        for old, new in zip_longest(before[b1:b2], after[a1:a2]):
            yield Pair(old, new)


def _by_id(before: list[Item], after: list[Item]) -> list[Pair] | None:
    """Pairs by an id that both sides share and that tells their messages apart; None: there is none."""
    if len(before) < 2 or len(after) < 2:
        return None
    for place in dict(_ids(before[0])):
        old = {dict(_ids(item)).get(place): item for item in before}
        new = {dict(_ids(item)).get(place): item for item in after}
        whole = len(old) == len(before) and len(new) == len(after) and None not in old and None not in new
        if whole and 2 * len(old.keys() & new.keys()) >= min(len(old), len(new)):
            only_new = [Pair(None, item) for value, item in new.items() if value not in old]
            return [*(Pair(item, new.get(value)) for value, item in old.items()), *only_new]
    return None


def _ids(item: Item) -> Iterator[tuple[Place, Any]]:
    return identities(item.content.value) if item.content is not None else iter(())


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
