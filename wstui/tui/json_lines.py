"""Finding the lines of a JSON text laid out: its tokens are gone through once, without a stack of calls."""

import re

from wstui.tui.json_outline import Outline
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

LINES_LIMIT = 200_000
"""More lines are not looked for: a hostile message has a million of them."""


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
