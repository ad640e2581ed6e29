"""The verification ladder: each known answer is a parameter file, run through the engine and held against theory."""

import dataclasses
import os

import numpy as np
import pandas as pd
import pytest

from sim.experiment import ladder
from sim.experiment.ladder import COLUMNS, estimate, judge, observe, verify
from sim.experiment.rungs import RUNGS, Seen
from sim.experiment.theory import Band
from sim.parameters import ParameterError
from sim.parameters.cases import case_names, load_case

NAMES = case_names("known_answer")


def only(case, *points):
    """The case at some of its points."""
    return dataclasses.replace(case, points={point: case.points[point] for point in points})


# The files


def test_every_rung_is_climbed_by_a_file_and_every_file_climbs_one():
    assert {load_case("known_answer", name).extras["theory"] for name in NAMES} == set(RUNGS)


@pytest.mark.parametrize("name", NAMES)
def test_theory_names_what_the_engine_shows(name):
    """A short run in a small world measures every observable that theory speaks of, at every point."""
    people = {"price_break_even": 3_000, "survey": 1_500, "lost_customer": 500}.get(name, 900)
    case = load_case("known_answer", name, {"world.market.people": people})
    weeks = {"goldenberg_2007": 20, "bass": 20, "bass_attrition": 20, "lost_customer": 20, "lifetime_value": 70}
    if name in weeks:
        case = load_case("known_answer", name, {"world.market.people": people, "run.weeks": weeks[name]})
    for scenarios in case.points.values():
        rung = RUNGS[case.extras["theory"]]
        seen = rung.play(scenarios, 0)
        assert set(rung.expected(scenarios)) <= {*seen.values, *seen.checks}


def test_an_unknown_theory_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("title: Mine\ntheory: erlang_d\n")
    with pytest.raises(ParameterError, match=r"known answer mine, theory: got 'erlang_d'; allowed: .*'erlang_[ac]'\?"):
        verify(str(path), progress=False)


# The judge


def test_an_estimate_is_the_ratio_of_sums_with_the_error_of_its_replications():
    rng = np.random.default_rng(1)
    bottom = rng.uniform(50, 150, 4000)
    top = 0.3 * bottom + rng.normal(0, 5, 4000)
    ratio, error = estimate("x", [Seen({"x": pair}) for pair in zip(top, bottom, strict=True)])
    assert ratio == pytest.approx(top.sum() / bottom.sum())
    assert error == pytest.approx(5 / 100 / np.sqrt(4000), rel=0.05)


def test_controls_take_out_the_luck_that_they_know_of():
    rng = np.random.default_rng(2)
    luck = rng.normal(0, 1, 400)
    top = 2 + 3 * luck + rng.normal(0, 0.1, 400)
    with_control = [Seen({"x": (value, 1.0)}, (known,)) for value, known in zip(top, luck, strict=True)]
    value, error = estimate("x", with_control)
    assert error == pytest.approx(0.1 / 20, rel=0.15)
    assert abs(value - 2) < 4 * error
    _, plain = estimate("x", [Seen(seen.values) for seen in with_control])
    assert plain > 20 * error
    as_check = [Seen({}, seen.controls, seen.values) for seen in with_control]
    assert estimate("x", as_check) == estimate("x", [Seen(seen.values) for seen in with_control])


def test_one_replication_proves_nothing_and_is_said_to():
    assert estimate("x", [Seen({"x": (1.0, 2.0)})]) == (0.5, float("inf"))


def test_bands_are_judged_as_bands_and_numbers_by_their_errors(monkeypatch):
    case = only(load_case("known_answer", "hays_hill"), "fails in 10 %, half complain, 60 % are helped")
    expected = {"inside": Band(106, 98, 112), "outside": Band(20, 10, 35), "near": 1.0, "far": 1.1, "exact": 2.0}
    rung = dataclasses.replace(RUNGS["hays_hill"], expected=lambda scenarios: expected)
    monkeypatch.setitem(ladder.RUNGS, "hays_hill", rung)
    values = [{"inside": 100.0, "outside": 40.0, "near": 1 + d, "far": 1 + d, "exact": 2.0} for d in (-0.02, 0, 0.03)]
    results = [Seen({name: (value, 1.0) for name, value in each.items()}) for each in values]
    table = judge(case, dict.fromkeys(case.points, results)).set_index("observable")
    assert table["holds"].to_dict() == {"inside": True, "outside": False, "near": True, "far": False, "exact": True}
    assert table.loc["near", "z"] == pytest.approx(
        (table.loc["near", "simulated"] - 1) / table.loc["near", "standard_error"]
    )


# Theory and simulation

OVERLOADED = "three agents, twice as much work as they can do"


def test_a_rung_holds_and_at_other_values_too():
    for changes in (None, {"strategy.desk.first_contact_resolution": 0.3, "world.problems.rate": 0.7}):
        table = verify("hays_hill", replications=8, changes=changes, workers=1, progress=False)
        assert tuple(table.columns) == COLUMNS
        assert table["holds"].all(), table.to_string()
        assert (table["replications"] == 8).all()


@pytest.mark.parametrize(
    ("name", "point", "observable", "changes"),
    [
        ("hays_hill", "fails in 10 %, half complain, 60 % are helped", "satisfied", {"world.problems.rate": 0.13}),
        (
            "erlang_a",
            "three agents, twice as much work as they can do",
            "abandons",
            {"strategy.desk.handle_time": 1.05},
        ),
        ("erlang_a", OVERLOADED, "calls", {"world.needs.mean": 0.021}),
        ("sbg", "Regular", "after_1", {"world.needs.dropout_a": 0.73}),
        ("paradox", "at the threshold, severity .54", "risk_of_recovered", {"world.beliefs.problem_weight": 1.03}),
        ("goldenberg_2001", "middle of the ranges", "week_15", {"world.word_of_mouth.mention": 0.043}),
    ],
)
def test_a_simulation_that_differs_from_its_theory_is_found_out(name, point, observable, changes):
    """Negative control: the engine is given slightly other parameters than the theory."""
    said = load_case("known_answer", name)
    seen = observe(only(load_case("known_answer", name, changes), point), 6, workers=1, progress=False)
    row = judge(said, seen).set_index("observable").loc[observable]
    assert abs(row["z"]) > 3 and not row["holds"], row


def test_rows_do_not_depend_on_the_number_of_workers():
    one = verify("hays_hill", replications=2, workers=1, progress=False)
    assert verify("hays_hill", replications=2, workers=2, progress=False).equals(one)


# Relative error of the mean allowed, over all observables of the case (but the check of its control)
PRECISE = {"lifetime_value": 0.01, "bass": 0.01, "erlang_a": 0.02}


# Half the runs of these, as many standard errors all the same; `make trust` has them in full
HALF = {"goldenberg_2007", "paradox", "price_break_even"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"survey"}))  # the survey: tests/test_default_answer.py
def test_every_rung_holds(name):
    """Within three standard errors at every point.

    Of two hundred numbers one in two attempts is off by chance: what fails must not fail again with other luck.
    """
    workers = 1 if "PYTEST_XDIST_WORKER" in os.environ else None
    case = load_case("known_answer", name)
    if name == "erlang_c":  # eleven agents 91 % busy take longest: tests/known_answers/test_queueing.py
        case = only(case, *(point for point in case.points if not point.startswith("eleven")))
    runs = next(iter(case.points.values()))[0].run.replications // (2 if name in HALF else 1)
    table = judge(case, observe(case, runs, workers, progress=False))
    if name in PRECISE:
        check = table["observable"] == "pioneers"
        assert table["relative_error"][~check].max() < PRECISE[name], table.to_string()
    if name == "erlang_c":
        assert table["relative_error"].max() < 0.02, table.to_string()
    if not table["holds"].all():
        other = load_case("known_answer", name, {"run.seed": 4711})
        again = judge(only(other, *case.points), observe(only(other, *case.points), runs, workers, progress=False))
        twice = ~table["holds"] & ~again["holds"]
        assert not twice.any(), pd.concat([table[twice], again[twice]]).to_string()
