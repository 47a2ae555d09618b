"""The heartbeat graph's words: its legend, the chosen ping, and what an empty graph says."""

from collections.abc import Sequence

from textual.content import Content

from wstui.timeline import Beat
from wstui.tui.beats import BeatState
from wstui.tui.glyphs import Glyphs, shown_in
from wstui.tui.graph_scale import round_trip_text, span_text
from wstui.tui.panel_data import PanelData
from wstui.tui.ping_words import beat_facts
from wstui.words.measures import clock_text

_LEGEND: tuple[tuple[str, str, str], ...] = (
    ("ping", "⠒", "$text-accent"),
    ("tcp", "⠤", "$foreground 45%"),
    ("app", "⠒", "$text-success"),
)


def legend(beats: Sequence[Beat], app_beats: bool, glyphs: Glyphs) -> list[tuple[str, str]]:
    """What the lines in the window stand for, as texts and styles; only lines that are there."""
    seen = {
        "ping": bool(beats),
        "tcp": any(beat.tcp_rtt_ns is not None for beat in beats),
        "app": app_beats,
    }
    shown = [(f"{sign} ", f"{name}  ", style) for name, sign, style in _LEGEND if seen[name]]
    return [part for sign, name, style in shown for part in ((shown_in(sign, glyphs), style), (name, ""))]


def beat_title(beat: Beat, state: BeatState, glyphs: Glyphs) -> Content:
    """One ping in words: ``12:01:54.000  21.3 ms  tcp 11.0 ms``."""
    facts = beat_facts(beat, state)
    if beat.rtt_ns is not None:
        facts = round_trip_text(beat.rtt_ns) + ("" if state == "answered" else f" {state}")
    tcp = f"  tcp {round_trip_text(beat.tcp_rtt_ns)}" if beat.tcp_rtt_ns is not None else ""
    return Content(shown_in(f"{clock_text(beat.t_ns)}  {facts}{tcp}", glyphs))


def empty_words(data: PanelData) -> tuple[str, ...]:
    """What a graph without a heartbeat says."""
    if len(data.rows) and not data.running:
        return ("No heartbeat was seen", *_why_none(data))
    first = "No heartbeat yet: F2 sends a ping"
    if data.interval_s is None:
        return (first,)
    if not data.interval_s:
        return first, "the profile asks for no pings of its own"
    every = f"pings every {data.interval_s:g} s"
    return first, f"{every} follow" if data.state == "open" else f"{every} start once it is open"


def _why_none(data: PanelData) -> tuple[str, ...]:
    if data.opened_ns is None or not data.interval_s:
        return ()
    return (
        f"pings were due every {data.interval_s:g} s; it was open {span_text(data.now_ns - data.opened_ns)}",
    )
