"""The tones: names for what a piece of text means, in the theme's colours. Glyphs and words say the same.

A widget that draws its own lines takes them from :class:`Toned`, which lays them over the widget's own
ground. They are no component classes: Textual would match each of these against every rule whenever the
widget, or one around it, changes a class or the focus.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar, NamedTuple

from rich.style import Style
from textual.color import Color
from textual.widget import Widget


class Tone(NamedTuple):
    """A theme's variable, with or without a share (``foreground 30%``), and the shape of the letters."""

    colour: str
    letters: str = ""


TONES: Mapping[str, Tone] = {
    "plain": Tone("foreground"),
    "quiet": Tone("text-muted"),
    "received": Tone("text-primary"),
    "sent": Tone("text-warning"),
    "good": Tone("text-success"),
    "warning": Tone("text-warning"),
    "error": Tone("text-error", "bold"),
    "accent": Tone("text-accent"),
    "note": Tone("text-secondary"),
    "key": Tone("text-primary"),
    "string": Tone("text-success"),
    "number": Tone("text-warning"),
    "word": Tone("text-accent"),
    "heading": Tone("foreground", "bold"),
    "hit": Tone("text-accent", "bold underline"),
}

CONTENT_STYLES = {
    "quiet": "$foreground 72%",
    "good": "$text-success",
    "accent": "$text-accent",
    "warning": "$text-warning",
    "error": "$text-error",
}
"""The tones as styles of a ``Content``, where an ``auto`` colour such as $text-muted is not understood."""

MUTED = CONTENT_STYLES["quiet"]


def tone_on(tone: Tone, ground: Color, variables: Mapping[str, str]) -> Style:
    """A tone's letters on a ground, in the colours of a theme; it has no background of its own."""
    name, _, share = tone.colour.partition(" ")
    return _letters(f"{variables[name]} {share}", tone.letters, ground)


@lru_cache(maxsize=1024)
def _letters(colour: str, letters: str, ground: Color) -> Style:
    """As a stylesheet reads ``#7cc77f``, ``auto 60%`` or ``ansi_default 50%``."""
    words = colour.split()
    alpha = 1.0
    for word in words[1:]:
        alpha *= float(word.removesuffix("%")) / 100
    automatic = words[0] == "auto"
    text = ground.get_contrast_text(alpha) if automatic else Color.parse(words[0]).multiply_alpha(alpha)
    return Style.parse(letters) + Style(color=(ground + text).rich_color)


class Toned(Widget):
    """A widget that has tones. It stands last of the bases: Textual takes the styles of the first alone."""

    TONES: ClassVar[Mapping[str, Tone]] = TONES

    _tones: dict[str, Style] | None = None
    """What was looked up since the colours changed: that costs more than drawing a line."""

    def notify_style_update(self) -> None:
        """Colours changed: look them up anew."""
        super().notify_style_update()
        self._tones = None

    def tone(self, name: str) -> Style:
        """A tone over the widget's own ground; the widget's own style for no name."""
        if self._tones is None:
            self._tones = {"": self.rich_style}
        style = self._tones.get(name)
        if style is None:
            style = self._tones[name] = self._tones[""] + self.letters(name)
        return style

    def letters(self, name: str) -> Style:
        """A tone's letters alone, for another ground than the widget's own."""
        return tone_on(self.TONES[name], self.background_colors[1], self.app.theme_variables)
