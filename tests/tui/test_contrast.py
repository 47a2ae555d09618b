"""Text can be read: WCAG 2.2 §1.4.3 asks for a contrast of 4.5 to 1, on every ground that a theme has."""

import re

import pytest
from textual.color import Color

from wstui.tui.themes import THEMES
from wstui.tui.tones import CONTENT_STYLES

GROUNDS = ("background", "surface", "panel", "primary-muted")
"""What text stands on: panes, bars, dialogs, the selected row."""

TONES = (
    "foreground",
    *(f"text-{name}" for name in ("primary", "secondary", "warning", "error", "success", "accent")),
)
LEAST = 4.5


def luminance(colour: Color) -> float:
    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def contrast(text: Color, ground: Color) -> float:
    darker, lighter = sorted((luminance(text), luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def over(ground: Color, colour: Color) -> Color:
    return ground.blend(colour, colour.a, 1)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_tone_can_be_read_on_every_ground(theme):
    variables = theme.to_color_system().generate()
    background = Color.parse(variables["background"])
    faint = {}
    for name in GROUNDS:
        ground = over(background, Color.parse(variables[name]))
        texts = {tone: over(ground, Color.parse(variables[tone])) for tone in TONES}
        share = re.fullmatch(r"\$foreground (\d+)%", CONTENT_STYLES["quiet"])
        texts["quiet"] = ground.blend(texts["foreground"], int(share[1]) / 100, 1)
        texts["text-muted"] = ground.blend(ground.get_contrast_text(1), 0.6, 1)
        faint |= {
            (name, tone): round(found, 2)
            for tone, text in texts.items()
            if (found := contrast(text, ground)) < LEAST
        }
    assert not faint


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_what_is_plainly_wrong_stands_out(theme):
    """``✗ TLS not verified`` is drawn in the error colour itself."""
    variables = theme.to_color_system().generate()
    assert contrast(Color.parse(variables["error"]), Color.parse(variables["surface"])) >= LEAST
