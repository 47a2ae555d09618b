r"""Alt+Enter in terminals without the extended keyboard protocol (tmux, older ones).

They send ESC CR, which Textual's table does not know: after a delay it would arrive as a plain Enter
and send a half-written message. Terminals with the protocol send ``CSI 13;3u`` and need none of this.
"""

import contextlib
from enum import Enum


class _LegacyKey(Enum):
    """Shaped like Textual's own ``Keys``: the value is the key's name."""

    ALT_ENTER = "alt+enter"


def teach_alt_enter() -> None:
    """Add ESC CR and ESC LF to Textual's table of sequences; harmless when repeated."""
    with contextlib.suppress(ImportError):
        from textual import _ansi_sequences

        table = _ansi_sequences.ANSI_SEQUENCES_KEYS
        if isinstance(table, dict):
            table.update({"\x1b\r": (_LegacyKey.ALT_ENTER,), "\x1b\n": (_LegacyKey.ALT_ENTER,)})
