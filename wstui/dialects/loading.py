"""Reading dialect files: those that ship with wstui, and a person's own.

To recognise a dialect only the heads of the shipped files are read; the whole of one file once its
dialect is known. A file of a person's own that does not fit is left out and described in a sentence.
"""

import os
import re
import tomllib
from functools import cache, cached_property
from pathlib import Path

import msgspec

from wstui.dialects.schema import CloseMeaning, Dialect, DialectHead, MessageShape, Pattern
from wstui.places import dialects_folder

MAX_FILE_BYTES = 1_048_576
_HEAD = re.compile(r"^\[(?!\[?recognition\b)", re.MULTILINE)
"""Where the head of a shipped file ends: at the first table that is not about recognition."""


class DialectError(Exception):
    """A dialect that does not exist, or a file that is none; one sentence."""


class Catalogue:
    """Every dialect by name. A person's own wins over a shipped one of the same name."""

    def __init__(self, own: dict[str, Dialect], problems: tuple[str, ...]) -> None:
        """Join the shipped dialects with a person's own.

        Args:
            own: dialects from the configuration folder.
            problems: a sentence for each file there that could not be used.
        """
        self._own = own
        self.problems = problems

    @property
    def names(self) -> tuple[str, ...]:
        """Every dialect's name, in order."""
        return tuple(sorted({*self._own, *_shipped_names()}))

    @cached_property
    def heads(self) -> tuple[DialectHead, ...]:
        """What recognition needs of every dialect."""
        shipped = (_shipped_head(name) for name in _shipped_names() if name not in self._own)
        return (*(dialect.head() for dialect in self._own.values()), *shipped)

    def dialect(self, name: str) -> Dialect:
        """One dialect.

        Raises:
            DialectError: there is none of this name.
        """
        if name in self._own:
            return self._own[name]
        if name not in _shipped_names():
            raise DialectError(f"There is no dialect “{name}”; there are {', '.join(self.names)}.")
        return _shipped(name)

    def close_meaning(self, dialect: str, code: int, reason: str = "") -> CloseMeaning | None:
        """What a close code means in a dialect, or None where it says nothing about it."""
        if dialect not in self.names:
            return None
        for row in self.dialect(dialect).close:
            if row.covers(code) and (not row.reason or re.search(row.reason, reason, re.IGNORECASE)):
                return row
        return None


def catalogue() -> Catalogue:
    """The dialects there are, with the configuration folder as it was when first looked at."""
    return _catalogue(dialects_folder())


@cache
def _catalogue(folder: Path) -> Catalogue:
    own: dict[str, Dialect] = {}
    problems = []
    for path in sorted(folder.glob("*.toml")):
        try:
            dialect = read_dialect(path)
        except DialectError as error:
            problems.append(str(error))
        else:
            own[dialect.name] = dialect
    return Catalogue(own, tuple(problems))


@cache
def _shipped_texts() -> dict[str, str]:
    folder = Path(__file__).with_name("services")
    names = sorted(row.name for row in os.scandir(folder) if row.name.endswith(".toml"))
    return {name.removesuffix(".toml"): (folder / name).read_bytes().decode() for name in names}


def _shipped_names() -> tuple[str, ...]:
    return tuple(_shipped_texts())


@cache
def _shipped_head(name: str) -> DialectHead:
    text = _shipped_texts()[name]
    end = _HEAD.search(text)
    return msgspec.convert(tomllib.loads(text[: end.start()] if end else text), DialectHead)


@cache
def _shipped(name: str) -> Dialect:
    return parse_dialect(_shipped_texts()[name], f"{name}.toml")


def read_dialect(path: Path) -> Dialect:
    """A dialect file.

    Raises:
        DialectError: it cannot be read, or does not fit; names the file, the key, the expectation.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise DialectError(f"{path}: expected at most {MAX_FILE_BYTES:,} bytes.")
        text = path.read_text("utf-8")
    except OSError as error:
        raise DialectError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise DialectError(f"{path}: expected UTF-8, but byte {error.start} is not.") from error
    return parse_dialect(text, str(path))


def parse_dialect(text: str, source: str) -> Dialect:
    """A dialect from TOML.

    Args:
        text: the file's content.
        source: the file's name, for errors.

    Raises:
        DialectError: it does not fit; names the file, the key, the expectation.
    """
    try:
        dialect = msgspec.convert(tomllib.loads(text), Dialect)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DialectError(f"{source}: not TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise DialectError(f"{source}: {_sentence(str(error))}") from error
    problem = next(iter(problems_of(dialect)), "")
    if problem:
        raise DialectError(f"{source}: {problem}")
    return dialect


def _sentence(message: str) -> str:
    """``Expected `int`, got `str` - at `$.a.b```, turned round: the key first."""
    said, _, place = message.partition(" - at `$.")
    key = place.rstrip("`")
    said = said[:1].lower() + said[1:]
    return f"{key}: {said}." if key else f"{said}."


def problems_of(dialect: Dialect) -> list[str]:
    """What the types cannot say; a sentence each."""
    problems = []
    recognition = dialect.recognition
    for name, row in (
        *((f"recognition.first[{number}]", row) for number, row in enumerate(recognition.first)),
        *((f"recognition.later[{number}]", row) for number, row in enumerate(recognition.later)),
        *((f"message[{number}]", row) for number, row in enumerate(dialect.message)),
    ):
        problems += [f"{name}{problem}" for problem in _pattern_problems(row)]
    problems += _regex_problem("recognition.url", recognition.url)
    if dialect.heartbeat is not None:
        problems += _regex_problem("heartbeat.expect", dialect.heartbeat.expect)
        problems += _regex_problem("heartbeat.promised", dialect.heartbeat.promised)
    for number, close in enumerate(dialect.close):
        problems += _close_problems(f"close[{number}]", close)
    return problems


def _pattern_problems(row: Pattern) -> list[str]:
    problems = _regex_problem(".regex", row.regex)
    for key in ("equals_hex", "prefix_hex"):
        try:
            bytes.fromhex(getattr(row, key))
        except ValueError:
            problems.append(f".{key}: expected hexadecimal digits in pairs.")
    given = (
        row.equals,
        row.equals_hex,
        row.prefix,
        row.prefix_hex,
        row.contains,
        row.regex,
        row.where,
        row.has,
    )
    if not any(given):
        problems.append(": expected at least one condition, as contains, regex or where.")
    if (row.equals or row.equals_hex) and any(given[2:]):
        problems.append(".equals: expected no other condition beside it.")
    if isinstance(row, MessageShape) and "(?P<" not in row.regex and not (row.where or row.has):
        problems += [
            f".{key}: expected where or has beside it: a path needs JSON."
            for key in ("key", "period", "text")
            if getattr(row, key)
        ]
    return problems


def _regex_problem(key: str, regex: str) -> list[str]:
    try:
        re.compile(regex.encode())
    except re.error as error:
        return [f"{key}: expected a regular expression ({error})."]
    return []


def _close_problems(name: str, row: CloseMeaning) -> list[str]:
    problems = _regex_problem(f"{name}.reason", row.reason)
    if (row.first is None) != (row.last is None):
        problems.append(f"{name}: expected first and last together.")
    if row.first is not None and row.last is not None and row.first > row.last:
        problems.append(f"{name}.last: expected a code not below first.")
    if not row.codes and row.first is None:
        problems.append(f"{name}.codes: expected at least one code, or first and last.")
    return problems
