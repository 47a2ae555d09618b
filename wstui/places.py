"""Where wstui's files live.

``WSTUI_HOME``, when set, holds everything; otherwise the platform's own folders for configuration
and data (platformdirs). Nothing here creates a folder: who writes, makes.
"""

import os
from pathlib import Path


def typed_path(text: str) -> Path:
    """A path as a person typed it, ``~`` filled in where that says something; never raises."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # a user that does not exist
        return Path(text)


def is_file(path: Path) -> bool:
    """Whether there is such a file; no name is too long, or too odd, to be asked about."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _home() -> Path | None:
    home = os.environ.get("WSTUI_HOME")
    return typed_path(home) if home else None


def config_folder() -> Path:
    """Profiles, settings and a person's own dialects."""
    home = _home()
    if home is not None:
        return home
    from platformdirs import user_config_path

    return user_config_path("wstui", appauthor=False)


def data_folder() -> Path:
    """Recorded sessions."""
    home = _home()
    if home is not None:
        return home
    from platformdirs import user_data_path

    return user_data_path("wstui", appauthor=False)


def profiles_folder() -> Path:
    """A person's own profiles, one TOML file each."""
    return config_folder() / "profiles"


def dialects_folder() -> Path:
    """A person's own dialects, one TOML file each."""
    return config_folder() / "dialects"


def timelines_folder() -> Path:
    """Session files, in a folder for each profile."""
    return data_folder() / "timelines"
