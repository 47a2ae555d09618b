"""What is found in a payload, and that no payload does harm."""

import base64
import gzip
import json
import struct
import zlib

import cbor2
import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from wstui import decoding
from wstui.decoding import OUTPUT_LIMIT_BYTES, decode, decode_string
from wstui.decoding.notation import VALUES_LIMIT

JSON = b'{"price":1.0e5,"n":[1,2,{"a":null}]}'
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def raw_deflate(data):
    pack = zlib.compressobj(wbits=-15)
    return pack.compress(data) + pack.flush()


def flushed(data):
    pack = zlib.compressobj()
    return pack.compress(data) + pack.flush(zlib.Z_SYNC_FLUSH)


def b64(data):
    return base64.b64encode(data)


def token(header, claims):
    parts = (json.dumps(part).encode() for part in (header, claims))
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts) + b".c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("payload", "chain"),
    [
        (gzip.compress(JSON, mtime=0), "gzip › JSON"),
        (gzip.compress(JSON[:9], mtime=0) + gzip.compress(JSON[9:], mtime=0), "gzip › JSON"),
        (zlib.compress(JSON), "zlib › JSON"),
        (flushed(JSON), "zlib › JSON"),
        (raw_deflate(JSON), "deflate › JSON"),
        (zstandard.compress(JSON), "zstd › JSON"),
        (b64(JSON), "base64 › JSON"),
        (base64.urlsafe_b64encode(JSON).rstrip(b"="), "base64 › JSON"),
        (b64(gzip.compress(JSON, mtime=0)), "base64 › gzip › JSON"),
        (base64.encodebytes(gzip.compress(JSON, mtime=0)), "base64 › gzip › JSON"),
        (gzip.compress(b64(zlib.compress(JSON)), mtime=0), "gzip › base64 › zlib › JSON"),
        (JSON.hex().encode(), "hex › JSON"),
        (json.dumps(JSON.decode()).encode(), "JSON string › JSON"),
        (b"data:application/json;base64," + b64(JSON), "data URL › base64 › JSON"),
        (b'42["trade",' + JSON + b"]", "Socket.IO EVENT › JSON"),
        (b'42/quotes,17["trade",1]', "Socket.IO EVENT › JSON"),
        (b'0{"sid":"x","pingInterval":25000}', "Engine.IO open › JSON"),
        (b'a["hello"]', "SockJS a › JSON"),
        (b64(b"\x89PNG\r\n\x1a\n" + bytes(range(200))), "base64 › PNG image"),
        (gzip.compress(b"plain words, many of them", mtime=0), "gzip › text"),
    ],
)
def test_chains(payload, chain):
    found = decode(payload)
    assert found is not None
    assert found.chain == chain
    if chain.endswith("› JSON") and b"trade" not in payload and b"sid" not in payload and chain[0] != "S":
        assert found.data == JSON


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"hello",
        JSON,
        b"[1,2,3]",
        b'"hello"',
        b"2",
        b"1234567890123456",
        b"abcdefghijklmnopqrstuvwx",
        b"deadbeefdeadbeefdeadbeefdeadbeef",
        b"BTCUSDT BTCUSDT BTCUSDT",
        b"550e8400-e29b-41d4-a716-446655440000",
        bytes(range(32)),
        b"\x01\x02",
        b"\x80",
        bytes(1000),
    ],
)
def test_what_is_no_more_than_it_seems(payload):
    assert decode(payload) is None


@given(VALUES.filter(lambda value: isinstance(value, list | dict) and value))
def test_message_pack_and_cbor_read_as_the_json_they_stand_for(value):
    packs = [(msgspec.msgpack.encode, "MessagePack")]
    if isinstance(value, dict):  # a short array of CBOR may be a map of MessagePack just as well
        packs.append((cbor2.dumps, "CBOR"))
    for pack, name in packs:
        found = decode(pack(value))
        assert found is not None
        assert found.chain == name
        assert json.loads(found.data) == json.loads(json.dumps(value))


def test_arrays_of_cbor():
    for value in ([None, None, "000"], [1, 2], [{"a": 1}, {"b": [True]}]):
        found = decode(cbor2.dumps(value))
        assert found is not None
        assert (found.chain, json.loads(found.data)) == ("CBOR", value)


def test_what_json_cannot_say():
    found = decode(
        b"\x86\xa1b\xc4\x02\x0a\x0b\xa1e\xd4\x05\x07\xa1t\xd6\xff\x00\x00\x00\x01"
        b"\xa1f\xcb" + struct.pack(">d", float("nan")) + b"\x01\x02\xc0\x03"
    )
    assert found is not None
    assert found.data.decode() == (
        '{"b":h\'0a0b\',"e":ext5(h\'07\'),"t":timestamp("1970-01-01T00:00:01Z"),"f":NaN,1:2,null:3}'
    )
    packed = {
        1: b"\x01",
        "s": cbor2.CBORSimpleValue(99),
        "u": cbor2.undefined,
        "d": cbor2.CBORTag(0, "2026-11-22"),
        "t": cbor2.CBORTag(99, [1]),
    }
    found = decode(cbor2.dumps(packed))
    assert found is not None
    assert found.data.decode() == '{1:h\'01\',"s":simple(99),"u":undefined,"d":0("2026-11-22"),"t":99([1])}'


def test_signalr_puts_a_length_before_each_message():
    parts = [msgspec.msgpack.encode([1, {}, None, "send", [at]]) for at in range(3)]
    found = decode(b"".join(bytes((len(part),)) + part for part in parts))
    assert found is not None
    assert found.chain == "length prefix › MessagePack"
    assert found.data.count(b"\n") == 2


def test_a_token_is_read_but_not_verified():
    found = decode_string("Bearer " + token({"alg": "RS256"}, {"sub": "42", "exp": 1.50}).decode())
    assert found is not None
    assert found.chain == "JWT"
    assert json.loads(found.data)["claims"] == {"sub": "42", "exp": 1.5}
    assert found.remarks == ("The signature was not verified.",)
    encrypted = token({"alg": "RSA-OAEP", "enc": "A256GCM"}, {}).decode() + ".abc.def"
    found = decode_string(encrypted)
    assert found is not None
    assert found.chain == "JWE"


def test_json_within_a_string_is_only_a_find_there():
    assert decode(JSON) is None
    found = decode_string(JSON.decode())
    assert found is not None
    assert (found.chain, found.data) == ("JSON", JSON)


def test_a_bomb_gives_so_much_and_says_so():
    bomb = gzip.compress(bytes(OUTPUT_LIMIT_BYTES + 1000), mtime=0)
    for payload in (bomb, gzip.compress(bomb, mtime=0), zstandard.compress(bytes(OUTPUT_LIMIT_BYTES + 1000))):
        found = decode(payload)
        assert found is not None
        assert len(found.data) == OUTPUT_LIMIT_BYTES
        assert any("16 MiB" in remark for remark in found.remarks)


def test_what_was_cut_shows_its_beginning():
    text = b" ".join(b"%d" % (at * 7919) for at in range(9000))
    found = decode(gzip.compress(text, mtime=0)[:10_000])
    assert found is not None
    assert text.startswith(found.data)
    assert len(found.data) > 5000
    assert "ends early" in found.remarks[0]


def test_an_end_to_wrapping():
    data = JSON
    for _ in range(30):
        data = gzip.compress(data, mtime=0)
    found = decode(data)
    assert found is not None
    assert found.steps == (*["gzip"] * 8, "binary")


def test_a_missing_library_is_named_only_where_it_would_help(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cbor2", None)
    monkeypatch.setattr(decoding, "_is_installed", lambda name: False)
    found = decode(cbor2.dumps({"a": 1}))
    assert found is not None
    assert found.remarks == ("This looks like CBOR; pip install 'wstui[decode]' to see it.",)
    assert decode(b"\x00\x01\x02\x03\xff") is None


@pytest.mark.parametrize(
    "payload",
    [
        b"\xdd\xff\xff\xff\xff\x01",
        b"\x91" * 100_000 + b"\x01",
        b"\x81" * 100_000,
        b"\x9b\x7f" + b"\xff" * 7,
        b"\xd8\x1c\x81\xd8\x1d\x00",  # an array that holds itself
        b"\xd8\x1c\x82\xd8\x1d\x00\xd8\x1d\x00",
        b"\xd8\x23\x6a(a+)+(b+)+$",
        b"\xc2\x5b\x7f" + b"\xff" * 7,
        b"\x81\xc2\x59\x04\x00" + b"\xff" * 1024,
        b"eyJ" * 1000 + b"." + b"e30." + b"x",
        b'"' + b"\\" * 5001 + b'"',
        b"4" * 100_000,
        b"A" * (5 << 20),
        b"[" * 200_000,
    ],
)
def test_hostile_payloads_are_bounded(payload):
    found = decode(payload)
    assert found is None or len(found.data) <= OUTPUT_LIMIT_BYTES
    if len(payload) < 200_000:
        decode_string(payload.decode("latin-1"))


def test_many_values_are_shown_in_part():
    found = decode(msgspec.msgpack.encode([1] * (VALUES_LIMIT + 5)))
    assert found is not None
    assert found.data.startswith(b"[1,1,1")
    assert "too many values" in found.remarks[0]


@given(
    st.binary(max_size=200)
    | st.builds(
        lambda sign, rest: sign + rest,
        st.sampled_from(
            [b"\x1f\x8b\x08", b"\x78\x9c", b"\x28\xb5\x2f\xfd", b"\xd9\xd9\xf7", b"\xa1\x61a", b"eyJ", b'"']
        ),
        st.binary(max_size=80),
    )
)
def test_no_bytes_make_it_raise(data):
    found = decode(data)
    if found is not None:
        assert found.steps
        assert len(found.data) <= OUTPUT_LIMIT_BYTES
    decode_string(data.decode("latin-1"))
