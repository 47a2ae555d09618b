"""A recorded session made live again: played back, driven against an endpoint, compared, served.

Everything starts from a session file. :class:`PlaybackClock` moves a view through one;
:mod:`~wstui.replay.driving` sends what its client sent to an endpoint; :mod:`~wstui.replay.compare` sets two
server sides beside each other; :mod:`~wstui.replay.serving` plays its server to any client. Which
message stands for which is told by shape and identity (:mod:`~wstui.replay.shapes`), never by bytes alone.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wstui.replay.playback import EventTimes, Playback, PlaybackClock, ReaderTimes
    from wstui.replay.recording import Recording, RecordingError, read_recording

__all__ = [
    "EventTimes",
    "Playback",
    "PlaybackClock",
    "ReaderTimes",
    "Recording",
    "RecordingError",
    "read_recording",
]

_HOMES = {
    "EventTimes": "wstui.replay.playback",
    "Playback": "wstui.replay.playback",
    "PlaybackClock": "wstui.replay.playback",
    "ReaderTimes": "wstui.replay.playback",
    "Recording": "wstui.replay.recording",
    "RecordingError": "wstui.replay.recording",
    "read_recording": "wstui.replay.recording",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
