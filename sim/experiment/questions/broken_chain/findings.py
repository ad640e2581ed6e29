"""What is run for the question, and what comes out of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import pandas as pd
from tqdm import tqdm

from sim.experiment.pool import spread
from sim.experiment.questions.arms import arm
from sim.experiment.questions.broken_chain.chains import Told, told
from sim.experiment.questions.broken_chain.stories import measure
from sim.experiment.questions.evidence import BASE
from sim.parameters.scenario import Scenario

# What is changed for whole runs: arm -> changes; those of BOTH under both strategies
USUAL, FEW_TIES, MANY_TIES, PRIVATE, PUBLIC = "usual", "few ties", "many ties", "private", "public"
EQUAL_SPEED, HOT, YOUNG, ALIKE = "equal speed", "hot", "young", "alike"
DEFECTS, ERRORS, EQUAL_ERRORS = "only defects", "only service errors", "only service errors, as heavy as defects"
POSTS = 0.32  # of cases posted: customers of the Rage survey of 2023 who posted their complaint
BOTH: Mapping[str, Mapping[str, Any]] = {
    USUAL: {},
    FEW_TIES: {"world.word_of_mouth.ties": 4},
    MANY_TIES: {"world.word_of_mouth.ties": 16},
    PRIVATE: {"world.word_of_mouth.posted": 0.0, "world.word_of_mouth.posted_good": 0.0},
    PUBLIC: {"world.word_of_mouth.posted": POSTS, "world.word_of_mouth.posted_good": POSTS},
}
GROWTH: Mapping[str, Any] = {"world.market.initial_buyers": 0.05}
ONE: Mapping[str, Mapping[str, Any]] = {
    DEFECTS: {"world.problems.service_share": 0.0, "world.problems.expectation_share": 0.0},
    ERRORS: {"world.problems.service_share": 1.0, "world.problems.expectation_share": 0.0},
    EQUAL_ERRORS: {
        "world.problems.service_share": 1.0, "world.problems.expectation_share": 0.0,
        "world.problems.service_weight": 1.0,
    },
    HOT: {"world.word_of_mouth.retell": 0.5},
    YOUNG: GROWTH,
    ALIKE: {
        "world.needs.shape": 100.0, "world.needs.dropout_a": 1e5, "world.needs.basket_sd_people": 0.0,
        "world.choice.sensitivity_sd": 0.0,
    },
}  # fmt: skip
# Settings of the twin worlds; how many cases in each paired world
IN_GROWTH, NO_RIVAL = "in a young market", "without a rival"
CASES = {BASE: 24, IN_GROWTH: 15, NO_RIVAL: 6}
SECOND = 6  # under the second strategy
LONGEST = 104  # weeks for which a twin is followed


@dataclass(frozen=True)
class Findings:
    """What was found.

    Attributes:
        scenarios: what was asked for.
        runs: a row an arm and replication: arm, strategy (place among the scenarios), replication, `stories.measure`.
        twins: a row a problem told in twin worlds: setting, `chains.row_of`.
        story: of the first paired world the problem that changes what most people do; None where there is none.
        window: weeks for which each twin was followed.
    """

    scenarios: tuple[Scenario, ...]
    runs: pd.DataFrame
    twins: pd.DataFrame
    story: Told | None
    window: int

    @property
    def second(self) -> str:
        """The setting of the twins under the second strategy."""
        strategy = self.scenarios[1]
        return f"under {strategy.strategy.title.strip() or strategy.strategy_name}"


def arms(scenarios: Sequence[Scenario]) -> list[tuple[str, int, Scenario]]:
    """Whole runs: (arm, place of the strategy, scenario)."""
    first, second = scenarios[:2]
    good = first.world.word_of_mouth.delay_good
    alone = {EQUAL_SPEED: {"world.word_of_mouth.delay_bad": good}, **ONE}
    strength = first.world.needs.dropout_a + first.world.needs.dropout_b
    if strength and first.world.needs.dropout_a:
        mean = first.world.needs.dropout_a / strength
        alone[ALIKE] = {**ONE[ALIKE], "world.needs.dropout_a": 1e4 * mean, "world.needs.dropout_b": 1e4 * (1 - mean)}
    else:
        alone[ALIKE] = {key: value for key, value in ONE[ALIKE].items() if key != "world.needs.dropout_a"}
    made = [(name, place, arm(scenario, name, changes)) for name, changes in BOTH.items()
            for place, scenario in enumerate((first, second))]  # fmt: skip
    return made + [(name, 0, arm(first, name, changes)) for name, changes in alone.items()]


def settings(scenarios: Sequence[Scenario], second: str) -> dict[str, tuple[Scenario, int]]:
    """Twin worlds: setting -> (scenario, cases in each paired world)."""
    first = scenarios[0]
    return {
        BASE: (first, CASES[BASE]),
        IN_GROWTH: (arm(first, IN_GROWTH, GROWTH), CASES[IN_GROWTH]),
        second: (scenarios[1], SECOND),
        NO_RIVAL: (arm(first, NO_RIVAL, {"world.rival.entry_week": None}), CASES[NO_RIVAL]),
    }


def ask(scenarios: Sequence[Scenario], workers: int | None = None, progress: bool | TextIO = True) -> Findings:
    """Runs everything: whole runs of all arms, and twin worlds of single problems in all settings.

    Args:
        scenarios: at least two; the first is the one in which single problems are told.
        workers: processes; None for one a core.
        progress: a bar on standard error or a stream of yours; False for none.
    """
    scenarios = tuple(scenarios)
    window = max(1, min(LONGEST, scenarios[0].run.weeks // 2))
    empty = Findings(scenarios, pd.DataFrame(), pd.DataFrame(), None, window)
    worlds = range(scenarios[0].run.replications)
    twins = [
        (setting, (scenario, world, cases, window, setting == BASE and world == 0))
        for world in worlds
        for setting, (scenario, cases) in settings(scenarios, empty.second).items()
    ]
    whole = [(name, place, (scenario, world)) for world in worlds for name, place, scenario in arms(scenarios)]
    told_rows: dict[int, list[dict[str, Any]]] = {}
    run_rows: dict[int, dict[str, Any]] = {}
    story: Told | None = None
    file = progress if not isinstance(progress, bool) else sys.stderr
    with tqdm(total=len(twins) + len(whole), desc="simulating", unit="task", file=file, disable=progress is False,
              mininterval=0.5, dynamic_ncols=False, ncols=88) as bar:  # fmt: skip
        for number, (rows, full) in spread(told, [task for _, task in twins], workers):
            told_rows[number] = [{"setting": twins[number][0], **row} for row in rows]
            story = full or story
            bar.update()
        for number, row in spread(measure, [task for *_, task in whole], workers):
            name, place, (_, world) = whole[number]
            run_rows[number] = {"arm": name, "strategy": place, "replication": world, **row}
            bar.update()
    return Findings(
        scenarios, pd.DataFrame([run_rows[number] for number in sorted(run_rows)]),
        pd.DataFrame([row for number in sorted(told_rows) for row in told_rows[number]]), story, window,
    )  # fmt: skip
