"""``wstui show``: a recorded session's timeline as text."""

from collections import deque
from collections.abc import Iterator

import click

from wstui.cli.event_text import EventLines
from wstui.cli.session_argument import SESSION_HELP, complete_session, open_session
from wstui.events import Kind, RecordedEvent, safe_text
from wstui.timeline import Note, TimelineReader
from wstui.words.measures import clock_text


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
        lines = EventLines()
        notes = deque(reader.notes())
        shown = 0
        for shown, event in enumerate(_chosen(reader, frozenset(kinds), first_id), start=1):
            for note in _notes_before(notes, event):
                click.echo(_note_line(note))
            click.echo(lines.line(event))
            if shown == limit:
                break
        else:
            for note in notes:
                click.echo(_note_line(note))
        if not shown:
            why = "No event is like that." if reader.last_id() else "Nothing was recorded."
            click.echo(why, err=True)
        if reader.damage:
            click.echo(f"wstui: {safe_text(reader.damage)}", err=True)


def _chosen(reader: TimelineReader, kinds: frozenset[str], first_id: int) -> Iterator[RecordedEvent]:
    for event in reader.iterate(first_id):
        if not kinds or event.kind in kinds:
            yield event


def _notes_before(notes: deque[Note], event: RecordedEvent) -> Iterator[Note]:
    """The notes of an earlier moment; one on the event itself comes after it."""
    while notes and (notes[0].t_ns < event.t_ns or (notes[0].event_id or event.id) < event.id):
        yield notes.popleft()


def _note_line(note: Note) -> str:
    return f"{'':>7}  {clock_text(note.t_ns)}  note: {safe_text(note.text)}"
