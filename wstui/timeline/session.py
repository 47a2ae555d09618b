"""What a session file says about itself, and where a new one goes."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from wstui.places import timelines_folder
from wstui.timeline.rows import DamagedRowError, Row, decode_object

SUFFIX = ".wstui"
"""Every session file ends in this."""

SESSION = "SELECT started_ns, profile, url, settings, wstui_version, title, id, ended_ns, pinned FROM session"
"""The query for :func:`to_session_info`."""

_PARTS = 1 << 16
"""Of a second, in a file's name."""

_TRIES = 1000

_Rest = tuple[str, str, str, int | None, int]
_UNFIT_FOR_A_FOLDER = re.compile(r"[^\w.@+-]+")


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """The one row of the ``session`` table.

    Who starts a recording fills the first six; the rest is what the file adds.
    """

    started_ns: int
    """Wall clock at the start, in ns since 1970; session time goes on from here."""
    profile: str
    """The profile's name; empty for a bare URL."""
    url: str
    """Without credentials."""
    settings: dict[str, Any] = field(default_factory=dict)
    """A snapshot of the profile, secrets already replaced."""
    wstui_version: str = ""
    title: str = ""
    id: str = ""
    """A random name that stays with the session when its file is renamed."""
    ended_ns: int | None = None
    """Session time of the end; None while it is recorded, or when the recorder was killed."""
    pinned: bool = False
    """Never removed by retention."""


def to_session_info(rows: list[Row]) -> SessionInfo:
    """The session's row as it comes from the file, in the order of the fields.

    Raises:
        DamagedRowError: there is none, or it is not what a writer writes.
    """
    if not rows:
        raise DamagedRowError("the session's own row is missing")
    started_ns, profile, url, settings, *rest = rows[0]
    try:
        version, title, session_id, ended_ns, pinned = msgspec.convert(rest, _Rest)
        return SessionInfo(
            *msgspec.convert((started_ns, profile, url), tuple[int, str, str]),
            decode_object(settings),
            version,
            title,
            session_id,
            ended_ns,
            bool(pinned),
        )
    except msgspec.ValidationError as error:
        raise DamagedRowError(f"a session's row that no wstui wrote: {error}") from error


def profile_folder(profile_name: str, folder: Path | None = None) -> Path:
    """The folder of a profile's sessions; an unnamed profile has ``unnamed``."""
    name = _UNFIT_FOR_A_FOLDER.sub("-", profile_name).strip(".-")[:80]
    return (folder or timelines_folder()) / (name or "unnamed")


def new_session_path(profile_name: str, start_ns: int, folder: Path | None = None) -> Path:
    """A path for a new session: ``<folder>/<profile>/<UTC start>-<4 hex>.wstui``.

    The digits are the fraction of the second in 65,536ths, so that names sort by start; of two that
    would have the same name the second takes the next.

    Args:
        profile_name: anything; what does not suit a folder's name is replaced.
        start_ns: wall clock at the start, in ns since 1970.
        folder: of all sessions; the person's own by default.
    """
    seconds, rest_ns = divmod(start_ns, 1_000_000_000)
    start = f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%SZ}"
    own = profile_folder(profile_name, folder)
    first = rest_ns * _PARTS // 1_000_000_000
    names = [f"{start}-{(first + more) % _PARTS:04x}{SUFFIX}" for more in range(_TRIES)]
    # A name stands for one session whatever its profile is.
    return own / next((name for name in names if not any(own.parent.glob(f"*/{name}"))), names[-1])
