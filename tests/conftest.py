"""Small helpers: scenarios made of a few changes, and a world in which nothing happens until a test lets it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sim.parameters import Scenario, load_comparison

Changes = Mapping[str, Any]
MakeScenario = Callable[..., Scenario]

# Two hundred fresh customers of a cornered market, all alike: constant need and basket, nobody leaves, asks, calls,
# talks, cheats or comes; the firm sends nothing, offers nothing, learns nothing, and its agents stay
QUIET: dict[str, Any] = {
    "world.market.people": 200,
    "world.market.initial_buyers": 1.0,
    "world.market.history": 0,
    "world.market.advertising_reach": 0.0,
    "world.market.advertising_cost": 0.0,
    "world.market.return_to_category": 0.0,
    "world.market.forget_the_firm": False,
    "world.market.questions_outside": 0.0,
    "world.needs.kind": "occasional",
    "world.needs.mean": 0.2,
    "world.needs.shape": 100.0,
    "world.needs.dropout_a": 1e-6,
    "world.needs.dropout_b": 1e6,
    "world.needs.basket": 50.0,
    "world.needs.basket_sd_people": 0.0,
    "world.needs.basket_sd_orders": 0.0,
    "world.needs.gross_margin": 0.4,
    "world.needs.opportunists": 0.0,
    "world.economy.swing": 0.0,
    "world.economy.recession_week": None,
    "world.economy.thrift": 0.0,
    "world.choice.untroubled_purchase": 0.85,
    "world.choice.risk_sensitivity": 0.0,
    "world.choice.habit_weight": 0.0,
    "world.choice.sensitivity_sd": 0.0,
    "world.choice.forgetting": None,
    "world.choice.unfairness_weight": 0.0,
    "world.choice.reminder": 0.0,
    "world.choice.awakening": 0.0,
    "world.rival.entry_week": None,
    "world.rival.gives_up": 1.0,
    "world.rival.number": 1,
    "world.rival.matches": 0.0,
    "world.beliefs.ratchet": 0.0,
    "world.beliefs.expectation_weight": 0.0,
    "world.beliefs.forgiveness": 0.0,
    "world.problems.rate": 0.0,
    "world.problems.service_share": 0.0,
    "world.problems.expectation_share": 0.0,
    "world.problems.questions": 0.0,
    "world.problems.spoils": 1.0,
    "world.callers.effort_deterrence": 0.0,
    "world.word_of_mouth.network": "none",
    "world.word_of_mouth.weak_ties": 0,
    "world.word_of_mouth.mention": 0.0,
    "world.word_of_mouth.mention_weak": 0.0,
    "world.word_of_mouth.posted": 0.0,
    "world.word_of_mouth.posted_good": 0.0,
    "world.labour.work": 1.0,
    "world.labour.hiring_lag": 0,
    "world.labour.ramp_up": 0,
    "world.labour.attrition": 0.0,
    "strategy.promotion.newcomer_discount": 0.0,
    "strategy.promotion.messages": 0.0,
    "strategy.relationship.save_desk": 0.0,
    "strategy.relationship.win_back": 0.0,
    "strategy.learning.analysis": 0.0,
    "strategy.access.help_anyone": False,
    "strategy.staffing.rule": "fixed",
    "strategy.staffing.agents": 0.0,
    "strategy.staffing.specialists": 0.0,
    "strategy.staffing.cap": None,
    "strategy.staffing.wage": 1.0,
    "strategy.desk.hand_off": 0.0,
    "strategy.desk.defective_fix": 0.0,
    "strategy.remedy.no_questions": False,
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
