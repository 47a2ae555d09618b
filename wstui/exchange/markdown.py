"""Markdown: what one pastes into an issue. Summary, verdict with its evidence, numbers, timeline, messages.

Rule: whatever a peer may have said stands inside a code span, where no forge sees markup, HTML, mentions
or references; our own sentences are escaped.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from wstui import __version__
from wstui.events import Cause, RecordedEvent, safe_text
from wstui.exchange.digest import Digest
from wstui.exchange.source import Source
from wstui.timeline import Note
from wstui.timeline.heartbeat import percentile
from wstui.words.ending import ending_words
from wstui.words.event_line import ARROWS, event_words, payload_words
from wstui.words.measures import count_text, long_duration_text, moment_text, since_text, size_text

DEFAULT_MESSAGES = 40
"""As many as a comment can hold and a person will read."""

_TIMELINE_ROWS = 60
_PAYLOAD_CHARACTERS = 300
_NOTES = 200

_MARKUP = re.compile(r"([\\`*_\[\]#|~$<>&])")
_LIST_SIGN = re.compile(r"^(\s*\d*)([-+.)])")
"""What at a line's beginning makes it part of a list."""
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_REFERENCE = re.compile(r"@|#(?=\w)")
_TICKS = re.compile(r"`+")
_ZERO_WIDTH = "&#8203;"


def write_markdown(source: Source, out: BinaryIO) -> None:
    """Write what is chosen of a session.

    Raises:
        TimelineError: the session cannot be read.
        OSError: ``out`` cannot be written.
    """
    out.writelines(line.encode("utf-8", "replace") + b"\n" for line in _lines(source))


def events_as_markdown(source: Source) -> str:
    """What is chosen of a session as a table, to be copied: number, seconds, direction, size, words."""
    started_ns = source.info.started_ns
    rows = [_message_row(event, started_ns) for batch in source.batches() for event in batch]
    return "\n".join([*_MESSAGE_HEAD, *rows, ""])


def verdict_as_markdown(source: Source, verdict: Mapping[str, Any]) -> str:
    """Why a session ended, to be copied: the verdict with its evidence, and what to try."""
    shown = source.mapping(verdict)
    return "\n".join([*_heading(shown, source.info.url, "###"), *_evidence(shown)])


def _lines(source: Source) -> Iterator[str]:
    limit = source.options.messages
    digest = Digest(
        source,
        timeline_rows=_TIMELINE_ROWS,
        messages=DEFAULT_MESSAGES if limit is None else limit or None,
    )
    verdict, info = source.verdict(), source.info
    yield from _heading(verdict, info.url, "#")
    yield from _summary(source, digest)
    yield "## Verdict"
    yield ""
    yield from _evidence(verdict)
    yield from _numbers(digest)
    notes = source.notes()
    yield from _timeline(digest, notes, info.started_ns)
    yield from _messages(digest, info.started_ns)
    yield "---"
    yield f"Exported by wstui {__version__}. {_secrets(source)}"


def _heading(verdict: dict[str, Any], url: str, level: str) -> Iterator[str]:
    yield f"{level} WebSocket session {code(url)}"
    yield ""
    yield f"**Why it ended: {plain(Cause(verdict['cause']).words)}** ({verdict['confidence']:.0%} sure)."
    yield plain(ending_words(verdict))
    yield ""


def _summary(source: Source, digest: Digest) -> Iterator[str]:
    info = source.info
    yield "| | |"
    yield "| --- | --- |"
    if info.title:
        yield f"| Title | {code(info.title)} |"
    if info.profile:
        yield f"| Profile | {code(info.profile)} |"
    yield f"| Started | {moment_text(info.started_ns)} |"
    yield f"| Lasted | {long_duration_text(digest.lasted_ns)} |"
    yield f"| Connections | {len(digest.connections)} |"
    yield f"| Session file | {code(source.name)} |"
    if not source.selection.is_everything:
        yield f"| Chosen | {count_text(digest.events, 'event')}; the numbers below are of these |"
    if source.damage:
        yield f"| Damage | {plain(source.damage)} |"
    yield ""


def _evidence(verdict: dict[str, Any]) -> Iterator[str]:
    for row in verdict["because"]:
        at = f" (event {row['event']})" if row["event"] else ""
        yield f"- {plain(row['text'])}{at}"
    if verdict["alternatives"]:
        others = ", ".join(
            f"{plain(Cause(row['cause']).words)} ({row['confidence']:.0%})" for row in verdict["alternatives"]
        )
        yield f"- It could also be: {others}."
    yield ""
    if verdict["try_next"]:
        yield "Try next:"
        yield ""
        yield from (f"{number}. {plain(text)}" for number, text in enumerate(verdict["try_next"], start=1))
        yield ""


def _numbers(digest: Digest) -> Iterator[str]:
    yield "## Numbers"
    yield ""
    yield "| | Sent | Received |"
    yield "| --- | ---: | ---: |"
    yield f"| Messages | {digest.count['sent']:,} | {digest.count['received']:,} |"
    yield f"| Payload | {size_text(digest.bytes['sent'])} | {size_text(digest.bytes['received'])} |"
    wire = digest.wire_bytes
    yield f"| On the wire | {size_text(wire['sent'])} | {size_text(wire['received'])} |"
    yield f"| Pings and pongs | {digest.control['sent']:,} | {digest.control['received']:,} |"
    yield ""
    if digest.trips or digest.missed:
        yield f"Heartbeat: {heartbeat_words(digest)}."
        yield ""


def heartbeat_words(digest: Digest) -> str:
    """The heartbeat in numbers: ``12 answered, 1 missed; round trip median 21 ms, …``."""
    words = f"{digest.answered:,} answered, {digest.missed:,} missed"
    if not digest.trips:
        return words
    ordered = sorted(digest.trips)
    parts = [
        f"{name} {long_duration_text(percentile(ordered, share))}"
        for name, share in (("median", 50), ("p95", 95), ("p99", 99))
    ]
    return f"{words}; round trip {', '.join(parts)}"


def _timeline(digest: Digest, notes: list[Note], started_ns: int) -> Iterator[str]:
    yield "## Timeline"
    yield ""
    yield "| Event | Seconds | | |"
    yield "| ---: | ---: | :-: | --- |"
    first, last = digest.timeline.parts()
    waiting = notes[:_NOTES]
    for event in first:
        yield from _notes_before(waiting, event, started_ns)
        yield _event_row(event, started_ns)
    if digest.timeline.left_out:
        yield f"| | | | *{count_text(digest.timeline.left_out, 'event')} left out* |"
    for event in last:
        yield from _notes_before(waiting, event, started_ns)
        yield _event_row(event, started_ns)
    yield from (_note_row(note, started_ns) for note in waiting)
    if len(notes) > _NOTES:
        yield f"| | | | *{count_text(len(notes) - _NOTES, 'note')} left out* |"
    yield ""


def _notes_before(waiting: list[Note], event: RecordedEvent, started_ns: int) -> Iterator[str]:
    while waiting and waiting[0].t_ns < event.t_ns:
        yield _note_row(waiting.pop(0), started_ns)


def _note_row(note: Note, started_ns: int) -> str:
    at = note.event_id or ""
    return f"| {at} | {since_text(note.t_ns - started_ns)} | ✎ | **Note:** {code(note.text)} |"


def _event_row(event: RecordedEvent, started_ns: int) -> str:
    since = since_text(event.t_ns - started_ns)
    return f"| {event.id} | {since} | {ARROWS.get(event.direction, '·')} | {code(event_words(event))} |"


_MESSAGE_HEAD = ("| Event | Seconds | | Size | |", "| ---: | ---: | :-: | ---: | --- |")


def _messages(digest: Digest, started_ns: int) -> Iterator[str]:
    if not digest.messages.count:
        return
    first, last = digest.messages.parts()
    shown = f"{len(first) + len(last):,} of " if digest.messages.left_out else ""
    yield "## Messages"
    yield ""
    yield f"<details><summary>{shown}{count_text(digest.messages.count, 'message')}</summary>"
    yield ""
    yield from _MESSAGE_HEAD
    yield from (_message_row(event, started_ns) for event in first)
    if digest.messages.left_out:
        left_out = count_text(digest.messages.left_out, "message")
        yield f"| | | | | *{left_out} left out; `--messages 0` shows all* |"
    yield from (_message_row(event, started_ns) for event in last)
    yield ""
    yield "</details>"
    yield ""


def _message_row(event: RecordedEvent, started_ns: int) -> str:
    shown = (
        payload_words(event, _PAYLOAD_CHARACTERS) if event.kind in ("text", "binary") else event_words(event)
    )
    since, arrow = since_text(event.t_ns - started_ns), ARROWS.get(event.direction, "·")
    return f"| {event.id} | {since} | {arrow} | {size_text(event.size)} | {code(shown)} |"


def _secrets(source: Source) -> str:
    if not source.options.redact:
        return "**Secrets were left in.**"
    done = source.exported()
    if not done.redactions:
        return "No secrets were found in it."
    return f"{count_text(done.redactions, 'value')} of {count_text(done.secrets, 'secret')} replaced."


def code(text: str) -> str:
    """A peer's text as a code span that also stands in a table."""
    shown = safe_text(text).replace("|", "\\|")
    if not shown.strip():
        return "*(empty)*" if not shown else "*(blank)*"
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` \\" else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def plain(text: str) -> str:
    """A sentence of ours that may quote a peer: no markup, HTML, mention or reference of theirs is left."""
    escaped = _MARKUP.sub(lambda found: _ENTITIES.get(found[1], f"\\{found[1]}"), safe_text(text))
    escaped = _LIST_SIGN.sub(r"\1\\\2", escaped)
    return _REFERENCE.sub(lambda found: f"{found[0]}{_ZERO_WIDTH}", escaped)
