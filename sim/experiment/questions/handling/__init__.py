"""How a problem is handled: does it matter how fast, by whom, with what remedy and manners, and does it pay?"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import pandas as pd
from tqdm import tqdm

from sim.experiment.pool import spread
from sim.experiment.questions.arms import arm, run_arms
from sim.experiment.questions.handling import firm, inflicted, moments
from sim.parameters.scenario import Scenario

BASE, NO_REPEAT, ALONE = "base", "repeat weighs no more", "alone"  # worlds in which problems are brought about


@dataclass(frozen=True)
class Findings:
    """What was measured.

    Attributes:
        arms: a row an arm and replication: `firm.measure` of whole firms.
        ways: a row a world, way and replication: `inflicted.follow`.
        moments: a row a replication: `moments.of_world`.
        scenarios: the lean strategy and the better one.
    """

    arms: pd.DataFrame
    ways: dict[str, pd.DataFrame]
    moments: pd.DataFrame
    scenarios: tuple[Scenario, Scenario]


def ask(scenarios: Sequence[Scenario], workers: int | None = None, progress: bool | TextIO = True) -> Findings:
    """Runs everything; in the settings other than the base, problems are brought about in half of the paired worlds.

    Args:
        scenarios: the lean strategy and the better one; any others are not used.
    """
    lean, better = scenarios[0], scenarios[1]
    n = lean.run.replications
    arms = firm.conjoint(lean, better) + firm.apologies(lean) + firm.pushed(better) + firm.desks(lean, better)
    table = run_arms(arms, firm.measure, workers, progress)
    pairs = {name: inflicted.WAYS[name] for name in inflicted.PAIRS}
    styles = {name: inflicted.WAYS[name] for name in inflicted.STYLES}
    worlds = {
        BASE: (better, inflicted.WAYS),
        NO_REPEAT: (arm(better, NO_REPEAT, {"world.beliefs.repeat_weight": 0.0}), pairs),
        ALONE: (arm(better, ALONE, {"world.rival.entry_week": None}), pairs | styles),
    }
    half = min(n, max(2, math.ceil(n / 2)))
    tasks = [
        (name, world, replication, ways)
        for replication in range(n)
        for name, (world, ways) in worlds.items()
        if name == BASE or replication < half
    ]
    rows = _collect(_follow, tasks, workers, progress)
    found = pd.DataFrame([row for part in rows for row in part])
    ways = {}
    for name, (_, asked) in worlds.items():
        of_world = found[found["world"] == name].drop(columns="world")
        of_world = of_world.assign(arm=pd.Categorical(of_world["arm"], [inflicted.NOTHING, *asked], ordered=True))
        ways[name] = of_world.sort_values(["arm", "replication"], ignore_index=True)
    seen = _collect(moments.of_world, [(lean, better, replication) for replication in range(n)], workers, progress)
    watched = pd.DataFrame(seen).sort_values("replication", ignore_index=True)
    return Findings(table, ways, watched, (lean, better))


def _follow(name: str, world: Scenario, replication: int, ways: dict[str, inflicted.Way]) -> list[dict[str, Any]]:
    return [{"world": name, **row} for row in inflicted.follow(world, replication, ways)]


def _collect(
    function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], workers: int | None, progress: bool | TextIO
) -> list[Any]:
    found = {}
    file = progress if not isinstance(progress, bool) else sys.stderr
    with tqdm(total=len(tasks), desc="simulating", unit="world", file=file, disable=progress is False,
              mininterval=0.5, dynamic_ncols=False, ncols=88) as bar:  # fmt: skip
        for number, result in spread(function, tasks, workers):
            found[number] = result
            bar.update()
    return [found[number] for number in range(len(tasks))]
