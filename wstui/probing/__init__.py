"""Active examination of an endpoint: what is tried, what each trial shows, what follows for a heartbeat.

Pure: ``trials`` says what a client does in each connection, ``showing`` reads what a recorded trial
shows, ``findings`` concludes from the trials together. Whoever owns an engine carries them out.
"""

from wstui.probing.findings import Findings, conclude
from wstui.probing.showing import Showing, showing
from wstui.probing.trials import (
    ProbeOptions,
    Trial,
    contact_trial,
    kept_trial,
    silence_trial,
)

__all__ = [
    "Findings",
    "ProbeOptions",
    "Showing",
    "Trial",
    "conclude",
    "contact_trial",
    "kept_trial",
    "showing",
    "silence_trial",
]
