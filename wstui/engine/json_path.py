"""Places in JSON: a small part of JSONPath (RFC 9535), as captures, ignore rules and reports use it.

``$.a.b[0]``, ``$['odd name']``, ``$.rows[*].id``, ``$..token``. Pure: decoded JSON in, values out. A path
that holds neither ``*`` nor ``..`` names one place; :func:`parse_path` takes it without the ``$`` too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]
"""Where a value stands: the keys and indices from the root."""

_STEP = re.compile(
    r"""(?:(?P<deep>\.\.)|\.)?(?:
        (?P<name>[^\s.\[\]'"*$]+)
        | (?P<star>\*)
        | \[\s*(?:(?P<index>-?\d+)|(?P<any>\*)|'(?P<single>[^']*)'|"(?P<double>[^"]*)")\s*\]
    )""",
    re.VERBOSE,
)
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w-]*")


class PathError(ValueError):
    """Not a path; the message is a clause that says what was expected."""


@dataclass(frozen=True, slots=True)
class _Step:
    key: str | int | None
    """None: any."""
    deep: bool
    """Anywhere below."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path, read."""

    text: str
    steps: tuple[_Step, ...]

    def find(self, value: Any) -> Iterator[tuple[Place, Any]]:
        """Every place that the path names in ``value``, and what stands there."""
        found: list[tuple[Place, Any]] = [((), value)]
        for step in self.steps:
            found = [hit for place, inner in found for hit in _take(step, place, inner)]
        yield from found

    def first(self, value: Any) -> Any:
        """The first value that the path names.

        Raises:
            LookupError: there is none.
        """
        for _, found in self.find(value):
            return found
        raise LookupError(self.text)

    def covers(self, place: Place) -> bool:
        """Whether the path names this place, or one that it lies in."""
        return _covers(self.steps, place)


def parse_path(text: str) -> JsonPath:
    """Read a path.

    Raises:
        PathError: it is none.
    """
    rest = text.strip()
    body = rest[1:] if rest.startswith("$") else f".{rest}" if rest[:1] not in (".", "[") else rest
    steps, position = [], 0
    while position < len(body):
        found = _STEP.match(body, position)
        if found is None:
            raise PathError("expected a JSON path such as $.data.token, $.rows[0].id or $..time")
        steps.append(_Step(_key(found), found["deep"] is not None))
        position = found.end()
    if not rest:
        raise PathError("expected a JSON path such as $.data.token")
    return JsonPath(rest, tuple(steps))


def place_text(place: Place) -> str:
    """A place as a path: ``$.rows[0].id``."""
    parts = ["$"]
    for key in place:
        if isinstance(key, int):
            parts.append(f"[{key}]")
        elif _PLAIN_NAME.fullmatch(key):
            parts.append(f".{key}")
        else:
            quote = '"' if "'" in key else "'"
            parts.append(f"[{quote}{key}{quote}]")
    return "".join(parts)


def replaced(value: Any, place: Place, new: Any) -> Any:
    """A copy of ``value`` with ``new`` at ``place``, which must be there."""
    if not place:
        return new
    key, rest = place[0], place[1:]
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[key] = replaced(copy[key], rest, new)  # type: ignore[index]
    return copy


def scalars(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value that is neither object nor list, with its place, in order. Flat: depth costs no stack."""
    waiting: list[tuple[Place, Any]] = [(place, value)]
    while waiting:
        at, inner = waiting.pop()
        if isinstance(inner, dict):
            waiting.extend((*reversed([((*at, key), below) for key, below in inner.items()]),))
        elif isinstance(inner, list):
            waiting.extend((*reversed([((*at, index), below) for index, below in enumerate(inner)]),))
        else:
            yield at, inner


def _key(found: re.Match[str]) -> str | int | None:
    if found["index"] is not None:
        return int(found["index"])
    for group in ("name", "single", "double"):
        if found[group] is not None:
            return found[group]
    return None


def _take(step: _Step, place: Place, value: Any) -> Iterator[tuple[Place, Any]]:
    waiting = [(place, value)]
    while waiting:
        at, inner = waiting.pop()
        children = list(_children(at, inner))
        for child in children:
            if _fits(step.key, child[0][-1], inner):
                yield child
        if step.deep:
            waiting.extend(reversed(children))


def _children(place: Place, value: Any) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*place, key), inner
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield (*place, index), inner


def _fits(wanted: str | int | None, key: str | int, within: Any) -> bool:
    if isinstance(wanted, int) and wanted < 0 and isinstance(within, list):
        return key == len(within) + wanted
    return wanted is None or wanted == key


def _covers(steps: tuple[_Step, ...], place: Place) -> bool:
    if not steps:
        return True
    if not place:
        return False
    step, rest = steps[0], place[1:]
    if (step.key is None or step.key == place[0]) and _covers(steps[1:], rest):
        return True
    return step.deep and _covers(steps, rest)
