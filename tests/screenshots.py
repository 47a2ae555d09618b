"""``make screenshots``: the pictures in ``screenshots/``, drawn by the real program on the real lab.

The app runs headless, everything else is as a person has it: the engine in its process, the lab in
another, real sockets, real time. Takes about a minute and a half.
"""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from wstui.tui.app import WstuiApp
from wstui.tui.screens.compare import CompareScreen

FOLDER = Path(__file__).parent.parent / "screenshots"
PROFILE = """
url = "{url}"
[heartbeat]
interval = {interval}
timeout = 1.5
[[message]]
name = "subscribe"
text = '{{"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":2}}'
"""


@contextlib.asynccontextmanager
async def lab(fault: str) -> AsyncIterator[str]:
    """The lab in a process of its own, so that drawing does not delay its answers; its URL."""
    arguments = (sys.executable, "-m", "wstui", "lab", fault, "--port", "0")
    process = await asyncio.create_subprocess_exec(
        *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        found = re.search(rb"ws://\S+", await process.stdout.readline())
        assert found is not None
        yield found[0].decode()
    finally:
        process.terminate()
        await process.wait()


async def picture(app: WstuiApp, pilot: Pilot[int], name: str) -> None:
    """Save what the app shows now."""
    await pilot.pause()
    svg = app.export_screenshot(title="wstui")
    (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f"screenshots/{name}.svg")


async def until(condition: Callable[[], bool], pilot: Pilot[int], timeout_s: float = 60) -> None:
    """Let the app run until ``condition`` holds."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await pilot.pause(0.1)


def profile(home: Path, name: str, url: str, interval: float) -> str:
    """Write a profile; its name."""
    folder = home / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(PROFILE.format(url=url, interval=interval), encoding="utf-8")
    return name


async def run(
    target: str | None, size: tuple[int, int], act: Callable[[WstuiApp, Pilot[int]], Awaitable[None]]
):
    """Run the app on ``target`` and let ``act`` drive it."""
    app = WstuiApp(*([] if target is None else [target]))
    async with app.run_test(size=size, notifications=True) as pilot:
        await act(app, pilot)
        app.exit(0)


async def session(app: WstuiApp, pilot: Pilot[int]) -> None:
    """A feed with a beating heart: selected message, and the close dialog over it."""
    await pilot.pause(24)
    await pilot.press(
        *"{", '"', *"method", '"', ":", '"', *"SUBSCRIBE", '"', ",", '"', *"params", '"', ":", "[", '"'
    )
    await pilot.press(*"ethusdt@trade", '"', "]", ",", '"', *"id", '"', ":", "2", "}", "enter")
    await pilot.pause(12)
    app.screen.query_one("MessageList").focus()
    await pilot.press("up", "up", "up", "up")
    await pilot.pause(14)
    await picture(app, pilot, "session")
    await pilot.press("f3")
    await pilot.press(*"4001")
    await pilot.pause(0.5)
    await picture(app, pilot, "close")
    await pilot.press("escape")


async def ended(app: WstuiApp, pilot: Pilot[int]) -> None:
    """An endpoint that ends a silent connection, and what wstui says of it."""
    await pilot.press(*"hello", "enter")
    await until(lambda: "idle timeout" in app.export_screenshot().replace("&#160;", " "), pilot)
    await picture(app, pilot, "ended")


async def sharing(app: WstuiApp, pilot: Pilot[int]) -> None:
    """The same recording on its way to an issue; and the report, as a browser shows it."""
    await pilot.pause(2)
    await pilot.press("f7", "down", "down")
    await pilot.pause(1)
    app.screen.query_one("#export-file", Input).value = "trades.md"
    await pilot.pause(0.5)
    await picture(app, pilot, "export")
    await pilot.press("escape")


def report(session: Path, folder: Path) -> None:
    """The HTML report in Chromium, where that is installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("screenshots/report.png is left as it is: chromium is not installed")
        return
    page, shot = folder / "report.html", FOLDER / "report.png"
    wstui = (sys.executable, "-m", "wstui", "export", str(session), "-o", str(page))
    subprocess.run(wstui, check=True, stderr=subprocess.DEVNULL)
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1180,1250")
    command = (chromium, *flags, f"--user-data-dir={folder}/browser", f"--screenshot={shot}", page.as_uri())
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    print("screenshots/report.png")


async def wstui(*arguments: str) -> None:
    """The command line as a program of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "wstui",
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await process.wait()


async def comparison(feed: str) -> None:
    """A session driven again against the next version of the service: slower, and less patient."""
    talk = ('send {"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":7}', "wait 4")
    steps = [argument for step in talk for argument in ("--do", step)]
    await wstui("run", f"{feed}demo?open_s=3&idle_s=1", "--ping-every", "0.4", *steps)

    async def drive(app: WstuiApp, pilot: Pilot[int]) -> None:
        await until(lambda: "replay" in app.export_screenshot(), pilot)
        await pilot.press("f8", "d")
        await until(lambda: bool(app.screen.query("#drive-endpoint")), pilot)
        endpoint = app.screen.query_one("#drive-endpoint", Input)
        endpoint.value = f"{feed}demo?open_s=3&idle_s=0.5&latency_s=0.06"
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, CompareScreen) and app.screen.compared is not None, pilot)
        await pilot.press("n")
        await pilot.pause(0.5)
        await picture(app, pilot, "compare")

    await run("last", (120, 40), drive)


async def home_screen(app: WstuiApp, pilot: Pilot[int]) -> None:
    """Profiles and recent sessions."""
    await pilot.pause(0.5)
    await picture(app, pilot, "home")


async def small(app: WstuiApp, pilot: Pilot[int]) -> None:
    """The same in 80 by 24."""
    await pilot.pause(15)
    await picture(app, pilot, "small")


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WSTUI_HOME"] = folder
        home = Path(folder)
        async with lab("demo") as feed, lab("silent-close") as silent:
            await run(profile(home, "trades", feed, 1.0), (120, 40), session)
            await run(profile(home, "behind-a-proxy", silent, 0), (120, 40), ended)
            await run(profile(home, "trades", feed, 1.0), (80, 24), small)
            await run(None, (120, 40), home_screen)
            last = min((home / "timelines" / "trades").glob("*.wstui"))
            await run(str(last), (120, 40), sharing)
            await asyncio.to_thread(report, last, home)
            await comparison(feed)


if __name__ == "__main__":
    asyncio.run(main())
