"""Playing back a recording in the session screen: a clock moves the end of what the panes read.

Nothing is sent. Going back means to begin every pane anew: they only know how to grow.
"""

from collections.abc import Callable

from textual.timer import Timer

from wstui.replay.playback import Playback, PlaybackClock
from wstui.timeline import TimelineError
from wstui.tui.screens.session_view import SessionView
from wstui.tui.session_source import SessionSource
from wstui.tui.widgets.connect_bar import ConnectBar
from wstui.tui.widgets.message_list import MessageList
from wstui.tui.widgets.transport import Transport

_TICK_S = 1 / 15
_PAGE = 0.05
"""Of the recording, for Page Up and Page Down."""


class _SourceTimes:
    """When the events of the recording happened, asked of the reader that the source has by now."""

    def __init__(self, source: SessionSource) -> None:
        self._source = source
        self.last_id = source.recorded_id

    def t_ns(self, event_id: int) -> int:
        """Session time of an event."""
        return self._source.reader.time_of(event_id) if self._source.reader is not None else 0


class SessionPlayback(SessionView):
    """What a person can do with the time of a recording."""

    _player: PlaybackClock | None = None
    _tick: Timer | None = None
    _waits = False
    """It stands still because another tab is in front."""

    def action_play_back(self) -> None:
        """Play the recording from its beginning, or end that and show it whole."""
        if self._player is not None:
            self.action_end_playback()
            return
        if self.source.live or self.source.reader is None:
            return
        try:
            self.source.play()
            self._player = PlaybackClock(_SourceTimes(self.source))
        except TimelineError as error:
            self._player = None
            self.query_one(ConnectBar).show_problem(str(error))
            return
        self._tick = self.set_interval(_TICK_S, self._pass_time)
        transport = self.query_one(Transport)
        transport.add_class("-shown")
        transport.focus()
        self.query_one(MessageList).go_to_tail()
        self._begin_anew(self._player.play(self.clock.monotonic_ns()))

    def action_end_playback(self) -> None:
        """Show the whole recording again."""
        if self._stop_playback() and self.source.path is not None:
            self.source.open_recording(self.source.path)
            self.show_session()
            self.update_picture()
            self.query_one(MessageList).focus()

    def _stop_playback(self) -> bool:
        """Whether there was one."""
        player, self._player = self._player, None
        if self._tick is not None:
            self._tick.stop()
            self._tick = None
        self.query_one(Transport).remove_class("-shown")
        return player is not None

    # -- time ------------------------------------------------------------------------------------

    def _another_tab(self, mode: str) -> None:
        """Nothing is played that nobody sees; it goes on where it was left."""
        super()._another_tab(mode)
        if self._player is None:
            return
        if not self.is_current and self._player.now.playing:
            self._waits = True
            self.action_play_pause()
        elif self.is_current and self._waits:
            self._waits = False
            self.action_play_pause()

    def _pass_time(self) -> None:
        if self._player is None:
            return
        if self.source.live or not self.source.played:
            self._stop_playback()  # a connection was made meanwhile
            return
        if self._player.now.playing:
            self._show_moment(self._player.advance(self.clock.monotonic_ns()))

    def _show_moment(self, now: Playback) -> None:
        self.source.play_to(now.event_id, now.t_ns)
        self._show_transport(now)
        self._changed()

    def _begin_anew(self, now: Playback) -> None:
        """Back in time: the panes take in everything from the start again."""
        self.source.play()
        self.source.play_to(now.event_id, now.t_ns)
        self.show_session()
        self._show_transport(now)
        self.update_picture()

    def _show_transport(self, now: Playback) -> None:
        player = self._player
        if player is not None:
            span_ns = (player.start_ns, player.end_ns)
            self.query_one(Transport).show(now, span_ns, player.speed, skips=player.skip_idle)

    def _move(self, move: Callable[[PlaybackClock, int], Playback]) -> None:
        """Do something with the clock; the picture goes on, or begins anew where time went back."""
        player = self._player
        if player is None:
            return
        before_id = self.source.played_id
        now = move(player, self.clock.monotonic_ns())
        if now.event_id < before_id:
            self._begin_anew(now)
        else:
            self._show_moment(now)

    # -- what a person does ----------------------------------------------------------------------

    def action_play_pause(self) -> None:
        """Stand still, or go on."""
        self._move(lambda player, wall_ns: player.toggle(wall_ns))

    def action_play_step(self, by: int) -> None:
        """Exactly one event on, or back."""
        self._move(lambda player, ns: player.step(ns) if by > 0 else player.step_back(ns))

    def action_play_speed(self, by: int) -> None:
        """Faster or slower."""
        self._move(lambda player, ns: player.faster(ns) if by > 0 else player.slower(ns))

    def action_play_seek(self, pages: int) -> None:
        """A twentieth of the recording on or back."""

        def seek(player: PlaybackClock, wall_ns: int) -> Playback:
            page_ns = round((player.end_ns - player.start_ns) * _PAGE)
            return player.seek(player.advance(wall_ns).t_ns + pages * page_ns, wall_ns)

        self._move(seek)

    def action_play_edge(self, which: str) -> None:
        """To the beginning or to the end."""
        self._move(
            lambda player, ns: player.seek_event(0 if which == "start" else self.source.recorded_id, ns)
        )

    def action_play_idle(self) -> None:
        """Leave out stretches in which nothing happens, or play them too."""

        def turn(player: PlaybackClock, wall_ns: int) -> Playback:
            player.skip_idle = not player.skip_idle
            return player.advance(wall_ns)

        self._move(turn)

    def on_transport_seek_asked(self, message: Transport.SeekAsked) -> None:
        """The bar was clicked."""

        def seek(player: PlaybackClock, wall_ns: int) -> Playback:
            return player.seek(
                player.start_ns + round((player.end_ns - player.start_ns) * message.share), wall_ns
            )

        self._move(seek)
