"""The numbers on the screen: of an exact run, or carried on from it by what changes in one small world."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.compare import Comparison
from sim.experiment.metrics import RUN_COLUMNS
from sim.experiment.replicate import Result, mean_interval
from sim.parameters import Scenario

SMALL = 1_000  # people of the world that answers while a slider moves
LENSES = tuple(name for name, meaning in RUN_COLUMNS.items() if " lens)" in meaning)
COUNTS = ("customers", "left_over_problems")  # as many times more in a market as many times larger


@dataclass(frozen=True)
class Band:
    """A mean and the half width of its 95 % interval: two numbers, or two arrays (weeks,). NaN: no interval."""

    mean: Any  # np.float64, or an array of them
    half: Any


@dataclass(frozen=True)
class Figures:
    """What the panel shows of two strategies; [0] is the baseline. Dollars are discounted."""

    scenarios: tuple[Scenario, ...]
    exact: bool
    replications: int
    customers: tuple[Band, ...]  # by strategy, weekly
    gap: Band  # customers at the end, less the baseline's
    cash: Band  # cumulative, less the baseline's, weekly
    difference: Band  # of net present value
    lenses: tuple[dict[str, Band], ...]  # by strategy
    people: int = SMALL  # of the world behind a preview

    @property
    def sign(self) -> int:
        """1 or -1 where the interval of the difference excludes zero, else 0."""
        mean, half = float(self.difference.mean), float(self.difference.half)
        return 0 if not abs(mean) > half else 1 if mean > 0 else -1

    @property
    def payback_week(self) -> int | None:
        """First week from which the mean cumulative difference stays at or above zero."""
        below = np.flatnonzero(self.cash.mean < 0)
        first = 0 if below.size == 0 else int(below[-1]) + 1
        return first if first < self.cash.mean.size else None


def of_comparison(comparison: Comparison) -> Figures:
    """The figures of an exact run."""
    customers, cash = comparison.by_week("customers"), comparison.by_week("cumulative_npv")
    one, other = comparison.strategies
    lenses: list[dict[str, Band]] = [{}, {}]
    for metric in LENSES:
        table = comparison.by_run(metric)
        for side, name in enumerate(comparison.strategies):
            lenses[side][metric] = _band(table[name].dropna().to_numpy(float))
    npv = comparison.by_run("npv")
    return Figures(
        scenarios=comparison.scenarios,
        exact=True,
        replications=comparison.replications,
        customers=tuple(_band(customers[name]) for name in comparison.strategies),
        gap=_band((customers[other] - customers[one])[:, -1]),
        cash=_band(cash[other] - cash[one]),
        difference=_band((npv[other] - npv[one]).to_numpy(float)),
        lenses=tuple(lenses),
    )


def _band(values: NDArray[np.float64]) -> Band:
    if not len(values):
        return Band(np.float64(math.nan), np.float64(math.nan))
    mean, half = mean_interval(values)
    return Band(np.asarray(mean), np.where(np.isfinite(half), half, math.nan))


def shrunk(scenario: Scenario, people: int = SMALL) -> Scenario:
    """The same with at most so many people, and fixed numbers of agents in proportion."""
    market = scenario.world.market
    if market.people <= people:
        return scenario
    share, staffing = people / market.people, scenario.strategy.staffing
    fewer = {"agents": staffing.agents * share, "specialists": staffing.specialists * share}
    if staffing.cap is not None:
        fewer["cap"] = staffing.cap * share
    world = scenario.world.model_copy(update={"market": market.model_copy(update={"people": people})})
    strategy = scenario.strategy.model_copy(update={"staffing": staffing.model_copy(update=fewer)})
    return scenario.model_copy(update={"world": world, "strategy": strategy})


def of_small_world(scenarios: Sequence[Scenario], small: Sequence[Result]) -> Figures:
    """One small world, scaled to the market; one run has no interval."""
    people = scenarios[0].world.market.people
    scale = people / min(SMALL, people)

    def alone(values: Any) -> Band:
        return Band(values, np.full_like(values, math.nan))

    one, other = small
    return Figures(
        scenarios=tuple(scenarios),
        exact=False,
        replications=1,
        customers=tuple(alone(scale * result.weeks["customers"].astype(float)) for result in small),
        gap=alone(scale * np.float64(other.row["customers"] - one.row["customers"])),
        cash=alone(scale * (other.weeks["cumulative_npv"] - one.weeks["cumulative_npv"])),
        difference=alone(scale * np.float64(other.row["npv"] - one.row["npv"])),
        lenses=tuple(
            {name: alone(np.float64(result.row[name] * (scale if name in COUNTS else 1))) for name in LENSES}
            for result in small
        ),
    )


def carried(exact: Figures, before: Figures, after: Figures) -> Figures:
    """The exact figures plus what changed in the small world: the preview.

    Its interval is that of one small world alone: the exact run's worlds scatter by their standard deviation, one with
    n times fewer people by the root of n as much once it is scaled; the t quantile is that of the exact run.
    """
    people, n = exact.scenarios[0].world.market.people, exact.replications
    widen = math.sqrt(n * max(people / SMALL, 1))  # a half width of the mean of n -> one of a single small world

    def moved(was: Band, then: Band, now: Band) -> Band:
        change = np.nan_to_num(now.mean - then.mean)
        missing = np.isnan(was.mean) | np.isnan(now.mean)
        return Band(np.where(missing, now.mean, was.mean + change), was.half * widen)

    return replace(
        after,
        replications=n,
        customers=tuple(map(moved, exact.customers, before.customers, after.customers)),
        gap=moved(exact.gap, before.gap, after.gap),
        cash=moved(exact.cash, before.cash, after.cash),
        difference=moved(exact.difference, before.difference, after.difference),
        lenses=tuple(
            {name: moved(was[name], then[name], now[name]) for name in LENSES}
            for was, then, now in zip(exact.lenses, before.lenses, after.lenses, strict=True)
        ),
    )  # fmt: skip


def alike(one: Figures, other: Figures) -> bool:
    """Whether a preview can be carried on from the one to the other: the same weeks and the same market."""
    first, second = one.scenarios[0], other.scenarios[0]
    return first.run.weeks == second.run.weeks and first.world.market.people == second.world.market.people
