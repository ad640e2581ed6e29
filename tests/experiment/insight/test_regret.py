"""Regret: by hand, by its invariants, and its intervals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.experiment.insight.regret import regret, regrets

TABLE = pd.DataFrame({"lean": [10.0, 5.0, 0.0, 4.0], "rich": [7.0, 9.0, 2.0, 4.0]}, index=[3, 4, 5, 8])


def test_by_hand():
    assert regrets(TABLE).to_dict("list") == {"lean": [0, 4, 2, 0], "rich": [3, 0, 0, 0]}
    table = regret(TABLE)
    assert list(table.index) == ["lean", "rich"]
    assert table["mean"].tolist() == [1.5, 0.75]
    assert table["maximum"].tolist() == [4, 3]
    assert table["worst"].tolist() == [4, 3]
    assert table["best"].tolist() == [1.5 / 4, 2.5 / 4]  # the tie is divided


@given(
    arrays(float, st.tuples(st.integers(1, 12), st.integers(2, 4)), elements=st.floats(-1e6, 1e6)),
    st.floats(-1e5, 1e5),
)
def test_invariants(values: np.ndarray, shift: float):
    npv = pd.DataFrame(values, columns=list("abcd")[: values.shape[1]])
    found = regrets(npv)
    assert (found >= 0).all(axis=None) and (found.min(axis=1) == 0).all()
    # What a world is worth to every strategy alike does not matter
    assert np.allclose(regrets(npv + shift), found, atol=1e-6)
    table = regret(npv)
    assert table["best"].sum() == pytest.approx(1)
    for column in ("mean", "maximum", "best"):
        assert (table[f"{column}_low"] <= table[f"{column}_high"]).all()
    assert (table["maximum_high"] <= table["maximum"]).all()


def test_intervals_hold_the_truth():
    """Two strategies whose difference is normal with sd $1,000: mean regret 1000 / sqrt(2 pi), best in half."""
    held = np.zeros(2)
    for seed in range(40):
        npv = np.random.default_rng(seed).normal(0, 1000 / np.sqrt(2), (100, 2))
        row = regret(pd.DataFrame(npv, columns=["a", "b"])).loc["a"]
        held += [
            row["mean_low"] < 1000 / np.sqrt(2 * np.pi) < row["mean_high"],
            row["best_low"] < 0.5 < row["best_high"],
        ]
    assert (held >= 34).all()  # of 40, at 95 %


def test_never_best_is_not_surely_never():
    row = regret(pd.DataFrame({"a": np.ones(20), "b": np.zeros(20)})).loc["b"]
    assert (row["best"], row["best_low"]) == (0, 0) and row["best_high"] == pytest.approx(0.117, abs=0.003)


def test_the_same_seed_gives_the_same_intervals():
    assert regret(TABLE, seed=2).equals(regret(TABLE, seed=2))


@pytest.mark.parametrize("npv", [TABLE.iloc[:0], TABLE[["lean"]], TABLE.assign(lean=np.nan)])
def test_what_has_no_regret(npv: pd.DataFrame):
    with pytest.raises(ValueError, match=r"regret needs|missing"):
        regret(npv)
