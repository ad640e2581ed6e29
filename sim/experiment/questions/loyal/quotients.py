"""Quotients of means over paired worlds, with intervals by the delta method: world by world they would explode."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiment.questions.arms import Estimate, estimate

Column = NDArray[np.float64]
UNKNOWN = Estimate(math.nan, math.nan, math.nan, 0)


def quotient(tops: Sequence[Column], bottoms: Sequence[Column]) -> Estimate:
    """Product of the means of `tops` over the product of those of `bottoms`, each a number a paired world.

    Without bounds where a bottom may as well be 0; no value where one is 0 or below in the mean.
    """
    return _bounded(linear(tops, bottoms), bottoms)


def difference(one: tuple[Column, Column], other: tuple[Column, Column]) -> Estimate:
    """top / bottom of one less that of the other, paired world by world; as uncertain as `quotient`."""
    return _bounded(linear([one[0]], [one[1]]) - linear([other[0]], [other[1]]), [one[1], other[1]])


def linear(tops: Sequence[Column], bottoms: Sequence[Column]) -> Column:
    """The quotient, to first order, in each world: their mean is the quotient of the means."""
    top, bottom = (math.prod(float(np.mean(column)) for column in columns) for columns in (tops, bottoms))
    if any(not np.mean(column) > 0 for column in bottoms):
        return np.full(bottoms[0].size, math.nan)
    value = top / bottom
    if not top and len(tops) > 1:
        return np.zeros(tops[0].size)
    if len(tops) == 1:  # which may be 0
        values = tops[0] / bottom
    else:
        values = value * (1 + np.sum([column / np.mean(column) - 1 for column in tops], axis=0))
    return np.asarray(values - value * np.sum([column / np.mean(column) - 1 for column in bottoms], axis=0))


def _bounded(values: Column, bottoms: Sequence[Column]) -> Estimate:
    found = estimate(values)
    if math.isnan(found.mean):
        return UNKNOWN
    if any(estimate(column).low <= 0 for column in bottoms):
        return found._replace(low=-math.inf, high=math.inf)
    return found
