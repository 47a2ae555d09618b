"""With which settings a recorded client dials again. Pure."""

from collections.abc import Iterator
from typing import Any

import msgspec

from wstui.profiles import (
    REDACTED,
    Heartbeat,
    Profile,
    ProfileError,
    Reconnect,
    parse_profile,
)
from wstui.replay.recording import Recording

_KEPT = ("compression", "limits", "dialect", "timeouts", "origin")
"""What the recording's own settings decide where no profile is given."""


def driven_profile(profile: Profile, recording: Recording, *, as_recorded: bool) -> Profile:
    """The profile to drive a recording with: no heartbeat and no retries but the recorded ones.

    Args:
        profile: of the endpoint.
        recording: what is driven.
        as_recorded: take what shapes the conversation from the recording, but never its credentials:
            they belong to the endpoint where it was recorded.
    """
    heartbeat = Heartbeat(interval=0.0, timeout=profile.heartbeat.timeout)
    quiet = msgspec.structs.replace(profile, heartbeat=heartbeat, reconnect=Reconnect())
    if not as_recorded:
        return quiet
    recorded = _readable(recording)
    if recorded is None:
        return quiet
    changed: dict[str, Any] = {name: getattr(recorded, name) for name in _KEPT}
    changed["subprotocols"] = quiet.subprotocols or _subprotocols(recording, recorded)
    changed["headers"] = {**dict(_plain_headers(recorded)), **quiet.headers}
    if quiet.timeouts != type(quiet.timeouts)():
        changed["timeouts"] = quiet.timeouts
    if changed["origin"] is not None and _is_secret(changed["origin"]):
        changed["origin"] = None
    return msgspec.structs.replace(quiet, **changed)


def left_out_headers(recording: Recording) -> list[str]:
    """Headers that the recorded client sent and that are not sent again: their values are secret."""
    recorded = _readable(recording)
    if recorded is None:
        return []
    names = [name for name, value in recorded.headers.items() if _is_secret(value)]
    return [*names, *(["Authorization"] if recorded.auth.type != "none" else [])]


def _readable(recording: Recording) -> Profile | None:
    """The recorded settings as a profile; None where they are none, as in an imported session."""
    settings = {name: value for name, value in recording.info.settings.items() if name != "replay_of"}
    try:
        return parse_profile({**settings, "url": "ws://127.0.0.1/"}, source="the recording")
    except ProfileError:
        return None


def _subprotocols(recording: Recording, recorded: Profile) -> list[str]:
    offered = [name for name in recorded.subprotocols if not _is_secret(name)]
    chosen = next((row.subprotocol for row in recording.opened if row.subprotocol), None)
    return offered or ([chosen] if chosen else [])


def _plain_headers(recorded: Profile) -> Iterator[tuple[str, str]]:
    for name, value in recorded.headers.items():
        if not _is_secret(value):
            yield name, value


def _is_secret(value: str) -> bool:
    return REDACTED in value or "${" in value
