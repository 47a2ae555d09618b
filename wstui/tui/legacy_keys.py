r"""Keys with Alt in terminals without the extended keyboard protocol (tmux, older ones).

They send ESC and the key. ESC CR is not in Textual's table: after a delay it would arrive as a plain
Enter and send a half-written message. ESC and a digit is there, as a character of a Mac's Option key. ESC
and a letter is understood after that delay, and not at all when the next key comes before it is over.
Terminals with the protocol send ``CSI 13;3u`` and need none of this.
"""

import contextlib
from enum import Enum


class _LegacyKey(Enum):
    """Shaped like Textual's own ``Keys``: the value is the key's name."""

    ALT_ENTER = "alt+enter"
    ALT_1 = "alt+1"
    ALT_2 = "alt+2"
    ALT_3 = "alt+3"
    ALT_4 = "alt+4"
    ALT_5 = "alt+5"
    ALT_6 = "alt+6"
    ALT_7 = "alt+7"
    ALT_8 = "alt+8"
    ALT_9 = "alt+9"
    ALT_J = "alt+j"
    ALT_W = "alt+w"


def teach_alt_keys() -> None:
    """Put what they send into Textual's table of sequences; harmless when repeated."""
    with contextlib.suppress(ImportError):
        from textual import _ansi_sequences

        table = _ansi_sequences.ANSI_SEQUENCES_KEYS
        if isinstance(table, dict):
            enter = (_LegacyKey.ALT_ENTER,)
            table.update({"\x1b\r": enter, "\x1b\n": enter})
            table.update({f"\x1b{digit}": (_LegacyKey(f"alt+{digit}"),) for digit in range(1, 10)})
            table.update({"\x1bj": (_LegacyKey.ALT_J,), "\x1bw": (_LegacyKey.ALT_W,)})
