"""One line of the table."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Result:
    """A measured figure, its bar, and what stood behind it."""

    what: str
    value: float
    bar: float
    better: Literal["higher", "lower"]
    unit: str = ""
    basis: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.bar if self.better == "higher" else self.value <= self.bar

    def line(self) -> str:
        sign = "≥" if self.better == "higher" else "≤"
        mark = "" if self.met else "   MISSED"
        value = f"{self.value:.2f}{self.unit}"
        basis = f"\n    {self.basis}" if self.basis else ""
        return f"{self.what:<66} {value:>12} {sign + ' ' + format(self.bar, 'g') + self.unit:>9}{mark}{basis}"
