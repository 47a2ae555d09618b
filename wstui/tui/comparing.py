"""Two session files compared away from the screen: read once, judged as often as the rules change."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from wstui.engine.json_path import JsonPath, PathError, Place, parse_path, place_text
from wstui.events import safe_text
from wstui.replay.compare import AlignedSessions, Tell, align_sessions, judge
from wstui.replay.comparison import Comparison, MessagePair
from wstui.replay.difference import Rules
from wstui.timeline import SessionInfo, TimelineReader
from wstui.words.measures import date_text

PROGRESS_AFTER_S = 0.2
"""What takes no longer is not worth a word."""

_PROGRESS_EVERY_S = 0.1


class Stopped(Exception):
    """The person wants no more of it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What there is to show."""

    aligned: AlignedSessions
    comparison: Comparison
    names: tuple[str, str]


def compare_files(paths: tuple[Path, Path], rules: Rules, tell: Tell) -> Compared:
    """Read two sessions and compare them.

    Args:
        paths: both files; they may still grow.
        rules: what is left out.
        tell: told how far it is; raises :class:`Stopped` to end it.

    Raises:
        TimelineError: one of them cannot be read.
        RecordingError: one of them was never open.
    """
    with ExitStack() as stack:
        before, after = (stack.enter_context(TimelineReader(path)) for path in paths)
        aligned = align_sessions(before, after, tell=tell)
        names = session_name(before.info), session_name(after.info)
    return Compared(aligned, judge(aligned, rules, tell), names)


def compare_again(compared: Compared, rules: Rules, tell: Tell) -> Compared:
    """The same sessions by other rules."""
    return replace(compared, comparison=judge(compared.aligned, rules, tell))


def session_name(info: SessionInfo) -> str:
    """A session as the head of the screen names it."""
    return f"{date_text(info.started_ns)} {safe_text(info.title or info.profile or info.url)}"


class Progress:
    """Passes progress on, once it has taken long enough, and not too often."""

    def __init__(self, show: Tell) -> None:
        self._show = show
        self._first_s = self._next_s = monotonic() + PROGRESS_AFTER_S
        self._words = ""

    def tell(self, words: str, share: float) -> None:
        """How far it is."""
        now_s = monotonic()
        if now_s >= self._next_s or (words != self._words and now_s >= self._first_s):
            self._words, self._next_s = words, now_s + _PROGRESS_EVERY_S
            self._show(words, share)


# ---- rules ----


def rule_text(place: Place) -> str:
    """The path that leaves a place out, whichever element of a list it lies in."""
    parts: list[str] = []
    for key in place:
        shown = place_text((key,))[1:]
        parts.append("[*]" if isinstance(key, int) else shown)
    return "$" + "".join(parts)


def rule_of(place: Place) -> JsonPath | None:
    """The rule for a place; None where no path can be written for it."""
    try:
        path = parse_path(rule_text(place))
    except PathError:
        return None
    return path if path.covers(place) else None


def places_of(pair: MessagePair, rules: Sequence[JsonPath]) -> dict[str, bool]:
    """The places of a pair that can be left out, or be taken in again: by rule, whether it holds now."""
    found: dict[str, bool] = {}
    for change in pair.changes:
        if rule_of(change.place) is not None:
            found[rule_text(change.place)] = False
    for change, _ in pair.ignored:
        for rule in rules:
            if rule.covers(change.place):
                found[rule.text] = True
    return found
