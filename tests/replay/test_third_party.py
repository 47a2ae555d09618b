"""A session with a server that we did not write, played to a client that we did not write."""

import asyncio
import contextlib
import json
import secrets
import time
import uuid

import pytest
from aiohttp import WSMsgType, web

from wstui.replay.report import report_lines

STEPS = (
    "expect welcome",
    'send {"op":"login","user":"ann"}',
    "expect token",
    "capture token $.token",
    'send {"op":"subscribe","id":7,"token":"{{token}}"}',
    'expect "update","n":3',
    "ping are you there",
    "send-hex 00ff",
    "expect .",
    'send {"op":"bye"}',
    "until-closed 5",
)


def endpoint(price=100):
    """Login gives a token, a subscription with it three updates; ``bye`` is answered with a close."""

    async def handler(request):
        socket = web.WebSocketResponse(protocols=("trade.v1",))
        await socket.prepare(request)
        token = secrets.token_hex(16)
        await socket.send_json(
            {"type": "welcome", "session": str(uuid.uuid4()), "time": time.time_ns() // 1000000}
        )
        await socket.ping(b"server")
        async for message in socket:
            if message.type == WSMsgType.BINARY:
                await socket.send_bytes(message.data)
                continue
            wish = json.loads(message.data)
            if wish["op"] == "login":
                await socket.send_json({"type": "logged-in", "token": token})
            elif wish["op"] == "subscribe" and wish["token"] == token:
                await socket.send_json({"type": "subscribed", "id": wish["id"], "channel": "trades"})
                for number in (1, 2, 3):
                    await socket.send_str(f'{{"type":"update","n":{number},"price":{price + number}}}')
            elif wish["op"] == "subscribe":
                await socket.send_json({"type": "error", "id": wish["id"], "message": "bad token"})
            else:
                await socket.close(code=4001, message=b"bye")
        return socket

    return handler


@contextlib.asynccontextmanager
async def serving(handler):
    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


TABLES = {"subprotocols": ["trade.v1"]}


@pytest.fixture
async def session(talk_live):
    async with serving(endpoint()) as url:
        return await talk_live(url, *STEPS, **TABLES)


async def test_driving_the_same_server_again_is_equal(session, drive, beside):
    async with serving(endpoint()) as url:
        driven = await drive(session, url, tables=TABLES)
    assert driven.outcome.sentence == ""
    assert driven.said == []
    comparison = beside(session, driven.path)
    assert comparison.is_equal
    (row,) = comparison.connections
    assert row.equal == 7
    left_out = {(place.place, place.why) for place in row.ignored}
    assert left_out == {("$.session", "generated"), ("$.time", "time"), ("$.token", "the client's own value")}
    assert row.verdicts[0].close_code == row.verdicts[1].close_code == 4001


async def test_driving_a_server_with_a_changed_answer_is_not(session, drive, beside):
    async with serving(endpoint(price=200)) as url:
        driven = await drive(session, url, tables=TABLES)
    assert driven.outcome.sentence == ""
    comparison = beside(session, driven.path)
    assert not comparison.is_equal
    changes = [change for message in comparison.connections[0].messages for change in message.changes]
    assert [(change.place, change.before, change.after) for change in changes] == [
        (("price",), 101, 201),
        (("price",), 102, 202),
        (("price",), 103, 203),
    ]


CLIENT = """
const WebSocket = require("ws");
const socket = new WebSocket(process.argv[1], ["trade.v1"], { headers: {} });
const said = [];
const show = (kind, data) => said.push([kind, Buffer.from(data).toString("latin1")]);
socket.on("ping", (data) => show("ping", data));
socket.on("message", (data, binary) => {
  show(binary ? "binary" : "text", data);
  if (binary) return socket.send(JSON.stringify({ op: "bye" }));
  const message = JSON.parse(data);
  if (message.type === "welcome") socket.send(JSON.stringify({ op: "login", user: "bob" }));
  if (message.type === "logged-in")
    socket.send(JSON.stringify({ op: "subscribe", id: 7, token: message.token }));
  if (message.type === "update" && message.n === 3) { socket.ping("x"); socket.send(Buffer.from([0, 255])); }
});
socket.on("close", (code, reason) => {
  console.log(JSON.stringify({ said, code, reason: reason.toString(), protocol: socket.protocol }));
});
"""


async def node_client(node_modules, url):
    process = await asyncio.create_subprocess_exec(
        "node",
        "-e",
        CLIENT,
        url,
        env={"NODE_PATH": node_modules, "PATH": "/usr/bin:/bin:/usr/local/bin"},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 20)
    return json.loads(out)


async def test_the_three_timelines_agree(session, serve, drive, beside, node_modules, timeline):
    said = []
    async with serve(session, narrate=said.append) as server:
        heard, driven = await asyncio.gather(
            node_client(node_modules, server.url), drive(session, server.url, tables=TABLES)
        )
    recorded = timeline(session)
    messages = [(kind, payload.decode("latin1")) for kind, payload in recorded if kind != "close"]
    assert sorted(map(tuple, heard["said"])) == sorted(messages)
    assert [row for row in heard["said"] if row[0] == "text"] == [
        [kind, text] for kind, text in messages if kind == "text"
    ]
    assert (heard["code"], heard["reason"], heard["protocol"]) == (4001, "bye", "trade.v1")
    assert [row for row in timeline(driven.path) if row[0] != "ping"] == [
        r for r in recorded if r[0] != "ping"
    ]
    exact = beside(session, driven.path, automatic=False)
    assert exact.is_equal, report_lines(exact)
    assert sum("is done: 8 of 8 recorded acts" in sentence for sentence in said) == 2


WS_SERVER = """
const { WebSocketServer } = require("ws");
const price = Number(process.argv[1]);
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: true });
server.on("listening", () => console.log(JSON.stringify(server.address())));
server.on("connection", (socket) => {
  socket.send(JSON.stringify({ type: "hello", at: new Date().toISOString() }));
  socket.on("message", (data) => {
    const wish = JSON.parse(data);
    if (wish.op === "leave") return socket.close(4003, "not you");
    socket.send(JSON.stringify({ id: wish.id, result: { price, list: [1, 2, wish.id] } }));
  });
});
"""


@contextlib.asynccontextmanager
async def ws_of_npm(node_modules, price):
    process = await asyncio.create_subprocess_exec(
        "node",
        "-e",
        WS_SERVER,
        str(price),
        env={"NODE_PATH": node_modules, "PATH": "/usr/bin:/bin:/usr/local/bin"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        yield f"ws://127.0.0.1:{json.loads(line)['port']}/"
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)


async def test_ws_of_npm_recorded_driven_and_served(node_modules, talk_live, drive, serve, beside, timeline):
    async with ws_of_npm(node_modules, 100) as url:
        path = await talk_live(
            url,
            "expect hello",
            'send {"id":11,"op":"a"}',
            'expect "id":11',
            'send {"op":"leave"}',
            "until-closed 5",
        )
        same = await drive(path, url)
    async with ws_of_npm(node_modules, 101) as url:
        changed = await drive(path, url)
    async with serve(path) as server:
        served = await drive(path, server.url)
    assert beside(path, same.path).is_equal
    (difference,) = beside(path, changed.path).connections[0].messages
    assert [change.place for change in difference.changes] == [("result", "price")]
    assert timeline(served.path) == timeline(path)
    assert beside(path, served.path, automatic=False).is_equal
