"""What the layers of a connection say to each other: a byte stream, its receiver, and its end.

A plain socket is a stream, TLS over any stream is one again, so TLS inside a proxy's TLS needs no
code of its own. Callbacks run in the event loop, in the order in which things happened.
"""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Written = Callable[[int], None]
"""Called when the last byte of a write went to the kernel, with the session time just before."""


@dataclass(frozen=True, slots=True)
class Eof:
    """The peer said that nothing more comes: FIN, and under TLS whether ``close_notify`` preceded it."""

    tls: Literal["close_notify", "truncated"] | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """The peer, or somebody in its name, sent RST."""

    during: Literal["read", "write"]
    errno: int = errno.ECONNRESET


@dataclass(frozen=True, slots=True)
class Lost:
    """The kernel gave the connection up: nobody answered, or the network is gone."""

    during: Literal["read", "write"]
    errno: int


@dataclass(frozen=True, slots=True)
class Broken:
    """TLS cannot go on: an alert came, or what came was no TLS record. ``reason`` is OpenSSL's name."""

    reason: str


StreamEnd = Eof | Reset | Lost | Broken


class Receiver(Protocol):
    """Who takes what arrives."""

    def received(self, data: bytes, t_ns: int) -> None:
        """Bytes arrived at ``t_ns`` (session time; the kernel's stamp where there is one)."""

    def settle(self) -> None:
        """That was all for this wakeup of the loop: time to act on it."""

    def ended(self, end: StreamEnd, t_ns: int) -> None:
        """Nothing more arrives. Comes once, and last."""


class ByteStream(Protocol):
    """A stream of bytes both ways."""

    receiver: Receiver | None

    @property
    def queued_bytes(self) -> int:
        """Written, but not yet taken by the kernel."""

    def start(self, receiver: Receiver) -> None:
        """Deliver what arrives to ``receiver`` from now on."""

    def write(self, data: bytes, written: Written | None = None) -> None:
        """Queue bytes; :meth:`flush` sends them."""

    def flush(self) -> None:
        """Send what is queued, as far as the kernel takes it now; the rest follows by itself."""

    def pause(self, reason: str) -> None:
        """Leave what arrives in the kernel until every reason is resumed."""

    def resume(self, reason: str) -> None:
        """Take one reason back."""

    def close(self) -> None:
        """End the stream in its regular way (``close_notify``, FIN) and free it. Idempotent."""

    def abort(self) -> None:
        """End the stream with RST and free it. Idempotent."""


def end_of_error(error: OSError, during: Literal["read", "write"]) -> Reset | Lost:
    """What an error of ``recv`` or ``send`` says about the end of the connection."""
    number = error.errno or 0
    if number in {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}:
        return Reset(during, number)
    return Lost(during, number)


def errno_name(number: int) -> str:
    """``ECONNRESET`` for 104; the number itself where it has no name."""
    return errno.errorcode.get(number, str(number))
