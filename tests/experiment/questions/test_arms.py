"""Arms: the same worlds for each, differences paired, intervals from theory."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from sim.experiment.metrics import summarize
from sim.experiment.questions import arms
from sim.model.records import Run


def orders(run: Run) -> dict[str, float]:
    return {"orders": float(run.weeks["orders"].sum()), "npv": summarize(run)["npv"]}


def table(values: dict[str, list[float]]) -> pd.DataFrame:
    rows = [{"arm": name, "replication": r, "x": x} for name, of in values.items() for r, x in enumerate(of)]
    found = pd.DataFrame(rows)
    found["arm"] = pd.Categorical(found["arm"], list(values), ordered=True)
    return found


def test_an_arm_that_changes_nothing_is_the_same_to_the_cent_and_another_is_not(scenario):
    base = scenario({"world.market.people": 300, "run.weeks": 20, "run.replications": 3})
    each = [
        arms.arm(base, "as it is"),
        arms.arm(base, "the same"),
        arms.arm(base, "dearer", {"strategy.offer.price": 1.5}),
    ]
    found = arms.run_arms(each, orders, workers=1, progress=False)
    assert found[["arm", "replication"]].astype({"arm": str}).to_numpy().tolist() == [
        [name, r] for name in ("as it is", "the same", "dearer") for r in range(3)
    ]
    assert arms.difference(found, "npv", "the same", "as it is") == (0.0, 0.0, 0.0, 3)
    assert arms.difference(found, "npv", "dearer", "as it is").mean != 0.0


def test_processes_change_nothing(scenario):
    base = scenario({"world.market.people": 300, "run.weeks": 10, "run.replications": 5})
    each = [arms.arm(base, "a"), arms.arm(base, "b", {"strategy.offer.price": 1.1})]
    alone = arms.run_arms(each, orders, workers=1, progress=False)
    pd.testing.assert_frame_equal(alone, arms.run_arms(each, orders, workers=2, progress=False))


def test_a_change_that_is_not_allowed_stops_before_anything_runs(scenario):
    with pytest.raises(ValidationError, match="greater than"):
        arms.arm(scenario(), "free", {"strategy.offer.price": -1.0})


def test_two_arms_of_one_name_are_refused(scenario):
    base = scenario()
    with pytest.raises(ValueError, match="names of their own"):
        arms.run_arms([base, base], orders, progress=False)


def test_a_difference_is_paired_world_by_world():
    # By hand: differences 1, 2, 3; mean 2, s 1, half width t(.975, 2) / sqrt(3) = 4.302653 / 1.732051
    found = arms.difference(table({"a": [10.0, 20.0, 30.0], "b": [11.0, 22.0, 33.0]}), "x", "b", "a")
    assert found.mean == 2 and found.n == 3
    assert found.high - found.mean == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)
    assert list(arms.differences(table({"a": [1.0, 1.0], "b": [2.0, 2.0], "c": [0.0, 0.0]}), "x", "a")["mean"]) == [
        1,
        -1,
    ]


def test_worlds_without_a_value_are_left_out_and_one_world_has_no_interval():
    assert arms.estimate([1.0, np.nan, 3.0])[0::3] == (2.0, 2)
    assert math.isnan(arms.estimate([np.nan]).mean) and arms.estimate([]).n == 0
    assert arms.estimate([5.0])[:3] == (5.0, -math.inf, math.inf)
