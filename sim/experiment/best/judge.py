"""What the places that a search reached are worth in worlds that it has not seen, and how much of the search was luck.

All differences are paired by replication; intervals are 95 % t intervals over the fresh worlds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.best.search import EQUAL, OWN, SHIPPED, Found, Place
from sim.experiment.best.spend import WAYS
from sim.experiment.replicate import mean_interval
from sim.model.draws import Floats
from sim.parameters import Strategy
from sim.parameters.fields import leaves


@dataclass(frozen=True)
class Interval:
    """A mean with the half width of its 95 % interval."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half

    @property
    def sign(self) -> int:
        """1 or -1 where the interval excludes zero, else 0."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0


def interval(values: Floats) -> Interval:
    """Mean and half width over fresh worlds."""
    mean, half = mean_interval(values)
    return Interval(float(mean), float(half))


def difference(one: Place, other: Place) -> Interval:
    """$ of net present value that one place is worth more than another."""
    return interval(one.npv - other.npv)


def beyond(found: Found, place: Place, way: str = "") -> Interval:
    """$ spent beyond the baseline's own best, in one way of `sim.experiment.best.spend` or in all."""
    return interval(place.spent(way) - found.of(found.plan.baseline.name, OWN).spent(way))


def gain(found: Found, place: Place) -> Interval:
    """$ that a place is worth more than what its search began with."""
    return difference(place, _first(found, place))


def optimism(found: Found, place: Place) -> Interval:
    """$ that the gain looked better in the worlds of the search, where the place was chosen for it, than in fresh ones.

    The winner's curse: of many trials the best is in part the luckiest.
    """
    from scipy.stats import t

    promised = place.here.npv - place.first.npv
    kept = place.npv - _first(found, place).npv
    # But for the choice, the worlds are of one kind: with few in the search, their spread is taken from all of them
    free = promised.size + kept.size - 2
    variance = (promised.var() * promised.size + kept.var() * kept.size) / free
    half = t.ppf(0.975, free) * math.sqrt(variance * (1 / promised.size + 1 / kept.size))
    return Interval(float(promised.mean() - kept.mean()), float(half))


def per_dollar(found: Found, place: Place) -> Interval:
    """$ of net present value beyond the baseline's own best for each $ spent beyond it; by linearisation over worlds.

    NaN where no more is spent, as far as the interval can tell.
    """
    base = found.of(found.plan.baseline.name, OWN)
    more, spent = place.npv - base.npv, place.spent() - base.spent()
    if beyond(found, place).sign <= 0:
        return Interval(math.nan, math.nan)
    ratio = float(more.sum() / spent.sum())
    return Interval(ratio, interval((more - ratio * spent) / spent.mean()).half)


def ends(place: Place) -> dict[str, str]:
    """Levers at an end of their range -> which, where one could go on: further on might be better still."""
    fields, found = dict(leaves(Strategy)), dict[str, str]()
    for lever in place.contender.levers:
        end = lever.end(place.here.values[lever.key])
        limit = {"low": lever.range.low, "high": lever.range.high}.get(end)
        limits = {getattr(rule, name, None) for rule in fields[lever.key].metadata for name in ("ge", "le")}
        if end and limit not in limits:
            found[lever.key] = end
    return found


def advertising_at_par(found: Found, place: Place) -> float:
    """How many times as dear advertising would have to be for a place to be worth what the second contender's best is.

    What customers do does not hang on what advertising costs, so this is exact for the efforts as they are. NaN where
    the place does not advertise more than that one.
    """
    rival = found.of(found.plan.rival.name, OWN)
    paid, other = (np.mean([-row["npv_advertising"] for row in one.rows]) for one in (place, rival))
    if paid <= other:
        return math.nan
    return float(1 + (place.npv.mean() - rival.npv.mean()) / (paid - other))


def within_budget(found: Found, contender: str) -> bool:
    """Whether a contender's own best needs no more than the budget: it would not spend the rest."""
    equal = found.place(contender, EQUAL)
    return equal is not None and equal.here is found.of(contender, OWN).here


def table(found: Found) -> pd.DataFrame:
    """A row a place: what it is, what it is worth, what it spends, and how much of that was luck.

    Columns, $ of net present value, each with _low and _high: difference (from the baseline's own best), gain (over
    what the search began with), optimism (the gain in the search less that); spend (beyond the baseline's own best),
    return ($ of difference for each $ of spend); the spend by way; levers, and which of them are at an end.
    """
    base, rows = found.of(found.plan.baseline.name, OWN), []
    for place in found.places:
        row: dict[str, Any] = {"contender": place.contender.name, "title": place.contender.title, "way": place.way}
        row["npv"] = float(place.npv.mean())
        measured = {"difference": difference(place, base), "spend": beyond(found, place)}
        measured["return"] = per_dollar(found, place)
        if place.way != SHIPPED:
            measured |= {"gain": gain(found, place), "optimism": optimism(found, place)}
        for name, one in measured.items():
            row |= {name: one.mean, f"{name}_low": one.low, f"{name}_high": one.high}
        row |= {f"spend_{way}": beyond(found, place, way).mean for way in WAYS}
        row["levers"] = "; ".join(f"{key} {value:.4g}" for key, value in place.here.values.items())
        row["at_end"] = "; ".join(f"{key} {end}" for key, end in ends(place).items()) if place.way != SHIPPED else ""
        rows.append(row | {"worlds": len(place.rows)})
    return pd.DataFrame(rows)


def trials(found: Found) -> pd.DataFrame:
    """A row a trial: contender, way, trial, npv, gain (over its first), spend (beyond the baseline's own best), levers.

    $; means over the worlds of the search.
    """
    base = found.of(found.plan.baseline.name, OWN).here
    first = {one.contender: one for one in reversed(found.tried)}
    rows, numbers = [], dict[str, int]()
    for one in found.tried:
        number = numbers[one.contender] = numbers.get(one.contender, -1) + 1
        rows.append(
            {"contender": one.contender, "way": one.way, "trial": number, "npv": one.mean,
             "gain": one.mean - first[one.contender].mean, "spend": float((one.spent - base.spent).mean()),
             **one.values}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _first(found: Found, place: Place) -> Place:
    """What a search began with, in fresh worlds."""
    return found.of(place.contender.of, OWN) if place.contender.of else found.of(place.contender.name, SHIPPED)
