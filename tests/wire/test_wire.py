"""A whole connection: commands, events in order, and each way in which it can end."""

import asyncio
import errno
import select
import sys

import pytest

from wstui.events import (
    Abort,
    Close,
    CommandRefused,
    Ping,
    Pong,
    Send,
    SendFrame,
    SetHeartbeat,
)
from wstui.wire import conversation as conversation_module

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs TCP_INFO")


@pytest.fixture
async def echo(serve, attempt, peer):
    server = await serve(peer.echo)
    return await attempt(server.url).opened()


async def test_talking(echo):
    wire, recording = echo.wire, echo.recording
    wire.send(Send("grüße".encode()))
    wire.send(Send(b"\x00\xff", binary=True))
    wire.ping(Ping(b"payload"))
    wire.pong(Pong(b"unasked"))
    text = await recording.until("text", "received")
    binary = await recording.until("binary", "received")
    pong = await recording.until("pong", "received")
    assert (text.payload, binary.payload, pong.payload) == ("grüße".encode(), b"\x00\xff", b"payload")
    assert pong.detail["rtt_ns"] > 0
    sent = [event.kind for event in recording.events if event.direction == "sent"]
    assert sent == ["text", "binary", "ping", "pong"]
    times = [event.t_ns for event in recording.events if event.direction == "sent"]
    assert times == sorted(times)


async def test_a_round_trip_is_ordered_in_time(echo):
    echo.wire.send(Send(b"there and back"))
    received = await echo.recording.until("text", "received")
    sent = echo.recording.of("text", "sent")[0]
    assert echo.recording.detail("open") and echo.recording.of("open")[0].t_ns <= sent.t_ns <= received.t_ns
    assert received.t_ns <= echo.clock.now()


@LINUX
async def test_tcp_statistics(echo):
    echo.wire.ping(Ping())
    pong = await echo.recording.until("pong", "received")
    assert pong.detail["tcp_rtt_ns"] > 0
    echo.wire.close(Close())
    await echo.end()
    tcp = echo.recording.detail("eof")["tcp"]
    assert tcp["state"] == "close_wait"
    assert tcp["rtt_ns"] > 0


async def test_a_clean_close(echo):
    echo.wire.close(Close(4001, "enough"))
    with pytest.raises(CommandRefused, match="Close frame is sent"):
        echo.wire.send(Send(b"too late"))
    end = await echo.end()
    assert end.opened
    assert end.clean
    assert (end.ended_by, end.who_first, end.asked_by_client) == ("client", "client", True)
    assert end.close_sent == {"code": 4001, "reason": "enough"}
    assert end.close_received["code"] == 4001
    assert end.error is None
    assert echo.recording.kinds[-3:] == ["close", "close", "eof"]
    assert echo.recording.of("eof")[0].direction == "received"
    assert echo.recording.states[-2:] == ["open", "closing"]
    with pytest.raises(CommandRefused, match="has ended"):
        echo.wire.send(Send(b"much too late"))
    with pytest.raises(CommandRefused, match="has ended"):
        echo.wire.stop_reading()


async def test_the_server_closes(serve, attempt, peer):
    async def leave(reader, writer):
        await peer.open(reader, writer)
        writer.write(peer.frame(8, b"\x03\xe9bye now"))
        assert (await peer.read_frame(reader))[0] == 8

    started = await attempt((await serve(leave)).url).opened()
    end = await started.end()
    assert (end.clean, end.ended_by, end.asked_by_client) == (True, "server", False)
    assert end.close_received == {"code": 1001, "reason": "bye now"}
    directions = [event.direction for event in started.recording.of("close")]
    assert directions == ["received", "sent"]


async def test_close_and_fin_at_once(serve, attempt, peer):
    """The answer to a Close still goes out when FIN came in the same moment."""
    got = asyncio.Event()

    async def leave(reader, writer):
        await peer.open(reader, writer)
        writer.write(peer.frame(8, b"\x03\xe8"))
        writer.write_eof()
        assert (await peer.read_frame(reader))[0] == 8
        got.set()

    started = await attempt((await serve(leave)).url).opened()
    end = await started.end()
    await asyncio.wait_for(got.wait(), 20)
    assert end.clean
    assert started.recording.kinds[-3:] == ["close", "close", "eof"]


async def test_fin_without_close(serve, attempt, peer):
    async def vanish(reader, writer):
        await peer.open(reader, writer)

    started = await attempt((await serve(vanish)).url).opened()
    end = await started.end()
    assert (end.clean, end.ended_by, end.close_received) == (False, "server", None)
    event = started.recording.of("eof")[0]
    assert event.direction == "received"
    assert "tls" not in event.detail
    assert "missing_bytes" not in event.detail


async def test_fin_in_the_middle_of_a_frame(serve, attempt, peer):
    async def cut(reader, writer):
        await peer.open(reader, writer)
        writer.write(peer.frame(2, b"x" * 100)[:42])

    started = await attempt((await serve(cut)).url).opened()
    await started.end()
    detail = started.recording.detail("eof")
    assert (detail["partial_bytes"], detail["missing_bytes"]) == (42, 60)


async def test_rst(serve, attempt, peer):
    async def slam(reader, writer):
        await peer.open(reader, writer)
        writer.write(peer.frame(1, b"last words"))
        await writer.drain()
        await peer.read_frame(reader)
        peer.reset(writer)

    started = await attempt((await serve(slam)).url).opened()
    await started.recording.until("text")
    started.wire.send(Send(b"go"))
    end = await started.end()
    assert (end.clean, end.ended_by) == (False, "server")
    detail = started.recording.detail("reset")
    assert detail["errno_name"] == "ECONNRESET"
    if sys.platform == "linux":
        assert detail["tcp"]["state"] == "established", "sampled while it lived"


@pytest.mark.parametrize("number", [errno.ETIMEDOUT, errno.EHOSTUNREACH])
async def test_a_vanished_peer(echo, number):
    stream = echo.wire._talk._stream

    class Gone:
        def __getattr__(self, name):
            return getattr(real, name)

        def recvmsg(self, *_):
            raise OSError(number, "gone")

    real, stream.socket = stream.socket, Gone()
    echo.wire.send(Send(b"anybody there?"))
    end = await echo.end()
    event = echo.recording.of("lost")[0]
    assert (end.ended_by, event.direction) == ("network", "local")
    assert event.detail["errno"] == number
    assert event.detail["during"] == "read"


@pytest.mark.parametrize(("reset", "kind"), [(False, "eof"), (True, "reset")])
async def test_abort(serve, attempt, peer, reset, kind):
    seen = asyncio.get_running_loop().create_future()

    async def watch(reader, writer):
        await peer.open(reader, writer)
        try:
            seen.set_result(await reader.read())
        except ConnectionResetError as error:
            seen.set_result(error)

    started = await attempt((await serve(watch)).url).opened()
    started.wire.abort(Abort(reset=reset))
    end = await started.end()
    assert (end.clean, end.ended_by, end.asked_by_client) == (False, "client", True)
    (event,) = started.recording.of(kind)
    assert (event.direction, event.detail["why"]) == ("sent", "aborted by command")
    outcome = await asyncio.wait_for(seen, 20)
    assert isinstance(outcome, ConnectionResetError) if reset else outcome == b""


async def test_no_answer_to_our_close(serve, attempt, peer):
    async def deaf(reader, writer):
        await peer.open(reader, writer)
        while await reader.read(100):
            pass

    server = await serve(deaf)
    started = await attempt({"url": server.url, "timeouts": {"close": 0.1}}).opened()
    started.wire.close(Close())
    end = await started.end()
    assert (end.error, end.clean, end.ended_by) == ("close_timeout", False, "client")
    assert started.recording.detail("error")["code"] == "close_timeout"
    event = started.recording.of("eof")[0]
    assert event.direction == "sent"
    assert "did not answer" in event.detail["why"]


async def test_a_server_that_leaves_tcp_open(serve, attempt, peer):
    """RFC 6455 §7.1.1: the server ends TCP; when it does not, we do, and it was clean all the same."""

    async def lazy(reader, writer):
        await peer.open(reader, writer)
        _, payload = await peer.read_frame(reader)
        writer.write(peer.frame(8, payload))
        await reader.read()

    server = await serve(lazy)
    started = await attempt({"url": server.url, "timeouts": {"close": 0.1}}).opened()
    started.wire.close(Close())
    end = await started.end()
    assert (end.clean, end.error) == (True, None)
    event = started.recording.of("eof")[0]
    assert event.direction == "sent"
    assert "left TCP open" in event.detail["why"]


async def test_a_broken_frame(serve, attempt, peer):
    async def broken(reader, writer):
        await peer.open(reader, writer)
        writer.write(b"\x83\x00")
        assert await peer.read_frame(reader) == (8, (1002).to_bytes(2, "big"))

    started = await attempt((await serve(broken)).url).opened()
    end = await started.end()
    assert end.error == "protocol_violation"
    assert not end.clean
    assert started.recording.detail("error")["code"] == "protocol_violation"


async def test_stop_and_resume_reading(serve, attempt, peer):
    async def chatty(reader, writer):
        await peer.open(reader, writer)
        while True:
            await peer.read_frame(reader)
            writer.write(peer.frame(1, b"answer"))

    started = await attempt((await serve(chatty)).url).opened()
    started.wire.stop_reading()
    started.wire.send(Send(b"ask"))
    await readable(started.wire._talk._socket)
    assert started.recording.of("text", "received") == []
    started.wire.pause_reading()
    started.wire.resume_reading()
    await asyncio.sleep(0)
    assert started.recording.of("text", "received") == [], "back-pressure is a reason of its own"
    started.wire.unpause_reading()
    await started.recording.until("text", "received")
    faults = [event.detail["injected"] for event in started.recording.of("fault")]
    assert faults == ["stop_reading", "resume_reading"]


async def readable(sock):
    """Wait until bytes are in the kernel's buffer, without reading them."""
    async with asyncio.timeout(20):
        while not select.select([sock], [], [], 0)[0]:
            await asyncio.sleep(0.001)


async def test_heartbeat(serve, attempt, peer):
    server = await serve(peer.echo)
    started = await attempt({"url": server.url, "heartbeat": {"interval": 0.02}}).opened()
    await started.recording.until("pong", "received", 3)
    payloads = [event.payload for event in started.recording.of("ping", "sent")]
    assert len(set(payloads)) == len(payloads)
    started.wire.set_heartbeat(SetHeartbeat(0))
    started.wire.close(Close())
    await started.end()


async def test_pings_of_the_server_are_answered_or_not(serve, attempt, peer):
    async def pinging(reader, writer):
        """Pings with what it is told."""
        await peer.open(reader, writer)
        while True:
            opcode, payload = await peer.read_frame(reader)
            if opcode == 1:
                writer.write(peer.frame(9, payload))

    started = await attempt({"url": (await serve(pinging)).url, "compression": False}).opened()
    wire = started.wire
    wire.send(Send(b"ping 1"))
    assert (await started.recording.until("pong", "sent")).payload == b"ping 1"
    wire.withhold_pongs()
    wire.send(Send(b"ping 2"))
    await started.recording.until("ping", "received", 2)
    wire.delay_pongs(0.05)
    wire.send(Send(b"ping 3"))
    pong = await started.recording.until("pong", "sent", 2)
    assert pong.payload == b"ping 3"
    assert pong.detail["delayed_ns"] >= 50_000_000
    wire.answer_pings()
    faults = [event.detail["injected"] for event in started.recording.of("fault")]
    assert faults[:2] == ["withhold_pongs", "delay_pongs"]


async def test_raw_frames(serve, attempt, peer):
    frames = asyncio.Queue()

    async def watch(reader, writer):
        await peer.open(reader, writer)
        while True:
            frames.put_nowait(await peer.read_frame(reader))

    started = await attempt((await serve(watch)).url).opened()
    started.wire.frame(SendFrame(opcode=0xB, payload=b"illegal"))
    assert await asyncio.wait_for(frames.get(), 20) == (0xB, b"illegal")
    assert started.recording.detail("fault")["opcode"] == 0xB


async def test_a_flood_comes_in_batches(serve, attempt, peer):
    count = 20_000

    async def flood(reader, writer):
        await peer.open(reader, writer)
        for _ in range(200):
            writer.write(peer.frame(1, b"m" * 50) * (count // 200))
            await writer.drain()
        writer.write(peer.frame(8, b"\x03\xe8"))
        await peer.read_frame(reader)

    started = await attempt((await serve(flood)).url).opened()
    await started.end()
    assert len(started.recording.of("text", "received")) == count
    assert started.recording.batches < count / 20


async def test_too_much_waiting_to_be_sent(serve, attempt, peer, monkeypatch):
    monkeypatch.setattr(conversation_module, "_QUEUE_LIMIT_BYTES", 1_000_000)

    async def deaf(reader, writer):
        await peer.open(reader, writer)
        writer.transport.pause_reading()
        await asyncio.Event().wait()

    server = await serve(deaf)
    started = await attempt({"url": server.url, "compression": False}).opened()
    with pytest.raises(CommandRefused, match="does not read"):
        for _ in range(100):
            started.wire.send(Send(b"x" * 1_000_000, binary=True))
    started.wire.abort(Abort())
    await started.end()


async def test_what_the_kernel_did_not_take_is_not_recorded_as_sent(serve, attempt, peer):
    async def deaf(reader, writer):
        await peer.open(reader, writer)
        writer.transport.pause_reading()
        await asyncio.Event().wait()

    server = await serve(deaf)
    started = await attempt({"url": server.url, "compression": False}).opened()
    started.wire.send(Send(b"x" * 30_000_000, binary=True))
    assert started.recording.of("binary") == []
    started.wire.abort(Abort(reset=True))
    await started.end()
    assert started.recording.of("binary") == []


async def test_a_clock_jump_is_told(serve, attempt, peer, monkeypatch):
    monkeypatch.setattr(conversation_module, "_WATCH_S", 0.01)
    server = await serve(peer.echo)
    started = await attempt(server.url).opened()
    started.clock._noted_offset_ns -= 90_000_000_000
    event = await started.recording.until("error")
    assert event.direction == "local"
    assert event.detail["code"] == "clock_jump"
    assert abs(event.detail["jump_ns"] - 90_000_000_000) < 1_000_000_000
    assert "ahead by 90.0 s" in event.detail["message"]
    started.wire.close(Close())
    assert (await started.end()).clean


async def test_a_bug_ends_the_connection_and_says_so(echo, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(echo.wire._talk.protocol, "receive", broken)
    echo.wire.send(Send(b"x"))
    end = await echo.end()
    assert (end.error, end.opened) == ("internal", True)
    detail = echo.recording.detail("error")
    assert detail["code"] == "internal"
    assert "ZeroDivisionError" in detail["message"]
    assert "conversation failed" in caplog.text


async def test_a_bug_of_the_observer_is_told_too(serve, attempt, peer, caplog):
    server = await serve(peer.echo)
    started = attempt(server.url)
    started.recording.on_open = lambda: 1 / 0
    end = await started.end()
    assert end.error == "internal"
    assert started.recording.kinds[-2:] == ["error", "eof"]
    assert "conversation failed" in caplog.text


async def test_a_cancelled_run_ends_tcp(serve, attempt, peer):
    gone = asyncio.Event()

    async def watch(reader, writer):
        await peer.open(reader, writer)
        await reader.read()
        gone.set()

    started = await attempt((await serve(watch)).url).opened()
    started.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await started.task
    await asyncio.wait_for(gone.wait(), 20)
    assert started.recording.of("eof")[0].detail["why"] == "wstui stopped"


async def test_commands_before_the_connection_is_open(attempt):
    started = attempt("ws://127.0.0.1:9/")
    for command in (
        lambda: started.wire.send(Send(b"x")),
        lambda: started.wire.frame(SendFrame(1)),
        lambda: started.wire.ping(Ping()),
        lambda: started.wire.pong(Pong()),
        lambda: started.wire.set_heartbeat(SetHeartbeat(1)),
        started.wire.withhold_pongs,
        lambda: started.wire.delay_pongs(1),
        started.wire.answer_pings,
        started.wire.stop_reading,
        started.wire.resume_reading,
    ):
        with pytest.raises(CommandRefused, match="not open yet"):
            command()
    started.wire.pause_reading()
    started.wire.unpause_reading()
    await started.end()


async def test_a_deflated_conversation(serve, attempt, peer):
    import zlib

    async def squeeze(reader, writer):
        await peer.open(reader, writer, "Sec-WebSocket-Extensions: permessage-deflate")
        encoder = zlib.compressobj(wbits=-15)
        data = encoder.compress(b"a" * 1000) + encoder.flush(zlib.Z_SYNC_FLUSH)
        frame = bytearray(peer.frame(1, data[:-4]))
        frame[0] |= 0x40
        writer.write(frame)
        await reader.read()

    started = await attempt((await serve(squeeze)).url).opened()
    event = await started.recording.until("text")
    assert (event.payload, event.size) == (b"a" * 1000, 1000)
    assert event.wire_size < 30
    assert event.detail["compressed"] is True
