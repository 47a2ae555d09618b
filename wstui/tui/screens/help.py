"""The help, generated from the table of actions."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from textual.content import Content

from wstui.tui.actions import Action, Place, actions_of, binding_id
from wstui.tui.screens.dialogs import TextDialog
from wstui.tui.tones import MUTED

_SIGNS = (
    ("○ ◌ ● ◐ ■ ↻", "not connected, dialling, open, closing, closed, waiting to retry"),
    ("→ ←", "sent, received"),
    ("■", "TCP ended: FIN (in order), RST (reset), or lost"),
    ("✗ ✱ ✎ ★ ◆", "an error, a fault that was injected here, a note, a bookmark, picked to be compared"),
    (
        "♥ + ✓ − » ✗ ¤",
        "in a message: heartbeat, asks to subscribe, granted, asks to unsubscribe, greeting, error, other",
    ),
    ("• !", "on a tab: something arrived, a connection ended, since it was looked at"),
    ("(p)", "pings and pongs stand in the side panel; p shows them among the messages"),
)
_PLACES = {
    "compare": (Place.COMPARE, Place.PAIRS, Place.APP),
    "form": (Place.FORM, Place.APP),
    "home": (Place.HOME, Place.PROFILES, Place.SESSIONS, Place.FORM, Place.APP),
    "session": (
        Place.SESSION,
        Place.COMPOSER,
        Place.COMPOSER_PANE,
        Place.MESSAGES,
        Place.FILTER,
        Place.DETAIL,
        Place.GRAPH,
        Place.TIMELINE,
        Place.PLAYBACK,
        Place.APP,
    ),
}
_KEYS_CELLS = 26
_EVERYWHERE = (
    ("Tab  Shift+Tab", "The next pane, the one before. "),
    ("^p", "The command palette: everything by its name, with its key. "),
)
"""Textual's own."""


def _keys(rows: list[Action], changed_keys: Mapping[str, str]) -> str:
    """The keys of an action, or from the first to the last of several that do the same."""
    own = [replace(row, keys=changed_keys.get(binding_id(row)) or row.keys) for row in rows]
    labels = [row.key_label or "^p, then type" for row in own]
    return labels[0] if len(labels) == 1 else f"{labels[0]} … {labels[-1]}"


def help_dialog(screen_name: str, changed_keys: Mapping[str, str] | None = None) -> TextDialog:
    """The help for ``home`` or ``session``, with the keys that a person has set."""
    lines: list[Content] = []
    for place in _PLACES[screen_name]:
        lines += [Content.styled(place.value, "bold $text-accent")]
        for (title, words), rows in groupby(actions_of(place), lambda row: (row.title, row.help)):
            keys = _keys(list(rows), changed_keys or {})
            shown = f"{title[:1].upper()}{title[1:]}. "
            lines.append(Content.assemble((f"  {keys:<{_KEYS_CELLS}}", "bold"), shown, (words, MUTED)))
        if place is Place.APP:
            lines += [
                Content.assemble((f"  {keys:<{_KEYS_CELLS}}", "bold"), is_for) for keys, is_for in _EVERYWHERE
            ]
        lines.append(Content())
    lines.append(Content.styled("Signs", "bold $text-accent"))
    lines += [
        Content.assemble((f"  {sign:<{_KEYS_CELLS}}", "bold"), (words, MUTED)) for sign, words in _SIGNS
    ]
    return TextDialog("Help: everything is in the command palette too, ^p", Content("\n").join(lines))
