r"""Each shipped dialect on messages as its service's documentation gives them.

A row: the dialect, how the connection was dialled, and what is said: ``>`` sent or ``<`` received,
the message, and the mark that it must get (None for ordinary data).
"""

import pytest

from wstui.dialects import Matcher, catalogue

HELLO, PING, PONG, SUB, OK, UNSUB, ERR = (
    "hello", "app_ping", "app_pong", "subscribe", "subscribed", "unsubscribe", "error",
)  # fmt: skip
WELCOME = (
    '<{"metadata":{"message_type":"session_welcome"},'
    '"payload":{"session":{"id":"A","keepalive_timeout_seconds":10}}}'
)
SERVICES = {
    "discord": ({}, [
        ('<{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250,"_trace":["x"]}}', HELLO),
        ('>{"op":1,"d":null}', PING),
        ('<{"op":11}', PONG),
        ('>{"op":2,"d":{"token":"t","intents":513,"properties":{"os":"linux"}}}', SUB),
        ('<{"t":"READY","s":1,"op":0,"d":{"v":10,"user":{},"session_id":"x"}}', OK),
        ('<{"t":"MESSAGE_CREATE","s":2,"op":0,"d":{"content":"\\"op\\":11"}}', None),
        ('>{"op": 1, "d": 251}', PING),
        ('<{"op":7,"d":null}', ERR),
        ('<{"op":9,"d":false}', ERR),
    ]),
    "discord-voice": ({"url": "wss://x.discord.media/?v=8"}, [
        ('<{"op":8,"d":{"heartbeat_interval":13750.0}}', HELLO),
        ('>{"op":3,"d":{"t":1501184119561,"seq_ack":10}}', PING),
        ('<{"op":6,"d":{"t":1501184119561}}', PONG),
        ('<{"op":5,"d":{"speaking":1,"ssrc":1}}', None),
    ]),
    "phoenix": ({"url": "wss://e.org/socket/websocket?vsn=2.0.0"}, [
        ('>["3","3","room:lobby","phx_join",{"token":"a"}]', SUB),
        ('<["3","3","room:lobby","phx_reply",{"status":"ok","response":{}}]', OK),
        ('>[null,"4","phoenix","heartbeat",{}]', PING),
        ('<[null,"4","phoenix","phx_reply",{"status":"ok","response":{}}]', PONG),
        ('<["3",null,"room:lobby","new_msg",{"body":"heartbeat phoenix"}]', None),
        ('<["3","6","room:lobby","phx_reply",{"status":"error","response":{"reason":"no"}}]', ERR),
        ('<["3",null,"room:lobby","phx_error",{}]', ERR),
        ('>["3","7","room:lobby","phx_leave",{}]', UNSUB),
    ]),
    "engineio-4": ({"url": "wss://e.org/socket.io/?EIO=4&transport=websocket"}, [
        ('<0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000}', HELLO),
        (">40", SUB),
        ('<40{"sid":"wZX3oN0bSVIhsaknAAAI"}', OK),
        ("<2", PING),
        (">3", PONG),
        ('<42["hello",1]', None),
        ('>42["say","2"]', None),
        ('<44{"message":"Not authorized"}', ERR),
        (">41", UNSUB),
    ]),
    "engineio-3": ({"url": "wss://e.org/socket.io/?EIO=3&transport=websocket"}, [
        ('<0{"sid":"Y7","upgrades":[],"pingInterval":25000,"pingTimeout":5000}', HELLO),
        ("<40", OK),
        (">2", PING),
        ("<3", PONG),
        ('<42["news",{"hello":"world"}]', None),
        ('<44"Authentication error"', ERR),
    ]),
    "graphql-transport-ws": ({"subprotocol": "graphql-transport-ws"}, [
        ('>{"type":"connection_init"}', HELLO),
        ('<{"type":"connection_ack"}', HELLO),
        ('>{"id":"1","type":"subscribe","payload":{"query":"subscription { t }"}}', SUB),
        ('<{"id":"1","type":"next","payload":{"data":{"type":"ping"}}}', None),
        ('<{"type":"ping"}', PING),
        ('>{"type":"pong"}', PONG),
        ('<{"id":"1","type":"error","payload":[{"message":"no such field"}]}', ERR),
        ('>{"id":"1","type":"complete"}', UNSUB),
    ]),
    "graphql-ws": ({"subprotocol": "graphql-ws"}, [
        ('>{"type":"connection_init","payload":{}}', HELLO),
        ('<{"type":"connection_ack"}', HELLO),
        ('<{"type":"ka"}', PING),
        ('>{"id":"1","type":"start","payload":{"query":"subscription { t }"}}', SUB),
        ('<{"id":"1","type":"data","payload":{"data":{"t":1}}}', None),
        ('<{"type":"connection_error","payload":{"message":"no"}}', ERR),
        ('>{"id":"1","type":"stop"}', UNSUB),
    ]),
    "signalr": ({"url": "wss://e.org/chatHub?id=abc"}, [
        ('>{"protocol":"json","version":1}\x1e', HELLO),
        ("<{}\x1e", HELLO),
        ('<{"type":6}\x1e', PING),
        ('>{"type":6}\x1e', PING),
        ('<{"type":1,"target":"Send","arguments":["type 6"]}\x1e', None),
        ('>{"type":1,"invocationId":"1","target":"Join","arguments":["a"]}\x1e', SUB),
        ('<{"type":3,"invocationId":"1","result":null}\x1e', OK),
        ('<{"type":3,"invocationId":"2","error":"it failed"}\x1e', ERR),
        ('<{"type":7,"error":"Connection closed with an error.","allowReconnect":true}\x1e', ERR),
    ]),
    "stomp": ({}, [
        (">CONNECT\naccept-version:1.2\nhost:e.org\nheart-beat:10000,10000\n\n\x00", HELLO),
        ("<CONNECTED\nversion:1.2\nheart-beat:10000,10000\n\n\x00", HELLO),
        (">\n", PING),
        ("<\n", PING),
        (">SUBSCRIBE\nid:0\ndestination:/queue/foo\nack:client\n\n\x00", SUB),
        ("<MESSAGE\nsubscription:0\nmessage-id:007\ndestination:/queue/a\n\nhello\x00", None),
        ("<RECEIPT\nreceipt-id:77\n\n\x00", OK),
        ("<ERROR\nmessage:malformed frame received\n\nThe rest\x00", ERR),
        (">UNSUBSCRIBE\nid:0\n\n\x00", UNSUB),
    ]),
    "pusher": ({"url": "wss://ws.example/app/KEY?protocol=7&client=js"}, [
        (r'<{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\",\"activity_timeout\":120}"}',
         HELLO),
        ('>{"event":"pusher:subscribe","data":{"channel":"my"}}', SUB),
        ('<{"event":"pusher_internal:subscription_succeeded","channel":"my","data":"{}"}', OK),
        (r'<{"event":"new-price","channel":"my","data":"{\"event\":\"pusher:ping\"}"}', None),
        ('<{"event":"pusher:ping","data":"{}"}', PING),
        ('>{"event":"pusher:pong","data":{}}', PONG),
        ('<{"event":"pusher:error","data":{"code":4201,"message":"Pong reply not received"}}', ERR),
        ('>{"event":"pusher:unsubscribe","data":{"channel":"my"}}', UNSUB),
    ]),
    "actioncable": ({"subprotocol": "actioncable-v1-json"}, [
        ('<{"type":"welcome"}', HELLO),
        (r'>{"command":"subscribe","identifier":"{\"channel\":\"ChatChannel\"}"}', SUB),
        (r'<{"identifier":"{\"channel\":\"ChatChannel\"}","type":"confirm_subscription"}', OK),
        ('<{"type":"ping","message":1700000000}', PING),
        (r'<{"identifier":"{\"channel\":\"ChatChannel\"}","message":{"type":"ping"}}', None),
        (r'<{"identifier":"{\"channel\":\"X\"}","type":"reject_subscription"}', ERR),
        ('<{"type":"disconnect","reason":"server_restart","reconnect":true}', ERR),
    ]),
    "mqtt": ({}, [
        (b">\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test", HELLO),
        (b"<\x20\x02\x00\x00", HELLO),
        (b">\x82\x08\x00\x01\x00\x03a/b\x00", SUB),
        (b"<\x90\x03\x00\x01\x00", OK),
        (b"<\x30\x07\x00\x03a/bhi", None),
        (b">\xc0\x00", PING),
        (b"<\xd0\x00", PONG),
        (b"<\x90\x03\x00\x02\x80", ERR),
        (b">\xa2\x07\x00\x03\x00\x03a/b", UNSUB),
    ]),
    "wamp": ({"subprotocol": "wamp.2.json"}, [
        ('>[1,"realm1",{"roles":{"subscriber":{}}}]', HELLO),
        ('<[2,9129137332,{"roles":{"broker":{}}}]', HELLO),
        ('>[32,713845233,{},"com.myapp.mytopic1"]', SUB),
        ("<[33,713845233,5512315355]", OK),
        ('<[36,5512315355,4429313566,{},["Hello"]]', None),
        ('<[8,32,713845234,{},"wamp.error.not_authorized"]', ERR),
        (">[34,85346237,5512315355]", UNSUB),
        ('<[6,{},"wamp.close.system_shutdown"]', ERR),
    ]),
    "sockjs": ({"url": "wss://e.org/chat/123/abcdefgh/websocket"}, [
        ("<o", HELLO),
        ('>["hello"]', None),
        ('<a["hello","h"]', None),
        ("<h", PING),
        ('<c[3000,"Go away!"]', ERR),
    ]),
    "slack-socket-mode": ({}, [
        ('<{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"}}', HELLO),
        ('<{"envelope_id":"e1","type":"events_api","payload":{"type":"disconnect"}}', None),
        ('<{"type":"disconnect","reason":"refresh_requested","debug_info":{}}', ERR),
    ]),
    "home-assistant": ({}, [
        ('<{"type":"auth_required","ha_version":"2026.1.0"}', HELLO),
        ('>{"type":"auth","access_token":"x"}', None),
        ('<{"type":"auth_ok","ha_version":"2026.1.0"}', HELLO),
        ('>{"id":18,"type":"subscribe_events","event_type":"state_changed"}', SUB),
        ('<{"id":18,"type":"result","success":true,"result":null}', OK),
        ('<{"id":18,"type":"event","event":{"data":{"type":"ping"}}}', None),
        ('>{"id":19,"type":"ping"}', PING),
        ('<{"id":19,"type":"pong"}', PONG),
        ('<{"id":20,"type":"result","success":false,"error":{"code":"x","message":"no"}}', ERR),
        ('>{"id":21,"type":"unsubscribe_events","subscription":18}', UNSUB),
    ]),
    "coinbase": ({}, [
        ('>{"type":"subscribe","product_ids":["BTC-USD"],"channel":"ticker"}', SUB),
        ('<{"channel":"subscriptions","sequence_num":0,"events":[{"subscriptions":{"heartbeats":[]}}]}', OK),
        ('<{"channel":"ticker","sequence_num":1,"events":[{"type":"update"}]}', None),
        ('<{"channel":"heartbeats","sequence_num":2,"events":[{"heartbeat_counter":3049}]}', PING),
        ('<{"type":"error","message":"authentication failure"}', ERR),
    ]),
    "binance": ({"url": "wss://stream.binance.com:9443/ws"}, [
        ('>{"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":1}', SUB),
        ('<{"result":null,"id":1}', OK),
        ('<{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","p":"0.001"}', None),
        ('<{"e":"serverShutdown","E":1770123456789}', ERR),
        ('<{"error":{"code":2,"msg":"Invalid request"},"id":3}', ERR),
        ('>{"method":"UNSUBSCRIBE","params":["btcusdt@aggTrade"],"id":4}', UNSUB),
    ]),
    "kraken": ({"url": "wss://ws.kraken.com/v2"}, [
        ('<{"channel":"status","type":"update","data":[{"api_version":"v2","system":"online"}]}', HELLO),
        ('>{"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"]}}', SUB),
        ('<{"method":"subscribe","result":{"channel":"ticker"},"success":true}', OK),
        ('<{"channel":"heartbeat"}', PING),
        ('<{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","last":1}]}', None),
        ('>{"method":"ping","req_id":101}', PING),
        ('<{"method":"pong","req_id":101,"time_in":"a","time_out":"b"}', PONG),
        ('<{"error":"Currency pair not supported","method":"subscribe","success":false}', ERR),
        ('<{"event":"heartbeat"}', PING),
        ('<{"event":"subscriptionStatus","status":"subscribed","subscription":{"name":"ticker"}}', OK),
    ]),
    "jsonrpc": ({}, [
        ('>{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}', SUB),
        ('<{"jsonrpc":"2.0","id":1,"result":"0x9cef478923ff08bf67fde6c64013158d"}', OK),
        ('<{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x9c","result":{}}}', None),
        ('<{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no such method"}}', ERR),
        ('>{"jsonrpc":"2.0","id":3,"method":"eth_unsubscribe","params":["0x9c"]}', UNSUB),
    ]),
    "nostr": ({}, [
        ('>["REQ","sub1",{"kinds":[1],"limit":10}]', SUB),
        ('<["EVENT","sub1",{"id":"a","pubkey":"b","content":"[\\"EOSE\\"","sig":"c"}]', None),
        ('<["EOSE","sub1"]', OK),
        ('<["OK","b1","true",""]', None),
        ('<["OK","b1",false,"blocked: no"]', ERR),
        ('<["CLOSED","sub1","error: shutting down idle subscription"]', ERR),
        ('<["NOTICE","slow down"]', ERR),
        ('>["CLOSE","sub1"]', UNSUB),
    ]),
    "centrifugo": ({}, [
        ('>{"id":1,"connect":{"token":"t"}}', HELLO),
        ('<{"id":1,"connect":{"client":"c","version":"5","ping":25,"pong":true}}', HELLO),
        ('>{"id":2,"subscribe":{"channel":"ch1"}}', SUB),
        ('<{"id":2,"subscribe":{}}', OK),
        ('<{"push":{"channel":"ch1","pub":{"data":{}}}}', None),
        ("<{}", PING),
        (">{}", PONG),
        ('<{"id":3,"error":{"code":103,"message":"permission denied"}}', ERR),
        ('>{"id":4,"unsubscribe":{"channel":"ch1"}}', UNSUB),
    ]),
    "ddp": ({}, [
        ('>{"msg":"connect","version":"1","support":["1"]}', HELLO),
        ('<{"msg":"connected","session":"s"}', HELLO),
        ('<{"msg":"ping"}', PING),
        ('>{"msg":"pong"}', PONG),
        ('>{"msg":"sub","id":"s1","name":"rooms","params":[]}', SUB),
        ('<{"msg":"added","collection":"rooms","id":"r","fields":{"msg":"ping"}}', None),
        ('<{"msg":"ready","subs":["s1"]}', OK),
        ('<{"msg":"nosub","id":"s2","error":{"error":404,"message":"not found"}}', ERR),
        ('>{"msg":"unsub","id":"s1"}', UNSUB),
    ]),
    "mattermost": ({}, [
        ('>{"seq":1,"action":"authentication_challenge","data":{"token":"t"}}', HELLO),
        ('<{"event":"hello","data":{"server_version":"9"},"broadcast":{},"seq":0}', HELLO),
        ('>{"action":"ping","seq":2}', PING),
        ('<{"status":"OK","data":{"text":"pong"},"seq_reply":2}', PONG),
        ('<{"event":"posted","data":{"post":"ping"},"broadcast":{},"seq":1}', None),
        ('<{"status":"FAIL","error":{"message":"bad"},"seq_reply":3}', ERR),
    ]),
    "bybit": ({"url": "wss://stream.bybit.com/v5/public/linear"}, [
        ('>{"req_id":"t","op":"subscribe","args":["orderbook.1.BTCUSDT"]}', SUB),
        ('<{"success":true,"ret_msg":"","conn_id":"x","req_id":"t","op":"subscribe"}', OK),
        ('<{"topic":"orderbook.1.BTCUSDT","type":"snapshot","ts":1,"data":{}}', None),
        ('>{"req_id":"100001","op":"ping"}', PING),
        ('<{"success":true,"ret_msg":"pong","conn_id":"x","req_id":"100001","op":"ping"}', PONG),
        ('<{"success":false,"ret_msg":"error:handler not found","conn_id":"x","op":"subscribe"}', ERR),
    ]),
    "okx": ({"url": "wss://ws.okx.com:8443/ws/v5/public"}, [
        ('>{"op":"subscribe","args":[{"channel":"tickers","instId":"BTC-USDT"}]}', SUB),
        ('<{"event":"subscribe","arg":{"channel":"tickers","instId":"BTC-USDT"},"connId":"a"}', OK),
        ('<{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"last":"1"}]}', None),
        (">ping", PING),
        ("<pong", PONG),
        ('<{"event":"error","code":"60012","msg":"Invalid request","connId":"a"}', ERR),
    ]),
    "twitch-eventsub": ({}, [
        (WELCOME, HELLO),
        ('<{"metadata":{"message_id":"8","message_type":"session_keepalive"},"payload":{}}', PING),
        ('<{"metadata":{"message_type":"notification"},"payload":{"event":{"x":"session_keepalive"}}}', None),
        ('<{"metadata":{"message_type":"session_reconnect"},"payload":{"session":{}}}', ERR),
    ]),
    "twitch-irc": ({}, [
        (">CAP REQ :twitch.tv/membership", None),
        ("<:tmi.twitch.tv 001 me :Welcome, GLHF!", HELLO),
        (">JOIN #chan", SUB),
        ("<PING :tmi.twitch.tv", PING),
        (">PONG :tmi.twitch.tv", PONG),
        ("<:ann!ann@ann.tmi.twitch.tv PRIVMSG #chan :PING pong", None),
        ("<:tmi.twitch.tv RECONNECT", ERR),
    ]),
    "deepgram": ({"url": "wss://api.deepgram.com/v1/listen?model=nova-3"}, [
        (b">\x00\x01\x02\x03", None),
        ('>{"type":"KeepAlive"}', PING),
        ('<{"type":"Results","channel_index":[0,1],"metadata":{"request_id":"r"}}', None),
        ('<{"type":"Error","description":"bad","message":"x"}', ERR),
    ]),
    "deribit": ({"url": "wss://www.deribit.com/ws/api/v2"}, [
        ('>{"jsonrpc":"2.0","id":9098,"method":"public/set_heartbeat","params":{"interval":30}}', HELLO),
        ('<{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}', PING),
        ('>{"jsonrpc":"2.0","id":1,"method":"public/test","params":{}}', PONG),
        ('<{"jsonrpc":"2.0","method":"subscription","params":{"channel":"t","data":{}}}', None),
    ]),
    "ably": ({}, [
        ('<{"action":4,"connectionId":"c","connectionDetails":{"maxIdleInterval":15000}}', HELLO),
        ('<{"action":0}', PING),
        ('>{"action":10,"channel":"a"}', SUB),
        ('<{"action":11,"channel":"a","flags":0}', OK),
        ('<{"action":15,"channel":"a","messages":[{"data":"x"}]}', None),
        ('<{"action":9,"error":{"code":40142,"message":"token expired"}}', ERR),
    ]),
    "bayeux": ({}, [
        ('>[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["websocket"]}]', HELLO),
        ('>[{"id":"2","channel":"/meta/connect","clientId":"c","connectionType":"websocket"}]', PING),
        ('<[{"id":"2","channel":"/meta/connect","successful":true}]', PONG),
        ('<[{"channel":"/x","data":{"a":1}}]', None),
        ('<[{"channel":"/meta/subscribe","subscription":"/x","successful":false,"error":"403::no"}]', ERR),
    ]),
    "alpaca": ({}, [
        ('<[{"T":"success","msg":"connected"}]', HELLO),
        ('>{"action":"subscribe","trades":["AAPL"]}', SUB),
        ('<[{"T":"subscription","trades":["AAPL"],"quotes":[]}]', OK),
        ('<[{"T":"t","S":"AAPL","p":1.5}]', None),
        ('<[{"T":"error","code":406,"msg":"connection limit exceeded"}]', ERR),
    ]),
    "polygon": ({}, [
        ('<[{"ev":"status","status":"connected","message":"Connected Successfully"}]', HELLO),
        ('>{"action":"subscribe","params":"T.AAPL"}', SUB),
        ('<[{"ev":"status","status":"success","message":"subscribed to: T.AAPL"}]', OK),
        ('<[{"ev":"T","sym":"AAPL","p":1.5}]', None),
        ('<[{"ev":"status","status":"auth_failed","message":"no"}]', ERR),
    ]),
    "finnhub": ({"url": "wss://ws.finnhub.io?token=x"}, [
        ('>{"type":"subscribe","symbol":"AAPL"}', SUB),
        ('<{"type":"ping"}', PING),
        ('<{"type":"trade","data":[{"p":1,"s":"AAPL"}]}', None),
    ]),
    "azure-webpubsub": ({"subprotocol": "json.webpubsub.azure.v1"}, [
        ('<{"type":"system","event":"connected","userId":"u","connectionId":"c"}', HELLO),
        ('>{"type":"joinGroup","group":"g","ackId":1}', SUB),
        ('<{"type":"ack","ackId":1,"success":true}', OK),
        ('<{"type":"message","from":"group","group":"g","data":"x"}', None),
        ('<{"type":"ack","ackId":2,"success":false,"error":{"name":"Forbidden","message":"no"}}', ERR),
    ]),
    "openai-realtime": ({}, [
        ('<{"type":"session.created","event_id":"e","session":{"id":"s"}}', HELLO),
        ('<{"type":"response.audio.delta","delta":"AAA"}', None),
        ('<{"type":"error","error":{"code":"session_expired","message":"It hit the maximum"}}', ERR),
    ]),
    "xmpp": ({"subprotocol": "xmpp"}, [
        ('>\x3copen xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="e.org" version="1.0"/>', HELLO),
        ('>\x3ciq id="p1" type="get"><ping xmlns="urn:xmpp:ping"/></iq>', PING),
        ('<\x3ciq from="e.org" id="p1" type="result"/>', PONG),
        ('<\x3cmessage from="a@e.org"><body>ping</body></message>', None),
    ]),
    "jupyter": ({"url": "ws://localhost:8888/api/kernels/0c7e/channels"}, [
        ('<{"header":{"msg_type":"kernel_info_reply"},"content":{},"channel":"shell"}', HELLO),
        ('<{"header":{"msg_type":"stream"},"content":{"text":"x"},"channel":"iopub"}', None),
    ]),
    "kubernetes": ({"subprotocol": "v5.channel.k8s.io"}, [
        (b"<\x01hello", None),
        (b'<\x03{"status":"Failure","message":"command terminated with exit code 1"}', ERR),
    ]),
    "kucoin": ({}, [
        ('<{"id":"hQvf8jkno","type":"welcome"}', HELLO),
        ('>{"id":"1","type":"ping"}', PING),
        ('<{"id":"1","type":"pong"}', PONG),
        ('<{"type":"message","topic":"/market/ticker:BTC-USDT","data":{}}', None),
    ]),
    "bitfinex": ({}, [
        ('<{"event":"info","version":2,"serverId":"x","platform":{"status":1}}', HELLO),
        ('>{"event":"subscribe","channel":"ticker","symbol":"tBTCUSD"}', SUB),
        ('<{"event":"subscribed","channel":"ticker","chanId":224555}', OK),
        ('<[224555,"hb"]', PING),
        ("<[224555,[7616.5,31.8]]", None),
        ('<{"event":"info","code":20051,"msg":"Stopping. Please try to reconnect"}', ERR),
    ]),
    "crypto-com": ({}, [
        ('<{"id":1587523073344,"method":"public/heartbeat","code":0}', PING),
        ('>{"id":1587523073344,"method":"public/respond-heartbeat"}', PONG),
        ('>{"id":1,"method":"subscribe","params":{"channels":["ticker.BTC_USDT"]}}', SUB),
        ('<{"id":-1,"method":"subscribe","code":0,"result":{"data":[]}}', None),
    ]),
    "deriv": ({"url": "wss://ws.derivws.com/websockets/v3?app_id=1"}, [
        ('>{"ticks":"R_100","subscribe":1,"req_id":1}', SUB),
        ('<{"msg_type":"tick","echo_req":{"ticks":"R_100"},"tick":{"quote":1}}', None),
        ('>{"ping":1,"req_id":2}', PING),
        ('<{"echo_req":{"ping":1,"req_id":2},"msg_type":"ping","ping":"pong","req_id":2}', PONG),
        ('<{"error":{"code":"RateLimit","message":"x"},"msg_type":"tick","echo_req":{}}', ERR),
    ]),
    "lsp": ({}, [
        ('>{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{}}}', HELLO),
        ('<{"jsonrpc":"2.0","method":"window/logMessage","params":{}}', None),
    ]),
    "bitmex": ({}, [
        ('<{"info":"Welcome to the BitMEX Realtime API.","version":"x","limit":{"remaining":39}}', HELLO),
        (">ping", PING),
        ("<pong", PONG),
        ('<{"table":"trade","action":"insert","data":[]}', None),
    ]),
    "aws-api-gateway": ({"url": "wss://abc.execute-api.eu-west-1.amazonaws.com/prod"}, [
        ('<{"message":"Internal server error","connectionId":"c","requestId":"r"}', ERR),
        ('<{"message":"hello"}', None),
    ]),
    "swindon": ({"subprotocol": "v1.swindon-lattice+json"}, [('<["lattice",{},{}]', None)]),
}  # fmt: skip


def test_every_shipped_dialect_is_looked_at_here():
    assert set(SERVICES) == set(catalogue().names)


@pytest.mark.parametrize("name", SERVICES)
def test_shapes_as_documented(talk, name):
    dial, said = SERVICES[name]
    matcher, _ = talk(*(line for line, _ in said), **dial)
    assert matcher.dialect == name
    assert matcher.evidence
    lines = [line for line, _ in said]
    _, marks = talk(*lines, dialect=name)
    for line, mark, (_, expected) in zip(lines, marks, said, strict=True):
        assert mark == expected, line


ALONE = [
    "discord", "engineio-4", "stomp", "pusher", "mqtt", "wamp", "slack-socket-mode", "home-assistant",
    "nostr", "centrifugo", "ddp", "mattermost", "twitch-eventsub", "phoenix", "signalr", "ably", "jsonrpc",
]  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_recognised_by_the_first_message_alone(talk, name):
    first = SERVICES[name][1][0][0]
    matcher, _ = talk(first, url="wss://example.org/")
    assert matcher.dialect == name
    assert "first message" in matcher.evidence


def test_the_two_graphql_protocols_are_told_apart_without_a_subprotocol(talk):
    init = '>{"type":"connection_init"}'
    matcher, _ = talk(init, url="wss://e.org/graphql")
    assert matcher.dialect is None
    talk('>{"id":"1","type":"subscribe","payload":{"query":"{a}"}}', matcher=matcher)
    assert matcher.dialect == "graphql-transport-ws"
    matcher, _ = talk(init, '>{"id":"1","type":"start","payload":{"query":"{a}"}}', url="wss://e.org/graphql")
    assert matcher.dialect == "graphql-ws"


@pytest.mark.parametrize(
    ("name", "line", "period_s"),
    [
        ("discord", '<{"op":10,"d":{"heartbeat_interval":1500}}', 1.5),
        ("engineio-4", '<0{"sid":"a","pingInterval":1000,"pingTimeout":500}', 1.0),
        ("mqtt", b">\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test", 60.0),
        ("stomp", "<CONNECTED\nversion:1.2\nheart-beat:5000,10000\n\n\x00", 5.0),
        ("twitch-eventsub", SERVICES["twitch-eventsub"][1][0][0], 10.0),
        ("centrifugo", '<{"id":1,"connect":{"client":"c","ping":7}}', 7.0),
        ("pusher", SERVICES["pusher"][1][0][0], 120.0),
    ],
)  # fmt: skip
def test_a_message_gives_the_period(talk, name, line, period_s):
    matcher, _ = talk(line, dialect=name)
    assert matcher.expected_period_s == period_s


def test_without_such_a_message_the_usual_period_counts():
    assert Matcher("phoenix").expected_period_s == 30
    assert Matcher("none").expected_period_s is None


def test_what_a_mark_carries():
    matcher = Matcher("phoenix")
    join = matcher.feed("sent", "text", b'["3","3","room:a","phx_join",{}]')
    assert join is not None
    assert join.data == {"key": "room:a"}
    cable = Matcher("actioncable")
    ping = cable.feed("received", "text", b'{"type":"ping","message":1}')
    assert ping is not None
    assert ping.data == {"one_way": True}
    end = cable.feed("received", "text", b'{"type":"disconnect","reason":"unauthorized","reconnect":false}')
    assert end is not None
    assert end.data == {"cause": "policy_or_auth", "retry": "no", "text": "unauthorized"}
    suback = Matcher("mqtt").feed("received", "binary", b"\x90\x03\x00\x01\x00")
    assert suback is not None
    assert suback.data == {"key": "0001"}
