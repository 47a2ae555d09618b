"""Which recorded message a live one stands for, as they come.

First by the id that answers a request, then by shape in order; last, a message of a shape that the
recording does not know stands in for one that is still missing: an answer that has changed is an
answer all the same. Pure; a message costs a few lookups, however long the recording is.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from itertools import islice

from wstui.engine.json_path import Place
from wstui.replay.links import Answers, Link
from wstui.replay.recording import Moment
from wstui.replay.shapes import Shape, content_shape, identities, read_content

_Ids = dict[Place, str | int]


class Ledger:
    """The recorded messages of one side, and which of them have come."""

    def __init__(
        self,
        moments: Sequence[Moment],
        *,
        from_client: bool,
        links: Mapping[int, list[Link]] | None = None,
        answers: Answers | None = None,
        stand_ins: bool = True,
    ) -> None:
        """All are missing.

        Args:
            moments: of one connection, both sides, in order.
            from_client: whose messages are kept here.
            links: what this side took from the other, see :func:`~wstui.replay.links.find_links`.
            answers: what the other side really said; ids are expected accordingly.
            stand_ins: let unknown shapes stand in for missing messages.
        """
        self._links = links or {}
        self._answers = answers or Answers()
        self._stand_ins = stand_ins
        self._by_shape: dict[Shape, deque[int]] = defaultdict(deque)
        self._missing: dict[int, Shape] = {}
        self._ids: dict[int, _Ids] = {}
        self._shapes: set[Shape] = set()
        self._order: deque[int] = deque()
        """The missing ones in order; some behind the first may have come."""
        for index, moment in enumerate(moments):
            if moment.is_message and moment.is_sent == from_client:
                shape, self._ids[index] = _read(moment)
                self._by_shape[shape].append(index)
                self._missing[index] = shape
                self._order.append(index)
                self._shapes.add(shape)

    @property
    def missing(self) -> list[int]:
        """The indices of the moments that have not come, in order."""
        return list(self._missing)

    def first_missing(self, before: int) -> int | None:
        """The first moment before the index ``before`` that has not come."""
        index = self._first()
        return index if index is not None and index < before else None

    def is_missing(self, index: int) -> bool:
        """Whether this one has not come."""
        return index in self._missing

    def shape(self, index: int) -> Shape | None:
        """The shape of a missing one."""
        return self._missing.get(index)

    def take(self, kind: str, payload: bytes) -> int | None:
        """A message came: the index of the moment that it stands for; None: of none."""
        content = read_content(payload)
        shape = (kind,) if content is None else content_shape(kind, content)
        ids: _Ids = {} if content is None else dict(identities(content.value))
        index = self._answering(shape, ids) if ids else None
        if index is None:
            index = self._next_of(shape)
        if index is None and self._stand_ins and shape not in self._shapes:
            index = self._first()
        if index is not None:
            del self._missing[index]
        return index

    def strike(self, index: int) -> None:
        """This one has come."""
        del self._missing[index]

    def expected_ids(self, index: int) -> _Ids:
        """The ids of a recorded message, with what its links make of them now."""
        ids = dict(self._ids[index])
        for link in self._links.get(index, ()):
            value = self._answers.value(link.source)
            if isinstance(value, str | int) and ids.get(link.place) == link.recorded:
                ids[link.place] = value
        return ids

    def _answering(self, shape: Shape, ids: Mapping[Place, str | int]) -> int | None:
        """The missing message with these very ids: of this shape, or, where it has a link, of any."""
        for index in islice(self._queue(shape), _LOOK_AHEAD):
            if index in self._missing and _agree(self.expected_ids(index), ids):
                return index
        self._first()
        for index in islice(self._order, _LOOK_AHEAD if self._stand_ins else 0):
            if index not in self._missing:
                continue
            linked = {link.place for link in self._links.get(index, ())}
            expected = self.expected_ids(index)
            if any(place in linked and ids.get(place) == value for place, value in expected.items()):
                return index
        return None

    def _next_of(self, shape: Shape) -> int | None:
        return next(iter(self._queue(shape)), None)

    def _first(self) -> int | None:
        return next(iter(self._pruned(self._order)), None)

    def _queue(self, shape: Shape) -> deque[int]:
        """The missing ones of a shape, the first one in front; some behind it may have come."""
        return self._pruned(self._by_shape.get(shape) or deque())

    def _pruned(self, queue: deque[int]) -> deque[int]:
        while queue and queue[0] not in self._missing:
            queue.popleft()
        return queue


_LOOK_AHEAD = 64
"""Moments among which an id is looked for: answers do not come later than that."""


def _agree(expected: Mapping[Place, str | int], ids: Mapping[Place, str | int]) -> bool:
    return bool(expected) and all(ids.get(place) == value for place, value in expected.items())


def _read(moment: Moment) -> tuple[Shape, _Ids]:
    content = None if moment.is_cut else read_content(moment.payload)
    if content is None:
        return (moment.kind,), {}
    return content_shape(moment.kind, content), dict(identities(content.value))
