import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.lab.frames import (
    TEXT,
    ClientMistake,
    Frame,
    apply_mask,
    close_code,
    close_payload,
    encode_frame,
    take_frame,
)


def masked(opcode: int, payload: bytes, *, fin: bool = True, mask: bytes = b"\x11\x22\x33\x44") -> bytearray:
    plain = encode_frame(opcode, payload, fin=fin)
    head = len(plain) - len(payload)
    return bytearray(plain[:1] + bytes([plain[1] | 0x80]) + plain[2:head] + mask + apply_mask(payload, mask))


@given(payload=st.binary(max_size=70_000), fin=st.booleans(), mask=st.binary(min_size=4, max_size=4))
def test_a_frame_comes_back_as_it_was(payload: bytes, fin: bool, mask: bytes) -> None:
    buffer = masked(TEXT, payload, fin=fin, mask=mask) + b"rest"
    assert take_frame(buffer) == Frame(TEXT, payload, fin)
    assert buffer == b"rest"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_every_prefix_waits_for_more(size: int) -> None:
    whole = masked(TEXT, b"x" * size)
    for cut in {0, 1, 2, 3, 5, 9, 13, len(whole) - 1} & set(range(len(whole))):
        buffer = whole[:cut]
        assert take_frame(buffer) is None
        assert buffer == whole[:cut]


@given(data=st.binary(max_size=64))
def test_any_bytes_give_a_frame_or_a_mistake(data: bytes) -> None:
    buffer = bytearray(data)
    try:
        while take_frame(buffer) is not None:
            pass
    except ClientMistake as mistake:
        assert mistake.code in (1002, 1009)
        assert mistake.reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xc1\x80", "reserved bits are set"),
        (b"\x83\x80", "opcode 0x3 is reserved"),
        (b"\x09\x80", "a fragmented control frame"),
        (b"\x89\xfe", "a control frame of more than 125 bytes"),
        (b"\x81\x01a", "a frame without a mask"),
    ],
)
def test_a_clients_mistake_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(ClientMistake) as caught:
        take_frame(bytearray(data))
    assert (caught.value.code, caught.value.reason) == (1002, reason)


def test_a_frame_beyond_the_limit_is_refused_before_it_arrives() -> None:
    with pytest.raises(ClientMistake) as caught:
        take_frame(bytearray(b"\x82\xff" + (2**40).to_bytes(8, "big")))
    assert caught.value.code == 1009


@pytest.mark.parametrize(("code", "reason"), [(1000, b""), (4003, "grüße".encode())])
def test_close_payload_holds_code_and_reason(code: int, reason: bytes) -> None:
    payload = close_payload(code, reason)
    assert close_code(payload) == code
    assert payload[2:] == reason


def test_a_close_frame_may_have_no_body() -> None:
    assert close_payload(None) == b""
    assert close_code(b"") is None
