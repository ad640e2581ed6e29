"""What is read from one run: who hears of problems and when, who leaves after whom, who is hard to replace."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiment.metrics import ratio
from sim.model.case import RESOLVED
from sim.model.draws import Draws, Floats, Ints
from sim.model.ledger import discount_factors, npv
from sim.model.network import Network, build
from sim.model.people import NEVER, Status, populate
from sim.model.problems import QUESTION, SILENT
from sim.model.records import LEFT_BY, Run
from sim.model.simulation import Simulation
from sim.parameters.scenario import Scenario

ROOM = 26  # weeks before the end in which stories may still be on their way, so that problems known then do not count
CURVE = 13  # weeks over which the spread of news is drawn
RIGHT, WRONG, KEPT = "put right", "not put right", "kept silent"


def measure(scenario: Scenario, replication: int) -> dict[str, float]:
    """One run in a row; see the functions below for its columns."""
    simulation = Simulation(scenario, replication)
    run, people = simulation.run(), simulation.state.people
    prospects, belief = people.status == Status.PROSPECT, people.recovery
    trust = (belief.prior_good + belief.good) / (belief.prior_good + belief.prior_bad + belief.good + belief.bad)
    return {
        "npv": float(npv(run.ledger.sum(axis=1), scenario.run.discount_rate)),
        "trust": float(trust[prospects].mean()) if prospects.any() else math.nan,
        **news(run),
        **per_problem(run),
        **contagion(run, build(scenario.world.word_of_mouth, people.n, Draws(scenario.run.seed, replication))),
        **replacing(run),
    }


class Known(NamedTuple):
    """Problems that ended or were kept silent with room to be heard of, by the number of their story."""

    number: Ints
    when: Ints  # week since when there is something to tell
    fate: NDArray[Any]  # RIGHT, WRONG or KEPT


def known(run: Run) -> Known:
    """Problems closed at the desk or kept silent, ascending by number."""
    people, last = run.scenario.world.market.people, run.scenario.run.weeks - ROOM
    case, problem = run.events.of("case"), run.events.of("problem")
    closed, silent = case["about"] != QUESTION, problem["fate"] == SILENT
    person = np.concatenate([case["person"][closed], problem["person"][silent]]).astype(np.int64)
    opened = np.concatenate([case["opened_week"][closed], problem["week"][silent]]).astype(np.int64)
    when = np.concatenate([case["week"][closed], problem["week"][silent]]).astype(np.int64)
    ended = np.where(case["outcome"][closed] == RESOLVED, RIGHT, WRONG)
    fate = np.concatenate([ended, np.full(int(silent.sum()), KEPT)]).astype(object)
    number = opened * people + person
    order = np.argsort(number, kind="stable")
    order = order[when[order] < last]
    return Known(number[order], when[order], fate[order])


def news(run: Run) -> dict[str, float]:
    """How far and how fast stories go.

    half_bad, half_good: weeks until half of those who ever hear of a problem not put right, put right, have heard;
    bad_1.., good_1..: the share who have after so many weeks; reach_1, reach_2, reach_3: people at that hand who hear
    of one problem not put right; told_bad, told_good, told_silent: share of problems of which anybody hears first-hand.
    """
    problems, story = known(run), run.events.of("story")
    place = np.minimum(np.searchsorted(problems.number, story["story"]), max(problems.number.size - 1, 0))
    is_known = problems.number[place] == story["story"] if problems.number.size else np.zeros(place.size, bool)
    place, hop, week = place[is_known], story["hop"][is_known], story["week"][is_known]
    fate, lag = problems.fate[place], week - problems.when[place]
    found = {}
    for name, kind in (("bad", WRONG), ("good", RIGHT)):
        shares = spread_of(lag[fate == kind])
        found[f"half_{name}"] = half_time(lag[fate == kind])
        found |= {f"{name}_{weeks}": share for weeks, share in enumerate(shares)}
    wrong = float((problems.fate == WRONG).sum())
    found |= {f"reach_{h}": ratio(((fate == WRONG) & (hop == h)).sum(), wrong) for h in (1, 2)}
    found["reach_3"] = ratio(((fate == WRONG) & (hop >= 3)).sum(), wrong)
    first_hand = np.unique(place[hop == 1])
    for name, kind in (("bad", WRONG), ("good", RIGHT), ("silent", KEPT)):
        found[f"told_{name}"] = ratio((problems.fate[first_hand] == kind).sum(), (problems.fate == kind).sum())
    return found


def spread_of(lag: Ints) -> Floats:
    """Share of the hearings that have happened after 0, 1, .. CURVE weeks."""
    if not lag.size:
        return np.full(CURVE + 1, np.nan)
    return np.asarray([(lag <= weeks).mean() for weeks in range(CURVE + 1)])


def half_time(lag: Ints) -> float:
    """Weeks until half have heard, evenly within a week: of three who hear in weeks 1, 2, 2 the half is at 1.25."""
    if not lag.size:
        return math.nan
    week = int(np.sort(lag)[math.ceil(lag.size / 2) - 1])  # in which the half is reached
    before, here = (lag < week).mean(), (lag == week).mean()
    return float(week - 1 + (0.5 - before) / here)


def per_problem(run: Run) -> dict[str, float]:
    """heard_each, left_each: bad stories heard, and customers who leave over it, for each problem met."""
    met, leaving = float(run.weeks["problems"].sum()), run.events.of("leaving")
    over = np.isin(leaving["cause"], [LEFT_BY.index("unresolved"), LEFT_BY.index("silent")])
    return {"heard_each": ratio(run.weeks["bad_stories"].sum(), met), "left_each": ratio(over.sum(), met)}


SPELL = 13  # weeks


def contagion(run: Run, network: Network) -> dict[str, float]:
    """hazard_ratio: how much likelier customers leave in a quarter after a friend left over a problem, than others.

    Friends are strong ties; quarter follows quarter.
    """
    if network.ties.complete or not network.neighbours.size:
        return {"hazard_ratio": math.nan}
    leaving, people = run.events.of("leaving"), network.people
    over = np.isin(leaving["cause"], [LEFT_BY.index("unresolved"), LEFT_BY.index("silent")])
    owner = np.repeat(np.arange(people), network.degree)
    left, known_people = np.zeros(2), np.zeros(2)
    for start in range(SPELL, run.scenario.run.weeks - SPELL, SPELL):
        before = (leaving["week"] >= start - SPELL) & (leaving["week"] < start) & over
        gone = np.zeros(people, bool)
        gone[leaving["person"][before]] = True
        exposed = np.zeros(people, bool)
        exposed[owner[gone[network.neighbours]]] = True
        leaves = np.zeros(people, bool)
        leaves[leaving["person"][(leaving["week"] >= start) & (leaving["week"] < start + SPELL)]] = True
        customers = customers_at(run, start)
        for group in (0, 1):
            members = customers & (exposed == group)
            known_people[group] += members.sum()
            left[group] += (members & leaves).sum()
    usual, after = (ratio(left[group], known_people[group]) for group in (0, 1))
    return {"hazard_ratio": ratio(after, usual) if usual > 0 else math.nan}


def customers_at(run: Run, week: int) -> NDArray[np.bool_]:
    """Who is a customer when a week begins."""
    start = populate(run.scenario.world, Draws(run.scenario.run.seed, run.replication))
    customer = np.asarray(start.status == Status.CUSTOMER)
    changes = [(run.events.of(kind), is_now) for kind, is_now in (("joining", True), ("leaving", False))]
    when = np.concatenate([event["week"] for event, _ in changes])
    # Within a week those who join do so before they leave again over a problem
    order = np.argsort(when, kind="stable")
    order = order[when[order] < week]
    who = np.concatenate([event["person"] for event, _ in changes])[order]
    is_now = np.concatenate([np.full(event["week"].size, now) for event, now in changes])[order]
    customer[who] = is_now  # of several changes the last one holds
    return customer


def replacing(run: Run) -> dict[str, float]:
    """What is lost with a customer, by tenure, and what a new one takes.

    residual_gain: $ of margin that customers of a third of the way still bring, discounted to then, those of more than
    median tenure less the others, each. effort_ratio: prospects who have to be reached, a week each, for a newcomer:
    in the last third of the run over the first.
    """
    scenario, third = run.scenario, run.scenario.run.weeks // 3
    joining, bought = run.events.of("joining"), run.events.of("purchase")
    joined = populate(scenario.world, Draws(scenario.run.seed, run.replication)).joined.copy()
    first = np.full(joined.size, np.iinfo(np.int64).max)
    np.minimum.at(first, joining["person"], joining["week"])
    joined = np.where((joined == NEVER) & (first < third), first, joined)
    customers = np.flatnonzero(customers_at(run, third) & (joined > NEVER))
    later = bought["week"] >= third
    now = discount_factors(scenario.run.weeks, scenario.run.discount_rate)[bought["week"][later]]
    margin = np.zeros(joined.size)
    np.add.at(margin, bought["person"][later], bought["cents"][later] / 100 * scenario.margin * now)
    margin *= (1 + scenario.run.discount_rate) ** (third / 52)
    old = third - joined[customers] > np.median(third - joined[customers]) if customers.size else customers > 0
    gain = math.nan
    if old.any() and not old.all():
        gain = float(margin[customers[old]].mean() - margin[customers[~old]].mean())
    efforts = [
        ratio(run.weeks["prospects"][part].sum(), run.weeks["newcomers"][part].sum())
        for part in (slice(0, third), slice(2 * third, 3 * third))
    ]
    return {"residual_gain": gain, "effort_ratio": efforts[1] / efforts[0] if efforts[0] > 0 else math.nan}
