"""What the pictures and sentences about loyalty share."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.loyal import Findings
from sim.report.marks import over_worlds
from sim.report.words import money, number, percent


def rows_of(estimates: Mapping[str, Estimate], groups: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A row an estimate, as the common pictures want them."""
    rows = [{"name": name, **found._asdict()} for name, found in estimates.items()]
    table = pd.DataFrame(rows)
    return table if groups is None else table.assign(group=[groups[name] for name in estimates])


def note(found: Findings, shape: str = "bars", more: str = "") -> str:
    """What the picture shows besides: worlds, interval, and what else there is to say."""
    text = over_worlds(found.runs["replication"].nunique(), shape)
    return f"{text}. {more}" if more else text


def told(found: Estimate, above: str, below: str, open_: str, zero: float = 0.0) -> str:
    """One of three texts, by where the interval lies to `zero`; `open_` where it holds it or there is none."""
    if math.isnan(found.mean):
        return open_
    return above if found.low > zero else below if found.high < zero else open_


def figure(found: Estimate, unit: str) -> str:
    """'$8.4 k (7.9 to 8.9)', with the interval where there is one; unit '$', 'share' or the name of one."""

    def text(value: float) -> str:
        if unit == "$":
            return money(value)
        return percent(value) if unit == "share" else number(value)

    name = "" if unit in ("$", "share") else f" {unit}"
    if math.isnan(found.mean):
        return "no value"
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return f"{text(found.mean)}{name} (no interval)"
    return f"{text(found.mean)}{name} ({text(found.low)} to {text(found.high)})"


def root(x: list[float], y: list[float]) -> float | None:
    """Where a line through the points first crosses zero; None where it does not."""
    for a, b, c, d in zip(x, x[1:], y, y[1:], strict=False):
        if c * d < 0:
            return a + (b - a) * c / (c - d)
    return None
