"""From a target and options of the command line to the profile that is dialled."""

import os
from dataclasses import dataclass

import msgspec

from wstui.cli.status import Failure
from wstui.profiles import (
    Profile,
    ProfileError,
    find_profile,
    load_profile,
    parse_profile,
    profile_for_url,
    profile_to_mapping,
)
from wstui.targets import Destination, find_target


@dataclass(frozen=True, slots=True)
class Overrides:
    """Options that replace what the profile says. None, False and empty: as the profile has it."""

    ping_every: float | None = None
    ping_timeout: float | None = None
    open_timeout: float | None = None
    max_size: int | None = None
    no_compression: bool = False
    insecure: bool = False
    ca: str | None = None
    headers: tuple[str, ...] = ()
    subprotocols: tuple[str, ...] = ()
    retry: int | None = None


def destination(target: str | None, profile_name: str | None, overrides: Overrides) -> Destination:
    """What to dial, and how.

    Args:
        target: a URL or a profile's name; None takes the URL of ``profile_name``.
        profile_name: a profile whose settings are wanted.
        overrides: what the command line says otherwise.

    Raises:
        Failure: nothing to dial, or not with these settings.
        ProfileError: the profile is wrong, or the target is no URL.
    """
    where = _destination(target, profile_name)
    profile = _checked(_overridden(where.profile, overrides))
    return Destination(profile, where.name, where.path)


def _destination(target: str | None, profile_name: str | None) -> Destination:
    if profile_name is None:
        if target is None:
            raise Failure("There is nothing to connect to: expected a URL, a profile's name or --profile.")
        found = find_target(target)
        if not isinstance(found, Destination):
            raise Failure(f"{target} is a recorded session; expected a URL or a profile.")
        return found
    path = find_profile(profile_name)
    if path is None:
        raise Failure(f"There is no profile “{profile_name}”; “wstui profile list” shows which there are.")
    profile = load_profile(path)
    if target is not None:
        profile = msgspec.structs.replace(profile, url=profile_for_url(target).url)
    return Destination(profile, path.stem, path)


def _overridden(profile: Profile, options: Overrides) -> Profile:
    replace = msgspec.structs.replace
    tables = {
        "heartbeat": _given(
            interval=options.ping_every,
            timeout=options.ping_timeout,
            on_missed=None if options.ping_timeout is None else "close",
        ),
        "timeouts": _given(open=options.open_timeout),
        "limits": _given(message=options.max_size),
        "tls": _given(ca=_absolute(options.ca), verify=False if options.insecure else None),
        "reconnect": {} if options.retry is None else _retrying(options.retry),
    }
    changed: dict[str, object] = {
        name: replace(getattr(profile, name), **keys) for name, keys in tables.items() if keys
    }
    if options.no_compression:
        changed["compression"] = False
    if options.subprotocols:
        changed["subprotocols"] = list(options.subprotocols)
    if options.headers:
        changed["headers"] = _merged(profile.headers, options.headers)
    return replace(profile, **changed)


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _retrying(attempts: int) -> dict[str, object]:
    return {"mode": "on", "attempts": attempts} if attempts else {"mode": "off"}


def _absolute(path: str | None) -> str | None:
    return None if path is None else os.path.abspath(path)  # noqa: PTH100 - a link stays a link


def _merged(headers: dict[str, str], lines: tuple[str, ...]) -> dict[str, str]:
    """The profile's headers with those of ``lines`` in place of the same name, whatever its case."""
    merged = dict(headers)
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise Failure(f"A header is written as 'Name: value', not {line!r}.")
        for same in [known for known in merged if known.lower() == name.strip().lower()]:
            del merged[same]
        merged[name.strip()] = value.strip()
    return merged


def _checked(profile: Profile) -> Profile:
    """The same profile once more through the reader, for the rules that hold between keys."""
    try:
        return parse_profile(profile_to_mapping(profile), source="the command line")
    except ProfileError as error:
        raise Failure(str(error)) from error
