"""One dialect's shapes in one direction, arranged so that ordinary messages are rejected at once.

A whole short message is looked up; a beginning is looked up; of a JSON object only the members that
tell its kind are read. Only what none of these can decide costs a search for a literal.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from wstui.dialects.patterns import CompiledPattern, Hit, reader_of
from wstui.dialects.schema import MessageShape, Scalar

_OBJECT_BEGINS = frozenset({b"{", b" ", b"\n", b"\r", b"\t"})
_PRESENT = "\ud800"
"""Stands for any value: JSON cannot hold it."""
_SCALARS = frozenset({str, int, float, bool})
SHARED_BYTES = 5
"""Literals that begin alike for so long are searched for as one."""


class Rule(NamedTuple):
    """A shape, ready to be tried."""

    place: int
    """Where it stands in the file: the first that matches counts."""
    needle: bytes
    max_bytes: int
    kind: str
    look: Callable[[bytes], Hit | None]
    mark: str
    read: Callable[[Hit], dict[str, Any]]


Found = tuple[Rule, Hit]


class _Group(NamedTuple):
    """Rules that one search for a literal rejects together."""

    max_bytes: int
    needle: bytes
    rules: tuple[Rule, ...]


class _Members:
    """Rules by the values of top-level members, read without decoding the rest."""

    __slots__ = ("_decode", "_tables", "max_bytes")

    def __init__(self, rows: list[tuple[Rule, str, frozenset[Scalar]]]) -> None:
        names = sorted({name for _, name, _ in rows})
        shape = msgspec.defstruct(
            "Members", [(f"m{n}", Any, msgspec.UNSET) for n in range(len(names))],
            rename={f"m{n}": name for n, name in enumerate(names)},
        )  # fmt: skip
        self._decode = msgspec.json.Decoder(shape).decode
        self._tables: tuple[tuple[str, dict[Scalar, tuple[Rule, ...]]], ...]
        self._tables = tuple((f"m{n}", {}) for n in range(len(names)))
        for rule, name, values in rows:
            table = self._tables[names.index(name)][1]
            for value in values or (_PRESENT,):
                table[value] = (*table.get(value, ()), rule)
        self.max_bytes = max((rule.max_bytes for rule, _, _ in rows), default=-1)

    def rules(self, payload: bytes) -> tuple[Rule, ...]:
        """Those that the payload's members do not rule out, in no order."""
        try:
            members = self._decode(payload)
        except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
            return ()
        found: tuple[Rule, ...] = ()
        for name, table in self._tables:
            value: Any = getattr(members, name)
            kind: type = type(value)  # a list or an object has no place in a table
            if value is not msgspec.UNSET and (rules := table.get(_PRESENT)):
                found += rules
            if kind in _SCALARS and (rules := table.get(value)):
                found += rules
        return found


class Side:
    """The shapes that matter in one direction."""

    __slots__ = (
        "_begin_bytes", "_beginnings", "_exact", "_exact_max", "_groups", "_member_bytes", "_members",
        "max_bytes",
    )  # fmt: skip

    def __init__(self, patterns: Iterable[tuple[MessageShape, CompiledPattern]]) -> None:
        compiled = [
            (Rule(place, p.needle, p.max_bytes, p.kind, p.look, shape.mark, reader_of(shape)), p)
            for place, (shape, p) in enumerate(patterns)
        ]
        self.max_bytes = max((rule.max_bytes for rule, _ in compiled), default=-1)
        """Longer messages match nothing."""
        self._exact = {p.exact: rule for rule, p in reversed(compiled) if p.exact}
        self._exact_max = max(map(len, self._exact), default=-1)
        rest = [row for row in compiled if not row[1].exact]
        prefixed = [row for row in rest if row[1].prefix]
        self._begin_bytes = min((len(p.prefix) for _, p in prefixed), default=0)
        self._beginnings: dict[bytes, tuple[Rule, ...]] = {}
        for rule, p in prefixed:
            begin = p.prefix[: self._begin_bytes]
            self._beginnings[begin] = (*self._beginnings.get(begin, ()), rule)
        by_member = [(row, row[1].member) for row in rest if not row[1].prefix]
        self._members = _Members([(row[0], *member) for row, member in by_member if member])
        self._member_bytes = self._members.max_bytes
        self._groups = _grouped([row[0] for row, member in by_member if not member])

    def find(self, kind: str, payload: bytes) -> Found | None:
        """The first shape of the file that fits."""
        size = len(payload)
        if size > self.max_bytes:
            return None
        best: Found | None = None
        if size <= self._exact_max and (rule := self._exact.get(payload)) and rule.kind in ("any", kind):
            best = rule, Hit(None, None)
        if self._begin_bytes and (rules := self._beginnings.get(payload[: self._begin_bytes])):
            best = _best(rules, kind, payload, best)
        if size <= self._member_bytes and payload[:1] in _OBJECT_BEGINS:
            rules = self._members.rules(payload)
            if rules:
                best = _best(rules, kind, payload, best)
        for max_bytes, needle, rules in self._groups:
            if size > max_bytes:
                break
            if needle in payload:
                best = _best(rules, kind, payload, best)
        return best


def _best(rules: Iterable[Rule], kind: str, payload: bytes, best: Found | None) -> Found | None:
    """The first rule of the file that matches, of these and the best so far."""
    size = len(payload)
    for rule in rules:
        if best is not None and best[0].place < rule.place:
            continue
        if size <= rule.max_bytes and rule.needle in payload and rule.kind in ("any", kind):
            hit = rule.look(payload)
            if hit is not None:
                best = rule, hit
    return best


def _grouped(rules: list[Rule]) -> tuple[_Group, ...]:
    """Groups for long messages first, so that a loop can stop at the first that is too short."""
    groups: list[tuple[bytes, list[Rule]]] = []
    for rule in sorted(rules, key=lambda row: row.needle):
        shared = _shared(groups[-1][0], rule.needle) if groups else b""
        if groups and (len(shared) >= SHARED_BYTES or groups[-1][0] == rule.needle):
            groups[-1] = (shared, [*groups[-1][1], rule])
        else:
            groups.append((rule.needle, [rule]))
    made = [
        _Group(max(rule.max_bytes for rule in members), needle, tuple(members)) for needle, members in groups
    ]
    return tuple(sorted(made, key=lambda group: -group.max_bytes))


def _shared(one: bytes, other: bytes) -> bytes:
    pairs = enumerate(zip(one, other, strict=False))
    return one[: next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))]
