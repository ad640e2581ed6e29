"""Contested mechanisms switched off, one at a time: does the answer hold without them?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TextIO

import pandas as pd

from sim.experiment.compare import Comparison, collect
from sim.experiment.replicate import replicate
from sim.parameters.fields import Group
from sim.parameters.scenario import Scenario

AS_IT_IS = "as it is"
COLUMNS = ("ablation", "meaning", "strategy", "mean", "low", "high", "active", "replications")
# name -> (what is switched off, changes by dotted key)
ABLATIONS: dict[str, tuple[str, Callable[[Scenario], Mapping[str, Any]]]] = {
    "equal news speed": (
        "bad news travels as fast as good news",
        lambda scenario: {"world.word_of_mouth.delay_bad": scenario.world.word_of_mouth.delay_good},
    ),
    "m = 1": (
        "a bad story or warning weighs no more than a good one",
        lambda scenario: {"world.word_of_mouth.bad_multiplier": 1.0},
    ),
    "no network": ("nobody tells anybody", lambda scenario: {"world.word_of_mouth.network": "none"}),
    "no rival": ("there is nowhere else to go", lambda scenario: {"world.rival.entry_week": None}),
    "no learning": (
        "the firm learns nothing from what goes wrong",
        lambda scenario: {"strategy.learning.analysis": 0.0},
    ),
}


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with values at dotted keys ('world.rival.entry_week') replaced."""

    def put(group: Group, path: list[str], value: Any) -> Group:
        name, *rest = path
        inner = put(getattr(group, name), rest, value) if rest else value
        return group.model_copy(update={name: inner})

    for key, value in changes.items():
        scenario = put(scenario, key.split("."), value)  # type: ignore[assignment]
    return scenario


def ablate(
    comparison: Comparison, replications: int = 4, workers: int | None = None, progress: bool | TextIO = True
) -> pd.DataFrame:
    """The difference of NPV again, without each contested mechanism, in the first paired worlds of the comparison.

    Columns: ablation, meaning, strategy, mean, low, high ($ against the baseline, 95 %), active (False: the mechanism
    is off already, so the row repeats the first one), replications. The first row of each strategy has all on.
    """
    first = comparison.scenarios
    n = min(replications, comparison.replications)
    if not n:
        return pd.DataFrame(columns=list(COLUMNS))
    without = {
        name: [changed(scenario, changes(scenario)) for scenario in first] for name, (_, changes) in ABLATIONS.items()
    }
    active = {name: scenarios for name, scenarios in without.items() if scenarios != list(first)}
    asked = [
        scenario.model_copy(update={"strategy_name": f"{name}/{scenario.strategy_name}"})
        for name, scenarios in active.items()
        for scenario in scenarios
    ]
    results = replicate(asked, range(n), workers, progress, survey=False) if asked else []
    few = comparison.runs["replication"] < n
    cut = Comparison(first, comparison.weeks[comparison.weeks["replication"] < n], comparison.runs[few])
    compared = {AS_IT_IS: cut}
    for name, scenarios in active.items():
        own = [r for r in results if r.strategy.startswith(f"{name}/")]
        renamed = [type(r)(r.strategy.removeprefix(f"{name}/"), r.replication, r.weeks, r.row, r.survey) for r in own]
        compared[name] = collect(scenarios, renamed)
    rows = []
    for name in (AS_IT_IS, *ABLATIONS):
        found = compared.get(name, cut)
        for strategy in comparison.strategies[1:]:
            difference = found.difference(strategy)
            rows.append(
                {
                    "ablation": name,
                    "meaning": ABLATIONS[name][0] if name in ABLATIONS else "all mechanisms on",
                    "strategy": strategy,
                    "mean": difference.mean,
                    "low": difference.low,
                    "high": difference.high,
                    "active": name in compared,
                    "replications": n,
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))
