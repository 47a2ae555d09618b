"""The server around the faults: handshake, choice of fault, TLS, a client's mistakes, stopping."""

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme
import websockets

from wstui.lab import FAULTS, LabError, LabServer
from wstui.lab.handshake import accept_key

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def test_the_accept_key_is_that_of_the_rfc() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


async def test_an_upgrade_is_answered_with_the_right_key_and_the_first_subprotocol(dial) -> None:
    async with LabServer() as lab:
        client = await dial(lab, Sec_WebSocket_Protocol="graphql-transport-ws, other")
    assert client.status == 101
    assert client.header("sec-websocket-accept") == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert client.header("sec-websocket-protocol") == b"graphql-transport-ws"


async def test_a_third_party_client_talks_to_it() -> None:
    async with LabServer() as lab, websockets.connect(lab.url, subprotocols=["chat"]) as client:
        assert client.subprotocol == "chat"
        for message in ("", "hello", "x" * 70_000, b"\x00\xff", b"y" * 1_000_000):
            await client.send(message)
            assert await client.recv() == message
        await (await client.ping(b"beat"))
        await client.send(["frag", "mented", " message"])
        assert await client.recv() == "fragmented message"
        await client.close(4321, "enough")
        assert client.close_code == 4321


async def test_tls() -> None:
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    async with LabServer(host="localhost", tls=server_side) as lab:
        assert lab.url.startswith("wss://localhost:")
        async with websockets.connect(lab.url, ssl=client_side) as client:
            await client.send("over TLS")
            assert await client.recv() == "over TLS"


async def test_the_path_chooses_another_fault_and_the_query_its_settings(dial) -> None:
    async with LabServer("echo") as lab:
        client = await dial(lab, "/going-away?after_s=0.01&nonsense=1&other=x")
        assert (await client.closed_with())[0] == 1001
        ordinary = await dial(lab, "/no/such/fault")
        ordinary.send(TEXT, b"still an echo")
        assert await ordinary.frame_of(TEXT) == b"still an echo"


async def test_many_clients_at_once(dial) -> None:
    async with LabServer() as lab:
        clients = [await dial(lab) for _ in range(20)]
        for number, client in enumerate(clients):
            client.send(TEXT, b"%d" % number)
        assert [await client.frame_of(TEXT) for client in clients] == [b"%d" % n for n in range(20)]
        assert (lab.clients, lab.clients_served) == (20, 20)


async def test_stopping_says_goodbye(dial) -> None:
    async with LabServer() as lab:
        client = await dial(lab)
    assert await client.frame() == (CLOSE, b"\x03\xe9the lab stops", True)
    assert await client.rest() == b""
    assert lab.clients == 0


async def test_stopping_does_not_wait_for_a_client_that_never_reads(dial) -> None:
    async with LabServer("flood") as lab:
        client = await dial(lab)
        await client.frame()
        client.writer.transport.pause_reading()
        async with asyncio.timeout(5):
            await lab.__aexit__(None, None, None)


async def test_a_plain_request_is_told_to_upgrade(dial) -> None:
    async with LabServer() as lab:
        client = await dial(lab, upgrade=False)
        client.writer.write(b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n")
        await client.read_head()
        assert client.status == 426
        assert client.header("sec-websocket-version") == b"13"
        assert await client.rest() == b"This is a WebSocket endpoint.\n"


@pytest.mark.parametrize(
    "request_bytes", [b"nonsense\r\n\r\n", b"GET / SPDY/3\r\n\r\n", b"GET /" + b"x" * 70_000 + b"\r\n\r\n"]
)
async def test_what_is_no_request_gets_400(dial, request_bytes: bytes) -> None:
    async with LabServer() as lab:
        client = await dial(lab, upgrade=False)
        client.writer.write(request_bytes)
        await client.read_head()
        assert client.status == 400


async def test_a_client_that_leaves_at_once_disturbs_nobody(dial) -> None:
    async with LabServer() as lab:
        for _ in range(3):
            client = await dial(lab, upgrade=False)
            client.writer.transport.abort()
        client = await dial(lab)
        client.send(TEXT, b"here")
        assert await client.frame_of(TEXT) == b"here"


async def test_a_clients_mistakes_are_answered_as_the_rfc_asks(dial) -> None:
    async with LabServer() as lab:
        for send, code in [
            (lambda client: client.send(3, b"?"), 1002),
            (lambda client: client.send(TEXT, b"\xff"), 1007),
            (lambda client: client.send(0, b"the end of nothing"), 1002),
            (lambda client: client.send(TEXT, b"bare", masked=False), 1002),
        ]:
            client = await dial(lab)
            send(client)
            assert (await client.closed_with())[0] == code
            assert await client.rest() == b""


async def test_a_message_in_a_message_is_a_mistake(dial) -> None:
    async with LabServer() as lab:
        client = await dial(lab)
        client.send(TEXT, b"begin", first=TEXT)
        client.send(TEXT, b"another")
        assert (await client.closed_with())[0] == 1002


async def test_control_frames_come_between_fragments(dial) -> None:
    async with LabServer() as lab:
        client = await dial(lab)
        client.send(TEXT, b"one ", first=TEXT)
        client.send(PING, b"now")
        client.send(0, b"two")
        assert await client.frame() == (PONG, b"now", True)
        assert await client.frame() == (TEXT, b"one two", True)


async def test_a_close_frame_is_echoed_and_tcp_ends(dial) -> None:
    async with LabServer() as lab:
        client = await dial(lab)
        client.send(CLOSE, b"\x0f\xa1mine")
        assert await client.frame() == (CLOSE, b"\x0f\xa1", True)
        assert await client.rest() == b""


def test_an_unknown_fault_is_a_sentence() -> None:
    with pytest.raises(LabError, match=r'There is no fault "nope": expected one of demo, echo'):
        LabServer("nope")


async def test_a_taken_port_is_a_sentence() -> None:
    async with LabServer() as lab:
        with pytest.raises(LabError, match=rf"The lab cannot listen on 127\.0\.0\.1:{lab.port}: "):
            await LabServer(port=lab.port).__aenter__()


async def test_serve_forever_ends_when_cancelled() -> None:
    async with LabServer() as lab:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await lab.serve_forever()


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "ws://127.0.0.1:1/"), ("::1", "ws://[::1]:1/"), ("0.0.0.0", "ws://127.0.0.1:1/")],
)
def test_the_url_can_be_dialled(host: str, shown: str) -> None:
    assert LabServer(host=host, port=1).url == shown


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_each_fault_explains_itself(fault) -> None:
    assert fault.summary and not fault.summary.endswith(".")
    assert fault.what_to_expect.endswith(".")
    assert all(isinstance(value, float | int) for value in fault.settings.values())


def test_speed_divides_durations_and_nothing_else() -> None:
    settings = FAULTS["server-pings"].scaled(10, {"every_s": 2.0})
    assert settings == {"every_s": 0.2, "allowed": 2}


def test_what_the_first_release_promises_is_there() -> None:
    promised = "echo silent-close going-away lifetime no-pong private-code reset bad-frame"
    assert {*promised.split(), "app-heartbeat", "flood", "hostile"} <= set(FAULTS)


def test_the_documentation_has_every_fault() -> None:
    lines = (Path(__file__).parents[2] / "docs" / "lab.md").read_text().splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| `")]
    assert [(name, summary) for name, summary, _ in rows] == [
        (f"| `{fault.name}`", fault.summary) for fault in FAULTS.values()
    ]
    assert all(
        f"`{key}={value:g}`" in row[2]
        for fault, row in zip(FAULTS.values(), rows, strict=True)
        for key, value in fault.settings.items()
    )
