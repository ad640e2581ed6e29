"""Many runs: every strategy in every paired world, on as many processes as wanted, in an order that never changes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from sim.experiment.metrics import cumulative_npv, summarize
from sim.experiment.survey import survey as ask_buyers
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
    run = simulate(scenario, replication)
    dollars = {account: run.ledger[:, index] / 100 for index, account in enumerate(ACCOUNTS)}
    weeks = run.weeks | dollars | {"net": run.ledger.sum(axis=1) / 100, "cumulative_npv": cumulative_npv(run)}
    return Result(scenario.strategy_name, replication, weeks, summarize(run), ask_buyers(run) if asked else {})


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
    tasks = [(scenario, replication, survey) for replication in replications for scenario in scenarios]
    workers = min(workers or os.cpu_count() or 1, len(tasks))
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
        for result in _results(tasks, workers):
            done[result.strategy, result.replication] = result
            bar.update()
    return [done[scenario.strategy_name, replication] for scenario, replication, _ in tasks]


def _results(tasks: list[tuple[Scenario, int, bool]], workers: int) -> Iterator[Result]:
    if workers <= 1:
        yield from (run_one(*task) for task in tasks)
        return
    # Spawned, not forked: the same on every system, and safe beside a notebook's threads
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_follow_parent) as pool:
        futures = [pool.submit(run_one, *task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _follow_parent() -> None:
    """A worker leaves Ctrl-C to its parent and ends when the parent does, even if that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


def mean_interval(values: NDArray[np.float64]) -> tuple[Any, Any]:
    """(mean, half width of the 95 % t interval) over runs, along axis 0; the half width of one run is infinite."""
    from scipy.stats import t

    n = len(values)
    mean = values.mean(axis=0)
    if n < 2:
        return mean, np.full_like(mean, np.inf)
    return mean, t.ppf(0.975, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
