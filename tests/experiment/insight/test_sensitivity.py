"""Sensitivity: the Ishigami function, whose indices are known, through the same path as a sweep."""

import math

import numpy as np
import pytest

from sim.experiment.insight.designs import Range
from sim.experiment.insight.sensitivity import morris, morris_sample, problem_of, sobol, sobol_sample

A, B, PI = 7.0, 0.1, math.pi
BOUNDS = {name: Range(-PI, PI) for name in ("x1", "x2", "x3")}
# Ishigami & Homma 1990; variances as in Sobol & Levitan 1999
V1, V2, V13 = 0.5 * (1 + B * PI**4 / 5) ** 2, A**2 / 8, B**2 * PI**8 * (1 / 18 - 1 / 50)
FIRST = np.array([V1, V2, 0.0]) / (V1 + V2 + V13)
TOTAL = np.array([V1 + V13, V2, V13]) / (V1 + V2 + V13)


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def linear(x: np.ndarray) -> np.ndarray:
    return x @ [5.0, -3.0, 0.0]


@pytest.mark.parametrize("seed", range(4))
def test_the_indices_of_the_ishigami_function_lie_in_their_intervals(seed: int):
    table = sobol(problem_of(BOUNDS), ishigami(sobol_sample(BOUNDS, 1024, seed)))
    assert list(table.index) == ["x1", "x2", "x3"]
    for column, known in (("first", FIRST), ("total", TOTAL)):
        assert (table[f"{column}_low"] <= known).all() and (known <= table[f"{column}_high"]).all()
        assert table[column].to_numpy() == pytest.approx(known, abs=0.02)
        assert (table[f"{column}_high"] - table[f"{column}_low"]).max() < 0.25


def test_a_linear_function_has_no_interactions_whatever_the_level():
    table = sobol(problem_of(BOUNDS), 1e6 + linear(sobol_sample(BOUNDS, 512, 1)))
    known = np.array([25, 9, 0]) / 34
    assert table["first"].to_numpy() == pytest.approx(known, abs=0.01)
    assert table["total"].to_numpy() == pytest.approx(known, abs=0.01)


def test_logarithms_and_whole_numbers_count_as_they_are_sampled():
    """Uniform in the logarithm over two decades: 12 / 12 of it; a fair coin of 2: variance 1."""
    bounds = {"reach": Range(0.1, 10, log=True), "rivals": Range(0, 1, integer=True)}
    x = sobol_sample(bounds, 1024, 3)
    table = sobol(problem_of(bounds), np.log10(x[:, 0]) * math.sqrt(3) + 2 * x[:, 1])
    assert table["first"].to_numpy() == pytest.approx([0.5, 0.5], abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_morris_finds_size_and_direction_of_a_linear_function_exactly(seed: int):
    bounds = {"up": (0, 2), "down": (1, 2), "nothing": (0, 1)}
    x = morris_sample(bounds, 8, seed)
    table = morris(problem_of(bounds), x, linear(x))
    assert table["mu"].to_numpy() == pytest.approx([10, -3, 0])  # $ for the whole range
    assert table["mu_star"].to_numpy() == pytest.approx([10, 3, 0])
    assert table["sigma"].to_numpy() == pytest.approx([0, 0, 0], abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_morris_ranks_and_tells_interaction_from_plain_effect(seed: int):
    bounds = {name: (0, 1) for name in ("strong", "joint", "other", "weak", "none")}
    x = morris_sample(bounds, 40, seed)
    y = 10 * x[:, 0] + 6 * x[:, 1] * x[:, 2] + x[:, 3] + np.sin(1e3 * x[:, 4]) * 0.01
    table = morris(problem_of(bounds), x, y)
    order = list(table["mu_star"].sort_values(ascending=False).index)
    assert order[0] == "strong" and set(order[1:3]) == {"joint", "other"} and order[3:] == ["weak", "none"]
    assert (table.loc[["joint", "other"], "sigma"] > 1).all() and (table.loc[["strong", "weak"], "sigma"] < 0.1).all()
    # The mean of 6 x over the four levels 0, 1/3, 2/3, 1 is 3
    for name in ("joint", "other"):
        assert table.loc[name, "mu_star_low"] <= 3 <= table.loc[name, "mu_star_high"]


def test_the_non_monotonic_parameter_of_ishigami_shows_in_mu_star_alone():
    x = morris_sample(BOUNDS, 60, 1)
    table = morris(problem_of(BOUNDS), x, ishigami(x))
    # Every step of two thirds leads between sin² = 0 and sin²(π/3) = 3/4: an effect of 7 · 3/4 / (2/3)
    assert table.loc["x2", "mu_star"] == pytest.approx(7.875)
    assert abs(table.loc["x2", "mu"]) < 0.5 * table.loc["x2", "mu_star"]


def test_intervals_do_not_change_from_call_to_call():
    y, x = ishigami(sobol_sample(BOUNDS, 64, 1)), morris_sample(BOUNDS, 8, 1)
    assert sobol(problem_of(BOUNDS), y).equals(sobol(problem_of(BOUNDS), y))
    assert morris(problem_of(BOUNDS), x, ishigami(x)).equals(morris(problem_of(BOUNDS), x, ishigami(x)))


def test_results_that_cannot_be_explained():
    problem, x = problem_of(BOUNDS), morris_sample(BOUNDS, 4, 1)
    with pytest.raises(ValueError, match="one result for each row"):
        sobol(problem, np.arange(11.0))
    with pytest.raises(ValueError, match="one result for each row"):
        morris(problem, x, np.arange(15.0))
    with pytest.raises(ValueError, match="X must be"):
        morris(problem, x[:-4], np.arange(16.0))
    with pytest.raises(ValueError, match="result 3 is missing"):
        sobol(problem, [1.0, 2.0, 3.0, math.nan, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
    with pytest.raises(ValueError, match="nothing to explain"):
        sobol(problem, np.ones(10))
