"""Writing a profile: defaults left out, the file replaced in one step.

What is written is the profile as it was read: ``${NAME}`` stays ``${NAME}``. Comments of the
file that is replaced are lost.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from wstui.profiles.errors import ProfileError
from wstui.profiles.model import Profile
from wstui.profiles.read import parse_profile, shown_path
from wstui.profiles.secrets import redact_headers, redact_mapping, redact_subprotocols, redact_url

_TABLE_LISTS = ("message", "script")


def profile_to_mapping(profile: Profile) -> dict[str, Any]:
    """The profile as TOML would hold it: plain values, defaults left out."""
    return _without_defaults(profile)


def _without_defaults(table: msgspec.Struct) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for field in msgspec.structs.fields(table):
        value = getattr(table, field.name)
        if value != _default(field):
            mapping[field.name] = _plain(value)
    return mapping


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return _without_defaults(value)
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return dict(value) if isinstance(value, dict) else value


def profile_to_toml(profile: Profile) -> str:
    """The profile as a TOML document; each saved message and script is a ``[[table]]`` of its own."""
    import tomli_w

    mapping = profile_to_mapping(profile)
    lists = {key: mapping.pop(key) for key in _TABLE_LISTS if key in mapping}
    parts = [tomli_w.dumps(mapping)]
    for key, tables in lists.items():
        parts += [f"[[{key}]]\n{_flat_table(table)}" for table in tables]
    return "\n".join(parts)


def _flat_table(table: dict[str, Any]) -> str:
    import tomli_w

    # tomli_w's multi-line strings lose carriage returns.
    readable = not any("\r" in value for value in table.values() if isinstance(value, str))
    return tomli_w.dumps(table, multiline_strings=readable)


def settings_snapshot(profile: Profile) -> dict[str, Any]:
    """The profile as a session file keeps it: secrets replaced, ``${NAME}`` kept."""
    mapping: dict[str, Any] = redact_mapping(profile_to_mapping(profile))
    mapping["url"] = redact_url(profile.url)
    if profile.headers:
        mapping["headers"] = dict(redact_headers(profile.headers.items()))
    if profile.subprotocols:
        mapping["subprotocols"] = redact_subprotocols(profile.subprotocols)
    if profile.tls.key is not None:
        mapping["tls"]["key"] = profile.tls.key  # a path
    return mapping


def save_profile(path: Path, profile: Profile) -> None:
    """Write the profile to ``path``, whole or not at all, readable by its owner only.

    Raises:
        ProfileError: the profile would not be accepted when read again, or cannot be written.
    """
    text = profile_to_toml(profile)
    parse_profile(text, source=shown_path(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode())
    except OSError as error:
        raise ProfileError(f"{shown_path(path)}: cannot be written: {error.strerror or error}.") from error


def replace_file(path: Path, data: bytes) -> None:
    """Write a small file whole or not at all, readable by its owner alone.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    # mkstemp makes the file with mode 0600, in the same folder so that the rename is atomic.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
