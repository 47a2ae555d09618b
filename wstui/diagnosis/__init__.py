"""Why a connection ended: from a session's events to a verdict that names its evidence.

Pure functions over a timeline reader; nothing here touches a socket, a screen or a clock. The way:
``gather`` (which events matter) → ``evidence`` (facts of one connection) → ``rules`` (findings) →
``diagnose`` (ranking, one verdict).
"""

from wstui.diagnosis.diagnose import diagnose, diagnose_events
from wstui.diagnosis.verdict import Alternative, Because, Finding, Verdict

__all__ = ["Alternative", "Because", "Finding", "Verdict", "diagnose", "diagnose_events"]
