"""What the kernel knows about a TCP connection: Linux ``TCP_INFO``, macOS ``TCP_CONNECTION_INFO``.

Both structures grew over the years, so each field is read only if the kernel filled it. Elsewhere,
and on Unix sockets, there is nothing to know and the answer is None; nothing here raises.

Source: linux/tcp.h ``struct tcp_info``; xnu bsd/netinet/tcp.h ``struct tcp_connection_info``.
"""

import socket
import struct
import sys
from typing import Any, Final, NamedTuple, cast

from wstui.events import TcpStatistics

_LINUX_TCP_INFO: Final = 11
_MACOS_TCP_CONNECTION_INFO: Final = 0x106
_BUFFER_BYTES: Final = 256

_LINUX_STATES = (
    "",
    "established",
    "syn_sent",
    "syn_received",
    "fin_wait_1",
    "fin_wait_2",
    "time_wait",
    "closed",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
)
_MACOS_STATES = (
    "closed",
    "listen",
    "syn_sent",
    "syn_received",
    "established",
    "close_wait",
    "fin_wait_1",
    "closing",
    "last_ack",
    "fin_wait_2",
    "time_wait",
)


class _Field(NamedTuple):
    offset: int
    format: str
    factor: int = 1


_LINUX_FIELDS: dict[str, _Field] = {
    "retransmits": _Field(2, "=B"),
    "keepalive_probes": _Field(3, "=B"),
    "backoff": _Field(4, "=B"),
    "retransmit_timeout_ns": _Field(8, "=I", 1_000),
    "unacked_segments": _Field(24, "=I"),
    "last_data_sent_ms": _Field(44, "=I"),
    "last_data_received_ms": _Field(52, "=I"),
    "last_ack_received_ms": _Field(56, "=I"),
    "rtt_ns": _Field(68, "=I", 1_000),
    "rtt_variance_ns": _Field(72, "=I", 1_000),
    "total_retransmits": _Field(100, "=I"),
    "bytes_acked": _Field(120, "=Q"),
    "bytes_received": _Field(128, "=Q"),
    "not_sent_bytes": _Field(144, "=I"),
    "min_rtt_ns": _Field(148, "=I", 1_000),
}
_MACOS_FIELDS: dict[str, _Field] = {
    "retransmit_timeout_ns": _Field(12, "=I", 1_000_000),
    "not_sent_bytes": _Field(32, "=I"),
    "rtt_ns": _Field(44, "=I", 1_000_000),
    "rtt_variance_ns": _Field(48, "=I", 1_000_000),
    "bytes_received": _Field(88, "=Q"),
    "total_retransmits": _Field(104, "=Q"),
}
_NEVER_MEASURED = {"min_rtt_ns": 0xFFFFFFFF * 1_000}
"""The kernel's way to say that there is no value yet."""


def tcp_statistics(sock: socket.socket) -> TcpStatistics | None:
    """A sample of the connection's statistics, or None where there are none."""
    data = _read(sock)
    if data is None:
        return None
    if sys.platform == "darwin":
        return parse_macos(data)
    return parse_linux(data)


def tcp_rtt_ns(sock: socket.socket) -> int | None:
    """Only the kernel's smoothed round trip, or None where it is not known."""
    data = _read(sock)
    if data is None:
        return None
    found = (_MACOS_FIELDS if sys.platform == "darwin" else _LINUX_FIELDS)["rtt_ns"]
    if len(data) < found.offset + 4:
        return None
    (value,) = struct.unpack_from(found.format, data, found.offset)
    return int(value) * found.factor or None


def parse_linux(data: bytes) -> TcpStatistics:
    """Read a ``struct tcp_info``, however long."""
    return _parse(data, _LINUX_FIELDS, _LINUX_STATES)


def parse_macos(data: bytes) -> TcpStatistics:
    """Read a ``struct tcp_connection_info``, however long."""
    return _parse(data, _MACOS_FIELDS, _MACOS_STATES)


def _read(sock: socket.socket) -> bytes | None:
    if sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return None
    try:
        if sys.platform == "linux":
            return sock.getsockopt(socket.IPPROTO_TCP, _LINUX_TCP_INFO, _BUFFER_BYTES)
        if sys.platform == "darwin":
            return sock.getsockopt(socket.IPPROTO_TCP, _MACOS_TCP_CONNECTION_INFO, _BUFFER_BYTES)
    except OSError:
        return None
    return None


def _parse(data: bytes, fields: dict[str, _Field], states: tuple[str, ...]) -> TcpStatistics:
    values: dict[str, Any] = {}
    for name, found in fields.items():
        if found.offset + struct.calcsize(found.format) > len(data):
            continue
        value = struct.unpack_from(found.format, data, found.offset)[0] * found.factor
        if value != _NEVER_MEASURED.get(name):
            values[name] = value
    if data and data[0] < len(states):
        values["state"] = states[data[0]]
    return cast("TcpStatistics", values)
