"""The socket itself: stamps, ends, the write queue, pauses."""

import asyncio
import errno
import select
import socket
import struct
import sys

import pytest

from wstui.wire.clock import SessionClock
from wstui.wire.stream import Eof, Lost, Reset
from wstui.wire.transport import SocketStream

MS = 1_000_000


class Taker:
    """A receiver that remembers."""

    def __init__(self):
        self.data = b""
        self.chunks = []
        self.settled = 0
        self.end = None
        self.end_ns = 0
        self.order = []
        self.changed = asyncio.Event()

    def received(self, data, t_ns):
        self.data += data
        self.chunks.append((data, t_ns))
        self.order.append("data")
        self.changed.set()

    def settle(self):
        self.settled += 1
        self.order.append("settle")

    def ended(self, end, t_ns):
        assert self.end is None
        self.end, self.end_ns = end, t_ns
        self.order.append("end")
        self.changed.set()

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def tcp_pair():
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        other, _ = server.accept()
    with client, other:
        yield client, other


@pytest.fixture
async def stream(tcp_pair):
    client, other = tcp_pair
    stream = SocketStream(client, SessionClock())
    taker = Taker()
    stream.start(taker)
    yield stream, taker, other
    stream.close()


async def turns_with_something_to_read(stream):
    """Let the loop go round while bytes wait in the kernel."""
    assert select.select([stream.socket], [], [], 20)[0]
    for _ in range(20):
        await asyncio.sleep(0)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


async def test_bytes_both_ways(stream):
    ours, taker, other = stream
    other.sendall(b"from the server")
    await taker.until(lambda: taker.data)
    assert taker.data == b"from the server"
    ours.write(b"from ")
    ours.write(b"us")
    ours.flush()
    assert other.recv(100) == b"from us"


@pytest.mark.skipif(sys.platform != "linux", reason="needs SO_TIMESTAMPNS")
async def test_read_late_stamped_early(tcp_pair):
    """What waited in the kernel is stamped with its arrival, not with our reading."""
    client, other = tcp_pair
    clock = SessionClock()
    stream = SocketStream(client, clock)
    taker = Taker()
    for _ in range(3):  # the kernel may switch stamps on a moment after the first request for them
        before_ns = clock.now()
        other.sendall(b"x")
        after_ns = clock.now()
        await asyncio.get_running_loop().run_in_executor(None, _block, 150)
        stream.start(taker)
        await taker.until(lambda: taker.chunks)
        if taker.chunks[-1][1] < after_ns + 50 * MS:
            break
        stream.pause("test")
        taker.chunks.clear()
    assert stream.clock_source == "kernel"
    assert before_ns - MS <= taker.chunks[-1][1] <= after_ns + 20 * MS
    stream.close()


def _block(milliseconds):
    import time

    time.sleep(milliseconds / 1000)


async def test_own_clock_without_stamps(tcp_pair):
    client, other = tcp_pair
    clock = SessionClock()
    stream = SocketStream(client, clock, use_kernel_stamps=False)
    taker = Taker()
    stream.start(taker)
    assert stream.clock_source == "user"
    before_ns = clock.now()
    other.sendall(b"x")
    await taker.until(lambda: taker.chunks)
    assert before_ns <= taker.chunks[0][1] <= clock.now()
    stream.close()


async def test_times_never_go_back(stream):
    _, taker, other = stream
    for _ in range(50):
        other.sendall(b"y" * 100)
        await asyncio.sleep(0)
    await taker.until(lambda: len(taker.data) == 5000)
    times = [t_ns for _, t_ns in taker.chunks]
    assert times == sorted(times)


async def test_fin(stream):
    _, taker, other = stream
    other.sendall(b"last words")
    other.close()
    await taker.until(lambda: taker.end)
    assert taker.end == Eof()
    assert taker.data == b"last words"
    assert taker.order.index("settle") < taker.order.index("end"), "acted upon before the end"


async def test_after_fin_we_can_still_send(stream):
    ours, taker, other = stream
    other.shutdown(socket.SHUT_WR)
    await taker.until(lambda: taker.end)
    ours.write(b"a late answer")
    ours.flush()
    assert other.recv(100) == b"a late answer"


async def test_rst(stream):
    _, taker, other = stream
    reset(other)
    await taker.until(lambda: taker.end)
    assert taker.end == Reset("read", errno.ECONNRESET)


async def test_what_came_before_rst_is_delivered(stream):
    ours, taker, other = stream
    ours.pause("test")
    other.sendall(b"before")
    reset(other)
    ours.resume("test")
    await taker.until(lambda: taker.end)
    assert (taker.data, taker.end) == (b"before", Reset("read"))


async def test_rst_found_by_writing(stream):
    ours, taker, other = stream
    reset(other)
    while taker.end is None:
        ours.write(b"anybody there?")
        ours.flush()
        await asyncio.sleep(0)
    assert isinstance(taker.end, Reset)
    ours.write(b"ignored")
    ours.flush()
    assert ours.queued_bytes == 0


async def test_rst_found_by_writing_while_paused(stream):
    ours, taker, other = stream
    ours.pause("command")
    reset(other)
    async with asyncio.timeout(20):
        while taker.end is None:
            ours.write(b"anybody there?")
            ours.flush()
            await asyncio.sleep(0)
    assert taker.end.during == "write"


@pytest.mark.parametrize("number", [errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETDOWN])
async def test_a_vanished_peer(stream, number):
    ours, taker, other = stream

    class Gone:
        def __getattr__(self, name):
            return getattr(real, name)

        def recvmsg(self, *_):
            raise OSError(number, "gone")

        recv = recvmsg

    real, ours.socket = ours.socket, Gone()
    other.sendall(b"wake up")
    await taker.until(lambda: taker.end)
    assert taker.end == Lost("read", number)
    ours.socket = real


async def test_a_write_that_times_out(stream):
    ours, taker, _ = stream

    class Gone:
        def __getattr__(self, name):
            return getattr(real, name)

        def sendmsg(self, _):
            raise OSError(errno.ETIMEDOUT, "gone")

    real, ours.socket = ours.socket, Gone()
    ours.write(b"x")
    ours.flush()
    await taker.until(lambda: taker.end)
    assert taker.end == Lost("write", errno.ETIMEDOUT)
    ours.socket = real


async def test_partial_writes_in_order(stream):
    ours, _, other = stream
    written = []
    pieces = [bytes([i % 256]) * 100_000 for i in range(200)]
    for number, piece in enumerate(pieces):
        ours.write(piece, lambda t_ns, number=number: written.append((number, t_ns)))
    ours.flush()
    assert 0 < ours.queued_bytes < 20_000_000
    assert len(written) < 200
    other.setblocking(False)
    got = bytearray()
    loop = asyncio.get_running_loop()
    while len(got) < 20_000_000:
        got += await loop.sock_recv(other, 1 << 20)
    assert bytes(got) == b"".join(pieces)
    assert [number for number, _ in written] == list(range(200))
    assert [t_ns for _, t_ns in written] == sorted(t_ns for _, t_ns in written)
    assert ours.queued_bytes == 0


async def test_a_flood_leaves_the_loop_time(stream):
    """Each wakeup reads a bounded amount."""
    _, taker, other = stream
    sizes = []
    other.setblocking(False)
    sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(other, b"z" * 8_000_000))
    while len(taker.data) < 8_000_000:
        before = len(taker.data)
        await asyncio.sleep(0)
        sizes.append(len(taker.data) - before)
    await sending
    assert max(sizes) < 2_000_000


async def test_two_reasons_to_pause(stream):
    ours, taker, other = stream
    ours.pause("command")
    ours.pause("recording")
    ours.resume("command")
    other.sendall(b"held back")
    await turns_with_something_to_read(ours)
    assert taker.data == b""
    ours.resume("recording")
    await taker.until(lambda: taker.data)
    assert taker.data == b"held back"


async def test_pausing_inside_a_callback_stops_at_once(stream):
    ours, taker, other = stream

    def received(data, t_ns):
        Taker.received(taker, data, t_ns)
        ours.pause("recording")

    taker.received = received
    other.sendall(b"q" * 200_000)
    await taker.until(lambda: taker.chunks)
    await turns_with_something_to_read(ours)
    assert len(taker.chunks) == 1


async def test_close_is_a_fin_even_over_unread_bytes(tcp_pair):
    client, other = tcp_pair
    stream = SocketStream(client, SessionClock())
    other.sendall(b"never read")
    stream.close()
    stream.close()
    assert other.recv(10) == b""


async def test_abort_is_a_rst(tcp_pair):
    client, other = tcp_pair
    stream = SocketStream(client, SessionClock())
    stream.start(Taker())
    stream.abort()
    stream.abort()
    with pytest.raises(ConnectionResetError):
        other.recv(10)
