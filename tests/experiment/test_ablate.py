"""Contested mechanisms off, one at a time: in the same worlds, each really off, none where it is off already."""

import numpy as np
import pytest

from sim.experiment.ablate import ABLATIONS, AS_IT_IS, ablate, changed
from sim.experiment.compare import compare
from sim.parameters import load_comparison

SMALL = {"world.market.people": 1500, "run.weeks": 60, "run.replications": 3}


@pytest.fixture(scope="module")
def comparison():
    return compare(load_comparison(changes=SMALL), workers=1, progress=False, survey=False)


@pytest.fixture(scope="module")
def table(comparison):
    return ablate(comparison, 2, workers=1, progress=False)


def test_a_change_is_as_if_a_file_had_said_it(comparison):
    without = changed(comparison.scenarios[0], {"world.rival.entry_week": None, "strategy.learning.analysis": 0.0})
    said = load_comparison(changes={**SMALL, "world.rival.entry_week": None, "strategy.learning.analysis": 0.0})
    assert without == said[0]
    assert comparison.scenarios[0].world.rival.entry_week == 0  # the original is untouched


def test_each_switch_in_the_first_paired_worlds(comparison, table):
    assert table["ablation"].tolist() == [AS_IT_IS, *ABLATIONS]
    npv = comparison.by_run("npv")
    assert table["mean"][0] == pytest.approx((npv["profit_center"] - npv["cost_center"])[:2].mean())
    assert (table["replications"] == 2).all()
    by_hand = {
        "no network": {"world.word_of_mouth.network": "none"},
        "no learning": {"strategy.learning.analysis": 0.0},
    }
    for name, changes in by_hand.items():
        again = compare(load_comparison(changes={**SMALL, **changes, "run.replications": 2}), 1, False, survey=False)
        row = table.set_index("ablation").loc[name]
        assert row["mean"] == pytest.approx(again.difference().mean)
        assert row["low"] == pytest.approx(again.difference().low)


def test_what_is_off_already_changes_nothing_and_costs_no_run(table):
    rows = table.set_index("ablation")
    assert not rows.loc["m = 1", "active"]  # the shipped world does not let bad news weigh more
    assert rows.loc["m = 1", "mean"] == rows.loc[AS_IT_IS, "mean"]
    active = rows[rows["active"] & (rows.index != AS_IT_IS)]
    assert len(active) == 4 and (active["mean"] != rows.loc[AS_IT_IS, "mean"]).all()


def test_where_bad_news_weighs_more_that_is_a_switch_too():
    scenarios = load_comparison(changes={**SMALL, "world.word_of_mouth.bad_multiplier": 5.0, "run.weeks": 40})
    comparison = compare(scenarios, workers=1, progress=False, survey=False)
    rows = ablate(comparison, 2, workers=1, progress=False).set_index("ablation")
    assert rows.loc["m = 1", "active"] and rows.loc["m = 1", "mean"] != rows.loc[AS_IT_IS, "mean"]


def test_none_asked_for_is_an_empty_table(comparison):
    table = ablate(comparison, 0, workers=1, progress=False)
    assert table.empty and "mean" in table


def test_several_strategies(comparison):
    scenarios = load_comparison(
        strategies=["cost_center", "goodwill", "profit_center"], changes={**SMALL, "run.replications": 2}
    )
    three = compare(scenarios, workers=1, progress=False, survey=False)
    table = ablate(three, 2, workers=1, progress=False)
    assert set(table["strategy"]) == {"goodwill", "profit_center"}
    assert len(table) == 2 * (1 + len(ABLATIONS)) and np.isfinite(table["mean"]).all()
