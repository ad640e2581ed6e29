"""What is measured of a run about the end of the warranty: pure functions over its records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.metrics import cumulative_npv, ratio, summarize
from sim.model.case import RESOLVED
from sim.model.draws import Bools, Floats, Ints
from sim.model.problems import QUESTION
from sim.model.records import LEFT_BY, Run
from sim.parameters.scenario import Scenario

QUARTER, YEAR = 13, 52  # weeks
HALF_YEAR = 2 * QUARTER
BANDWIDTH = 26  # weeks on either side of the end of the warranty, at most
SHOWN = ("left", "told", "gone")  # what is looked at on both sides of it: shares and a number, see `around_expiry`
OVER_PROBLEM = [LEFT_BY.index("unresolved"), LEFT_BY.index("silent")]
TO_RIVAL = LEFT_BY.index("rival")
AGES = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)  # of what was bought, x the trade's warranty


def measure(run: Run) -> dict[str, float]:
    """The usual row of a run, and: value up to each quarter, both sides of the warranty's end, contacts by age, who is
    lost for good, who is lost after a failure, and who is lost on paper."""
    value, weeks = cumulative_npv(run), run.scenario.run.weeks
    quarters = [*range(QUARTER, weeks, QUARTER), weeks]
    customers = run.weeks["customers"].sum()
    return (
        summarize(run)
        | {f"value@{week}": float(value[week - 1]) for week in quarters}
        | around_expiry(run)
        | contacts_by_age(run)
        | {
            "orders": float(run.weeks["orders"].sum()),
            "never_again": never_again(run),
            "lost_after_failure": lost_after_failure(run),
            "lost_on_paper": ratio(run.weeks["paper_retained"].sum(), customers) if _contract(run) else math.nan,
        }
    )


def _contract(run: Run) -> bool:
    return run.scenario.world.needs.kind == "subscription"


def warranty(scenario: Scenario) -> int:
    """The first whole week after a purchase in which a problem is out of warranty, whatever goodwill is shown."""
    term = scenario.strategy.warranty.term
    return math.floor(scenario.world.problems.customary_warranty if term is None else term) + 1


def window(scenario: Scenario, weeks: int) -> int:
    """So many weeks, but under contract at least until the next renewal: nobody can be seen to leave before."""
    needs = scenario.world.needs
    return max(weeks, math.ceil(needs.period) if needs.kind == "subscription" else 0)


# --- who did what, and when --------------------------------------------------------------------------------------


class Diary:
    """Weeks of one kind of event, person by person, to look up what came before or after."""

    def __init__(self, person: Ints, week: Ints, horizon: int) -> None:
        self.horizon = horizon + 1
        self.at = np.sort(person * self.horizon + week)

    def count(self, person: Ints, first: Ints, last: Ints) -> Ints:
        """Events of each person from week `first` to `last`, both included."""
        last = np.minimum(last, self.horizon - 1)
        low = np.searchsorted(self.at, person * self.horizon + first)
        return np.asarray(np.searchsorted(self.at, person * self.horizon + last, side="right") - low)

    def weeks_since(self, person: Ints, week: Ints) -> Ints:
        """Weeks since each person's last event up to and in that week; -1 where there was none."""
        if not self.at.size:
            return np.full(person.size, -1)
        place = np.searchsorted(self.at, person * self.horizon + week, side="right") - 1
        found = self.at[np.maximum(place, 0)]
        return np.where((place >= 0) & (found // self.horizon == person), week - found % self.horizon, -1)


def diary(run: Run, kind: str, keep: Bools | None = None) -> Diary:
    """The diary of a kind of event, or of those of it that are kept."""
    events = run.events.of(kind)
    person, week = events["person"], events["week"]
    if keep is not None:
        person, week = person[keep], week[keep]
    return Diary(person, week, run.scenario.run.weeks)


def _left(run: Run, person: Ints, week: Ints, within: int) -> Bools:
    """Who left over a problem, or afterwards to the rival, by `within` weeks after that week."""
    cause = run.events.of("leaving")["cause"]
    over = diary(run, "leaving", np.isin(cause, OVER_PROBLEM)).count(person, week, week + within)
    away = diary(run, "leaving", cause == TO_RIVAL).count(person, week + 1, week + within)
    return np.asarray(over + away > 0)


# --- both sides of the day on which the warranty ends ------------------------------------------------------------


def around_expiry(run: Run) -> dict[str, float]:
    """Problems brought to the desk by week since the purchase, -1 the last one in warranty and 0 the first one out.

    For each week, columns `n@-1` (cases), `left@-1` (of these, customers lost within a quarter), `told@-1` (people
    whom they warned at first hand within a quarter), `year@-1` (cases with a year to go), `gone@-1` (of these, people
    who bought nothing in it). Only what was bought within the run: of older things the age is not known.
    """
    case, horizon, ends = run.events.of("case"), run.scenario.run.weeks, warranty(run.scenario)
    person, week = case["person"], case["opened_week"]
    age = diary(run, "purchase").weeks_since(person, week)
    quarter = window(run.scenario, QUARTER)
    keep = (case["about"] != QUESTION) & (age >= 0) & (week + quarter < horizon)
    person, week, side = person[keep], week[keep], age[keep] - ends
    story = run.events.of("story")
    first_hand = _first_hand(story)
    warnings = Diary(story["teller"][first_hand], story["week"][first_hand], horizon)
    year = week + YEAR < horizon
    found = {
        "n": np.ones(week.size),
        "left": _left(run, person, week, quarter),
        "told": warnings.count(person, week, week + QUARTER),
        "year": year,
        "gone": year & (diary(run, "purchase").count(person, week + 1, week + YEAR) == 0),
    }
    near = min(ends, BANDWIDTH)
    return {
        f"{name}@{at}": float(np.sum(values[side == at])) for name, values in found.items() for at in range(-near, near)
    }


def _first_hand(story: Mapping[str, Any]) -> Bools:
    return np.asarray((story["hop"] == 1) & story["bad"].astype(bool))


def sides(table: pd.DataFrame, arm: str, what: str) -> tuple[Ints, Floats, Floats]:
    """(weeks from the end of the warranty, sums of `what`, cases to divide by): sums have a row a replication."""
    of = "year" if what == "gone" else "n"
    rows = table[table["arm"] == arm]
    counted = [str(name) for name in rows if str(name).startswith("n@") and rows[name].notna().any()]
    at = np.array(sorted(int(name[2:]) for name in counted), np.int64)
    total = np.array([rows[f"{what}@{week}"] for week in at]).T
    cases = np.array([rows[f"{of}@{week}"] for week in at]).T
    return at, total, cases


def jumps(table: pd.DataFrame, arm: str, what: str) -> Floats:
    """The jump at the end of the warranty, one a replication: a line fitted to either side, read off in the middle.

    NaN where a side has fewer than two weeks with cases.
    """
    at, total, cases = sides(table, arm, what)
    return np.array([jump(at, t, n) for t, n in zip(total, cases, strict=True)])


def jump(at: Ints, total: Floats, cases: Floats) -> float:
    """By least squares over single cases; `at` -1 is the last week in warranty, 0 the first one out of it."""
    ends = [line(at[part], total[part], cases[part]) for part in (at < 0, at >= 0)]
    return ends[1][0] - ends[0][0]


def line(at: Ints, total: Floats, cases: Floats) -> tuple[float, float]:
    """(height at the end of the warranty, slope a week) of the line through the means of weeks, weighted by cases."""
    some = cases > 0
    if some.sum() < 2:
        return math.nan, math.nan
    x, y, weight = at[some] + 0.5, total[some] / cases[some], cases[some]
    centre = np.average(x, weights=weight)
    slope = np.average((x - centre) * y, weights=weight) / np.average((x - centre) ** 2, weights=weight)
    return float(np.average(y, weights=weight) - slope * centre), float(slope)


# --- what comes later --------------------------------------------------------------------------------------------


def never_again(run: Run) -> float:
    """People who left over a problem with a year to go or more and have not bought since."""
    leaving = run.events.of("leaving")
    over = np.isin(leaving["cause"], OVER_PROBLEM) & (leaving["week"] + YEAR < run.scenario.run.weeks)
    person, week = leaving["person"][over], leaving["week"][over]
    bought = diary(run, "purchase").count(person, week + 1, np.full(week.size, run.scenario.run.weeks))
    return float(np.unique(person[bought == 0]).size)


def lost_after_failure(run: Run) -> float:
    """Share of those whose problem was brought in vain who have left half a year later (or at the next renewal)."""
    case, within = run.events.of("case"), window(run.scenario, HALF_YEAR)
    failed = (case["about"] != QUESTION) & (case["outcome"] != RESOLVED)
    failed &= case["opened_week"] + within < run.scenario.run.weeks
    gone = _left(run, case["person"][failed], case["opened_week"][failed], within)
    return ratio(gone.sum(), failed.sum())


def contacts_by_age(run: Run) -> dict[str, float]:
    """Shares of the questions and of the problems at the desk that come later than `AGES` times the trade's warranty.

    `questions_after@1` and so on, in the second half of the run. Who bought nothing in the run owns something older
    than the run, so that the true shares are at least these; where anybody is helped it may be nothing at all, and
    these people are left out.
    """
    case, scenario = run.events.of("case"), run.scenario
    week, about = case["opened_week"], case["about"]
    age = diary(run, "purchase").weeks_since(case["person"], week)
    if not scenario.strategy.access.help_anyone:
        age = np.where(age < 0, week + 1, age)
    known = (age >= 0) & (week >= scenario.run.weeks / 2)
    term = scenario.world.problems.customary_warranty
    found: dict[str, float] = {}
    for name, kind in (("questions", about == QUESTION), ("problems", about != QUESTION)):
        of = age[kind & known]
        found |= {f"{name}_after@{share:g}": ratio((of > share * term).sum(), of.size) for share in AGES}
    return found
