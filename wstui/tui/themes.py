"""The themes of wstui's own: one accent colour, quiet greys, and words where colour might fail."""

from dataclasses import replace

from textual.theme import Theme

DARK = Theme(
    name="wstui",
    primary="#6ba8e5",
    secondary="#b79ae0",
    accent="#4cc9b0",
    warning="#e0b25c",
    error="#ef6f6c",
    success="#7cc77f",
    foreground="#d5dae1",
    background="#14171c",
    surface="#1a1e25",
    panel="#222731",
    dark=True,
    variables={"footer-background": "#1a1e25", "block-cursor-text-style": "none"},
)

LIGHT = Theme(
    name="wstui-light",
    primary="#1f63a8",
    secondary="#6b46a8",
    accent="#08796b",
    warning="#8a5a00",
    error="#b3261e",
    success="#2c7a31",
    foreground="#1d2228",
    background="#fbfbfa",
    surface="#f1f2f2",
    panel="#e6e8ea",
    dark=False,
    variables={"block-cursor-text-style": "none"},
)

SAFE = replace(
    DARK,
    name="wstui-colour-blind",
    foreground="#dde1e6",
    primary="#56b4e9",
    secondary="#cc79a7",
    accent="#56b4e9",
    warning="#f0e442",
    error="#e69f00",
    success="#4aa3ff",
)
"""Blue and orange, which protanopes, deuteranopes and tritanopes tell apart.

Source: M. Okabe and K. Ito, "Color Universal Design" (2008).
"""

SAFE_LIGHT = replace(
    LIGHT,
    name="wstui-colour-blind-light",
    primary="#005a9c",
    secondary="#8f3f72",
    accent="#005a9c",
    warning="#7a6a00",
    error="#a84300",
    success="#0067b8",
)

THEMES = (DARK, LIGHT, SAFE, SAFE_LIGHT)
