"""Points beside a sweep's own: where the line is in doubt, the same whoever is stopped, and the world it starts from.

The model is replaced by a planted difference, so that the truth is known and a run takes no time.
"""

import hashlib
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from sim.experiment.calibrate import Free
from sim.experiment.metrics import RUN_COLUMNS
from sim.experiment.sweep import beside
from sim.experiment.sweep import run as floor
from sim.experiment.sweep.beside import check_sharpen, itself, line, sharpen
from sim.experiment.sweep.plan import Plan
from sim.experiment.sweep.run import sweep
from sim.experiment.sweep.store import Store, name_of
from sim.parameters import ParameterError

X, Y = "world.needs.gross_margin", "world.problems.severity"
VARY = {
    X: Free(X, 0.05, 0.6), Y: Free(Y, 0.1, 0.9), "world.labour.wage": Free("world.labour.wage", 12, 40, "log"),
    "world.rival.number": [1, 2, 4],
}  # fmt: skip
PLAN = Plan("planted", replications=2, design="sobol", number=32, vary=VARY)


class Planted:
    """Stands for `simulate` and `summarize`: $2,000 a unit away from a wavy line, and noise in each paired world."""

    def __init__(self) -> None:
        self.runs: Counter[tuple[str, int]] = Counter()

    def simulate(self, scenario, replication):
        self.runs[name_of(scenario), replication] += 1
        x, y = (scenario.world.needs.gross_margin - 0.05) / 0.55, (scenario.world.problems.severity - 0.1) / 0.8
        luck = np.random.default_rng(list(hashlib.sha256(f"{name_of(scenario)} {replication}".encode()).digest()))
        return luck.normal(2000 * (y - 0.3 - 0.25 * np.sin(5 * x)), 300) * (scenario.strategy_name == "profit_center")

    def summarize(self, npv):
        return dict.fromkeys(RUN_COLUMNS, 0.0) | {"npv": npv}


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Planted:
    stand_in = Planted()
    monkeypatch.setattr(floor, "simulate", stand_in.simulate)
    monkeypatch.setattr(floor, "summarize", stand_in.summarize)
    return stand_in


def quietly(plan: Plan, out: Path):
    return sweep(plan, out, 1, progress=False)


def sharpened(found, out: Path, number: int = 16):
    return sharpen(found, X, Y, number, out, 1, progress=False)


def test_sharpened_points_are_near_the_line_and_their_other_values_are_spread(tmp_path: Path, planted: Planted):
    found = quietly(PLAN, tmp_path)
    more = sharpened(found, tmp_path, 32)
    assert more.points.index.tolist() == list(range(32, 64))
    assert sorted(set(more.runs["point"])) == more.points.index.tolist()
    assert more.points.columns.tolist() == found.points.columns.tolist()

    def away(points: pd.DataFrame) -> pd.Series:
        return ((points[Y] - 0.1) / 0.8 - 0.3 - 0.25 * np.sin(5 * (points[X] - 0.05) / 0.55)).abs()

    assert away(more.points).median() < 0.3 * away(found.points).median()
    wages = np.log(more.points["world.labour.wage"] / 12) / np.log(40 / 12)
    assert np.histogram(wages, bins=4, range=(0, 1))[0].tolist() == [8, 8, 8, 8]
    assert set(more.points["world.rival.number"]) == {1, 2, 4}


@pytest.mark.slow
def test_the_grey_area_shrinks_more_than_by_as_many_points_anywhere(tmp_path: Path, planted: Planted):
    gained = []
    for seed in range(1, 6):
        plan = Plan("planted", replications=2, design="sobol", number=40, vary=VARY, seed=seed)
        found = quietly(plan, tmp_path)
        aimed = line(found, X, Y, sharpened(found, tmp_path, 32))
        anywhere = line(quietly(plan.resized(72, None), tmp_path), X, Y)
        assert aimed.n == anywhere.n == 72
        assert aimed.band.mean() < line(found, X, Y).band.mean()
        gained.append(anywhere.band.mean() - aimed.band.mean())
    assert np.mean(gained) > 0


def test_more_of_them_begin_with_those_there_were_and_nothing_is_run_twice(tmp_path: Path, planted: Planted):
    found = quietly(PLAN, tmp_path)
    few = sharpened(found, tmp_path, 8)
    before = planted.runs.total()
    many = sharpened(found, tmp_path, 12)
    assert planted.runs.total() - before == 4 * 2 * 2
    assert max(planted.runs.values()) == 1
    pd.testing.assert_frame_equal(many.points[:8], few.points)


def test_stopped_while_sharpening_it_ends_as_if_it_had_not_been(
    tmp_path: Path, planted: Planted, monkeypatch: pytest.MonkeyPatch
):
    once = sharpened(quietly(PLAN, tmp_path / "once"), tmp_path / "once")
    out, stopped = tmp_path / "stopped", 0
    found = quietly(PLAN, out)
    planted.runs.clear()
    add = Store.add

    def dying(self, rows):
        if len(list(self.shards.iterdir())) % 6 == 5:
            raise KeyboardInterrupt
        add(self, rows)

    while True:
        with monkeypatch.context() as patch:
            if stopped < 3:
                patch.setattr(Store, "add", dying)
            try:
                again = sharpened(found, out)
                break
            except KeyboardInterrupt:
                stopped += 1
                add(Store(out), [{"scenario": f"another {stopped}", "replication": 0, "npv": 0.0}])
    assert stopped == 3
    pd.testing.assert_frame_equal(again.points, once.points)
    pd.testing.assert_frame_equal(again.runs, once.runs)


def test_where_they_are_is_decided_once_and_goes_with_the_store(
    tmp_path: Path, planted: Planted, monkeypatch: pytest.MonkeyPatch
):
    first = sharpened(quietly(PLAN, tmp_path / "a"), tmp_path / "a")
    Store(tmp_path / "b").merge([tmp_path / "a"])
    before = planted.runs.total()
    monkeypatch.setattr(beside, "where_next", None)
    again = sharpened(quietly(PLAN, tmp_path / "b"), tmp_path / "b")
    pd.testing.assert_frame_equal(again.runs, first.runs)
    assert planted.runs.total() == before
    other = quietly(PLAN.resized(33, None), tmp_path / "b")  # other results: decided anew
    with pytest.raises(TypeError):
        sharpened(other, tmp_path / "b")


def test_the_sweep_itself_does_not_know_of_them(tmp_path: Path, planted: Planted):
    found = quietly(PLAN, tmp_path)
    sharpened(found, tmp_path)
    itself(PLAN, tmp_path, 1, progress=False)
    again = quietly(PLAN, tmp_path)
    pd.testing.assert_frame_equal(again.runs, found.runs)
    pd.testing.assert_frame_equal(again.points, found.points)


def test_the_world_itself_has_its_own_values_and_the_runs_of_a_comparison(tmp_path: Path, planted: Planted):
    plan = Plan("planted", replications=2, vary=VARY, number=4, changes={X: 0.5, "run.replications": 6, Y: 0.1})
    one = itself(plan, tmp_path, 1, progress=False)
    assert one.deltas["point"].tolist() == [0] * 6
    assert set(planted.runs) == {(name_of(each), world) for each in plan.scenarios({}) for world in range(6)}
    luck = 3 * 300 / np.sqrt(6)
    assert one.deltas["delta"].mean() == pytest.approx(-2000 * (0.3 + 0.25 * np.sin(5 * 0.45 / 0.55)), abs=luck)


def test_calibrated_worlds_beside_a_plausible_sweep(tmp_path: Path, planted: Planted):
    plan = Plan("planted", replications=2, design="plausible", number=24, vary=VARY)
    plan = Plan(**{**vars(plan), "vary": {key: one for key, one in VARY.items() if key != Y}})
    x, y = X, "world.labour.wage"
    found = quietly(plan, tmp_path)
    more = sharpen(found, x, y, 6, tmp_path, 1, progress=False)
    key = "world.problems.grievance"
    assert set(more.points[key]) <= {float(one) for one in beside_posterior()[key]}
    assert more.points[key].nunique() >= 4


def beside_posterior() -> pd.DataFrame:
    from sim.experiment.sweep.plan import _posterior

    return _posterior()


@pytest.mark.parametrize(
    ("plan", "number", "words"),
    [
        (Plan("g", design="grid", vary={X: [0.1, 0.2], Y: [0.1, 0.5]}), 4, ["--sharpen: got 4", "'grid'"]),
        (PLAN, 513, ["--sharpen: got 513", "at most 512"]),
        (PLAN.resized(9, None), 4, ["9 points to begin with", "at least 10"]),
    ],
)
def test_what_cannot_be_sharpened_is_said_before_any_work(plan: Plan, number: int, words: list[str]):
    with pytest.raises(ParameterError) as error:
        check_sharpen(plan, X, Y, number, "--sharpen")
    for word in words:
        assert word in str(error.value)
    check_sharpen(plan, X, Y, 0, "--sharpen")


ROOT = Path(__file__).resolve().parents[3]
FILE = {
    "design": "sobol", "points": 12, "replications": 2, "changes": {"world.market.people": 2000, "run.weeks": 52},
    "vary": {X: {"low": 0.05, "high": 0.6}, "world.needs.mean": {"low": 0.03, "high": 0.25, "scale": "log"},
             "world.labour.wage": {"low": 12, "high": 40}},
}  # fmt: skip


@pytest.mark.slow
def test_the_command_killed_while_it_sharpens_ends_as_if_it_had_not_been(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(FILE), encoding="utf-8")

    def command(out: str) -> subprocess.Popen:
        code = "from sim.cli import main; main()"
        arguments = ["sweep", str(file), "--sharpen", "24", "--workers", "2", "--out", str(tmp_path / out)]
        return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)

    assert command("once").wait(timeout=300) == 0
    chance, kills = random.Random(2), 0
    while True:
        process = command("killed")
        deadline = time.monotonic() + 120
        while kills < 4 and not list((tmp_path / "killed").glob("sharpened/*.csv")):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        if kills == 4:
            assert process.wait(timeout=300) == 0
            break
        time.sleep(chance.uniform(0, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    for name in ("points", "runs", "deltas", "sharpened_points", "sharpened_runs", "sharpened_deltas"):
        assert (tmp_path / "killed" / f"{name}.csv").read_bytes() == (tmp_path / "once" / f"{name}.csv").read_bytes()
    assert (tmp_path / "killed/verdict.txt").read_bytes() == (tmp_path / "once/verdict.txt").read_bytes()
