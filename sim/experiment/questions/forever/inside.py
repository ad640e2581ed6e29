"""What is in people's heads, which no record shows: how soon newcomers trust the firm, who still thinks of it."""

from __future__ import annotations

import numpy as np

from sim.experiment.measure import Standing
from sim.experiment.metrics import ratio
from sim.experiment.questions.forever.measures import first_help
from sim.model.beliefs import perceived_risk
from sim.model.draws import Bools
from sim.model.people import Status
from sim.model.records import JOINED_BY
from sim.model.simulation import Simulation, simulate
from sim.model.state import State
from sim.parameters import Scenario

LAGS = (1, 4, 8, 13, 26, 39, 52)  # weeks since the first purchase
HALF_YEAR = 26
HELPED, ADVERTISED = "help", "advertising"


class _Loyal:
    """Notes each week who is a customer and sees no more risk than the middle one of the customers of the start."""

    def __init__(self) -> None:
        self.threshold = np.nan
        self.weeks: list[Bools] = []

    def __call__(self, state: State) -> None:
        people = state.people
        everyone = np.arange(people.n)
        risk = perceived_risk(people.reliability, people.recovery, state.world.choice.variance_aversion, everyone)
        customers = people.status == Status.CUSTOMER
        if not self.weeks and customers.any():
            self.threshold = float(np.median(risk[customers]))
        self.weeks.append(customers & (risk <= self.threshold))


def loyalty(scenario: Scenario, replication: int) -> list[dict[str, float | str]]:
    """Of people won by help and of people won by advertising: how many are loyal how soon.

    Returns:
        A row a way of winning and lag: won_by, lag (weeks since the first purchase), people (with a year to go),
        loyal (share of them who have been loyal by then).
    """
    notes, horizon = _Loyal(), scenario.run.weeks
    run = simulate(scenario, replication, intervene=dict.fromkeys(range(horizon), notes))
    joins = run.events.of("joining")
    rows: list[dict[str, float | str]] = []
    asked, _ = first_help(run, Standing(run))
    by_help = (joins["cause"] == JOINED_BY.index("help")) & np.isin(joins["person"], asked)
    for won_by, these in ((HELPED, by_help), (ADVERTISED, joins["cause"] == JOINED_BY.index("advertising"))):
        person, week = joins["person"][these].astype(np.int64), joins["week"][these].astype(np.int64)
        seen = week + LAGS[-1] < horizon  # the same people at every lag
        ever = np.array([_first(notes.weeks, who, when) for who, when in zip(person, week, strict=True)], float)
        for lag in LAGS:
            rows.append({"won_by": won_by, "lag": lag, "people": float(seen.sum()),
                         "loyal": ratio((ever[seen] <= lag).sum(), seen.sum())})  # fmt: skip
    return rows


def _first(weeks: list[Bools], who: int, since: int) -> float:
    """Weeks from a first purchase until its buyer is first seen to be loyal; infinite: never."""
    return next((float(week - since) for week in range(since + 1, len(weeks)) if weeks[week][who]), np.inf)


def thought_of(scenario: Scenario, replication: int) -> float:
    """Share of customers to whom the firm would come to mind in the last week."""
    simulation = Simulation(scenario, replication)
    simulation.advance(scenario.run.weeks - 1)
    simulation.close()
    people, half_life = simulation.state.people, scenario.world.choice.forgetting
    customers = people.status == Status.CUSTOMER
    if half_life is None:
        return 1.0
    ago = scenario.run.weeks - 1 - people.last_contact[customers]
    return ratio((0.5 ** (ago / half_life)).sum(), customers.sum())
