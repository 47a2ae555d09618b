"""A server that attacks the person at the terminal: through payloads, headers, pings and the reason.

Nothing of this may reach a terminal as it is, be parsed as markup, or stop the client.
"""

import asyncio

from wstui.lab.frames import BINARY, TEXT, encode_frame
from wstui.lab.peer import Peer, first_of
from wstui.lab.registry import fault

MARKER = "PWNED"
"""Stands in every attack, so that a test can see where it went."""

ATTACKS: tuple[str, ...] = (
    f"\x1b[2J\x1b[H\x1b[31m{MARKER}\x1b[0m",  # clear the screen, paint
    f"\x1b]0;{MARKER}\x07",  # window title
    "\x1b]52;c;UFdORUQ=\x07",  # OSC 52: the clipboard
    f"\x1b]8;;file:///etc/passwd\x07{MARKER}\x1b]8;;\x07",  # a hyperlink
    '\x1bP$q"p\x1b\\\x1b[c\x1b[6n\x1b[>q',  # queries that a terminal answers as if typed
    "\x1b[?1049l\x1b[?1000h\x1b[?25l\x1bc",  # leave the alternate screen, grab the mouse, reset
    f"\x9b31m{MARKER}\x9d0;{MARKER}\x9c\x84\x85\x90\x98",  # the same with C1
    f"\u202e{MARKER}\u2066\u2069\u200f\u061c\u200b\ufeff",  # bidirectional overrides, invisible characters
    f"before\x00after\x08\x08\x08\x7f{MARKER}\r\nnext\rback\x0b\x0c\t.",  # NUL, BS, DEL, line ends, tab
    "[/foo] [red]red[/] [null] [link=file:///etc/passwd]x[/link]",  # markup that is not ours
    "[@click=app.quit]x[/] [@click=screen.bell()]y[/] [bold",
    "\\[/] $variable ${HOME} %s {0} {{x}} <script>alert(1)</script> ';DROP TABLE event;--",
    "e"
    + "\u0301\u0300\u0336" * 60
    + " "
    + "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 5,  # marks, joiners
    "\U000e0001\U000e0041\U000e0042\U000e007f\U0010ffff\ufffe\ufdd0",  # tag characters, noncharacters
)
"""One message each; every one is valid UTF-8."""

HEADERS: tuple[tuple[str, bytes], ...] = (
    ("X-C1", b"\x9b31mPWNED\x9d0;PWNED\x9c"),
    ("X-Bidi", "\u202ePWNED\u2066".encode()),
    ("X-C1-Utf8", "\u009b31mPWNED".encode()),
    ("X-Markup", b"[/foo] [@click=app.quit]PWNED[/]"),
    ("X-Latin", b"caf\xe9 \xff\xfe"),
    ("X-Powered-By", b"<script>alert('PWNED')</script>"),
    ("Set-Cookie", b"session=PWNED\tPWNED; HttpOnly"),
)
"""What HTTP lets into a header's value: visible characters, obs-text and tabs (RFC 9110 §5.5)."""

PING_PAYLOAD = b"\x1b]0;PWNED\x07\x9b2J\x00\xff\xfe" + "\u202e[/foo]".encode()
REASON = f"\x1b[31m{MARKER}\x1b]52;c;UFdORUQ=\x07\u202e\u009b2J\x00 [/foo] [@click=app.quit]x[/]"
"""Valid UTF-8 of at most 123 bytes."""


def _large_attacks() -> tuple[str, ...]:
    return (
        "x" * 200_000,  # one line
        "[" * 100_000,  # JSON that is nested too deeply for a recursive reader
        '{"n":' + "9" * 20_000 + "}",  # a number with more digits than int() takes
        '{"a":"' + "\\u202e" * 2_000 + '"}',  # overrides hidden in JSON escapes
        "\n" * 20_000,  # lines and lines
    )


@fault(
    "hostile",
    "escape sequences, bidirectional overrides, markup and endless lines, wherever a server can put them",
    "All of it shows as harmless signs. It closes with a hostile reason 5 s after its last attack, or after"
    " your first message.",
    accepts=False,
)
async def hostile(peer: Peer, *, every_s: float = 0.05, after_s: float = 5.0) -> None:
    """Payloads first, then pings, then the Close frame."""
    peer.accept(HEADERS)
    spoken = asyncio.Event()

    async def attacks() -> None:
        for text in (*ATTACKS, *_large_attacks()):
            await peer.text(text)
            await asyncio.sleep(every_s)
        peer.write(encode_frame(BINARY, bytes(range(256))))
        peer.ping(PING_PAYLOAD)
        try:
            await asyncio.wait_for(spoken.wait(), after_s)
        except TimeoutError:
            return

    async def traffic() -> None:
        async for message in peer.messages():
            if message.opcode == TEXT:
                spoken.set()

    await first_of(attacks(), traffic())
    await peer.close(4666, REASON)
