"""What a price does to gross profit."""

from __future__ import annotations

from collections.abc import Sequence

from sim.experiment.theory.common import Expected
from sim.parameters.scenario import Scenario


def profit_ratio(demand: float, cost: float, elasticity: float) -> float:
    """Profit with service over profit without, each at its best price: (1+g)(1+x)^(1-e), for constant elasticity e.

    `demand` is g, the lift of demand at an unchanged price; `cost` is x, the rise of unit cost, passed on in the price.
    """
    return (1 + demand) * (1 + cost) ** (1 - elasticity)


def break_even_lift(cost: float, elasticity: float) -> float:
    """Lift of demand at which service that raises unit cost by the share `cost` pays for itself."""
    return (1 + cost) ** (elasticity - 1) - 1


def expected_price(scenarios: Sequence[Scenario]) -> Expected:
    """Profit and units sold in the first scenario over those in the second, which offers no service."""
    service, today = scenarios
    choice = today.world.choice
    elasticity = choice.price_sensitivity * (1 - choice.untroubled_purchase)
    demand = service.world.needs.mean / today.world.needs.mean - 1
    price, was = service.strategy.offer.price, today.strategy.offer.price
    # Where price and cost rise by the same share x, this is profit_ratio(demand, x, elasticity)
    unit = (price * service.margin) / (was * today.margin)
    sold = profit_ratio(demand, price / was - 1, elasticity) / (price / was)
    return {"profit": sold * unit, "sold": sold}
