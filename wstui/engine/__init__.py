"""The engine: the process that owns one session's wire and its recording.

:class:`EngineHandle` is what the terminal UI holds: it starts the process and talks to it in JSON
Lines (``docs/engine.md``). :class:`LocalEngine` offers the same interface within the caller's own
process, for headless commands; both satisfy :class:`SessionEngine`. The names below are loaded when
first used, so that whoever only needs the handle imports neither sockets nor SQL.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wstui.engine.engine import Engine
    from wstui.engine.handle import EngineHandle
    from wstui.engine.local import LocalEngine
    from wstui.engine.player import ScriptPlayer
    from wstui.engine.session import SessionEngine
    from wstui.engine.steps import StepError, parse_step, parse_steps

__all__ = [
    "Engine",
    "EngineHandle",
    "LocalEngine",
    "ScriptPlayer",
    "SessionEngine",
    "StepError",
    "parse_step",
    "parse_steps",
]

_HOMES = {
    "Engine": "wstui.engine.engine",
    "EngineHandle": "wstui.engine.handle",
    "LocalEngine": "wstui.engine.local",
    "ScriptPlayer": "wstui.engine.player",
    "SessionEngine": "wstui.engine.session",
    "StepError": "wstui.engine.steps",
    "parse_step": "wstui.engine.steps",
    "parse_steps": "wstui.engine.steps",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
