"""The compare screen: two sessions beside each other, live or recorded.

Reading and judging is done by a thread, which says how far it is and can be stopped; what is shown
stays meanwhile. A session that still grows is compared as far as it goes; ``r`` looks again.
"""

from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from wstui.engine.json_path import JsonPath, parse_path
from wstui.events import safe_text
from wstui.replay.comparison import ConnectionComparison
from wstui.replay.difference import Rules
from wstui.replay.recording import RecordingError
from wstui.targets import Recording
from wstui.timeline import TimelineError
from wstui.tui.actions import Place, action_commands, bindings_for
from wstui.tui.background import in_thread
from wstui.tui.compare_documents import (
    EndingsDocument,
    HeartbeatsDocument,
    difference_document,
    difference_title,
    is_quick,
    sides_spans,
    summary,
)
from wstui.tui.compare_rows import CompareRow, CompareRows
from wstui.tui.comparing import Compared, Progress, Stopped, compare_again, compare_files, places_of
from wstui.tui.document import Document
from wstui.tui.navigation import OpenAsked
from wstui.tui.screens.dialogs import Choice, Chooser
from wstui.tui.tones import CONTENT_STYLES, MUTED
from wstui.tui.widgets.compare_list import CompareList
from wstui.tui.widgets.document_view import DocumentView
from wstui.tui.widgets.key_bar import KeyBar
from wstui.tui.widgets.pane_title import PaneTitle
from wstui.words.measures import count_text

_ALL_PARTS_CELLS = (100, 32)
"""Where all parts have room at once."""
_PARTS = {"1": "#cmp-list", "2": "#cmp-heartbeats-view", "3": "#cmp-ends-view"}
_BAR_CELLS = 20


class CompareScreen(Screen[None]):
    """Two sessions: what their servers said, their heartbeats, their ends."""

    AUTO_FOCUS = "#cmp-list"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "compare.tcss",
        "../widgets/compare_list.tcss",
        "../widgets/message_detail.tcss",
    ]
    PLACES: ClassVar[tuple[Place, ...]] = (Place.COMPARE, Place.PAIRS)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.COMPARE)]
    COMMANDS: ClassVar[set[Any]] = {action_commands}
    HELP_NAME = "compare"
    JUMPS: ClassVar[dict[str, str]] = {
        "m": "#cmp-list",
        "d": "#cmp-difference-view",
        "h": "#cmp-heartbeats-view",
        "e": "#cmp-ends-view",
    }
    VERTICAL_BREAKPOINTS = [(0, "-minute"), (8, "-tiny"), (14, "-low"), (32, "-high")]  # noqa: RUF012

    def __init__(self, before: Path, after: Path, *, incomplete: str = "") -> None:
        """Compare once it is shown.

        Args:
            before: the session that is the measure, A.
            after: the other, B.
            incomplete: why B was not driven to its end, a sentence.
        """
        super().__init__()
        self.paths = (before, after)
        self.compared: Compared | None = None
        self.rules: list[JsonPath] = []
        self.automatic = True
        self.in_order = False
        self._incomplete = incomplete
        self._working: Worker[None] | None = None
        self._shown_connection: ConnectionComparison | None = None

    def compose(self) -> ComposeResult:
        """The head, the messages, the difference, heartbeats and ends, the keys."""
        yield Static(id="cmp-summary")
        yield Static(id="cmp-problem")
        with Vertical(id="cmp-messages"):
            yield PaneTitle("Messages", id="cmp-messages-title")
            yield Static(id="cmp-sides")
            yield CompareList(id="cmp-list")
        with Vertical(id="cmp-difference"):
            yield PaneTitle("Difference", id="cmp-difference-title")
            yield DocumentView(id="cmp-difference-view")
        with Horizontal(id="cmp-facts"):
            with Vertical(id="cmp-heartbeats"):
                yield PaneTitle("Heartbeats", id="cmp-heartbeats-title")
                yield DocumentView(id="cmp-heartbeats-view")
            with Vertical(id="cmp-ends"):
                yield PaneTitle("Ends", id="cmp-ends-title")
                yield DocumentView(id="cmp-ends-view")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Begin."""
        self.add_class("-part-1")
        self._show_problem(self._incomplete)
        self.action_again()

    def on_resize(self, event: events.Resize) -> None:
        """Where there is little room, one part is shown at a time."""
        width, height = _ALL_PARTS_CELLS
        self.set_class(event.size.width < width or event.size.height < height, "-compact")
        self.call_after_refresh(self._show_sides)

    # -- comparing -------------------------------------------------------------------------------

    def action_again(self) -> None:
        """Read both sessions as they are now, and compare them."""
        self.query_one(CompareList).show_hint("Comparing …")
        self._working = self._compare(afresh=True)

    def _judge_again(self) -> None:
        self._working = self._compare(afresh=False)

    @in_thread(group="compare", exclusive=True)
    def _compare(self, *, afresh: bool) -> None:
        worker = get_current_worker()

        def show(words: str, share: float) -> None:
            self.call_later(self._show_progress, worker, words, share)

        progress = Progress(show)

        def tell(words: str, share: float) -> None:
            if worker.is_cancelled:
                raise Stopped
            progress.tell(words, share)

        rules = Rules(tuple(self.rules), self.automatic, self.in_order)
        try:
            if afresh or self.compared is None:
                compared = compare_files(self.paths, rules, tell)
            else:
                compared = compare_again(self.compared, rules, tell)
        except Stopped:
            return
        except (TimelineError, RecordingError) as error:
            self.call_later(self._failed, worker, str(error))
        except Exception as error:  # noqa: BLE001 - whatever a file holds, the screen stays and says so
            self.call_later(self._failed, worker, f"The comparison failed: {error}.")
        else:
            self.call_later(self._show, worker, compared)

    @property
    def _busy(self) -> bool:
        return self._working is not None and self._working.is_running

    def _show_progress(self, worker: Worker[None], words: str, share: float) -> None:
        if worker is self._working and not worker.is_cancelled and self.is_mounted:
            full = round(share * _BAR_CELLS)
            bar = "█" * full + "░" * (_BAR_CELLS - full)
            text = Content.assemble(f"{words} … ", (bar, CONTENT_STYLES["accent"]), ("  Esc stops", MUTED))
            self.query_one("#cmp-summary", Static).update(text)

    def _failed(self, worker: Worker[None], sentence: str) -> None:
        if worker is self._working and self.is_mounted:
            self.query_one(CompareList).show_hint("There is nothing to compare.")
            self._show_summary()
            self._show_problem(sentence)

    def _show(self, worker: Worker[None], compared: Compared) -> None:
        if worker is not self._working or not self.is_mounted:
            return
        self.compared = compared
        rows = CompareRows(compared.comparison)
        messages = self.query_one(CompareList)
        if not len(rows):
            messages.show_hint("Neither server said a message; how they ended stands below.")
        messages.show(rows)
        self._shown_connection = None
        self._show_problem(self._incomplete)
        self._show_summary()
        self._show_sides()
        self._show_row()
        self.refresh_bindings()

    # -- what it shows ---------------------------------------------------------------------------

    def _show_problem(self, sentence: str) -> None:
        self.query_one("#cmp-problem", Static).update(Content(safe_text(sentence)))
        self.set_class(bool(sentence), "-problem")

    def _show_summary(self) -> None:
        line = self.query_one("#cmp-summary", Static)
        if self.compared is None:
            line.update(Content())
            return
        words, tone = summary(self.compared.comparison)
        line.update(Content.styled(words, f"bold {CONTENT_STYLES[tone]}"))
        said = ["Messages"]
        said += [f"ignoring {safe_text(', '.join(rule.text for rule in self.rules))}"] if self.rules else []
        said += [] if self.automatic else ["exact"]
        said += ["in order"] if self.in_order else []
        self.query_one("#cmp-messages-title", PaneTitle).left = Content(" · ".join(said))

    def _show_sides(self) -> None:
        if self.compared is not None:
            width = self.query_one(CompareList).scrollable_content_region.width
            text = Content.assemble(*sides_spans(self.compared.names, width))
            self.query_one("#cmp-sides", Static).update(text)

    def on_compare_list_selected(self) -> None:
        """Show the selection."""
        self._show_row()

    def _show_row(self) -> None:
        messages = self.query_one(CompareList)
        rows, row = messages.rows, messages.row
        if self.compared is None or rows is None:
            return
        title = self.query_one("#cmp-messages-title", PaneTitle)
        number, there = rows.number_of(messages.selected), len(rows.differing)
        of = f"difference {number} of {count_text(there)} · " if number else ""
        title.right = Content(f"{of}row {count_text(messages.selected + 1)} of {count_text(len(rows))}")
        if row is not None:
            self.query_one("#cmp-difference-title", PaneTitle).left = Content(
                f"Difference · {difference_title(row)}"
            )
            if is_quick(row):
                self.workers.cancel_group(self, "difference")
                self._show_difference(difference_document(row))
            else:
                self._make_difference(row)
        self._show_connection(0 if row is None else max(0, row.connection))
        self.refresh_bindings()

    @in_thread(group="difference", exclusive=True)
    def _make_difference(self, row: CompareRow) -> None:
        worker = get_current_worker()
        document = difference_document(row)
        if not worker.is_cancelled:
            self.call_later(self._show_made, row, document)

    def _show_made(self, row: CompareRow, document: Document) -> None:
        if self.is_mounted and self.query_one(CompareList).row is row:
            self._show_difference(document)

    def _show_difference(self, document: Document) -> None:
        self.query_one("#cmp-difference-view", DocumentView).show(document)

    def _show_connection(self, at: int) -> None:
        """Heartbeats and ends are those of the selected row's connections."""
        assert self.compared is not None
        comparison = self.compared.comparison
        if at >= len(comparison.connections):
            return
        row = comparison.connections[at]
        if row is self._shown_connection:
            return
        self._shown_connection = row
        several = len(comparison.connections) > 1
        of = f" · connections {row.before} and {row.after}" if several else ""
        for name, words in (("heartbeats", "Heartbeats"), ("ends", "Ends")):
            self.query_one(f"#cmp-{name}-title", PaneTitle).left = Content(f"{words}{of}  A and B")
        self.query_one("#cmp-heartbeats-view", DocumentView).show(HeartbeatsDocument(row.heartbeat))
        self.query_one("#cmp-ends-view", DocumentView).show(EndingsDocument(comparison, row))

    # -- what a person does ----------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is possible now: None greys a key."""
        if not self.is_mounted:
            return True
        messages = self.query_one(CompareList)
        if action == "next_difference":
            return True if messages.rows is not None and messages.rows.differing else None
        if action == "ignore_place":
            return True if self._places() else None
        if action in ("exact", "in_order"):
            return True if self.compared is not None else None
        if action == "open_side":
            return True
        return super().check_action(action, parameters)

    def action_next_difference(self, direction: int) -> None:
        """The next difference, or the one before; round and round."""
        messages = self.query_one(CompareList)
        found = (
            messages.rows.next_difference(messages.selected, direction) if messages.rows is not None else None
        )
        if found is not None:
            messages.select(found, amid=True)

    def _places(self) -> dict[str, bool]:
        row = self.query_one(CompareList).row
        return places_of(row.pair, self.rules) if row is not None and row.pair is not None else {}

    def action_ignore_place(self) -> None:
        """Leave the place of the selected difference out, or take it in again."""
        places = self._places()
        if len(places) == 1:
            self._toggle_rule(next(iter(places)))
            return
        choices = [
            Choice(text, safe_text(text), "count it again" if holds else "leave it out")
            for text, holds in places.items()
        ]

        def chosen(text: str | None) -> None:
            if text is not None:
                self._toggle_rule(text)

        self.app.push_screen(Chooser("Which place shall not count?", choices), chosen)

    def _toggle_rule(self, text: str) -> None:
        kept = [rule for rule in self.rules if rule.text != text]
        self.rules = [*kept, parse_path(text)] if len(kept) == len(self.rules) else kept
        self._judge_again()

    def action_exact(self) -> None:
        """Let times and generated ids count, or leave them out again."""
        self.automatic = not self.automatic
        self._judge_again()

    def action_in_order(self) -> None:
        """Let the order of messages count, or no longer."""
        self.in_order = not self.in_order
        self._judge_again()

    def action_part(self, number: str) -> None:
        """Messages, heartbeats or ends."""
        for part in _PARTS:
            self.set_class(part == number, f"-part-{part}")
        self.call_after_refresh(self.query_one(_PARTS[number]).focus)

    def on_compare_list_opened(self) -> None:
        """Enter: the event in its session, A's where it has one."""
        row = self.query_one(CompareList).row
        if row is not None:
            self._open(0 if row.events[0] is not None or row.events[1] is None else 1)

    def action_open_side(self, side: str) -> None:
        """Open a session, at the selected event where it has one."""
        self._open("ab".index(side))

    def _open(self, side: int) -> None:
        row = self.query_one(CompareList).row
        event_id = None if row is None else row.events[side]
        if any(getattr(screen, "path", None) == self.paths[side] for screen in self.app.screen_stack):
            self.dismiss(None)  # it lies under the comparison
        self.app.post_message(OpenAsked(Recording(self.paths[side]), event_id))

    def action_leave_comparison(self) -> None:
        """Stop what is being compared anew, else leave."""
        if self._busy and self.compared is not None and self._working is not None:
            self._working.cancel()
            self._show_summary()
            return
        self.dismiss(None)
