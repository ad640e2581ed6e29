"""The bridge from one strategy to another: an exact split of the difference of NPV into what brings it and costs it.

Some accounts are a part as they stand: what the desk costs is cost to serve. The gross margin is not: it has causes
that multiply. But in every run it is, week by week and to the cent,

    margin    = orders x basket x markup
    orders    = joined + repeats x (customers a week ago)
    customers = (customers a week ago + joined) x (1 - leaves)
    joined    = returned + recommended + other newcomers

where who joins buys once in that week, and the others buy `repeats` times each. So one may ask what the gross margin
would have been with some of these from one strategy and the others from the other. Shapley's value answers for every
order in which they can be exchanged and takes the mean: what each one adds, adding up to the whole difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiment.compare import Comparison
from sim.experiment.replicate import mean_interval
from sim.model.draws import Floats
from sim.model.ledger import Account, discount_factors

TOTAL = "total"
# part -> what is in it
PARTS: dict[str, str] = {
    "retention": "gross margin: how many customers leave a week, and how many of those gone come back",
    "repurchase": "gross margin: how often customers order again, and for how much",
    "expansion": "gross margin: how many newcomers stories and mentions win in all",
    "acceleration": "gross margin: how early they win them",
    "other newcomers": "gross margin: newcomers won by advertising or by help from the desk",
    "cost to serve": "support labour, hiring, self-service and learning",
    "remedies and fees": "remedies less support fees",
    "price and promotion": "discounts, promotion, advertising; gross margin: price and cost of the same goods",
}
BOOKED: dict[str, tuple[Account, ...]] = {
    "cost to serve": ("support_labour", "hiring", "self_service", "learning"),
    "remedies and fees": ("remedies", "support_fees"),
    "price and promotion": ("discounts", "promotion", "advertising"),
}
# The players of Shapley's game, by the part that they go to
PLAYERS = ("retention", "repurchase", "expansion", "acceleration", "other newcomers", "price and promotion")


def bridge(comparison: Comparison, strategy: str | None = None) -> pd.DataFrame:
    """Why `strategy` (default: the last) is worth more or less than the baseline: the parts of the difference of NPV.

    Columns: part, meaning, mean, low, high ($, 95 % interval over paired worlds). The last row is the total.
    """
    values = bridge_by_run(comparison, strategy)
    values[TOTAL] = values.sum(axis=1)
    mean, half = mean_interval(values.to_numpy())
    meaning = [*PARTS.values(), "difference of net present value"]
    return pd.DataFrame(
        {"part": values.columns, "meaning": meaning, "mean": mean, "low": mean - half, "high": mean + half}
    )


def bridge_by_run(comparison: Comparison, strategy: str | None = None) -> pd.DataFrame:
    """The same world by world: a row a replication, a column a part ($); a row adds up to its difference of NPV."""
    pair = (comparison.strategies[0], strategy or comparison.strategies[-1])
    split = _shapley(_margin_by_coalition(_factors(comparison, pair), _discount(comparison)))
    values = dict(zip(PLAYERS, split, strict=True))
    for part, accounts in BOOKED.items():
        booked = sum(_series(comparison, pair, account) for account in accounts)
        old, new = booked @ _discount(comparison)
        values[part] = values.get(part, 0.0) + new - old
    replications = comparison.by_run("npv").index
    return pd.DataFrame({part: values[part] for part in PARTS}, index=replications)


@dataclass(frozen=True)
class _Factors:
    """What gross margin is the product of, of both strategies: arrays (2, replications, weeks)."""

    start: Floats  # customers before the first week: the same people under both strategies (replications)
    leaves: Floats  # share of the customers of the week before, and of who joined, that is gone at the end of the week
    returned: Floats  # people who join again
    repeats: Floats  # orders of a customer of the week before
    basket: Floats  # $ of an order, at today's price
    recommended: Floats  # newcomers by word of mouth over all weeks (2, replications, 1)
    profile: Floats  # share of these in each week
    others: Floats  # other newcomers
    markup: Floats  # $ of gross margin of a $ of basket


def _discount(comparison: Comparison) -> Floats:
    run = comparison.scenarios[0].run
    return discount_factors(run.weeks, run.discount_rate)


def _series(comparison: Comparison, pair: tuple[str, str], column: str) -> Floats:
    """A weekly column of both strategies: (2, replications, weeks)."""
    table = comparison.by_week(column)
    return np.stack([table[name] for name in pair])


def _factors(comparison: Comparison, pair: tuple[str, str]) -> _Factors:
    customers, left, joined, newcomers, recommended, orders, sales, goods = (
        _series(comparison, pair, column)
        for column in ("customers", "left", "joined", "newcomers", "recommended", "orders", "sales", "cost_of_goods")
    )
    price = {scenario.strategy_name: scenario.strategy.offer.price for scenario in comparison.scenarios}
    worth = sales / np.array([price[name] for name in pair])[:, None, None]
    before = customers + left - joined
    won = recommended.sum(axis=2, keepdims=True)
    return _Factors(
        start=before[0, :, 0],
        leaves=_ratio(left, before + joined),
        returned=joined - newcomers,
        repeats=_ratio(orders - joined, before),
        basket=_ratio(worth, orders),
        recommended=won,
        profile=_ratio(recommended, won),
        others=newcomers - recommended,
        markup=_ratio(sales + goods, worth),
    )


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """`top` / `bottom`, both (2, ...).

    Where there is nothing to divide by, as of orders in a week without customers, any value leaves the strategy's own
    margin as it is. It is that of the other strategy, so that what is not known does not count as a difference.
    """
    known = np.broadcast_to(bottom > 0, top.shape)
    own = np.divide(top, bottom, out=np.zeros_like(top), where=known)
    return np.where(known, own, own[::-1])


def _margin_by_coalition(factors: _Factors, discount: Floats) -> Floats:
    """Discounted gross margin ($) of every coalition: (2 ** players, replications).

    Bit i of a coalition's number says that player i comes from the second strategy, not the baseline.
    """
    coalitions = np.arange(2 ** len(PLAYERS))
    retention, repurchase, expansion, acceleration, others, price = (
        coalitions >> player & 1 for player in range(len(PLAYERS))
    )
    customers = np.tile(factors.start, (coalitions.size, 1))
    recommended = factors.recommended[expansion, :, 0]
    total = np.zeros_like(customers)
    for week, worth in enumerate(discount):
        joined = (
            factors.returned[retention, :, week]
            + recommended * factors.profile[acceleration, :, week]
            + factors.others[others, :, week]
        )
        orders = joined + factors.repeats[repurchase, :, week] * customers
        total += worth * orders * factors.basket[repurchase, :, week] * factors.markup[price, :, week]
        customers = (customers + joined) * (1 - factors.leaves[retention, :, week])
    return total


def _shapley(worth: Floats) -> Floats:
    """Each player's mean contribution over all orders of arrival: (players, replications), of `worth` by coalition."""
    coalitions, k = np.arange(len(worth)), len(worth).bit_length() - 1
    weight = np.array([math.factorial(n) * math.factorial(k - 1 - n) / math.factorial(k) for n in range(k)])
    split = []
    for player in range(k):
        without = coalitions[coalitions >> player & 1 == 0]
        gain = worth[without | 1 << player] - worth[without]
        split.append(weight[np.bitwise_count(without)] @ gain)
    return np.array(split)
