"""Calibration on a problem whose answer is known: deterministic, resumable, whatever the number of processes."""

import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.calibrate import (
    CALIBRATED,
    CAP,
    OUT,
    Free,
    calibrate,
    distance,
    first_wave,
    nearest,
    next_wave,
    posterior,
    posterior_scenarios,
    read_free,
    search,
    summary,
    weights,
)
from sim.experiment.stylised import Fact
from sim.parameters import ParameterError, load_comparison

FREE = [Free("a", 0.0, 10.0), Free("b", 1.0, 100.0, "log"), Free("c", 0.0, 1.0)]


def fact(key: str, low: float, high: float, scale: float | None = None) -> Fact:
    return Fact(key, "", "", low, high, "", {}, lambda sums: sums[key], scale=scale)


# The sum of a and log10 b lies in a narrow band, and so does their difference: a is about 3, b about 10; c is free
WANTED = [fact("sum", 3.9, 4.1), fact("difference", 1.9, 2.1)]


def at(values: dict[str, float]) -> dict[str, float]:
    """The synthetic world."""
    return {"sum": values["a"] + math.log10(values["b"]), "difference": values["a"] - math.log10(values["b"])}


def run(
    out: Path, points: int = 60, accept: int = 15, waves: int = 3, seed: int = 1, workers: int = 1, world: Any = at
) -> pd.DataFrame:
    return search(FREE, world, WANTED, points, accept, waves, seed, workers, out, progress=False)


def left_in(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_it_finds_the_known_answer(tmp_path: Path):
    table = run(tmp_path, points=200, accept=40, waves=5).set_index("parameter")
    for key, answer in (("a", 3.0), ("b", 10.0)):
        assert table.loc[key, "low"] <= answer <= table.loc[key, "high"]
    # Inside the bands a is 2.9 to 3.1 and log10 b .9 to 1.1
    assert table.loc["a", "median"] == pytest.approx(3, abs=0.15)
    assert math.log10(table.loc["b", "median"]) == pytest.approx(1, abs=0.15)
    # Nothing is learnt about c: a 90 % interval of nearly the whole prior, around its middle
    assert table.loc["c", "median"] == pytest.approx(0.5, abs=0.2)
    assert table.loc["c", "high"] - table.loc["c", "low"] > 0.6
    found = posterior(tmp_path)
    assert found["weight"].sum() == pytest.approx(1)
    assert found["distance"].is_monotonic_increasing
    assert found["distance"].iloc[-1] < 1
    assert distance(at(nearest(tmp_path)), WANTED) == found["distance"].iloc[0]


def test_each_wave_comes_nearer(tmp_path: Path):
    run(tmp_path)
    points = pd.read_csv(tmp_path / "points.csv")
    assert points.groupby("wave").size().tolist() == [60, 45, 45]
    assert points.groupby("wave")["distance"].median().is_monotonic_decreasing


def test_the_same_seed_gives_the_same_files(tmp_path: Path):
    one, two, other = (tmp_path / name for name in ("one", "two", "other"))
    run(one)
    run(two)
    run(other, seed=2)
    assert list(left_in(one)) == ["points.csv", "posterior.csv", "summary.csv"]
    assert left_in(one) == left_in(two)
    assert left_in(one) != left_in(other)


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing(tmp_path: Path):
    run(tmp_path / "one", points=12, accept=4)
    run(tmp_path / "two", points=12, accept=4, workers=2)
    assert left_in(tmp_path / "one") == left_in(tmp_path / "two")


class Killed(Exception):
    pass


@pytest.mark.parametrize("after", [1, 59, 60, 61, 149])
def test_a_killed_calibration_goes_on_where_it_was(tmp_path: Path, after: int):
    judged = []

    def mortal(values: dict[str, float], last: int) -> dict[str, float]:
        if len(judged) == last:
            raise Killed
        judged.append(values)
        return at(values)

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run(whole)
    with pytest.raises(Killed):
        run(parts, world=partial(mortal, last=after))
    assert len(pd.read_csv(parts / "points.csv")) == after
    run(parts, world=partial(mortal, last=10_000))
    assert len(judged) == 150  # no point twice
    assert left_in(parts) == left_in(whole)


def test_more_waves_go_on_from_the_last(tmp_path: Path):
    run(tmp_path / "at once", waves=3)
    run(tmp_path / "later", waves=2)
    run(tmp_path / "later", waves=3)
    assert left_in(tmp_path / "later") == left_in(tmp_path / "at once")


@pytest.mark.parametrize("change", [{"points": 61}, {"accept": 16}, {"seed": 2}])
def test_points_of_another_calibration_are_not_mixed_in(tmp_path: Path, change: dict[str, int]):
    run(tmp_path, waves=1)
    before = left_in(tmp_path)
    with pytest.raises(ParameterError, match="another calibration"):
        run(tmp_path, **change)
    assert left_in(tmp_path) == before


@pytest.mark.parametrize("wrong", [{"accept": 1}, {"accept": 60}, {"waves": 0}])
def test_impossible_efforts_are_refused(tmp_path: Path, wrong: dict[str, int]):
    with pytest.raises(ParameterError, match="allowed: at least"):
        run(tmp_path, **wrong)


# Parts


def test_distance_to_the_bands():
    which = [fact("a", 10, 20), fact("b", 1, math.inf, scale=0.5), fact("c", 0, 0, scale=0.01)]
    inside = {"a": 10.0, "b": 7.0, "c": 0.0}
    assert distance(inside, which) == 0
    assert distance(inside | {"a": 22.5}, which) == pytest.approx(0.5 / math.sqrt(3))  # half a half-band beyond
    assert distance(inside | {"b": 0.5, "c": 0.02}, which) == pytest.approx(math.sqrt((1 + 4) / 3))
    for hopeless in (-1000.0, math.nan):
        assert distance(inside | {"a": hopeless}, which) == pytest.approx(CAP / math.sqrt(3))


def test_a_free_parameter_and_its_prior():
    log, linear = Free("k", 0.01, 1.0, "log"), Free("k", 2.0, 4.0)
    assert log.value(np.array([0.0, 0.5, 1.0])).tolist() == [0.01, 0.1, 1.0]
    assert linear.value(np.array([0.0, 0.25, 1.0])).tolist() == [2.0, 2.5, 4.0]
    unit = np.random.default_rng(0).random(100)
    for one in (log, linear):
        assert one.unit(one.value(unit)) == pytest.approx(unit, abs=1e-4)
        assert (one.value(one.unit(one.value(unit))) == one.value(unit)).all()  # six digits are kept


def test_the_first_wave_covers_the_prior_evenly():
    wave = first_wave(50, 4, np.random.default_rng(0))
    assert wave.unit.shape == (50, 4)
    for column in wave.unit.T:
        assert sorted((column * 50).astype(int)) == list(range(50))  # one in each fiftieth
    assert weights(wave.unit, [wave]).tolist() == pytest.approx([1 / 50] * 50)


def test_weights_undo_the_choice_of_points():
    # Whatever was drawn around a corner: weighted, the points are those of the prior again
    rng = np.random.default_rng(0)
    first = first_wave(500, 2, rng)
    corner = first.unit[(first.unit < 0.4).all(axis=1)]
    second = next_wave(4_000, corner, np.full(len(corner), 1 / len(corner)), rng)
    assert (second.unit.min(), second.unit.max()) == (pytest.approx(0, abs=0.01), pytest.approx(1, abs=0.2))
    assert second.unit.mean() < 0.35
    everywhere = first_wave(4_000, 2, rng).unit
    assert second.density(everywhere).mean() == pytest.approx(1, abs=0.03)  # a density, cut off at the prior's ends
    both = np.vstack([first.unit, second.unit])
    share = weights(both, [first, second])
    assert share @ both == pytest.approx([0.5, 0.5], abs=0.04)
    assert share @ both**2 == pytest.approx([1 / 3, 1 / 3], abs=0.04)


def test_summary_of_weighted_points():
    accepted = pd.DataFrame({"weight": [0.1, 0.6, 0.3], "distance": [0.0, 0.1, 0.2], "a": [9.0, 5.0, 1.0]})
    row = summary([Free("a", 0.0, 10.0, why="unknown")], accepted).iloc[0].to_dict()
    assert row == {
        "parameter": "a", "prior_low": 0.0, "prior_high": 10.0, "scale": "linear", "median": 5.0, "low": 1.0,
        "high": 9.0, "nearest": 9.0, "why": "unknown",
    }  # fmt: skip


def test_worlds_drawn_from_the_posterior(tmp_path: Path):
    table = pd.DataFrame({"weight": [0.5, 0.3, 0.2], "distance": [0.0, 0.1, 0.2], "a": [1.0, 2.0, 3.0]})
    table.to_csv(tmp_path / "posterior.csv", index=False)
    drawn = posterior_scenarios(10, out=tmp_path)
    assert [worlds["a"] for worlds in drawn] == [1.0] * 5 + [2.0] * 3 + [3.0] * 2
    assert posterior_scenarios(3, seed=5, out=tmp_path) == posterior_scenarios(3, seed=5, out=tmp_path)
    assert nearest(tmp_path) == {"a": 1.0}
    with pytest.raises(ParameterError, match="no such file"):
        posterior(tmp_path / "nowhere")


# The shipped free parameters


def test_the_shipped_free_parameters_may_be_set():
    free = read_free()
    assert 8 <= len(free) <= 15
    base = load_comparison()[0].world
    for one in free:
        assert one.why, one.key
        for value in (one.low, one.high):
            load_comparison(changes={one.key: value})
        group, name = one.key.split(".")[1:]
        assert one.low <= getattr(getattr(base, group), name) <= one.high, one.key


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("world.problems.severity: 3", "allowed: low and high"),
        ("world.problems.severity: {low: 1, hihg: 2}", "allowed: low and high"),
        ("world.problems.severity: {low: 2, high: 1}", "low below high"),
        ("world.problems.severity: {low: yes, high: 1}", "low below high"),
        ("world.problems.severity: {low: 0, high: 1, scale: log}", "above 0 in log"),
        ("world.problems.severity: {low: 0, high: 1, scale: logarithm}", "allowed: linear, log"),
        ("just words", "allowed: low and high"),
    ],
)
def test_what_cannot_be_a_prior_is_refused(tmp_path: Path, text: str, says: str):
    path = tmp_path / "free.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=says):
        read_free(path)


@pytest.mark.parametrize("text", ["world.problems.severty: {low: 0.1, high: 1}",
                                  "world.problems.severity: {low: 0.1, high: 1000}"])  # fmt: skip
def test_what_no_world_allows_is_refused_before_anything_runs(tmp_path: Path, text: str):
    (tmp_path / "free.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=r"problems\.sever"):
        calibrate(4, 2, out=tmp_path, progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["free.yaml"]


@pytest.mark.slow
def test_the_default_world_can_be_calibrated(tmp_path: Path):
    (tmp_path / "free.yaml").write_bytes((OUT / "free.yaml").read_bytes())
    tiny = {"world.market.people": 1_000, "run.weeks": 60}
    asked: dict[str, Any] = {"points": 4, "accept": 2, "replications": 1, "waves": 2, "workers": 1, "progress": False}
    table = calibrate(**asked, out=tmp_path, changes=tiny)
    assert len(table) == len(read_free())
    assert ((table["prior_low"] <= table["low"]) & (table["high"] <= table["prior_high"])).all()
    points = pd.read_csv(tmp_path / "points.csv")
    assert len(points) == 4 + 2
    assert set(points) >= {one.key for one in CALIBRATED}
    for changes in posterior_scenarios(3, out=tmp_path):
        load_comparison(changes=changes)
    with pytest.raises(ParameterError, match="another calibration"):
        calibrate(**asked, out=tmp_path, changes=tiny | {"run.weeks": 61})
