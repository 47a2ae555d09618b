"""Headers and close bodies, and whether text is text."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.wire.frames import (
    close_body,
    close_detail,
    frame_header,
    header_size,
    parse_close_body,
    parse_header,
    serialise,
    unmasked,
)
from wstui.wire.utf8 import Utf8Check, is_utf8


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    ("length", "size"), [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10), (1 << 40, 10)]
)
def test_the_length_takes_the_fewest_bytes(length, size, masked):
    """RFC 6455 §5.2."""
    header = frame_header(0x2, length, masked=masked)
    assert header.size == size + (4 if masked else 0)
    assert header_size(header.raw[:2]) == header.size
    assert parse_header(header.raw) == header


@given(
    st.integers(0, 15),
    st.booleans(),
    st.sampled_from([0, 0x10, 0x20, 0x40, 0x70]),
    st.booleans(),
    st.binary(),
)
def test_what_is_serialised_is_parsed_equal(opcode, fin, rsv, masked, payload):
    header = frame_header(opcode, len(payload), fin=fin, rsv=rsv, masked=masked)
    data = serialise(header, payload)
    parsed = parse_header(data[: header_size(data)])
    assert parsed == header
    assert unmasked(parsed, data[parsed.size :]) == payload
    assert len(data) == header.size + len(payload)


@pytest.mark.parametrize(
    ("raw", "length"),
    [
        (b"\x82\x7e\x00\x7d", 125),
        (b"\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", 65_535),
        (b"\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x00", 0),
    ],
)
def test_a_length_in_too_many_bytes_is_noticed(raw, length):
    header = parse_header(raw)
    assert (header.length, header.minimal) == (length, False)


def test_every_mask_is_fresh():
    """RFC 6455 §5.3: unpredictable."""
    assert len({frame_header(1, 5).raw[-4:] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("code", "reason", "body"),
    [(None, "", b""), (1000, "", b"\x03\xe8"), (4001, "é", b"\x0f\xa1\xc3\xa9"), (0, "", b"\0\0")],
)
def test_close_bodies(code, reason, body):
    assert close_body(code, reason) == body
    assert close_detail(body) == {"code": code, "reason": reason}


def test_a_close_body_of_one_byte_has_no_code():
    assert parse_close_body(b"\x03") == (None, b"")


def test_a_reason_that_is_not_text_is_escaped():
    assert close_detail(b"\x03\xe8a\xff") == {"code": 1000, "reason": "a\\xff"}
    assert close_body(1000, "\ud800") == b"\x03\xe8\xed\xa0\x80"


NOT_UTF8 = [
    b"\x80",
    b"\xc0\xaf",
    b"\xc1\x81",
    b"\xe0\x80\xaf",
    b"\xe2\x28\xa1",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf0\x80\x80\xaf",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xff",
]


@pytest.mark.parametrize("data", NOT_UTF8)
def test_what_is_not_utf8_is_refused_however_it_is_cut(data):
    text = b"ab\xc3\xa9" + data + b"cd"
    assert not is_utf8(text)
    for cut in range(len(text)):
        check = Utf8Check()
        first = check.accepts(text[:cut], last=False)
        assert not (first and check.accepts(text[cut:], last=True))


@pytest.mark.parametrize("data", NOT_UTF8)
def test_it_is_refused_as_soon_as_it_is_certain(data):
    """At the first byte after which no continuation could make it UTF-8."""
    check = Utf8Check()
    for end in range(1, len(data) + 1):
        certain = not any(_can_become_utf8(data[:end] + rest) for rest in _CONTINUATIONS)
        assert check.accepts(data[end - 1 : end], last=False) is not certain
        if certain:
            break


_CONTINUATIONS = [
    b"",
    b"\x80",
    b"\x90",
    b"\xa0",
    b"\xbf",
    b"\x80\x80",
    b"\x90\x80",
    b"\xa0\x80",
    b"\x80\x80\x80",
    b"\x90\x80\x80",
]


def _can_become_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_an_unfinished_character_at_the_end_is_refused():
    check = Utf8Check()
    assert check.accepts("é".encode()[:1], last=False)
    assert not check.accepts(b"", last=True)


@given(st.text(), st.data())
def test_utf8_is_accepted_however_it_is_cut(text, data):
    encoded = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(encoded)), max_size=4)))
    check, edges = Utf8Check(), [0, *cuts, len(encoded)]
    pieces = [encoded[a:b] for a, b in itertools.pairwise(edges)]
    assert all(check.accepts(piece, last=False) for piece in pieces)
    assert check.accepts(b"", last=True)
