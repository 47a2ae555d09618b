"""Runs one case: its server here, ``wstui run`` as a program of its own."""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.lab_score.result import Result
from tests.scenarios import Scenario, Unavailable

WATCH_S = 7
LONGEST_S = 30


async def run(scenario: Scenario) -> Result:
    """Serve, connect, judge."""
    with tempfile.TemporaryDirectory(prefix="wstui-lab-") as name:
        folder = Path(name)
        try:
            async with scenario.serve(folder) as url:
                return await _verdict(scenario, url, folder)
        except Unavailable as reason:
            return Result(scenario, skipped=str(reason))


async def _verdict(scenario: Scenario, url: str, folder: Path) -> Result:
    command = [sys.executable, "-m", "wstui", "run", url, *words(scenario, folder)]
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment | {"WSTUI_HOME": str(folder / "home")},
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), LONGEST_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return Result(scenario, problem=f"it ran for more than {LONGEST_S} s")
    for line in reversed(output.splitlines()):
        row = json.loads(line)
        if row.get("type") == "verdict":
            return Result(scenario, row)
    return Result(scenario, problem=errors.decode("utf-8", "replace")[-200:])


def words(scenario: Scenario, folder: Path) -> list[str]:
    """The arguments of ``wstui run`` after the URL."""
    places = {"{folder}": str(folder)}
    for name, content in scenario.files.items():
        (folder / name).write_bytes(content)
        places[f"{{{name}}}"] = str(folder / name)
    options = list(scenario.options)
    if "--ping-every" not in options:
        options += ["--ping-every", "0"]
    for step in (*scenario.do, f"until-closed {WATCH_S}"):
        options += ["--do", step]
    return [_put_in(word, places) for word in options] + ["--for", str(WATCH_S + 8), "--json"]


def _put_in(word: str, places: dict[str, str]) -> str:
    for place, path in places.items():
        word = word.replace(place, path)
    return word
