"""Against a server that we did not write: aiohttp."""

import asyncio

import pytest
from aiohttp import WSMsgType, web

from wstui.engine import EngineHandle
from wstui.events import Close, Ping, Send
from wstui.timeline import TimelineReader


async def talk(request):
    """Echoes; some words make it do other things."""
    socket = web.WebSocketResponse(
        protocols=("chat",), heartbeat=float(request.query.get("heartbeat", 0)) or None, max_msg_size=100_000
    )
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
        elif message.data == "leave":
            await socket.close(code=4242, message=b"as you wish")
        elif message.data == "fail":
            raise RuntimeError("the handler failed")
        else:
            await socket.send_str(message.data)
    return socket


@pytest.fixture
async def server():
    app = web.Application()
    app.router.add_get("/ws", talk)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"ws://127.0.0.1:{runner.addresses[0][1]}/ws"
    await runner.cleanup()


@pytest.fixture
async def open_engine(server, tools):
    handles = []

    async def begin(query="", **tables):
        handle = await EngineHandle.start()
        handles.append(handle)
        await handle.do(tools.connect(server + query, **tables))
        await tools.until(lambda: handle.state.state in ("open", "closed"))
        return handle

    yield begin
    for handle in handles:
        await handle.shutdown()


async def test_a_conversation(open_engine, tools):
    engine = await open_engine(subprotocols=["chat"])
    text = "grüße " * 500
    await engine.do(Send(text.encode()))
    await engine.do(Send(bytes(range(256)), binary=True, fragment_size=100))
    await engine.do(Ping(b"still there?"))
    await tools.until(lambda: engine.progress.messages_received == 2 and engine.progress.last_rtt_ns)
    await engine.do(Close(4001, "enough"))
    await tools.until(lambda: engine.state.state == "closed")
    with TimelineReader(engine.state.session) as reader:
        events = list(reader.events(1))
        received = [e for e in events if e.direction == "received" and e.kind in ("text", "binary")]
        assert [reader.message_payload(event.id) for event in received] == [text.encode(), bytes(range(256))]
    opened = next(event for event in events if event.kind == "open")
    assert opened.detail["subprotocol"] == "chat"
    assert opened.detail["extensions"]
    compressed = next(event for event in events if event.kind == "text" and event.direction == "received")
    assert compressed.wire_size < compressed.size
    closes = [(e.direction, e.detail["code"]) for e in events if e.kind == "close"]
    assert closes == [("sent", 4001), ("received", 1000)]  # aiohttp answers with a code of its own
    assert events[-1].kind == "eof"


async def test_it_closes_with_a_code_and_a_reason_of_its_own(open_engine, tools):
    engine = await open_engine()
    await engine.do(Send(b"leave"))
    await tools.until(lambda: engine.state.state == "closed")
    first, second = tools.recorded(engine.state.session, "close")
    assert (first.direction, first.detail["code"], first.detail["reason"]) == (
        "received",
        4242,
        "as you wish",
    )
    assert (second.direction, second.detail["code"]) == ("sent", 4242)


async def test_its_handler_fails(open_engine, tools):
    engine = await open_engine()
    await engine.do(Send(b"fail"))
    await tools.until(lambda: engine.state.state == "closed")
    assert tools.recorded(engine.state.session)[-1].kind in ("eof", "reset")


async def test_its_pings_are_answered_while_its_client_sleeps(open_engine, tools):
    engine = await open_engine("?heartbeat=0.1")
    await asyncio.sleep(0.8)
    assert engine.state.state == "open"
    pongs = [event for event in tools.recorded(engine.state.session, "pong") if event.direction == "sent"]
    assert len(pongs) >= 3


async def test_a_message_larger_than_it_takes(open_engine, tools):
    engine = await open_engine()
    await engine.do(Send(bytes(200_000), binary=True))
    await tools.until(lambda: engine.state.state == "closed")
    first = next(iter(tools.recorded(engine.state.session, "close")))
    assert (first.direction, first.detail["code"]) == ("received", 1009)
