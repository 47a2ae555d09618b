"""What a person named to be shown or connected to: a session file, a profile, or a URL.

Also what can be dialled again from a recording.
"""

from dataclasses import dataclass
from pathlib import Path

from wstui.places import is_file, typed_path
from wstui.profiles import (
    REDACTED,
    Profile,
    ProfileError,
    find_profile,
    load_profile,
    profile_for_url,
)
from wstui.timeline import Catalogue, SessionInfo, TimelineError


@dataclass(frozen=True, slots=True)
class Destination:
    """Something to dial: a profile, by its name, or made for a bare URL (then without one)."""

    profile: Profile
    name: str = ""
    path: Path | None = None
    """The profile's file."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A session file to look at."""

    path: Path


Target = Destination | Recording


def find_target(text: str) -> Target:
    """What ``text`` names: a session file, else a profile, else a session's name, else a URL.

    Raises:
        ProfileError: it is none of these; the message is a sentence.
    """
    text = text.strip()
    path = typed_path(text)
    if path.suffix == ".wstui" and is_file(path):
        return Recording(path)
    profile = find_profile(text)
    if profile is not None:
        return Destination(load_profile(profile), profile.stem, profile)
    if not _looks_like_url(text):
        try:
            return Recording(Catalogue().find(text))
        except TimelineError as error:
            if path.suffix == ".wstui" or text == "last":
                raise ProfileError(str(error)) from error
    return destination_for_url(text)


def destination_for_url(text: str) -> Destination:
    """A bare URL with the defaults.

    Raises:
        ProfileError: it is not a URL that can be dialled.
    """
    if REDACTED in text:
        raise ProfileError(f"This URL came from a recording without its secret: replace {REDACTED} in it.")
    return Destination(profile_for_url(text))


def destination_of_recording(info: SessionInfo) -> Destination:
    """Where a recorded session went: by its profile where that still exists, else by its URL.

    Raises:
        ProfileError: the profile is broken, or the URL lost a secret when it was recorded.
    """
    path = find_profile(info.profile) if info.profile else None
    if path is not None:
        return Destination(load_profile(path), info.profile, path)
    return destination_for_url(info.url)


def _looks_like_url(text: str) -> bool:
    return "://" in text or ":" in text or text == "localhost"
