"""Writing a connection's events as one writes them on paper: who, what, when."""

from typing import Any

from wstui.events import Direction, Kind, RecordedEvent

NS = 1_000_000_000
START = 1_700_000_000 * NS


class Trace:
    """Builds the events of a session; times are seconds since the start."""

    def __init__(self) -> None:
        self.events: list[RecordedEvent] = []
        self.connection = 0

    def add(self, at_s: float, kind: Kind, direction: Direction, payload: bytes | None = None, **detail: Any):
        size = len(payload or b"")
        row = RecordedEvent(
            len(self.events) + 1, START + round(at_s * NS), self.connection, kind.value, direction.value,
            size, size + 2, payload, detail,
        )  # fmt: skip
        self.events.append(row)
        return self

    def open(self, at_s: float = 0.0, *, url: str = "ws://example/", subprotocol=None, **headers: str):
        pairs = [[name.replace("_", "-"), value] for name, value in headers.items()]
        response = {"status": 101, "headers": pairs}
        self.add(at_s, Kind.UPGRADE, Direction.RECEIVED, response=response)
        return self.add(at_s, Kind.OPEN, Direction.LOCAL, url=url, subprotocol=subprotocol)

    def sent(self, at_s: float, text: str):
        return self.add(at_s, Kind.TEXT, Direction.SENT, text.encode())

    def sent_binary(self, at_s: float, payload: bytes):
        return self.add(at_s, Kind.BINARY, Direction.SENT, payload)

    def received_binary(self, at_s: float, payload: bytes):
        return self.add(at_s, Kind.BINARY, Direction.RECEIVED, payload)

    def received(self, at_s: float, text: str):
        return self.add(at_s, Kind.TEXT, Direction.RECEIVED, text.encode())

    def ping(self, at_s: float, payload: str = "p", rtt_s: float | None = 0.01):
        self.add(at_s, Kind.PING, Direction.SENT, payload.encode(), source="heartbeat")
        if rtt_s is None:
            return self
        rtt_ns = round(rtt_s * NS)
        return self.add(at_s + rtt_s, Kind.PONG, Direction.RECEIVED, payload.encode(), rtt_ns=rtt_ns)

    def server_ping(self, at_s: float, payload: str = "s", answer_s: float | None = 0.0):
        self.add(at_s, Kind.PING, Direction.RECEIVED, payload.encode())
        if answer_s is None:
            return self
        delayed = round(answer_s * NS)
        return self.add(at_s + answer_s, Kind.PONG, Direction.SENT, payload.encode(), delayed_ns=delayed)

    def close_sent(self, at_s: float, code: int | None = 1000, reason: str = "", *, reply: bool = False):
        return self.add(at_s, Kind.CLOSE, Direction.SENT, code=code, reason=reason, reply=reply)

    def close_received(self, at_s: float, code: int | None = 1000, reason: str = "", **detail: Any):
        return self.add(at_s, Kind.CLOSE, Direction.RECEIVED, code=code, reason=reason, **detail)

    def server_closes(self, at_s: float, code: int | None, reason: str = ""):
        self.close_received(at_s, code, reason, reply=False)
        self.close_sent(at_s + 0.001, code, "", reply=True)
        return self.eof(at_s + 0.002)

    def eof(self, at_s: float, **detail: Any):
        return self.add(at_s, Kind.EOF, Direction.RECEIVED, **detail)

    def reset(self, at_s: float, **detail: Any):
        return self.add(at_s, Kind.RESET, Direction.RECEIVED, errno=104, **detail)

    def we_end(self, at_s: float, **detail: Any):
        return self.add(at_s, Kind.EOF, Direction.SENT, **detail)

    def chat(self, until_s: float, every_s: float = 0.41):
        """Both sides talk."""
        at_s = every_s
        while at_s < until_s:
            self.sent(at_s, f"q{at_s:.2f}").received(at_s + 0.01, f"a{at_s:.2f}")
            at_s += every_s
        return self

    def next_connection(self):
        self.connection += 1
        return self

    def error(self, at_s: float, code: str, message: str = "it went wrong", **detail: Any):
        return self.add(at_s, Kind.ERROR, Direction.LOCAL, code=code, message=message, **detail)
