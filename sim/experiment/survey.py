"""The survey of buyers, run inside the simulation: as seen (groups compared) and as caused (same people, no problem).

Buyers of one month are grouped by what happened to them in that month and followed for three months, as an online
retailer's survey of about 1,000 respondents did (spend $106 : $100 : about $20).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.model.case import RESOLVED
from sim.model.draws import Floats, Ints
from sim.model.problems import CALLS, QUESTION, SELF_SERVED
from sim.model.records import Events, Run
from sim.model.simulation import Simulation
from sim.parameters.scenario import Scenario

MONTH, FOLLOW_UP = 4, 13
FIRST, EVERY = 26, 17  # weeks: the surveys of a run do not overlap
PAIRED = (26,)  # of these, also run in a world without the month's problems
GROUPS = ("recovered", "none", "unresolved", "silent")
COLUMNS = ("respondents", "spend", "paired_spend", "paired_without")


def wave_starts(weeks: int) -> list[int]:
    """First weeks of the months surveyed, as many as the horizon has room for."""
    return list(range(FIRST, weeks - MONTH - FOLLOW_UP + 1, EVERY))


def groups(run: Run, start: int) -> Ints:
    """For each person: index into GROUPS, or -1 for those who bought nothing in the month."""
    people = run.scenario.world.market.people
    month = (start, start + MONTH)
    bought, problem, case = (run.events.of(kind) for kind in ("purchase", "problem", "case"))
    trouble = case["about"] != QUESTION
    case = {name: column[trouble] for name, column in case.items()}

    def inside(week: Ints) -> np.ndarray:
        return (week >= month[0]) & (week < month[1])

    group = np.full(people, -1)
    buyers = np.unique(bought["person"][inside(bought["week"])])
    group[buyers] = GROUPS.index("none")
    in_month = inside(problem["week"])
    troubled = np.zeros(people, bool)
    troubled[problem["person"][in_month]] = True
    of_month = inside(case["opened_week"])
    settled = np.zeros(people, bool)
    settled[case["person"][of_month & (case["outcome"] == RESOLVED)]] = True
    settled[problem["person"][in_month & (problem["fate"] == SELF_SERVED)]] = True
    unsettled = np.zeros(people, bool)
    # Who called and is still waiting when the run ends was not helped either
    called = in_month & (problem["fate"] == CALLS)
    horizon = run.scenario.run.weeks
    closed = np.isin(problem["person"] * horizon + problem["week"], case["person"] * horizon + case["opened_week"])
    unsettled[problem["person"][called & ~closed]] = True
    unsettled[case["person"][of_month & (case["outcome"] != RESOLVED)]] = True
    buyer = group >= 0
    group[buyer & troubled] = GROUPS.index("silent")
    group[buyer & settled] = GROUPS.index("recovered")
    group[buyer & unsettled] = GROUPS.index("unresolved")
    return group


def spend(events: Events, people: int, start: int) -> Floats:
    """Dollars that each person spent in the three months after the month that starts in week `start`."""
    bought = events.of("purchase")
    later = (bought["week"] >= start + MONTH) & (bought["week"] < start + MONTH + FOLLOW_UP)
    dollars = np.zeros(people)
    np.add.at(dollars, bought["person"][later], bought["cents"][later] / 100)
    return dollars


def simulate_surveyed(scenario: Scenario, replication: int) -> tuple[Run, dict[str, float]]:
    """One replication, and the sums of its survey; see `survey`.

    At the beginning of each month in `PAIRED` a paired world branches off, in which nobody meets a problem that month.
    """
    simulation, without = Simulation(scenario, replication), {}
    for start in PAIRED:
        if start in wave_starts(scenario.run.weeks):
            simulation.advance(start)
            untroubled = simulation.branch(problem_free=range(start, start + MONTH))
            untroubled.advance(start + MONTH + FOLLOW_UP)
            untroubled.close()
            without[start] = spend(untroubled.state.events, scenario.world.market.people, start)
    run = simulation.run()
    return run, survey(run, without)


def survey(run: Run, paired: Mapping[int, Floats]) -> dict[str, float]:
    """Sums over the waves of a run, for each group in `GROUPS`.

    `respondents_*` and `spend_*` ($) come from every wave; `paired_spend_*` and `paired_without_*` ($) from the waves
    in `paired`: what the group spent, and what the same people spend in the paired world in which nobody met a problem
    in the surveyed month.

    Args:
        paired: first week of a month -> what each person spends after it in that world.
    """
    sums = {f"{kind}_{name}": 0.0 for kind in COLUMNS for name in GROUPS}
    for start in wave_starts(run.scenario.run.weeks):
        group, seen = groups(run, start), spend(run.events, run.scenario.world.market.people, start)
        without = paired.get(start)
        for index, name in enumerate(GROUPS):
            members = group == index
            sums[f"respondents_{name}"] += float(members.sum())
            sums[f"spend_{name}"] += float(seen[members].sum())
            if without is not None:
                sums[f"paired_spend_{name}"] += float(seen[members].sum())
                sums[f"paired_without_{name}"] += float(without[members].sum())
    return sums
