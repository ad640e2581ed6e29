"""What one run shows of the stylised facts: sums and counts of its records that add up over runs.

Where a fact is about customers, they are those who were customers when it happened to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.model.case import RESOLVED
from sim.model.draws import Draws, Floats, Ints
from sim.model.people import People, Status
from sim.model.problems import CALLS, QUESTION, SELF_SERVED, SILENT
from sim.model.records import JOINED_BY, LEFT_BY, NEWCOMERS, Run

Sums = Mapping[str, float]

WARM_UP = 26  # weeks; problems of before belong to owners of whom the records know little
REPURCHASE = 26  # weeks after a problem's end
QUARTER = 13  # weeks
YEARS = (1, 2, 3)
COHORT = 78  # weeks of a cohort's purchases, as for CDNOW
TOP = 0.2  # of buyers
SEVERE = 1.0  # severity: a loss of the order's value
SMALL, LARGE = 0.20, 0.95  # quantiles of severity
HOPS = 3


def measure(run: Run, surveyed: Sums) -> dict[str, float]:
    """Sums and counts of one run from its records, for all facts but those of paired runs; any of them add up.

    Args:
        surveyed: those of its survey; see `sim.experiment.survey.simulate_surveyed`.
    """
    bought = Purchases(run)
    standing = Standing(run)
    outcomes = Outcomes.of(run)
    return {
        **surveyed,
        **_repurchases(run, bought, standing, outcomes),
        **_second_problems(run, bought, standing, outcomes),
        **_voice(run),
        **_stories(run, standing),
        **_tenure(run),
        **_concentration(run, bought),
        **{name: float(run.weeks[name].sum()) for name in _WEEKLY},
    }


_WEEKLY = (
    "good_stories", "good_mentions", "bad_stories", "bad_mentions", "recommended", "newcomers", "cases_resolved",
    "cases_unresolved", "cases_abandoned", "cases_refused", "first_contact", "hours_busy", "hours_staffed",
)  # fmt: skip


class Purchases:
    """What each person spent in a span of weeks, by one search in a sorted list."""

    def __init__(self, run: Run) -> None:
        bought = run.events.of("purchase")
        self.weeks = run.scenario.run.weeks
        key = bought["person"] * (self.weeks + 1) + bought["week"]
        order = np.argsort(key, kind="stable")
        self.key: Ints = key[order]
        self.dollars: Floats = np.concatenate([[0.0], np.cumsum(bought["cents"][order] / 100)])

    def _rank(self, person: Ints, week: Ints) -> Ints:
        return np.searchsorted(self.key, person * (self.weeks + 1) + np.clip(week, 0, self.weeks))

    def spent(self, person: Ints, first: Ints, weeks: int) -> Floats:
        """Dollars in so many weeks from `first` on."""
        return np.asarray(self.dollars[self._rank(person, first + weeks)] - self.dollars[self._rank(person, first)])

    def buys(self, person: Ints, first: Ints, weeks: int) -> np.ndarray:
        """Whether anything was bought in so many weeks from `first` on."""
        return self._rank(person, first + weeks) > self._rank(person, first)


class Standing:
    """Who was a customer when, from the status at the start and every joining and leaving."""

    # The order of things within a week; people hear stories before, and meet problems after, they choose
    _BEFORE, _RETURNS, _GOES, _JOINS, _PROBLEM, _SILENT, _UNRESOLVED = range(7)

    def __init__(self, run: Run) -> None:
        self.weeks = run.scenario.run.weeks
        joins, leaves = run.events.of("joining"), run.events.of("leaving")
        world = run.scenario.world
        draws = Draws(run.scenario.run.seed, run.replication)
        self.first = People(world, draws).status
        back = np.isin(joins["cause"], [JOINED_BY.index("return"), JOINED_BY.index("win-back")])
        over = {LEFT_BY.index("silent"): self._SILENT, LEFT_BY.index("unresolved"): self._UNRESOLVED}
        phase = np.full(leaves["cause"].size, self._GOES)
        for cause, when in over.items():
            phase[leaves["cause"] == cause] = when
        everyone = np.arange(world.market.people)
        key = np.concatenate([
            self._key(everyone, np.full(everyone.size, -1), 0),
            self._key(joins["person"], joins["week"], np.where(back, self._RETURNS, self._JOINS)),
            self._key(leaves["person"], leaves["week"], phase),
        ])  # fmt: skip
        customer = np.concatenate(
            [self.first == Status.CUSTOMER, np.ones(joins["week"].size, bool), np.zeros(leaves["week"].size, bool)]
        )
        order = np.argsort(key, kind="stable")
        self.key, self.customer = key[order], customer[order]
        self.joined = np.full(everyone.size, np.iinfo(np.int64).max)
        np.minimum.at(self.joined, joins["person"], joins["week"])

    def _key(self, person: Ints, week: Ints, phase: Ints | int) -> Ints:
        return np.asarray((person * (self.weeks + 1) + week + 1) * 8 + phase)

    def _at(self, person: Ints, week: Ints, phase: int) -> np.ndarray:
        return self.customer[np.searchsorted(self.key, self._key(person, week, phase)) - 1]

    def meets_problem(self, person: Ints, week: Ints) -> np.ndarray:
        """Whether they were customers when they met the problem of that week."""
        return self._at(person, week, self._PROBLEM)

    def hears(self, person: Ints, week: Ints) -> np.ndarray:
        """Whether they were customers when they heard the stories of that week."""
        return self._at(person, week, self._BEFORE)

    def never_bought(self, person: Ints, week: Ints) -> np.ndarray:
        """Whether they had never been customers when they heard the stories of that week."""
        return (self.first[person] == Status.PROSPECT) & (self.joined[person] >= week)


class Outcomes(NamedTuple):
    """Problems whose end is known, a row each, ascending by person and week."""

    person: Ints
    week: Ints  # of the problem
    end: Ints  # week in which it was settled or given up; of one kept silent, the week of the problem
    hours: Floats  # from the call to the end
    severity: Floats
    silent: np.ndarray
    resolved: np.ndarray

    @classmethod
    def of(cls, run: Run) -> Outcomes:
        """From problems and cases; questions are no problems, cases still open have no end."""
        problem, case = run.events.of("problem"), run.events.of("case")
        trouble = case["about"] != QUESTION
        weeks = run.scenario.run.weeks
        case_key = (case["person"] * weeks + case["opened_week"])[trouble]
        by_key = np.argsort(case_key)
        key = problem["person"] * weeks + problem["week"]
        order = np.argsort(key)
        key, (person, week, severity, fate) = (
            key[order], (problem[name][order] for name in ("person", "week", "severity", "fate")),
        )  # fmt: skip
        found = np.searchsorted(case_key[by_key], key)
        called = fate == CALLS
        closed = called & np.isin(key, case_key)
        row = np.flatnonzero(trouble)[by_key][found[closed]]
        end, hours, resolved = week.copy(), np.zeros(week.size), fate == SELF_SERVED
        end[closed], resolved[closed] = case["week"][row], case["outcome"][row] == RESOLVED
        hours[closed] = (case["hours_closed"] - case["hours_opened"])[row]
        known = ~called | closed
        return cls(*(each[known] for each in (person, week, end, hours, severity, fate == SILENT, resolved)))

    def where(self, keep: np.ndarray) -> Outcomes:
        """The rows that `keep` (bool or indices) selects."""
        return Outcomes(*(column[keep] for column in self))


def _repurchases(run: Run, bought: Purchases, standing: Standing, outcomes: Outcomes) -> dict[str, float]:
    """Customers with a severe problem, by what came of it, and how many of them buy again in half a year."""
    room = (outcomes.week >= WARM_UP) & (outcomes.end + REPURCHASE < run.scenario.run.weeks)
    met = outcomes.where(room & (outcomes.severity >= SEVERE))
    met = met.where(standing.meets_problem(met.person, met.week))
    again = bought.buys(met.person, met.end + 1, REPURCHASE)
    median = float(np.median(met.hours[met.resolved])) if met.resolved.any() else 0.0
    quick = met.hours < median
    groups = {
        "silent": met.silent,
        "unsatisfied": ~met.silent & ~met.resolved,
        "satisfied": met.resolved & ~quick,
        "quickly": met.resolved & quick,
    }
    sums = {f"severe_{name}": float(rows.sum()) for name, rows in groups.items()}
    return sums | {f"again_{name}": float(again[rows].sum()) for name, rows in groups.items()}


def _second_problems(run: Run, bought: Purchases, standing: Standing, outcomes: Outcomes) -> dict[str, float]:
    """Spend in the quarter after the end of a voiced problem, and in the quarter before it: first and second ones.

    By what came of them: good (put right), bad (not), good_bad and so on for first and second. The second problem
    came after the first had ended.
    """
    told = outcomes.where(~outcomes.silent)
    first = np.ones(told.person.size, bool)
    first[1:] = told.person[1:] != told.person[:-1]
    second = np.zeros(told.person.size, bool)
    second[1:] = first[:-1] & ~first[1:] & (told.week[1:] > told.end[:-1])
    measured = (told.week >= WARM_UP) & (told.end + QUARTER < run.scenario.run.weeks)
    measured &= standing.meets_problem(told.person, told.week)
    before = bought.spent(told.person, told.week - QUARTER, QUARTER)
    after = bought.spent(told.person, told.end + 1, QUARTER)
    good = told.resolved
    good_first = np.roll(good, 1)
    groups = {"good": first & good, "bad": first & ~good} | {
        f"{earlier}_{later}": second & (good_first == (earlier == "good")) & (good == (later == "good"))
        for earlier in ("good", "bad")
        for later in ("good", "bad")
    }
    sums: dict[str, float] = {}
    for name, rows in groups.items():
        rows = rows & measured
        sums |= {f"before_{name}": float(before[rows].sum()), f"after_{name}": float(after[rows].sum())}
    return sums


def _voice(run: Run) -> dict[str, float]:
    """Problems among the least and most severe, and how many of them were brought to the firm."""
    problem = run.events.of("problem")
    severity, voiced = problem["severity"], problem["fate"] != SILENT
    if not severity.size:
        return dict.fromkeys(("small", "voiced_small", "large", "voiced_large"), 0.0)
    small, large = severity < np.quantile(severity, SMALL), severity > np.quantile(severity, LARGE)
    return {
        "small": float(small.sum()), "voiced_small": float(voiced[small].sum()),
        "large": float(large.sum()), "voiced_large": float(voiced[large].sum()),
    }  # fmt: skip


def _stories(run: Run, standing: Standing) -> dict[str, float]:
    """Who is told at first hand, what a story weighs hop by hop, and how hard bad ones hit."""
    story, case, told = run.events.of("story"), run.events.of("case"), run.scenario.world.word_of_mouth
    people, weeks = run.scenario.world.market.people, run.scenario.run.weeks
    over = (case["about"] != QUESTION) & (case["week"] < weeks - QUARTER)  # stories have been heard by the end
    number = (case["opened_week"] * people + case["person"])[over]
    resolved = (case["outcome"] == RESOLVED)[over]
    first_hand = story["story"][story["hop"] == 1]
    sums = {
        "told_resolved": float(np.isin(first_hand, number[resolved]).sum()), "tellers_resolved": float(resolved.sum()),
        "told_unresolved": float(np.isin(first_hand, number[~resolved]).sum()),
        "tellers_unresolved": float((~resolved).sum()),
        "stories": float(story["hop"].size), "stories_beyond": float((story["hop"] > HOPS).sum()),
    }  # fmt: skip
    for hop in range(1, HOPS + 1):
        at = story["hop"] == hop
        sums |= {f"stories_{hop}": float(at.sum()), f"weight_{hop}": float(story["weight"][at].sum())}
    bad = story["bad"].astype(bool)
    person, week = story["person"][bad], story["week"][bad]
    effect = told.effect * told.bad_multiplier * story["weight"][bad]
    customer, prospect = standing.hears(person, week), standing.never_bought(person, week)
    return sums | {
        "bad_to_customers": float(customer.sum()),
        "bad_moves_customers": float(effect[customer].sum()) * told.customer_bad,
        "bad_to_prospects": float(prospect.sum()), "bad_moves_prospects": float(effect[prospect].sum()),
    }  # fmt: skip


def _newcomers(run: Run) -> tuple[Ints, Ints, Ints]:
    """(people won who had never bought, ascending; week in which they came; week in which they left, if they did)."""
    joins, leaves = run.events.of("joining"), run.events.of("leaving")
    never = np.iinfo(np.int64).max
    came = np.full(run.scenario.world.market.people, never)
    new = joins["cause"] < NEWCOMERS
    np.minimum.at(came, joins["person"][new], joins["week"][new])
    gone = np.full(came.size, never)
    later = leaves["week"] >= came[leaves["person"]]
    np.minimum.at(gone, leaves["person"][later], leaves["week"][later])
    who = np.flatnonzero(came < never)
    return who, came[who], gone[who]


def _tenure(run: Run) -> dict[str, float]:
    """Newcomers observed for 1, 2, 3 years: those there when the last of these began, and those of them who stayed."""
    _, came, gone = _newcomers(run)
    sums: dict[str, float] = {}
    for year in YEARS:
        end = came + 52 * year
        there = (end < run.scenario.run.weeks) & (gone > end - 52)
        if year == 1:
            there = end < run.scenario.run.weeks
        sums |= {f"there_{year}": float(there.sum()), f"stayed_{year}": float((there & (gone > end)).sum())}
    return sums


def _concentration(run: Run, bought: Purchases) -> dict[str, float]:
    """Spend of a cohort in its first 78 weeks, first order included, and the part of its best fifth."""
    who, came, _ = _newcomers(run)
    seen = came + COHORT <= run.scenario.run.weeks
    spend = np.sort(bought.spent(who[seen], came[seen], COHORT))
    best = round(TOP * spend.size)
    return {"cohort_spend": float(spend.sum()), "best_spend": float(spend[spend.size - best :].sum())}


def lives(run: Run) -> dict[str, float]:
    """Customers won in the first half of the horizon: how many, how many stay a year, their value.

    Value is gross margin to the end of the horizon, discounted to the first purchase.
    """
    who, came, gone = _newcomers(run)
    won = came < run.scenario.run.weeks / 2
    start = np.full(run.scenario.world.market.people, np.iinfo(np.int64).max)
    start[who[won]] = came[won]
    bought = run.events.of("purchase")
    since = bought["week"] - start[bought["person"]]
    counts = since >= 0
    worth = bought["cents"][counts] / 100 * run.scenario.margin
    value = worth * (1 + run.scenario.run.discount_rate) ** (-since[counts] / 52)
    stay = won & (gone > came + 52)
    return {"won": float(won.sum()), "won_stay": float(stay.sum()), "won_value": float(value.sum())}
