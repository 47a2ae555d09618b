import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("wstui_test_trace", Path(__file__).with_name("trace.py"))
_trace = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_trace)


@pytest.fixture
def trace():
    """An empty trace to write a connection into."""
    return _trace.Trace()


@pytest.fixture
def new_trace():
    """The class, for a test that needs several."""
    return _trace.Trace
