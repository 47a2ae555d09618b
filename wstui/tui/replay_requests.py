"""What the dialogs of driving and serving ask for, checked: what their programs are told. Pure."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from wstui.profiles import REDACTED, ProfileError, find_profile, profile_to_mapping
from wstui.targets import Destination, find_target
from wstui.timeline import SessionInfo

CAUSAL, RECORDED, SCALED = "as answers come", "recorded", "scaled"
PACES = (CAUSAL, RECORDED, SCALED)
MATCHES = {
    "causal": "an answer follows the message that it answered; what is unknown is reported, not answered",
    "strict": "the client must say what the recorded one said, in order; else it is closed with 1008",
    "loose": "any message is taken for the recorded one that it resembles, as often as it comes",
}
_LARGEST_PORT = 65535


class RequestError(Exception):
    """Something typed will not do; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class DriveRequest:
    """A recorded client is to be driven again."""

    session: Path
    endpoint: str
    """As it was typed."""
    profile: dict[str, Any]
    name: str
    as_recorded: bool
    """The endpoint is a bare URL: what shapes the conversation is the recording's."""
    speed: float | None
    timeout_s: float

    @property
    def line(self) -> dict[str, Any]:
        """The program's request."""
        return {
            "session": str(self.session),
            "profile": self.profile,
            "name": self.name,
            "as_recorded": self.as_recorded,
            "speed": self.speed,
            "timeout_s": self.timeout_s,
        }


@dataclass(frozen=True, slots=True)
class ServeRequest:
    """A recorded server is to be played."""

    session: Path
    port: int
    match: str
    speed: float

    @property
    def line(self) -> dict[str, Any]:
        """The program's request."""
        return {
            "session": str(self.session), "port": self.port, "match": self.match, "speed": self.speed,
        }  # fmt: skip


def default_endpoint(info: SessionInfo) -> str:
    """The recorded URL; the profile, where the recording left out a secret of it and it still exists."""
    settings = msgspec.json.encode(info.settings).decode()
    secret = REDACTED in info.url or REDACTED in settings or "${" in settings
    return info.profile if secret and info.profile and find_profile(info.profile) else info.url


def drive_request(session: Path, endpoint: str, pace: str, times: str, wait_s: str) -> DriveRequest:
    """What was typed, checked.

    Raises:
        RequestError: something of it will not do.
    """
    if not endpoint.strip():
        raise RequestError("Type which endpoint is driven: a URL or a profile's name.")
    try:
        target = find_target(endpoint)
    except ProfileError as error:
        raise RequestError(str(error)) from error
    if not isinstance(target, Destination):
        raise RequestError(f"{endpoint} is a recorded session; expected a URL or a profile's name.")
    speed = {CAUSAL: None, RECORDED: 1.0}.get(pace, 0.0)
    return DriveRequest(
        session,
        endpoint.strip(),
        profile_to_mapping(target.profile),
        target.name,
        target.path is None,
        positive(times, "How many times as fast") if speed == 0.0 else speed,
        positive(wait_s, "How long to wait, in seconds"),
    )


def serve_request(session: Path, port: str, match: str, speed: str) -> ServeRequest:
    """What was typed, checked.

    Raises:
        RequestError: something of it will not do.
    """
    text = port.strip() or "0"
    if not (text.isascii() and text.isdigit() and int(text) <= _LARGEST_PORT):
        raise RequestError(f"Port: a number up to {_LARGEST_PORT}; 0 takes a free one.")
    return ServeRequest(session, int(text), match, positive(speed, "Speed"))


def positive(text: str, what: str) -> float:
    """A number above 0.

    Raises:
        RequestError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise RequestError(f"{what}: a number above 0, as 1 or 4 or 0.5.")
    return value
