"""A firm that changes its support midway: from week 0 it is the other firm, later it is the first one until then."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.simulation import Simulation, simulate
from sim.parameters import load_comparison

SIZES = {"world.market.people": 800, "run.weeks": 60, "profit_center.desk.contacts": 2}


@pytest.fixture(scope="module")
def both():
    return load_comparison(changes=SIZES)


def test_adopted_at_the_start_it_is_the_other_firm_to_the_cent(both):
    poor, good = both
    simulation = Simulation(poor)
    simulation.adopt(good.strategy)
    run, other = simulation.run(), simulate(good)
    np.testing.assert_array_equal(run.ledger, other.ledger)
    assert run.scenario.strategy == good.strategy
    assert (run.ledger != simulate(poor).ledger).any()  # or it would be no other firm


def test_until_it_is_adopted_nothing_is_different_and_then_something_is(both):
    poor, good = both
    simulation, without = Simulation(poor), simulate(poor)
    simulation.advance(26)
    simulation.adopt(good.strategy)
    run = simulation.run()
    # Outcomes of the last week before are learned when the new one begins
    np.testing.assert_array_equal(run.ledger[:25], without.ledger[:25])
    assert (run.ledger[26:] != without.ledger[26:]).any()
    assert run.weeks["hours_staffed"][39:].mean() > without.weeks["hours_staffed"][39:].mean()


def test_a_branch_that_adopts_leaves_the_trunk_alone(both):
    poor, good = both
    trunk = Simulation(poor)
    trunk.advance(26)
    branch = trunk.branch()
    branch.adopt(good.strategy)
    changed, same = branch.run(), trunk.run()
    np.testing.assert_array_equal(same.ledger, simulate(poor).ledger)
    assert (changed.ledger != same.ledger).any()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"profit_center.offer.price": 1.1}, "keeps its offer"),
        ({"profit_center.desk.contacts": 4}, "keeps its 2 contacts a case, not 4"),
    ],
)
def test_what_cannot_be_changed_midway_is_refused(changes, said):
    poor, good = load_comparison(changes=SIZES | changes)
    with pytest.raises(ValueError, match=said):
        Simulation(poor).adopt(good.strategy)
