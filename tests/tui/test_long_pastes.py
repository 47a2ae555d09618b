import time

import pytest
from textual import events

from wstui.tui.long_pastes import PasteParser

TYPED = "a\x1b[200~pasted \x1b[31m\nlines\x1b[201~b\x1b[A"
HEARD = [("key", "a"), ("paste", "pasted \x1b[31m\nlines"), ("key", "b"), ("key", "up")]


def heard(reads):
    parser = PasteParser(False)
    found = [event for read in reads for event in parser.feed(read)]
    return [("paste", e.text) if isinstance(e, events.Paste) else ("key", e.key) for e in found]


@pytest.mark.parametrize("size", [4, 5, *range(6, 40), 1000])
def test_however_it_is_cut_into_reads_the_same_is_heard(size):
    reads = [TYPED[at : at + size] for at in range(0, len(TYPED), size)]
    assert heard(reads) == HEARD


def test_a_paste_of_10_mib_is_taken_at_once():
    began = time.perf_counter()
    ((kind, text),) = heard(["\x1b[200~", *["x" * 4096] * 2560, "\x1b[201~"])
    assert (kind, len(text)) == ("paste", 10 << 20)
    assert time.perf_counter() - began < 2


def test_two_pastes_in_one_read_and_an_end_of_input():
    assert heard(["\x1b[200~1\x1b[201~\x1b[200~2\x00\x1b[201~", ""]) == [("paste", "1"), ("paste", "2")]
