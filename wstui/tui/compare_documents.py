"""The comparison's panes beside its list, as documents: a difference, two heartbeats, two endings. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from rich.cells import cell_len, set_cell_size

from wstui.diagnosis import Verdict
from wstui.engine.json_path import place_text
from wstui.events import Kind, close_code_name, safe_text
from wstui.replay.comparison import (
    COUNTING,
    Comparison,
    ConnectionComparison,
    HeartbeatSide,
    MessagePair,
    RecordedMessage,
)
from wstui.replay.difference import Change
from wstui.replay.report import value_text
from wstui.tui.compare_rows import CompareRow, before_columns, columns
from wstui.tui.document import Document, Line, SpanDocument
from wstui.tui.glyphs import Glyphs, terminal_glyphs
from wstui.tui.graph_histogram import histogram
from wstui.tui.graph_scale import nice_ceiling, round_trip_text
from wstui.tui.json_text import Span, colour_spans, looks_like_json, pretty_lines
from wstui.tui.message_diff import message_diff
from wstui.tui.tones import CONTENT_STYLES
from wstui.words.event_line import squeeze
from wstui.words.measures import count_text, size_text

_SHOWN_CHANGES = 200
_ONE_LINE_CHARACTERS = 64
_LABEL_CELLS = 12
_LEAST_HISTOGRAM_CELLS = 26
_HISTOGRAM_ROWS = 6
_FEW_BYTES = 16_384
_SHOWN_BYTES = 65_536


def is_quick(row: CompareRow) -> bool:
    """Whether :func:`difference_document` takes no time worth speaking of."""
    pair = row.pair
    sides = () if pair is None else (pair.before, pair.after)
    return sum(len(side.payload) for side in sides if side is not None) <= _FEW_BYTES


def difference_title(row: CompareRow) -> str:
    """What the difference pane shows, in a few words."""
    before, after = row.events
    events = " │ ".join("none" if event is None else f"event {event}" for event in (before, after))
    if row.pair is not None:
        return f"{safe_text(row.pair.shape)} · {events}"
    return f"{row.fact.what} · {events}" if row.fact is not None else row.heading


def difference_document(row: CompareRow) -> Document:
    """A row of the list, looked at closely."""
    if row.fact is not None:
        return SpanDocument(_fact_lines(row))
    pair = row.pair
    if pair is None:
        return SpanDocument([])
    if pair.before is None or pair.after is None:
        return SpanDocument([*_alone_lines(pair), *_whole_lines(pair.before or pair.after)])
    lines = list(_change_lines(pair))
    if pair.what in ("equal", "moved"):
        return SpanDocument([*lines, *_whole_lines(pair.before)])
    binary = Kind.BINARY in (pair.before.kind, pair.after.kind)
    spans = message_diff(pair.before.payload, pair.after.payload, binary=binary)
    return SpanDocument([*lines, (), *(((text.rstrip("\n"), tone),) for text, tone in spans)])


def _whole_lines(message: RecordedMessage | None) -> Iterator[Line]:
    """A message by itself; of a long one the beginning."""
    assert message is not None
    payload = message.payload[:_SHOWN_BYTES]
    if len(payload) < message.size:
        yield ((f"The first {size_text(len(payload))} of {size_text(message.size)}:", "warning"),)
    text = payload.decode("utf-8", "backslashreplace")
    if message.kind == Kind.BINARY:
        yield from (((payload[at : at + 16].hex(" "), "plain"),) for at in range(0, len(payload), 16))
    elif looks_like_json(text):
        yield from (tuple(colour_spans(line)) for line in pretty_lines(safe_text(squeeze(text))))
    else:
        yield from (((line, "plain"),) for line in safe_text(text, newlines=True).split("\n"))


def _fact_lines(row: CompareRow) -> Iterator[Line]:
    assert row.fact is not None
    for side, value in (("A", row.fact.before), ("B", row.fact.after)):
        yield (f"{side}  {safe_text(row.fact.what)}: ", "quiet"), (value_text(value), "plain")


def _alone_lines(pair: MessagePair) -> Iterator[Line]:
    where = "A" if pair.after is None else "B"
    why = " It flows on at the end: that only says how long one listened." if pair.what == "surplus" else ""
    tone = {"missing": "error", "extra": "accent"}.get(pair.what, "quiet")
    yield ((f"Only in {where}.{why}", tone),)
    yield ()


def _change_lines(pair: MessagePair) -> Iterator[Line]:
    for change in pair.changes[:_SHOWN_CHANGES]:
        yield from _one_change(change)
    if len(pair.changes) > _SHOWN_CHANGES:
        yield ((f"… and {count_text(len(pair.changes) - _SHOWN_CHANGES)} more places", "quiet"),)
    for change, why in pair.ignored[:_SHOWN_CHANGES]:
        shown = f"{_place(change)}  {value_text(change.before)} → {value_text(change.after)}"
        yield (("left out  ", "quiet"), (f"{shown}: {_why(why)}", "quiet"))
    if pair.what in ("equal", "moved"):
        if pair.what == "moved":
            yield (("In B it came in another place.", "warning"),)
        if not pair.ignored:
            assert pair.before is not None
            assert pair.after is not None
            same = pair.before.payload == pair.after.payload
            yield (("The same, byte for byte." if same else "The same.", "good"),)
        yield ()


def _one_change(change: Change) -> Iterator[Line]:
    place, before, after = _place(change), value_text(change.before), value_text(change.after)
    if len(place) + len(before) + len(after) <= _ONE_LINE_CHARACTERS:
        yield (place, "key"), ("  ", "plain"), (before, "error"), (" → ", "quiet"), (after, "good")
        return
    yield ((place, "key"),)
    yield ("  - ", "error"), (before, "error")
    yield ("  + ", "good"), (after, "good")


def _place(change: Change) -> str:
    return safe_text(place_text(change.place))


def _why(why: str) -> str:
    return (
        f"your rule {safe_text(why.removeprefix('--ignore '))}"
        if why.startswith("--ignore ")
        else safe_text(why)
    )


# ---- heartbeats ----


class HeartbeatsDocument:
    """Two heartbeats beside each other: numbers, and how round trips are spread on one scale."""

    heavy = False

    def __init__(self, sides: tuple[HeartbeatSide, HeartbeatSide], glyphs: Glyphs | None = None) -> None:
        self._sides = sides
        self._glyphs = glyphs or terminal_glyphs()

    def layout(self, width_cells: int) -> Sequence[Line]:
        """As wide as there is room."""
        lines = list(two_columns(_heartbeat_rows(*self._sides), width_cells))
        trips = [side.round_trips_ns for side in self._sides]
        if not any(trips):
            return lines
        slowest_ns = max(value for side in trips for value in side)
        lines.append(())
        slowest_ns = nice_ceiling(slowest_ns)
        if width_cells >= 2 * _LEAST_HISTOGRAM_CELLS + 2:
            lines += self._beside(trips, (width_cells - 2) // 2, slowest_ns)
        else:
            for name, side in zip("AB", trips, strict=True):
                lines.append(((_histogram_title(name, slowest_ns, width_cells), "quiet"),))
                drawn = histogram(side, width_cells, _HISTOGRAM_ROWS, self._glyphs, slowest_ns)
                lines += [((text, "accent"),) for text in drawn]
        return lines

    def _beside(self, trips: Sequence[Sequence[int]], cells: int, slowest_ns: int) -> list[Line]:
        drawn = [histogram(side, cells, _HISTOGRAM_ROWS, self._glyphs, slowest_ns) for side in trips]
        titles = [_histogram_title(name, slowest_ns, cells) for name in "AB"]
        head: Line = ((set_cell_size(titles[0], cells + 2), "quiet"), (titles[1], "quiet"))
        rows = range(max(len(lines) for lines in drawn))
        sides = [[lines[at] if at < len(lines) else "" for at in rows] for lines in drawn]
        return [
            head,
            *(((set_cell_size(a, cells + 2), "accent"), (b, "accent")) for a, b in zip(*sides, strict=True)),
        ]


def _histogram_title(name: str, slowest_ns: int, cells: int) -> str:
    scale = f"up to {round_trip_text(slowest_ns)}"
    said = f"{name}, round trips {scale}"
    return said if len(said) <= cells else f"{name}, {scale}"


Row = tuple[str, str, str, bool]
"""A label, both sides' words, and whether they differ in a way that is worth a mark."""


def _heartbeat_rows(before: HeartbeatSide, after: HeartbeatSide) -> Iterator[Row]:
    first, second = before.numbers, after.numbers
    yield "pings", count_text(before.sent), count_text(after.sent), False
    answered = (first.answered > 0) != (second.answered > 0) and bool(before.sent and after.sent)
    yield "answered", count_text(first.answered), count_text(second.answered), answered
    yield (
        "missed",
        count_text(first.missed),
        count_text(second.missed),
        bool(first.missed) != bool(second.missed),
    )
    for label, old, new in (
        ("median", first.median_ns, second.median_ns),
        ("p95", first.p95_ns, second.p95_ns),
        ("p99", first.p99_ns, second.p99_ns),
        ("jitter", first.jitter_ns, second.jitter_ns),
    ):
        yield label, _trip(old), _trip(new), False
    yield "its pings", count_text(before.server_pings), count_text(after.server_pings), False


def _trip(value_ns: int | None) -> str:
    return "–" if value_ns is None else round_trip_text(value_ns)


# ---- endings ----


class EndingsDocument:
    """How two connections ended, what else differs around the messages, and what was left out."""

    heavy = False

    def __init__(self, comparison: Comparison, connection: ConnectionComparison) -> None:
        self._comparison = comparison
        self._connection = connection

    def layout(self, width_cells: int) -> Sequence[Line]:
        """As wide as there is room."""
        row = self._connection
        lines = list(two_columns(_ending_rows(row), width_cells))
        notes = [
            ((part, tone),)
            for words, tone in _notes(self._comparison, row)
            for part in wrap(words, max(1, width_cells), subsequent_indent="  ")
        ]
        return [*lines, (), *notes] if notes else lines


def _ending_rows(row: ConnectionComparison) -> Iterator[Row]:
    first, second = row.verdicts
    ends = row.endings
    known = None not in ends
    for label, old, new in (
        ("cause", first.cause.words, second.cause.words),
        ("who", *(verdict.who if end else "–" for verdict, end in zip(row.verdicts, ends, strict=True))),
        ("code", _code(first), _code(second)),
        ("reason", _reason(first), _reason(second)),
        ("closing", _closing(first, ends[0]), _closing(second, ends[1])),
        ("TCP", _tcp(ends[0]), _tcp(ends[1])),
    ):
        counts = label not in ("cause", "who")  # they are concluded, not said
        yield label, safe_text(old), safe_text(new), known and counts and old != new
    sent = [count_text(count) for count in row.client_messages]
    yield "sent", sent[0], sent[1], False
    for fact in row.facts:
        if fact.what in ("subprotocol", "extensions"):
            yield fact.what[: _LABEL_CELLS - 1], value_text(fact.before), value_text(fact.after), True


def _code(verdict: Verdict) -> str:
    code = verdict.close_code
    return "–" if code is None else f"{code} {close_code_name(code)}"


def _reason(verdict: Verdict) -> str:
    return f"“{verdict.close_reason}”" if verdict.close_reason else "–"


def _closing(verdict: Verdict, end: Mapping[str, Any] | None) -> str:
    if end is None:
        return "not over"
    return f"{end['ended by'] or 'nobody'} first, {'clean' if verdict.clean else 'not clean'}"


def _tcp(end: Mapping[str, Any] | None) -> str:
    names = {"eof": "FIN", "reset": "RST", "lost": "lost", "": "after the Close frames"}
    return "–" if end is None else names.get(str(end["end of TCP"]), str(end["end of TCP"]))


def _notes(comparison: Comparison, row: ConnectionComparison) -> Iterator[Span]:
    for remark in (*comparison.remarks, *row.remarks):
        yield safe_text(remark), "warning"
    for shape, count in row.surplus:
        which = "B" if count > 0 else "A"
        more = f"{count_text(abs(count))} more of {safe_text(shape)}"
        yield f"{which} has {more} at its end (not counted).", "quiet"
    for place in row.ignored:
        where = f"{safe_text(place.place)} of {safe_text(place.shape)}"
        yield f"left out  {where}: {_why(place.why)}, {count_text(place.times)}×", "quiet"


def two_columns(rows: Iterable[Row], width_cells: int) -> Iterator[Line]:
    """Labels, then both sides, folded; what differs is marked with a sign and a tone."""
    cells = max(4, (width_cells - _LABEL_CELLS - 1) // 2)
    for label, *sides, differs in rows:
        sign, tone = ("≠ ", "warning") if differs else ("  ", "plain")
        folded = [wrap(str(side), cells) or [""] for side in sides]
        for at, (old, new) in enumerate(zip_longest(*folded, fillvalue="")):
            name = "" if at else f"{sign}{label}"
            yield (
                (f"{name:<{_LABEL_CELLS}}", tone if differs else "quiet"),
                (_fit(old, cells), tone),
                (" ", "plain"),
                (_fit(new, cells), tone),
            )


def _fit(text: str, cells: int) -> str:
    if cell_len(text) > cells:
        return f"{set_cell_size(text, cells - 1)}…"
    return set_cell_size(text, cells)


def summary(comparison: Comparison) -> tuple[str, str]:
    """The comparison in a line, and its tone."""
    equal = sum(row.equal for row in comparison.connections)
    same = f"{count_text(equal, 'message')} equal"
    if comparison.is_equal:
        return f"✓ Equal: the two server sides agree; {same}.", "good"
    kinds = dict.fromkeys(COUNTING, 0)
    for row in comparison.connections:
        for pair in row.messages:
            kinds[pair.what] += 1
    parts = [f"{count_text(count)} {what}" for what, count in kinds.items() if count]
    facts = len(comparison.facts) + sum(len(row.facts) for row in comparison.connections)
    parts += [f"{count_text(facts)} of the connection"] if facts else []
    shown = ", ".join(parts)
    return f"≠ {count_text(comparison.differences, 'difference')}: {shown}; {same}.", "warning"


def sides_spans(names: tuple[str, str], width: int) -> list[tuple[str, str]]:
    """The two sessions' names over their columns."""
    left, right = columns(max(1, width - 2))
    head = " " * (before_columns(max(1, width - 2)) + 2)
    return [
        (f"{head}{_fit(f'A  {names[0]}', left)}", "bold"),
        (" │ ", CONTENT_STYLES["quiet"]),
        (_fit(f"B  {names[1]}", right), "bold"),
    ]
