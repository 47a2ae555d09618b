"""The lab: an embedded WebSocket endpoint that behaves, or misbehaves by name.

For ``wstui demo`` and ``wstui lab``, for practice, and for our own tests. It speaks the server's side
over raw asyncio streams with frames of its own, because a WebSocket library would not let it break
the rules. It imports the vocabulary and nothing of the client, so that the two sides cannot share a
mistake.
"""

from wstui.lab import faults as _faults  # noqa: F401 - fills the table
from wstui.lab.registry import FAULTS, Fault
from wstui.lab.server import EndpointServer, LabError, LabServer

__all__ = ["FAULTS", "EndpointServer", "Fault", "LabError", "LabServer"]
