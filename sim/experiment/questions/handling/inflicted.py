"""The same problem, handled in different ways: what customers do afterwards, next to themselves without the problem.

A share of the customers of one world meets a problem that the experiment brings about, in a branch of the world for
each way to handle it. Nothing else differs, so what they buy in the following year is caused by the handling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.model import outcomes
from sim.model.case import RESOLVED, UNRESOLVED, new_cases
from sim.model.draws import Bools, Floats, Ints
from sim.model.people import Status
from sim.model.problems import DEFECT
from sim.model.simulation import Simulation
from sim.model.state import State
from sim.parameters.scenario import Scenario

RECKONING = 52  # week in which the last problem comes
EARLIEST = 26  # weeks before it, the first problem of any way
FOLLOW_UP = 52  # weeks
MONTH = 4
SHARE = 1 / 3  # of customers who meet the problem
NOTHING = "nothing"
MILD, GRAVE = 0.3, 3.0  # severity; 1: a loss of the order's value
GOOD = (("action", "replace"), ("compensation", 0.0), ("effort", 0.1), ("no_questions", False), ("respect", 0.9))


class Problem(NamedTuple):
    """One problem and how it is handled."""

    solved: bool
    before: int = 0  # weeks before the reckoning
    days: float = 1.0  # from the call to the end
    contacts: int = 1
    severity: float = 1.0  # x what hangs on it for this person; 1: a loss of the order's value
    terms: tuple[tuple[str, Any], ...] = ()  # of the remedy, other than GOOD


Way = tuple[Problem, ...]  # problems one after the other
RIGHT, DOWN = Problem(True), Problem(False)
DELAYS = {7: "after a week", 14: "after two weeks", 28: "after four weeks", 56: "after eight weeks",
          112: "after sixteen weeks"}  # fmt: skip
WAYS: dict[str, Way] = {
    "put right": (RIGHT,),
    "let down": (DOWN,),
    **{name: (Problem(True, days=days),) for days, name in DELAYS.items()},
    "curtly": (Problem(True, terms=(("respect", 0.1),)),),
    "explained": (Problem(True, terms=(("action", "explain"),)),),
    "explained curtly": (Problem(True, terms=(("action", "explain"), ("respect", 0.1))),),
    "with effort": (Problem(True, terms=(("effort", 0.9),)),),
    "by many hands": (Problem(True, contacts=4),),
    "mild, put right": (Problem(True, severity=MILD),),
    "grave, put right": (Problem(True, severity=GRAVE),),
    "right, right": (Problem(True, 8), RIGHT),
    "right, down": (Problem(True, 8), DOWN),
    "down, right": (Problem(False, 8), RIGHT),
    "down, down": (Problem(False, 8), DOWN),
    "mild, down twice soon": (Problem(False, 4, severity=MILD), Problem(False, severity=MILD)),
    "mild, down twice late": (Problem(False, EARLIEST, severity=MILD), Problem(False, severity=MILD)),
    "down three times": (Problem(False, 16), Problem(False, 8), DOWN),
    "right three times": (Problem(True, 16), Problem(True, 8), RIGHT),
}
PAIRS = ("put right", "let down", "right, down", "down, right", "down, down")
STYLES = ("after eight weeks", "curtly", "with effort")


class Calendar(NamedTuple):
    """Weeks of the experiment in a horizon that may be short."""

    reckoning: int
    earliest: int  # weeks before it
    end: int

    @classmethod
    def of(cls, weeks: int) -> Calendar:
        reckoning = min(RECKONING, weeks // 2)
        return cls(reckoning, min(EARLIEST, reckoning // 2), min(reckoning + FOLLOW_UP, weeks))

    def start(self, problem: Problem) -> int:
        """The week in which the problem is met."""
        return self.reckoning - min(problem.before, self.earliest)


def chances(state: State, week: int) -> Floats:
    """Probability that each person buys here at the next need, if it came in `week`; 0 for all but customers."""
    people = state.people
    chance = np.zeros(people.n)
    customers = np.flatnonzero((people.status == Status.CUSTOMER) & (people.leaving_as < 0))
    alone, _ = state.choice.probabilities(people, customers, week, np.zeros(customers.size, bool))
    beside, _ = state.choice.probabilities(people, customers, week, np.ones(customers.size, bool))
    looking = people.looking[customers]
    chance[customers] = (1 - looking) * alone + looking * beside
    return chance


def yearly(state: State) -> Floats:
    """Dollars of margin in a year of each person who bought at every need."""
    people = state.people
    return np.asarray(52 * people.need * people.basket * state.price * state.margin)


def _meets(problem: Problem, who: Ints) -> Callable[[State], None]:
    """What is done to the world in the week in which `who` meet the problem."""

    def meets(state: State) -> None:
        people = state.people
        people.reliability.bad[who] += state.world.beliefs.problem_weight * problem.severity * people.stake[who]
        people.problems[who] += 1

    return meets


def _ends(problem: Problem, who: Ints) -> Callable[[State], None]:
    """What is done to the world in the week in which the problem ends."""

    def ends(state: State) -> None:
        week, strategy, n = state.week, state.strategy, who.size
        severity, earlier = problem.severity * state.people.stake[who], state.people.problems[who] - 1
        case = new_cases(who, week, np.full(n, DEFECT), severity, earlier, np.ones(n, bool), np.zeros(n))
        case["outcome"], case["contacts"] = RESOLVED if problem.solved else UNRESOLVED, problem.contacts
        case["opened"], case["closed"] = 0.0, problem.days / 7 * state.hours
        remedy = strategy.remedy.model_copy(update=dict(GOOD) | dict(problem.terms))
        state.strategy = strategy.model_copy(update={"remedy": remedy})
        outcomes.learn_outcomes(state, week, case)
        state.strategy = strategy

    return ends


def interventions(way: Way, who: Ints, calendar: Calendar) -> dict[int, Callable[[State], None]]:
    """Week -> what is done to the world then."""
    acts: dict[int, list[Callable[[State], None]]] = {}
    for problem in way:
        start = calendar.start(problem)
        end = min(start + int(problem.days // 7), calendar.end - 1)
        acts.setdefault(start, []).append(_meets(problem, who))
        acts.setdefault(end, []).append(_ends(problem, who))

    def together(these: Sequence[Callable[[State], None]]) -> Callable[[State], None]:
        def act(state: State) -> None:
            for one in these:
                one(state)

        return act

    return {week: together(these) for week, these in acts.items()}


class Life(NamedTuple):
    """What became of everyone in one branch."""

    spend: Floats  # $ from the reckoning to the end
    before: Bools  # customers when the last problem comes
    soon: Floats  # chance to buy, a week after
    month: Floats  # four weeks after
    end: Floats


def to_week(world: Simulation, week: int) -> None:
    """Lives up to the beginning of a week, if it is not there already."""
    if world.env.now < week * world.state.hours:
        world.advance(week)


def _live(branch: Simulation, calendar: Calendar) -> Life:
    reckoning, _, end = calendar
    to_week(branch, reckoning)
    before = branch.state.people.status == Status.CUSTOMER
    seen = []
    for week in (reckoning + 1, reckoning + MONTH, end):
        week = min(week, end)
        to_week(branch, week)
        seen.append(chances(branch.state, min(week, branch.state.horizon - 1)))
    branch.close()
    bought = branch.state.events.of("purchase")
    after = bought["week"] >= reckoning
    dollars = np.bincount(bought["person"][after], bought["cents"][after] / 100, minlength=branch.state.people.n)
    return Life(np.asarray(dollars, float), before, *seen)


def follow(scenario: Scenario, replication: int, ways: dict[str, Way]) -> list[dict[str, Any]]:
    """Every way in one paired world: a row a way with what those who met the problem keep, next to no problem.

    Returns:
        way; treated (people); kept (share of the spend without a problem); kept_worst and kept_least (the same of the
        third with the most and the least at stake); kept_stayers (of those still there after a first time let down);
        better (share of them likelier to buy than without a problem, a week after); soon, month, end (yearly margin
        expected of them a week, four weeks and a year after, as a share of that without a problem).
    """
    calendar = Calendar.of(scenario.run.weeks)
    world = Simulation(scenario, replication)
    starts = {name: min(calendar.start(problem) for problem in way) for name, way in ways.items()}
    world.advance(calendar.reckoning - calendar.earliest)
    who = _chosen(world, calendar)
    lives: dict[str, Life] = {}
    for name in sorted(ways, key=lambda name: starts[name]):
        to_week(world, starts[name])
        lives[name] = _live(_branch(world, interventions(ways[name], who, calendar)), calendar)
    worth = yearly(world.state)
    stake = world.state.people.stake
    without = _live(world, calendar)
    least, worst = np.quantile(stake[who], [1 / 3, 2 / 3]) if who.size else (0.0, 0.0)
    stayed = who[lives["down, down"].before[who]] if "down, down" in lives else who[:0]
    groups = {"kept": who, "kept_worst": who[stake[who] >= worst], "kept_least": who[stake[who] <= least],
              "kept_stayers": stayed}  # fmt: skip
    return [
        {"arm": name, "replication": replication, "treated": who.size}
        | {column: _share(life.spend, without.spend, group) for column, group in groups.items()}
        | {"better": float((life.soon[who] > without.soon[who]).mean()) if who.size else np.nan}
        | {when: _share(getattr(life, when) * worth, getattr(without, when) * worth, who)
           for when in ("soon", "month", "end")}
        for name, life in ({NOTHING: without} | lives).items()
    ]  # fmt: skip


def _branch(world: Simulation, acts: dict[int, Callable[[State], None]]) -> Simulation:
    branch = world.branch(range(0))
    branch.intervene = acts
    return branch


def _chosen(world: Simulation, calendar: Calendar) -> Ints:
    """A share of those who are customers in the week of the last problem if nothing happens to them before."""
    scout = _branch(world, {})
    scout.advance(calendar.reckoning)
    scout.close()
    state = scout.state
    customers = np.flatnonzero(state.people.status == Status.CUSTOMER)
    return customers[state.draws.uniform("meets the experiment's problem", customers, 0) < SHARE]


def _share(values: Floats, base: Floats, who: Ints) -> float:
    total = base[who].sum()
    return float(values[who].sum() / total) if total else np.nan
