r"""JSON as a person reads it, without changing a character that carries meaning.

``json.loads`` followed by ``json.dumps`` would rewrite numbers (``1.0e5``) and drop repeated keys; an
instrument shows what was said. So the text is cut into tokens by one regular expression and only the
white space between them is laid out anew. It works on the beginning of a message as well: what is
cut off in the middle simply ends there.
"""

import json
import re
from collections.abc import Iterator

PIECE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
"""A token. One run of characters at a time, so that a string of a megabyte costs a millisecond."""

_COLOURED = re.compile(
    r'(?P<key>"[^"\\]*+(?:\\.[^"\\]*+)*+"(?=\s*:))'
    r'|(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+"?)'
    r"|(?P<note>h'[^']*+'?)"
    r"|(?P<word>\b(?:true|false|null)\b)"
    r"|(?P<number>-?\d[\d.eE+-]*)"
)
_INDENT = "  "

Span = tuple[str, str]
"""Text and its tone."""


def json_problem(text: str) -> str | None:
    """Why the text is not JSON, as ``line 1 column 3``, or None if it is."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"line {error.lineno} column {error.colno}"
    except RecursionError:
        return "nested too deeply"
    except ValueError:
        return None  # a number with more digits than Python reads is still JSON
    return None


def looks_like_json(text: str) -> bool:
    """Whether laying it out is worth while: an object or an array."""
    return text.lstrip()[:1] in ("{", "[")


def pretty_lines(text: str) -> Iterator[str]:
    """The lines of the text laid out with two spaces a level."""
    depth, line, previous = 0, "", ""
    for found in PIECE.finditer(text):
        piece = found[0]
        if piece in "}]":
            depth = max(0, depth - 1)
            if previous not in ("{", "["):
                yield line
                line = _INDENT * depth
        elif previous in ("{", "[", ","):
            yield line
            line = _INDENT * depth
        line += f"{piece} " if piece == ":" else piece
        if piece in "{[":
            depth += 1
        previous = piece
    yield line


def colour_spans(line: str) -> Iterator[Span]:
    """The pieces of one line of JSON with their tones."""
    position = 0
    for found in _COLOURED.finditer(line):
        if found.start() > position:
            yield line[position : found.start()], "quiet"
        yield found[0], found.lastgroup or "plain"
        position = found.end()
    if position < len(line):
        yield line[position:], "quiet"
