"""The frame path under any bytes, against itself and against a library that we did not write."""

import contextlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close as LibraryClose
from websockets.protocol import Protocol, Side, State

from wstui.events import Close, CommandRefused, Ping, Pong, Send, SendFrame

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
LIMIT = 2000

# what a server may send

payloads = st.one_of(
    st.binary(max_size=40),
    st.integers(0, 300).map(lambda size: b"x" * size),
    st.sampled_from([125, 126, 127]).map(bytes),
)
texts = st.one_of(st.text(max_size=30), st.integers(100, 300).map(lambda size: "é" * size))


@st.composite
def messages(draw):
    """One message as (opcode, fragments, compressed); text may be cut inside a character."""
    text = draw(st.booleans())
    payload = draw(texts).encode() if text else draw(payloads)
    cuts = sorted(draw(st.lists(st.integers(0, len(payload)), max_size=3)))
    edges = [0, *cuts, len(payload)]
    fragments = [payload[a:b] for a, b in itertools.pairwise(edges)]
    return (TEXT if text else BINARY), fragments, draw(st.booleans())


controls = st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=125))
closes = st.one_of(
    st.just(b""),
    st.tuples(st.sampled_from([1000, 1001, 1011, 3000, 4999]), st.text(max_size=20)).map(
        lambda close: close[0].to_bytes(2, "big") + close[1].encode()
    ),
)


def stream_of(draw, frame, ends=None):
    """A legal stream of a server's; compressed here and there if both ends of a compression are given."""
    out = bytearray()
    for opcode, fragments, compressed in draw(st.lists(messages(), max_size=5)):
        for number, fragment in enumerate(fragments):
            make = ends.frame if ends is not None and compressed else frame
            out += make(CONT if number else opcode, fragment, fin=number == len(fragments) - 1)
            if draw(st.integers(0, 3)) == 0:
                out += frame(*draw(controls))
    if draw(st.booleans()):
        out += frame(CLOSE, draw(closes))
    return bytes(out)


@st.composite
def streams(draw, frame, deflate):
    """A legal stream, and the client's extension or None."""
    ends = deflate(server_resets=draw(st.booleans())) if draw(st.booleans()) else None
    return stream_of(draw, frame, ends), ends and ends.client


@st.composite
def nearly_legal(draw, frame, ends=None):
    """A stream with some bytes changed, or nonsense altogether."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.binary(max_size=60))
    changed = bytearray(stream_of(draw, frame, ends))
    for _ in range(draw(st.integers(0, 3)) if changed else 0):
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    return bytes(changed)


def pieces_of(draw, data):
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    edges = [0, *cuts, len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


def copy_of(extension):
    """An extension in its first state: each reader needs its own."""
    if extension is None:
        return ()
    return (
        PerMessageDeflate(
            extension.remote_no_context_takeover,
            extension.local_no_context_takeover,
            extension.remote_max_window_bits,
            extension.local_max_window_bits,
        ),
    )


# (1) portions do not matter


@given(data=st.data(), bytewise=st.booleans())
def test_any_split_gives_the_same_events(talks, frame, deflate, data, bytewise):
    ends = deflate(server_resets=data.draw(st.booleans())) if data.draw(st.booleans()) else None
    stream = data.draw(nearly_legal(frame, ends))
    extension = ends and ends.client
    whole = talks(extensions=copy_of(extension), limit=LIMIT)
    split = talks(extensions=copy_of(extension), limit=LIMIT)
    whole.protocol.receive(stream, 5)
    for piece in [bytes([byte]) for byte in stream] if bytewise else pieces_of(data.draw, stream):
        split.protocol.receive(piece, 5)
    assert split.protocol.take_events() == whole.protocol.take_events()
    same_state(split, whole)


def same_state(one, other):
    assert one.protocol.partial_frame() == other.protocol.partial_frame()
    for name in ("failed", "close_received", "close_sent", "who_first", "messages_received", "ignored_bytes"):
        assert getattr(one.protocol, name) == getattr(other.protocol, name)
    outputs = [
        [outgoing.event._replace(t_ns=0) for outgoing in talk.protocol.take_output()] for talk in (one, other)
    ]
    assert outputs[0] == outputs[1]


@given(stream=st.binary(max_size=400))
def test_no_bytes_raise_and_every_byte_is_accounted_for(talks, stream):
    talk = talks(limit=LIMIT)
    talk.receive(stream)
    partial, _ = talk.protocol.partial_frame() or (0, 0)
    recorded = sum(event.wire_size for event in talk.events if event.direction == "received")
    accounted = recorded + talk.protocol.ignored_bytes + partial
    if talk.protocol.failed is None:
        assert accounted == len(stream)
    else:
        assert accounted <= len(stream)  # a frame that was too big to be read is not recorded


# (2) the library as an oracle


def library_reads(stream, extension):
    """What websockets makes of the bytes: frames as (opcode, fin, payload), and what it closed with."""
    reader = Protocol(Side.CLIENT, state=State.OPEN, max_size=LIMIT)
    reader.extensions = list(copy_of(extension))
    reader.receive_data(stream)
    frames = [(frame.opcode, frame.fin, bytes(frame.data)) for frame in reader.events_received()]
    problem = reader.parser_exc
    return frames, reader.close_sent.code if problem and reader.close_sent else None, problem


OPCODES = {"text": TEXT, "binary": BINARY, "ping": PING, "pong": PONG, "close": CLOSE}


def our_frames(events):
    frames = []
    for event in events:
        if event.direction != "received" or event.kind not in OPCODES:
            continue
        detail = event.detail or {}
        if "invalid" in detail:
            continue
        opcode = CONT if detail.get("fragment") else OPCODES[event.kind]
        frames.append((opcode, detail.get("fin", True), event.payload))
    return frames


@given(data=st.data())
def test_legal_streams_read_as_the_library_reads_them(talks, frame, deflate, data):
    stream, extension = data.draw(streams(frame, deflate))
    talk = talks(extensions=copy_of(extension), limit=LIMIT)
    talk.receive(stream)
    frames, closed_with, _ = library_reads(stream, extension)
    assert closed_with is None
    assert talk.protocol.failed is None
    assert our_frames(talk.events) == frames
    sizes = sum(event.wire_size for event in talk.events if event.direction == "received")
    assert sizes == len(stream)


@given(data=st.data())
@settings(max_examples=200)
def test_broken_streams_fail_as_the_library_fails(talks, frame, data):
    """Where the library fails, so do we, with the same code and the same frames before it.

    Legitimate differences, each excused here and nowhere else. The library leaves to its callers
    whether text is UTF-8, and takes lengths that are not in the fewest bytes (RFC 6455 §5.2): there
    we fail alone. It waits for the payload of most frames whose header is broken, where we fail
    first, but not for the whole header where its first two bytes are enough, where it does.
    It refuses a Close inside a fragmented message, which is legal (§5.4). Of two rules that one
    frame breaks it names the size, or the text, and we the protocol.
    """
    stream = data.draw(nearly_legal(frame))
    talk = talks(limit=LIMIT)
    talk.receive(stream)
    theirs, their_code, problem = library_reads(stream, None)
    ours, our_code = our_frames(talk.events), talk.protocol.failed and talk.protocol.close_sent["code"]
    error = next((event.detail for event in talk.events if event.kind == "error"), None)
    if str(problem) == "incomplete fragmented message":
        assert our_code is None
        assert ours[:-1] == theirs
    elif our_code is None and their_code is not None:
        assert ours == theirs
        assert talk.protocol.partial_frame() <= (13, 8), "a header that is not complete yet"
    elif our_code is not None and is_more_than_the_library_checks(error):
        assert theirs[: len(ours)] == ours
    else:
        assert ours == theirs
        assert (
            our_code == their_code
            or failed_at_the_header(talk, their_code)
            or names_another_rule(error, their_code)
        )


def is_more_than_the_library_checks(error):
    return error["code"] == "invalid_utf8" or "fewest bytes" in error["message"]


def failed_at_the_header(talk, their_code):
    """The broken frame's payload is not there yet."""
    return their_code is None and not any(
        "invalid" in (event.detail or {}) for event in talk.events if event.direction == "received"
    )


def names_another_rule(error, their_code):
    return their_code in {1007, 1009} and error["code"] == "protocol_violation"


# (3) what we send


commands = st.one_of(
    st.builds(Send, texts.map(str.encode), st.just(False), st.integers(0, 40)),
    st.builds(Send, payloads, st.just(True), st.integers(0, 40)),
    st.builds(Ping, st.binary(max_size=125)),
    st.builds(Pong, st.binary(max_size=125)),
    st.builds(SendFrame, st.sampled_from([TEXT, BINARY, PING]), st.text(max_size=20).map(str.encode)),
)


@given(data=st.data())
def test_a_server_reads_what_we_sent(talks, deflate, data):
    compression = data.draw(st.booleans())
    ends = deflate(client_resets=data.draw(st.booleans()))
    talk = talks(extensions=(ends.client,) if compression else ())
    server = Protocol(Side.SERVER, state=State.OPEN, max_size=None)
    server.extensions = [ends.server] if compression else []
    names = {Send: "send", Ping: "ping", Pong: "pong", SendFrame: "frame"}
    for command in data.draw(st.lists(commands, max_size=8)):
        talk.do(names[type(command)], command)
    close = data.draw(st.sampled_from([None, 1000, 4321]))
    reason = data.draw(st.text(max_size=20)) if close else ""
    with contextlib.suppress(CommandRefused):
        talk.do("close", Close(close, reason))
    server.receive_data(bytes(talk.wire))
    assert server.parser_exc is None
    received = [(frame.opcode, frame.fin, bytes(frame.data)) for frame in server.events_received()]
    sent = [event._replace(direction="received") for event in talk.events]
    assert received == our_frames(sent)
    assert sum(event.wire_size for event in sent) == len(talk.wire) == talk.protocol.bytes_sent
    if talk.protocol.close_sent is not None:
        assert server.close_rcvd == LibraryClose(close or 1005, reason)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 1 << 20])
def test_a_server_reads_any_size(talks, size):
    talk = talks()
    server = Protocol(Side.SERVER, state=State.OPEN, max_size=None)
    payload = bytes(size)
    talk.do("send", Send(payload, binary=True))
    server.receive_data(bytes(talk.wire))
    assert [bytes(frame.data) for frame in server.events_received()] == [payload]
