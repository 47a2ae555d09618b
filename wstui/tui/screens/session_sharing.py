"""What leaves a session: exports (F7), and what is copied as Markdown for an issue or a chat."""

from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wstui.events import TRANSCRIPT_KINDS
from wstui.exchange import ExportOptions, Selection, Source
from wstui.exchange.watched import WatchedReader
from wstui.timeline import TimelineError
from wstui.tui.background import in_thread
from wstui.tui.filtering.rows import Hits
from wstui.tui.message_content import COPY_BYTES
from wstui.tui.screens.dialogs import Confirm
from wstui.tui.screens.export_dialog import ExportDialog
from wstui.tui.screens.export_form import ExportScope
from wstui.tui.screens.session_notes import SessionNotes
from wstui.tui.widgets.event_timeline import EventTimeline
from wstui.tui.widgets.heartbeat_graph import HeartbeatGraph
from wstui.tui.widgets.message_list import MessageList
from wstui.words.measures import clock_text, count_text, size_text

_LOOKED_AT = 50_000
"""So many events are read for their secrets before a few of them are copied."""


class SessionSharing(SessionNotes):
    """Exporting and copying."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed where there is nothing to share."""
        if not self.is_mounted:
            return super().check_action(action, parameters)
        if action == "export":
            return True if self.source.path is not None else None
        if action == "copy_markdown":
            return True if self._chosen_span() is not None else None
        if action == "copy_verdict":
            return True if self._verdict() is not None else None
        return super().check_action(action, parameters)

    # -- exporting -------------------------------------------------------------------------------

    def action_export(self) -> None:
        """Ask for a format, a part and a name; then write the file."""
        self._ask_to_export()

    def _ask_to_export(self, choice: str = "jsonl", scope: str = "") -> None:
        reader = self.source.reader
        if reader is None:
            return
        scopes = list(self._scopes())
        names = [row.name for row in scopes]
        dialog = ExportDialog(
            reader.path,
            reader.info.started_ns,
            scopes,
            choice=choice,
            scope=scope if scope in names else "",
        )
        self.app.push_screen(dialog)

    def _scopes(self) -> Iterator[ExportScope]:
        """The parts of the session that are before the person's eyes."""
        reader = self.source.reader
        assert reader is not None
        total = self.source.recorded_id if self.source.played else reader.last_id()
        so_far = " so far" if self.source.live else ""
        yield ExportScope("everything", f"{count_text(total, 'event')}{so_far}", Selection())
        if self.source.played:
            words = f"up to {clock_text(self.source.now_ns())}"
            yield ExportScope("played", words, Selection(last_id=self.source.played_id))
        if self._run is not None and len(self._run.hits):
            hits = Hits(array("q", self._run.hits.ids))
            words = count_text(len(hits), "hit") + (" so far" if self._run.running else "")
            yield ExportScope("filter", words, Selection(hits.ids[0], hits.ids[-1], ids=hits))
        graph = self.query_one(HeartbeatGraph).span_ns
        if graph is not None:
            first_ns, last_ns = max(graph[0], reader.info.started_ns), min(graph[1], self.source.now_ns())
            words = f"{clock_text(first_ns)[:8]} to {clock_text(last_ns)[:8]}"
            yield ExportScope("graph", words, Selection(first_ns=first_ns, last_ns=last_ns))
        span = self._chosen_span()
        if span is not None:
            yield ExportScope("selection", _span_words(span), Selection(*span))

    # -- copying ---------------------------------------------------------------------------------

    def _chosen_span(self) -> tuple[int, int] | None:
        """The timeline's event, the selected or picked message, or from the one picked to the other."""
        timeline = self.query_one(EventTimeline)
        if timeline.has_focus and timeline.selected is not None and timeline.selected[0]:
            return timeline.selected[0], timeline.selected[0]
        messages = self.query_one(MessageList)
        chosen = messages.to_compare or messages.picked
        if not chosen and messages.selected_id is not None:
            chosen = [messages.selected_id]
        return (min(chosen), max(chosen)) if chosen else None

    def action_copy_markdown(self) -> None:
        """Copy what is chosen as a table in Markdown, secrets replaced (OSC 52)."""
        path, span = self.source.path, self._chosen_span()
        if path is not None and span is not None:
            hidden = span[0] != span[1] and not self._everything
            self._copy_span(path, Selection(*span, kinds=TRANSCRIPT_KINDS if hidden else frozenset()))

    @in_thread(group="copy", exclusive=True)
    def _copy_span(self, path: Path, selection: Selection) -> None:
        from wstui.exchange.markdown import events_as_markdown

        try:
            with WatchedReader(path, _always, limit=_LOOKED_AT) as reader:
                source = Source(reader, ExportOptions(selection))
                text = events_as_markdown(source)
                done = source.exported()
        except TimelineError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        replaced = f", {count_text(done.redactions, 'value')} replaced" if done.redactions else ""
        self.call_later(self._take_copy, text, f"{count_text(done.events, 'event')} as Markdown{replaced}")

    def _take_copy(self, text: str, words: str) -> None:
        size = len(text.encode())
        if size <= COPY_BYTES:
            self.app.copy_to_clipboard(text)
            self.app.notify(f"Copied {words}.", markup=False)
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self._ask_to_export("md", "selection")

        question = (
            f"That is {size_text(size)} of Markdown; a terminal's clipboard takes {size_text(COPY_BYTES)}."
            " Write it to a file?"
        )
        self.app.push_screen(Confirm(question, "Write a file", "Leave it"), answered)

    def _verdict(self) -> Mapping[str, Any] | None:
        return self._panel_model.verdict if self._panel_model is not None else None

    def action_copy_verdict(self) -> None:
        """Copy why the session ended as Markdown, with the evidence."""
        path, verdict = self.source.path, self._verdict()
        if path is not None and verdict:
            self._copy_verdict(path, verdict)

    @in_thread(group="copy", exclusive=True)
    def _copy_verdict(self, path: Path, verdict: Mapping[str, Any]) -> None:
        from wstui.exchange.markdown import verdict_as_markdown

        try:
            with WatchedReader(path, _always, limit=_LOOKED_AT) as reader:
                text = verdict_as_markdown(Source(reader), verdict)
        except TimelineError as error:
            self.app.notify(str(error), severity="error", markup=False)
        else:
            self.call_later(self._take_copy, text, "the verdict as Markdown")

    def action_copy_line(self) -> None:
        """Copy the timeline's selected row as it reads."""
        text = self.query_one(EventTimeline).selected_text
        if text:
            self.app.copy_to_clipboard(text)
            self.app.notify("Copied the line.", markup=False)
        else:
            self.app.notify("Select a row first.", severity="warning", markup=False)


def _always(_: float) -> bool:
    return True


def _span_words(span: tuple[int, int]) -> str:
    return f"event {span[0]}" if span[0] == span[1] else f"events {span[0]} to {span[1]}"
