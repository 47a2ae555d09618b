"""The one function that makes a peer's text safe to show.

Terminals obey control characters, and bidirectional overrides make text look like something else;
neither Textual nor a log file neutralises them. Every string that came from the network, or that
contains one that did, passes through :func:`safe_text` on its way to a person. One
``str.translate``, so that a megabyte costs about two milliseconds.
"""

_INVISIBLE_AND_BIDI = (
    0x034F,  # combining grapheme joiner
    *(0x115F, 0x1160, 0x3164, 0xFFA0),  # Hangul fillers
    *(0x17B4, 0x17B5),  # Khmer vowels that are not seen
    *range(0x200B, 0x2010),  # zero-width space, joiners, direction marks
    *range(0x2028, 0x202F),  # line and paragraph separators, embeddings and overrides
    *range(0x2060, 0x2070),  # word joiner, invisible operators, isolates
    0x00AD,  # soft hyphen
    0x061C,  # Arabic letter mark
    *range(0x180B, 0x1810),  # Mongolian vowel separator and variation selectors
    *range(0xFE00, 0xFE0F),  # variation selectors, but the one that makes an emoji coloured
    0xFEFF,  # byte order mark
    *range(0xFFF9, 0xFFFC),  # interlinear annotation
)

_TEXT_INSIDE_TEXT = (
    *range(0x1BCA0, 0x1BCA4),  # shorthand format controls
    *range(0x1D173, 0x1D17B),  # musical format controls
    *range(0xE0000, 0xE1000),  # tags and 240 more variation selectors: a byte each, and none is seen
)

_ONE_LINE: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    0x09: "    ",
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **{code: f"\\u{code:04x}" for code in _INVISIBLE_AND_BIDI},
    **{code: f"\\U{code:08x}" for code in _TEXT_INSIDE_TEXT},
}
UNSAFE_CHARACTERS = frozenset(_ONE_LINE)
"""The code points that :func:`safe_text` never lets through."""

_MANY_LINES = {code: text for code, text in _ONE_LINE.items() if code != 0x0A}


def safe_text(text: str, *, newlines: bool = False) -> str:
    r"""Text that no terminal acts upon and that reads in the order in which it was written.

    C0 controls become control pictures (``␛``), C1 controls and surrogates U+FFFD, bidirectional and
    zero-width characters their escapes written out (``\u202e``), a tab four spaces.

    Args:
        text: anything, also with lone surrogates.
        newlines: keep line feeds, for text that is shown over several lines.
    """
    return text.translate(_MANY_LINES if newlines else _ONE_LINE)


def safe_bytes(data: bytes, *, newlines: bool = False) -> str:
    r"""Bytes read as UTF-8 and made safe; what is not UTF-8 shows as ``\xNN``."""
    return safe_text(data.decode("utf-8", "backslashreplace"), newlines=newlines)
