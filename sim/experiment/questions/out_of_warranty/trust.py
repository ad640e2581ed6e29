"""What lost trust is worth: the price at which customers would rather go to somebody of whom they know nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.metrics import ratio
from sim.experiment.pool import spread
from sim.model.beliefs import perceived_risk
from sim.model.case import REFUSED, RESOLVED
from sim.model.problems import QUESTION
from sim.model.simulation import Simulation
from sim.parameters.scenario import Scenario

MEMORY = 52  # weeks before the end whose cases count
REPAIR = 0.3  # of the price: what somebody else would ask for a repair
GROUPS = ("let down", "helped")  # the last problem was owed help and got none, or was put right


def trust(scenarios: dict[str, Scenario], workers: int | None) -> pd.DataFrame:
    """For each setting, replication and group: what trust is worth to those who brought a problem in the last year.

    Columns: setting, replication, group, people, premium (share of the price that the median person would pay somebody
    else on top, to be rid of the risk seen here), pays (share of people for whom that is `REPAIR` or more).
    """
    tasks = [(name, each, n) for name, each in scenarios.items() for n in range(each.run.replications)]
    rows: list[dict[str, Any]] = []
    for _, found in spread(_of_run, tasks, workers):
        rows += found
    return pd.DataFrame(rows).sort_values(["setting", "replication", "group"], ignore_index=True)


def _of_run(setting: str, scenario: Scenario, replication: int) -> list[dict[str, Any]]:
    """Lives to the beginning of the last week and looks into heads: beliefs are not among a run's records."""
    simulation = Simulation(scenario, replication)
    simulation.advance(scenario.run.weeks - 1)
    state = simulation.state
    simulation.close()
    case = state.events.of("case")
    recent = (case["about"] != QUESTION) & (case["outcome"] != REFUSED) & (case["week"] >= state.week - MEMORY)
    person, outcome = case["person"][recent][::-1], case["outcome"][recent][::-1]
    person, last = np.unique(person, return_index=True)
    people, choice = state.people, scenario.world.choice
    risk = perceived_risk(people.reliability, people.recovery, choice.variance_aversion, person)
    worth = premium(risk - state.choice.prior_risk, choice.risk_sensitivity, choice.price_sensitivity
                    * people.sensitivity[person])  # fmt: skip
    rows = []
    for group, of in zip(GROUPS, (outcome[last] != RESOLVED, outcome[last] == RESOLVED), strict=True):
        n = int(of.sum())
        said = {"setting": setting, "replication": replication, "group": group, "people": n}
        said["premium"] = float(np.median(worth[of])) if n else np.nan
        rows.append(said | {"pays": ratio((worth[of] >= REPAIR).sum(), n)})
    return rows


def premium(more_risk: Any, risk_sensitivity: float, price_sensitivity: Any) -> Any:
    """Share of the price that is as bad as so much more risk: b_p ln(1 + x) = b_R (R - R0), so x."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.expm1(risk_sensitivity * np.asarray(more_risk) / np.asarray(price_sensitivity))
