"""TLS over any byte stream, through ``ssl.MemoryBIO``.

asyncio cannot tell a ``close_notify`` from a truncated stream, nor name the alert that ended a
handshake; with the record layer in our hands both are plain. What arrives is stamped when its
record arrived.
"""

import asyncio
import contextlib
import ssl
from typing import Final

from wstui.wire.stream import Broken, ByteStream, Eof, Receiver, StreamEnd, Written

_RECORD_BYTES: Final = 16 * 1024
_KEPT_BYTES: Final = 64 * 1024
"""Of what arrived during the handshake: enough to see what it was, bounded."""


class HandshakeEnded(Exception):
    """The stream ended before the TLS handshake did."""

    def __init__(self, end: StreamEnd) -> None:
        super().__init__(str(end))
        self.end = end


class TlsStream:
    """The client's side of TLS over another stream."""

    def __init__(self, lower: ByteStream, context: ssl.SSLContext, server_name: str) -> None:
        """Take over as the receiver of ``lower``."""
        self.receiver: Receiver | None = None
        self.handshake_received = bytearray()
        """What arrived during the handshake, as far as it is kept."""
        self._lower = lower
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._ssl = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._handshake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended = False
        self._closed = False
        self._last_ns = 0
        lower.start(self)

    @property
    def ssl_object(self) -> ssl.SSLObject:
        """For the facts of the handshake."""
        return self._ssl

    @property
    def queued_bytes(self) -> int:
        """Written, but not yet taken by the kernel; in TLS records."""
        return self._lower.queued_bytes

    # the handshake

    async def handshake(self, leftover: bytes = b"", t_ns: int = 0) -> None:
        """Shake hands. ``leftover`` is what the stream had already received.

        Raises:
            ssl.SSLError: the handshake failed; our alert, if any, was sent.
            HandshakeEnded: the stream ended first.
        """
        if leftover:
            self._incoming.write(leftover)
            self.handshake_received += leftover[:_KEPT_BYTES]
            self._last_ns = t_ns
        self._step_handshake()
        await self._handshake

    def _step_handshake(self) -> None:
        if self._handshake.done():
            return
        try:
            self._ssl.do_handshake()
        except ssl.SSLWantReadError:
            self._send_records()
        except (ssl.SSLError, ssl.CertificateError) as error:
            self._send_records()
            self._handshake.set_exception(error)
        else:
            self._send_records()
            self._handshake.set_result(None)

    def _is_up(self) -> bool:
        return self._handshake.done() and not self._handshake.cancelled() and not self._handshake.exception()

    # receiving

    def start(self, receiver: Receiver) -> None:
        """Begin to hand on what arrives, beginning with what came behind the handshake."""
        self.receiver = receiver
        self._read_records(self._last_ns)

    def received(self, data: bytes, t_ns: int) -> None:
        """From the lower stream."""
        self._last_ns = t_ns
        if self._ended or self._closed:
            return
        self._incoming.write(data)
        if not self._is_up():
            room = _KEPT_BYTES - len(self.handshake_received)
            self.handshake_received += data[: max(room, 0)]
            self._step_handshake()
        elif self.receiver is not None:
            self._read_records(t_ns)

    def settle(self) -> None:
        """From the lower stream."""
        if self.receiver is not None:
            self.receiver.settle()

    def ended(self, end: StreamEnd, t_ns: int) -> None:
        """From the lower stream."""
        if not self._handshake.done():
            self._handshake.set_exception(HandshakeEnded(end))
            return
        if not self._is_up():
            return
        if isinstance(end, Eof):
            self._incoming.write_eof()
            self._read_records(t_ns)
            end = Eof(tls="truncated")
        self._end(end, t_ns)

    def _read_records(self, t_ns: int) -> None:
        plain: list[bytes] = []
        end: StreamEnd | None = None
        while end is None:
            try:
                data = self._ssl.read(_RECORD_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                end = Eof(tls="close_notify")
            except ssl.SSLEOFError:
                end = Eof(tls="truncated")
            except ssl.SSLError as error:
                end = Broken(error.reason or str(error))
            else:
                plain.append(data)
                if not data:
                    end = Eof(tls="close_notify")
        self._send_records()  # an answer to a KeyUpdate, or an alert
        self._hand_on(b"".join(plain), t_ns)
        if end is not None:
            self._end(end, t_ns)

    def _hand_on(self, data: bytes, t_ns: int) -> None:
        if data and self.receiver is not None:
            self.receiver.received(data, t_ns)

    def _end(self, end: StreamEnd, t_ns: int) -> None:
        if self._ended or self._closed:
            return
        self._ended = True
        if self.receiver is not None:
            self.receiver.settle()
            self.receiver.ended(end, t_ns)

    # writing

    def write(self, data: bytes, written: Written | None = None) -> None:
        """Encrypt and queue; :meth:`flush` sends. Ignored once the stream has ended for writing."""
        if self._closed:
            return
        try:
            self._ssl.write(data)
        except ssl.SSLError:
            return  # our side was shut down by the peer's alert, which ends the stream by itself
        self._lower.write(self._outgoing.read(), written)

    def flush(self) -> None:
        """Send what is queued."""
        self._lower.flush()

    def pause(self, reason: str) -> None:
        """See :class:`ByteStream`."""
        self._lower.pause(reason)

    def resume(self, reason: str) -> None:
        """See :class:`ByteStream`."""
        self._lower.resume(reason)

    def _send_records(self) -> None:
        if self._outgoing.pending:
            self._lower.write(self._outgoing.read())
            self._lower.flush()

    # ending

    def close(self) -> None:
        """Send ``close_notify`` and FIN."""
        if self._closed:
            return
        self._closed = True
        if self._is_up():
            with contextlib.suppress(ssl.SSLError, ValueError):
                self._ssl.unwrap()
            self._send_records()
        self._stop_handshake()
        self._lower.close()

    def abort(self) -> None:
        """Send RST."""
        self._closed = True
        self._stop_handshake()
        self._lower.abort()

    def _stop_handshake(self) -> None:
        if not self._handshake.done():
            self._handshake.cancel()
        elif not self._handshake.cancelled():
            self._handshake.exception()  # seen, even if nobody awaited it
