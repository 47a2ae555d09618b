"""The table of ``make lab`` is sound; running it is another matter."""

import itertools
from collections import Counter

from tests.lab_score.result import Result, passes, summary
from tests.lab_score.runner import words
from tests.scenarios import SCENARIOS
from wstui.engine.steps import parse_steps
from wstui.events import Cause


def test_every_case_has_a_name_of_its_own_and_causes_that_exist():
    assert len(SCENARIOS) >= 80
    assert max(Counter(row.name for row in SCENARIOS).values()) == 1
    for row in SCENARIOS:
        assert {row.cause, *row.also} <= {cause.value for cause in Cause}
        assert row.prevented_by in ("protocol", "application", "both", "none")


def test_every_step_can_be_carried_out(tmp_path):
    for row in SCENARIOS:
        given = words(row, tmp_path)
        parse_steps([word for option, word in itertools.pairwise(given) if option == "--do"])
        assert not any("{folder}" in word for word in given)


def test_the_bars():
    row = next(row for row in SCENARIOS if row.cause == "server_restart")
    right = Result(row, {"cause": row.cause, "confidence": 0.9, "prevented_by": "none", "clean": True})
    wrong = Result(row, {"cause": "unknown", "confidence": 0.1, "prevented_by": "both", "clean": True})
    assert passes([right, Result(row, skipped="nginx is not installed")])
    assert not passes([right, wrong])
    assert not passes([])
    assert "MISS" in wrong.line()
    assert "2 cases, 0 left out: cause right 1" in summary([right, wrong])
