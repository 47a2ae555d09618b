"""What a person has set for the terminal UI, kept in ``settings.toml`` of the config folder.

A file that cannot be used is said in a sentence and left as it is; the defaults hold meanwhile.
"""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import tomli_w
from msgspec import Meta

from wstui.events import safe_text
from wstui.places import config_folder
from wstui.profiles.write import replace_file
from wstui.tui.actions import ACTIONS, binding_id

FILE_NAME = "settings.toml"
_LIMIT_BYTES = 1 << 20
_KEY = re.compile(r"(?:(?:ctrl|shift|alt|super)\+)*(?:[a-z][a-z0-9_]*|[A-Z0-9])")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``settings.toml``."""

    theme: Annotated[str, Meta(description="a theme's name")] = ""
    """Empty: wstui's own."""
    keys: Annotated[dict[str, str], Meta(description="a table of binding ids and keys")] = {}
    """Textual's names of the keys, separated by commas, by the id of the binding."""


class SettingsError(Exception):
    """The file cannot be used, or not be written; the message is a sentence."""


def with_theme(settings: Settings, name: str) -> Settings:
    """The same settings with another theme."""
    return msgspec.structs.replace(settings, theme=name)


def settings_path() -> Path:
    """Where the settings are, or would be written."""
    return config_folder() / FILE_NAME


def read_settings() -> Settings:
    """What the file says; the defaults where there is none.

    Raises:
        SettingsError: it cannot be read, or says something that cannot be.
    """
    try:
        with settings_path().open("rb") as file:
            data = file.read(_LIMIT_BYTES)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{FILE_NAME}: cannot be read: {error.strerror or error}.") from error
    try:
        settings = msgspec.convert(tomllib.loads(data.decode("utf-8-sig")), Settings)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{FILE_NAME}: {safe_text(str(error))}.") from None
    _check_keys(settings.keys)
    return settings


def _check_keys(keys: dict[str, str]) -> None:
    known = {binding_id(action) for action in ACTIONS if action.keys}
    for name, value in keys.items():
        if name not in known:
            raise SettingsError(
                f"{FILE_NAME}: keys: there is no binding “{safe_text(name)}”; docs/settings.md lists them."
            )
        for key in value.split(","):
            if not _KEY.fullmatch(key.strip()):
                example = "as f5, ctrl+g or shift+f2"
                raise SettingsError(
                    f"{FILE_NAME}: keys.{name}: expected a key's name {example}, got “{safe_text(key)}”."
                )


def change_settings(change: Callable[[Settings], Settings]) -> None:
    """Read, change and write the file, whole or not at all. A file that cannot be used is left alone.

    Raises:
        SettingsError: it cannot be used, or not be written.
    """
    changed = change(read_settings())
    tables = {key: value for key, value in msgspec.to_builtins(changed).items() if value}
    path = settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, tomli_w.dumps(tables).encode())
    except OSError as error:
        raise SettingsError(f"{FILE_NAME}: cannot be written: {error.strerror or error}.") from error
