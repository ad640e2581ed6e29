"""Runs everything: the two firms and those whose people are compared one by one, then all other arms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiment.pool import spread
from sim.experiment.questions.arms import arm, run_arms
from sim.experiment.questions.forever import making, plan
from sim.experiment.questions.forever.inside import loyalty, thought_of
from sim.experiment.questions.forever.measures import assured, helped, measure
from sim.model.simulation import simulate
from sim.parameters import Scenario

LESSON = "where an answer teaches as much as a problem put right"
SILENT, IN_TOUCH = "no letters", "a letter every four months"
FORGETFUL_WORLDS = 4  # in which it is looked at who still thinks of the firm: for a picture


@dataclass(frozen=True)
class Findings:
    """What was run.

    Attributes:
        runs: a row an arm and replication, with what `measures.measure` says; arms are named as in `plan`.
        pairs: a row a replication: what `measures.helped` says of help for anyone, the same with `trust_` before it
            where help makes nobody consider the firm, what `measures.assured` says, with `posted_` before it where
            every third case is posted and `there_` in the other world.
        loyalty: rows of `inside.loyalty` with setting ('' and `LESSON`) and replication.
        thought_of: a row a firm (lean, kind), way of keeping in touch and replication: share of customers who think of
            it at the end, in a world where people forget.
        lean, kind: the two firms in the notebook's world.
    """

    runs: pd.DataFrame
    pairs: pd.DataFrame
    loyalty: pd.DataFrame
    thought_of: pd.DataFrame
    lean: Scenario
    kind: Scenario

    @property
    def elsewhere(self) -> str:
        """The other world, as a setting."""
        return "in a camera store" if self.lean.name == plan.SHOP else "in an online shop"

    @property
    def other(self) -> str:
        """What the world is like where forgetting is turned round, as a setting."""
        return "where nobody forgets" if plan.forgets(self.kind) else "where customers forget"

    @property
    def weeks(self) -> int:
        """The horizon."""
        return self.kind.run.weeks


def ask(scenarios: tuple[Scenario, ...], workers: int | None = None, progress: bool = True) -> Findings:
    """Runs every arm in every paired world of the first scenario.

    Args:
        scenarios: one world under at least two strategies: a lean firm and one that commits itself.
    """
    firm = plan.firms(scenarios)
    lives = making.lives(firm)
    worlds = range(firm.lean.run.replications)
    first: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for _, (rows, pair) in spread(_lives, [(lives, world) for world in worlds], workers):
        first += rows
        pairs.append(pair)
    runs = pd.DataFrame(first)
    headcount = runs.loc[runs["arm"] == plan.KIND, ["agents", "specialists"]].mean()
    others = run_arms(making.arms(firm, *headcount.tolist()), measure, workers, progress)
    order = [*lives, *others["arm"].cat.categories]
    both = pd.concat([runs, others.astype({"arm": str})], ignore_index=True)
    both["arm"] = pd.Categorical(both["arm"], order, ordered=True)
    return Findings(
        both.sort_values(["arm", "replication"], ignore_index=True),
        pd.DataFrame(pairs).sort_values("replication", ignore_index=True),
        _loyalty(lives[plan.HELP], workers),
        _thought_of(firm, workers),
        *firm,
    )


def _lives(arms: Mapping[str, Scenario], replication: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of the arms in one paired world, and one of what the same people did in two of them."""
    runs = {name: simulate(scenario, replication) for name, scenario in arms.items()}
    rows = [{"arm": name, "replication": replication, **measure(run)} for name, run in runs.items()]
    pair = helped(runs[plan.HELP], runs[plan.KIND]) | assured(runs[plan.LEAN], runs[plan.KIND])
    pair |= {f"trust_{name}": value for name, value in helped(runs[plan.TRUST_ONLY], runs[plan.KIND]).items()}
    for prefix, (lean, kind) in {
        "posted_": (plan.LEAN_POSTED, plan.KIND_POSTED), "there_": (plan.there(plan.LEAN), plan.there(plan.KIND)),
    }.items():  # fmt: skip
        pair |= {f"{prefix}{name}": value for name, value in assured(runs[lean], runs[kind]).items()}
    return rows, {"replication": replication, **pair}


def _loyalty(helping: Scenario, workers: int | None) -> pd.DataFrame:
    settings = {"": helping, LESSON: arm(helping, "lesson", {"world.beliefs.question_weight": 1.0})}
    tasks = [(each, world) for each in settings.values() for world in range(helping.run.replications)]
    names = [(setting, world) for setting in settings for world in range(helping.run.replications)]
    rows: list[dict[str, Any]] = []
    for number, found in spread(loyalty, tasks, workers):
        setting, world = names[number]
        rows += [{"setting": setting, "replication": world, **row} for row in found]
    return pd.DataFrame(rows).sort_values(["setting", "won_by", "lag", "replication"], ignore_index=True)


def _thought_of(firm: plan.Firms, workers: int | None) -> pd.DataFrame:
    letters = {"strategy.promotion.messages": plan.LETTER, "strategy.promotion.consent": plan.OPT_OUT}
    forgetful = {} if plan.forgets(firm.kind) else plan.turned(firm.kind)
    worlds = range(min(FORGETFUL_WORLDS, firm.kind.run.replications))
    cases = [
        (name, touch, arm(scenario, name, forgetful | changes), world)
        for name, scenario in (("lean", firm.lean), ("kind", firm.kind))
        for touch, changes in ((SILENT, {}), (IN_TOUCH, letters))
        for world in worlds
    ]
    rows: list[dict[str, Any]] = []
    for number, share in spread(thought_of, [(scenario, world) for _, _, scenario, world in cases], workers):
        name, touch, _, world = cases[number]
        rows.append({"firm": name, "touch": touch, "replication": world, "share": share})
    return pd.DataFrame(rows).sort_values(["firm", "touch", "replication"], ignore_index=True)
