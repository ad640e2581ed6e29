"""The sweep file: what it may say, which points it stands for, and how it refuses what cannot be run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.experiment.sweep.plan import Plan
from sim.experiment.sweep.read import read_plan
from sim.parameters import ParameterError


@pytest.fixture
def plan_of(tmp_path: Path):
    def make(**said: Any) -> Plan:
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(said), encoding="utf-8")
        return read_plan(str(path))

    return make


MARGIN = {"world.needs.gross_margin": {"low": 0.1, "high": 0.5}}
RIVALS = {"world.rival.number": {"values": [1, 2, 4]}}


def test_a_grid_is_every_combination_in_the_order_of_the_file(plan_of):
    plan = plan_of(design="grid", vary={"world.needs.gross_margin": {"values": [0.1, 0.2]}, **RIVALS})
    assert [tuple(point.values()) for point in plan.points] == [
        (0.1, 1), (0.1, 2), (0.1, 4), (0.2, 1), (0.2, 2), (0.2, 4),
    ]  # fmt: skip


def test_a_list_is_itself(plan_of):
    points = [{"world.needs.gross_margin": 0.2}, {"cost_center.staffing.wage": 2.0}]
    plan = plan_of(design="list", list=points)
    plan.check()
    assert plan.points == points
    assert plan.varied == ["world.needs.gross_margin", "cost_center.staffing.wage"]
    assert [scenario.strategy.staffing.wage for scenario in plan.scenarios(points[1])] == [2.0, 1.0]


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol", "sobol_indices", "morris", "plausible"])
def test_a_design_fills_its_ranges_and_is_the_same_each_time(plan_of, design: str):
    said = {"design": design, "points": 32, "vary": {**MARGIN, **RIVALS}}
    plan = plan_of(**said)
    plan.check()
    margins = np.array([point["world.needs.gross_margin"] for point in plan.points])
    assert len(margins) >= 32
    assert 0.1 <= margins.min() < 0.2 < 0.4 < margins.max() <= 0.5
    assert {point["world.rival.number"] for point in plan.points} == {1, 2, 4}
    assert plan_of(**said).points == plan.points
    if design != "plausible":
        assert plan_of(**said, seed=2).points != plan.points


def test_more_points_of_a_sobol_sequence_begin_with_those_there_were(plan_of):
    few, many = (plan_of(design="sobol", points=points, vary=MARGIN).points for points in (16, 64))
    assert many[:16] == few


def test_plausible_worlds_are_calibrated_ones_in_proportion_to_their_weights(plan_of):
    plan = plan_of(design="plausible", points=2000, vary=MARGIN)
    from sim.experiment.sweep.plan import _posterior

    table = _posterior()
    key = "world.problems.grievance"
    found = np.array([point[key] for point in plan.points])
    assert set(found) <= set(table[key])
    assert found.mean() == pytest.approx(np.average(table[key], weights=table["weight"]), rel=0.01)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"design": "sobl", "vary": MARGIN}, ["design", "'sobl'", "Did you mean 'sobol'"]),
        ({"vary": {"world.needs.gros_margin": {"low": 0, "high": 1}}}, ["gros_margin", "Did you mean"]),
        ({"vary": {"world.needs.gross_margin": {"low": 0.5, "high": 1.5}}}, ["gross_margin", "allowed"]),
        ({"vary": {"world.needs.gross_margin": {"low": 0.5, "high": 0.5}}}, ["low below high"]),
        ({"vary": {"world.needs.gross_margin": 3}}, ["low and high", "got 3"]),
        ({"vary": {}}, ["nothing varies"]),
        ({"design": "list", "list": []}, ["no point"]),
        ({"vary": MARGIN, "point": 3}, ["unknown key 'point'", "Did you mean 'points'"]),
        ({"vary": MARGIN, "points": 0}, ["points: got 0"]),
        ({"vary": MARGIN, "replications": True}, ["replications: got true"]),
        ({"vary": MARGIN, "strategies": ["cost_center"]}, ["two or more"]),
        ({"vary": MARGIN, "strategies": ["cost_center", "profit_centre"]}, ["profit_center"]),
        ({"vary": MARGIN, "world": "online_retial"}, ["Did you mean 'online_retail'"]),
        ({"vary": MARGIN, "changes": {"world.needs.gross_margin": 0.3}}, ["under changes and under vary"]),
        ({"vary": MARGIN, "precision": -1}, ["precision: got -1"]),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(plan_of, said: dict[str, Any], words: list[str]):
    with pytest.raises(ParameterError) as error:
        plan_of(**said).check()
    for word in words:
        assert word in str(error.value)


def test_a_file_that_is_not_there_names_those_that_are():
    with pytest.raises(ParameterError, match="Did you mean 'where_it_flips'"):
        read_plan("where_it_flip")


def test_the_sweep_that_ships_can_be_run():
    plan = read_plan("where_it_flips").resized(20, None)
    plan.check()
    assert len(plan.points) == 20
