"""``wstui sessions``: what was recorded."""

import click

from wstui.events import safe_text
from wstui.timeline import Catalogue, SessionEntry
from wstui.tui.measures import count_text, date_text, duration_text


@click.command("sessions")
@click.option("--profile", metavar="NAME", help="Only the sessions of this profile.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one session a line.")
def command(profile: str | None, limit: int | None, as_json: bool) -> None:
    """List recorded sessions, the newest first.

    The first column is the name by which “wstui show”, “diagnose” and “export” know a session.

    \b
    wstui sessions --limit 10
    wstui sessions --profile trades --json
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    entries = Catalogue().sessions(profile=profile, limit=limit)
    if as_json:
        _print_json(entries)
    elif entries:
        for entry in entries:
            click.echo(_line(entry))
    else:
        of = f" of the profile “{safe_text(profile)}”" if profile else ""
        click.echo(f"There are no recorded sessions{of} yet; “wstui run URL” makes one.", err=True)


def _line(entry: SessionEntry) -> str:
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
        safe_text(entry.title or entry.url),
    )
    return "  ".join(columns).rstrip()


def _print_json(entries: list[SessionEntry]) -> None:
    import msgspec

    for entry in entries:
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
        click.echo(msgspec.json.encode(line))
