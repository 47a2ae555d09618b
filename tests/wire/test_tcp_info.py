"""The kernel's view of a connection, of any length and on any socket."""

import socket
import struct
import sys

import pytest

from wstui.wire.tcp_info import parse_linux, parse_macos, tcp_rtt_ns, tcp_statistics

LINUX = bytearray(256)
struct.pack_into("=BxBBB", LINUX, 0, 8, 2, 1, 3)
struct.pack_into("=I", LINUX, 8, 204_000)
struct.pack_into("=I", LINUX, 24, 4)
struct.pack_into("=III", LINUX, 44, 11, 0, 22)
struct.pack_into("=I", LINUX, 56, 33)
struct.pack_into("=II", LINUX, 68, 1_500, 700)
struct.pack_into("=I", LINUX, 100, 9)
struct.pack_into("=QQ", LINUX, 120, 1 << 40, 5)
struct.pack_into("=II", LINUX, 144, 6, 1_200)


def test_linux():
    assert parse_linux(bytes(LINUX)) == {
        "state": "close_wait",
        "retransmits": 2,
        "keepalive_probes": 1,
        "backoff": 3,
        "retransmit_timeout_ns": 204_000_000,
        "unacked_segments": 4,
        "last_data_sent_ms": 11,
        "last_data_received_ms": 22,
        "last_ack_received_ms": 33,
        "rtt_ns": 1_500_000,
        "rtt_variance_ns": 700_000,
        "total_retransmits": 9,
        "bytes_acked": 1 << 40,
        "bytes_received": 5,
        "not_sent_bytes": 6,
        "min_rtt_ns": 1_200_000,
    }


def test_short_buffers():
    whole = parse_linux(bytes(LINUX))
    for size in range(257):
        assert parse_linux(bytes(LINUX[:size])).items() <= whole.items()
        parse_macos(bytes(LINUX[:size]))


def test_a_minimum_that_was_never_measured():
    data = bytearray(LINUX)
    struct.pack_into("=I", data, 148, 0xFFFFFFFF)
    assert "min_rtt_ns" not in parse_linux(bytes(data))


def test_macos():
    data = bytearray(112)
    data[0] = 4
    struct.pack_into("=I", data, 12, 230)
    struct.pack_into("=II", data, 44, 7, 3)
    found = parse_macos(bytes(data))
    assert found["state"] == "established"
    assert (found["rtt_ns"], found["rtt_variance_ns"]) == (7_000_000, 3_000_000)
    assert found["retransmit_timeout_ns"] == 230_000_000


@pytest.fixture
def connected():
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        other, _ = server.accept()
    with client, other:
        yield client


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="needs TCP_INFO")
def test_a_real_connection(connected):
    connected.sendall(b"something to measure")
    found = tcp_statistics(connected)
    assert found["state"] == "established"
    assert found["rtt_ns"] > 0
    assert tcp_rtt_ns(connected) == found["rtt_ns"]


def test_no_statistics_on_a_unix_socket():
    one, other = socket.socketpair()
    with one, other:
        assert tcp_statistics(one) is None
        assert tcp_rtt_ns(one) is None


def test_no_statistics_on_a_closed_socket(connected):
    connected.close()
    assert tcp_statistics(connected) is None
    assert tcp_rtt_ns(connected) is None
