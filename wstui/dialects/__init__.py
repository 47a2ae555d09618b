"""Knowledge as data: what services, servers and proxies say and do, in TOML files beside this module.

Loaded on first use and checked against types. Nothing here looks at a connection or draws
conclusions: the engine feeds a :class:`Matcher`, diagnosis asks.
"""

from wstui.dialects.heartbeats import FoundHeartbeat, Reading, find_heartbeat, read_messages
from wstui.dialects.knowledge import (
    HeartbeatShape,
    Intermediary,
    Knowledge,
    ReasonPattern,
    knowledge,
    limits_near,
)
from wstui.dialects.loading import Catalogue, DialectError, catalogue, parse_dialect, read_dialect
from wstui.dialects.matcher import GENERIC, Mark, Matcher
from wstui.dialects.regularity import RegularHeartbeat, RegularityDetector, is_stable, median_period_s
from wstui.dialects.schema import CloseMeaning, Dialect, Heartbeat

__all__ = [
    "GENERIC",
    "Catalogue",
    "CloseMeaning",
    "Dialect",
    "DialectError",
    "FoundHeartbeat",
    "Heartbeat",
    "HeartbeatShape",
    "Intermediary",
    "Knowledge",
    "Mark",
    "Matcher",
    "Reading",
    "ReasonPattern",
    "RegularHeartbeat",
    "RegularityDetector",
    "catalogue",
    "find_heartbeat",
    "is_stable",
    "knowledge",
    "limits_near",
    "median_period_s",
    "parse_dialect",
    "read_dialect",
    "read_messages",
]
