"""The ``upgrade`` phase: the opening handshake of RFC 6455 §4.1.

websockets' ``ClientProtocol`` makes the request and judges a 101: accept key, extensions,
subprotocol. The head itself is read by :mod:`http_head`, so that whatever the server said stays as
it was said. Bytes behind the head stay in the reader: they are the WebSocket stream's first.
"""

import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.headers import build_extension, parse_extension
from websockets.http11 import Request, Response
from websockets.typing import Origin, Subprotocol
from websockets.uri import WebSocketURI

from wstui import __version__
from wstui.events import Kind
from wstui.profiles import Endpoint, Profile
from wstui.wire.http_head import REDIRECTS, NotHttp, ResponseHead, read_body, read_head
from wstui.wire.phases import DialLog
from wstui.wire.reader import DialReader, StreamEnded
from wstui.wire.upgrade_refusal import (
    answer_ended,
    answer_not_http,
    answer_too_slow,
    not_accepted,
    refused,
    shown,
)


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
    timeout, arrived = lambda: answer_too_slow(reader), lambda: reader.last_ns
    async with log.phase(Kind.UPGRADE, timeout, arrived) as detail:
        protocol = _protocol(endpoint, profile)
        request = _request(protocol, endpoint, profile)
        detail["url"] = endpoint.safe_url
        detail["request"] = _request_detail(request)
        reader.stream.write(request.serialize())
        reader.stream.flush()
        try:
            head = await read_head(reader)
        except NotHttp as answer:
            detail["received"] = shown(answer.received)
            raise answer_not_http(answer, endpoint) from None
        except StreamEnded as ended:
            raise answer_ended(ended, endpoint, profile) from None
        detail["response"] = head.to_detail()
        if head.status == 101:
            return _accepted(protocol, head)
        body, size = await read_body(reader, head, log.deadline)
        detail["response"].update(body=body.decode("utf-8", "backslashreplace"), body_size=size)
        location = head.first("location")
        if head.status in REDIRECTS and location and profile.follow_redirects:
            return Redirected(head.status, location)
        raise refused(head)


# the request


def _protocol(endpoint: Endpoint, profile: Profile) -> ClientProtocol:
    path, _, query = endpoint.resource.partition("?")
    host = endpoint.host.partition("%")[0]  # an IPv6 zone means nothing to the server (RFC 6874 §4)
    return ClientProtocol(
        WebSocketURI(endpoint.secure, host, endpoint.port, path, query),
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
        raise not_accepted(protocol, headers, error) from None
    lines = headers.get_all("Sec-WebSocket-Extensions")
    names = [build_extension([parsed]) for line in lines for parsed in parse_extension(line)]
    return Upgraded(protocol.subprotocol, tuple(protocol.extensions), names)
