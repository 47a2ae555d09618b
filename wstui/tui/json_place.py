"""The value on which the cursor stands in a JSON document: its path, what it says, how to ask for it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from wstui.engine.json_path import Place, place_text
from wstui.events import safe_text
from wstui.tui.filtering.language import FilterError, Member, parse_filter
from wstui.tui.json_outline import Outline, read_string

_LONG_STRING_CHARACTERS = 14
_FILTERED_CHARACTERS = 200
_DEEPEST = 500
_SHOWN_PATH_CHARACTERS = 400
_EPOCHS = ((10, 1, "s"), (13, 10**3, "ms"), (16, 10**6, "µs"), (19, 10**9, "ns"))
"""Digits of a number that counts since 1970, and how many of its units a second has."""

_FIRST_YEAR, _LAST_YEAR = 2001, 2100


@dataclass(frozen=True, slots=True)
class JsonHere:
    """A value of a document and where it stands."""

    place: Place | None
    """None where it lies too deep to be said."""
    value: str
    """As it is written in the message."""

    @property
    def is_long_string(self) -> bool:
        """Whether it may stand for something else."""
        return self.value.startswith('"') and len(self.value) >= _LONG_STRING_CHARACTERS

    @property
    def content(self) -> str:
        """The value; a string without quotes and escapes."""
        return read_string(self.value) if self.value.startswith('"') else self.value

    @property
    def means(self) -> str:
        """The time that a number stands for, if it looks like one."""
        digits = self.value.partition(".")[0]
        for length, per_second, unit in _EPOCHS:
            if len(digits) == length and digits.isdecimal():
                moment = datetime.fromtimestamp(int(digits) / per_second, UTC)
                if _FIRST_YEAR <= moment.year < _LAST_YEAR:
                    return f"{moment:%Y-%m-%d %H:%M:%S} UTC, if {unit} since 1970"
        return ""

    @property
    def filter_text(self) -> str | None:
        """The filter's term for this place and value; None where the language has no word for the place."""
        path = place_text(self.place or ())
        if not self.place or safe_text(path) != path:
            return None
        text = path
        if self.value[:1] not in ("{", "[") and len(self.value) <= _FILTERED_CHARACTERS:
            safe = safe_text(self.value) == self.value
            text = f"{path} == {self.value if safe else json.dumps(read_string(self.value))}"
        return text if _asks_for(text, self.place) else None


def _asks_for(text: str, place: Place) -> bool:
    """Whether the filter reads a term as this place: a key may hold what the language cannot say."""
    try:
        terms = parse_filter(text).terms
    except FilterError:
        return False
    condition = terms[0].condition if len(terms) == 1 else None
    return isinstance(condition, Member) and tuple(step.key for step in condition.path.steps) == place


def json_here(outline: Outline, line: int) -> JsonHere:
    """The value at a line of an outline."""
    value = outline.value(line)
    deep = outline.depths[line] > _DEEPEST
    return JsonHere(None if deep else outline.place(line), value)


def path_text(place: Place | None) -> str:
    """A place as a path that is safe to show; of a very long one the end."""
    if place is None:
        return f"more than {_DEEPEST} levels deep"
    text = safe_text(place_text(place))
    return text if len(text) <= _SHOWN_PATH_CHARACTERS else f"…{text[-_SHOWN_PATH_CHARACTERS:]}"
