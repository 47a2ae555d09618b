"""Serving a recorded server: where, to whom, what they were played, what was refused.

A program of its own serves (:mod:`wstui.replay.serve_process`); it ends with this screen.
"""

from collections import deque
from pathlib import PurePath
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wstui.events import safe_text
from wstui.tui.background import as_task
from wstui.tui.child_process import Child, ChildError
from wstui.tui.replay_requests import ServeRequest
from wstui.tui.screens.dialogs import Confirm
from wstui.tui.tones import CONTENT_STYLES, MUTED
from wstui.words.measures import count_text

_CLIENTS_SHOWN = 8
_REMARKS = 200
_DRAW_EVERY_S = 0.2


class ServingScreen(ModalScreen[None]):
    """Serves from the moment it is shown until Escape."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialogs.tcss", "replay.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop serving", priority=True),
        Binding("y", "copy_url", "copy the URL"),
    ]

    def __init__(self, request: ServeRequest) -> None:
        super().__init__()
        self._request = request
        self._child: Child | None = None
        self._url = ""
        self._problem = ""
        self._clients: list[dict[str, Any]] = []
        self._remarks: deque[str] = deque(maxlen=_REMARKS)
        self._dirty = True

    def compose(self) -> ComposeResult:
        """The URL, the clients, the log, the keys."""
        with Vertical(classes="dialog dialog-wide"):
            title = f"Serving {safe_text(self._request.session.name)}, {self._request.match}"
            yield Static(Content(title), classes="dialog-title")
            yield Static("Starting …", id="serving-url")
            yield Static(id="serving-clients")
            with VerticalScroll(classes="dialog-log"):
                yield Static(id="serving-log")
            yield Static(classes="dialog-problem")
            yield Static("y copies the URL, Esc stops serving.", classes="dialog-help")

    async def on_mount(self) -> None:
        """Begin."""
        self.set_interval(_DRAW_EVERY_S, self._draw)
        try:
            self._child = await Child.start("wstui.replay.serve_process", self._request.line, self._heard)
        except ChildError as error:
            self._heard({"type": "failed", "sentence": str(error)})

    async def on_unmount(self) -> None:
        """Nothing is left behind."""
        if self._child is not None:
            await self._child.stop()

    # -- what the program says -------------------------------------------------------------------

    def _heard(self, said: dict[str, Any]) -> None:
        what = said.get("type")
        if what == "serving":
            self._url = str(said["url"])
        elif what == "clients":
            self._clients = said["clients"]
        elif what == "remark":
            self._remarks.append(safe_text(str(said["sentence"])))
        elif what == "failed":
            self._url, self._problem = "", str(said["sentence"])
            self._clients = [{**client, "connected": False} for client in self._clients]
        self._dirty = True

    def _draw(self) -> None:
        """Bring it up to date, however much was said meanwhile."""
        if not self._dirty:
            return
        self._dirty = False
        where = self._url or ("Not serving." if self._problem else "Starting …")
        self.query_one("#serving-url", Static).update(Content(where))
        self.query_one("#serving-clients", Static).update(clients_words(self._clients))
        self.query_one("#serving-log", Static).update(Content.styled("\n".join(self._remarks), MUTED))
        self.query_one(VerticalScroll).scroll_end(animate=False)
        self.query_one(".dialog-problem", Static).update(Content(safe_text(self._problem)))

    # -- what a person does ----------------------------------------------------------------------

    def action_copy_url(self) -> None:
        """Copy the URL."""
        if self._url:
            self.app.copy_to_clipboard(self._url)
            self.app.notify(f"Copied {self._url}", markup=False)

    def action_stop(self) -> None:
        """Stop serving, or ask first where somebody is connected."""
        connected = sum(client["connected"] for client in self._clients)
        if not connected:
            self._stop()
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self._stop()

        who = f"{count_text(connected, 'client is', 'clients are')} connected."
        self.app.push_screen(Confirm(f"{who} Stop serving?", "Stop", "Go on"), answered)

    @as_task(group="stop", exclusive=True)
    async def _stop(self) -> None:
        if self._child is not None:
            await self._child.stop()
        self.dismiss(None)


def clients_words(clients: list[dict[str, Any]]) -> Content:
    """The newest clients, those who are connected first to be seen; how many there were."""
    connected = sum(client["connected"] for client in clients)
    lines = [
        Content.styled(
            f"{count_text(connected, 'client')} connected, {count_text(len(clients) - connected)} gone",
            "bold",
        )
    ]
    for client in clients[-_CLIENTS_SHOWN:]:
        played = f"{count_text(client['played'])} of {count_text(client['total'])} recorded acts played"
        said = played if client["connected"] else safe_text(str(client["last_words"]))
        sign, style = ("●", CONTENT_STYLES["good"]) if client["connected"] else ("■", MUTED)
        lines.append(Content.assemble((f"{sign} ", style), f"client {client['number']}  ", (said, MUTED)))
    return Content("\n").join(lines)
