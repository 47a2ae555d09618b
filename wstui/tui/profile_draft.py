"""A profile that is being written: where it came from, and how it gets into its file. No widget in here."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wstui.events import safe_text
from wstui.profiles import (
    Profile,
    ProfileError,
    load_profile,
    profile_to_mapping,
    redact_url,
    save_profile,
)
from wstui.profiles.curl import profile_from_curl
from wstui.profiles.read import FILE_LIMIT_BYTES, shown_path
from wstui.profiles.shelf import own_profile_path, profile_slug
from wstui.profiles.urls import parse_url


class ChangedMeanwhileError(ProfileError):
    """Somebody else wrote the file since it was read; saving once more overwrites that."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form begins with."""

    name: str = ""
    tables: dict[str, Any] = field(default_factory=dict)
    path: Path | None = None
    """The file that is edited; None: a new one comes to be."""
    data: bytes = b""
    """The file as it was read."""
    remark: str = ""
    """What a person should know before saving."""


def edit_draft(path: Path, *, template: bool) -> Draft:
    """Edit a profile; a template is copied, for it belongs to the installation.

    Raises:
        ProfileError: the file cannot be read, or is no TOML.
    """
    tables, data = _read(path)
    if template:
        remark = "A template: saving makes a copy of your own, which is used in its place."
        return Draft(path.stem, tables, remark=remark)
    has_comments = any(line.lstrip().startswith(b"#") for line in data.splitlines())
    return Draft(
        path.stem, tables, path, data, "The comments in its file go when it is saved." * has_comments
    )


def copy_draft(path: Path) -> Draft:
    """A new profile that begins as a copy.

    Raises:
        ProfileError: the file cannot be read, or is no TOML.
    """
    return Draft(_free_name(path.stem), _read(path)[0])


def curl_draft(text: str) -> Draft:
    """A new profile from a curl command.

    Raises:
        ProfileError: it is none that could be connected with.
    """
    profile, secrets = profile_from_curl(text)
    name = _free_name(parse_url(profile.url).host or "imported", copy=False)
    named = ", ".join(dict.fromkeys(map(safe_text, secrets)))
    remark = (
        f"It holds secrets ({named}): ${{NAME}} in their place keeps them out of the file." if named else ""
    )
    return Draft(name, profile_to_mapping(profile), remark=remark)


def new_draft(profile: Profile, name: str = "") -> Draft:
    """A new profile with these settings: what was dialled by its URL, or whose file is gone."""
    remark = "No file yet: saving makes a profile of it."
    if redact_url(profile.url) != profile.url:
        remark = "The URL holds a secret: ${NAME} in its place keeps that out of the file."
    base = name or parse_url(profile.url).host or "session"
    return Draft(_free_name(base, copy=False), profile_to_mapping(profile), remark=remark)


def save_draft(draft: Draft, name: str, profile: Profile, *, overwrite: bool = False) -> Path:
    """Write the file, whole or not at all; its path.

    Raises:
        ChangedMeanwhileError: it is not the file any more that was read.
        ProfileError: a name that will not do or is taken, or a file that cannot be written.
    """
    path = draft.path or _new_path(name)
    if draft.path is not None and not overwrite and _bytes_of(path) != draft.data:
        raise ChangedMeanwhileError(
            f"{shown_path(path)} was changed or deleted on disk meanwhile: ^s again writes yours over it."
        )
    save_profile(path, profile)
    return path


def delete_profile(path: Path) -> None:
    """Delete a profile's file; its sessions stay.

    Raises:
        ProfileError: it cannot be deleted.
    """
    try:
        path.unlink()
    except OSError as error:
        raise ProfileError(f"{shown_path(path)}: cannot be deleted: {error.strerror or error}.") from error


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    data = _bytes_of(path)
    try:
        return tomllib.loads(data.decode("utf-8-sig")), data
    except (ValueError, RecursionError):
        load_profile(path)  # says in a sentence why it cannot be read
        return {}, data


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(FILE_LIMIT_BYTES)
    except OSError:
        return b""


def _new_path(name: str) -> Path:
    if not name.strip():
        raise ProfileError("A profile needs a name.")
    path = own_profile_path(name)
    if path.exists():
        raise ProfileError(f"There is already a profile “{path.stem}”: choose another name.")
    return path


def _free_name(stem: str, *, copy: bool = True) -> str:
    base = f"{profile_slug(stem)}-copy" if copy else profile_slug(stem)
    name, number = base, 2
    while own_profile_path(name).exists():
        name, number = f"{base}-{number}", number + 1
    return name
