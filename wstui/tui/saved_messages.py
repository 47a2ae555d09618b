"""Messages kept under a name in a profile's file; a template is copied into the own folder first."""

from pathlib import Path

import msgspec

from wstui.profiles import Profile, ProfileError, SavedMessage, load_profile, own_profile_path, save_profile
from wstui.profiles.shelf import templates_folder
from wstui.targets import Destination
from wstui.tui.composing import Sent, parse_hex


def keep_message(destination: Destination, name: str, sent: Sent) -> Destination:
    """Write a message into the destination's profile, in place of one of the same name.

    The file is read again before: somebody may have edited it meanwhile.

    Returns:
        The destination with the profile as it is now.

    Raises:
        ProfileError: the profile cannot be read or written.
        HexError: the message's hexadecimal digits are none.
    """
    path = destination.path
    profile = load_profile(path) if path is not None and path.exists() else destination.profile
    changed = with_message(profile, name, sent)
    target = _own_path(destination)
    if target != path and target.exists():
        raise ProfileError(
            f"You have a profile {target.stem} of your own already: open that one to keep messages in it."
        )
    save_profile(target, changed)
    return Destination(changed, destination.name or target.stem, target)


def with_message(profile: Profile, name: str, sent: Sent) -> Profile:
    """The profile with the message; one of the same name gives way, in its place."""
    message = (
        SavedMessage(name, binary=parse_hex(sent.text).hex(" "))
        if sent.binary
        else SavedMessage(name, text=sent.text)
    )
    kept = list(profile.message)
    at = next((at for at, row in enumerate(kept) if row.name == name), None)
    if at is None:
        kept.append(message)
    else:
        kept[at] = message
    return msgspec.structs.replace(profile, message=kept)


def _own_path(destination: Destination) -> Path:
    path = destination.path
    if path is not None and not path.is_relative_to(templates_folder()):
        return path
    return own_profile_path(destination.name or _host(destination.profile.url))


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition(":")[0] or "session"
