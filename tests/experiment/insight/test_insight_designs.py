"""Designs: inside the bounds, spread as promised, the same for the same seed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.insight import designs
from sim.experiment.insight.designs import Range, checked, grid, latin_hypercube, morris, sobol, sobol_indices

BOUNDS = {
    "margin": Range(0.1, 0.5),
    "reach": Range(0.01, 100.0, log=True),
    "rivals": Range(1, 3, integer=True),
    "size": Range(1, 1000, log=True, integer=True),
}
ALL = (grid, latin_hypercube, sobol, morris, sobol_indices)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    log, integer = draw(st.booleans()), draw(st.booleans())
    low = draw(st.integers(1, 50) if integer else st.floats(0.001, 50))
    high = low + draw(st.integers(1, 500) if integer else st.floats(0.01, 500))
    return Range(low, high, log, integer)


@settings(deadline=None, max_examples=40)
@given(st.lists(ranges(), min_size=1, max_size=4), st.integers(0, 2**32 - 1), st.sampled_from(ALL))
def test_every_value_is_one_the_parameter_may_take(bounds: list[Range], seed: int, design):
    points = design(bounds, 4, seed)
    assert points.shape[1] == len(bounds)
    for column, each in zip(points.T, bounds, strict=True):
        assert (column >= each.low).all() and (column <= each.high).all()
        assert not each.integer or (column == np.round(column)).all()
    assert np.array_equal(points, design(bounds, 4, seed))


@pytest.mark.parametrize("design", [latin_hypercube, sobol, morris, sobol_indices])
def test_another_seed_is_another_design_and_zero_is_a_seed(design):
    assert np.array_equal(design(BOUNDS, 8, 0), design(BOUNDS, 8, 0))
    assert not np.array_equal(design(BOUNDS, 8, 0), design(BOUNDS, 8, 1))


def test_sizes():
    assert len(grid({"a": (0, 1), "b": (0, 1)}, 3)) == 9
    assert len(latin_hypercube(BOUNDS, 7)) == len(sobol(BOUNDS, 7)) == 7
    assert len(morris(BOUNDS, 6)) == 6 * 5
    assert len(sobol_indices(BOUNDS, 16)) == 16 * 6


def test_a_grid_has_every_combination_with_both_ends_the_last_parameter_fastest():
    assert grid({"a": (0, 1), "b": (2, 4)}, 2).tolist() == [[0, 2], [0, 4], [1, 2], [1, 4]]
    assert grid({"a": Range(1, 100, log=True)}, 3).ravel() == pytest.approx([1, 10, 100])
    assert grid({"a": Range(1, 3, integer=True)}, 9).ravel().tolist() == [1, 2, 3]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_latin_hypercube_has_one_point_in_each_slice_of_every_range(seed: int):
    points = latin_hypercube({"a": (2, 4), "b": Range(1, 1000, log=True)}, 20, seed)
    for column, each in zip(points.T, (Range(2, 4), Range(1, 1000, log=True)), strict=True):
        assert sorted(np.floor(each.unit(column) * 20).tolist()) == list(range(20))


def test_a_power_of_two_of_a_sobol_sequence_halves_every_range_and_every_pair_of_halves():
    points = sobol({"a": (0, 1), "b": (0, 1)}, 16, 5)
    quarters = np.floor(points * 2) @ [2, 1]
    assert np.bincount(quarters.astype(int)).tolist() == [4, 4, 4, 4]


def test_a_longer_sobol_design_begins_with_the_shorter_one():
    assert np.array_equal(sobol(BOUNDS, 100, 3)[:13], sobol(BOUNDS, 13, 3))


def test_whole_numbers_are_equally_likely_and_logarithms_make_ratios_so():
    whole = sobol({"a": Range(1, 3, integer=True)}, 999 * 3, 1).ravel()
    assert np.bincount(whole.astype(int))[1:] == pytest.approx([999] * 3, rel=0.01)
    ratio = sobol({"a": Range(0.01, 100, log=True)}, 4096, 1).ravel()
    assert (ratio < 1).mean() == pytest.approx(0.5, abs=0.001)
    assert (ratio < 0.1).mean() == pytest.approx(0.25, abs=0.001)


@pytest.mark.parametrize("seed", range(5))
def test_a_morris_trajectory_changes_one_parameter_a_step_and_each_once(seed: int):
    changed = np.diff(morris(BOUNDS, 10, seed).reshape(10, 5, 4), axis=1) != 0
    assert (changed.sum(axis=2) == 1).all() and (changed.sum(axis=1) == 1).all()


def test_a_sobol_indices_design_is_saltellis():
    """A, then A with one column from B each, then B: the order in which the estimators read it."""
    blocks = sobol_indices({"a": (0, 1), "b": (0, 1)}, 8, 2).reshape(8, 4, 2)
    first, one, two, second = (blocks[:, place] for place in range(4))
    assert np.array_equal(one, np.column_stack([second[:, 0], first[:, 1]]))
    assert np.array_equal(two, np.column_stack([first[:, 0], second[:, 1]]))


@pytest.mark.parametrize("design", [latin_hypercube, sobol])
def test_a_list_of_pairs_will_do(design):
    assert np.array_equal(design([(0.0, 1.0), (2, 3)], 5, 1), design({"a": (0.0, 1.0), "b": (2, 3)}, 5, 1))


@settings(deadline=None, max_examples=50)
@given(ranges(), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_a_place_comes_back_from_its_value(each: Range, places: list[float]):
    plain = each._replace(integer=False)
    assert plain.unit(plain.scale(np.array(places))) == pytest.approx(places, abs=1e-6)


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({}, "at least one parameter"),
        ({"a": (1, 1)}, "a: low must be below high"),
        ({"a": (0, math.inf)}, "a: low must be below high"),
        ({"a": Range(0, 1, log=True)}, "a: a logarithmic scale"),
        ({"a": Range(0.5, 3, integer=True)}, "a: whole numbers"),
    ],
)
def test_bounds_that_are_none(bounds, said: str):
    with pytest.raises(ValueError, match=said):
        checked(bounds)


def test_sizes_that_are_none():
    for design, n in ((grid, 1), (latin_hypercube, 0), (sobol, 0), (morris, 1), (sobol_indices, 1)):
        with pytest.raises(ValueError, match="n must be at least"):
            design(BOUNDS, n, 1)
    with pytest.raises(ValueError, match="power of two"):
        designs.sobol_indices(BOUNDS, 12, 1)
