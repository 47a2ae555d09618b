"""The command line, called as a function where that tells enough, and an endpoint in another thread."""

import asyncio
import json
import sys
import threading
from types import SimpleNamespace

import pytest

from wstui.cli.root import run_command_line
from wstui.lab import LabServer


@pytest.fixture
def lab():
    """URLs of faults: ``lab("going-away")``; settings as a query, ``lab("going-away?after_s=0.1")``."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()
    server = LabServer("echo")

    async def serve():
        async with server:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield lambda path="": server.url + path
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def cli(capsysbinary):
    """Carry a command line out: its status, what it printed, and what it said beside."""
    interval = sys.getswitchinterval()

    def call(*arguments):
        status = run_command_line([str(argument) for argument in arguments])
        printed = capsysbinary.readouterr()
        out, err = printed.out.decode(), printed.err.decode()
        assert "Traceback" not in out + err
        return SimpleNamespace(status=status, out=out, err=err, lines=out.splitlines())

    yield call
    sys.setswitchinterval(interval)


@pytest.fixture
def run_json(cli):
    """``wstui run --json``: the events, and the verdict apart."""

    def call(url, *steps, options=("--ping-every", "0")):
        done = [argument for step in steps for argument in ("--do", step)]
        result = cli("run", url, *options, *done, "--json")
        rows = [json.loads(line) for line in result.lines]
        assert rows, result.err
        assert rows[-1]["type"] == "verdict"
        assert all(row["type"] == "event" for row in rows[:-1])
        return SimpleNamespace(status=result.status, events=rows[:-1], verdict=rows[-1], err=result.err)

    return call
