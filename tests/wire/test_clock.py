"""Session time: wall clock at the start, monotonic since, and kernel stamps in between."""

import time

import pytest

from wstui.wire import SessionClock
from wstui.wire import clock as clock_module

MS = 1_000_000


class Clocks:
    """The machine's two clocks, by hand."""

    def __init__(self):
        self.wall_ns = 1_800_000_000_000_000_000
        self.mono_ns = 5_000_000_000

    def pass_ns(self, ns):
        self.wall_ns += ns
        self.mono_ns += ns

    def time_ns(self):
        return self.wall_ns

    def monotonic_ns(self):
        return self.mono_ns


@pytest.fixture
def clocks(monkeypatch):
    clocks = Clocks()
    monkeypatch.setattr(clock_module, "time", clocks)
    return clocks


def test_starts_at_the_wall_clock():
    clock = SessionClock()
    assert abs(clock.start_ns - time.time_ns()) < 1_000 * MS
    assert clock.start_ns <= clock.now()


def test_a_given_start(clocks):
    clock = SessionClock(start_wall_ns=77)
    clocks.pass_ns(5)
    assert clock.now() == 82


def test_a_stamp_keeps_its_age(clocks):
    clock = SessionClock()
    stamp_ns = clocks.time_ns()
    then_ns = clock.now()
    clocks.pass_ns(100 * MS)
    assert clock.from_kernel_stamp(stamp_ns) == then_ns


def test_a_stamp_from_the_future_is_now(clocks):
    clock = SessionClock()
    assert clock.from_kernel_stamp(clocks.time_ns() + 3 * MS) == clock.now()


def test_a_step_does_not_move_session_time(clocks):
    clock = SessionClock()
    before_ns = clock.now()
    clocks.wall_ns += 3_600_000 * MS
    clocks.pass_ns(MS)
    assert clock.now() == before_ns + MS
    assert clock.from_kernel_stamp(clocks.time_ns() - MS) == clock.now(), (
        "across the step a stamp says nothing"
    )
    clocks.pass_ns(MS)
    assert clock.from_kernel_stamp(clocks.time_ns() - MS) == clock.now() - MS, "after it stamps count again"


def test_slewing_is_followed(clocks):
    clock = SessionClock()
    for _ in range(100):
        clocks.pass_ns(MS)
        clocks.wall_ns += 50_000
        assert abs(clock.from_kernel_stamp(clocks.time_ns()) - clock.now()) < MS


@pytest.mark.parametrize("jump_ns", [2_000 * MS, -30_000 * MS])
def test_a_jump_is_told_once(clocks, jump_ns):
    clock = SessionClock()
    assert clock.jump_ns() == 0
    clocks.wall_ns += jump_ns
    assert clock.jump_ns() == jump_ns
    assert clock.jump_ns() == 0


def test_a_small_step_is_no_jump(clocks):
    clock = SessionClock()
    clocks.wall_ns += 20 * MS
    assert clock.jump_ns() == 0


def test_a_preempted_reading_does_not_count(clocks, monkeypatch):
    """Between the two clocks of one reading another program ran for 50 ms, three times in a row."""
    clock = SessionClock()
    stamp_ns = clocks.time_ns()
    then_ns = clock.now()
    real = clocks.time_ns

    def slow():
        clocks.pass_ns(25 * MS)
        now_ns = real()
        clocks.pass_ns(25 * MS)
        return now_ns

    monkeypatch.setattr(clocks, "time_ns", slow)
    assert clock.from_kernel_stamp(stamp_ns) == then_ns
