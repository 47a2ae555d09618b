"""What the documentation names exists: links, commands and their options, keys, ids of actions."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from wstui.cli.root import root
from wstui.profiles import parse_profile
from wstui.tui.actions import ACTIONS, binding_id

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "tests/benchmarks/README.md"])
IDS = [page.name for page in PAGES]


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page):
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if "://" not in link and not (target.exists() and (not anchor or anchor in anchors(target))):
            dead.append(link)
    assert not dead


def command_lines(page: Path) -> list[str]:
    """Every ``wstui …`` in a block of code or between backticks."""
    text = page.read_text()
    blocks = re.findall(r"```(?:console|sh)?\n(.*?)```", text, re.DOTALL)
    blocks += re.findall(r"(?:^ {4}\S.*\n)+", text, re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`(wstui [^`]+)`", " ".join(text.split()))
    starts = (line.removeprefix("$ ") for line in lines)
    return [line for line in starts if re.match(r"wstui\b", line)]


def unknown_in(line: str) -> str:
    """What of a command line this wstui does not have; empty: nothing."""
    words = shlex.split(re.split(r" (?:\||&&|;|<|#) ?| {2,}", line)[0].replace("…", ""))[1:]
    command: click.Command = root
    context = click.Context(root, info_name="wstui")
    if words and words[0] in root.list_commands(context):
        while isinstance(command, click.Group) and words:
            names = words[0].split("|")
            found = [command.get_command(context, name) for name in names]
            if None in found:
                return names[found.index(None)]
            command, words = found[0], words[1:]
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    asked = [word.partition("=")[0].strip("[]") for word in words if re.match(r"\[?--?[a-zA-Z]", word)]
    return next((name for name in asked if name not in {*options, "--help", "--version"}), "")


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_commands_and_their_options_exist(page):
    assert {line: wrong for line in command_lines(page) if (wrong := unknown_in(line))} == {}


KEYS = {key for action in ACTIONS for key in action.keys.split(",")} | {
    key.lower() for action in ACTIONS for key in action.key_label.split()
}


def in_full(key: str) -> str:
    return key.lower().replace("pgdn", "pagedown").replace("pgup", "pageup")


@pytest.mark.parametrize("page", ["README.md", "docs/tui.md"])
def test_keys_exist(page):
    named = set(
        re.findall(r"\b(?:[Cc]trl|[Aa]lt|[Ss]hift)\+[A-Za-z]+\b|\bF\d{1,2}\b", (ROOT / page).read_text())
    )
    elsewhere = {"ctrl+p", "ctrl+c", "shift+tab"}  # Textual's own
    assert {key for key in named if in_full(key) not in KEYS | elsewhere} == set()


def test_ids_of_actions_exist():
    text = (ROOT / "docs/settings.md").read_text()
    named = set(
        re.findall(
            r"[`\"]((?:app|session|home|messages|profiles|sessions|playback|compare)\.[a-z_.]+)[`\"]", text
        )
    )
    assert named
    assert named <= {binding_id(action) for action in ACTIONS}


def test_profiles_in_the_documentation_are_profiles():
    text = (ROOT / "docs/profiles.md").read_text()
    for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        mapping = {"url": "wss://example.com"} | tomllib.loads(block.replace("wss://…", "wss://example.com"))
        mapping |= {"origin": "https://example.com"} if "origin" in mapping else {}
        parse_profile(mapping)
