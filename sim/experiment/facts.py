"""The stylised facts measured over many runs, each judged by its band in the literature (`stylised.py`)."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

import numpy as np
import pandas as pd
from tqdm import tqdm

from sim.experiment.measure import Sums, lives, measure
from sim.experiment.pool import spread
from sim.experiment.replicate import mean_interval
from sim.experiment.stylised import FACTS, LOYAL, RICHER, Fact
from sim.experiment.survey import simulate_surveyed
from sim.model.simulation import simulate
from sim.parameters.scenario import Scenario

VERSION = "1"  # of the facts, raised whenever the same runs give other values of them; as in sim.model.version
PAIRED_SHARE = 3  # one replication in so many also has its paired runs


def facts(
    scenarios: Sequence[Scenario],
    replications: int = 30,
    workers: int | None = None,
    progress: bool | TextIO = True,
) -> pd.DataFrame:
    """Every fact with its 95 % interval over runs, and whether its value lies in the band of the literature.

    All strategies together, in the same paired worlds; the desk's facts for the first one alone. A third of the
    replications, at least two, also have the runs that differ in one parameter.

    Args:
        workers: processes; None for one a core, 1 for none beside this one.
        progress: a bar on standard error or a stream of yours; False for none.
    """
    pairs = range(min(replications, max(2, replications // PAIRED_SHARE)))
    tasks = [
        (scenario, replication, replication in pairs) for replication in range(replications) for scenario in scenarios
    ]
    seen: dict[int, dict[str, float]] = {}
    with tqdm(
        total=len(tasks), desc="facts", unit="run", file=sys.stderr if isinstance(progress, bool) else progress,
        disable=progress is False, mininterval=0.5, ncols=88,
    ) as bar:  # fmt: skip
        for number, sums in spread(_observe, tasks, workers):
            seen[number] = sums
            bar.update()
    rows = [[seen[number + k] for k in range(len(scenarios))] for number in range(0, len(tasks), len(scenarios))]
    return judge(rows)


def _observe(scenario: Scenario, replication: int, paired: bool) -> dict[str, float]:
    """Sums of a run, with those of its paired runs."""
    run, surveyed = simulate_surveyed(scenario, replication)
    sums = measure(run, surveyed)
    if paired:
        sums |= lives(run)
        for name, other in variants(scenario).items():
            sums |= {f"{name}_{key}": value for key, value in lives(simulate(other, replication)).items()}
    return sums


def variants(scenario: Scenario) -> dict[str, Scenario]:
    """The scenario and its two paired ones: customers less prone to lose interest, a gross margin 1 % higher."""

    def having(**changes: float) -> Scenario:
        needs = scenario.world.needs.model_copy(update=changes)
        return scenario.model_copy(update={"world": scenario.world.model_copy(update={"needs": needs})})

    needs = scenario.world.needs
    return {
        "loyal": having(dropout_a=LOYAL * needs.dropout_a),
        "richer": having(gross_margin=RICHER * needs.gross_margin),
    }


def judge(rows: Sequence[Sequence[Sums]], which: Sequence[Fact] = FACTS) -> pd.DataFrame:
    """The facts of some replications, a row each.

    Args:
        rows: for each replication the sums of a run of each strategy; those with paired runs come first.
    """
    everyone = [_total(runs) for runs in rows]
    samples: dict[str, Sequence[Sums]] = {
        "all": everyone,
        "first": [runs[0] for runs in rows],
        "pairs": [sums for sums in everyone if "loyal_won" in sums],
    }
    table = []
    for fact in which:
        value, half = estimate(fact.value, samples[fact.of])
        table.append(
            {"fact": fact.key, "meaning": fact.meaning, "unit": fact.unit, "low": fact.low, "high": fact.high,
             "value": value, "interval_low": value - half, "interval_high": value + half,
             "holds": fact.low <= value <= fact.high, "source": fact.source}
        )  # fmt: skip
    return pd.DataFrame(table)


def _total(runs: Sequence[Sums]) -> dict[str, float]:
    """The sums that all runs have, summed."""
    return {name: sum(run[name] for run in runs) for name in runs[0] if all(name in run for run in runs)}


def estimate(value: Callable[[Sums], float], runs: Sequence[Sums]) -> tuple[float, float]:
    """A function of sums over runs and the half width of its 95 % interval, by linearisation over runs."""
    if not runs:
        return math.nan, math.nan
    total = _total(runs)
    centre = value(total)
    if not math.isfinite(centre):
        return math.nan, math.nan

    def moved(run: Sums, step: float) -> float:
        return value({name: total[name] + step * run[name] for name in total})

    # How the value moves as a run counts a little more: for a ratio, the residual of Comparison.survey
    step = 1e-4
    slopes = np.array([(moved(run, step) - moved(run, -step)) / (2 * step) for run in runs])
    _, half = mean_interval(len(runs) * slopes)
    return centre, float(half)
