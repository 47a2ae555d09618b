"""What is sent from the session screen: at once, again and again, from a file, from the profile."""

import asyncio
import os
import re
from pathlib import Path

from wstui.events import CommandRefused, ConnectionState, Direction, Kind, Send, safe_bytes
from wstui.places import is_file, typed_path
from wstui.profiles import ProfileError, SavedMessage
from wstui.profiles.read import shown_path
from wstui.targets import Destination
from wstui.timeline import TimelineError
from wstui.tui.background import as_task, in_thread
from wstui.tui.composing import HexError, Sent
from wstui.tui.saved_messages import keep_message
from wstui.tui.screens.dialogs import Choice, Chooser, Prompt
from wstui.tui.screens.session_messages import SessionMessages
from wstui.tui.sent_before import sent_before
from wstui.tui.variables import Values
from wstui.tui.widgets.composer import Composer
from wstui.words.measures import count_text, size_text

_S = ConnectionState
_LAST_ROWS = 512
_FILE_BYTES = 64 << 20
_TIMES = re.compile(r"(\d{1,7})(?:\s*(?:x|times|×))?(?:\s+(?:every\s+)?(\d+(?:\.\d+)?)\s*(ms|s)?)?")


class SessionTalking(SessionMessages):
    """Sending."""

    _repeating = ""
    """What the composer's title says while a message is repeated."""

    def begin_talking(self) -> None:
        """Give the composer its values and its history."""
        values = Values(os.environ, self.clock.wall_ns, self._last_received)
        self.query_one(Composer).values = values
        self._offer_saved()
        self._load_history(self.profile_name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be sent now."""
        if action == "repeat":
            return True if self.state_name() == _S.OPEN or self._repeating else None
        if action == "keep_message":
            return True if self.destination is not None else None
        if action == "saved":
            return True if self.destination is not None and self.destination.profile.message else None
        return super().check_action(action, parameters)

    def _offer_saved(self) -> None:
        there_are = bool(self.destination is not None and self.destination.profile.message)
        self.query_one(Composer).offer_saved(there_are=there_are)

    @in_thread(group="history", exclusive=True)
    def _load_history(self, profile_name: str) -> None:
        found = sent_before(profile_name)
        self.call_later(self._remember, found)

    def _remember(self, before: list[Sent]) -> None:
        self.query_one(Composer).remember(before)

    def _last_received(self) -> bytes | None:
        """The last message received, for ``{{last.$.path}}``."""
        reader = self.source.reader
        if reader is None:
            return None
        try:
            rows = reader.transcript_count()
            first = max(0, rows - _LAST_ROWS)
            for event in reversed(reader.transcript(first, rows - first, payload_limit=0)):
                if event.kind == Kind.TEXT and event.direction == Direction.RECEIVED:
                    return reader.message_payload(event.id)
        except TimelineError:
            return None
        return None

    # -- one message ---------------------------------------------------------------------------------

    async def on_composer_submitted(self, message: Composer.Submitted) -> None:
        """Send what was composed; what cannot be sent comes back with the reason."""
        composer = self.query_one(Composer)
        state = self.state_name()
        if state != _S.OPEN:
            composer.give_back(message.sent, f"Not sent: {_why_not(state, self.source.reader is not None)}")
            return
        composer.history.add(message.sent)
        self._send(message.payload, message.sent, message.fragment_size)

    @as_task(group="send")
    async def _send(self, payload: bytes, sent: Sent, fragment_size: int) -> None:
        try:
            await self.source.do(Send(payload, binary=sent.binary, fragment_size=fragment_size))
        except CommandRefused as error:
            self.query_one(Composer).give_back(sent, f"Not sent: {error}")

    def action_fragments(self) -> None:
        """Choose the size of fragments."""

        def check(text: str) -> str | None:
            if text.isascii() and text.isdigit() and len(text) <= 9:
                return None
            return "A whole number of bytes; 0 sends whole messages."

        help_text = "Bytes to a fragment (RFC 6455 §5.4); 0 sends whole messages."
        self.ask("Fragments", help_text, check, self._set_fragments)

    def _set_fragments(self, text: str) -> None:
        composer = self.query_one(Composer)
        composer.fragment_size = int(text)
        composer.load(composer.current)

    def action_attach_file(self) -> None:
        """Send a file's bytes."""

        def check(text: str) -> str | None:
            path = typed_path(text)
            if not is_file(path):
                return "There is no such file."
            size = path.stat().st_size
            return (
                None
                if size <= _FILE_BYTES
                else f"At most {size_text(_FILE_BYTES)}; it has {size_text(size)}."
            )

        help_text = "Its bytes go out as one binary message; Enter in the composer sends them."
        self.ask("Send a file", help_text, check, lambda text: self._read_file(typed_path(text)))

    @in_thread(group="file", exclusive=True)
    def _read_file(self, path: Path) -> None:
        try:
            payload = path.read_bytes()
        except OSError as error:
            self.app.notify(f"Not read: {error}", severity="error", markup=False)
            return
        self.call_later(self._take_attachment, payload, f"{path.name}, {size_text(len(payload))}")

    def _take_attachment(self, payload: bytes, words: str) -> None:
        composer = self.query_one(Composer)
        composer.attach(payload, words, binary=True)
        composer.query_one("#compose-input").focus()

    # -- again and again -----------------------------------------------------------------------------

    def action_repeat(self) -> None:
        """Send what is composed many times; the same key, or Escape, stops it."""
        if self.stop_repeating():
            return
        sent = self.query_one(Composer).current
        if not sent.text and sent.attachment is None:
            self.query_one(Composer).say("Type what to repeat first")
            return
        help_text = "As 10, or 100 every 0.5 (seconds), or 1000 every 20 ms. Escape stops it."

        def begin(text: str) -> None:
            self._begin_repeating(sent, text)

        self.ask("Send how many times", help_text, _times_problem, begin)

    def _begin_repeating(self, sent: Sent, text: str) -> None:
        times, interval_s = _times(text)
        self._repeating = "0"
        self._repeat(sent, times, interval_s)

    def stop_repeating(self) -> bool:
        """No more of it; whether there was anything to stop."""
        running, self._repeating = self._repeating, ""
        if running:
            self.workers.cancel_group(self, "repeat")
            self.query_one(Composer).say(f"Stopped after {running}")
        return bool(running)

    @as_task(group="repeat", exclusive=True)
    async def _repeat(self, sent: Sent, times: int, interval_s: float) -> None:
        composer = self.query_one(Composer)
        loop = asyncio.get_running_loop()
        due = loop.time()
        for done in range(1, times + 1):
            try:
                payload = composer.payload_of(sent)
                command = Send(payload, binary=sent.binary, fragment_size=composer.fragment_size)
                await self.source.do(command)
            except (CommandRefused, ValueError) as error:
                self._repeating = ""
                composer.say(f"Stopped after {count_text(done - 1)}: {error}")
                return
            self._repeating = f"{count_text(done)} of {count_text(times)}"
            composer.say(f"Sent {self._repeating} · Esc stops")
            due += interval_s
            if done < times:
                await asyncio.sleep(max(0.0, due - loop.time()))
        self._repeating = ""
        composer.say(f"Sent {count_text(times, 'time')}")

    def action_back(self) -> None:
        """Stop repeating, take an attachment away, else one step back."""
        if not self.stop_repeating() and not self.query_one(Composer).detach():
            super().action_back()

    # -- the profile's messages ----------------------------------------------------------------------

    def action_saved(self) -> None:
        """Choose a message kept in the profile."""
        if self.destination is None:
            return
        messages = self.destination.profile.message
        choices = [Choice(str(at), row.name, safe_bytes(row.payload[:60])) for at, row in enumerate(messages)]

        def insert(key: str | None) -> None:
            if key is not None:
                composer = self.query_one(Composer)
                composer.keep_draft()
                composer.load(_as_typed(messages[int(key)]))

        self.app.push_screen(Chooser("Messages kept in this profile", choices), insert)

    def action_keep_message(self) -> None:
        """Keep what is composed under a name."""
        composer, destination = self.query_one(Composer), self.destination
        sent = composer.current
        if destination is None:
            return
        if not sent.text:
            composer.say("Type the message to keep first")
            return
        help_text = "It is written into the profile's file; of a template, into a copy of your own."

        def check(text: str) -> str | None:
            return None if text.strip() else "A message needs a name."

        def answered(name: str | None) -> None:
            if name is not None:
                self._keep(destination, name.strip(), sent)

        self.app.push_screen(Prompt("Keep this message as", help_text, "", check), answered)

    @in_thread(group="profile", exclusive=True)
    def _keep(self, destination: Destination, name: str, sent: Sent) -> None:
        try:
            kept = keep_message(destination, name, sent)
        except (ProfileError, HexError) as error:
            self.app.notify(f"Not kept: {error}", severity="error", markup=False)
            return
        self.call_later(self._kept, kept, name)

    def _kept(self, destination: Destination, name: str) -> None:
        self.destination = destination
        self.refresh_bindings()
        self._offer_saved()
        where = shown_path(destination.path) if destination.path is not None else ""
        self.app.notify(f"Kept “{name}” in {where}; F9 inserts it.", markup=False)


def _as_typed(message: SavedMessage) -> Sent:
    if message.is_binary:
        return Sent(message.payload.hex(" "), binary=True)
    return Sent(message.text or "")


def _times(text: str) -> tuple[int, float]:
    """How often, and seconds between; one second where none are named."""
    found = _TIMES.fullmatch(text.strip())
    if found is None:
        return 0, 0.0
    interval_s = float(found[2]) if found[2] is not None else 1.0
    return int(found[1]), interval_s / 1000 if found[3] == "ms" else interval_s


def _times_problem(text: str) -> str | None:
    times, interval_s = _times(text)
    if not times:
        return "How many times, and perhaps how far apart: 10, or 100 every 0.5, or 1000 every 20 ms."
    return None if interval_s <= 86_400 else "At most a day apart."


def _why_not(state: str, recorded: bool) -> str:
    if state == _S.DIALLING:
        return "still dialling."
    if state in (_S.CLOSING, _S.CLOSED):
        return "the connection is closed; F5 connects again."
    if state == _S.WAITING_TO_RETRY:
        return "waiting to retry; F5 tries now."
    if not recorded:
        return "not connected; F5 connects."
    return "this is a recording; F5 connects to its endpoint."
