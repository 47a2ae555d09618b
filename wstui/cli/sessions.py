"""``wstui sessions``: what was recorded."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

import click

from wstui.cli.completing import complete_profile
from wstui.cli.status import Failure
from wstui.events import Cause, safe_text
from wstui.timeline import Catalogue, SessionEntry, TimelineError, TimelineReader
from wstui.timeline.entries import session_entry
from wstui.words.measures import NS_PER_S, count_text, date_text, duration_text

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@click.command("sessions")
@click.option("--profile", metavar="NAME", shell_complete=complete_profile,
              help="Only the sessions of this profile.")  # fmt: skip
@click.option("--since", metavar="WHEN",
              help="Only those that began since then: 90m, 12h, 7d, a date, a time of ISO 8601.")  # fmt: skip
@click.option("--cause", "causes", multiple=True, type=click.Choice([row.value for row in Cause]),
              metavar="CAUSE", help="Only those that ended so, as “diagnose --json” has it.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one session a line.")
def command(
    profile: str | None, since: str | None, causes: tuple[str, ...], limit: int | None, as_json: bool
) -> None:
    """List recorded sessions, the newest first.

    The first column is the name by which “wstui show”, “diagnose” and “export” know a session.

    \b
    wstui sessions --limit 10
    wstui sessions --since 24h --cause idle_timeout_proxy
    wstui sessions --profile trades --json
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    entries = islice(_chosen(profile, since, frozenset(causes)), limit)
    found = False
    for entry, cause in entries:
        found = True
        click.echo(_json(entry, cause) if as_json else _line(entry, cause))
    if not found and not as_json:
        _say_that_there_is_none(profile, narrowed=bool(since or causes))


def _chosen(
    profile: str | None, since: str | None, causes: frozenset[str]
) -> Iterator[tuple[SessionEntry, str]]:
    """Sessions with their cause, which is found out only where it is asked for."""
    since_ns = _since_ns(since)
    for path in Catalogue().paths(profile):
        if path.name < _name_at(since_ns):  # names begin with the second of the start
            return
        entry = session_entry(path)
        if not entry.error and entry.started_ns < since_ns:
            continue
        cause = _cause(entry) if causes else ""
        if not causes or cause in causes:
            yield entry, cause


def _cause(entry: SessionEntry) -> str:
    from wstui.diagnosis import diagnose

    try:
        with TimelineReader(entry.path) as reader:
            return diagnose(reader).cause.value
    except TimelineError:
        return ""


def _since_ns(text: str | None) -> int:
    if text is None:
        return 0
    if found := _AGO.fullmatch(text.strip()):
        return time.time_ns() - round(float(found[1]) * _UNITS_S[found[2]]) * NS_PER_S
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Failure(
            f"--since {text}: expected a while ago (90m, 12h, 7d), a date (2026-11-22) or a time"
            " (2026-11-22T12:00)."
        ) from None
    return round(when.astimezone().timestamp()) * NS_PER_S


def _name_at(t_ns: int) -> str:
    return f"{datetime.fromtimestamp(max(t_ns, 0) // NS_PER_S, UTC):%Y%m%dT%H%M%SZ}"


def _say_that_there_is_none(profile: str | None, *, narrowed: bool) -> None:
    of = f" of the profile “{safe_text(profile)}”" if profile else ""
    if narrowed:
        click.echo(f"No recorded session{of} is like that.", err=True)
    else:
        click.echo(f"There are no recorded sessions{of} yet; “wstui run URL” makes one.", err=True)


def _line(entry: SessionEntry, cause: str) -> str:
    if entry.error:
        return f"{entry.path.stem:25}  cannot be read: {safe_text(entry.error)}"
    lasted = duration_text((entry.ended_ns or entry.last_ns) - entry.started_ns) if entry.last_ns else ""
    ending = "" if entry.close_code is None else str(entry.close_code)
    columns = (
        f"{entry.path.stem:25}",
        date_text(entry.started_ns),
        f"{lasted:>8}",
        f"{count_text(entry.events):>9} events",
        f"{ending:>4}",
        f"{safe_text(entry.profile):12}",
        *((cause,) if cause else ()),
        safe_text(entry.title or entry.url),
    )
    return "  ".join(columns).rstrip()


def _json(entry: SessionEntry, cause: str) -> bytes:
    import msgspec

    line = {
        "session": entry.path.stem,
        "path": str(entry.path),
        "profile": entry.profile,
        "url": entry.url,
        "title": entry.title,
        "started_ns": entry.started_ns,
        "ended_ns": entry.ended_ns,
        "events": entry.events,
        "connections": entry.connections,
        "close_code": entry.close_code,
        "close_reason": entry.close_reason,
        "pinned": entry.pinned,
        "error": entry.error,
    }
    return msgspec.json.encode(line | ({"cause": cause} if cause else {}))
