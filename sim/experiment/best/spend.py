"""What a strategy spends on winning and keeping customers, in whatever way."""

from __future__ import annotations

from collections.abc import Mapping

from sim.experiment.metrics import SUPPORT
from sim.parameters import Scenario

WAYS = ("support", "advertising", "product", "price", "promotion")


def spend(row: Mapping[str, float], scenario: Scenario) -> dict[str, float]:
    """Discounted dollars of one run, by `WAYS`.

    Support is net of the fees it earns. A better product costs what its goods cost more than the same goods would at
    today's quality; a lower price what is given away on what was sold, against today's price (a higher one is money
    in). Discounts count as promotion.

    Args:
        row: of the per-run table (`sim.experiment.metrics.RUN_COLUMNS`), for that scenario.
    """
    today = row["npv_sales"] / scenario.strategy.offer.price  # the same sales at today's price
    goods = (1 - scenario.world.needs.gross_margin) * today  # at today's quality
    return {
        "support": -sum(row[f"npv_{account}"] for account in SUPPORT),
        "advertising": -row["npv_advertising"],
        "product": -row["npv_cost_of_goods"] - goods,
        "price": today - row["npv_sales"],
        "promotion": -row["npv_promotion"] - row["npv_discounts"],
    }
