"""A share that was counted, with what the count leaves open."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """`count` of `n`, with its 95 % Jeffreys interval. Not a number of nothing (n = 0), between 0 and 1."""

    count: float
    n: int

    @property
    def value(self) -> float:
        """The share itself."""
        return self.count / self.n if self.n else math.nan

    @property
    def low(self) -> float:
        """Lower end; 0 where none was counted (Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286)."""
        from scipy.stats import beta

        return 0.0 if self.count == 0 else float(beta.ppf(0.025, self.count + 0.5, self.n - self.count + 0.5))

    @property
    def high(self) -> float:
        """Upper end; 1 where all were counted."""
        from scipy.stats import beta

        return 1.0 if self.count == self.n else float(beta.ppf(0.975, self.count + 0.5, self.n - self.count + 0.5))

    def __str__(self) -> str:
        """'83 % (79 to 87 %)'."""
        if not self.n:
            return "n/a"
        return f"{percent(self.value)} % ({percent(self.low)} to {percent(self.high)} %)"


def percent(share: float) -> str:
    """Per cent as a bare number. Nothing but none is called 0, nothing but all 100."""
    text = f"{100 * share:.0f}"
    return f"{100 * share:.1f}" if text in ("0", "100") and 0.0005 <= share < 0.9995 else text
