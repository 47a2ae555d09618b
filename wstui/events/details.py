"""What the ``detail`` of each kind of event holds.

These are shapes for readers of the code and for the type checker; the values travel as plain
dictionaries and end as JSON. Units are in the names: ``_ns`` nanoseconds, ``_ms`` milliseconds.
Every key is optional unless said otherwise: an older recording, or one made on another platform,
may lack it.
"""

from enum import StrEnum
from typing import Literal, TypedDict


class ErrorCode(StrEnum):
    """What went wrong: the ``code`` of an ``error`` event.

    One name for each way to fail to connect and for each way in which a peer, or we, broke the
    rules. Diagnosis maps these to causes; views show the ``message`` beside them.
    """

    # dialling
    DNS_FAILURE = "dns_failure"
    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    UNREACHABLE = "unreachable"
    CONNECT_FAILED = "connect_failed"
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_REFUSED = "proxy_refused"
    PROXY_TIMEOUT = "proxy_timeout"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_HOSTNAME = "tls_hostname"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_TLS = "tls_not_tls"
    TLS_VERSION = "tls_version"
    TLS_CLIENT_CERTIFICATE = "tls_client_certificate"
    TLS_CLOSED = "tls_closed"
    TLS_TIMEOUT = "tls_timeout"
    TLS_FAILURE = "tls_failure"
    UPGRADE_TIMEOUT = "upgrade_timeout"
    UPGRADE_EOF = "upgrade_eof"
    UPGRADE_RESET = "upgrade_reset"
    NOT_HTTP = "not_http"
    HTTP_STATUS = "http_status"
    NOT_WEBSOCKET = "not_websocket"
    BAD_ACCEPT = "bad_accept"
    SUBPROTOCOL_MISMATCH = "subprotocol_mismatch"
    EXTENSION_MISMATCH = "extension_mismatch"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_REDIRECT = "bad_redirect"
    CANCELLED = "cancelled"
    # after the opening handshake
    PROTOCOL_VIOLATION = "protocol_violation"
    INVALID_UTF8 = "invalid_utf8"
    MESSAGE_TOO_BIG = "message_too_big"
    BAD_COMPRESSION = "bad_compression"
    CLOSE_TIMEOUT = "close_timeout"
    MISSED_PONG = "missed_pong"
    DATA_AFTER_CLOSE = "data_after_close"
    CLOCK_JUMP = "clock_jump"
    INTERNAL = "internal"


class TcpStatistics(TypedDict, total=False):
    """What the kernel says about the TCP connection (Linux TCP_INFO, macOS TCP_CONNECTION_INFO)."""

    rtt_ns: int
    rtt_variance_ns: int
    min_rtt_ns: int
    retransmit_timeout_ns: int
    state: str
    unacked_segments: int
    not_sent_bytes: int
    retransmits: int
    backoff: int
    total_retransmits: int
    keepalive_probes: int
    last_data_sent_ms: int
    last_data_received_ms: int
    last_ack_received_ms: int
    bytes_acked: int
    bytes_received: int


class ResolveDetail(TypedDict, total=False):
    """``resolve``. ``failed`` is true when the phase did not succeed; an ``error`` event follows."""

    host: str
    port: int
    addresses: list[str]
    duration_ns: int
    failed: bool


class TcpAttempt(TypedDict, total=False):
    """One address tried in vain."""

    address: str
    error: str


class TcpDetail(TypedDict, total=False):
    """``tcp``. Addresses are ``host:port``, ``[v6]:port`` or a Unix socket's path."""

    address: str
    local_address: str
    family: Literal["ipv4", "ipv6", "unix"]
    failed_attempts: list[TcpAttempt]
    duration_ns: int
    failed: bool


class ProxyDetail(TypedDict, total=False):
    """``proxy``. ``address`` never holds credentials; ``source`` says where the setting came from.

    ``response`` is an HTTP proxy's answer to CONNECT.
    """

    type: Literal["http", "https", "socks4", "socks5"]
    address: str
    target: str
    source: str
    response: "HttpResponseDetail"
    duration_ns: int
    failed: bool


class CertificateDetail(TypedDict, total=False):
    """A certificate. Times are ISO 8601 in UTC; ``public_key`` and ``signature`` are words."""

    subject: str
    issuer: str
    names: list[str]
    not_before: str
    not_after: str
    serial: str
    public_key: str
    signature: str
    sha256: str


class TlsDetail(TypedDict, total=False):
    """``tls``. ``chain``: what the server sent besides its own certificate, at most five."""

    version: str
    cipher: str
    alpn: str | None
    server_name: str
    verified: bool
    client_certificate: bool
    certificate: CertificateDetail
    chain: list[CertificateDetail]
    duration_ns: int
    failed: bool


class HttpRequestDetail(TypedDict, total=False):
    """The upgrade request as sent; values that came from ``${ENV}`` are shown as ``${ENV}``."""

    method: str
    path: str
    headers: list[list[str]]


class HttpResponseDetail(TypedDict, total=False):
    """The answer. ``body`` is text (undecodable bytes escaped) and cut at 64 KiB."""

    http_version: str
    status: int
    reason: str
    headers: list[list[str]]
    body: str
    body_size: int


class UpgradeDetail(TypedDict, total=False):
    """``upgrade``. ``received`` holds the first bytes of what was not HTTP at all."""

    url: str
    request: HttpRequestDetail
    response: HttpResponseDetail
    received: str
    duration_ns: int
    failed: bool


class RedirectDetail(TypedDict, total=False):
    """``redirect``. ``credentials_dropped`` names the headers that did not follow to another origin."""

    status: int
    location: str
    url: str
    credentials_dropped: list[str]


class OpenDetail(TypedDict, total=False):
    """``open``. ``clock``: who stamps what arrives, the kernel or this program."""

    url: str
    subprotocol: str | None
    extensions: list[str]
    clock: Literal["kernel", "user"]
    insecure: bool
    duration_ns: int


class DataDetail(TypedDict, total=False):
    """``text`` and ``binary``; absent for an ordinary whole, uncompressed frame.

    ``fragment`` counts a fragmented message's frames from 0 and is there for each of them; ``fin``
    is false for all but the last. ``cut`` is true where the recording limit shortened the payload,
    and then ``sha256`` is of the whole. ``opcode`` is there for raw frames and illegal ones;
    ``invalid`` says what is wrong with a received frame, and an ``error`` event stands beside it.
    """

    fragment: int
    fin: bool
    compressed: bool
    cut: bool
    sha256: str
    raw: bool
    opcode: int
    invalid: str


class PingDetail(TypedDict, total=False):
    """``ping``. Only a sent ping has a source; ``timeout_ns`` is when it counts as missed."""

    source: Literal["heartbeat", "manual", "step"]
    timeout_ns: int
    tcp_rtt_ns: int
    raw: bool
    opcode: int
    invalid: str


class PongDetail(TypedDict, total=False):
    """``pong``. Received: its round trip, or ``unsolicited``. Sent: whether it answers a ping."""

    rtt_ns: int
    tcp_rtt_ns: int
    ping_t_ns: int
    late: bool
    unsolicited: bool
    source: Literal["answer", "manual", "step"]
    delayed_ns: int
    raw: bool
    opcode: int
    invalid: str


class CloseDetail(TypedDict, total=False):
    """``close``. ``code`` is None for a Close frame without a body (shown as 1005, RFC 6455 §7.1.5).

    ``reply`` is true when this Close frame answers the other side's.
    """

    code: int | None
    reason: str
    reply: bool
    forced: bool
    raw: bool
    opcode: int
    invalid: str


class EndDetail(TypedDict, total=False):
    """``eof``, ``reset``, ``lost``: how TCP ended, received or our own doing (``sent``).

    ``tls`` tells a ``close_notify`` from a ``truncated`` stream. ``missing_bytes``: how much of a
    frame was still to come. ``why``: for our own ending, what made us end it.
    """

    tls: Literal["close_notify", "truncated"]
    missing_bytes: int
    partial_bytes: int
    during: Literal["read", "write"]
    errno: int
    errno_name: str
    why: str
    tcp: TcpStatistics


class RetryDetail(TypedDict, total=False):
    """``retry``. Either the next attempt is planned (``delay_ns``) or retrying ``stopped``."""

    attempt: int
    delay_ns: int
    reason: str
    stopped: bool


class FaultDetail(TypedDict, total=False):
    """``fault``: what a person or script injected on our side.

    An illegal raw frame says what is ``invalid`` in it and by which ``rule``.
    """

    injected: Literal[
        "withhold_pongs", "delay_pongs", "answer_pings", "stop_reading", "resume_reading", "frame"
    ]
    delay_ns: int
    opcode: int
    header: str
    invalid: str
    rule: str


class ErrorDetail(TypedDict, total=False):
    """``error``. ``code`` (:class:`ErrorCode`) and ``message`` are always there.

    ``message`` is one sentence in our own words; what the peer said is in the other keys.
    ``rule`` names the paragraph that was broken ("RFC 6455 §5.2"). ``phase`` is the kind of the
    phase in which dialling failed.
    """

    code: str
    message: str
    phase: str
    rule: str
    status: int
    retry_after: str
    expected: str
    received: str
    address: str
    errno: int
    errno_name: str
    verify_code: int
    verify_message: str
    reason: str
    limit_bytes: int
    size_bytes: int
    header: str
    opcode: int
    ping_t_ns: int
    timeout_ns: int
    jump_ns: int
