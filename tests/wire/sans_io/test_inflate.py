"""Decompression: final blocks, windows, bounds."""

import zlib

import pytest

from wstui.wire.inflate import Inflater, TooMuchData


def final_block(data, dictionary=b""):
    """RFC 7692 §7.2.3.4: a message made with the BFINAL bit, and the empty octet after it."""
    compressor = zlib.compressobj(wbits=-15, zdict=dictionary)
    return compressor.compress(data) + compressor.flush(zlib.Z_FINISH) + b"\0"


def inflate_all(inflater, messages, room=1 << 20):
    return [inflater.inflate(message, True, True, room) for message in messages]


def test_final_blocks_end_a_message_but_not_the_stream(deflate):
    messages = [final_block(b"Hello"), final_block(b"World"), final_block(b"")]
    assert inflate_all(Inflater(deflate().client), messages) == [b"Hello", b"World", b""]


def test_the_window_survives_a_final_block(deflate):
    first, second = b"abcdefgh" * 1000, b"abcdefgh" * 1000
    messages = [final_block(first), final_block(second, dictionary=first)]
    assert inflate_all(Inflater(deflate().client), messages) == [first, second]


def test_the_window_spans_several_messages(deflate):
    texts = [bytes([letter]) * 10_000 for letter in b"abcdef"]
    window, messages = b"", []
    for text in texts:
        messages.append(final_block(text, dictionary=window))
        window = (window + text)[-32_768:]
    messages.append(final_block(texts[2], dictionary=window))
    assert inflate_all(Inflater(deflate().client), messages) == [*texts, texts[2]]


def test_several_final_blocks_in_one_message(deflate):
    message = final_block(b"Hello ")[:-1] + final_block(b"World")
    assert inflate_all(Inflater(deflate().client), [message]) == [b"Hello World"]


def test_endless_final_blocks_are_refused(deflate):
    """Each costs a copy of what follows."""
    with pytest.raises(zlib.error, match="final blocks"):
        Inflater(deflate().client).inflate(b"\x03\0" * 1000, True, True, 10)


@pytest.mark.parametrize("bits", [9, 15])
@pytest.mark.parametrize("server_resets", [False, True])
def test_what_the_library_compresses(deflate, bits, server_resets):
    ends = deflate(bits=bits, server_resets=server_resets)
    inflater = Inflater(ends.client)
    for number in range(20):
        text = f"message {number} ".encode() * 500
        payload = ends.frame(0x2, text)
        start = 4 if payload[1] == 126 else 2
        assert inflater.inflate(payload[start:], True, True, len(text)) == text


@pytest.mark.parametrize("room", [0, 1, 999])
def test_one_byte_too_many(deflate, room):
    ends = deflate()
    payload = ends.frame(0x2, bytes(1000))[2:]
    with pytest.raises(TooMuchData):
        Inflater(ends.client).inflate(payload, True, True, room)


def test_no_room_but_no_data(deflate):
    ends = deflate()
    assert Inflater(ends.client).inflate(ends.frame(0x2, b"")[2:], True, True, 0) == b""
