"""The tones: names for what a piece of text means, coloured by ``tones.tcss`` from theme variables.

A widget that draws its own lines lists :data:`TONE_CLASSES` among its component classes and asks
``get_component_rich_style(tone_class(tone), partial=True)``.
"""

TONES = (
    "plain",
    "quiet",
    "received",
    "sent",
    "good",
    "warning",
    "error",
    "accent",
    "note",
    "key",
    "string",
    "number",
    "word",
    "heading",
)

TONE_CLASSES = frozenset(f"tone--{tone}" for tone in TONES)


def tone_class(tone: str) -> str:
    """The component class of a tone."""
    return f"tone--{tone}"


CONTENT_STYLES = {
    "quiet": "$foreground 72%",
    "good": "$text-success",
    "accent": "$text-accent",
    "warning": "$text-warning",
    "error": "$text-error",
}
"""The tones as styles of a ``Content``, where an ``auto`` colour such as $text-muted is not understood."""

MUTED = CONTENT_STYLES["quiet"]
