"""The ``tcp`` phase: one connection out of several addresses (RFC 8305), or a Unix socket."""

import asyncio
import errno
import socket
from typing import Any, Final, cast

from aiohappyeyeballs import start_connection

from wstui.events import ErrorCode, Kind, safe_text
from wstui.wire.phases import DialError, DialLog, Peer, errno_facts
from wstui.wire.resolve import AddressInfo
from wstui.wire.transport import SocketStream, prepare_socket

_NEXT_ADDRESS_S: Final = 0.25
"""RFC 8305 §8: how long an attempt may take before the next one starts beside it."""
_UNREACHABLE: Final = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}


async def connect(log: DialLog, peer: Peer, addresses: list[AddressInfo]) -> SocketStream:
    """Connect to the first address that answers.

    Raises:
        DialError: none did, or not in time.
    """
    attempts = _Attempts(asyncio.get_running_loop())

    def too_late() -> DialError:
        code = ErrorCode.PROXY_TIMEOUT if peer.role == "proxy" else ErrorCode.CONNECT_TIMEOUT
        return DialError(
            code,
            f"{_who(peer)} at {safe_text(peer.address)} did not answer before the open timeout;"
            " a firewall may drop the packets, or the host is down.",
            address=peer.address,
        )

    async with log.phase(Kind.TCP, too_late) as detail:
        detail["failed_attempts"] = attempts.failed
        detail["address"] = peer.address
        try:
            sock = await start_connection(
                addresses,
                happy_eyeballs_delay=_NEXT_ADDRESS_S,
                loop=cast("asyncio.AbstractEventLoop", attempts),
                socket_factory=_new_socket,
            )
        except (OSError, RuntimeError) as error:
            raise _failure(peer, attempts, error) from None
        if not attempts.failed:
            del detail["failed_attempts"]
        detail.update(_ends_of(sock))
        return SocketStream(sock, log.clock)


async def connect_unix(log: DialLog, path: str) -> SocketStream:
    """Connect to a Unix socket.

    Raises:
        DialError: nobody listens there.
    """

    def too_late() -> DialError:
        return DialError(
            ErrorCode.CONNECT_TIMEOUT,
            f"Nobody accepted on the socket {safe_text(path)} before the open timeout;"
            " the program behind it hangs or is overloaded.",
            address=path,
        )

    async with log.phase(Kind.TCP, too_late) as detail:
        detail.update(address=path, family="unix")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            prepare_socket(sock)
            await asyncio.get_running_loop().sock_connect(sock, path)
        except OSError as error:
            sock.close()
            raise _unix_failure(path, error) from None
        except BaseException:
            sock.close()
            raise
        return SocketStream(sock, log.clock)


class _Attempts:
    """Stands in for the loop while connecting, to note which address failed with what."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.failed: list[dict[str, str]] = []
        self.errnos: list[int] = []

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        try:
            await self._loop.sock_connect(sock, address)
        except OSError as error:
            self.errnos.append(error.errno or 0)
            self.failed.append({"address": _shown(address), "error": _reason(error)})
            raise


def _new_socket(info: Any) -> socket.socket:
    family, kind, protocol, _, _ = info
    sock = socket.socket(family, kind, protocol)
    prepare_socket(sock)
    return sock


def _reason(error: OSError) -> str:
    name = errno.errorcode.get(error.errno or 0)
    return f"{name}: {error.strerror}" if name else str(error)


def _shown(address: Any) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _ends_of(sock: socket.socket) -> dict[str, str]:
    try:
        address, local = sock.getpeername(), sock.getsockname()
    except OSError:
        return {}  # reset in between; the next phase says so
    family = "ipv6" if sock.family == socket.AF_INET6 else "ipv4"
    return {"address": _shown(address), "local_address": _shown(local), "family": family}


def _who(peer: Peer) -> str:
    return "The proxy" if peer.role == "proxy" else "The server"


def _failure(peer: Peer, attempts: _Attempts, error: Exception) -> DialError:
    number, code, what = _verdict(attempts.errnos or [getattr(error, "errno", None) or 0])
    return DialError(
        peer.code(code),
        f"{_who(peer)} at {safe_text(peer.address)} {what}.",
        address=peer.address,
        reason=str(error),
        **errno_facts(number),
    )


def _verdict(errnos: list[int]) -> tuple[int, ErrorCode, str]:
    """The most telling of several failures: who refuses is there, whoever else is not."""
    for number in errnos:
        if number == errno.ECONNREFUSED:
            return (
                number,
                ErrorCode.CONNECTION_REFUSED,
                ("refused the connection: nobody listens on that port; check the port, or start the server"),
            )
    for number in errnos:
        if number == errno.ETIMEDOUT:
            return (
                number,
                ErrorCode.CONNECT_TIMEOUT,
                ("did not answer; a firewall may drop the packets, or the host is down"),
            )
    for number in errnos:
        if number in _UNREACHABLE:
            return (
                number,
                ErrorCode.UNREACHABLE,
                ("cannot be reached: there is no route to it; check the network and the address"),
            )
    number = errnos[0]
    name = errno.errorcode.get(number, "an unnamed error")
    return number, ErrorCode.CONNECT_FAILED, f"could not be connected to: {name}"


def _unix_failure(path: str, error: OSError) -> DialError:
    shown = safe_text(path)
    code = ErrorCode.CONNECT_FAILED
    if error.errno == errno.ECONNREFUSED:
        code = ErrorCode.CONNECTION_REFUSED
        message = f"Nobody listens on the socket {shown}; start the program behind it."
    elif error.errno == errno.ENOENT:
        message = f"There is no socket at {shown}; check the path, or start the program that makes it."
    elif error.errno == errno.EACCES:
        message = f"The socket {shown} may not be opened by this user; check its permissions."
    else:
        message = f"The socket {shown} could not be connected to: {error.strerror}."
    return DialError(code, message, address=path, **errno_facts(error.errno))
