"""The arms: levels of support, ways of paying for it, prices, budgets, cheaper rivals, and a map of firms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiment.metrics import SUPPORT, summarize
from sim.experiment.questions.arms import arm, mean_of, run_arms
from sim.experiment.questions.levels import blend
from sim.model.ledger import discount_factors
from sim.model.records import Run
from sim.parameters.scenario import Scenario

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)  # of support: 0 the baseline, 1 the strategy
PRICES = (1.0, 1.1, 1.25, 1.5, 2.0, 3.0)  # x today's
SPLITS = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the extra money: share that goes to support, the rest to the product
GAPS = (0.1, 0.25, 0.5)  # how much cheaper the rival is, as a share of the price
MARGINS, NEEDS = (0.1, 0.25, 0.4, 0.6), (0.25, 1.0, 4.0)  # of the map: gross margin; x the world's need
RATES = (0.1, 0.3)  # a year
CUT = 0.25  # of the extra money: what is cut
POOR, GOOD = "baseline", "service"
YOUNG, SILENT = "where few have bought yet", "where nobody tells anybody"
WORLDS: dict[str, dict[str, Any]] = {
    YOUNG: {"world.market.initial_buyers": 0.1},
    SILENT: {"world.word_of_mouth.network": "none"},
}


@dataclass(frozen=True)
class Findings:
    """What was run.

    Attributes:
        runs: the columns of `measure`, by arm and replication; the functions below name the arms.
        map: the same for each firm of the map, with its margin and need (x the world's).
        cost: extra discounted dollars that the service takes (support less its fees), mean over the paired worlds.
        sales, advertising: discounted dollars of the baseline, mean.
        scenarios: baseline and strategy.
        years: the horizon.
    """

    runs: pd.DataFrame
    map: pd.DataFrame
    cost: float
    sales: float
    advertising: float
    scenarios: tuple[Scenario, Scenario]

    @property
    def more_advertising(self) -> float:
        """Advertising that takes what the service costs more, x the baseline's."""
        return Budget(max(self.cost, 0.0), self.sales, self.advertising, 0.0).advertised(1)

    @property
    def years(self) -> tuple[int, ...]:
        """Years at which values are looked at: the first, and the whole horizon."""
        return looked_at(self.scenarios[0].run.weeks)


def looked_at(weeks: int) -> tuple[int, ...]:
    """Years within the horizon at which the value so far is kept: 1, 3, the last full one."""
    return tuple(sorted({year for year in (1, 3, weeks // 52) if 0 < 52 * year <= weeks}))


def measure(run: Run) -> dict[str, float]:
    """The usual row of a run, orders (number), and the value within some years at some rates: value_<years>_<rate>."""
    net = run.ledger.sum(axis=1) / 100
    row = summarize(run) | {"orders": float(run.weeks["orders"].sum())}
    for rate in RATES:
        factors = discount_factors(net.size, rate)
        for years in looked_at(net.size):
            row[f"value_{years}_{rate:g}"] = float((net * factors)[: 52 * years].sum())
    return row


def level(value: float) -> str:
    """The arm of a support level."""
    return {0.0: POOR, 1.0: GOOD}.get(value, f"level {value:g}")


def priced(value: float, service: bool) -> str:
    """The arm of a price, with or without the service."""
    name = GOOD if service else POOR
    return name if value == 1 else f"{name} at {value:g} x the price"


def split(share: float) -> str:
    """The arm of a budget's split."""
    return GOOD if share == 1 else f"{share:g} of the money on support"


def gap(value: float) -> str:
    """The arm of a cheaper rival."""
    return f"{GOOD}, rival {value:g} cheaper"


BY_PRICE, BY_ADVERTISING, BY_PRODUCT = "paid by price", "paid by advertising", "paid by product"
MORE_ADVERTISING = "more advertising"
CUTS = {"support": "less support", "advertising": "less advertising", "product": "plainer product"}


def ask(scenarios: Sequence[Scenario], workers: int | None = None) -> Findings:
    """Everything the question needs, in the paired worlds of the scenarios.

    What service costs is measured first; the other ways of spending or saving the same money are made from that.
    """
    poor, good = scenarios[0], scenarios[-1]
    ladder = [_level(poor, good, x) for x in LEVELS]
    prices = [
        arm(base, priced(price, base is good), {"strategy.offer.price": price * base.strategy.offer.price})
        for base in (poor, good)
        for price in PRICES[1:]
    ]
    beta = poor.world.choice.price_sensitivity
    gaps = [
        arm(good, gap(x), {"world.rival.advantage": good.world.rival.advantage - beta * math.log(1 - x)}) for x in GAPS
    ]
    first = run_arms([*ladder, *prices, *gaps], measure, workers)
    cost = -sum(mean_of(first, f"npv_{a}", GOOD).mean - mean_of(first, f"npv_{a}", POOR).mean for a in SUPPORT)
    sales, spent = mean_of(first, "npv_sales", POOR).mean, -mean_of(first, "npv_advertising", POOR).mean
    budget = Budget(max(cost, 0.0), sales, spent, poor.world.problems.quality_cost)
    second = run_arms([*_paid(poor, good, budget), *_worlds(poor, good, budget)], measure, workers)
    return Findings(_joined(first, second), _map(poor, good, workers), cost, sales, spent, (poor, good))


@dataclass(frozen=True)
class Budget:
    """A sum of discounted dollars, and what it is next to sales and advertising."""

    dollars: float
    sales: float
    advertising: float
    quality_cost: float  # share of sales that halving the defects costs

    def price(self) -> float:
        """Price that brings the sum in, if all orders stay, x today's."""
        return 1 + self.dollars / self.sales if self.sales > 0 else 1.0

    def advertised(self, share: float) -> float:
        """Advertising with this share of the sum more (less if negative), x today's; not below none."""
        if not self.advertising > 0:
            return 1.0
        return min(max(0.0, 1 + share * self.dollars / self.advertising), 20.0)

    def problems(self, share: float) -> float:
        """Defects with this share of the sum spent on (saved at, if negative) the product, x today's."""
        if not (self.quality_cost > 0 and self.sales > 0):
            return 1.0
        return min(max(2 ** (-share * self.dollars / (self.quality_cost * self.sales)), 0.02), 5.0)


def _level(poor: Scenario, good: Scenario, x: float, **more: Any) -> Scenario:
    """The baseline's strategy with the support of a level; at 1 the strategy itself."""
    if x == 1:
        return arm(good, GOOD)
    blended = poor.model_copy(update={"strategy": blend(poor.strategy, good.strategy, x)})
    return arm(blended, level(x), more or None)


def _product(scenario: Scenario, factor: float) -> dict[str, float]:
    return {"strategy.product.problems": min(max(scenario.strategy.product.problems * factor, 0.01), 5.0)}


def _advertising(scenario: Scenario, factor: float) -> dict[str, float]:
    return {"strategy.promotion.advertising": min(scenario.strategy.promotion.advertising * factor, 20.0)}


def _paid(poor: Scenario, good: Scenario, budget: Budget) -> list[Scenario]:
    """Ways of paying for the service, ways of splitting its cost, and what is cut."""
    price = {"strategy.offer.price": min(good.strategy.offer.price * budget.price(), 10.0)}
    made = [
        arm(good, BY_PRICE, price),
        arm(good, BY_ADVERTISING, _advertising(good, budget.advertised(-1))),
        arm(good, BY_PRODUCT, _product(good, budget.problems(-1))),
        arm(_level(poor, good, 1 - CUT), CUTS["support"]),
        arm(good, CUTS["advertising"], _advertising(good, budget.advertised(-CUT))),
        arm(good, CUTS["product"], _product(good, budget.problems(-CUT))),
    ]
    for share in SPLITS[:-1]:
        made.append(arm(_level(poor, good, share), split(share), _product(poor, budget.problems(1 - share))))
    return made


def _worlds(poor: Scenario, good: Scenario, budget: Budget) -> list[Scenario]:
    """Service against advertising for the same money, in the world as it is and in others."""
    advertised = arm(poor, MORE_ADVERTISING, _advertising(poor, budget.advertised(1)))
    made = [advertised]
    for world, changes in WORLDS.items():
        made += [arm(each, inside(each.strategy_name, world), changes)
                 for each in (arm(poor, POOR), arm(good, GOOD), advertised)]  # fmt: skip
    return made


def inside(name: str, world: str) -> str:
    """An arm's name in one of `WORLDS`."""
    return f"{name}, {world}"


def _joined(*tables: pd.DataFrame) -> pd.DataFrame:
    names = [name for table in tables for name in table["arm"].cat.categories]
    joined = pd.concat([table.astype({"arm": str}) for table in tables], ignore_index=True)
    return joined.assign(arm=pd.Categorical(joined["arm"], names, ordered=True))


def _map(poor: Scenario, good: Scenario, workers: int | None) -> pd.DataFrame:
    """The difference of value for firms of several margins and needs: margin, need, replication, delta ($)."""
    few = max(2, poor.run.replications // 2) if poor.run.replications > 1 else 1
    firms: dict[str, Mapping[str, float]] = {
        f"{margin:g} {need:g}": {"world.needs.gross_margin": margin,
                                 "world.needs.mean": min(poor.world.needs.mean * need, 7.0)}
        for margin in MARGINS for need in NEEDS
    }  # fmt: skip
    made = [arm(each, f"{name} {kind}", changes)
            for name, changes in firms.items() for kind, each in ((POOR, poor), (GOOD, good))]  # fmt: skip
    runs = run_arms(made, worth, workers, replications=few).astype({"arm": str})
    runs[["margin", "need", "kind"]] = runs["arm"].str.split(" ", expand=True)
    wide = runs.pivot(index=["margin", "need", "replication"], columns="kind", values="npv").reset_index()
    wide = wide.astype({"margin": float, "need": float})
    return wide.assign(delta=wide[GOOD] - wide[POOR])[["margin", "need", "replication", "delta"]]


def worth(run: Run) -> dict[str, float]:
    """Only the value of a run."""
    return {"npv": summarize(run)["npv"]}
