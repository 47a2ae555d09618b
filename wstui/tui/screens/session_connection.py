"""The session screen's connection: dialling, and every command that goes to the engine.

Each action is short: ask where something must be asked, do, say what came of it.
"""

from collections.abc import Callable

from wstui.events import (
    Abort,
    AnswerPings,
    Close,
    Command,
    CommandRefused,
    Connect,
    ConnectionState,
    Ping,
    ResumeReading,
    RetryNow,
    SetHeartbeat,
    StopReading,
    StopRetrying,
    WithholdPongs,
)
from wstui.profiles import ProfileError, redact_url
from wstui.targets import Destination, destination_for_url, destination_of_recording
from wstui.tui.background import as_task
from wstui.tui.screens.close_dialog import CloseDialog, CloseRequest
from wstui.tui.screens.dialogs import Prompt
from wstui.tui.screens.session_playback import SessionPlayback
from wstui.tui.widgets.connect_bar import ConnectBar

_S = ConnectionState
_POSSIBLE_IN: dict[str, frozenset[str]] = {
    "ping": frozenset({_S.OPEN}),
    "ping_with": frozenset({_S.OPEN}),
    "close": frozenset({_S.DIALLING, _S.OPEN, _S.CLOSING}),
    "abort": frozenset({_S.OPEN, _S.CLOSING}),
    "heartbeat": frozenset({_S.OPEN}),
    "withhold_pongs": frozenset({_S.OPEN}),
    "answer_pings": frozenset({_S.OPEN}),
    "stop_reading": frozenset({_S.OPEN}),
    "resume_reading": frozenset({_S.OPEN, _S.CLOSING}),
    "stop_retrying": frozenset({_S.WAITING_TO_RETRY}),
}
"""The states in which an action that speaks to the engine makes sense; greyed in the others."""

_SHOWN_IN: dict[str, frozenset[str]] = {
    "connect": frozenset({"", _S.IDLE}),
    "retry_now": frozenset({_S.WAITING_TO_RETRY}),
    "edit_url": frozenset({"", _S.IDLE, _S.CLOSED}),
}
"""The states in which a key says this; absent in the others. Empty: a recording."""

_NOT_RECONNECT = frozenset({"", _S.IDLE, _S.WAITING_TO_RETRY})


class SessionConnection(SessionPlayback):
    """What a person can do with the connection."""

    destination: Destination | None = None
    """What was dialled last, or is to be; None for a recording as long as it is only looked at."""

    def state_name(self) -> str:
        """The live connection's state; empty for a recording."""
        return self.source.state.state if self.source.live and self.source.state else ""

    def show_destination(self, destination: Destination) -> None:
        """Name it in the bar."""
        self.destination = destination
        self.profile_name = destination.name
        self.url = redact_url(destination.profile.url)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """What is possible in this state: None greys a key, False hides it."""
        state = self.state_name()
        if action in _POSSIBLE_IN:
            return True if state in _POSSIBLE_IN[action] else None
        if action in _SHOWN_IN:
            return state in _SHOWN_IN[action]
        if action == "reconnect":
            return state not in _NOT_RECONNECT and (True if state == _S.CLOSED else None)
        if action in ("export", "note", "everything", "copy_message"):
            return True if self.source.reader is not None else None
        if action == "saved":
            return bool(self.destination and self.destination.profile.message)
        return True

    def on_connect_bar_connect_asked(self, message: ConnectBar.ConnectAsked) -> None:
        """Enter in the URL field."""
        self._connect_to(message.url)

    def action_connect(self) -> None:
        """Connect to what stands in the bar."""
        self._connect_to(self.typed_url)

    @property
    def typed_url(self) -> str:
        """What stands in the bar."""
        return self.query_one(ConnectBar).typed_url.strip()

    def action_reconnect(self) -> None:
        """Connect again; to another endpoint, if another one was typed."""
        typed = self.typed_url
        if typed == self.url:
            self.command(Connect())
        else:
            self._connect_to(typed)

    def action_retry_now(self) -> None:
        """Do not wait."""
        self.command(RetryNow())

    def action_stop_retrying(self) -> None:
        """Stay closed."""
        self.command(StopRetrying())

    def action_edit_url(self) -> None:
        """Go to the URL field."""
        self.query_one(ConnectBar).focus_url()

    def _connect_to(self, text: str) -> None:
        bar = self.query_one(ConnectBar)
        if not text:
            bar.show_problem("Type where to connect to: wss://host/path, or host:port.")
            return
        try:
            destination = self._destination_for(text)
        except ProfileError as error:
            bar.show_problem(str(error))
            return
        bar.show_problem("")
        self.show_destination(destination)
        self.dial(destination)

    def _destination_for(self, text: str) -> Destination:
        if self.destination is not None and text == self.url:
            return self.destination
        if self.source.reader is not None and text == self.source.reader.info.url:
            return destination_of_recording(self.source.reader.info)
        return destination_for_url(text)

    @as_task(group="connect", exclusive=True)
    async def dial(self, destination: Destination) -> None:
        """Begin a new session with an engine of its own."""
        try:
            await self.source.connect(destination.profile, destination.name)
        except CommandRefused as error:
            self.source.problem = str(error)
        self.query_one("#compose-input").focus()
        self.update_picture()

    @as_task(group="commands")
    async def command(self, command: Command, said: str = "") -> None:
        """Ask the engine; say why it refused, or ``said``."""
        try:
            await self.source.do(command)
        except CommandRefused as error:
            self.app.notify(str(error), severity="warning", markup=False)
            return
        if said:
            self.app.notify(said, markup=False)

    def action_ping(self) -> None:
        """Ping at once."""
        self.command(Ping())

    def action_ping_with(self) -> None:
        """Ping with a payload of the person's own."""

        def check(text: str) -> str | None:
            size = len(text.encode("utf-8", "surrogatepass"))
            return None if size <= 125 else f"A ping holds 125 bytes (RFC 6455 §5.5); this has {size}."

        self.ask("Ping with payload", "At most 125 bytes; the pong echoes them.", check, self._ping_with)

    def _ping_with(self, text: str) -> None:
        self.command(Ping(text.encode("utf-8", "surrogatepass")))

    def ask(
        self, title: str, help_text: str, check: Callable[[str], str | None], use: Callable[[str], object]
    ) -> None:
        """Ask for one line and use it; nothing happens where the person leaves."""

        def answered(answer: str | None) -> None:
            if answer is not None:
                use(answer)

        self.app.push_screen(Prompt(title, help_text, check=check), answered)

    def action_heartbeat(self) -> None:
        """Change the ping interval."""

        def check(text: str) -> str | None:
            try:
                seconds = float(text)
            except ValueError:
                return "A number of seconds, as 20 or 0.5; 0 stops the heartbeat."
            return None if 0 <= seconds < 86400 else "Between 0 and 86400 seconds."

        help_text = "Seconds between pings; 0 stops them."
        self.ask("Heartbeat", help_text, check, lambda text: self.command(SetHeartbeat(float(text))))

    def action_withhold_pongs(self) -> None:
        """Leave pings unanswered."""
        self.command(WithholdPongs(), "The server's pings stay unanswered from here on.")

    def action_answer_pings(self) -> None:
        """Answer pings again."""
        self.command(AnswerPings(), "The server's pings are answered again.")

    def action_stop_reading(self) -> None:
        """Be a slow consumer."""
        self.command(StopReading(), "Reading stopped: what arrives stays in the kernel's buffer.")

    def action_resume_reading(self) -> None:
        """Read again."""
        self.command(ResumeReading(), "Reading goes on.")

    def action_close(self) -> None:
        """Close with a code of the person's choice; give up while dialling."""
        if self.state_name() == _S.DIALLING:
            self.command(Close())
            return
        self.app.push_screen(CloseDialog(), self._close)

    def _close(self, request: CloseRequest | None) -> None:
        if request is None:
            return
        if request.abort:
            self.action_abort(request.abort)
        else:
            self.command(Close(request.code, request.reason, request.force))

    def action_abort(self, how: str) -> None:
        """End TCP without a Close frame."""
        self.command(Abort(reset=how == "reset"))
