"""Values that one side said first and the other said again: tokens, session ids, request numbers.

When a recording is made live, the first value becomes another one, and the second must follow. A
link says: what stands here was taken from there. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wstui.engine.json_path import JsonPath, Place, replaced, scalars
from wstui.replay.recording import Moment
from wstui.replay.shapes import Content, is_counter_place, is_id_place, leaves, read_content

_MIN_TEXT = 6
_LONG_TEXT = 16
_MIN_INSIDE = 8
"""Shorter values are not looked for inside of longer texts: they would be found by chance."""
_MIN_NUMBER = 10_000

_TEXTS_SEARCHED = 1 << 16
_VALUES_SEARCHED = 1000
"""Beyond these, values are only looked for as whole members: a search inside texts would not end."""

_SCALARS = frozenset({str, int, float})
_GENERATED = re.compile(r"(?=.*\d)[\w.:/+=~-]+")
_SECRET_NAME = re.compile(r"token|secret|session|cookie|auth|key|challenge|sid$", re.IGNORECASE)

Scalar = str | int | float


class Source(NamedTuple):
    """Where a value was said first."""

    moment: int
    """Which moment, by its index in the list that was searched."""
    place: Place


class Link(NamedTuple):
    """In this moment (an index) the value at ``place`` holds what ``source`` said."""

    moment: int
    place: Place
    source: Source
    recorded: Scalar


@dataclass(frozen=True, slots=True)
class Capture:
    """A person's own link: ``name`` is what the path finds in the other side's messages."""

    name: str
    path: JsonPath


def find_links(
    moments: Sequence[Moment], *, by_client: bool, captures: Iterable[Capture] = ()
) -> dict[int, list[Link]]:
    """The links in what one side said, by the index of its moment.

    Args:
        moments: of one connection, in order.
        by_client: what the client said and took from the server, or the other way round.
        captures: places of the other side whose values count however they look.
    """
    wanted = _Wanted(moments, by_client=by_client)
    if not wanted:
        return {}
    known: dict[Scalar, Source] = {}
    own: set[Scalar] = set()
    paths = [capture.path for capture in captures]
    links: dict[int, list[Link]] = {}
    for index, content in _contents(moments):
        values = _scalars_in(content)
        if moments[index].is_sent != by_client:
            if paths or wanted.may_use_any(values):
                offered = _offered(content, paths, wanted)
                known.update((value, Source(index, place)) for place, value in offered if value not in own)
            continue
        found = _links(index, content, known) if _may_take(values, known) else []
        if found:
            links[index] = found
        own.update(wanted.offered.intersection(values).difference([link.recorded for link in found]))
    return links


def _links(index: int, content: Content, known: Mapping[Scalar, Source]) -> list[Link]:
    return [
        Link(index, place, *taken)
        for place, value in scalars(content.value)
        for taken in _taken(place, value, known)
    ]


def _may_take(values: Sequence[Scalar], known: Mapping[Scalar, Source]) -> bool:
    """Whether something in a message may come from a known value: a quick look."""
    if not known:
        return False
    if not known.keys().isdisjoint(values):
        return True
    return len(known) <= _VALUES_SEARCHED and any(
        isinstance(value, str) and len(value) > _MIN_INSIDE for value in values
    )


class _Wanted:
    """What the side that takes ever says: only that is worth remembering."""

    def __init__(self, moments: Sequence[Moment], *, by_client: bool) -> None:
        by_us = [moment.is_sent == by_client for moment in moments]
        fewer = 2 * sum(by_us) <= len(by_us)  # what only the side that talks more says is not kept
        few = {value for values in _values(moments, by_us, fewer) for value in values}
        texts: set[str] = set()
        common: set[Scalar] = set()
        for values in _values(moments, by_us, not fewer):
            common.update(few.intersection(values))
            if not fewer:
                texts.update([v for v in values if isinstance(v, str) and len(v) > _MIN_INSIDE])
        self._values, self.offered = (few, common) if fewer else (common, few)
        if fewer:
            texts.update([v for v in few if isinstance(v, str) and len(v) > _MIN_INSIDE])
        self._texts = "\n".join(texts)

    def __bool__(self) -> bool:
        return bool(self._values or self._texts)

    def may_use_any(self, values: Sequence[Scalar]) -> bool:
        """Whether one of the values is of use: a quick look."""
        return not self._values.isdisjoint(values) or (
            bool(self._texts)
            and any(len(v) >= _MIN_INSIDE and v in self._texts for v in values if type(v) is str)
        )

    def may_use(self, value: Scalar) -> bool:
        return value in self._values or (
            isinstance(value, str) and len(value) >= _MIN_INSIDE and value in self._texts
        )


def _values(moments: Sequence[Moment], by_us: list[bool], side: bool) -> Iterator[list[Scalar]]:
    """What the messages of one side say."""
    for moment, is_ours in zip(moments, by_us, strict=True):
        content = _content(moment) if is_ours == side else None
        if content is not None:
            yield _scalars_in(content)


def _scalars_in(content: Content) -> list[Scalar]:
    return [value for value in leaves(content.value) if type(value) in _SCALARS]


def _content(moment: Moment) -> Content | None:
    return read_content(moment.payload) if moment.is_message and not moment.is_cut else None


def _contents(moments: Sequence[Moment]) -> Iterator[tuple[int, Content]]:
    for index, moment in enumerate(moments):
        content = _content(moment)
        if content is not None:
            yield index, content


def _offered(content: Content, paths: list[JsonPath], wanted: _Wanted) -> Iterator[tuple[Place, Scalar]]:
    """Values that the other side says again, perhaps from here."""
    for place, value in scalars(content.value):
        if _is_scalar(value) and wanted.may_use(value) and (is_id_place(place) or _may_return(place, value)):
            yield place, value
    for path in paths:
        for place, value in path.find(content.value):
            if _is_scalar(value) and wanted.may_use(value):
                yield place, value


def _taken(place: Place, value: Any, known: Mapping[Scalar, Source]) -> Iterator[tuple[Source, Scalar]]:
    if not _is_scalar(value):
        return
    source = known.get(value)
    if source is not None:
        # A small number means something only where both sides call it an id.
        if is_id_place(place) or not is_id_place(source.place) or _may_return(source.place, value):
            yield source, value
    elif isinstance(value, str) and len(value) > _MIN_INSIDE and len(known) <= _VALUES_SEARCHED:
        for recorded, inner in known.items():
            if isinstance(recorded, str) and len(recorded) >= _MIN_INSIDE and recorded in value:
                yield inner, recorded


def _may_return(place: Place, value: Scalar) -> bool:
    """Whether meeting this value again can hardly be chance."""
    named = is_id_place(place) or bool(_SECRET_NAME.search(str(place[-1]) if place else ""))
    if isinstance(value, str):
        if named and len(value) >= 2:
            return not value.isdigit() or len(value) > 2
        return (len(value) >= _MIN_TEXT and bool(_GENERATED.fullmatch(value))) or (
            len(value) >= _LONG_TEXT and " " not in value
        )
    if isinstance(value, int):
        return abs(value) >= (100 if named or is_counter_place(place) else _MIN_NUMBER)
    return False


def _is_scalar(value: Any) -> bool:
    return type(value) in _SCALARS


@dataclass(slots=True)
class Answers:
    """What the other side really said in place of its recorded moments."""

    contents: dict[int, Content | None] = field(default_factory=dict)

    def put(self, index: int, payload: bytes) -> None:
        """The moment ``index`` became this message."""
        self.contents[index] = read_content(payload)

    def value(self, source: Source) -> Scalar | None:
        """What ``source`` says now; None where it says nothing there, or was not heard."""
        content = self.contents.get(source.moment)
        value: Any = None if content is None else content.value
        for key in source.place:
            try:
                value = value[key]
            except (LookupError, TypeError):
                return None
        return value if _is_scalar(value) else None


class Filled(NamedTuple):
    """A message with its links followed."""

    payload: bytes
    missing: list[Link]
    """Links whose source did not say anything: the recorded value stayed."""


def follow(payload: bytes, links: Sequence[Link], answers: Answers) -> Filled:
    """The message with today's values; untouched, to the byte, where they are the recorded ones."""
    pairs, missing = [], []
    for link in links:
        value = answers.value(link.source)
        if value is None:
            missing.append(link)
        elif value != link.recorded:
            pairs.append((link, value))
    content = read_content(payload) if pairs else None
    if content is None:
        return Filled(payload, missing)
    tree = content.value
    for link, value in pairs:
        tree = _put(tree, link, value)
    return Filled(Content(content.framing, tree).encode(), missing)


def _put(tree: Any, link: Link, value: Scalar) -> Any:
    current = tree
    for key in link.place:
        current = current[key]
    inside = isinstance(current, str) and current != link.recorded
    new = current.replace(str(link.recorded), str(value)) if inside else value
    return replaced(tree, link.place, new)
