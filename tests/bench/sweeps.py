"""A sweep, and Mesa's `batch_run` beside it: what it costs to hand out runs, keep them, and know which are missing.

    python sweeps.py cost POINTS PEOPLE WEEKS | engine RUNS PEOPLE WEEKS | mesa RUNS PEOPLE WEEKS

Each prints its figures as JSON, measured in a process of its own with two more to run in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import psutil
from peers.rules import LIGHT, ONE_LINE, agents_for

from sim.experiment.pool import _pool
from sim.experiment.sweep import run as floor
from sim.experiment.sweep.plan import Plan
from sim.experiment.sweep.read import read_plan
from sim.report.readme import ROOT

WORKERS = 2
COST = (100, 5_000, 156)  # points, people, weeks
BESIDE = (100, 5_000, 156)  # runs, people, weeks
REPEATS = 3
TIMES = "times"  # folder in the store, where the workers leave theirs
CLOCKS = ("wall", "cpu", "cpu_simulating")
RUN_TASK = floor._run_task


# The cost of handing out and keeping, in the shipped sweep


def cost(points: int, people: int, weeks: int) -> dict[str, Any]:
    """Figures of a sweep of runs of that size whose processes are up already.

    A run is its simulation and the row of figures taken from it, as in any comparison; all else is overhead: to draw
    the points, check and name them, hand them out, keep each row, and read all of them back.

    Returns:
        runs; wall_seconds, runs_a_second; start_seconds, until its processes are up and have run something;
        overhead_wall: share of the wall time that is not running, by the sum of all runs over the processes;
        overhead_cpu: share of all processor time, this process included, that is not running;
        overhead_cpu_with_rows: the same, the taking of figures counted as overhead too;
        parent_cpu_seconds; megabytes_early, megabytes_late: the most this process held in the first and last quarter.
    """
    changes = {"world.market.people": people, "run.weeks": weeks}
    plan = replace(read_plan("where_it_flips"), changes=changes).resized(points, None)
    spread, me, megabytes = floor.spread, psutil.Process(), []

    def watched(*arguments: Any) -> Iterator[Any]:
        for done in spread(*arguments):
            megabytes.append(me.memory_info().rss / 1e6)
            yield done

    floor.spread, floor._run_task = watched, timed_task  # this process is here for nothing else
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "store"
        began = perf_counter()
        floor.sweep(replace(plan.resized(2 * WORKERS, None), seed=plan.seed + 1), out, WORKERS, progress=False)
        start = perf_counter() - began
        megabytes.clear()
        before = _times(out), _children()
        began, own = perf_counter(), process_time()
        found = floor.sweep(plan, out, WORKERS, progress=False)
        wall, own = perf_counter() - began, process_time() - own
        times, children = _times(out), _children()
    wall_running, cpu_running, cpu_simulating = (
        times[name] - before[0][name] for name in ("wall", "cpu", "cpu_simulating")
    )
    cpu = children - before[1] + own
    quarter = max(1, len(megabytes) // 4)
    return {
        "runs": len(found.runs), "people": people, "weeks": weeks, "workers": WORKERS,
        "wall_seconds": wall, "runs_a_second": len(found.runs) / wall, "start_seconds": start,
        "overhead_wall": 1 - wall_running / WORKERS / wall, "overhead_cpu": 1 - cpu_running / cpu,
        "overhead_cpu_with_rows": 1 - cpu_simulating / cpu, "parent_cpu_seconds": own,
        "megabytes_early": max(megabytes[:quarter]), "megabytes_late": max(megabytes[-quarter:]),
    }  # fmt: skip


def timed_task(folder: Path, *task: Any) -> int:
    """A task of the sweep in a worker, which notes how long it ran."""
    steps, spent = {"simulate": floor.simulate, "summarize": floor.summarize}, dict.fromkeys(CLOCKS, 0.0)

    def timed(name: str) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            wall, cpu = perf_counter(), process_time()
            result = steps[name](*arguments)
            cpu = process_time() - cpu
            spent["wall"] += perf_counter() - wall
            spent["cpu"] += cpu
            spent["cpu_simulating"] += cpu if name == "simulate" else 0.0
            return result

        return step

    try:
        floor.simulate, floor.summarize = timed("simulate"), timed("summarize")
        count = RUN_TASK(folder, *task)
    finally:
        floor.simulate, floor.summarize = steps.values()
    (folder / TIMES).mkdir(exist_ok=True)
    with (folder / TIMES / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(spent) + "\n")
    return count


def _times(out: Path) -> dict[str, float]:
    """Seconds that all workers have run so far."""
    lines = [json.loads(line) for file in (out / TIMES).glob("*.jsonl") for line in file.read_text().splitlines()]
    return {name: sum(line[name] for line in lines) for name in CLOCKS}


def _children() -> float:
    """Processor seconds of this process's children so far."""
    return sum(sum(child.cpu_times()[:2]) for child in psutil.Process().children())


# Beside Mesa, in the light world: runs that differ by their seed, processes started with them


def engine(runs: int, people: int, weeks: int) -> dict[str, Any]:
    """Figures of a sweep of the light world: stored run by run, and read back as a table."""
    changes = {"world.market.people": people, "run.weeks": weeks, "strategy.staffing.agents": agents_for(people)}
    seeds = tuple({"run.seed": seed} for seed in range(1, runs + 1))
    plan = Plan("light", world=LIGHT, strategies=(ONE_LINE,), changes=changes, replications=1, design="list",
                listed=seeds)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        return _whole(lambda: len(floor.sweep(plan, Path(folder), WORKERS, progress=False).runs))


def mesa(runs: int, people: int, weeks: int) -> dict[str, Any]:
    """Figures of `mesa.batch_run` of the same rules: its rows in memory."""
    from mesa.batchrunner import batch_run
    from peers.mesa_batch import BatchWorld

    asked = {"people": people, "agents": agents_for(people), "seed": range(1, runs + 1)}
    return _whole(
        lambda: len(batch_run(BatchWorld, asked, number_processes=WORKERS, max_steps=weeks - 1, display_progress=False))
    )


def _whole(batch: Callable[[], int]) -> dict[str, Any]:
    """Wall and processor seconds of a batch with all its processes, from before they start to after they are gone."""
    began, before = perf_counter(), os.times()
    runs = batch()
    wall = perf_counter() - began
    _pool(WORKERS).shutdown()  # only then what they used is known
    after = os.times()
    return {"runs": runs, "wall_seconds": wall, "cpu_seconds": sum(after[:4]) - sum(before[:4])}


def measure() -> dict[str, Any]:
    """All figures of sweeps: the cost of one, and one beside Mesa's, the median of repeats taken in turn."""
    runs, *size = BESIDE
    pairs = [(measured("engine", runs, *size), measured("mesa", runs, *size)) for _ in range(REPEATS)]
    ours, theirs = (
        sorted(each, key=lambda one: one["wall_seconds"])[REPEATS // 2] for each in zip(*pairs, strict=True)
    )
    beside = {"people": size[0], "weeks": size[1], "engine": ours, "mesa": theirs}
    return {"cost": measured("cost", *COST), "beside": beside | {"all": pairs}}


def measured(what: str, *sizes: int) -> dict[str, Any]:
    """Figures from a process of its own."""
    command = [sys.executable, __file__, what, *map(str, sizes)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


if __name__ == "__main__":
    print(json.dumps({"cost": cost, "engine": engine, "mesa": mesa}[sys.argv[1]](*map(int, sys.argv[2:]))))
