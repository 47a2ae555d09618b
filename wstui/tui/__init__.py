"""The terminal UI: screens over a session file, and over the engine that makes the file grow.

The only folder that imports textual and rich. A screen holds an engine handle (or none, for a
recording) and a timeline reader; it never sees a socket or SQL. Peer text reaches a widget only
through ``wstui.events.safe_text``, as ``Content`` or segments, never as markup.
"""

import contextlib
import gc
import os


def run(*targets: str, demo: str | None = None) -> int:
    """Run the terminal UI until the person leaves; the exit status.

    Args:
        targets: profiles' names, URLs, session files, each for a tab; none shows the home screen.
        demo: a fault of the lab: start it on a port of its own and connect to it.
    """
    gc.disable()  # until the first frame stands: nothing of what is made until then goes away again
    try:
        from wstui.tui.app import WstuiApp
        from wstui.tui.legacy_keys import teach_alt_keys
        from wstui.tui.long_pastes import take_long_pastes

        teach_alt_keys()
        take_long_pastes()
        draw_behind_others()
        app = WstuiApp(*targets, demo=demo)
        app.run()
    finally:
        gc.enable()
    return app.return_code or 0


def draw_behind_others() -> None:
    """Let whoever has something to answer go first: a picture may come later than a pong (sched(7)).

    Children inherit it; the engine takes it back.
    """
    if hasattr(os, "SCHED_BATCH"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
