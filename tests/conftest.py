"""What every test gets: a home of its own, no proxy from outside, and property tests without a stopwatch."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "wstui", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100
)
settings.register_profile("ci", settings.get_profile("wstui"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "wstui")

gc.set_threshold(50_000, 20, 100)
"""Hundreds of apps in one process leave much to walk over: walked often, it costs a fifth of the run."""

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""The programs that tests start by the hundred are not compiled anew each time."""

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "WSS_PROXY", "WS_PROXY")


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    """No test reads or writes a person's own profiles and sessions."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("WSTUI_HOME", str(folder))
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return folder
