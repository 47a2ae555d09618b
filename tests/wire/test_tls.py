"""TLS: what is recorded, each way to fail, and how an encrypted stream ends."""

import contextlib
import datetime as dt
import socket
import ssl
import struct

import pytest
import trustme

from wstui.events import Close, ErrorCode, Ping, Send
from wstui.wire.certificate import describe_certificate
from wstui.wire.phases import Peer
from wstui.wire.tls_failure import failed_with


def profile(server, ca_file, **tls):
    return {"url": server.url, "tls": {"ca": ca_file, **tls}}


async def test_facts_of_a_good_handshake(serve, attempt, peer, server_tls, ca_file):
    server = await serve(peer.echo, tls=server_tls("localhost", "127.0.0.1", common_name="our server"))
    started = await attempt(profile(server, ca_file)).opened()
    tls = started.recording.detail("tls")
    assert tls["verified"] is True
    assert tls["version"] == "TLSv1.3"
    assert tls["server_name"] == "localhost"
    assert tls["client_certificate"] is False
    assert tls["alpn"] is None
    assert tls["certificate"]["names"] == ["localhost", "127.0.0.1"]
    assert "CN=our server" in tls["certificate"]["subject"]
    assert "trustme" in tls["certificate"]["issuer"]
    assert tls["certificate"]["not_after"].endswith("+00:00")
    assert len(tls["certificate"]["sha256"]) == 64
    assert started.recording.detail("open")["insecure"] is False
    assert started.recording.kinds[:5] == ["resolve", "tcp", "tls", "upgrade", "open"]


async def test_talk_and_close(serve, attempt, peer, server_tls, ca_file):
    server = await serve(peer.echo, tls=server_tls())
    started = await attempt(profile(server, ca_file)).opened()
    payload = bytes(range(256)) * 3000
    for part in range(0, len(payload), 60_000):
        started.wire.send(Send(payload[part : part + 60_000], binary=True))
    parts = len(range(0, len(payload), 60_000))
    await started.recording.until("binary", "received", parts)
    got = b"".join(event.payload for event in started.recording.of("binary", "received"))
    assert got == payload
    started.wire.ping(Ping(b"over TLS"))
    pong = await started.recording.until("pong", "received")
    assert pong.detail["rtt_ns"] > 0
    started.wire.close(Close(1000))
    end = await started.end()
    assert end.clean
    assert started.recording.detail("eof")["tls"] == "close_notify"
    assert started.recording.of("eof", "received")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
async def test_versions(serve, attempt, peer, server_tls, ca_file, version):
    context = server_tls()
    context.maximum_version = ssl.TLSVersion.TLSv1_2 if version == "1.2" else ssl.TLSVersion.TLSv1_3
    started = await attempt(profile(await serve(peer.echo, tls=context), ca_file)).opened()
    assert started.recording.detail("tls")["version"] == f"TLSv{version}"


async def test_alpn_and_server_name(serve, attempt, peer, server_tls, ca_file):
    seen = []
    context = server_tls("elsewhere.example")
    context.set_alpn_protocols(["http/1.1"])
    context.sni_callback = lambda _ssl, name, _context: seen.append(name)
    server = await serve(peer.echo, tls=context)
    started = await attempt(
        profile(server, ca_file, server_name="elsewhere.example", alpn=["http/1.1"])
    ).opened()
    assert seen == ["elsewhere.example"]
    assert started.recording.detail("tls")["alpn"] == "http/1.1"


async def test_untrusted(serve, refused, peer, server_tls):
    server = await serve(peer.echo, tls=server_tls())
    end, error, recording = await refused(server.url)
    assert error["code"] == "tls_untrusted"
    assert error["verify_code"] == 20
    assert error["phase"] == "tls"
    tls = recording.detail("tls")
    assert (tls["failed"], tls["verified"]) == (True, False)
    assert tls["certificate"]["names"] == ["localhost", "127.0.0.1"], "described although not trusted"
    assert end.ended_by == "client"


async def test_self_signed(serve, refused, peer, tmp_path):
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    bundle = tmp_path / "self.pem"
    ca.private_key_pem.write_to_path(str(bundle))
    ca.cert_pem.write_to_path(str(bundle), append=True)
    context.load_cert_chain(bundle)
    server = await serve(peer.echo, tls=context)
    _, error, _ = await refused(server.url)
    assert error["code"] == "tls_untrusted"
    assert error["verify_code"] in (18, 19)
    assert "tls.ca" in error["message"]


@pytest.mark.parametrize(("host", "verify_code"), [("localhost", 62), ("127.0.0.1", 64)])
async def test_another_hosts_certificate(serve, refused, peer, server_tls, ca_file, host, verify_code):
    server = await serve(peer.echo, tls=server_tls("other.example"))
    _, error, recording = await refused({"url": f"wss://{host}:{server.port}/", "tls": {"ca": ca_file}})
    assert error["code"] == "tls_hostname"
    assert error["verify_code"] == verify_code
    assert recording.detail("tls")["certificate"]["names"] == ["other.example"]


async def test_expired(serve, refused, peer, server_tls, ca_file):
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    server = await serve(peer.echo, tls=server_tls("localhost", not_after=past))
    _, error, recording = await refused(profile(server, ca_file))
    assert (error["code"], error["verify_code"]) == ("tls_expired", 10)
    assert recording.detail("tls")["certificate"]["not_after"] == "2020-01-01T00:00:00+00:00"


async def test_not_valid_yet(serve, refused, peer, server_tls, ca_file):
    future = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)
    later = dt.datetime(2091, 1, 1, tzinfo=dt.UTC)
    server = await serve(peer.echo, tls=server_tls("localhost", not_before=future, not_after=later))
    _, error, _ = await refused(profile(server, ca_file))
    assert (error["code"], error["verify_code"]) == ("tls_expired", 9)
    assert "not valid yet" in error["message"]


async def test_insecure_on_purpose(serve, attempt, peer, server_tls):
    server = await serve(peer.echo, tls=server_tls("other.example"))
    started = await attempt({"url": server.url, "tls": {"verify": False}}).opened()
    assert started.recording.detail("open")["insecure"] is True
    tls = started.recording.detail("tls")
    assert tls["verified"] is False
    assert tls["certificate"]["names"] == ["other.example"]


async def test_http_where_tls_was_expected(serve, refused, peer, ca_file):
    async def plain(reader, writer):
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server = await serve(plain)
    _, error, _ = await refused(server.url.replace("ws:", "wss:"))
    assert error["code"] == "tls_not_tls"
    assert error["received"].startswith("HTTP/1.1 400")
    assert "ws://" in error["message"]


async def test_noise_where_tls_was_expected(serve, refused, peer):
    async def noise(reader, writer):
        writer.write(b"\x1b[31m220 mail.example ESMTP\r\n")
        await reader.read()

    server = await serve(noise)
    _, error, _ = await refused(server.url.replace("ws:", "wss:"))
    assert error["code"] == "tls_not_tls"
    assert "\x1b" not in error["received"]


async def test_no_common_version(refused, server_tls, ca_file):
    context = server_tls()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with blocking_server(context, shake_hands) as url:
        _, error, recording = await refused({"url": url, "tls": {"ca": ca_file, "minimum_version": "1.3"}})
    assert error["code"] == "tls_version"
    assert recording.detail("tls")["failed"] is True


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_client_certificate_required(refused, server_tls, ca, ca_file, version):
    context = server_tls()
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    with blocking_server(context, shake_hands) as url:
        end, error, _ = await refused({"url": url, "tls": {"ca": ca_file}})
    assert error["code"] == "tls_client_certificate"
    assert "tls.certificate" in error["message"]
    if version == ssl.TLSVersion.TLSv1_3:
        assert error["phase"] == "upgrade", "TLS 1.3 tells after our side of the handshake is done"
    assert end.ended_by == "server"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_client_certificate_of_a_stranger(refused, server_tls, ca, ca_file, tmp_path, version):
    context = server_tls()
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    pem = tmp_path / "me.pem"
    trustme.CA().issue_cert("me@example.com").private_key_and_cert_chain_pem.write_to_path(str(pem))
    with blocking_server(context, shake_hands) as url:
        _, error, _ = await refused({"url": url, "tls": {"ca": ca_file, "certificate": str(pem)}})
    assert error["code"] == "tls_client_certificate"
    assert "did not accept" in error["message"]


async def test_client_certificate_accepted(serve, attempt, peer, server_tls, ca, ca_file, tmp_path):
    seen = []

    async def who(reader, writer):
        seen.append(writer.get_extra_info("peercert"))
        await peer.echo(reader, writer)

    context = server_tls()
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    server = await serve(who, tls=context)
    mine = ca.issue_cert("me@example.com")
    certificate, key = tmp_path / "me.pem", tmp_path / "me.key"
    mine.cert_chain_pems[0].write_to_path(str(certificate))
    mine.private_key_pem.write_to_path(str(key))
    started = await attempt(profile(server, ca_file, certificate=str(certificate), key=str(key))).opened()
    assert started.recording.detail("tls")["client_certificate"] is True
    assert seen[0]["subjectAltName"] == (("email", "me@example.com"),)


async def test_a_ca_file_that_is_missing_or_empty(refused, tmp_path):
    _, error, recording = await refused(
        {"url": "wss://localhost:9/", "tls": {"ca": str(tmp_path / "no.pem")}}
    )
    assert error["code"] == "tls_failure"
    assert "no.pem" in error["message"]
    assert recording.kinds == ["error"], "nothing was dialled"
    (tmp_path / "empty.pem").write_text("nothing here")
    _, error, _ = await refused({"url": "wss://localhost:9/", "tls": {"ca": str(tmp_path / "empty.pem")}})
    assert error["code"] == "tls_failure"


async def test_a_client_certificate_that_does_not_fit(refused, ca, tmp_path):
    one, other = ca.issue_cert("one@example.com"), ca.issue_cert("other@example.com")
    certificate, key = tmp_path / "one.pem", tmp_path / "other.key"
    one.cert_chain_pems[0].write_to_path(str(certificate))
    other.private_key_pem.write_to_path(str(key))
    tls = {"certificate": str(certificate), "key": str(key)}
    _, error, _ = await refused({"url": "wss://localhost:9/", "tls": tls})
    assert error["code"] == "tls_client_certificate"
    assert "not the certificate's" in error["message"]


async def test_closed_during_the_handshake(serve, refused, peer):
    async def slam(reader, _writer):
        await reader.read(1)

    server = await serve(slam)
    _, error, _ = await refused(server.url.replace("ws:", "wss:"))
    assert error["code"] == "tls_closed"


async def test_reset_during_the_handshake(serve, refused, peer):
    async def slam(reader, writer):
        await reader.read(1)
        peer.reset(writer)

    server = await serve(slam)
    _, error, _ = await refused(server.url.replace("ws:", "wss:"))
    assert error["code"] == "tls_closed"
    assert error["errno_name"] == "ECONNRESET"


async def test_silence_in_the_handshake(serve, refused, peer):
    async def silent(reader, _writer):
        await reader.read()

    server = await serve(silent)
    _, error, recording = await refused(
        {"url": server.url.replace("ws:", "wss:"), "timeouts": {"open": 0.75}}
    )
    assert error["code"] == "tls_timeout"
    assert "sent nothing" in error["message"]
    assert recording.detail("tls")["failed"] is True


@contextlib.contextmanager
def blocking_server(context, talk):
    """A server in a thread on blocking sockets: it sends alerts, and can end TLS and TCP apart."""
    import threading

    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        raw, _ = listener.accept()
        raw.settimeout(20)
        with contextlib.suppress(OSError), raw, context.wrap_socket(raw, server_side=True) as tls:
            talk(tls)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"wss://localhost:{listener.getsockname()[1]}/"
    finally:
        thread.join(20)
        listener.close()


def shake_hands(tls, peer=None):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += tls.recv(1)
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if line)
    if peer is not None:
        tls.sendall(peer.accept(headers))


async def ends_with(attempt, server_tls, ca_file, talk):
    with blocking_server(server_tls(), talk) as url:
        started = await attempt({"url": url, "tls": {"ca": ca_file}}).opened()
        end = await started.end()
    return started.recording, end


async def test_truncation(attempt, peer, server_tls, ca_file):
    """FIN without ``close_notify``: somebody cut the stream."""

    def talk(tls):
        shake_hands(tls, peer)
        tls.sendall(peer.frame(1, b"hello"))
        with socket.socket(fileno=tls.detach()) as bare:
            bare.shutdown(socket.SHUT_RDWR)

    recording, end = await ends_with(attempt, server_tls, ca_file, talk)
    assert recording.of("eof", "received")[0].detail["tls"] == "truncated"
    assert recording.of("text")[0].payload == b"hello"
    assert not end.clean
    assert end.ended_by == "server"


async def test_close_notify_in_the_middle_of_a_frame(attempt, peer, server_tls, ca_file):
    def talk(tls):
        shake_hands(tls, peer)
        tls.sendall(peer.frame(1, b"cut here")[:5])
        with contextlib.suppress(ssl.SSLError):
            tls.unwrap().close()

    recording, _ = await ends_with(attempt, server_tls, ca_file, talk)
    detail = recording.of("eof", "received")[0].detail
    assert detail["tls"] == "close_notify"
    assert (detail["partial_bytes"], detail["missing_bytes"]) == (5, 5)


async def test_reset_under_tls(attempt, peer, server_tls, ca_file):
    def talk(tls):
        shake_hands(tls, peer)
        tls.sendall(peer.frame(1, b"hello"))
        tls.recv(1)
        with socket.socket(fileno=tls.detach()) as bare:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with blocking_server(server_tls(), talk) as url:
        started = await attempt({"url": url, "tls": {"ca": ca_file}}).opened()
        await started.recording.until("text", "received")
        started.wire.send(Send(b"now"))
        await started.end()
    assert started.recording.of("reset", "received")[0].detail["errno_name"] == "ECONNRESET"


async def test_garbage_between_records(attempt, peer, server_tls, ca_file):
    def talk(tls):
        shake_hands(tls, peer)
        with socket.socket(fileno=tls.detach()) as bare:
            bare.sendall(b"\x17\x03\x03\x00\x20" + b"\xa5" * 32)
            bare.settimeout(20)
            while bare.recv(4096):
                pass

    recording, end = await ends_with(attempt, server_tls, ca_file, talk)
    assert recording.detail("error")["code"] == "tls_failure"
    assert recording.of("eof", "sent")[0].detail["why"] == "TLS cannot go on"
    assert end.error == "tls_failure"


async def test_our_close_sends_close_notify(attempt, peer, server_tls, ca_file):
    seen = []

    def talk(tls):
        shake_hands(tls, peer)
        try:
            seen.append(tls.recv(100))  # our Close frame
            seen.append(tls.recv(100))
        except ssl.SSLError as error:
            seen.append(error)

    with blocking_server(server_tls(), talk) as url:
        started = await attempt({"url": url, "tls": {"ca": ca_file}, "timeouts": {"close": 0.1}}).opened()
        started.wire.close(Close())
        await started.end()
    assert seen[1] == b"", "an orderly end, not a truncation"


async def test_many_sessions_of_tickets_and_key_updates(attempt, peer, server_tls, ca_file):
    """Records that carry no data (tickets) in front of data are no end and no error."""

    def talk(tls):
        shake_hands(tls, peer)
        for number in range(50):
            tls.sendall(peer.frame(1, str(number).encode()))
        tls.sendall(peer.frame(8, b"\x03\xe8"))
        tls.recv(100)
        with contextlib.suppress(ssl.SSLError):
            tls.unwrap().close()

    recording, end = await ends_with(attempt, server_tls, ca_file, talk)
    assert len(recording.of("text", "received")) == 50
    assert end.clean


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("WRONG_VERSION_NUMBER", ErrorCode.TLS_NOT_TLS),
        ("TLSV1_ALERT_PROTOCOL_VERSION", ErrorCode.TLS_VERSION),
        ("UNSUPPORTED_PROTOCOL", ErrorCode.TLS_VERSION),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", ErrorCode.TLS_CLIENT_CERTIFICATE),
        ("TLSV1_ALERT_UNKNOWN_CA", ErrorCode.TLS_CLIENT_CERTIFICATE),
        ("UNEXPECTED_EOF_WHILE_READING", ErrorCode.TLS_CLOSED),
        ("TLSV1_UNRECOGNIZED_NAME", ErrorCode.TLS_FAILURE),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", ErrorCode.TLS_FAILURE),
        ("TLSV1_ALERT_NO_APPLICATION_PROTOCOL", ErrorCode.TLS_FAILURE),
        ("A_REASON_OF_TOMORROW", ErrorCode.TLS_FAILURE),
    ],
)
def test_what_openssl_says(reason, code):
    error = failed_with(reason, Peer("host.example", 443), "host.example")
    assert error.code == code
    assert error.facts["reason"] == reason
    assert error.message.endswith(".")


def test_a_malformed_certificate_does_not_raise(ca):
    der = ssl.PEM_cert_to_DER_cert(ca.issue_cert("a.example", "::1").cert_chain_pems[0].bytes().decode())
    assert describe_certificate(der)["names"] == ["a.example", "::1"]
    for position in range(0, len(der), 3):
        assert "sha256" in describe_certificate(der[:position])
        assert "sha256" in describe_certificate(der[:position] + b"\xff" + der[position + 1 :])


async def test_the_key_the_signature_and_what_was_sent_besides(serve, attempt, peer, tmp_path):
    root = trustme.CA()
    between = root.create_child_ca()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    between.issue_cert("localhost", key_type=trustme.KeyType.RSA).configure_cert(context)
    trusted = tmp_path / "root.pem"
    root.cert_pem.write_to_path(str(trusted))
    server = await serve(peer.echo, tls=context)
    started = await attempt({"url": server.url, "tls": {"ca": str(trusted)}}).opened()
    tls = started.recording.detail("tls")
    assert tls["certificate"]["public_key"] == "RSA, 2048 bits"
    assert tls["certificate"]["signature"] == "SHA-256 with ECDSA"
    (above,) = tls["chain"]
    assert above["subject"] == tls["certificate"]["issuer"]
    assert above["public_key"] == "elliptic curve P-256"
