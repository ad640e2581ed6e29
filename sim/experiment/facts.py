"""The stylised facts of the literature, measured in the simulation: each with its band, its source and its mechanism.

Every fact is a ratio of sums over runs, or a few of them, so that its interval follows by linearisation. Where a fact
is about customers, they are those who were customers when it happened to them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TextIO

import numpy as np
import pandas as pd
from tqdm import tqdm

from sim.experiment.metrics import ratio
from sim.experiment.pool import spread
from sim.experiment.replicate import mean_interval
from sim.experiment.survey import survey
from sim.model.case import RESOLVED
from sim.model.draws import Draws, Floats, Ints
from sim.model.people import People, Status
from sim.model.problems import CALLS, QUESTION, SELF_SERVED, SILENT
from sim.model.records import JOINED_BY, LEFT_BY, NEWCOMERS, Run
from sim.model.simulation import simulate
from sim.parameters.scenario import Scenario

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
# What the paired runs change. A fifth less dropout is worth about five points of yearly retention
LOYAL, RICHER = 0.8, 1.01  # x dropout_a, x gross_margin
PAIRED_SHARE = 3  # one replication in so many also has its paired runs


@dataclass(frozen=True)
class Fact:
    """A stylised fact.

    Attributes:
        value: of sums over runs, as `measure` gives them.
        low, high: the band of the literature; what lies in it, edges included, agrees.
        mechanism: dotted keys and values under which the fact must vanish: none is built in.
        of: runs it is measured in: of all strategies together, of the first one alone (the desk at base staffing), or
            the pairs of runs that differ in one parameter.
        scale: what counts as half a band where the band has no width or no upper end.
    """

    key: str
    meaning: str
    unit: str
    low: float
    high: float
    source: str
    mechanism: Mapping[str, Any]
    value: Callable[[Sums], float]
    of: Literal["all", "first", "pairs"] = "all"
    scale: float | None = None

    @property
    def half_band(self) -> float:
        """The unit in which the distance to the band is counted."""
        return self.scale or (self.high - self.low) / 2


# Sums of a run


def measure(run: Run) -> dict[str, float]:
    """Sums and counts of one run from its records, for all facts but those of paired runs; any of them add up."""
    bought = Purchases(run)
    standing = Standing(run)
    outcomes = Outcomes.of(run)
    return {
        **survey(run),
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
        draws = Draws(run.scenario.run.seed, run.replication, world.market.people)
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


def variants(scenario: Scenario) -> dict[str, Scenario]:
    """The scenario and its two paired ones: customers less prone to lose interest, a gross margin 1 % higher."""

    def having(**changes: float) -> Scenario:
        needs = scenario.world.needs.model_copy(update=changes)
        return scenario.model_copy(update={"world": scenario.world.model_copy(update={"needs": needs})})

    needs = scenario.world.needs
    return {
        "loyal": having(dropout_a=LOYAL * needs.dropout_a),
        "richer": having(gross_margin=RICHER * needs.gross_margin),
    }


# The facts


def _mean(sums: Sums, top: str, bottom: str) -> float:
    return ratio(sums[top], sums[bottom])


def _spend(group: str) -> Callable[[Sums], float]:
    """Mean spend of a group of the survey, as % of that of the untroubled."""
    return lambda sums: (
        100
        * ratio(_mean(sums, f"spend_{group}", f"respondents_{group}"), _mean(sums, "spend_none", "respondents_none"))
    )


def _again(better: str, worse: str) -> Callable[[Sums], float]:
    return lambda sums: ratio(
        _mean(sums, f"again_{better}", f"severe_{better}"), _mean(sums, f"again_{worse}", f"severe_{worse}")
    )


def _kept(later: str, earlier: str) -> Callable[[Sums], float]:
    """Spend after as a share of spend before: of one group over another."""
    return lambda sums: ratio(
        _mean(sums, f"after_{later}", f"before_{later}"), _mean(sums, f"after_{earlier}", f"before_{earlier}")
    )


def _share(top: str, *bottom: str) -> Callable[[Sums], float]:
    return lambda sums: ratio(sums[top], sum(sums[name] for name in bottom))


def _messages(sums: Sums) -> float:
    return ratio(sums["good_stories"] + sums["good_mentions"], sums["bad_stories"] + sums["bad_mentions"])


def _listeners(sums: Sums) -> float:
    return ratio(_mean(sums, "told_unresolved", "tellers_unresolved"), _mean(sums, "told_resolved", "tellers_resolved"))


def _hop_decay(sums: Sums) -> float:
    """Geometric mean over the hops."""
    last = ratio(_mean(sums, f"weight_{HOPS}", f"stories_{HOPS}"), _mean(sums, "weight_1", "stories_1"))
    return float(last ** (1 / (HOPS - 1)))


def _hits(sums: Sums) -> float:
    return ratio(
        _mean(sums, "bad_moves_prospects", "bad_to_prospects"), _mean(sums, "bad_moves_customers", "bad_to_customers")
    )


def _rises(year: int) -> Callable[[Sums], float]:
    return lambda sums: (
        _mean(sums, f"stayed_{year}", f"there_{year}") - _mean(sums, f"stayed_{year - 1}", f"there_{year - 1}")
    )


def _grows(sums: Sums, variant: str) -> float:
    """Log growth of the value of a customer won, from the base to the variant."""
    grown = ratio(_mean(sums, f"{variant}_won_value", f"{variant}_won"), _mean(sums, "won_value", "won"))
    return math.log(grown) if grown > 0 else math.nan


def _retention(sums: Sums) -> tuple[float, float]:
    """Yearly retention of customers won, base and loyal."""
    return _mean(sums, "won_stay", "won"), _mean(sums, "loyal_won_stay", "loyal_won")


def _retention_elasticity(sums: Sums) -> float:
    base, loyal = _retention(sums)
    return ratio(_grows(sums, "loyal"), math.log(loyal / base)) if base and loyal else math.nan


def _five_points(sums: Sums) -> float:
    base, loyal = _retention(sums)
    growth = ratio(0.05 * _grows(sums, "loyal"), loyal - base)
    return math.expm1(growth) if math.isfinite(growth) else math.nan


def _margin_elasticity(sums: Sums) -> float:
    return _grows(sums, "richer") / math.log(RICHER)


_SURVEY = "an online retailer's survey of about 1,000 buyers: 106, 100, about 20"
_TARP = "TARP 1986 (Goodman): losses above $100, 9, 19, 54, 82 % buy again; direction and size"
_TWICE = "Maxham & Netemeyer 2002: direction"
_GUPTA = "Gupta, Lehmann & Stuart 2004"
_INF = math.inf
# Nobody leaves over a problem or resents it; nobody learns from what comes of it
_NO_HARM = {
    "world.problems.leave_unresolved": 0.0, "world.problems.leave_silent": 0.0, "world.problems.grievance": 0.0,
    "world.beliefs.unresolved_weight": 0.0, "world.beliefs.expectation_weight": 0.0,
    "world.choice.risk_sensitivity": 0.0, "world.rival.entry_week": None, "world.rival.gives_up": 0.0,
}  # fmt: skip
# A problem counts four times, that it was put right counts for nothing
_UNFORGIVEN = {"world.beliefs.problem_weight": 4.0, "world.beliefs.resolved_weight": 0.0}
# Everyone buys alike, in times that stay alike, is equally prone to lose interest, and meets no problems
_ALIKE = {
    "world.problems.rate": 0.0,
    "world.needs.shape": 100.0, "world.needs.basket_sd_people": 0.0, "world.needs.basket_sd_orders": 0.0,
    "world.needs.dropout_a": 2_500.0, "world.needs.dropout_b": 7_500.0, "world.economy.swing": 0.0,
}  # fmt: skip
# Nobody loses interest
_LOYAL = {"world.needs.dropout_a": 1e-6, "world.needs.dropout_b": 1e6}

FACTS: tuple[Fact, ...] = (
    Fact(
        "recovered_seen", "buyers whose problem was put right spend this much of what untroubled ones do, as surveyed",
        "%", 98, 112, _SURVEY, _UNFORGIVEN, _spend("recovered"),
    ),
    Fact(
        "unresolved_seen", "buyers whose problem was not put right spend this much of it, as surveyed",
        "%", 10, 35, _SURVEY, _NO_HARM, _spend("unresolved"),
    ),
    Fact(
        "recovered_caused", "buyers whose problem was put right spend this much of what they would have without it",
        "%", 85, 102, "Knox & van Oest 2014: recovery almost never fully offsets; de Matos et al. 2007: no paradox",
        _UNFORGIVEN,
        lambda sums: 100 * _mean(sums, "paired_spend_recovered", "paired_without_recovered"),
    ),
    Fact(
        "unsatisfied_over_silent", "after a severe problem the unsatisfied buy again this much more than the silent",
        "x", 1, _INF, _TARP, _NO_HARM, _again("unsatisfied", "silent"), scale=0.5,
    ),
    Fact(
        "satisfied_over_unsatisfied", "the satisfied buy again this much more than the unsatisfied",
        "x", 2.5, _INF, _TARP, _NO_HARM, _again("satisfied", "unsatisfied"), scale=0.5,
    ),
    Fact(
        "quickly_over_satisfied", "those satisfied faster than the median buy again this much more than the slower",
        "x", 1, _INF, _TARP, {"world.beliefs.recovery_patience": 36_500.0},
        _again("quickly", "satisfied"), scale=0.25,
    ),
    Fact(
        "recovered_twice", "share of their spend that customers keep, put right twice over put right once",
        "x", 0, 1, _TWICE, _NO_HARM, _kept("good_good", "good"),
    ),
    Fact(
        "unresolved_twice", "share of their spend that customers keep, let down twice over let down once",
        "x", 0, 1 / 3, _TWICE, _NO_HARM, _kept("bad_bad", "bad"),
    ),
    Fact(
        "bad_then_good", "share of their spend that customers keep, let down then put right over the other way round",
        "x", 1, _INF, _TWICE, _NO_HARM, _kept("bad_good", "good_bad"), scale=0.5,
    ),
    Fact(
        "voice_small", "problems brought to the firm, of the fifth that is least severe",
        "share", 0.03, 0.10, "TARP 1979", {"world.callers.voice_small": 0.6}, _share("voiced_small", "small"),
    ),
    Fact(
        "voice_large", "problems brought to the firm, of the twentieth that is most severe",
        "share", 0.50, 0.75, "TARP 1979", {"world.callers.voice_large": 0.05}, _share("voiced_large", "large"),
    ),
    Fact(
        "good_over_bad", "good messages about the firm for each bad one",
        "x", 2, 5, "East, Hammond & Wright 2007: 3 to 1 over 15 studies",
        {"world.word_of_mouth.mention": 0.0, "world.word_of_mouth.mention_weak": 0.0}, _messages,
    ),
    Fact(
        "listeners", "people whom an unresolved customer tells at first hand, for each one told by a resolved customer",
        "x", 1.7, 5, "SQM; American Express 2011: 16 to 9; Anderson 1998: exaggerated",
        {
            "world.word_of_mouth.tell_unresolved": 0.41, "world.word_of_mouth.listeners_unresolved": 2.0,
            "world.word_of_mouth.post_readers": 0.0,
        }, _listeners,
    ),
    Fact(
        "hop_decay", "weight that a story keeps from hop to hop",
        "share", 0.35, 0.6, "Christakis & Fowler 2007: 45, 20, 10 %", {"world.word_of_mouth.hop_weight": 1.0},
        _hop_decay,
    ),
    Fact(
        "beyond_hops", "stories heard beyond the third hop",
        "share", 0, 0, "Christakis & Fowler 2007", {"world.word_of_mouth.hops": 6, "world.word_of_mouth.retell": 0.6},
        _share("stories_beyond", "stories"), scale=0.01,
    ),
    Fact(
        "bad_hits_prospects", "evidence a bad story adds for someone who never bought, for each it adds for a customer",
        "x", 3, 5, "East, Romaniuk, Chawdhary & Uncles 2017: over 4", {"world.word_of_mouth.customer_bad": 1.0}, _hits,
    ),
    Fact(
        "retention_rises_2", "yearly retention of newcomers: second year less first",
        "points", 0, _INF, "Fader & Hardie 2007: mostly sorting", _ALIKE, _rises(2), scale=0.02,
    ),
    Fact(
        "retention_rises_3", "yearly retention of newcomers: third year less second",
        "points", 0, _INF, "Fader & Hardie 2007: mostly sorting", _ALIKE, _rises(3), scale=0.02,
    ),
    Fact(
        "best_fifth", "part of a cohort's spend in its first 78 weeks by the fifth that spends most",
        "share", 0.55, 0.75, "CDNOW sample: 67.5 %; Fader, Hardie & Lee 2005", _ALIKE,
        _share("best_spend", "cohort_spend"),
    ),
    Fact(
        "retention_elasticity", "growth of a won customer's value for each per cent of yearly retention gained by "
        "less loss of interest", "%", 3, 7, f"{_GUPTA}: 5", _LOYAL, _retention_elasticity, "pairs",
    ),
    Fact(
        "five_points", "growth of a won customer's value with five points of yearly retention",
        "share", 0.10, 0.40, "Reichheld & Sasser 1990, at a discount rate of 10 %", _LOYAL, _five_points, "pairs",
    ),
    Fact(
        "margin_elasticity", "growth of a won customer's value for a per cent of margin",
        "%", 0.9, 1.1, f"{_GUPTA}: 1", {"world.needs.gross_margin": 0.0}, _margin_elasticity, "pairs",
    ),
    Fact(
        "abandonment", "cases that gave up waiting", "share", 0.05, 0.10,
        "CCMA 2023: 9.1 %; 5 to 8 % held normal", {"world.callers.patience": 1e6},
        _share("cases_abandoned", "cases_resolved", "cases_unresolved", "cases_abandoned", "cases_refused"), "first",
    ),
    Fact(
        "first_contact", "cases worked on that the first contact settled", "share", 0.65, 0.80, "SQM: 70 %",
        {"strategy.desk.first_contact_resolution": 0.3},
        _share("first_contact", "cases_resolved", "cases_unresolved", "cases_refused"), "first",
    ),
    Fact(
        "occupancy", "staffed time at work", "share", 0.75, 0.88, "contact centres: 75 to 88 %",
        {"strategy.staffing.rule": "fixed", "strategy.staffing.agents": 10.0, "strategy.staffing.specialists": 10.0},
        _share("hours_busy", "hours_staffed"), "first",
    ),
    Fact(
        "word_of_mouth", "new customers won by word of mouth", "share", 0.35, 0.55,
        "Keaveney 1995: half of replacements; Keller Fay 2006", {"world.word_of_mouth.recommendation": 0.0},
        _share("recommended", "newcomers"),
    ),
)  # fmt: skip


# Many runs


def facts(
    scenarios: Sequence[Scenario],
    replications: int = 30,
    workers: int | None = None,
    progress: bool | TextIO = True,
) -> pd.DataFrame:
    """Every fact with its 95 % interval over runs, and whether its value lies in the band of the literature.

    All strategies together, in the same paired worlds; the desk's facts for the first one alone. A third of the
    replications, at least two, also have the runs that differ in one parameter.

    Args:
        workers: processes; None for one a core, 1 for none beside this one.
        progress: a bar on standard error or a stream of yours; False for none.
    """
    pairs = range(min(replications, max(2, replications // PAIRED_SHARE)))
    tasks = [
        (scenario, replication, replication in pairs) for replication in range(replications) for scenario in scenarios
    ]
    seen: dict[int, dict[str, float]] = {}
    with tqdm(
        total=len(tasks), desc="facts", unit="run", file=sys.stderr if isinstance(progress, bool) else progress,
        disable=progress is False, mininterval=0.5, ncols=88,
    ) as bar:  # fmt: skip
        for number, sums in spread(_observe, tasks, workers):
            seen[number] = sums
            bar.update()
    rows = [[seen[number + k] for k in range(len(scenarios))] for number in range(0, len(tasks), len(scenarios))]
    return judge(rows)


def _observe(scenario: Scenario, replication: int, paired: bool) -> dict[str, float]:
    """Sums of a run, with those of its paired runs."""
    run = simulate(scenario, replication)
    sums = measure(run)
    if paired:
        sums |= lives(run)
        for name, other in variants(scenario).items():
            sums |= {f"{name}_{key}": value for key, value in lives(simulate(other, replication)).items()}
    return sums


def judge(rows: Sequence[Sequence[Sums]], which: Sequence[Fact] = FACTS) -> pd.DataFrame:
    """The facts of some replications, a row each.

    Args:
        rows: for each replication the sums of a run of each strategy; those with paired runs come first.
    """
    everyone = [_total(runs) for runs in rows]
    samples: dict[str, Sequence[Sums]] = {
        "all": everyone,
        "first": [runs[0] for runs in rows],
        "pairs": [sums for sums in everyone if "loyal_won" in sums],
    }
    table = []
    for fact in which:
        value, half = estimate(fact.value, samples[fact.of])
        table.append(
            {"fact": fact.key, "meaning": fact.meaning, "unit": fact.unit, "low": fact.low, "high": fact.high,
             "value": value, "interval_low": value - half, "interval_high": value + half,
             "holds": fact.low <= value <= fact.high, "source": fact.source}
        )  # fmt: skip
    return pd.DataFrame(table)


def _total(runs: Sequence[Sums]) -> dict[str, float]:
    """The sums that all runs have, summed."""
    return {name: sum(run[name] for run in runs) for name in runs[0] if all(name in run for run in runs)}


def estimate(value: Callable[[Sums], float], runs: Sequence[Sums]) -> tuple[float, float]:
    """A function of sums over runs and the half width of its 95 % interval, by linearisation over runs."""
    if not runs:
        return math.nan, math.nan
    total = _total(runs)
    centre = value(total)
    if not math.isfinite(centre):
        return math.nan, math.nan

    def moved(run: Sums, step: float) -> float:
        return value({name: total[name] + step * run[name] for name in total})

    # How the value moves as a run counts a little more: for a ratio, the residual of Comparison.survey
    step = 1e-4
    slopes = np.array([(moved(run, step) - moved(run, -step)) / (2 * step) for run in runs])
    _, half = mean_interval(len(runs) * slopes)
    return centre, float(half)
