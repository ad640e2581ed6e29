"""What all of theory speaks of: expected values, published bands, the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

WEEKS_A_YEAR = 52
YEARS = 10  # the diffusion cases run for so many years, however finely their clock ticks


class Band(NamedTuple):
    """A published number that is known only roughly."""

    value: float
    low: float
    high: float


Expected = Mapping[str, float | Band]
