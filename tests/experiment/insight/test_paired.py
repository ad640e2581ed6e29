"""Paired means and shares: what textbooks say of a few numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.experiment.insight.paired import noise_variance, paired_means
from sim.experiment.insight.shares import Share, percent


def deltas(**of_point: list[float]) -> pd.DataFrame:
    rows = [(int(name[1:]), row, value) for name, values in of_point.items() for row, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["point", "replication", "delta"])


def test_mean_interval_and_sign_are_those_of_the_paired_t_test():
    given = {"p4": [1.0, 2.0, 4.0], "p2": [-5.0, -6.0, -5.5, -5.2], "p9": [-1.0, 1.0, 0.5], "p7": [3.0]}
    table = paired_means(deltas(**given))
    assert list(table.index) == [2, 4, 7, 9]
    for name, values in given.items():
        row = table.loc[int(name[1:])]
        assert row["mean"] == pytest.approx(np.mean(values)) and row["n"] == len(values)
        if len(values) > 1:
            low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
            assert (row["mean"] - row["half_width"], row["mean"] + row["half_width"]) == pytest.approx((low, high))
    assert table["sign"].to_dict() == {2: -1, 4: 0, 7: 0, 9: 0}
    assert table.loc[7, "half_width"] == math.inf
    assert paired_means(deltas(p1=[2.0, 2.0], p2=[0.0, 0.0]))["sign"].tolist() == [1, 0]


def test_what_is_missing_or_there_twice_is_said():
    with pytest.raises(ValueError, match="point 3 is missing"):
        paired_means(deltas(p1=[1.0], p3=[math.nan]))
    with pytest.raises(ValueError, match="twice"):
        paired_means(pd.concat([deltas(p1=[1.0])] * 2))


def drawn(sd: np.ndarray, replications: int = 4) -> pd.DataFrame:
    values = np.random.default_rng(1).normal(0, sd[:, None], (len(sd), replications))
    return deltas(**{f"p{row}": each.tolist() for row, each in enumerate(values)})


def test_noise_that_is_the_same_everywhere_is_found_to_be_so():
    table = drawn(np.full(500, 10.0))
    found, alone = noise_variance(table), table.groupby("point")["delta"].var() / 4
    assert found.mean() == pytest.approx(100 / 4, rel=0.05)
    assert found.std() < 0.1 * alone.std()


def test_noise_that_differs_from_point_to_point_stays_different():
    found = noise_variance(drawn(np.where(np.arange(400) % 2, 1.0, 100.0)))
    assert found[1::2].median() == pytest.approx(1 / 4, rel=0.5)
    assert found[0::2].median() == pytest.approx(100**2 / 4, rel=0.5)


def test_noise_of_points_with_one_replication_is_that_of_the_others():
    several = drawn(np.full(200, 10.0))
    one = pd.DataFrame({"point": [900], "replication": [0], "delta": [5.0]})
    assert noise_variance(pd.concat([several, one]))[900] == pytest.approx(100, rel=0.1)
    assert noise_variance(deltas(p0=[1.0], p1=[2.0])).tolist() == [0.0, 0.0]
    assert noise_variance(deltas(p0=[1.0, 1.0], p1=[2.0, 2.0], p2=[3.0])).tolist() == [0.0, 0.0, 0.0]
    assert noise_variance(deltas(p0=[1.0, 3.0], p2=[3.0])).tolist() == [1.0, 2.0]


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_share_lies_in_its_interval(count: int, more: int):
    share = Share(count, count + more)
    assert 0 <= share.low <= share.value <= share.high <= 1
    mirror = Share(more, count + more)
    assert (mirror.low, mirror.high) == pytest.approx((1 - share.high, 1 - share.low))


def test_a_share_holds_the_truth_about_as_often_as_it_says():
    """Jeffreys: 95 % on average over the truth, here over 0.05 to 0.95 with 40 worlds."""
    truths = np.linspace(0.05, 0.95, 19)
    intervals = [Share(count, 40) for count in range(41)]
    held = [
        sum(stats.binom.pmf(count, 40, p) for count, one in enumerate(intervals) if one.low <= p <= one.high)
        for p in truths
    ]
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)


def test_shares_in_words():
    assert str(Share(332, 400)) == "83 % (79 to 86 %)"
    assert Share(0, 40).low == 0 and Share(40, 40).high == 1
    assert str(Share(0, 0)) == "n/a"
    assert [percent(share) for share in (0.0, 1.0, 0.004, 0.996, 0.5)] == ["0", "100", "0.4", "99.6", "50"]
