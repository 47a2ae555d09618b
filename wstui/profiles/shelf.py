"""Where profiles are found: a person's own folder first, then the templates that come with wstui."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wstui.places import is_file, profiles_folder, typed_path
from wstui.profiles.errors import ProfileError
from wstui.profiles.read import load_profile
from wstui.profiles.secrets import redact_url


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """One profile of the list. ``url`` is safe to show; ``error`` says why it cannot be used."""

    name: str
    path: Path
    template: bool
    url: str = ""
    error: str = ""


def templates_folder() -> Path:
    """The shipped templates: inside the installed package, or at the root of a checkout."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "profiles"


def profile_slug(name: str) -> str:
    """A file name's stem for a profile: lower case, letters, digits, dots and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")
    return slug[:80].rstrip("-._") or "profile"


def own_profile_path(name: str) -> Path:
    """Where a person's own profile of that name is, or would be written."""
    return profiles_folder() / f"{profile_slug(name)}.toml"


def find_profile(name: str) -> Path | None:
    """The file of a profile: by its name, or by a path that ends in ``.toml``."""
    if name.endswith(".toml"):
        path = typed_path(name)
        if is_file(path):
            return path
        name = name.removesuffix(".toml")
    for folder in (profiles_folder(), templates_folder()):
        found = next((path for path in _files(folder) if path.stem == name), None)
        if found is not None:
            return found
    return None


def list_profiles() -> list[ProfileEntry]:
    """Own profiles, then the templates that no own profile of the same name replaces, each by name."""
    own = [_entry(path, template=False) for path in _files(profiles_folder())]
    taken = {entry.name for entry in own}
    templates = [_entry(path, template=True) for path in _files(templates_folder()) if path.stem not in taken]
    return own + templates


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(
            path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith(".")
        )
    except OSError:
        return


def _entry(path: Path, *, template: bool) -> ProfileEntry:
    try:
        return ProfileEntry(path.stem, path, template, url=redact_url(load_profile(path).url))
    except ProfileError as error:
        return ProfileEntry(path.stem, path, template, error=str(error))
