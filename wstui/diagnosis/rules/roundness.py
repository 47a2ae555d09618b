"""Whether a span looks as if somebody had configured it."""

from itertools import pairwise

from wstui.diagnosis.connection_events import NS

_STEPS_S = ((10, 0.5), (30, 1.0), (120, 5.0), (900, 10.0), (7200, 300.0), (float("inf"), 1800.0))
"""Below so many seconds, people choose multiples of this."""


def roundness(span_ns: int) -> float:
    """How near a span is to a number that a person would configure: 1 on it, 0 a quarter step away.

    A timer fires a little late, hardly ever early: lateness of up to 1.5 % (at least 50 ms, at most a
    sixth of the step) counts as on it.
    """
    step = round(next(step_s for below_s, step_s in _STEPS_S if span_ns < below_s * NS) * NS)
    late = span_ns % step
    early = step - late
    slack = min(max(NS // 20, span_ns * 3 // 200), step // 6)
    if late <= slack or early <= NS // 50:
        return 1.0
    return max(0.0, 1.0 - min(late - slack, early) / (step / 4))


def alike(one_s: float, other_s: float) -> bool:
    """Whether two spans can come from the same timer."""
    return abs(one_s - other_s) <= max(0.25, 0.02 * max(one_s, other_s))


def spread(values: list[float]) -> bool:
    """Whether spans differ, so that no one timer can have made them."""
    ordered = sorted(values)
    return len(ordered) > 1 and any(not alike(a, b) for a, b in pairwise(ordered))
