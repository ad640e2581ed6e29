"""A sweep is run: what is not in the store yet, on all cores or on a cluster, and its tables."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from tqdm import tqdm

from sim.experiment.metrics import RUN_COLUMNS, summarize
from sim.experiment.points import write
from sim.experiment.pool import spread
from sim.experiment.replicate import mean_interval
from sim.experiment.sweep.plan import Plan
from sim.experiment.sweep.store import Store, name_of
from sim.model.simulation import simulate
from sim.parameters import ParameterError, Scenario

BATCH = 8  # paired worlds that one task runs at most


@dataclass(frozen=True, eq=False)
class Swept:
    """What a sweep found.

    Attributes:
        points: a row a point (its index), a column a varied parameter.
        runs: point, strategy, replication, and the columns of `RUN_COLUMNS`; by point, replication, strategy.
    """

    plan: Plan
    points: pd.DataFrame
    runs: pd.DataFrame

    @property
    def deltas(self) -> pd.DataFrame:
        """point, strategy, replication, delta: $ of NPV against the baseline in the same paired world."""
        wide = self.runs.pivot(index=["point", "replication"], columns="strategy", values="npv")
        baseline, *others = [name for name in self.runs["strategy"].unique()]
        paired = wide[others].sub(wide[baseline], axis=0)
        long = paired.melt(var_name="strategy", value_name="delta", ignore_index=False).reset_index()
        return long[["point", "strategy", "replication", "delta"]].dropna().reset_index(drop=True)

    @property
    def of_last(self) -> pd.DataFrame:
        """The paired differences of the last strategy."""
        deltas = self.deltas
        return deltas[deltas["strategy"] == deltas["strategy"].iloc[-1]]


def sweep(
    plan: Plan,
    out: Path,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: bool | TextIO = True,
    part: tuple[int, int] = (1, 1),
    doing: str = "sweeping",
) -> Swept:
    """Runs what is missing of a sweep in the store `out`; returns all of it. Stopped, it goes on where it was.

    Args:
        workers: processes; None for one a core.
        scheduler: address of a Dask scheduler ('tcp://host:8786') whose workers run it instead, all of which must
            see `out` under the same path.
        part: (k, n): only every n-th point from the k-th on; the parts of several machines are merged afterwards.
        doing: what the progress bar says.

    Raises:
        ParameterError: a point that cannot be run, a store of another version, a scheduler that is not there.
    """
    first, parts = part
    mine = {number: each for number, each in enumerate(plan.check()) if number % parts == first - 1}
    store = Store(out)
    store.tidy()
    wanted = dict.fromkeys(mine, plan.replications)
    while True:
        _run(store, mine, wanted, workers, scheduler, progress, doing)
        more = _less_sure_than_wanted(plan, store, mine, wanted)
        if not more:
            break
        wanted |= more
    store.tidy()
    return swept(plan, store, mine)


def _run(
    store: Store, scenarios: Mapping[int, list[Scenario]], wanted: Mapping[int, int], workers: int | None,
    scheduler: str | None, progress: bool | TextIO, doing: str,
) -> None:  # fmt: skip
    done, tasks, total = store.done(), [], 0
    for number, each in scenarios.items():
        missing: dict[tuple[Scenario, ...], list[int]] = defaultdict(list)
        names = [name_of(scenario) for scenario in each]
        for replication in range(wanted[number]):
            to_do = tuple(s for s, name in zip(each, names, strict=True) if (name, replication) not in done)
            done |= {(name, replication) for name in names}  # another point may be the same
            if to_do:
                missing[to_do].append(replication)
        total += wanted[number] * len(each)
        for to_do, worlds in missing.items():
            tasks += [(store.folder, to_do, worlds[i : i + BATCH]) for i in range(0, len(worlds), BATCH)]
    left = sum(len(to_do) * len(worlds) for _, to_do, worlds in tasks)
    if not left:
        return
    with tqdm(
        total=total, initial=total - left, desc=doing, unit="run", disable=progress is False, mininterval=0.5,
        file=progress if not isinstance(progress, bool) else sys.stderr, ncols=88, smoothing=0.05,
    ) as bar:  # fmt: skip
        try:
            for _, count in spread(_run_task, tasks, workers, scheduler):
                bar.update(count)
        except OSError as error:
            raise ParameterError(
                f"out: {str(store.folder)!r}: {error.strerror or error}. What was run before is kept."
            ) from None


def _run_task(folder: Path, scenarios: tuple[Scenario, ...], replications: list[int]) -> int:
    """Runs and keeps a few paired worlds of a point; returns how many runs that were."""
    names = [name_of(scenario) for scenario in scenarios]
    rows = [
        {"scenario": name, "replication": replication, **summarize(simulate(scenario, replication))}
        for replication in replications  # a world's people are drawn once for all strategies
        for name, scenario in zip(names, scenarios, strict=True)
    ]
    Store(folder).add(rows)
    return len(rows)


def _less_sure_than_wanted(
    plan: Plan, store: Store, scenarios: Mapping[int, list[Scenario]], wanted: Mapping[int, int]
) -> dict[int, int]:
    """Points whose interval is still too wide -> how many paired worlds they get."""
    if plan.precision is None:
        return {}
    more: dict[int, int] = {}
    deltas = swept(plan, store, scenarios).deltas
    for _, group in deltas.groupby(["point", "strategy"]):
        point = int(group["point"].iloc[0])
        _, half = mean_interval(group["delta"].to_numpy())
        n = wanted[point]
        if half > plan.precision and n < plan.max_replications:
            # The half width shrinks with the root of n
            enough = int(np.ceil(n * (half / plan.precision) ** 2)) if np.isfinite(half) else 2 * n
            more[point] = min(max(enough, n + 2, more.get(point, 0)), 4 * n, plan.max_replications)
    return more


def swept(plan: Plan, store: Store, scenarios: Mapping[int, list[Scenario]]) -> Swept:
    """What a store holds of the points given."""
    asked = pd.DataFrame(
        [
            {"point": number, "place": place, "strategy": scenario.strategy_name, "scenario": name_of(scenario)}
            for number, each in scenarios.items()
            for place, scenario in enumerate(each)
        ]
    )
    columns = ", ".join(f"runs.{name}" for name in RUN_COLUMNS)
    runs = store.ask(
        f"SELECT point, strategy, replication, {columns} FROM asked JOIN runs USING (scenario) "
        "ORDER BY point, replication, place",
        asked=asked,
    ) if store.done() else pd.DataFrame(columns=["point", "strategy", "replication", *RUN_COLUMNS])  # fmt: skip
    points = pd.DataFrame([plan.points[number] for number in scenarios], index=pd.Index(scenarios, name="point"))
    return Swept(plan, points[[key for key in plan.varied if key in points]], runs)


def save(found: Swept, out: Path, prefix: str = "") -> list[str]:
    """Writes points, runs and paired differences as .parquet and .csv beside the store; returns the files' names."""
    tables: dict[str, Any] = {"points": found.points.reset_index(), "runs": found.runs, "deltas": found.deltas}
    tables = {prefix + name: table for name, table in tables.items()}
    written = []
    for name, table in tables.items():
        write(out / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
        draft = out / f".{name}.partial"
        table.to_parquet(draft, index=False)
        draft.replace(out / f"{name}.parquet")
        written += [f"{name}.csv", f"{name}.parquet"]
    return written
