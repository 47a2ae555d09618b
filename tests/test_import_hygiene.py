"""What really gets imported: the static contract cannot see imports inside functions."""

import subprocess
import sys

import pytest

SCREEN = ("textual", "rich")

PROGRAMS = {
    "--version": (
        "import sys; sys.argv[1:] = ['--version']",
        (*SCREEN, "click", "asyncio", "msgspec", "sqlite3"),
    ),
    "--help": ("import sys; sys.argv[1:] = ['--help']", (*SCREEN, "asyncio", "sqlite3", "websockets")),
    "run": (
        "import sys; sys.argv[1:] = ['run', 'ws://127.0.0.1:1', '--open-timeout', '1', '--json']",
        SCREEN,
    ),
    "sessions": ("import sys; sys.argv[1:] = ['sessions']", (*SCREEN, "websockets")),
}


def imported(program: str) -> set[str]:
    """The top-level modules that a program leaves behind."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(' '.join(sys.modules), file=sys.stderr))\n"
        f"{program}\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}


@pytest.mark.parametrize("words", PROGRAMS)
def test_a_command_imports_only_what_it_needs(words):
    program, forbidden = PROGRAMS[words]
    found = imported(f"{program}\nfrom wstui.cli import main\nmain()")
    assert not found & set(forbidden)
    assert "wstui" in found


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("wstui.events", ("msgspec", "click", "asyncio", "websockets", "sqlite3", *SCREEN)),
        ("wstui.engine", ("websockets", "sqlite3", *SCREEN)),
        ("wstui.engine.handle", ("websockets", "sqlite3", *SCREEN)),
        ("wstui.engine.process", SCREEN),
        ("wstui.timeline", ("websockets", *SCREEN)),
        ("wstui.diagnosis", ("websockets", *SCREEN)),
        ("wstui.tui", SCREEN),
    ],
)
def test_a_module_imports_only_what_it_may(module, forbidden):
    assert not imported(f"import {module}") & set(forbidden)
