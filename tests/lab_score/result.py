"""What one case gave, and what all of them come to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.scenarios import Scenario

CAUSE_RIGHT, FIRST_CHOICE, MEAN_OVER_CAUSES = 0.95, 0.85, 0.9
PREVENTED_RIGHT, PREVENTED_WRONG = 0.6, 0.05


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict beside the truth."""

    scenario: Scenario
    verdict: dict[str, Any] = field(default_factory=dict)
    skipped: str = ""
    problem: str = ""

    @property
    def is_first(self) -> bool:
        return self.verdict.get("cause") == self.scenario.cause

    @property
    def is_right(self) -> bool:
        return self.verdict.get("cause") in (self.scenario.cause, *self.scenario.also)

    @property
    def prevented(self) -> str:
        said = self.verdict.get("prevented_by", "unknown")
        if said == "unknown":
            return "unknown"
        return "right" if said == self.scenario.prevented_by else "wrong"

    @property
    def is_falsely_clean(self) -> bool:
        return bool(self.verdict.get("clean")) and self.scenario.clean is False

    @property
    def is_fine(self) -> bool:
        return self.is_first and self.prevented != "wrong" and not self.is_falsely_clean

    def line(self) -> str:
        if self.skipped:
            return f"{self.scenario.name:28} left out: {self.skipped}"
        if self.problem:
            return f"{self.scenario.name:28} no verdict: {self.problem}"
        mark = "ok  " if self.is_fine else "also" if self.is_right else "MISS"
        clean = "  called clean" if self.is_falsely_clean else ""
        prevented = f"{self.verdict['prevented_by']} ({self.prevented})"
        return (
            f"{self.scenario.name:28} {mark} {self.verdict['cause']} {self.verdict['confidence']:.2f}"
            f"  (truth: {self.scenario.cause})  prevented by {prevented}{clean}"
        )


def _counted(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if not result.skipped]


def _mean_over_causes(results: Sequence[Result]) -> float:
    by_cause = defaultdict(list)
    for result in results:
        by_cause[result.scenario.cause].append(result.is_right)
    return sum(sum(rows) / len(rows) for rows in by_cause.values()) / max(1, len(by_cause))


def summary(results: Sequence[Result]) -> str:
    rows = _counted(results)
    prevented = {word: sum(row.prevented == word for row in rows) for word in ("right", "unknown", "wrong")}
    return (
        f"{len(rows)} cases, {len(results) - len(rows)} left out:"
        f" cause right {sum(row.is_right for row in rows)},"
        f" as first choice {sum(row.is_first for row in rows)},"
        f" mean over causes {_mean_over_causes(rows):.0%};"
        f" prevented_by right {prevented['right']}, unknown {prevented['unknown']},"
        f" wrong {prevented['wrong']};"
        f" unclean called clean {sum(row.is_falsely_clean for row in rows)}"
    )


def passes(results: Sequence[Result]) -> bool:
    rows = _counted(results)
    number = len(rows)
    return bool(number) and all(
        (
            sum(row.is_right for row in rows) >= CAUSE_RIGHT * number,
            sum(row.is_first for row in rows) >= FIRST_CHOICE * number,
            _mean_over_causes(rows) >= MEAN_OVER_CAUSES,
            sum(row.prevented == "right" for row in rows) >= PREVENTED_RIGHT * number,
            sum(row.prevented == "wrong" for row in rows) <= PREVENTED_WRONG * number,
            not any(row.is_falsely_clean for row in rows),
        )
    )
