"""The report in a browser that we did not write: hostile words stay words, the page can be used."""

import asyncio
import base64
import itertools
import json
import re
import shutil
import subprocess
import time

import pytest
from websockets.asyncio.client import connect

from wstui.events import Event
from wstui.exchange.source import ExportOptions

START_NS = 1_763_800_000_000_000_000
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"),
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
    pytest.mark.xdist_group("chromium"),
]


@pytest.fixture
def browse(tmp_path):
    """Open a report in Chromium; ``evaluate`` asks the page something, ``said`` is what it complained of."""

    async def run(report, *expressions):
        path = tmp_path / "report.html"
        path.write_bytes(report)
        profile = tmp_path / "profile"
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            return await asyncio.wait_for(_talk(process, path.as_uri(), expressions), 50)
        finally:
            process.terminate()
            process.communicate(timeout=20)

    return run


async def _talk(process, url, expressions):
    lines = iter(process.stderr.readline, "")
    browser = await asyncio.to_thread(
        lambda: next(found[0] for line in lines if (found := re.search(r"ws://\S+", line)))
    )
    numbers, events, said = itertools.count(1), [], []
    async with connect(browser, max_size=None, proxy=None) as link:

        async def call(method, session=None, **parameters):
            number = next(numbers)
            message = {"id": number, "method": method, "params": parameters}
            await link.send(json.dumps(message | ({"sessionId": session} if session else {})))
            while True:
                answer = json.loads(await link.recv())
                if answer.get("id") == number:
                    assert "error" not in answer, answer
                    return answer["result"]
                events.append(answer)

        target = (await call("Target.createTarget", url="about:blank"))["targetId"]
        session = (await call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            await call(f"{domain}.enable", session)
        started = time.monotonic()
        await call("Page.navigate", session, url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in events):
            events.append(json.loads(await link.recv()))
        loaded_s = time.monotonic() - started
        answers = []
        for expression in expressions:
            result = await call(
                "Runtime.evaluate", session, expression=expression, returnByValue=True, awaitPromise=True
            )
            assert "exceptionDetails" not in result, result
            answers.append(result["result"].get("value"))
        for event in events:
            if event["method"] in (
                "Log.entryAdded",
                "Runtime.exceptionThrown",
                "Page.javascriptDialogOpening",
            ):
                said.append(event["params"])
            if event["method"] == "Network.requestWillBeSent":
                assert event["params"]["request"]["url"] == url, "the report asked for something"
        return answers, said, loaded_s


COMPLAINTS = ("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening")
OPEN_ALL = "document.querySelectorAll('.chips button[aria-pressed=false]').forEach(b => b.click());"


async def test_hostile_words_stay_words(session, export, browse):
    answers, said, _ = await browse(
        export(session, "html"),
        "document.querySelectorAll('.row').length",
        OPEN_ALL + "document.querySelectorAll('.row').length",
        "document.querySelectorAll('.row').forEach(r => { r.open = true; });"
        "new Promise(done => setTimeout(() => done(document.querySelectorAll('.body').length), 300))",
        "[typeof window.PWNED, document.title.includes('PWNED'), document.scripts.length,"
        " document.querySelectorAll('img, iframe, object, link').length]",
        "document.body.innerText",
        "[...document.querySelectorAll('.json .n')].map(n => n.textContent)",
        "[...document.querySelectorAll('.dialect')].map(n => n.textContent)",
    )
    rows, all_rows, bodies, page, text, numbers, marks = answers
    assert marks == ["hello"], "what the dialect recognised stands at its message"
    assert said == []
    assert (rows, all_rows, bodies) == (7, 24, 24)
    assert page == ["undefined", False, 2, 0], "our script, the kinds, and nothing else"
    assert "<script>window.PWNED" in text
    assert "zqSecret" not in text
    assert "1763800000000000001" in numbers, "whole numbers keep their digits"


async def test_searching_filtering_and_jumping(session, export, browse):
    search = (
        "(() => { const s = document.getElementById('search'); s.value = %s;"
        " s.dispatchEvent(new Event('input'));"
        " return new Promise(done => setTimeout(() =>"
        " done(document.querySelectorAll('.row').length), 400)); })()"
    )
    answers, said, _ = await browse(
        export(session, "html"),
        search % "'LOGIN'",
        "document.querySelector('.row mark').textContent",
        search % "'/b[i]g|login/'",
        search % "'/(/'",
        "document.getElementById('search').className",
        search % "''",
        "document.querySelector('[data-direction=sent]').click(); document.querySelectorAll('.row').length",
        "document.querySelector('a[data-event=\"18\"]').click();"
        "document.querySelector('.row[open] .preview').textContent",
    )
    assert answers[:7] == [1, "login", 2, 2, "wrong", 7, 6]
    assert answers[7].startswith("close 4001")
    assert said == []


async def test_fifty_thousand_messages(record, export, browse):
    """Usable: what is measured is written into docs/exports.md, never asserted."""
    texts = [b'{"e":"trade","n":%d,"p":"64211.12","q":"0.00100"}' % n for n in range(50_200)]
    events = [
        Event(START_NS + n * 1_000_000, 0, "text", "received", len(text), 9, text)
        for n, text in enumerate(texts)
    ]
    report = export(record(events), "html")
    answers, said, loaded_s = await browse(
        report,
        "document.querySelectorAll('.row').length",
        "document.getElementById('count').textContent",
        "performance.getEntriesByType('paint').map(entry => Math.round(entry.startTime))",
        "document.querySelector('.chunk:last-child').scrollIntoView();"
        "new Promise(done => setTimeout(() => done("
        "document.querySelector('.chunk:last-child .row:last-child .preview').textContent), 500))",
        "document.querySelector('#messages + p').textContent",
    )
    print(f"{len(report) / 1e6:.1f} MB, loaded after {loaded_s:.2f} s, first paint after {answers[2]} ms")
    assert answers[0] < 5000, "only what is near is in the page"
    assert answers[1] == "50,000 of 50,000 events"
    assert '"n":50199' in answers[3]
    assert "Of 50,200 events" in answers[4]
    assert said == []


def test_only_our_own_script_may_run(session, export):
    report = export(session, "html").decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', report)[1]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r'\s(style|on\w+)="', report.split("<body>")[1].split("<script")[0])
    assert len(re.findall(r"sha256-[A-Za-z0-9+/=]{44}", policy)) == 2
    for run in re.findall(r"sha256-([A-Za-z0-9+/=]{44})", policy):
        assert len(base64.b64decode(run)) == 32
    assert report.count("http://") == report.count("https://") == 0


def test_all_messages_when_asked(record, export):
    events = [Event(START_NS, 0, "text", "received", 1, 3, b"%d" % n) for n in range(100)]
    path = record(events)
    few = export(path, "html", ExportOptions(messages=10))
    assert b"the first 5 and the last 5" in few
    assert len(export(path, "html", ExportOptions(messages=0))) > len(few) + 2000
