"""The conditions under which the dearer support must be able to lose, and those under which it should win."""

import pytest

from sim.experiment.conditions import conditions, judge
from sim.parameters import ParameterError
from sim.parameters.cases import case_names, load_case

NAMES = case_names("condition")


def test_there_are_both_kinds_and_each_says_why():
    cases = [load_case("condition", name) for name in NAMES]
    assert sum(case.extras["expect"] == "loses" for case in cases) >= 13
    assert sum(case.extras["expect"] == "wins" for case in cases) >= 7
    for case in cases:
        assert case.title and case.story and case.extras["why"]
        assert case.name.startswith(case.extras["expect"])


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_comparison_of_two_that_differs_from_the_shipped_one(name):
    (scenarios,) = load_case("condition", name).points.values()
    assert len(scenarios) == 2
    shipped = load_case("condition", "wins_margin").points["base"]
    assert name == "wins_margin" or [s.model_dump() for s in scenarios] != [s.model_dump() for s in shipped]


@pytest.mark.parametrize(
    ("expect", "low", "high", "holds"),
    [
        ("loses", -3, -1, True),
        ("loses", -3, 2, True),  # an interval that includes zero is no gain
        ("loses", 1, 3, False),
        ("wins", 1, 3, True),
        ("wins", -1, 3, False),
        ("wins", -3, -1, False),
    ],
)
def test_what_counts_as_a_loss_and_as_a_win(expect, low, high, holds):
    assert judge(expect, low, high) is holds


def test_an_unknown_condition_is_refused_before_anything_runs():
    with pytest.raises(ParameterError, match="Did you mean 'loses_monopoly'"):
        conditions(["wins_margin", "loses_monopolly"], 2, 1, progress=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_each_comes_out_as_expected(name):
    replications = 2 if name == "wins_horizon" else 3
    table = conditions([name], replications, workers=1, progress=False)
    assert table["holds"].all(), table.to_string()
    if name in ("loses_monopoly", "loses_thin_margin"):
        # The model can say no, and clearly: twice as far from zero as the interval is wide
        assert table["high"][0] < 0.5 * table["mean"][0] < 0
