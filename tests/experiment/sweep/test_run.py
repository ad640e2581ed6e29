"""Sweeps that are stopped, extended, merged: the tables are those of a sweep in one go, and nothing is run twice."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from sim.experiment.replicate import mean_interval
from sim.experiment.sweep import run as floor
from sim.experiment.sweep.plan import Plan
from sim.experiment.sweep.run import save, sweep
from sim.experiment.sweep.store import Store, name_of
from sim.model.simulation import simulate
from sim.parameters import ParameterError, load_comparison

MARGINS = tuple({"world.needs.gross_margin": margin / 100} for margin in range(10, 58, 4))
PLAN = Plan(
    "mine", changes={"world.market.people": 200, "run.weeks": 20}, replications=2, design="list", listed=MARGINS[:4]
)


def quietly(plan: Plan, out: Path, **more):
    return sweep(plan, out, 1, progress=False, **more)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """What is simulated from now on."""
    runs: list[tuple] = []

    def counting(scenario, replication):
        runs.append((name_of(scenario), replication))
        return simulate(scenario, replication)

    monkeypatch.setattr(floor, "simulate", counting)
    return runs


def test_a_sweep_is_the_runs_of_its_points(tmp_path: Path):
    found = quietly(PLAN, tmp_path)
    assert len(found.runs) == 4 * 2 * 2
    assert found.points["world.needs.gross_margin"].tolist() == [0.1, 0.14, 0.18, 0.22]
    for _, row in found.runs.iterrows():
        scenarios = load_comparison(changes=dict(PLAN.changes) | PLAN.points[row["point"]])
        scenario = next(one for one in scenarios if one.strategy_name == row["strategy"])
        run = simulate(scenario, row["replication"])
        assert row["npv"] == floor.summarize(run)["npv"]
    wide = found.runs.pivot(index=["point", "replication"], columns="strategy", values="npv")
    expected = (wide["profit_center"] - wide["cost_center"]).to_numpy()
    assert found.deltas["delta"].to_numpy() == pytest.approx(expected)


def test_nothing_is_run_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    runs = counted(monkeypatch)
    first = quietly(PLAN, tmp_path)
    assert len(runs) == len(set(runs)) == 16
    again = quietly(PLAN, tmp_path)
    assert len(runs) == 16
    pd.testing.assert_frame_equal(first.runs, again.runs)


def test_a_sweep_is_extended_by_points_worlds_and_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    quietly(PLAN, tmp_path)
    runs = counted(monkeypatch)
    more = Plan("mine", changes=PLAN.changes, replications=3, design="list", listed=MARGINS[:5])
    found = quietly(more, tmp_path)
    assert len(runs) == 4 * 2 * 1 + 1 * 2 * 3
    pd.testing.assert_frame_equal(found.runs, quietly(more, tmp_path / "apart").runs)
    runs.clear()
    further = tuple(point | {"world.rival.number": rivals} for point in MARGINS[:4] for rivals in (1, 2))
    found = quietly(Plan("mine", changes=PLAN.changes, replications=3, design="list", listed=further), tmp_path)
    assert len(runs) == 4 * 2 * 3  # one rival is what the world has: those runs are there
    assert len(found.runs) == 8 * 2 * 3


def test_points_that_are_the_same_are_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    runs = counted(monkeypatch)
    found = quietly(Plan("mine", changes=PLAN.changes, replications=2, design="list", listed=MARGINS[:1] * 3), tmp_path)
    assert len(runs) == 4
    assert len(found.runs) == 12


def test_two_halves_merged_are_the_whole(tmp_path: Path):
    whole = quietly(PLAN, tmp_path / "whole")
    for half in (1, 2):
        found = quietly(PLAN, tmp_path / str(half), part=(half, 2))
        assert found.points.index.tolist() == [half - 1, half + 1]
    store = Store(tmp_path / "both")
    assert store.merge([tmp_path / "1", tmp_path / "2"]) == 16
    assert store.merge([tmp_path / "1"]) == 0
    merged = quietly(PLAN, tmp_path / "both")
    pd.testing.assert_frame_equal(merged.runs, whole.runs)


def test_worlds_are_added_until_the_interval_is_as_narrow_as_wanted(tmp_path: Path):
    loose = quietly(PLAN, tmp_path).deltas
    halves = {point: mean_interval(group["delta"].to_numpy())[1] for point, group in loose.groupby("point")}
    wanted = sorted(halves.values())[1] * 1.01  # two points are sure enough, two are not
    plan = Plan("mine", changes=PLAN.changes, replications=2, precision=wanted, max_replications=12, design="list",
                listed=MARGINS[:4])  # fmt: skip
    found = quietly(plan, tmp_path).deltas
    for point, group in found.groupby("point"):
        half = mean_interval(group["delta"].to_numpy())[1]
        assert half <= wanted or len(group) == 12
        assert (len(group) == 2) == (halves[point] <= wanted)


def test_the_store_of_another_version_is_refused_and_kept(tmp_path: Path):
    quietly(PLAN, tmp_path)
    card = tmp_path / "store.json"
    card.write_text(card.read_text().replace('"model": "', '"model": "another '), encoding="utf-8")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(ParameterError, match="another version"):
        quietly(PLAN, tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_bad_point_is_found_before_any_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    runs = counted(monkeypatch)
    bad = Plan("mine", changes=PLAN.changes, design="list", listed=(*MARGINS[:2], {"world.needs.gross_margin": 1.5}))
    with pytest.raises(ParameterError, match="gross_margin"):
        quietly(bad, tmp_path / "new")
    assert not runs
    assert not (tmp_path / "new").exists()


def test_a_full_disk_ends_the_sweep_in_words_and_keeps_what_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    kept, write = [], Store._write

    def full(self, table):
        if len(kept) == 2:
            raise OSError(28, "No space left on device")
        kept.append(write(self, table))
        return kept[-1]

    monkeypatch.setattr(Store, "_write", full)
    with pytest.raises(ParameterError, match=r"No space left on device.*kept"):
        quietly(PLAN, tmp_path)
    monkeypatch.undo()
    runs = counted(monkeypatch)
    quietly(PLAN, tmp_path)
    assert len(runs) == 8


def test_many_shards_become_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = quietly(PLAN, tmp_path)
    monkeypatch.setattr("sim.experiment.sweep.store.FEW", 2)
    joined = quietly(PLAN, tmp_path)
    assert len(list((tmp_path / "runs").iterdir())) == 1
    pd.testing.assert_frame_equal(found.runs, joined.runs)


def test_texts_do_not_name_a_run_but_every_number_does():
    scenario = load_comparison()[0]
    told = scenario.world.model_copy(update={"title": "Another", "story": "of it"})
    assert name_of(scenario.model_copy(update={"world": told})) == name_of(scenario)
    for key, value in (("world.needs.mean", 0.07), ("strategy.remedy.respect", 0.1), ("run.seed", 2)):
        assert name_of(load_comparison(changes={key: value})[0]) != name_of(scenario)
    assert name_of(load_comparison(changes={"run.replications": 7})[0]) == name_of(scenario)


# Killed

SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_run import LONGER
from sim.experiment.sweep.run import save, sweep
if __name__ == "__main__":
    save(sweep(LONGER, Path(sys.argv[1]), 2, progress=False), Path(sys.argv[1]))
"""
LONGER = Plan(
    "mine", changes={"world.market.people": 2000, "run.weeks": 52}, replications=6, design="list", listed=MARGINS
)
TABLES = ("points", "runs", "deltas")


@pytest.mark.slow
def test_killed_at_ten_random_moments_it_ends_as_if_it_had_not_been(tmp_path: Path):
    out, chance = tmp_path / "killed", random.Random(1)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent)), encoding="utf-8")

    def start() -> subprocess.Popen:
        return subprocess.Popen([sys.executable, str(script), str(out)])

    parent, kills = start(), {"parent": 0, "worker": 0}
    while sum(kills.values()) < 10:
        time.sleep(chance.uniform(0.2, 2.5))
        if parent.poll() is not None:
            break
        workers = [
            child for child in psutil.Process(parent.pid).children() if "spawn_main" in " ".join(child.cmdline())
        ]
        if chance.random() < 0.5 and workers:
            chance.choice(workers).send_signal(signal.SIGKILL)
            kills["worker"] += 1
        else:
            os.kill(parent.pid, signal.SIGKILL)
            parent.wait()
            kills["parent"] += 1
        for shard in out.glob("runs/*.parquet"):
            pd.read_parquet(shard)  # whole at any moment
        if parent.poll() is not None:
            parent = start()
    assert parent.wait(timeout=120) == 0
    assert kills["parent"] >= 2
    assert kills["worker"] >= 2
    once = sweep(LONGER, tmp_path / "once", 2, progress=False)
    save(once, tmp_path / "once")
    for table in TABLES:
        assert (out / f"{table}.csv").read_bytes() == (tmp_path / "once" / f"{table}.csv").read_bytes()
    assert not list(out.glob("runs/*.partial"))
