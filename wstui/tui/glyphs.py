"""Which characters the terminal can show: the drawing set, or plain ASCII where there is no UTF-8.

Everything here is one cell wide.
"""

import locale
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of characters; fields say what a character stands for."""

    braille: bool
    """2×4 dots in a cell, or one character for the place in the cell where the dots are."""
    rule: str
    focused_rule: str
    axis_vertical: str
    axis_corner: str
    axis_tick: str
    server_tick: str
    both_ticks: str
    missed: str
    late: str
    end_line: str
    boundary_line: str
    note: str
    more: str
    bar: str
    """Fillings of one cell from empty to full."""
    track: str
    left_half: str
    folded: str
    unfolded: str


UNICODE = Glyphs(
    braille=True,
    rule="─",
    focused_rule="━",
    axis_vertical="┤",
    axis_corner="└",
    axis_tick="┬",
    server_tick="┴",
    both_ticks="┼",
    missed="╳",
    late="▲",
    end_line="┊",
    boundary_line="╎",
    note="✎",
    more="…",
    bar=" ▏▎▍▌▋▊▉█",
    track="░",
    left_half="▌",
    folded="▸",
    unfolded="▾",
)

ASCII = Glyphs(
    braille=False,
    rule="-",
    focused_rule="=",
    axis_vertical="|",
    axis_corner="+",
    axis_tick="+",
    server_tick="^",
    both_ticks="^",
    missed="X",
    late="^",
    end_line=":",
    boundary_line=":",
    note="*",
    more="~",
    bar="  --====#",
    track=".",
    left_half="|",
    folded="+",
    unfolded="-",
)


def speaks_unicode(encoding: str | None = None) -> bool:
    """Whether the terminal's encoding is UTF-8.

    Textual replaces ``sys.stdout`` while it runs, so the original stream is asked.

    Args:
        encoding: the encoding's name, if it is known already.
    """
    if encoding is None:
        encoding = getattr(sys.__stdout__, "encoding", None) or locale.getpreferredencoding(False)
    return encoding.lower().replace("-", "").replace("_", "") in {"utf8", "utf8sig", "cp65001"}


def terminal_glyphs() -> Glyphs:
    """The set for this process's terminal."""
    return UNICODE if speaks_unicode() else ASCII


def shown_in(text: str, glyphs: Glyphs) -> str:
    """Words for a terminal; without UTF-8 what has no ASCII form becomes ``?``."""
    if glyphs.braille:
        return text
    return text.translate(_PLAIN).encode("ascii", "replace").decode("ascii")


_PLAIN = str.maketrans("µ×–…“”→←·✎", 'ux-~""><-*')
