from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wstui.replay.playback import SPEEDS, ListedTimes, PlaybackClock, ReaderTimes, last_id_at
from wstui.timeline import TimelineReader

S = 1_000_000_000

nearly_ascending = st.lists(st.tuples(st.integers(0, 30 * S), st.integers(-S, S)), max_size=40).map(
    lambda rows: [t + wobble for t, (_, wobble) in zip(sorted(r[0] + 2 * S for r in rows), rows, strict=True)]
)
ticks = st.lists(st.integers(0, 3 * S), max_size=60)


def clock(*times_s, **more):
    return PlaybackClock(ListedTimes([round(t * S) for t in times_s]), **more)


def test_plays_in_real_time():
    player = clock(100, 101, 103)
    assert player.now == (100 * S, 0, False, False, 0)
    player.play(5 * S)
    assert player.advance(5 * S).event_id == 1
    assert player.advance(6 * S - 1).event_id == 1
    assert player.advance(6 * S).event_id == 2
    last = player.advance(9 * S)
    assert (last.event_id, last.ended, last.playing, last.t_ns) == (3, True, False, 103 * S)


def test_paused_time_does_not_pass():
    player = clock(0, 1, 2)
    player.play(0)
    player.pause(S // 2)
    assert player.advance(100 * S).t_ns == S // 2
    player.play(100 * S)
    assert player.advance(100 * S + S // 2).event_id == 2


def test_speeds():
    player = clock(0, 10, 200, speed=10)
    player.play(0)
    assert player.advance(S).event_id == 2
    player.set_speed(1000, S)
    assert player.speed == 100
    assert player.advance(3 * S).event_id == 3
    for _ in SPEEDS:
        player.slower(3 * S)
    assert player.speed == 0.25
    assert player.faster(3 * S) and player.speed == 0.5


def test_steps_one_event_even_where_times_are_the_same():
    player = clock(0, 1, 1, 1, 2)
    assert [player.step(0).event_id for _ in range(6)] == [1, 2, 3, 4, 5, 5]
    assert [player.step_back(0).event_id for _ in range(6)] == [4, 3, 2, 1, 0, 0]
    assert not player.now.playing


def test_seeks_and_plays_on():
    player = clock(0, 10, 20)
    player.play(0)
    assert player.seek(15 * S, S).event_id == 2
    assert player.now.playing
    assert player.advance(6 * S).ended
    assert player.seek(-5, 6 * S).event_id == 0
    assert player.seek_event(2, 6 * S).t_ns == 10 * S


def test_skips_idle_stretches_after_having_shown_them():
    player = clock(0, 1, 61, 62, skip_idle=True)
    player.play(0)
    assert player.advance(S).event_id == 2
    assert player.advance(S + S // 2).event_id == 2
    now = player.advance(2 * S)
    assert (now.event_id, now.t_ns, now.skipped_ns) == (3, 61 * S, 59 * S)
    assert player.advance(3 * S).ended


def test_playing_again_from_the_end_begins_anew():
    player = clock(0, 1)
    player.play(0)
    assert player.advance(S).ended
    assert player.play(2 * S) == (0, 0, True, False, 0)


def test_an_empty_recording():
    player = clock()
    assert player.play(0).playing is False
    assert player.advance(S).event_id == 0
    assert player.step(S).event_id == 0


@given(nearly_ascending, ticks, st.sampled_from(SPEEDS), st.booleans())
def test_never_goes_back_and_misses_nothing(times, steps, speed, skip_idle):
    player = PlaybackClock(ListedTimes(times), speed=speed, skip_idle=skip_idle)
    player.play(0)
    wall, seen = 0, [player.now]
    for step in steps:
        wall += step
        seen.append(player.advance(wall))
    for before, after in pairwise(seen):
        assert after.event_id >= before.event_id
        assert after.t_ns >= before.t_ns
        assert after.playing or after.ended
    end = player.advance(wall + 200 * S * 4)
    assert end.event_id == len(times)


@given(nearly_ascending, ticks, st.sampled_from(SPEEDS))
def test_skipping_idle_stretches_is_never_slower(times, steps, speed):
    plain = PlaybackClock(ListedTimes(times), speed=speed)
    skipping = PlaybackClock(ListedTimes(times), speed=speed, skip_idle=True)
    plain.play(0), skipping.play(0)
    wall = 0
    for step in steps:
        wall += step
        assert skipping.advance(wall).event_id >= plain.advance(wall).event_id


@given(nearly_ascending, st.lists(st.integers(-S, 40 * S), min_size=2))
def test_the_last_event_by_a_time_only_grows_with_it(times, moments):
    found = [last_id_at(ListedTimes(times), t) for t in sorted(moments)]
    assert found == sorted(found)


@given(nearly_ascending, st.data())
def test_seeking_an_event_shows_exactly_it(times, data):
    player = PlaybackClock(ListedTimes(times))
    wanted = data.draw(st.integers(0, len(times)))
    assert player.seek_event(wanted, 0).event_id == wanted


def test_on_a_session_file(record):
    path = record([(0, "text"), (S, "text"), (5 * S, "close")])
    with TimelineReader(path) as reader:
        player = PlaybackClock(ReaderTimes(reader))
        player.play(0)
        assert player.advance(2 * S).event_id == 2
        assert player.end_ns - player.start_ns == 5 * S
        assert reader.time_of(99) == 0
