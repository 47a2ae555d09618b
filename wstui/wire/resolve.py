"""The ``resolve`` phase: a host name becomes addresses.

``getaddrinfo`` cannot be interrupted, so it runs in a daemon thread of its own: giving up dialling,
or ending the program, does not wait for a silent name server.
"""

import asyncio
import contextlib
import ipaddress
import socket
import threading
from typing import Any, Final

from wstui.events import ErrorCode, Kind, safe_text
from wstui.wire.phases import DialError, DialLog, Peer

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""As ``socket.getaddrinfo`` gives it."""

_REASONS: Final = {
    socket.EAI_NONAME: "there is no such name; check the spelling",
    getattr(socket, "EAI_NODATA", -5): "the name exists but has no address",
    socket.EAI_AGAIN: "the name server did not answer; check the network and try again",
    socket.EAI_FAIL: "the name server answered with a failure",
}


async def resolve(log: DialLog, peer: Peer) -> list[AddressInfo]:
    """The addresses of a peer, in the order in which to try them.

    Raises:
        DialError: no address was found, or not in time.
    """

    def too_late() -> DialError:
        code = ErrorCode.PROXY_TIMEOUT if peer.role == "proxy" else ErrorCode.DNS_FAILURE
        return DialError(
            code,
            f"No name server answered for {safe_text(peer.host)} before the open timeout;"
            " check the network, or use an IP address.",
            reason="timeout",
        )

    async with log.phase(Kind.RESOLVE, too_late) as detail:
        detail.update(host=peer.host, port=peer.port)
        try:
            found = await _getaddrinfo(peer.host, peer.port)
        except (socket.gaierror, UnicodeError, ValueError) as error:
            raise _failure(peer, error) from None
        detail["addresses"] = list(dict.fromkeys(str(info[4][0]) for info in found))
        return found


def _failure(peer: Peer, error: Exception) -> DialError:
    number = error.errno if isinstance(error, socket.gaierror) else None
    reason = _REASONS.get(number or 0, "it is not a name that can be looked up")
    what = "The proxy's host name" if peer.role == "proxy" else "The host name"
    return DialError(
        peer.code(ErrorCode.DNS_FAILURE),
        f"{what} {safe_text(peer.host)} was not found: {reason}.",
        reason=str(error),
        errno=number,
    )


def _look_up(host: str, port: int) -> list[AddressInfo]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def _getaddrinfo(host: str, port: int) -> list[AddressInfo]:
    if _is_address(host):
        return _look_up(host, port)  # nobody needs to be asked
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[AddressInfo]] = loop.create_future()

    def look_up() -> None:
        try:
            found = _look_up(host, port)
        except (OSError, UnicodeError, ValueError) as error:
            _tell(loop, answer, error)
        else:
            _tell(loop, answer, found)

    threading.Thread(target=look_up, name="wstui-resolve", daemon=True).start()
    return await answer


def _tell(
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[list[AddressInfo]],
    outcome: list[AddressInfo] | Exception,
) -> None:
    def settle() -> None:
        if answer.done():
            return
        if isinstance(outcome, Exception):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(settle)
