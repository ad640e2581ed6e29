"""Arms of an experiment: the same worlds with one thing changed in each, all in the same paired worlds of chance."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TextIO

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from tqdm import tqdm

from sim.experiment.ablate import changed
from sim.experiment.metrics import summarize
from sim.experiment.pool import spread
from sim.experiment.replicate import mean_interval
from sim.model.records import Run
from sim.model.simulation import simulate
from sim.parameters.scenario import Scenario

BATCH = 6  # arms of one paired world in a task, at most: with more, processes wait for the last one

Measure = Callable[[Run], Mapping[str, float]]


class Estimate(NamedTuple):
    """A mean over paired worlds with its 95 % t interval (infinitely wide for one world)."""

    mean: float
    low: float
    high: float
    n: int


def arm(scenario: Scenario, name: str, changes: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario under another name, with values at dotted keys ('world.rival.entry_week') replaced and checked.

    Raises:
        pydantic.ValidationError: a value that is not allowed, or values that do not go together.
    """
    made = changed(scenario, changes or {}).model_copy(update={"strategy_name": name})
    return Scenario.model_validate(made.model_dump())


def run_arms(
    arms: Sequence[Scenario],
    measure: Measure = summarize,
    workers: int | None = None,
    progress: bool | TextIO = True,
    replications: int | None = None,
) -> pd.DataFrame:
    """Every arm in every paired world.

    Args:
        arms: scenarios with names of their own (`arm`).
        measure: what is kept of a run; a function of a module, so that other processes find it. To have the usual
            columns too: `summarize(run) | {...}`.
        workers: processes; None for one a core.
        replications: paired worlds; the first arm's if not given.

    Returns:
        A row an arm and replication: arm, replication, then what `measure` says.
    """
    names = [each.strategy_name for each in arms]
    if len(set(names)) < len(names):
        raise ValueError(f"arms need names of their own, got {names}")
    worlds = range(replications or arms[0].run.replications)
    tasks = [
        [(each, world, measure) for each in arms[i : i + BATCH]] for world in worlds for i in range(0, len(arms), BATCH)
    ]
    rows: list[dict[str, Any]] = []
    file = progress if not isinstance(progress, bool) else sys.stderr
    total = len(arms) * len(worlds)
    with tqdm(total=total, desc="simulating", unit="run", file=file, disable=progress is False, mininterval=0.5,
              dynamic_ncols=False, ncols=88) as bar:  # fmt: skip
        for _, found in spread(_measured, [(batch,) for batch in tasks], workers):
            rows += found
            bar.update(len(found))
    table = pd.DataFrame(rows)
    table["arm"] = pd.Categorical(table["arm"], names, ordered=True)
    return table.sort_values(["arm", "replication"], ignore_index=True)


def _measured(batch: Sequence[tuple[Scenario, int, Measure]]) -> list[dict[str, Any]]:
    """Several runs in turn: of one paired world, they draw people and network once."""
    return [
        {"arm": each.strategy_name, "replication": replication, **measure(simulate(each, replication))}
        for each, replication, measure in batch
    ]


def of_arm(table: pd.DataFrame, column: str, name: str) -> np.ndarray:
    """A column of one arm, in the order of the paired worlds."""
    return table.loc[table["arm"] == name, column].to_numpy(float)


def estimate(values: ArrayLike) -> Estimate:
    """The mean over paired worlds with its interval; worlds without a value (NaN) are left out."""
    known = np.asarray(values, float)
    known = known[~np.isnan(known)]
    if not known.size:
        return Estimate(np.nan, np.nan, np.nan, 0)
    mean, half = mean_interval(known)
    return Estimate(float(mean), float(mean - half), float(mean + half), known.size)


def mean_of(table: pd.DataFrame, column: str, name: str) -> Estimate:
    """A column's mean in one arm."""
    return estimate(of_arm(table, column, name))


def difference(table: pd.DataFrame, column: str, name: str, against: str) -> Estimate:
    """A column in one arm less the same in another, paired world by world."""
    return estimate(of_arm(table, column, name) - of_arm(table, column, against))


def differences(table: pd.DataFrame, column: str, against: str) -> pd.DataFrame:
    """A column of every other arm less that of `against`: a row an arm, with mean, low, high, n."""
    others = [name for name in table["arm"].cat.categories if name != against]
    return pd.DataFrame([{"arm": name, **difference(table, column, name, against)._asdict()} for name in others])
