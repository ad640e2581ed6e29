"""Small helpers: scenarios made of a few changes, and a world in which nothing happens until a test lets it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sim.parameters import Scenario, load_comparison

Changes = Mapping[str, Any]
MakeScenario = Callable[..., Scenario]

# Two hundred fresh customers of a cornered market: constant need and basket, nobody leaves, calls, talks or comes
QUIET: dict[str, Any] = {
    "world.market.people": 200,
    "world.market.initial_buyers": 1.0,
    "world.market.history": 0,
    "world.market.advertising_reach": 0.0,
    "world.market.advertising_cost": 0.0,
    "world.market.return_to_category": 0.0,
    "world.needs.mean": 0.2,
    "world.needs.shape": 100.0,
    "world.needs.dropout_a": 1e-6,
    "world.needs.dropout_b": 1e6,
    "world.needs.basket": 50.0,
    "world.needs.basket_sd_people": 0.0,
    "world.needs.basket_sd_orders": 0.0,
    "world.needs.gross_margin": 0.4,
    "world.economy.swing": 0.0,
    "world.choice.untroubled_purchase": 0.85,
    "world.choice.risk_sensitivity": 0.0,
    "world.choice.habit_weight": 0.0,
    "world.rival.entry_week": None,
    "world.rival.gives_up": 1.0,
    "world.problems.rate": 0.0,
    "world.word_of_mouth.network": "none",
    "strategy.staffing.rule": "fixed",
    "strategy.staffing.agents": 0.0,
    "strategy.staffing.specialists": 0.0,
    "run.weeks": 26,
    "run.seed": 1,
    "run.discount_rate": 0.1,
}


@pytest.fixture(scope="session")
def scenario() -> MakeScenario:
    """scenario({"world.market.people": 500}, strategy="profit_center"): the shipped default with these changes."""

    def make(changes: Changes | None = None, strategy: str = "cost_center") -> Scenario:
        return load_comparison(strategies=[strategy], changes=changes)[0]

    return make


@pytest.fixture(scope="session")
def quiet(scenario: MakeScenario) -> MakeScenario:
    """The same, starting from the quiet world."""

    def make(changes: Changes | None = None, strategy: str = "cost_center") -> Scenario:
        return scenario({**QUIET, **(changes or {})}, strategy)

    return make
