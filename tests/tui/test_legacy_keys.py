from textual._xterm_parser import XTermParser

from wstui.tui.legacy_keys import teach_alt_keys


def test_alt_enter_is_told_from_enter_in_every_terminal():
    teach_alt_keys()
    for sequence in ("\x1b\r", "\x1b\n", "\x1b[13;3u"):
        assert [event.key for event in XTermParser(False).feed(sequence)] == ["alt+enter"]
    assert [event.key for event in XTermParser(False).feed("\r")] == ["enter"]


def test_alt_and_a_digit_is_a_key_and_no_sign():
    teach_alt_keys()
    for digit in "123456789":
        assert [event.key for event in XTermParser(False).feed(f"\x1b{digit}")] == [f"alt+{digit}"]
    assert [event.key for event in XTermParser(False).feed("\x1b[50;3u")] == ["alt+2"]


def test_alt_and_a_letter_is_known_at_once():
    teach_alt_keys()
    for letter in "jw":
        events = XTermParser(False).feed(f"\x1b{letter}\x1b[1;3D")
        assert [event.key for event in events] == [f"alt+{letter}", "alt+left"]
