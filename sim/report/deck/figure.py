"""A chart as plain numbers: what PowerPoint is to draw, before it hears of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Values = tuple[float | None, ...]
Ends = tuple[float, float, float]  # of an axis: low, high, and from one tick to the next
MONEY, COUNT, PLAIN = "money", "count", "plain"


@dataclass(frozen=True)
class Series:
    """One row a category: value, and the ends of its 95 % interval (empty: none is drawn). None: nothing is known."""

    name: str
    colour: str
    values: Values
    low: Values = ()
    high: Values = ()
    colours: tuple[str, ...] = ()  # of each bar, where they differ
    mark: bool = False  # a diamond of its own, not a line or dots


@dataclass(frozen=True)
class Figure:
    """A chart that PowerPoint draws itself. `note` is its title: what is drawn, in which unit, and its interval."""

    kind: Literal["lines", "bars", "dots"]
    note: str
    categories: tuple[float, ...] | tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = MONEY
    value_title: str = ""
    category_title: str = ""
    step: int = 1  # categories from one label to the next
    ends: Ends | None = None  # of the axis of values; None: PowerPoint decides
    shown: tuple[str, ...] = field(default=())  # text beside each category: value and interval
    small: bool = False  # has little room: labels in smaller type


def known(values: Iterable[float]) -> Values:
    """Floats, None in place of what is not a number."""
    return tuple(float(value) if math.isfinite(value) else None for value in values)


def drawable(values: Values, low: Values, high: Values) -> tuple[Values, Values]:
    """No ends at all where no value has both."""
    ends = [
        (a, b) if a is not None and b is not None else (value, value)
        for value, a, b in zip(values, low, high, strict=True)
    ]
    if all(a == value == b for value, (a, b) in zip(values, ends, strict=True)):
        return (), ()
    return tuple(a for a, _ in ends), tuple(b for _, b in ends)


def round_ends(values: Sequence[float]) -> Ends | None:
    """Ends of an axis at round numbers around the values, and a step that goes at most eight times between these."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    span = high - low or max(abs(high) * 0.1, 1.0)
    size = 10.0 ** math.floor(math.log10(span / 4))
    step = next(size * times for times in (1, 2, 5, 10) if span / (size * times) <= 8)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step
