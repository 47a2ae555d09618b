"""The lines of a JSON text laid out, found once: where each begins, how deep it lies, what it holds.

The text itself is never rewritten: a line is a piece of it, and only the white space between tokens is laid
out anew. So numbers, repeated keys and their order stay as they were said, the beginning of a cut message is
laid out as well, and depth costs no stack. A line costs a few integers: a megabyte of ``[1,1,1…`` fits.
"""

import json
import re
from array import array

from wstui.engine.json_path import Place
from wstui.events import safe_text
from wstui.tui.json_text import PIECE

_OPENING = frozenset("{[")
_CLOSING = frozenset("}]")
_BREAKING = frozenset("{[,")
_JOINING = frozenset(",:")
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_MEMBER = re.compile(
    rf'\s*+(?:({_STRING})\s*+:\s*+)?+({_STRING}|[^\s{{}}\[\],:"]++)\s*+(?:(,)|(?=[}}\]]))', re.DOTALL
)
"""A whole line: a value that holds no others, its key before it and the comma behind it."""

_TOO_WIDE = re.compile(r"[^\x20-\x7e\r\n]")

_AT_ONCE = 32 * 1024

LINES_LIMIT = 200_000
"""More lines are not looked for: a hostile message has a million of them."""

STARTING_LINES = 2000
"""A document with more lines than this begins folded, as deep as fits."""


class Outline:
    """A JSON text as lines; made by :func:`outline`, never changed after that."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = array("i")
        self.ends = array("i")
        self.values = array("i")
        """Where the value begins: behind the key, where there is one."""
        self.lengths = array("i")
        """In characters, without indentation."""
        self.depths = array("i")
        self.parents = array("i")
        """The line of the container that the line lies in; -1 at the top."""
        self.ordinals = array("i")
        """Which of its container's members it is, from 0."""
        self.counts = array("i")
        """How many members a container's first line has below it."""
        self.lasts = array("i")
        """The last line of the container that begins here; the line itself where none does."""
        self.unclosed: frozenset[int] = frozenset()
        self.cut = False
        """There are more lines than are looked for."""
        self.cells = 1 if _TOO_WIDE.search(text) is None else 10 if _grows(text) else 2
        """At most so many cells for a character; 1: a length is a width."""

    def __len__(self) -> int:
        return len(self.starts)

    def is_container(self, line: int) -> bool:
        """Whether something below this line can be folded into it."""
        return self.lasts[line] > line

    def body(self, line: int) -> str:
        """The line without its indentation, safe to show."""
        pieces = PIECE.finditer(self.text, self.starts[line], self.ends[line])
        return safe_text("".join(": " if found[0] == ":" else found[0] for found in pieces))

    def folded_words(self, line: int) -> tuple[str, str, str]:
        """What follows a folded container's first line: ``…}``, how much it holds, and the comma."""
        count, last = self.counts[line], self.lasts[line]
        noun = "key" if self._opening(line) == "{" else "item"
        words = f" {count:,} {noun}{'' if count == 1 else 's'}"
        if line in self.unclosed:
            return "…", f"{words} so far", ""
        closing = self.text[self.starts[last]]
        comma = "," if self.text[self.ends[last] - 1] == "," else ""
        return f"…{closing}", words, comma

    def _opening(self, line: int) -> str:
        return self.text[self.ends[line] - 1]

    # -- what stands at a line ---------------------------------------------------------------------

    def first_line(self, line: int) -> int:
        """The line on which the value at ``line`` begins: of a closing bracket, its container's."""
        if self.text[self.starts[line]] in _CLOSING:
            at = self._opener_of(line)
            return line if at is None else at
        return line

    def _opener_of(self, line: int) -> int | None:
        """Openers stand before their ends and at the same depth, with the same container around them."""
        at = line - 1
        while at >= 0:
            if self.lasts[at] == line:
                return at
            at = at - 1 if self.depths[at] <= self.depths[line] else self.parents[at]
        return None

    def key(self, line: int) -> str | None:
        """The key before the value, read; None in an array and at the top."""
        start, value = self.starts[line], self.values[line]
        return None if start == value else read_string(self.text[start:value].rstrip(": \t\r\n"))

    def place(self, line: int) -> Place:
        """Where the value stands: keys and indices from the root."""
        at, steps = self.first_line(line), []
        while self.parents[at] >= 0:
            key = self.key(at)
            steps.append(self.ordinals[at] if key is None else key)
            at = self.parents[at]
        return tuple(reversed(steps))

    def value(self, line: int) -> str:
        """The value as it was written, white space and all."""
        line = self.first_line(line)
        start, end = self.values[line], self.ends[line]
        if self.is_container(line):
            last = self.lasts[line]
            end = self.ends[last] if line in self.unclosed else self.starts[last] + 1
        return self.text[start:end].removesuffix(",").rstrip()

    # -- what is folded ----------------------------------------------------------------------------

    def folded_from(self, level: int) -> bytearray:
        """A mark for each container at this depth and deeper: 1 is folded."""
        folded = bytearray(len(self))
        for line, (last, depth) in enumerate(zip(self.lasts, self.depths, strict=True)):
            if last > line and depth >= level:
                folded[line] = 1
        return folded

    def folded_at_first(self) -> bytearray:
        """Everything open where that is not much, else as deep as fits, the top level at least."""
        if len(self) <= STARTING_LINES:
            return bytearray(len(self))
        lines_at = [0] * (max(self.depths) + 1)
        for depth in self.depths:
            lines_at[depth] += 1
        level, shown = 1, lines_at[0] + sum(lines_at[1:2])
        while level + 1 < len(lines_at) and shown + lines_at[level + 1] <= STARTING_LINES:
            level += 1
            shown += lines_at[level]
        return self.folded_from(level)

    def folded_more(self, folded: bytearray, deepest: int) -> bytearray:
        """One level less: what lies at the ``deepest`` level that is seen goes into its containers."""
        more = self.folded_from(max(0, deepest - 1))
        return bytearray((int.from_bytes(folded) | int.from_bytes(more)).to_bytes(len(folded)))

    def folded_less(self, folded: bytearray) -> bytearray:
        """One level more: the outermost of the folded containers are opened."""
        lines = [line for line, marked in enumerate(folded) if marked]
        level = min((self.depths[line] for line in lines), default=0)
        less = bytearray(folded)
        for line in lines:
            if self.depths[line] == level:
                less[line] = 0
        return less


def _grows(text: str) -> bool:
    """Whether a character becomes several when it is made safe; a piece at a time, so that others can run."""
    parts = (text[at : at + _AT_ONCE] for at in range(0, len(text), _AT_ONCE))
    return any(len(safe_text(part)) > len(part) for part in parts)


def read_string(token: str) -> str:
    """A JSON string without its quotes; what is not quite one as it stands."""
    try:
        value = json.loads(token)
    except (ValueError, RecursionError):
        return token.strip('"')
    return value if isinstance(value, str) else token


def outline(text: str) -> Outline:
    """Find the lines. Never raises, whatever the text."""
    return _Builder(text).build()


class _Builder:
    """Goes through the tokens once."""

    def __init__(self, text: str) -> None:
        self.made = Outline(text)
        self.stack: list[int] = []
        """The lines on which the open containers begin."""
        self.roots = 0
        self.start = self.end = self.value = self.length = self.depth = self.ordinal = 0
        self.parent = -1

    def build(self) -> Outline:
        text, previous, at = self.made.text, "", 0
        while len(self.made.starts) < LINES_LIMIT:
            member = _MEMBER.match(text, at) if previous in _BREAKING else None
            if member is not None:
                at = self._take(member)
                previous = "," if member[3] else "x"
                continue
            found = PIECE.search(text, at)
            if found is None:
                return self._finish(previous)
            piece, at = found[0], found.end()
            if piece in _CLOSING:
                self._close(found.start(), empty=previous in _OPENING)
            elif not previous:
                self._begin(found.start())
            elif previous in _BREAKING or self._breaks(previous, piece):
                self._finish_line()
                self._begin(found.start())
            if previous == ":" and self.value == self.start:
                self.value = found.start()
            if piece in _OPENING:
                self.stack.append(len(self.made.starts))
            self.end = found.end()
            self.length += len(piece) + (piece == ":")
            previous = piece
        self.made.cut = PIECE.search(text, at) is not None
        return self._finish(previous)

    def _take(self, member: "re.Match[str]") -> int:
        """A whole line at once, which is what most of a document consists of."""
        self._finish_line()
        first, last = member.span(1), member.span(2)
        self._begin(last[0] if first[0] < 0 else first[0])
        self.end = member.end(3) if member[3] else last[1]
        self.value = last[0]
        self.length = last[1] - last[0] + (first[1] - first[0] + 2 if first[1] > 0 else 0) + bool(member[3])
        return member.end()

    def _breaks(self, previous: str, piece: str) -> bool:
        """Whether another text begins, or a container on the line on which one ends."""
        if piece in _OPENING and self.made.text[self.start] in _CLOSING:
            return True
        return not self.stack and previous in _CLOSING and piece not in _JOINING

    def _begin(self, start: int) -> None:
        self.start = self.end = self.value = start
        self.length = 0
        self.depth = len(self.stack)
        if self.stack:
            self.parent = self.stack[-1]
            self.ordinal = self.made.counts[self.parent]
            self.made.counts[self.parent] += 1
        else:
            self.parent, self.ordinal = -1, self.roots
            self.roots += 1

    def _close(self, start: int, *, empty: bool) -> None:
        if empty:
            self.stack.pop()
            return
        if self.end:
            self._finish_line()
        self.start = self.end = self.value = start
        self.length, self.parent = 0, -1
        if self.stack:
            opener = self.stack.pop()
            self.made.lasts[opener] = len(self.made.starts)
            self.parent, self.ordinal = self.made.parents[opener], self.made.ordinals[opener]
        self.depth = len(self.stack)

    def _finish_line(self) -> None:
        made = self.made
        made.lasts.append(len(made.starts))
        made.starts.append(self.start)
        made.ends.append(self.end)
        made.values.append(self.value)
        made.lengths.append(self.length)
        made.depths.append(self.depth)
        made.parents.append(self.parent)
        made.ordinals.append(self.ordinal)
        made.counts.append(0)

    def _finish(self, previous: str) -> Outline:
        made = self.made
        if previous or not made.starts:
            self._finish_line()
        for opener in self.stack:
            made.lasts[opener] = len(made.starts) - 1
        made.unclosed = frozenset(self.stack)
        return made
