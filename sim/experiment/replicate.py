"""Many runs: every strategy in every paired world, on as many processes as wanted, in an order that never changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from sim.experiment.metrics import cumulative_npv, summarize
from sim.experiment.pool import spread
from sim.experiment.survey import simulate_surveyed
from sim.model.ledger import ACCOUNTS
from sim.model.simulation import simulate
from sim.parameters.scenario import Scenario


@dataclass(frozen=True)
class Result:
    """What is kept of one run: its weeks, its row and its survey sums."""

    strategy: str
    replication: int
    weeks: dict[str, NDArray[Any]]
    row: dict[str, float]
    survey: dict[str, float]


def run_one(scenario: Scenario, replication: int, asked: bool = True) -> Result:
    """One run reduced to its weekly table, its row and, if asked for, its survey."""
    run, asked_buyers = simulate_surveyed(scenario, replication) if asked else (simulate(scenario, replication), {})
    dollars = {account: run.ledger[:, index] / 100 for index, account in enumerate(ACCOUNTS)}
    weeks = run.weeks | dollars | {"net": run.ledger.sum(axis=1) / 100, "cumulative_npv": cumulative_npv(run)}
    return Result(scenario.strategy_name, replication, weeks, summarize(run), asked_buyers)


def run_together(tasks: Sequence[tuple[Scenario, int, bool]]) -> list[Result]:
    """Several runs in turn: of one paired world, they draw people and network once."""
    return [run_one(*task) for task in tasks]


def replicate(
    scenarios: Sequence[Scenario],
    replications: Iterable[int],
    workers: int | None = None,
    progress: bool | TextIO = True,
    survey: bool = True,
) -> list[Result]:
    """All scenarios in all replications, ordered by replication, then scenario, whatever the number of workers.

    Args:
        workers: processes; None for one a core, 1 for none beside this one.
        progress: a bar with the time left, on standard error or a stream of yours; False for none.
        survey: whether buyers are asked too, which takes another short run for each.
    """
    worlds = [[(scenario, replication, survey) for scenario in scenarios] for replication in replications]
    tasks = [task for world in worlds for task in world]
    few = len(worlds) < 2 * (workers or os.cpu_count() or 1)  # then a run each keeps all processes busy
    batches = [[task] for task in tasks] if few else worlds
    done: dict[tuple[str, int], Result] = {}
    with tqdm(
        total=len(tasks),
        desc="simulating",
        unit="run",
        file=progress if not isinstance(progress, bool) else sys.stderr,
        disable=progress is False,
        mininterval=0.5,
        dynamic_ncols=False,
        ncols=88,
    ) as bar:
        for _, results in spread(run_together, [(batch,) for batch in batches], workers):
            done |= {(result.strategy, result.replication): result for result in results}
            bar.update(len(results))
    return [done[scenario.strategy_name, replication] for scenario, replication, _ in tasks]


def mean_interval(values: NDArray[np.float64]) -> tuple[Any, Any]:
    """(mean, half width of the 95 % t interval) over runs, along axis 0; the half width of one run is infinite."""
    from scipy.stats import t

    n = len(values)
    mean = values.mean(axis=0)
    if n < 2:
        return mean, np.full_like(mean, np.inf)
    return mean, t.ppf(0.975, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
