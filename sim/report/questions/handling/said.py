"""Estimates as rows of a picture and as words."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions.arms import Estimate
from sim.report.marks import over_worlds
from sim.report.questions.pictures import as_text
from sim.report.words import money, number


def bars(found: Estimate, shape: str = "bars") -> str:
    """What the bars are: 'Mean of 6 paired worlds; bars: 95 % interval'."""
    if not found.n:
        return "No paired world has a value, so no mean and no 95 % interval"
    return over_worlds(found.n, shape)


def told(found: Estimate, above: str, below: str, open_: str) -> str:
    """One of three texts, by where the interval lies to zero."""
    return above if found.low > 0 else below if found.high < 0 else open_


def points(found: Estimate) -> str:
    """'7.4 points (6.0 to 8.8)'; with a word where zero is not excluded."""
    if pd.isna(found.mean):
        return "no value"
    if found.n < 2:
        return f"{number(100 * found.mean)} points"
    open_ = "" if found.low > 0 or found.high < 0 else ", no clear difference"
    return f"{number(100 * found.mean)} points ({number(100 * found.low)} to {number(100 * found.high)}{open_})"


def interval(found: Estimate) -> str:
    if found.n < 2:
        return f"{as_text(found.mean, '$', True)}, one world only"
    return f"{as_text(found.mean, '$', True)}, 95 % interval {money(found.low)} to {money(found.high)}"
