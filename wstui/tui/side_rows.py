"""The event timeline's rows: everything but messages, runs of ordinary pings folded, notes in place.

Pure, fed event by event. Rows are few: folding keeps a flood of pings, ours or the server's, to one
row for each :data:`RUN_LIMIT` of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import overload

from wstui.events import PHASE_KINDS, Direction, ErrorCode, Kind, RecordedEvent
from wstui.timeline import Beat
from wstui.tui.beats import ORDINARY, BeatBook, Changes
from wstui.tui.ping_words import RECEIVED_PING, SENT_PING, beats_row, server_pings_row
from wstui.tui.side_words import SideRow, event_row

RUN_LIMIT = 60
"""Pings in one row, so that a long quiet session still shows when it was quiet."""


class SideRows(Sequence[SideRow]):
    """The rows in order, with notes between them. Grows in place; ``version`` tells when."""

    def __init__(self, book: BeatBook, attempts: int = 0) -> None:
        self.version = 0
        self.longest_phase_ns: dict[int, int] = {}
        """The longest phase of each connection's dialling."""
        self._book = book
        self._attempts = attempts
        self._folded: set[int] = set()
        """Places of rows that stand for more pings than their words say."""
        self._shown_beats = 0
        self._shown_server_pings = 0
        self._rows: list[SideRow] = []
        self._notes: list[SideRow] = []
        self._note_places: list[int] = []

    # -- reading ---------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._rows) + len(self._notes)

    @overload
    def __getitem__(self, place: int) -> SideRow: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[SideRow]: ...
    def __getitem__(self, place: int | slice) -> SideRow | Sequence[SideRow]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        before = bisect_left(self._note_places, place)
        if before < len(self._note_places) and self._note_places[before] == place:
            return self._notes[before]
        return self._rows[place - before]

    def place_of(self, event_id: int, note_id: int = 0) -> int:
        """The place of the row that shows an event, or of the last one before it; -1 if there is none."""
        if note_id:
            found = (at for at, row in enumerate(self._notes) if row.note_id == note_id)
            at = next(found, None)
            return -1 if at is None else self._note_places[at]
        row = bisect_right(self._rows, event_id, key=_id_of) - 1
        return -1 if row < 0 else self._merged(row)

    def _merged(self, row: int) -> int:
        place = row
        for at in self._note_places:
            if at > place:
                break
            place += 1
        return place

    # -- growing ---------------------------------------------------------------------------------

    def extend(self, events: Sequence[RecordedEvent], changes: Changes) -> None:
        """Take newer events, in order, that the book has taken already with these changes."""
        beats, server_pings = self._shown_beats, self._shown_server_pings
        for event in events:
            if event.kind == Kind.PING:
                self._ping(event)
            elif event.kind == Kind.PONG:
                self._pong(event)
            elif event.kind != Kind.ERROR or event.detail.get("code") != ErrorCode.MISSED_PONG:
                self._other(event)
        self._word_folded()
        for index in changes.beats:
            if index < beats:
                self._beat_changed(index)
        for index in changes.server_pings:
            if index < server_pings:
                self._server_ping_changed(index)
        if events or changes.beats:
            self._place_notes()

    def _word_folded(self) -> None:
        for at in self._folded:
            run = self._rows[at].run
            ours = self._rows[at].word == SENT_PING
            self._replace(at, self._beats_row(run) if ours else self._server_pings_row(run))
        self._folded.clear()

    def _append(self, row: SideRow) -> None:
        self._rows.append(row)
        self.version += 1

    def _replace(self, at: int, *rows: SideRow) -> None:
        self._rows[at : at + 1] = rows
        self.version += 1

    def _last(self, word: str, connection: int) -> SideRow | None:
        """The newest row, if pings of this kind may be folded into it."""
        row = self._rows[-1] if self._rows else None
        if row is None or row.word != word or row.connection != connection:
            return None
        return row if 0 < len(row.run) < RUN_LIMIT else None

    def _row_at(self, event_id: int) -> int:
        return bisect_right(self._rows, event_id, key=_id_of) - 1

    def _other(self, event: RecordedEvent) -> None:
        self._append(event_row(event, self._attempts))
        if event.kind in PHASE_KINDS:
            longest = self.longest_phase_ns
            took_ns = event.detail.get("duration_ns", 0)
            longest[event.connection] = max(took_ns, longest.get(event.connection, 0))

    def _ping(self, event: RecordedEvent) -> None:
        if event.direction == Direction.SENT:
            self._begin_beat(self._shown_beats)
            self._shown_beats += 1
        else:
            self._begin_server_ping(self._shown_server_pings)
            self._shown_server_pings += 1

    def _pong(self, event: RecordedEvent) -> None:
        sent = event.direction == Direction.SENT
        answers = event.detail.get("source", "answer") == "answer" if sent else "rtt_ns" in event.detail
        if not answers:
            self._unsolicited(event_row(event))

    # -- our pings -------------------------------------------------------------------------------

    def _beats_row(self, run: range) -> SideRow:
        beats = self._book.beats[run.start : run.stop]
        return beats_row(beats, self._book.state(beats[0]), run)

    def _begin_beat(self, index: int) -> None:
        beat = self._book.beats[index]
        last = self._last(SENT_PING, beat.connection)
        if last is not None and self._may_fold(self._book.beats[last.run.start], beat):
            self._fold(last, range(last.run.start, index + 1))
        else:
            self._append(self._beats_row(range(index, index + 1)))

    def _fold(self, last: SideRow, run: range) -> None:
        """Let the newest row stand for one more ping; its words are made when all are taken in."""
        self._rows[-1] = replace(last, run=run)
        self._folded.add(len(self._rows) - 1)

    def _may_fold(self, first: Beat, beat: Beat) -> bool:
        ordinary = self._book.state(first) in ORDINARY and self._book.state(beat) in ORDINARY
        return ordinary and beat.source == first.source == "heartbeat"

    def _beat_changed(self, index: int) -> None:
        """Show what became of a ping; one that failed gets a row of its own."""
        beat = self._book.beats[index]
        at = self._row_at(beat.ping_id)
        run = self._rows[at].run
        parts = [run] if self._book.state(beat) in ORDINARY else _cut_out(run, index)
        self._replace(at, *(self._beats_row(part) for part in parts))

    # -- the server's pings, and pongs that nobody asked for -------------------------------------

    def _server_pings_row(self, run: range) -> SideRow:
        return server_pings_row(self._book.server_pings[run.start : run.stop], run)

    def _begin_server_ping(self, index: int) -> None:
        last = self._last(RECEIVED_PING, self._book.server_pings[index].connection)
        if last is None:
            self._append(self._server_pings_row(range(index, index + 1)))
        else:
            self._fold(last, range(last.run.start, index + 1))

    def _server_ping_changed(self, index: int) -> None:
        at = self._row_at(self._book.server_pings[index].ping_id)
        self._replace(at, self._server_pings_row(self._rows[at].run))

    def _unsolicited(self, row: SideRow) -> None:
        last = self._last(row.word, row.connection)
        if last is None:
            self._append(replace(row, run=range(1)))
            return
        run = range(len(last.run) + 1)
        self._replace(len(self._rows) - 1, replace(last, run=run, facts=f"unsolicited ×{len(run)}"))

    # -- notes -----------------------------------------------------------------------------------

    def set_notes(self, notes: Sequence[SideRow]) -> None:
        """Show these notes, each behind its event, or where its moment lies."""
        if list(notes) == self._notes:
            return
        self._notes = sorted(notes, key=lambda note: note.t_ns)
        self.version += 1
        self._place_notes()

    def _place_notes(self) -> None:
        placed = sorted(((self._rows_before(note), note) for note in self._notes), key=lambda pair: pair[0])
        self._notes = [note for _, note in placed]
        self._note_places = [rows + at for at, (rows, _) in enumerate(placed)]

    def _rows_before(self, note: SideRow) -> int:
        if note.event_id:
            return bisect_right(self._rows, note.event_id, key=_id_of)
        return bisect_right(self._rows, note.t_ns, key=lambda row: row.t_ns)


def _id_of(row: SideRow) -> int:
    return row.event_id


def _cut_out(run: range, index: int) -> list[range]:
    parts = (range(run.start, index), range(index, index + 1), range(index + 1, run.stop))
    return [part for part in parts if part]
