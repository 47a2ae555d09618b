import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from wstui.events import safe_bytes, safe_text

HOSTILE = "\x1b[2J\x1b]52;c;YQ==\x07\x00\x9b31m\u202eevil\u200b\ufeff\r\n\t\x7f\ud800\U000e0041"


def is_dangerous(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char != "\n"


def test_hostile_text_reads_as_what_it_is():
    shown = safe_text(HOSTILE)
    assert not any(map(is_dangerous, shown))
    assert "\n" not in shown
    assert "\\u202eevil" in shown
    assert "␛[2J" in shown
    assert "␀" in shown


def test_line_feeds_stay_where_several_lines_are_shown():
    assert safe_text("a\r\nb\tc", newlines=True) == "a␍\nb    c"


def test_ordinary_text_is_untouched():
    text = 'grüße {"price": "1,20 €"} 漢字 🙂 שלום'
    assert safe_text(text) == text


def test_bytes_that_are_not_utf8_show_their_values():
    assert safe_bytes(b"ok\xff\x1b") == "ok\\xff␛"


def test_text_hidden_in_variation_selectors_and_fillers_is_seen():
    hidden = "".join(chr(0xE0100 + byte) for byte in b"secret") + "\ufe00\u3164\u034f"
    assert all(char.isascii() for char in safe_text(f"a{hidden}"))
    assert safe_text("\u2764\ufe0f") == "\u2764\ufe0f", "what makes an emoji coloured stays"


# Format characters that carry meaning inside scripts (Arabic number signs, Kaithi, Egyptian joiners …)
# neither reorder nor hide text.
HARMLESS_FORMAT = {
    *range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD,
    *range(0x13430, 0x13460),
}  # fmt: skip


@given(st.text(st.characters(), max_size=200))
def test_nothing_that_a_terminal_obeys_survives(text):
    shown = safe_text(text)
    assert not any(is_dangerous(char) and ord(char) not in HARMLESS_FORMAT for char in shown)
    assert "\n" not in shown


@given(st.text(st.characters(), max_size=200))
def test_making_safe_twice_changes_nothing_more(text):
    assert safe_text(safe_text(text)) == safe_text(text)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_shown(data):
    assert not any(is_dangerous(char) and ord(char) not in HARMLESS_FORMAT for char in safe_bytes(data))
