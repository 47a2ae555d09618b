"""The help, generated from the table of actions."""

from collections.abc import Mapping
from dataclasses import replace

from textual.content import Content

from wstui.tui.actions import Place, actions_of, binding_id
from wstui.tui.screens.dialogs import TextDialog
from wstui.tui.tones import MUTED

_SIGNS = (
    ("○ ◌ ● ◐ ■ ↻", "not connected, dialling, open, closing, closed, waiting to retry"),
    ("→ ←", "sent, received"),
    ("■", "TCP ended: FIN (in order), RST (reset), or lost"),
    ("✗ ✱ ✎", "an error, a fault that was injected here, a note"),
    ("(p)", "pings and pongs stand in the side panel; p shows them among the messages"),
)
_PLACES = {
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


def help_dialog(screen_name: str, changed_keys: Mapping[str, str] | None = None) -> TextDialog:
    """The help for ``home`` or ``session``, with the keys that a person has set."""
    lines: list[Content] = []
    for place in _PLACES[screen_name]:
        lines += [Content.styled(place.value, "bold $text-accent")]
        for action in actions_of(place):
            own = (changed_keys or {}).get(binding_id(action))
            keys = (replace(action, keys=own) if own else action).key_label or "^p, then type"
            title = action.title[:1].upper() + action.title[1:]
            lines.append(
                Content.assemble((f"  {keys:<{_KEYS_CELLS}}", "bold"), f"{title}. ", (action.help, MUTED))
            )
        lines.append(Content())
    lines.append(Content.styled("Signs", "bold $text-accent"))
    lines += [
        Content.assemble((f"  {sign:<{_KEYS_CELLS}}", "bold"), (words, MUTED)) for sign, words in _SIGNS
    ]
    return TextDialog("Help: everything is in the command palette too, ^p", Content("\n").join(lines))
