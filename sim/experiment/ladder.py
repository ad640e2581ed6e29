"""The verification ladder: known answers, each a parameter file run through the engine and held against theory.

A rung says how its observables are read from runs, and what theory says of them. Observables are ratios of sums over
replications (a mean is a ratio to the number of them); their standard errors come from replications only.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import numpy as np
import pandas as pd
from tqdm import tqdm

from sim.experiment.pool import spread
from sim.experiment.rungs import RUNGS, Rung, Seen
from sim.experiment.theory import Band
from sim.parameters.cases import Case, load_case
from sim.parameters.errors import ParameterError, suggestion

LIMIT = 3.0  # standard errors between theory and simulation
EXACT = 1e-6  # relative error allowed where chance has no part
COLUMNS = (
    "rung", "point", "observable", "theory", "simulated", "standard_error", "z", "relative_error", "replications",
    "holds",
)  # fmt: skip


def rung_of(case: Case) -> Rung:
    """The rung whose theory a case names."""
    name = case.extras.get("theory", "")
    if name not in RUNGS:
        raise ParameterError(
            f"known answer {case.name}, theory: got {name!r}; allowed: one of {', '.join(RUNGS)}."
            f"{suggestion(name, RUNGS)}"
        )
    return RUNGS[name]


def verify(
    name: str,
    replications: int | None = None,
    changes: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: bool | TextIO = True,
) -> pd.DataFrame:
    """A known answer, by its shipped name or a .yaml file: a row an observable and point, in the columns COLUMNS.

    Args:
        replications: paired worlds; None for as many as the case says.
        changes: dotted keys, applied to simulation and theory alike.
        workers: processes; None for one a core, 1 for none beside this one.
        progress: a bar on standard error or a stream of yours; False for none.
    """
    case = load_case("known_answer", name, changes)
    seen = observe(case, replications, workers, progress)
    return judge(case, seen)


def observe(
    case: Case, replications: int | None = None, workers: int | None = None, progress: bool | TextIO = True
) -> dict[str, list[Seen]]:
    """Each point of a case, played in so many paired worlds."""
    play = rung_of(case).play
    tasks = [
        (scenarios, replication)
        for scenarios in case.points.values()
        for replication in range(replications or scenarios[0].run.replications)
    ]
    seen: dict[int, Seen] = {}
    with tqdm(
        total=len(tasks), desc=case.name, unit="run", file=sys.stderr if isinstance(progress, bool) else progress,
        disable=progress is False, mininterval=0.5, ncols=88,
    ) as bar:  # fmt: skip
        for number, result in spread(play, tasks, workers):
            seen[number] = result
            bar.update()
    numbers = {point: [n for n, task in enumerate(tasks) if task[0] is case.points[point]] for point in case.points}
    return {point: [seen[number] for number in theirs] for point, theirs in numbers.items()}


def judge(case: Case, seen: Mapping[str, Sequence[Seen]]) -> pd.DataFrame:
    """Theory of a case against what was seen at its points."""
    rows = []
    for point, results in seen.items():
        for observable, theirs in rung_of(case).expected(case.points[point]).items():
            simulated, error = estimate(observable, results)
            if isinstance(theirs, Band):
                expected, z, holds = theirs.value, np.nan, theirs.low <= simulated <= theirs.high
            else:
                expected = theirs
                z = (simulated - expected) / max(error, EXACT * abs(expected) or EXACT)
                holds = math.isfinite(error) and abs(z) <= LIMIT  # too few runs prove nothing
            relative, n = error / abs(expected) if expected else np.nan, len(results)
            rows.append((case.name, point, observable, expected, simulated, error, z, relative, n, holds))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def estimate(observable: str, results: Sequence[Seen]) -> tuple[float, float]:
    """(ratio of sums, its standard error) over replications, by linearisation; luck that controls reveal is taken out.

    With controls it is the intercept of a regression on them (Lavenberg & Welch 1981).
    """
    check = observable in results[0].checks
    top, bottom = np.array([(seen.checks if check else seen.values)[observable] for seen in results]).T
    ratio = top.sum() / bottom.sum()
    each = (top - ratio * bottom) / bottom.mean()
    x = np.ones((each.size, 1))
    if not check:
        x = np.column_stack([x, np.array([seen.controls for seen in results])])
    free = each.size - x.shape[1]
    if free < 1:
        return float(ratio), float("inf")
    weights, *_ = np.linalg.lstsq(x, each, rcond=None)
    variance = float(((each - x @ weights) ** 2).sum()) / free
    return float(ratio + weights[0]), float(np.sqrt(variance * np.linalg.pinv(x.T @ x)[0, 0]))
