"""``wstui show``: a recorded session's timeline as text."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import click

from wstui.cli.event_text import EventLines
from wstui.cli.session_argument import SESSION_HELP, complete_session, open_session
from wstui.events import MESSAGE_KINDS, Kind, RecordedEvent, safe_text
from wstui.timeline import Note, TimelineReader
from wstui.words.measures import clock_text

_AT_ONCE = 200
"""Lines that are written together: each writing empties the buffer."""


@click.command("show", epilog=SESSION_HELP)
@click.argument("session", shell_complete=complete_session)
@click.option("--kind", "kinds", multiple=True, type=click.Choice([kind.value for kind in Kind]),
              help="Only events of this kind; may be given many times.")  # fmt: skip
@click.option("--from", "first_id", type=click.IntRange(1), default=1, metavar="ID",
              help="Begin with this event.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many events.")
def command(session: str, kinds: tuple[str, ...], first_id: int, limit: int | None) -> None:
    """Print the timeline of SESSION: every event with its number, time, direction and words.

    \b
    wstui show last
    wstui show last --kind ping --kind pong
    wstui show 20261122T104116Z-f3cf --from 1200 --limit 50
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    with open_session(session) as reader:
        events = islice(_chosen(reader, frozenset(kinds), first_id), limit)
        first = next(events, None)
        lines = _lines(reader, events if first is None else chain([first], events), limit)
        while some := list(islice(lines, _AT_ONCE)):
            click.echo("\n".join(some))
        if first is None:
            why = "No event is like that." if reader.last_id() else "Nothing was recorded."
            click.echo(why, err=True)
        if reader.damage:
            click.echo(f"wstui: {safe_text(reader.damage)}", err=True)


def _lines(reader: TimelineReader, events: Iterable[RecordedEvent], limit: int | None) -> Iterator[str]:
    lines, notes = EventLines(), deque(reader.notes())
    for shown, event in enumerate(events, start=1):
        yield from map(_note_line, _notes_before(notes, event))
        yield lines.line(event)
        if shown == limit:
            return
    yield from map(_note_line, notes)


def _chosen(reader: TimelineReader, kinds: frozenset[str], first_id: int) -> Iterator[RecordedEvent]:
    events = (
        reader.iterate(first_id) if not kinds or kinds & MESSAGE_KINDS else _side_events(reader, first_id)
    )
    return (event for event in events if not kinds or event.kind in kinds)


def _side_events(reader: TimelineReader, first_id: int) -> Iterator[RecordedEvent]:
    """What is no message, without reading those."""
    after_id = first_id - 1
    while some := reader.side_events(after_id, _AT_ONCE):
        yield from some
        after_id = some[-1].id


def _notes_before(notes: deque[Note], event: RecordedEvent) -> Iterator[Note]:
    """The notes of an earlier moment; one on the event itself comes after it."""
    while notes and (notes[0].t_ns < event.t_ns or (notes[0].event_id or event.id) < event.id):
        yield notes.popleft()


def _note_line(note: Note) -> str:
    return f"{'':>7}  {clock_text(note.t_ns)}  note: {safe_text(note.text)}"
