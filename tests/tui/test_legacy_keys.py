from textual._xterm_parser import XTermParser

from wstui.tui.legacy_keys import teach_alt_enter


def test_alt_enter_is_told_from_enter_in_every_terminal():
    teach_alt_enter()
    for sequence in ("\x1b\r", "\x1b\n", "\x1b[13;3u"):
        assert [event.key for event in XTermParser(False).feed(sequence)] == ["alt+enter"]
    assert [event.key for event in XTermParser(False).feed("\r")] == ["enter"]
