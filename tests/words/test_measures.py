import pytest

from wstui.words.measures import (
    clock_text,
    count_text,
    date_text,
    delta_text,
    duration_text,
    offset_text,
    size_text,
    span_clock,
)

S = 1_000_000_000


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (312_000, "312 kB"),
        (16_777_216, "17 MB"),
    ],
)
def test_sizes_have_two_or_three_digits_and_a_unit(size, words):
    assert size_text(size) == words


def test_counts_agree_with_their_noun():
    assert count_text(1204) == "1,204"
    assert count_text(1, "message") == "1 message"
    assert count_text(2, "address", "addresses") == "2 addresses"


def test_times():
    t_ns = 1_795_348_867 * S + 412_000_000
    assert clock_text(t_ns) == "12:01:07.412"
    assert date_text(t_ns) == "2026-11-22 12:01"
    assert span_clock(252 * S) == "00:04:12"
    assert span_clock(-5) == "00:00:00"


@pytest.mark.parametrize(
    ("delta_s", "words"), [(0.1, "+0.100"), (-0.001, "-0.001"), (60, "+1:00.000"), (3852.031, "+1:04:12.031")]
)
def test_differences_keep_their_sign(delta_s, words):
    assert delta_text(round(delta_s * S)) == words


def test_offsets_have_no_sign_before_zero():
    assert offset_text(7_412_000_000) == "7.412"


@pytest.mark.parametrize(
    ("duration_ns", "words"),
    [
        (420_000, "0.42 ms"),
        (21_400_000, "21.4 ms"),
        (250_000_000, "250 ms"),
        (1_250_000_000, "1.25 s"),
        (61 * S, "61 s"),
    ],
)
def test_durations_take_the_unit_that_suits_them(duration_ns, words):
    assert duration_text(duration_ns) == words
