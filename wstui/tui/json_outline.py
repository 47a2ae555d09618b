"""The lines of a JSON text laid out: where each begins, how deep it lies, what it holds.

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

_CLOSING = frozenset("}]")
_TOO_WIDE = re.compile(r"[^\x20-\x7e\r\n]")

_AT_ONCE = 32 * 1024

STARTING_LINES = 2000
"""A document with more lines than this begins folded, as deep as fits."""


class Outline:
    """A JSON text as lines; made by :func:`wstui.tui.json_lines.outline`, never changed after that."""

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
