"""The histogram: every round trip is in one column, in any size, also in ASCII."""

import pytest

from wstui.tui.glyphs import ASCII, UNICODE
from wstui.tui.graph_histogram import histogram

MS = 10**6


@pytest.mark.parametrize("size", [(52, 11), (30, 4), (200, 20), (5, 2), (0, 0)])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_it_fits(size, glyphs):
    rows = histogram([20 * MS, 21 * MS, 400 * MS], *size, glyphs)
    assert all(len(row) <= size[0] for row in rows)
    assert len(rows) <= max(1, size[1])
    assert glyphs.braille or all(row.isascii() for row in rows)


def test_the_most_stands_highest_and_one_alone_is_seen():
    rows = histogram([20 * MS] * 50 + [390 * MS], 66, 8, UNICODE)
    assert rows[0].startswith("   50┤")
    assert rows[0].count("█") == 1
    assert "▁" in rows[5][40:]
    assert rows[-1].strip().startswith("0 ")


def test_nothing_measured_is_said():
    assert "no round trip" in histogram([], 60, 8, UNICODE)[0]
