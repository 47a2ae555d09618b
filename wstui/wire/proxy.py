"""The ``proxy`` phase: asking a proxy for a tunnel to the server (HTTP CONNECT, SOCKS4, SOCKS5).

SOCKS is spoken by python-socks over our own stream. CONNECT is spoken here, because a refusal's
status, headers and body are evidence. Exactly the proxy's answer is read; what comes behind it
belongs to the server.

Source: RFC 9110 §9.3.6; RFC 1928.
"""

import base64
from typing import Any, NoReturn

from python_socks import ProxyType as SocksType
from python_socks._abc import AsyncResolver, AsyncSocketStream
from python_socks._connectors.factory_async import create_connector
from python_socks._protocols.errors import ReplyError

from wstui import __version__
from wstui.events import ErrorCode, Kind, safe_bytes, safe_text
from wstui.wire.http_head import NotHttp, read_body, read_head
from wstui.wire.phases import DialError, DialLog, Peer, errno_facts
from wstui.wire.proxy_settings import ProxySettings
from wstui.wire.reader import DialReader, StreamEnded
from wstui.wire.stream import Lost, Reset

_SHOWN_BYTES = 256


async def open_tunnel(log: DialLog, reader: DialReader, proxy: ProxySettings, target: Peer) -> None:
    """Have the proxy connect to ``target``; afterwards ``reader`` holds what the server says.

    Raises:
        DialError: the proxy refused, answered nonsense, or not in time.
    """
    peer = Peer(proxy.host, proxy.port, "proxy")

    def too_late() -> DialError:
        return DialError(
            ErrorCode.PROXY_TIMEOUT,
            f"The proxy {safe_text(peer.address)} ({proxy.source}) did not open a tunnel to"
            f" {safe_text(target.address)} before the open timeout; it may not reach that host.",
            address=peer.address,
        )

    async with log.phase(Kind.PROXY, too_late) as detail:
        detail.update(type=proxy.type, address=peer.address, target=target.address, source=proxy.source)
        try:
            if proxy.type in {"http", "https"}:
                await _connect(log, reader, proxy, target, detail)
            else:
                await _socks(reader, proxy, target)
        except StreamEnded as ended:
            _refuse_end(ended, proxy, peer)
        except _Refused as refused:
            raise refused.error(proxy, peer, target) from None


class _Refused(Exception):
    """The proxy said no; ``what`` completes "The proxy …"."""

    def __init__(self, what: str, **facts: Any) -> None:
        super().__init__(what)
        self.what = what
        self.facts = facts

    def error(self, proxy: ProxySettings, peer: Peer, target: Peer) -> DialError:
        message = f"The proxy {safe_text(peer.address)} ({proxy.source}) {self.what}".replace(
            "{target}", safe_text(target.address)
        )
        return DialError(ErrorCode.PROXY_REFUSED, message, address=peer.address, **self.facts)


def _refuse_end(ended: StreamEnded, proxy: ProxySettings, peer: Peer) -> NoReturn:
    number = ended.end.errno if isinstance(ended.end, Reset | Lost) else None
    raise DialError(
        ErrorCode.PROXY_REFUSED,
        f"The proxy {safe_text(peer.address)} ({proxy.source}) ended the connection without opening a"
        " tunnel; check its type and port.",
        address=peer.address,
        received=safe_bytes(ended.received[:_SHOWN_BYTES]) if ended.received else None,
        **errno_facts(number),
    ) from None


async def _connect(
    log: DialLog, reader: DialReader, proxy: ProxySettings, target: Peer, detail: dict[str, Any]
) -> None:
    lines = [
        f"CONNECT {target.address} HTTP/1.1",
        f"Host: {target.address}",
        f"User-Agent: wstui/{__version__}",
    ]
    if proxy.username is not None:
        credentials = base64.b64encode(f"{proxy.username}:{proxy.password or ''}".encode()).decode("ascii")
        lines.append(f"Proxy-Authorization: Basic {credentials}")
    reader.stream.write("\r\n".join([*lines, "", ""]).encode("ascii"))
    reader.stream.flush()
    try:
        head = await read_head(reader)
    except NotHttp as answer:
        raise _Refused(
            "does not speak HTTP; check its type and port.",
            received=safe_bytes(answer.received[:_SHOWN_BYTES]),
        ) from None
    detail["response"] = head.to_detail()
    if 200 <= head.status < 300:
        return
    body, size = await read_body(reader, head, log.deadline)
    detail["response"].update(body=body.decode("utf-8", "backslashreplace"), body_size=size)
    advice = "it wants credentials (http://user:password@host)" if head.status == 407 else "see its answer"
    raise _Refused(
        f"refused a tunnel to {{target}} with HTTP status {head.status}; {advice}.",
        status=head.status,
        reason=head.reason,
        retry_after=head.first("retry-after"),
    )


async def _socks(reader: DialReader, proxy: ProxySettings, target: Peer) -> None:
    kind = SocksType.SOCKS4 if proxy.type == "socks4" else SocksType.SOCKS5
    connector = create_connector(kind, proxy.username, proxy.password, True, AsyncResolver())
    try:
        await connector.connect(_SocksStream(reader), target.host, target.port)
    except ReplyError as error:
        raise _Refused(
            f"refused a tunnel to {{target}}: {safe_text(str(error))}.", reason=str(error)
        ) from None
    except (UnicodeError, ValueError):
        raise _Refused("cannot be asked: SOCKS carries only short ASCII names and passwords.") from None


class _SocksStream(AsyncSocketStream):
    """What python-socks reads from and writes to."""

    def __init__(self, reader: DialReader) -> None:
        self._reader = reader

    async def write(self, data: bytes) -> None:
        self._reader.stream.write(data)
        self._reader.stream.flush()

    async def read_exactly(self, n: int) -> bytes:
        return await self._reader.read_exactly(n)
