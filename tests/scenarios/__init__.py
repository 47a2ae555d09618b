"""Endings with a known cause, for ``make lab``: each a server to start, what the client does, and the truth.

Nothing in here knows wstui's diagnosis; the truth is what the server was made to do.
"""

from tests.scenarios import closing, dialects, dialling, ending, heartbeats, idle, third_party
from tests.scenarios.model import SCENARIOS, Scenario, Unavailable

__all__ = [
    "SCENARIOS",
    "Scenario",
    "Unavailable",
    "closing",
    "dialects",
    "dialling",
    "ending",
    "heartbeats",
    "idle",
    "third_party",
]
