"""Who leaves, and what would have told: perceived risk, or how many orders went well. And the camps of loyalty."""

from __future__ import annotations

import numpy as np

from sim.experiment.questions.opportunities.watch import YEAR, Watched, count
from sim.model.case import RESOLVED
from sim.model.draws import Bools, Floats, Ints
from sim.model.people import Status
from sim.model.problems import QUESTION, SELF_SERVED
from sim.model.records import LEFT_BY, Run
from sim.model.state import State

EVERY = 26  # weeks between looks
OVER_THE_FIRM = [LEFT_BY.index(cause) for cause in ("unresolved", "silent", "rival")]
MOST_ORDERS = 5  # customers with as many or more orders within a year count as equally frequent buyers
BINS = 12  # of the probability to buy, in which camps are looked for
GONE = (Status.FORMER, Status.LOST_FOR_GOOD)
FREED = 26  # week from which every second person is free of doubt
CERTAIN = 1e6  # pseudo-counts


def above(scores: Floats, leaves: Bools) -> tuple[float, float]:
    """(pairs in which who leaves has the higher score, ties by half; pairs), of a leaver and a stayer each."""
    from scipy.stats import rankdata

    pairs = float(leaves.sum() * (~leaves).sum())
    if not pairs:
        return 0.0, 0.0
    return float(rankdata(scores)[leaves].sum() - leaves.sum() * (leaves.sum() + 1) / 2), pairs


def loyalty_sums(watched: Watched) -> dict[str, float]:
    """Pairs of customers by whether risk, or a bad record, stood higher for who then left over the firm.

    Looks every half year at all customers, and at each class of equally frequent buyers alone ('alike').
    """
    run, diary = watched.run, watched.diary
    sums = dict.fromkeys([f"{kind}{ending}" for kind in ("risk_tells", "record_tells", "pairs")
                          for ending in ("", "_alike")], 0.0)  # fmt: skip
    for week in range(EVERY, run.scenario.run.weeks - YEAR, EVERY):
        who = np.flatnonzero(diary.status[week] == Status.CUSTOMER)
        leaves, record = _leavers(run, week)[who], _record(run, week)[who]
        risk = diary.risk[week, who].astype(float)
        classes = np.minimum(_orders(run, week - YEAR, week)[who], MOST_ORDERS)
        everyone = np.zeros(who.size, int)
        for ending, of in (("", everyone), ("_alike", classes)):
            for one in np.unique(of):
                rows = of == one
                for name, scores in (("risk_tells", risk), ("record_tells", record)):
                    told, pairs = above(scores[rows], leaves[rows])
                    sums[f"{name}{ending}"] += told
                sums[f"pairs{ending}"] += pairs
    return sums


def _leavers(run: Run, week: int) -> Bools:
    """Who leaves over a problem or for a rival within a year."""
    leaving, gone = run.events.of("leaving"), np.zeros(run.scenario.world.market.people, bool)
    soon = (leaving["week"] >= week) & (leaving["week"] < week + YEAR) & np.isin(leaving["cause"], OVER_THE_FIRM)
    gone[leaving["person"][soon]] = True
    return gone


def _orders(run: Run, first: int, end: int) -> Ints:
    bought, people = run.events.of("purchase"), run.scenario.world.market.people
    inside = (bought["week"] >= first) & (bought["week"] < end)
    return np.bincount(bought["person"][inside], minlength=people)


def _record(run: Run, week: int) -> Floats:
    """Problems not put right for each order so far: what a customer has to be dissatisfied about."""
    people = run.scenario.world.market.people
    problem, case = run.events.of("problem"), run.events.of("case")
    met = np.bincount(problem["person"][problem["week"] < week], minlength=people).astype(float)
    settled = (case["week"] < week) & (case["outcome"] == RESOLVED) & (case["about"] != QUESTION)
    met -= np.bincount(case["person"][settled], minlength=people)
    served = (problem["week"] < week) & (problem["fate"] == SELF_SERVED)
    met -= np.bincount(problem["person"][served], minlength=people)
    return np.asarray(np.maximum(met, 0) / np.maximum(_orders(run, 0, week), 1))


def camp_sums(watched: Watched) -> dict[str, float]:
    """Customers at the end by the probability that they buy at their next need, in bins, and the risk that they see."""
    diary, last = watched.diary, watched.run.scenario.run.weeks - 1
    customers = diary.status[last] == Status.CUSTOMER
    place = np.minimum((diary.buys * BINS).astype(int), BINS - 1)
    risk = diary.risk[last].astype(float)
    gone = np.isin(diary.status[last], GONE)
    sums = {"gone": count(gone)}
    for one in range(BINS):
        rows = customers & (place == one)
        sums |= {f"camp_{one}": count(rows), f"camp_risk_{one}": float(risk[rows].sum())}
    return sums


def free(state: State) -> None:
    """Takes all doubt from every second person that the firm would put a problem right: a what-if."""
    state.people.recovery.good[::2] += CERTAIN


def fate_sums(run: Run) -> dict[str, float]:
    """Every second person, freed of doubt or not: how many, who of them left over the firm in the year after, orders.

    Nothing where the horizon ends before.
    """
    people, weeks = run.scenario.world.market.people, run.scenario.run.weeks
    names = ("followed", "followed_left", "followed_orders")
    if weeks < FREED + YEAR:
        return dict.fromkeys(names, 0.0)
    chosen = np.arange(people) % 2 == 0
    left, orders = _leavers(run, FREED) & chosen, _orders(run, FREED, FREED + YEAR)
    return dict(zip(names, (count(chosen), count(left), float(orders[chosen].sum())), strict=True))
