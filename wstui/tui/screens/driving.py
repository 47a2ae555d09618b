"""Driving a recorded client again: how far it is, what it waits for and since when, what was remarked.

The driving is done by a program of its own (:mod:`wstui.replay.drive_process`); Escape ends it.
"""

from collections import deque
from pathlib import Path, PurePath
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wstui.events import safe_text
from wstui.tui.background import as_task
from wstui.tui.child_process import Child, ChildError
from wstui.tui.replay_requests import DriveRequest
from wstui.tui.tones import CONTENT_STYLES, MUTED
from wstui.words.measures import count_text

_BAR_CELLS = 40
_REMARKS = 6
_WORTH_A_WORD_S = 1.0


class DriveResult(NamedTuple):
    """What the person wants to see of what came of it."""

    session: Path
    compare: bool
    sentence: str = ""
    """Why not everything went as recorded."""


class DrivingScreen(ModalScreen[DriveResult | None]):
    """Drives from the moment it is shown; closes by itself when it went to the end."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialogs.tcss", "replay.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop_or_leave", "stop", priority=True),
        Binding("enter,o", "open", show=False),
        Binding("c", "compare", show=False),
    ]

    def __init__(self, request: DriveRequest) -> None:
        super().__init__()
        self._request = request
        self._child: Child | None = None
        self._session: Path | None = None
        self._over = False
        self._opened = False
        self._stopping = False
        self._steps = ""
        self._remarks: deque[str] = deque(maxlen=_REMARKS)

    def compose(self) -> ComposeResult:
        """A title, the bar, the step, what it waits for, remarks, the keys."""
        with Vertical(classes="dialog dialog-wide"):
            title = f"Driving again, against {safe_text(self._request.endpoint)}"
            yield Static(Content(title), classes="dialog-title")
            yield Static(id="driving-bar", classes="dialog-note")
            yield Static(id="driving-step", classes="dialog-note")
            yield Static(id="driving-remarks", classes="dialog-log")
            yield Static(classes="dialog-problem")
            yield Static(id="driving-keys", classes="dialog-help")

    async def on_mount(self) -> None:
        """Begin."""
        self._write("#driving-bar", Content("Reading the recording …"))
        self._write("#driving-keys", Content("Esc stops."))
        try:
            self._child = await Child.start("wstui.replay.drive_process", self._request.line, self._heard)
        except ChildError as error:
            self._end(str(error))

    async def on_unmount(self) -> None:
        """Nothing is left behind."""
        if self._child is not None:
            await self._child.stop()

    # -- what the program says -------------------------------------------------------------------

    def _heard(self, said: dict[str, Any]) -> None:
        if not self.is_mounted:
            return
        what = said.get("type")
        if what == "progress":
            self._show_progress(said)
        elif what == "remark":
            self._remark(str(said["sentence"]))
        elif what == "session":
            self._session = Path(said["session"])
        elif what == "done":
            self._done(said)
        elif what == "failed":
            self._end(str(said["sentence"]))

    def _show_progress(self, said: dict[str, Any]) -> None:
        done, steps = int(said["steps_done"]), int(said["steps"])
        dialling = bool(said["dialling"])
        self._opened = self._opened or not dialling
        if not dialling:
            self._steps = f"{count_text(done)} of {count_text(steps, 'step')}"
        if self._over:
            return
        full = round(done / steps * _BAR_CELLS) if steps else 0
        answers = f"{count_text(said['answers'])} of {count_text(said['answers_expected'], 'answer')}"
        self._write(
            "#driving-bar",
            Content.assemble(
                ("█" * full, CONTENT_STYLES["accent"]),
                ("░" * (_BAR_CELLS - full), MUTED),
                "  dialling" if dialling else f"  {self._steps}",
                ("" if dialling else f" · {answers}", MUTED),
            ),
        )
        self._write("#driving-step", _standing(said, self._request.timeout_s))

    def _remark(self, sentence: str) -> None:
        self._remarks.append(safe_text(sentence))
        self._write("#driving-remarks", Content.styled("\n".join(self._remarks), MUTED))

    def _done(self, said: dict[str, Any]) -> None:
        self._session = Path(said["session"])
        self._opened = bool(said["opened"])
        sentence = str(said.get("sentence", ""))
        if self._opened and not self._stopping:
            self.dismiss(DriveResult(self._session, compare=True, sentence=sentence))
        else:
            self._end(sentence)

    # -- the end ---------------------------------------------------------------------------------

    def _end(self, sentence: str) -> None:
        """It is over, and not as it was meant: say why, and what there is to see."""
        self._over = True
        self.query_one(".dialog-problem", Static).update(Content(safe_text(sentence)))
        self._write("#driving-step", Content())
        if self._session is None:
            self._write("#driving-bar", Content("Nothing was driven."))
            self._write("#driving-keys", Content("Esc goes back."))
            return
        self._write("#driving-bar", Content(f"Ended after {self._steps or 'dialling'}; it is recorded."))
        compare = "c compares it with the recording, " if self._opened else ""
        self._write("#driving-keys", Content(f"Enter opens the new session, {compare}Esc goes back."))

    def action_stop_or_leave(self) -> None:
        """Stop driving; when it is over, go back."""
        if self._over:
            self.dismiss(None)
        elif not self._stopping:
            self._stopping = True
            self._stop()

    @as_task(group="stop", exclusive=True)
    async def _stop(self) -> None:
        self._write("#driving-keys", Content("Stopping: the connection is closed …"))
        if self._child is not None:
            await self._child.stop()
        if not self._over:
            self._end("Stopped.")

    def action_open(self) -> None:
        """Show the new session."""
        if self._over and self._session is not None:
            self.dismiss(DriveResult(self._session, compare=False))

    def action_compare(self) -> None:
        """Compare what there is."""
        if self._over and self._session is not None and self._opened:
            self.dismiss(DriveResult(self._session, compare=True, sentence="It was stopped before its end."))

    def _write(self, where: str, words: Content) -> None:
        self.query_one(where, Static).update(words)


def _standing(said: dict[str, Any], patience_s: float) -> Content:
    """What it does now, and what it waits for."""
    step, waits_for, quiet_s = str(said["step"]), str(said["waits_for"]), float(said["quiet_s"])
    several = int(said["connections"]) > 1
    head = f"Connection {said['connection']} of {said['connections']}. " if several else ""
    if said["dialling"]:
        return Content(head.strip())
    head += f"Step {said['steps_done'] + 1} of {said['steps']}: {step}" if step else "After the last step"
    if not waits_for or quiet_s < _WORTH_A_WORD_S:
        return Content(safe_text(head))
    return Content.assemble(
        safe_text(head),
        ("\nwaits for ", CONTENT_STYLES["warning"]),
        safe_text(waits_for),
        (f"\nfor {quiet_s:.0f} s, {patience_s:g} s at most", MUTED),
    )
