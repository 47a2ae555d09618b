"""What a person has set for the terminal UI, kept in ``settings.toml`` of the config folder.

What is wrong in it is said in a sentence and left as it is; everything else in it holds. No widget in here,
and nothing heavy is imported before there is a file to read.
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from wstui.places import config_folder
from wstui.tui.actions import ACTIONS, binding_id

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "settings.toml"
TIME_COLUMNS = ("clock", "since_start", "since_previous", "none")
PANEL_CELLS = (30, 300)
DETAIL_LINES = (4, 100)
_LIMIT_BYTES = 1 << 20
_KEY = re.compile(r"(?:(?:ctrl|shift|alt|super)\+)*(?:[a-z][a-z0-9_]*|[A-Z0-9])")
_PERCENT = re.compile(r"([1-9][0-9]?) ?%")
_WRITING = threading.Lock()
"""Reading, changing and writing is one thing."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``settings.toml``."""

    theme: str = ""
    """Empty: wstui's own."""
    time_column: str = "clock"
    """One of :data:`TIME_COLUMNS`."""
    pings_in_list: bool = False
    panel_width: int | str = 0
    """Columns, or a share as ``40%``; 0: as the screen's width asks for."""
    detail_height: int | str = 0
    """Lines, or a share as ``40%``; 0: as the screen's height asks for."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Textual's names of the keys, separated by commas, by the id of the binding."""


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """What holds, and what of the file does not."""

    settings: Settings
    problem: str = ""
    """A sentence; empty while all is well."""


class SettingsError(Exception):
    """The file cannot be used at all, or not be written; the message is a sentence."""


def settings_path() -> "Path":
    """Where the settings are, or would be written."""
    return config_folder() / FILE_NAME


def read_settings() -> ReadSettings:
    """What the file says; the defaults where it says nothing, or nothing that can be."""
    try:
        return settings_of(_parse(_read()))
    except SettingsError as error:
        return ReadSettings(Settings(), str(error))


def settings_of(tables: Mapping[str, Any]) -> ReadSettings:
    """The settings in a file's tables: what will not do is left out and named."""
    from wstui.events import safe_text

    settings, problems = Settings(), []
    for name, value in tables.items():
        take = _TAKE.get(name)
        if take is None:
            problems.append(f"there is no setting “{safe_text(name[:40])}”; docs/settings.md lists them")
            continue
        taken, problem = take(value)
        settings = replace(settings, **{name: taken}) if taken is not None else settings
        if problem:
            problems.append(f"{name}{problem}" if problem[0] in ".:" else f"{name}: {problem}")
    if not problems:
        return ReadSettings(settings)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return ReadSettings(settings, f"{FILE_NAME}: {problems[0]}{more}. The rest of it holds.")


def keep_setting(name: str, value: object) -> None:
    """Write one setting; everything else in the file stays, and it is written whole or not at all.

    Raises:
        SettingsError: the file cannot be read, is not TOML, or cannot be written.
    """
    with _WRITING:
        _keep(name, value)


def _keep(name: str, value: object) -> None:
    from wstui.profiles.write import replace_file

    text = _read()
    tables = _parse(text)
    changed = _with_line(text, name, value)
    expected = {**tables, name: value}
    if _tables_or_none(changed) != expected:  # the line was none of its own: in a multi-line text, say
        changed = _dumped(expected)
    path = settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path.resolve(), changed.encode())
    except OSError as error:
        raise SettingsError(f"{FILE_NAME}: cannot be written: {error.strerror or error}.") from error


# -- the file -------------------------------------------------------------------------------------


def _read() -> str:
    try:
        with settings_path().open("rb") as file:
            return file.read(_LIMIT_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsError(f"{FILE_NAME}: cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{FILE_NAME}: is not UTF-8 text.") from None


def _parse(text: str) -> dict[str, Any]:
    import tomllib

    from wstui.events import safe_text

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{FILE_NAME}: not valid TOML: {safe_text(str(error))}.") from None


def _tables_or_none(text: str) -> dict[str, Any] | None:
    try:
        return _parse(text)
    except SettingsError:
        return None


def _dumped(tables: Mapping[str, Any]) -> str:
    import tomli_w

    return tomli_w.dumps(tables)


def _with_line(text: str, name: str, value: object) -> str:
    """The text with one line of the first table replaced or added; comments stay."""
    line = _dumped({name: value}).rstrip("\n")
    lines = text.splitlines()
    end = next((at for at, row in enumerate(lines) if row.lstrip().startswith("[")), len(lines))
    own = re.compile(rf"\s*{re.escape(name)}\s*=")
    found = next((at for at in range(end) if own.match(lines[at])), None)
    if found is not None:
        lines[found] = line
    else:
        while end and not lines[end - 1].strip():
            end -= 1
        lines[end:end] = [line] if end == len(lines) or not lines[end].startswith("[") else [line, ""]
    return "\n".join(lines) + "\n"


# -- what a value may be --------------------------------------------------------------------------

_Taken = tuple[Any, str]
"""The value, None where it will not do; and what is wrong, empty where nothing is."""


def _take_theme(value: object) -> _Taken:
    return (value, "") if isinstance(value, str) else (None, "expected a theme's name")


def _take_time(value: object) -> _Taken:
    if value in TIME_COLUMNS:
        return value, ""
    return None, f"expected one of {', '.join(TIME_COLUMNS)}"


def _take_yes_no(value: object) -> _Taken:
    return (value, "") if isinstance(value, bool) else (None, "expected true or false")


def _extent(bounds: tuple[int, int], unit: str) -> Callable[[object], _Taken]:
    least, most = bounds

    def take(value: object) -> _Taken:
        is_count = isinstance(value, int) and not isinstance(value, bool)
        if is_count and (value == 0 or least <= value <= most):  # type: ignore[operator]
            return value, ""
        share = _PERCENT.fullmatch(value) if isinstance(value, str) else None
        if share and 10 <= int(share[1]) <= 80:
            return f"{share[1]}%", ""
        return None, f'expected {unit} from {least} to {most}, or a share from "10%" to "80%"'

    return take


def _take_keys(value: object) -> _Taken:
    """The keys that will do; a sentence about the first that will not."""
    from wstui.events import safe_text

    if not isinstance(value, dict):
        return None, "expected a table of binding ids and keys"
    known = {binding_id(action) for action in ACTIONS if action.keys}
    taken, problem = {}, ""
    for name, keys in value.items():
        if name not in known:
            problem = problem or f": there is no binding “{safe_text(name)}”; docs/settings.md lists them"
        elif not isinstance(keys, str) or not all(_KEY.fullmatch(key.strip()) for key in keys.split(",")):
            got = f"got “{safe_text(str(keys))}”"
            problem = problem or f".{name}: expected a key's name as f5, ctrl+g or shift+f2, {got}"
        else:
            taken[name] = keys
    return taken, problem


_TAKE: dict[str, Callable[[object], _Taken]] = {
    "theme": _take_theme,
    "time_column": _take_time,
    "pings_in_list": _take_yes_no,
    "panel_width": _extent(PANEL_CELLS, "columns"),
    "detail_height": _extent(DETAIL_LINES, "lines"),
    "keys": _take_keys,
}
