"""Every action of the terminal UI in one table: bindings, footer, command palette and help read it.

A row names the Textual action (a method ``action_<name>`` of the widget or screen of its place).
Whether an action is possible now is ``check_action``'s business, not the table's.
"""

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding
from textual.command import Provider

_KEY_LABELS = {
    "enter": "Enter",
    "escape": "Esc",
    "slash": "/",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "left": "←",
    "right": "→",
    "plus": "+",
    "equals_sign": "=",
    "minus": "−",
    "asterisk": "*",
    "shift+enter": "Shift+Enter",
    "alt+enter": "Alt+Enter",
    "N": "N",
    "Y": "Y",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "space": "Space",
    "shift+f2": "Shift+F2",
}


class Place(StrEnum):
    """Where an action works; the value is the heading in the help."""

    APP = "Everywhere"
    HOME = "Home screen"
    PROFILES = "List of profiles"
    SESSIONS = "List of sessions"
    FORM = "Profile's form"
    SESSION = "Session screen"
    MESSAGES = "Messages"
    DETAIL = "Message detail"
    COMPOSER = "Composer"
    COMPOSER_PANE = "Composer's extras"
    FILTER = "Filter line"
    GRAPH = "Heartbeat graph"
    TIMELINE = "Timeline"
    PLAYBACK = "Playback"
    COMPARE = "Comparison"
    PAIRS = "Compared messages"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can ask for."""

    place: Place
    name: str
    """The Textual action, with its argument where it takes one."""
    keys: str
    """Textual's names of the keys, separated by commas; empty: command palette only."""
    title: str
    """One or two words for the footer and the palette."""
    help: str
    """One sentence."""
    footer: int = 0
    """0: not in the footer; else its rank, the smallest stays longest when room is scarce."""
    palette: bool = False
    priority: bool = False
    """Works whatever has the focus."""

    @property
    def key_label(self) -> str:
        """The keys as the help and the footer print them: ``F5``, ``^f  /``."""
        return "  ".join(key_label(key) for key in self.keys.split(",") if key)


def key_label(key: str) -> str:
    """A key as the help and the footer print it: ``F5``, ``^f``, ``Esc``."""
    if key in _KEY_LABELS:
        return _KEY_LABELS[key]
    if key.startswith("ctrl+"):
        return f"^{key_label(key.removeprefix('ctrl+'))}"
    if key.startswith("alt+"):
        return f"Alt+{key_label(key.removeprefix('alt+'))}"
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


_A, _P = Action, Place

ACTIONS: tuple[Action, ...] = (
    _A(_P.APP, "show_help", "f1", "help", "Show every key and what the signs mean.", 1, True, True),
    _A(
        _P.APP,
        "jump",
        "f10,alt+j",
        "jump",
        "A letter on every pane: press it to go there; Esc leaves.",
        13,
        True,
        True,
    ),
    _A(_P.SESSION, "ping", "f2", "ping", "Send a ping and watch for its pong.", 3, True, True),
    _A(
        _P.SESSION,
        "ping_with",
        "shift+f2",
        "ping with payload",
        "Send a ping with words of your own.",
        0,
        True,
        True,
    ),
    _A(_P.SESSION, "close", "f3", "close", "Close with a code and a reason of your choice.", 4, True, True),
    _A(
        _P.SESSION,
        "profile",
        "f4",
        "profile",
        "The form of its profile; what is saved holds from the next connection.",
        10,
        True,
        True,
    ),
    _A(_P.SESSION, "connect", "f5", "connect", "Connect to the endpoint in the bar.", 2, True, True),
    _A(
        _P.SESSION,
        "reconnect",
        "f5",
        "reconnect",
        "Connect again, as the session's next connection.",
        2,
        True,
        True,
    ),
    _A(_P.SESSION, "retry_now", "f5", "retry now", "Do not wait for the rest of the delay.", 2, True, True),
    _A(
        _P.SESSION,
        "note",
        "f6",
        "note",
        "A note on the selection or this moment: write, change, delete.",
        7,
        True,
        True,
    ),
    _A(_P.SESSION, "export", "f7", "export", "Write a report or a file; with a preview.", 9, True, True),
    _A(
        _P.SESSION,
        "replay",
        "f8",
        "replay",
        "Play back, drive again, serve, compare; F8 F8 plays back, F8 then ends it.",
        9,
        True,
        True,
    ),
    _A(_P.SESSION, "play_back", "", "play back", "Watch the recording happen again.", 0, True),
    _A(_P.SESSION, "drive_again", "", "drive again", "Send what the client sent to an endpoint.", 0, True),
    _A(_P.SESSION, "serve_session", "", "serve", "Be the recorded server, for any client.", 0, True),
    _A(_P.SESSION, "compare_with", "", "compare with another", "Two sessions beside each other.", 0, True),
    _A(
        _P.SESSION,
        "find",
        "ctrl+f",
        "find",
        "Filter the messages: text, /regex/, $.path and more.",
        5,
        True,
        True,
    ),
    _A(_P.SESSION, "panel", "ctrl+b", "panel", "Show or hide the side panel.", 6, True, True),
    _A(_P.SESSION, "live_tail", "ctrl+l", "live tail", "Follow the newest message again.", 12, True, True),
    _A(_P.SESSION, "home", "ctrl+o", "home", "Open something else; this session goes on.", 8, True, True),
    _A(_P.SESSION, "edit_url", "ctrl+u", "edit URL", "Type another endpoint.", 0, True, True),
    _A(_P.SESSION, "everything", "", "pings in the list", "Show or hide pings, pongs and dialling.", 0, True),
    _A(_P.SESSION, "widen_panel(1)", "alt+left", "wider panel", "Give the panel more room.", 0, True, True),
    _A(
        _P.SESSION,
        "widen_panel(-1)",
        "alt+right",
        "narrower panel",
        "Give the panel less room.",
        0,
        True,
        True,
    ),
    _A(
        _P.SESSION,
        "heighten_detail(1)",
        "alt+up",
        "higher detail",
        "Give the detail more room.",
        0,
        True,
        True,
    ),
    _A(
        _P.SESSION,
        "heighten_detail(-1)",
        "alt+down",
        "lower detail",
        "Give the detail less room.",
        0,
        True,
        True,
    ),
    _A(_P.SESSION, "stop_retrying", "", "stop retrying", "Stay closed.", 0, True),
    _A(_P.SESSION, "heartbeat", "", "heartbeat", "Ping at an interval; 0 stops it.", 0, True),
    _A(_P.SESSION, "withhold_pongs", "", "withhold pongs", "Leave the server's pings unanswered.", 0, True),
    _A(_P.SESSION, "answer_pings", "", "answer pings", "Answer the server's pings again.", 0, True),
    _A(_P.SESSION, "stop_reading", "", "stop reading", "Be a slow consumer: leave what arrives.", 0, True),
    _A(_P.SESSION, "resume_reading", "", "read again", "Read what has arrived meanwhile.", 0, True),
    _A(_P.SESSION, "abort('fin')", "", "end TCP with FIN", "End TCP now, without a Close frame.", 0, True),
    _A(
        _P.SESSION, "abort('reset')", "", "end TCP with RST", "Reset TCP now, without a Close frame.", 0, True
    ),
    _A(_P.SESSION, "copy_verdict", "", "copy the verdict", "Why it ended, as Markdown.", 0, True),
    _A(_P.SESSION, "back", "escape", "back", "Leave what is in front; stop waiting to retry."),
    _A(_P.MESSAGES, "up", "up", "up", "The message above."),
    _A(_P.MESSAGES, "down", "down", "down", "The message below."),
    _A(_P.MESSAGES, "page_up", "pageup", "page up", "A page up."),
    _A(_P.MESSAGES, "page_down", "pagedown", "page down", "A page down."),
    _A(_P.MESSAGES, "first", "home", "first", "The first message."),
    _A(_P.MESSAGES, "last", "end", "last", "The newest message."),
    _A(_P.MESSAGES, "open", "enter", "look closer", "Go to the message's detail."),
    _A(_P.MESSAGES, "screen.copy_message", "y", "copy", "Copy the selected message."),
    _A(
        _P.MESSAGES,
        "screen.copy_markdown",
        "Y",
        "copy as Markdown",
        "The selected message, or from one picked to the other, secrets replaced.",
    ),
    _A(_P.MESSAGES, "screen.resend", "r", "resend", "Send the same bytes again."),
    _A(_P.MESSAGES, "screen.edit_message", "e", "edit", "Put the message into the composer."),
    _A(
        _P.MESSAGES,
        "screen.compose_like",
        "c",
        "compose like this",
        "The same with ids and times as {{variables}}.",
    ),
    _A(_P.MESSAGES, "screen.save_payload", "s", "save", "Write the payload to a file, never over another."),
    _A(_P.MESSAGES, "screen.mark", "m", "bookmark", "Set a bookmark here, or take it away."),
    _A(
        _P.MESSAGES,
        "screen.go_to_mark(1)",
        "right_square_bracket",
        "next mark",
        "The next bookmark or note.",
    ),
    _A(_P.MESSAGES, "screen.go_to_mark(-1)", "left_square_bracket", "previous mark", "The one before."),
    _A(_P.MESSAGES, "pick", "space", "pick", "Pick for a comparison; two at most."),
    _A(_P.MESSAGES, "screen.diff", "d", "diff", "Compare two picked, or the picked with the selected."),
    _A(_P.MESSAGES, "time", "t", "time", "Time of day, since the start, since the row before, none."),
    _A(_P.MESSAGES, "screen.everything", "p", "pings", "Show or hide pings, pongs and dialling."),
    _A(_P.MESSAGES, "screen.find", "slash", "find", "Filter the messages."),
    _A(_P.MESSAGES, "screen.filter_mode", "f", "hits/all", "Hits alone, or all with the hits marked."),
    _A(_P.MESSAGES, "screen.find_next(1)", "n", "next hit", "The next message that the filter finds."),
    _A(_P.MESSAGES, "screen.find_next(-1)", "N", "previous hit", "The one before."),
    _A(_P.DETAIL, "view('pretty')", "1", "pretty", "JSON laid out."),
    _A(_P.DETAIL, "view('raw')", "2", "raw", "The text as it came."),
    _A(_P.DETAIL, "view('hex')", "3", "hex", "The bytes."),
    _A(_P.DETAIL, "view('decoded')", "4", "decoded", "What stands in it: unpacked, unescaped."),
    _A(_P.DETAIL, "next_view", "v", "next view", "Pretty, raw, hex, decoded."),
    _A(_P.DETAIL, "move(-1)", "up", "up", "The line above."),
    _A(_P.DETAIL, "move(1)", "down", "down", "The line below."),
    _A(_P.DETAIL, "page(-1)", "pageup", "page up", "A page up."),
    _A(_P.DETAIL, "page(1)", "pagedown", "page down", "A page down."),
    _A(_P.DETAIL, "edge('start')", "home", "first", "The first line."),
    _A(_P.DETAIL, "edge('end')", "end", "last", "The last line."),
    _A(_P.DETAIL, "toggle_fold", "enter,space", "fold", "Fold or unfold; decode a text that is encoded."),
    _A(_P.DETAIL, "step_out", "left", "fold", "Fold; again: go to what is around it."),
    _A(_P.DETAIL, "step_in", "right", "unfold", "Unfold; again: go into it."),
    _A(_P.DETAIL, "fold_levels(-1)", "minus", "fold a level", "Show one level less of everything."),
    _A(_P.DETAIL, "fold_levels(1)", "plus,equals_sign", "unfold a level", "Show one level more."),
    _A(_P.DETAIL, "fold_levels(0)", "asterisk", "unfold all", "Show every line."),
    _A(_P.DETAIL, "screen.copy_message", "y", "copy", "Copy the message."),
    _A(_P.DETAIL, "copy_value", "c", "copy value", "Copy the value at the cursor."),
    _A(_P.DETAIL, "copy_path", "p", "copy path", "Copy its path, such as $.data[0].id."),
    _A(_P.DETAIL, "filter_value", "f", "filter by it", "Show the messages with this value there."),
    _A(_P.DETAIL, "screen.save_payload", "s", "save", "Write the payload to a file, never over another."),
    _A(_P.DETAIL, "reveal", "x", "show secrets", "Show what a handshake hides; again: hide it."),
    _A(_P.PLAYBACK, "screen.play_pause", "space", "play/pause", "Stand still, or go on.", 1),
    _A(_P.PLAYBACK, "screen.play_step(-1)", "left", "step back", "One event back.", 3),
    _A(_P.PLAYBACK, "screen.play_step(1)", "right", "step", "Exactly the next event.", 3),
    _A(_P.PLAYBACK, "screen.play_speed(1)", "up,plus,equals_sign", "faster", "Up to 100×.", 2),
    _A(_P.PLAYBACK, "screen.play_speed(-1)", "down,minus", "slower", "Down to 0.25×.", 2),
    _A(_P.PLAYBACK, "screen.play_idle", "i", "skip idle", "Shorten stretches in which nothing happens.", 4),
    _A(_P.PLAYBACK, "screen.play_seek(-1)", "pageup", "back", "A twentieth of the recording back."),
    _A(_P.PLAYBACK, "screen.play_seek(1)", "pagedown", "on", "A twentieth of the recording on."),
    _A(_P.PLAYBACK, "screen.play_edge('start')", "home", "start", "To the beginning."),
    _A(_P.PLAYBACK, "screen.play_edge('end')", "end", "end", "To the end."),
    _A(_P.PLAYBACK, "screen.end_playback", "escape", "end playback", "Show the whole recording again.", 2),
    _A(_P.PAIRS, "pair_open", "enter", "open", "Show the event in its session, A where A has it.", 3),
    _A(_P.PAIRS, "pair_move(-1)", "up", "up", "The row above."),
    _A(_P.PAIRS, "pair_move(1)", "down", "down", "The row below."),
    _A(_P.PAIRS, "pair_page(-1)", "pageup", "page up", "A page up."),
    _A(_P.PAIRS, "pair_page(1)", "pagedown", "page down", "A page down."),
    _A(_P.PAIRS, "pair_edge('first')", "home", "first", "The first row."),
    _A(_P.PAIRS, "pair_edge('last')", "end", "last", "The last row."),
    _A(_P.COMPARE, "next_difference(1)", "n", "next", "The next difference.", 2, True),
    _A(_P.COMPARE, "next_difference(-1)", "N", "previous", "The difference before.", 6, True),
    _A(_P.COMPARE, "ignore_place", "i", "ignore", "Leave the difference's place out, or not.", 5, True),
    _A(_P.COMPARE, "exact", "x", "exact", "Count times and generated ids too, or not.", 8, True),
    _A(_P.COMPARE, "in_order", "o", "order", "Count it where messages come in another order.", 8, True),
    _A(_P.COMPARE, "again", "r", "again", "Read both sessions as they are now.", 7, True),
    _A(_P.COMPARE, "open_side('a')", "a", "open A", "Show session A, at the event.", 9, True),
    _A(_P.COMPARE, "open_side('b')", "b", "open B", "Show session B, at the event.", 9, True),
    _A(_P.COMPARE, "part('1')", "1", "messages", "The messages.", 4, True),
    _A(_P.COMPARE, "part('2')", "2", "heartbeats", "Both heartbeats.", 4, True),
    _A(_P.COMPARE, "part('3')", "3", "ends", "Both ends, and what was left out.", 4, True),
    _A(_P.COMPARE, "leave_comparison", "escape", "back", "Stop comparing; leave.", 1),
    _A(_P.GRAPH, "step(-1)", "left", "previous ping", "Go to the ping before."),
    _A(_P.GRAPH, "step(1)", "right", "next ping", "Go to the ping after."),
    _A(_P.GRAPH, "first", "home", "first ping", "Go to the first ping of the session."),
    _A(_P.GRAPH, "now", "end", "now", "Follow the newest ping again."),
    _A(_P.GRAPH, "zoom(-1)", "plus,equals_sign", "less time", "Zoom in."),
    _A(_P.GRAPH, "zoom(1)", "minus", "more time", "Zoom out, up to the whole session."),
    _A(_P.GRAPH, "spread", "h", "histogram", "How all round trips are spread; again: over time."),
    _A(_P.GRAPH, "choose", "enter", "look closer", "Show the chosen ping in timeline and detail."),
    _A(_P.GRAPH, "leave", "escape", "back", "Leave the chosen ping."),
    _A(_P.TIMELINE, "move(-1)", "up", "up", "The row above."),
    _A(_P.TIMELINE, "move(1)", "down", "down", "The row below."),
    _A(_P.TIMELINE, "page(-1)", "pageup", "page up", "A page up."),
    _A(_P.TIMELINE, "page(1)", "pagedown", "page down", "A page down."),
    _A(_P.TIMELINE, "first", "home", "first", "The first row."),
    _A(_P.TIMELINE, "last", "end", "last", "The newest row; follow it again."),
    _A(_P.TIMELINE, "choose", "enter", "look closer", "Show the row's event in list and detail."),
    _A(_P.TIMELINE, "screen.copy_line", "y", "copy", "Copy the row as it reads."),
    _A(_P.TIMELINE, "screen.copy_markdown", "Y", "copy as Markdown", "The event, secrets replaced."),
    _A(_P.COMPOSER, "send", "enter", "send", "Send the message."),
    _A(_P.COMPOSER, "newline", "shift+enter,alt+enter,ctrl+j", "new line", "Begin another line."),
    _A(_P.COMPOSER, "older", "up", "older", "From the first line: the message sent before."),
    _A(_P.COMPOSER, "newer", "down", "newer", "From the last line: the message sent after."),
    _A(_P.COMPOSER, "toggle_hex", "ctrl+t", "text/hex", "Type text, or binary as hexadecimal digits."),
    _A(_P.COMPOSER_PANE, "format_json", "ctrl+g", "format", "Lay JSON out anew."),
    _A(_P.COMPOSER_PANE, "take_base64", "f12", "base64", "Take the text as base64 of a binary message."),
    _A(_P.COMPOSER_PANE, "screen.keep_message", "ctrl+s", "keep", "Keep the message in the profile."),
    _A(_P.SESSION, "saved", "f9", "saved", "Insert a message kept in the profile.", 0, True, True),
    _A(_P.SESSION, "repeat", "ctrl+r", "repeat", "Send it so many times at an interval.", 0, True, True),
    _A(_P.SESSION, "fragments", "", "fragments", "Send messages in fragments of a size; 0: whole.", 0, True),
    _A(_P.SESSION, "attach_file", "", "send a file", "Send a file's bytes as one binary message.", 0, True),
    _A(_P.FILTER, "screen.filter_mode", "ctrl+t", "hits/all", "Hits alone, or all with the hits marked."),
    _A(_P.HOME, "demo", "ctrl+d", "try the demo", "Practise on a server in this machine.", 2, True, True),
    _A(_P.HOME, "reload", "r", "refresh", "Read profiles and sessions again.", 4, True),
    _A(_P.PROFILES, "screen.edit_profile", "e,f4", "edit", "Edit every setting; a template is copied.", 3),
    _A(_P.PROFILES, "screen.copy_profile", "c", "duplicate", "Begin a new profile as a copy of this one.", 6),
    _A(_P.PROFILES, "screen.delete_profile", "d,delete", "delete", "Delete the profile's file.", 7),
    _A(
        _P.HOME,
        "new_profile",
        "ctrl+n",
        "new profile",
        "Write down an endpoint with its settings.",
        5,
        True,
        True,
    ),
    _A(
        _P.HOME,
        "import_curl",
        "",
        "import a curl command",
        "Make a profile of a browser's Copy as cURL.",
        0,
        True,
    ),
    _A(_P.FORM, "save", "ctrl+s", "save", "Write the profile's file, whole or not at all.", 1, True, True),
    _A(_P.FORM, "leave", "escape,f4", "back", "Leave; asks where something typed would be lost.", 2),
    _A(_P.HOME, "filter", "ctrl+f,slash", "find", "Show only what holds some words.", 8, True),
    _A(
        _P.HOME,
        "back",
        "escape",
        "back",
        "Close the filter line; else back to the tab, or to the line to type in.",
    ),
    _A(_P.SESSIONS, "screen.delete_session", "d,delete", "delete", "Delete the chosen session's file.", 3),
    _A(_P.SESSIONS, "screen.pin_session", "p", "pin", "Keep it whatever retention says, or no longer.", 6),
    _A(_P.HOME, "compare_sessions", "", "compare two sessions", "The chosen one beside another.", 0, True),
    _A(_P.SESSIONS, "screen.pick_session", "space", "pick", "Pick for a comparison; two at most.", 9),
    _A(
        _P.SESSIONS,
        "screen.compare_sessions",
        "x",
        "compare",
        "Two picked, the picked and this one, or this and another.",
        8,
    ),
    _A(_P.SESSIONS, "screen.rename_session", "t,f2", "title", "Give the session a title.", 7),
    *(
        _A(
            _P.APP,
            f"go_to_tab({number})",
            f"alt+{number}",
            "go to tab",
            "Show the tab of that number.",
            priority=True,
        )
        for number in range(1, 10)
    ),
    _A(_P.APP, "new_tab", "", "new tab", "Open something else beside what is open.", 0, True),
    _A(_P.APP, "step_tab(1)", "ctrl+pagedown", "next tab", "Go to the next tab.", 0, True, True),
    _A(_P.APP, "step_tab(-1)", "ctrl+pageup", "previous tab", "Go to the tab before.", 0, True, True),
    _A(
        _P.APP,
        "close_tab",
        "alt+w,ctrl+f4",
        "close tab",
        "Close the tab; asks where it is connected.",
        0,
        True,
        True,
    ),
    _A(_P.APP, "quit", "ctrl+q", "quit", "Leave wstui.", 5, True, True),
)


def actions_of(place: Place) -> list[Action]:
    """The rows of one place, in the table's order."""
    return [action for action in ACTIONS if action.place is place]


def binding_id(action: Action) -> str:
    """The name by which a person's settings give an action other keys."""
    return f"{action.place.name.lower()}.{action.name}"


def bindings_for(place: Place) -> list[Binding]:
    """The Textual bindings of one place."""
    return [
        Binding(
            action.keys,
            action.name,
            action.title,
            tooltip=action.help,
            show=bool(action.footer),
            priority=action.priority,
            id=binding_id(action),
        )
        for action in actions_of(place)
        if action.keys
    ]


def action_commands() -> type[Provider]:
    """The command palette's provider of these actions; imported when the palette is opened."""
    from wstui.tui.palette import ActionCommands

    return ActionCommands


_BY_ID = {binding_id(row): (at, row) for at, row in enumerate(ACTIONS)}


def footer_rank(binding: Binding) -> int:
    """How important a binding is in the footer, 1 the most; 0 for one that is not in the table."""
    found = _BY_ID.get(binding.id or "")
    return found[1].footer if found else 0


def footer_order(binding: Binding) -> int:
    """The place of a binding in the footer: the table's order."""
    found = _BY_ID.get(binding.id or "")
    return found[0] if found else len(ACTIONS)
