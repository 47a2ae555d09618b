"""The ``upgrade`` phase: the opening handshake of RFC 6455 §4.1.

websockets' ``ClientProtocol`` makes the request and judges a 101: accept key, extensions,
subprotocol. The head itself is read by :mod:`http_head`, so that whatever the server said stays as
it was said. Bytes behind the head stay in the reader: they are the WebSocket stream's first.
"""

import base64
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, NoReturn

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, InvalidHeader, NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.headers import build_extension, parse_extension
from websockets.http11 import Request, Response
from websockets.typing import Origin, Subprotocol
from websockets.uri import WebSocketURI
from websockets.utils import accept_key

from wstui import __version__
from wstui.events import ErrorCode, Kind, safe_bytes, safe_text
from wstui.profiles import Endpoint, Profile
from wstui.wire.http_head import HEAD_LIMIT_BYTES, NotHttp, ResponseHead, broken_reason, read_body, read_head
from wstui.wire.phases import DialError, DialLog, Peer, errno_facts
from wstui.wire.reader import DialReader, StreamEnded
from wstui.wire.stream import Eof, Lost, Reset
from wstui.wire.tls_failure import failed_with

_SHOWN_BYTES: Final = 256
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class Upgraded(NamedTuple):
    """The server agreed to talk WebSocket."""

    subprotocol: str | None
    extensions: Sequence[Extension]
    extension_names: list[str]


class Redirected(NamedTuple):
    """The server says that it is elsewhere."""

    status: int
    location: str


async def upgrade(
    log: DialLog, reader: DialReader, endpoint: Endpoint, profile: Profile
) -> Upgraded | Redirected:
    """Ask for the WebSocket, and judge the answer.

    Raises:
        DialError: no answer, no HTTP, a refusal, or a 101 that is not valid.
    """
    peer = Peer(endpoint.host, endpoint.port)

    def too_late() -> DialError:
        came = len(reader.buffer)
        said = f"only {came:,} bytes of an answer came" if came else "nothing came"
        return DialError(
            ErrorCode.UPGRADE_TIMEOUT,
            f"The server took the connection but did not answer the upgrade request before the open"
            f" timeout: {said}.",
            size_bytes=came,
            received=safe_bytes(bytes(reader.buffer[:_SHOWN_BYTES])) if came else None,
        )

    async with log.phase(Kind.UPGRADE, too_late) as detail:
        protocol = _protocol(endpoint, profile)
        request = _request(protocol, endpoint, profile)
        detail["url"] = endpoint.safe_url
        detail["request"] = _request_detail(request)
        reader.stream.write(request.serialize())
        reader.stream.flush()
        try:
            head = await read_head(reader)
        except NotHttp as answer:
            _refuse_not_http(answer, endpoint, detail)
        except StreamEnded as ended:
            _refuse_end(ended, peer, hint=_end_hint(endpoint, profile))
        detail["response"] = head.to_detail()
        if head.status == 101:
            return _accepted(protocol, head)
        body, size = await read_body(reader, head)
        detail["response"].update(body=body.decode("utf-8", "backslashreplace"), body_size=size)
        location = head.first("location")
        if head.status in _REDIRECTS and location and profile.follow_redirects:
            return Redirected(head.status, location)
        raise _refused(head)


# the request


def _protocol(endpoint: Endpoint, profile: Profile) -> ClientProtocol:
    path, _, query = endpoint.resource.partition("?")
    return ClientProtocol(
        WebSocketURI(endpoint.secure, endpoint.host, endpoint.port, path, query),
        origin=None if profile.origin is None else Origin(profile.origin),
        extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)]
        if profile.compression
        else None,
        subprotocols=[Subprotocol(name) for name in profile.subprotocols] or None,
    )


def _request(protocol: ClientProtocol, endpoint: Endpoint, profile: Profile) -> Request:
    request = protocol.connect()
    headers = request.headers
    request.path = endpoint.resource
    headers["User-Agent"] = f"wstui/{__version__}"
    credentials = _authorization(endpoint, profile)
    if credentials is not None:
        headers["Authorization"] = credentials
    for name, value in profile.headers.items():
        if name in headers:
            del headers[name]
        headers[name] = value
    return request


def _authorization(endpoint: Endpoint, profile: Profile) -> str | None:
    """``[auth]`` of the profile, else the user and password of the URL (RFC 7617, RFC 6750)."""
    auth = profile.auth
    if auth.type == "bearer":
        return f"Bearer {auth.token}"
    if auth.type == "basic":
        return _basic(auth.username, auth.password)
    if endpoint.username is not None:
        return _basic(endpoint.username, endpoint.password or "")
    return None


def _basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def _request_detail(request: Request) -> dict[str, Any]:
    headers = [[name, value] for name, value in request.headers.raw_items()]
    return {"method": request.method, "path": request.path, "headers": headers}


# a valid answer


def _accepted(protocol: ClientProtocol, head: ResponseHead) -> Upgraded:
    headers = Headers()
    for name, value in head.headers:
        headers.set_insecure(name, value)
    try:
        protocol.process_response(Response(head.status, head.reason, headers))
    except InvalidHandshake as error:
        raise _not_accepted(protocol, headers, error) from None
    lines = headers.get_all("Sec-WebSocket-Extensions")
    names = [build_extension([parsed]) for line in lines for parsed in parse_extension(line)]
    return Upgraded(protocol.subprotocol, tuple(protocol.extensions), names)


def _not_accepted(protocol: ClientProtocol, headers: Headers, error: InvalidHandshake) -> DialError:
    reason = str(error)
    if isinstance(error, NegotiationError):
        return _not_negotiated(protocol, headers, reason)
    name = error.name if isinstance(error, InvalidHeader) else ""
    if name == "Sec-WebSocket-Accept":
        return _bad_accept(protocol, headers)
    if name == "Sec-WebSocket-Extensions":
        return _bad_extensions(headers, reason)
    if name == "Sec-WebSocket-Protocol":
        return _bad_subprotocol(protocol, headers, reason)
    return DialError(
        ErrorCode.NOT_WEBSOCKET,
        f"The server answered 101, but not for a WebSocket: its {safe_text(str(name or 'answer'))} header is"
        " missing or says something else; a proxy on the way may have dropped it.",
        rule="RFC 6455 §4.1",
        header=name or None,
        received=", ".join(headers.get_all(name)) if name else None,
        reason=reason,
    )


def _not_negotiated(protocol: ClientProtocol, headers: Headers, reason: str) -> DialError:
    try:
        protocol.process_extensions(headers)
    except InvalidHandshake:
        return _bad_extensions(headers, reason)
    return _bad_subprotocol(protocol, headers, reason)


def _bad_accept(protocol: ClientProtocol, headers: Headers) -> DialError:
    received = headers.get_all("Sec-WebSocket-Accept")
    what = (
        "no accept key"
        if not received
        else "more than one accept key"
        if len(received) > 1
        else ("a wrong accept key")
    )
    return DialError(
        ErrorCode.BAD_ACCEPT,
        f"The server answered 101 with {what}: it does not speak WebSocket, or a cache answered for it.",
        rule="RFC 6455 §4.2.2",
        expected=accept_key(protocol.key),
        received=", ".join(received),
        header="Sec-WebSocket-Accept",
    )


def _bad_extensions(headers: Headers, reason: str) -> DialError:
    offered = "permessage-deflate" if "Sec-WebSocket-Extensions" in headers else ""
    return DialError(
        ErrorCode.EXTENSION_MISMATCH,
        "The server chose an extension, or parameters of one, that we did not offer;"
        " switch compression off in the profile to go on without.",
        rule="RFC 6455 §9.1",
        expected=offered,
        received=", ".join(headers.get_all("Sec-WebSocket-Extensions")),
        header="Sec-WebSocket-Extensions",
        reason=reason,
    )


def _bad_subprotocol(protocol: ClientProtocol, headers: Headers, reason: str) -> DialError:
    offered = protocol.available_subprotocols or []
    chosen = ", ".join(headers.get_all("Sec-WebSocket-Protocol"))
    what = "which we did not offer" if offered else "but we offered none"
    return DialError(
        ErrorCode.SUBPROTOCOL_MISMATCH,
        f"The server chose the subprotocol {safe_text(chosen)}, {what}; see subprotocols in the profile.",
        rule="RFC 6455 §4.1",
        expected=", ".join(offered),
        received=chosen,
        header="Sec-WebSocket-Protocol",
        reason=reason,
    )


# an answer that is not


def _refused(head: ResponseHead) -> DialError:
    kind = (head.first("content-type") or "").lower()
    if 200 <= head.status < 300:
        advice = "it serves ordinary pages here; check the path" if "html" in kind else "check the path"
    else:
        advice = _ADVICE.get(head.status, "see its answer")
    return DialError(
        ErrorCode.HTTP_STATUS,
        f"The server refused the upgrade with HTTP status {head.status}; {advice}.",
        status=head.status,
        reason=head.reason,
        retry_after=head.first("retry-after"),
    )


_ADVICE: Final = {
    **dict.fromkeys(sorted(_REDIRECTS), "it redirects elsewhere; see its Location and follow_redirects"),
    400: "it did not like the request; see its answer",
    401: "it wants credentials; see [auth] in the profile",
    403: "it forbids this; check credentials and origin",
    404: "there is nothing at this path",
    405: "nothing at this path speaks WebSocket",
    407: "a proxy on the way wants credentials",
    426: "it wants another version or protocol; see its Upgrade and Sec-WebSocket-Version headers",
    429: "it had too many requests; wait before the next attempt",
    500: "it failed; see its logs",
    502: "a proxy did not get a valid answer from its backend",
    503: "it is overloaded or down; wait before the next attempt",
    504: "a proxy got no answer from its backend in time",
}


def _refuse_not_http(answer: NotHttp, endpoint: Endpoint, detail: dict[str, Any]) -> NoReturn:
    received = safe_bytes(answer.received[:_SHOWN_BYTES])
    detail["received"] = received
    if answer.too_long:
        raise DialError(
            ErrorCode.NOT_HTTP,
            f"The head of the server's answer is longer than {HEAD_LIMIT_BYTES:,} bytes.",
            limit_bytes=HEAD_LIMIT_BYTES,
            received=received,
        )
    hint = "check host and port"
    if answer.received[:2] == b"\x15\x03" and not endpoint.secure:
        hint = "it answers with a TLS alert: try wss:// in place of ws://"
    raise DialError(ErrorCode.NOT_HTTP, f"What listens there does not speak HTTP; {hint}.", received=received)


def _end_hint(endpoint: Endpoint, profile: Profile) -> str:
    if endpoint.secure and profile.tls.certificate is None:
        return "it may not speak WebSocket on this port, or want a client certificate"
    return "it may not speak WebSocket, or not on this port"


def _refuse_end(ended: StreamEnded, peer: Peer, hint: str) -> NoReturn:
    reason = broken_reason(ended)
    if reason is not None:
        # Since TLS 1.3 a server judges our certificate after we consider the handshake done.
        raise failed_with(reason, peer, peer.host)
    came = len(ended.received)
    facts: dict[str, Any] = {"size_bytes": came}
    if came:
        facts["received"] = safe_bytes(ended.received[:_SHOWN_BYTES])
    if isinstance(ended.end, Reset | Lost):
        facts.update(errno_facts(ended.end.errno))
    after = f"after {came:,} bytes of an answer" if came else "without an answer"
    if isinstance(ended.end, Eof):
        raise DialError(
            ErrorCode.UPGRADE_EOF,
            f"The server closed the connection {after}; {hint}.",
            **facts,
        )
    how = "reset" if isinstance(ended.end, Reset) else "lost"
    raise DialError(
        ErrorCode.UPGRADE_RESET,
        f"The connection was {how} {after} to the upgrade request; a firewall or a crash may be behind it.",
        **facts,
    )
