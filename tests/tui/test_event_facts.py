"""What the detail says about close frames, handshakes and certificates."""

import pytest

from wstui.events import RecordedEvent
from wstui.tui.event_facts import Surroundings, facts_document
from wstui.tui.fact_lines import fact

S = 1_000_000_000
NOW = 1_795_348_855 * S  # 2026-11-22


def facts(kind, detail, around=None, *, direction="received", reveal=False):
    event = RecordedEvent(7, NOW, 0, kind, direction, 0, 0, None, detail)
    rows = facts_document(event, around or Surroundings(), reveal=reveal).layout(200)
    return "\n".join("".join(part for part, _ in row) for row in rows)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1000, "RFC 6455 §7.4.1"),
        (1012, "the IANA registry"),
        (3000, "the IANA registry"),
        (3999, "RFC 6455 §7.4.2, Registered Use"),
        (4321, "RFC 6455 §7.4.2, Private Use"),
        (None, "RFC 6455 §7.1.5"),
        (1006, "not allowed"),
        (65535, "nowhere"),
    ],
)
def test_where_a_close_code_comes_from(code, expected):
    assert expected in facts("close", {"code": code, "reason": ""})


def test_a_services_own_code_is_explained_in_its_words():
    words = facts("close", {"code": 4429, "reason": ""}, Surroundings("graphql-transport-ws"))
    assert "connection_init was sent twice" in words
    words = facts("close", {"code": 4429, "reason": ""})
    assert "the service was not recognised" in words


HANDSHAKE = {
    "url": "wss://h/ws?token=hunter22",
    "request": {
        "method": "GET",
        "path": "/ws?token=hunter22",
        "headers": [
            ["Host", "h"],
            ["Authorization", "Bearer sesame-open"],
            ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
            ["Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"],
        ],
    },
    "response": {
        "status": 101,
        "reason": "Switching Protocols",
        "headers": [
            ["Server", "nginx/1.27"],
            ["CF-Ray", "8a"],
            ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
            ["Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=10; x=1"],
            ["Set-Cookie", "sid=abc123; Path=/"],
            ["X-Odd", "a\x1b[31m\u202e"],
        ],
    },
}


def test_a_handshake_is_explained():
    words = facts("upgrade", HANDSHAKE)
    for expected in (
        "✓ it answers our key",
        "the server looks back 1,024 bytes",
        "x=1: RFC 7692 does not know it",
        "Cloudflare, a proxy",
        "nginx",
        "silent for 60 s",
    ):
        assert expected in words


def test_secrets_of_a_handshake_are_hidden_until_asked_for():
    hidden = facts("upgrade", HANDSHAKE)
    for secret in ("hunter22", "sesame-open", "abc123"):
        assert secret not in hidden
        assert secret in facts("upgrade", HANDSHAKE, reveal=True)
    assert "x shows them" in hidden
    assert "Bearer" not in hidden or "••••" in hidden
    assert "\x1b" not in hidden
    assert "\u202e" not in hidden


def test_a_wrong_accept_is_told():
    detail = {**HANDSHAKE, "response": {"status": 101, "headers": [["Sec-WebSocket-Accept", "no"]]}}
    words = facts("upgrade", detail)
    assert "✗ the right answer to our key is s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in words
    assert "nothing is compressed" in words


CERTIFICATE = {
    "subject": "CN=stream.example.com",
    "issuer": "CN=R11, O=Let's Encrypt",
    "names": ["stream.example.com", "*.example.com"],
    "not_before": "2026-10-01T00:00:00+00:00",
    "not_after": "2026-12-01T00:00:00+00:00",
    "public_key": "elliptic curve P-256",
    "signature": "SHA-256 with RSA",
    "sha256": "ab" * 32,
}


def test_a_certificate():
    words = facts(
        "tls",
        {
            "version": "TLSv1.3",
            "verified": True,
            "certificate": CERTIFICATE,
            "chain": [{"subject": "CN=R11"}],
        },
    )
    for expected in ("trusted, in date", "*.example.com", "8 days left", "P-256", "AB:AB:AB", "Sent with it"):
        assert expected in words


@pytest.mark.parametrize(
    ("detail", "around", "expected"),
    [
        ({"verified": False}, None, "verify = false"),
        (
            {"verified": False, "failed": True},
            Surroundings(problem="The name differs."),
            "no: The name differs.",
        ),
        (
            {"certificate": {**CERTIFICATE, "not_after": "2026-11-20T00:00:00+00:00"}},
            None,
            "expired 2 days before",
        ),
        (
            {"certificate": {**CERTIFICATE, "not_before": "2027-01-01T00:00:00+00:00"}},
            None,
            "had not come yet",
        ),
        (
            {"certificate": {"subject": "CN=a", "issuer": "CN=a", "not_after": "soon"}},
            None,
            "issued by itself",
        ),
    ],
)
def test_what_is_wrong_with_a_certificate(detail, around, expected):
    assert expected in facts("tls", detail, around)


def test_a_long_label_keeps_away_from_its_value():
    assert fact("last data received", "4 ms")[0][0].endswith("received  ")
