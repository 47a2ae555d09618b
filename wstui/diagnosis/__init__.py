"""Why a connection ended: from a session's events to a verdict that names its evidence.

Pure functions over a timeline reader; nothing here touches a socket, a screen or a clock. The way:
``gather`` (which events matter) → ``evidence`` (facts of one connection) → ``rules`` (findings) →
``ranking`` → one verdict. Beside it: ``history`` (how earlier sessions ended, for comparison) and
``outlook`` (what a silence that still lasts may lead to).
"""

from wstui.diagnosis.diagnose import diagnose, diagnose_events
from wstui.diagnosis.evidence import Evidence, connection_evidence
from wstui.diagnosis.history import history_before, history_of
from wstui.diagnosis.outlook import Outlook, outlook, silence_limit
from wstui.diagnosis.past import PastEnding
from wstui.diagnosis.verdict import Alternative, Because, Finding, Verdict

__all__ = [
    "Alternative",
    "Because",
    "Evidence",
    "Finding",
    "Outlook",
    "PastEnding",
    "Verdict",
    "connection_evidence",
    "diagnose",
    "diagnose_events",
    "history_before",
    "history_of",
    "outlook",
    "silence_limit",
]
