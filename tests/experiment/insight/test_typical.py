"""Which worlds are looked into: the middle ones of those that surely win, and that surely lose."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.insight.typical import LOST, WON, typical


def table(means: list[float], signs: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"mean": means, "sign": signs}, index=range(100, 100 + len(means)))


def test_it_is_the_median_of_the_sure_ones():
    means = table([5.0, 1.0, 3.0, -2.0, 900.0, -8.0], [1, 1, 1, -1, 0, -1])
    assert typical(means) == {WON: 102, LOST: 103}


def test_an_answer_that_no_world_gives_is_left_out():
    assert typical(table([5.0, -1.0], [1, 0])) == {WON: 100}
    assert typical(table([0.0], [0])) == {}


@given(st.lists(st.floats(-1e6, 1e6).filter(bool), min_size=1, max_size=30))
def test_as_many_win_by_less_as_by_more(values: list[float]):
    means = table(values, np.sign(values).astype(int).tolist())
    for sign, point in typical(means).items():
        same = means[means["sign"] == sign]["mean"].abs()
        chosen = abs(means.loc[point, "mean"])
        assert (same < chosen).sum() <= len(same) / 2 and (same > chosen).sum() <= len(same) / 2
