"""The engine: the process that owns one session's wire and its recording.

:class:`EngineHandle` is what the terminal UI holds: it starts the process and talks to it in JSON
Lines (``docs/engine.md``).
"""

from wstui.engine.handle import EngineHandle
from wstui.engine.session import SessionEngine

__all__ = ["EngineHandle", "SessionEngine"]
