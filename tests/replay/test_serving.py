"""Recordings written by hand, played to a bare client whose every frame is seen."""

import asyncio
import socket

import pytest

from wstui.lab import FAULTS, LabError
from wstui.lab.frames import apply_mask
from wstui.replay.recording import RecordingError
from wstui.replay.server_plan import OPEN, plan_server

CLOSE, PING, PONG, TEXT = 8, 9, 10, 1


class Client:
    """A WebSocket client of a few lines."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.head = reader, writer, ""

    async def upgrade(self, *lines):
        request = (
            "GET /some/path HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *lines, "", "",
        )  # fmt: skip
        self.writer.write("\r\n".join(request).encode())
        async with asyncio.timeout(5):
            self.head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        return self

    def send(self, text, opcode=TEXT):
        data = text.encode() if isinstance(text, str) else text
        assert len(data) < 126
        self.writer.write(bytes([0x80 | opcode, 0x80 | len(data)]) + b"mask" + apply_mask(data, b"mask"))

    async def frame(self):
        async with asyncio.timeout(5):
            first, size = await self.reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2), "big")
            return first, await self.reader.readexactly(size)

    async def text(self):
        first, payload = await self.frame()
        assert first == 0x80 | TEXT, (first, payload)
        return payload.decode()

    async def end(self):
        async with asyncio.timeout(5):
            return await self.reader.read()


@pytest.fixture
async def client():
    """Connect to a server."""
    writers = []

    async def go(server, *lines):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writers.append(writer)
        return await Client(reader, writer).upgrade(*lines)

    yield go
    for writer in writers:
        writer.transport.abort()


async def test_answers_follow_their_requests(record, tools, serve, client):
    path = record(tools.talk("< welcome", '> {"op":"a"}', "< one", "< two", '> {"op":"b"}', "< three"))
    async with serve(path) as server:
        one = await client(server)
        assert "101 Switching Protocols" in one.head
        assert await one.text() == "welcome"
        one.send('{"op":"b"}')
        assert await one.text() == "three"
        one.send('{"op":"a"}')
        assert [await one.text(), await one.text()] == ["one", "two"]


async def test_many_clients_at_once_each_from_the_beginning(record, tools, serve, client):
    path = record(tools.talk("> a", "< b", "> c", "< d"))
    async with serve(path) as server:
        clients = [await client(server) for _ in range(5)]
        for text, answer in (("a", "b"), ("c", "d")):
            for one in clients:
                one.send(text)
            assert [await one.text() for one in clients] == [answer] * 5


async def test_the_answer_carries_the_clients_own_id(record, tools, serve, client):
    path = record(tools.talk('> {"id":1,"op":"a"}', '< {"id":1,"result":{"x":[1]}}'))
    async with serve(path) as server:
        one = await client(server)
        one.send('{"op":"a","id":77}')
        assert await one.text() == '{"id":77,"result":{"x":[1]}}'


async def test_a_stream_goes_on_whatever_the_client_does_not_say(record, tools, serve, client):
    ticks = [f'< {{"type":"tick","n":{n}}}' for n in range(6)]
    path = record(tools.talk(*ticks[:3], '> {"op":"x"}', *ticks[3:], '< {"type":"answer"}', step_ms=5))
    async with serve(path) as server:
        one = await client(server)
        assert [await one.text() for _ in ticks] == [tick[2:] for tick in ticks]
        one.send('{"op":"x"}')
        assert await one.text() == '{"type":"answer"}'


async def test_pace_and_speed(record, tools, serve, client):
    path = record(tools.talk("< a", "< b", step_ms=200))
    loop = asyncio.get_running_loop()
    for speed, least, most in ((1.0, 0.15, 2.0), (100.0, 0.0, 0.15)):
        async with serve(path, speed=speed) as server:
            one = await client(server)
            await one.text()
            begun = loop.time()
            await one.text()
            assert least < loop.time() - begun < most


async def test_what_the_recording_has_not_is_said_and_not_answered(record, tools, serve, client):
    said = []
    path = record(tools.talk('> {"op":"a"}', "< b", ">close 1000", "<close 1000"))
    async with serve(path, narrate=said.append) as server:
        one = await client(server)
        one.send('{"other\x1b":1}')
        one.send('{"op":"a"}')
        assert await one.text() == "b"
        one.send(b"\x03\xe8", CLOSE)
        assert await one.frame() == (0x88, b"\x03\xe8")
        assert await one.end() == b""
    assert said[1].startswith("Client 1 said what the recording has not")
    assert "\x1b" not in "".join(said)
    assert said[-1] == "Client 1 is done: 1 of 1 recorded acts were played."


async def test_a_client_that_leaves_early_is_reported(record, tools, serve, client):
    said = []
    path = record(tools.talk("< hello", '> {"op":"a"}', "< b"))
    async with serve(path, narrate=said.append) as server:
        one = await client(server)
        await one.text()
        one.writer.close()
        async with asyncio.timeout(5):
            while len(said) < 2:
                await asyncio.sleep(0.005)
    assert said[-1] == (
        "Client 1 is done: 1 of 2 recorded acts were played; it never said anything like event 3"
        ' (send {"op":"a"}).'
    )


async def test_strict(record, tools, serve, client):
    path = record(tools.talk('> {"op":"a","t":1763800000}', "< b", "> c", "< d"))
    async with serve(path, match="strict") as server:
        one = await client(server)
        one.send('{"t":1763800000,"op":"a"}')
        assert await one.text() == "b"
        one.send("x")
        first, payload = await one.frame()
        assert (first, payload[:2]) == (0x80 | CLOSE, b"\x03\xf0")
        assert b"expected event 4" in payload
        other = await client(server)
        other.send('{"op":"z"}')
        assert (await other.frame())[1][:2] == b"\x03\xf0"


async def test_loose_answers_as_often_as_asked(record, tools, serve, client):
    path = record(tools.talk('> {"op":"a"}', "< b", '> {"op":"c"}', "< d", "<close 1000", "<eof"))
    async with serve(path, match="loose") as server:
        one = await client(server)
        for _ in range(3):
            one.send('{"op":"a","more":1}')
            assert await one.text() == "b"
        one.send('{"op":"c"}')
        assert await one.text() == "d"
        assert await one.frame() == (0x88, b"\x03\xe8")


@pytest.mark.parametrize(
    ("ending", "frames", "rest"),
    [
        (["<close 4003 not you", "<eof"], [(0x88, b"\x0f\xa3not you")], b""),
        (["<eof"], [], b""),
        (["<reset"], [], ConnectionResetError),
    ],
)
async def test_its_way_of_ending(record, tools, serve, client, ending, frames, rest):
    path = record(tools.talk("> a", "< b", *ending))
    async with serve(path) as server:
        one = await client(server)
        one.send("a")
        assert await one.text() == "b"
        for frame in frames:
            assert await one.frame() == frame
            one.send(frame[1][:2], CLOSE)
        if isinstance(rest, bytes):
            assert await one.end() == rest
        else:
            with pytest.raises(rest):
                await one.end()


async def test_a_frame_that_was_cut_off(record, tools, serve, client):
    end = tools.event(9, "eof", "received", partial_bytes=10, missing_bytes=20)
    async with serve(record([tools.opening(), end])) as server:
        one = await client(server)
        assert len(await one.end()) == 10


async def test_silence(record, tools, serve, client):
    path = record([*tools.talk("< b"), tools.event(99, "lost", "received")])
    async with serve(path) as server:
        one = await client(server)
        assert await one.text() == "b"
        for _ in range(20):
            one.send("x", PING)
            try:
                async with asyncio.timeout(0.2):
                    await one.reader.readexactly(3)
            except TimeoutError:
                break
        else:
            pytest.fail("pings were answered all the time")


async def test_pings_of_both_sides(record, tools, serve, client):
    rows = [
        tools.opening(),
        tools.event(1, "ping", "received", "from the server"),
        tools.event(2, "ping", "sent", "1"),
        tools.event(3, "pong", "received", "1", rtt_ns=1000),
        tools.event(4, "ping", "sent", "2", timeout_ns=1),
    ]
    async with serve(record(rows)) as server:
        one = await client(server)
        assert await one.frame() == (0x80 | PING, b"from the server")
        for text in ("a", "b", "c"):
            one.send(text, PING)
        assert await one.frame() == (0x80 | PONG, b"a")
        assert await one.frame() == (0x80 | PONG, b"c")


async def test_the_handshake_as_recorded(record, tools, serve, client):
    headers = [
        ["Server", "vendor/7"],
        ["X-Region", "eu"],
        ["Sec-WebSocket-Accept", "old"],
        ["Upgrade", "websocket"],
    ]
    rows = [
        tools.event(0, "upgrade", response={"status": 101, "headers": headers}),
        tools.opening(subprotocol="v2", extensions=["permessage-deflate"]),
    ]
    async with serve(record(rows)) as server:
        one = await client(
            server, "Sec-WebSocket-Protocol: v1, v2", "Sec-WebSocket-Extensions: permessage-deflate"
        )
    assert "X-Region: eu" in one.head
    assert "Server: vendor/7" in one.head
    assert "wstui-lab" not in one.head
    assert "Sec-WebSocket-Protocol: v2" in one.head
    assert "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in one.head
    assert "permessage-deflate" in one.head


@pytest.mark.parametrize("offer", ["Sec-WebSocket-Protocol: other\x1b", "X: y"])
async def test_another_subprotocol_is_refused_with_a_sentence(record, tools, serve, client, offer):
    said = []
    path = record([tools.opening(subprotocol="trade.v1")])
    async with serve(path, narrate=said.append) as server:
        one = await client(server, offer)
        assert "400 Bad Request" in one.head
        assert b"the recording speaks the subprotocol trade.v1; the client offers" in await one.end()
    assert "\x1b" not in said[0]
    async with serve(path, match="loose") as server:
        assert "101" in (await client(server, offer)).head


async def test_a_refused_upgrade_is_refused_again(record, tools, serve, client):
    response = {"status": 403, "reason": "Forbidden", "headers": [["X-Why", "quota"]], "body": '{"no":1}'}
    async with serve(record([tools.event(0, "upgrade", response=response)])) as server:
        one = await client(server)
        assert "403 Forbidden" in one.head
        assert "X-Why: quota" in one.head
        assert await one.end() == b'{"no":1}'


async def test_faults_work_upon_the_recording(record, tools, serve, client):
    path = record(tools.talk("> a", "< b"))
    async with serve(path, fault=FAULTS["no-pong"]) as server:
        one = await client(server)
        one.send("x", PING)
        one.send("a")
        assert await one.text() == "b"
    async with serve(path, fault=FAULTS["try-later"]) as server:
        one = await client(server)
        assert (await one.frame())[1][:2] == b"\x03\xf5"
    async with serve(path, fault=FAULTS["refuse-401"]) as server:
        assert "401" in (await client(server)).head


@pytest.mark.parametrize("name", FAULTS)
async def test_every_fault_leaves_the_server_alive(record, tools, serve, client, name):
    async with serve(record(tools.talk("> a", "< b")), fault=FAULTS[name]) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n"
                     b"Sec-WebSocket-Version: 13\r\n\r\n")  # fmt: skip
        one = Client(reader, writer)
        one.send("a")
        writer.transport.abort()
        assert server.clients_served <= 1


async def test_the_port_is_taken(record, tools, serve):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LabError, match=rf"The recording cannot listen on 127.0.0.1:{port}: "):
            async with serve(record(tools.talk("< a")), port=port):
                pass


async def test_a_server_that_stops_says_so(record, tools, serve, client):
    async with serve(record(tools.talk("< a"))) as server:
        one = await client(server)
        await one.text()
    assert await one.frame() == (0x88, b"\x03\xe9the recording is no longer served")


def test_nothing_to_serve(record, tools, serve):
    with pytest.raises(RecordingError, match="it holds no connection"):
        serve(record([]))
    with pytest.raises(RecordingError, match="has no open connection 3; there are: 0"):
        serve(record(tools.talk("< a")), connection=3)


def test_what_hangs_on_what(recording):
    connection = recording(
        "< hi", '> {"id":1}', '> {"id":2}', '< {"id":1,"r":0}', '< {"id":2,"r":0}', "<ping p"
    ).opened[0]
    plan = plan_server(connection)
    triggers = {act.index: act.trigger for acts in plan.acts.values() for act in acts}
    assert triggers == {0: OPEN, 3: 1, 4: 2, 5: OPEN}
    assert plan.ending.kind == "client"
    assert plan.remarks == ("The recording stops before its connection ended; the connection is left open.",)
