"""Knowledge as data: what services, servers and proxies do, in TOML files beside this module.

Loaded once, on first use, and checked against the types in :mod:`wstui.dialects.knowledge`. Nothing
here looks at a connection: diagnosis asks, this answers.
"""

from wstui.dialects.knowledge import (
    HeartbeatShape,
    Intermediary,
    Knowledge,
    ReasonPattern,
    knowledge,
)

__all__ = ["HeartbeatShape", "Intermediary", "Knowledge", "ReasonPattern", "knowledge"]
