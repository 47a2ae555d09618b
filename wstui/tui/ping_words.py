"""Pings and their answers as rows of the event timeline, one by one or in runs. Pure."""

from collections.abc import Sequence

from wstui.events import Direction, safe_text
from wstui.timeline import Beat, ServerPing
from wstui.tui.beats import BeatState
from wstui.tui.graph_scale import NS_PER_S, round_trip_text, span_text
from wstui.tui.side_words import SideRow
from wstui.words.event_line import ARROWS
from wstui.words.measures import duration_text

SENT_PING = f"ping {ARROWS[Direction.SENT.value]}"
RECEIVED_PING = f"ping {ARROWS[Direction.RECEIVED.value]}"


def beats_row(beats: Sequence[Beat], state: BeatState, run: range) -> SideRow:
    """One of our pings with its answer, or a run of answered ones with their range.

    Args:
        beats: one, or several of which none failed.
        state: what became of the first.
        run: their places.
    """
    first = beats[0]
    times = [beat.rtt_ns for beat in beats if beat.rtt_ns is not None]
    amount = round_trip_text(times[-1]) if times else ""
    if len(beats) == 1:
        facts, tone = beat_facts(first, state), _BEAT_TONES.get(state, "quiet")
    else:
        facts, tone = f"×{len(beats)} {_range_text(times)}".rstrip(), "quiet"
    return SideRow(first.ping_id, first.t_ns, SENT_PING, facts, tone, amount, 0, first.connection, run)


_BEAT_TONES: dict[BeatState, str] = {"missed": "error", "late": "warning", "unanswered": "warning"}


def beat_facts(beat: Beat, state: BeatState) -> str:
    """What became of a ping, in words."""
    limit = span_text(beat.timeout_ns) if beat.timeout_ns >= NS_PER_S else duration_text(beat.timeout_ns)
    facts = {
        "late": f"pong, too late (limit {limit})",
        "missed": f"missed after {limit}",
        "unanswered": "unanswered when the connection ended",
        "outstanding": "waiting for the pong",
    }
    if state != "answered":
        return facts[state]
    if beat.rtt_ns is None:
        return "answered with a later one"
    return "pong" if beat.source in ("heartbeat", "") else f"pong ({safe_text(beat.source)})"


def _range_text(times: Sequence[int]) -> str:
    if not times:
        return ""
    low, high = round_trip_text(min(times)), round_trip_text(max(times))
    if low == high:
        return low
    number, _, unit = low.rpartition(" ")
    return f"{number}–{high}" if high.endswith(f" {unit}") else f"{low} – {high}"


def server_pings_row(pings: Sequence[ServerPing], run: range) -> SideRow:
    """A ping from the server and how fast it was answered, or a run of them."""
    first = pings[0]
    taken = [ping.answered_after_ns for ping in pings if ping.answered_after_ns is not None]
    open_count = len(pings) - len(taken)
    facts = "answered" if not open_count else "not answered"
    if len(pings) > 1:
        facts = f"×{len(pings)} answered" if not open_count else f"×{len(pings)}, {open_count} not answered"
    tone = "quiet" if not open_count else "warning"
    amount = round_trip_text(max(taken)) if taken else ""
    return SideRow(first.ping_id, first.t_ns, RECEIVED_PING, facts, tone, amount, 0, first.connection, run)
