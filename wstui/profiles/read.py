"""Reading a profile: TOML or a mapping in, a checked :class:`Profile` or one sentence out."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from wstui.events import safe_text
from wstui.profiles.checks import problems
from wstui.profiles.errors import ProfileError
from wstui.profiles.model import Profile
from wstui.profiles.secrets import is_secret_name
from wstui.profiles.urls import parse_url

FILE_LIMIT_BYTES = 4 * 1024 * 1024
"""A profile with saved messages is some kilobytes; a file beyond this is something else."""

_MSGSPEC_PATH = re.compile(r" - at `(?:key` in `)?\$(?P<path>[^`]*)`$")
_PATH_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"unknown field `(?P<key>.*?)`(?: - at|$)", re.DOTALL)
_MISSING = re.compile(r"missing required field `(?P<key>.*?)`(?: - at|$)", re.DOTALL)
_TOML_PLACE = re.compile(r" \((?:at )?(?P<place>line \d+, column \d+|end of document)\)$")


def load_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        ProfileError: it cannot be read, is not TOML, or does not say what a profile says.
    """
    source = shown_path(path)
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT_BYTES + 1)
    except OSError as error:
        raise ProfileError(f"{source}: cannot be read: {error.strerror or error}.") from error
    if len(data) > FILE_LIMIT_BYTES:
        raise ProfileError(
            f"{source}: larger than {FILE_LIMIT_BYTES // 1024 // 1024} MiB: expected a profile."
        )
    return parse_profile(data, source=source)


def parse_profile(document: Mapping[str, Any] | bytes | str, source: str = "profile") -> Profile:
    """A profile from TOML, or from the mapping that TOML would give.

    Args:
        document: the text, or its tables.
        source: what an error calls it, as a file's path.

    Raises:
        ProfileError: one sentence with the source, the key and what was expected there.
    """
    tables = dict(document) if isinstance(document, Mapping) else _read_toml(document, source)
    try:
        profile = msgspec.convert(tables, Profile)
    except msgspec.ValidationError as error:
        raise ProfileError(f"{source}: {_explain(str(error), tables)}") from None
    for key, problem in problems(profile):
        raise ProfileError(f"{source}: {key}: {problem}.")
    return profile


def profile_for_url(url: str) -> Profile:
    """A profile with nothing but a URL, its scheme filled in.

    Raises:
        ProfileError: it is no URL.
    """
    endpoint = parse_url(url)
    text = url.strip()
    if endpoint.unix_path is not None:
        return Profile(url=text)
    authority = text.split("://", 1)[-1]
    if endpoint.username is None:
        return Profile(url=endpoint.url)
    userinfo = re.split(r"[/?#]", authority, maxsplit=1)[0].rpartition("@")[0]
    return Profile(url=endpoint.url.replace("://", f"://{userinfo}@", 1))


def shown_path(path: Path) -> str:
    """A path as a person knows it: below home with ``~``, nothing in it that a terminal obeys."""
    try:
        text = f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        text = str(path)
    return safe_text(text)


def _read_toml(document: bytes | str, source: str) -> dict[str, Any]:
    try:
        text = document if isinstance(document, str) else document.decode("utf-8-sig")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ProfileError(f"{source}: line {line}: not UTF-8: expected TOML text.") from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{source}: {_toml_problem(str(error), text)}.") from None
    except RecursionError:
        raise ProfileError(f"{source}: nested too deeply: expected a profile.") from None


def _toml_problem(message: str, text: str) -> str:
    found = _TOML_PLACE.search(message)
    what = safe_text(message[: found.start()] if found else message)
    what = f"not valid TOML: {what[:1].lower()}{what[1:]}"
    if found is None:
        return what
    if found["place"] != "end of document":
        return f"{found['place']}: {what}"
    lines = text.split("\n")
    return f"line {len(lines)}, column {len(lines[-1]) + 1}: {what}"


def _explain(message: str, tables: dict[str, Any]) -> str:
    """Our sentence for msgspec's: the key's path, what was expected, what was there."""
    found = _MSGSPEC_PATH.search(message)
    steps = _steps(found["path"] if found else "")
    unknown, missing = _UNKNOWN.search(message), _MISSING.search(message)
    if unknown is not None:
        return _explain_unknown(steps, unknown["key"])
    if missing is not None:
        key = _joined([*steps, missing["key"]])
        return f"{key}: missing, expected {_expectation([*steps, missing['key']])}."
    steps, value = _walk(tables, steps)
    return f"{_joined(steps)}: expected {_expectation(steps)}, got {_shown(steps, value)}."


def _explain_unknown(steps: list[str | int], key: str) -> str:
    known = _keys_at(steps)
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.6)
    path = safe_text(_joined([*steps, key]))
    if near:
        return f'{path}: unknown key, did you mean "{near[0]}"?'
    return f"{path}: unknown key, expected one of {', '.join(known)}."


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for name, index in _PATH_STEP.findall(path):
        steps.append(name or (index if index == "..." else int(index)))
    return steps


def _walk(tables: Any, steps: list[str | int]) -> tuple[list[str | int], Any]:
    """The value at a path; ``[...]`` (msgspec's "some member") becomes the first that is no text."""
    taken: list[str | int] = []
    for step in steps:
        some_member = step == "..." and isinstance(tables, dict)
        taken.append(_first_without_text(tables) if some_member else step)
        tables = tables[taken[-1]]
    return taken, tables


def _first_without_text(table: dict[str, Any]) -> str:
    return next(key for key, value in table.items() if not isinstance(value, str))


def _joined(steps: list[str | int]) -> str:
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _hint_at(steps: list[str | int]) -> Any:
    """The annotated type that the schema has at a path."""
    hint: Any = Profile
    for step in steps:
        struct = _struct_in(hint)
        if isinstance(step, str) and struct is not None:
            hint = get_type_hints(struct, include_extras=True).get(step, str)
        elif struct is None:
            hint = str
    return hint


def _keys_at(steps: list[str | int]) -> list[str]:
    struct = _struct_in(_hint_at(steps))
    return list(struct.__struct_fields__) if struct is not None else []


def _struct_in(hint: Any) -> type[msgspec.Struct] | None:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next((found for part in get_args(hint) if (found := _struct_in(part)) is not None), None)


def _expectation(steps: list[str | int]) -> str:
    hint = _hint_at(steps)
    inside_list = bool(steps) and isinstance(steps[-1], int)
    if not inside_list:
        described = _description_in(hint)
        if described:
            return described
    if _struct_in(hint) is not None:
        name = _joined([step for step in steps if isinstance(step, str)])
        return f"a table [{name}]"
    return "a text in quotes"


def _description_in(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        for part in get_args(hint)[1:]:
            if isinstance(part, msgspec.Meta) and part.description:
                return part.description
    return next((found for part in get_args(hint) if (found := _description_in(part))), "")


def _shown(steps: list[str | int], value: Any) -> str:
    """What was there, short; of a secret only its kind."""
    names = [step for step in steps if isinstance(step, str)]
    kind = _kind(value)
    if kind in ("a table", "a list", "a date") or (names and is_secret_name(names[-1])):
        return kind
    if isinstance(value, bool):
        return "true" if value else "false"
    text = safe_text(str(value))
    text = text if len(text) <= 60 else f"{text[:59]}…"
    return f'"{text}"' if isinstance(value, str) else text


def _kind(value: Any) -> str:
    kinds: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "true or false"),
        (str, "a text"),
        ((int, float), "a number"),
        ((date, time), "a date"),
        (dict, "a table"),
        (list, "a list"),
    ]
    return next((word for types, word in kinds if isinstance(value, types)), "something else")
