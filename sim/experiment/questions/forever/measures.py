"""What is measured of a run, and of two runs of the same people: pure functions over their records."""

from __future__ import annotations

import numpy as np

from sim.experiment.measure import Standing
from sim.experiment.metrics import SUPPORT, cumulative_npv, ratio, summarize
from sim.model.case import RESOLVED
from sim.model.draws import Bools, Ints
from sim.model.ledger import discount_factors
from sim.model.people import Status
from sim.model.problems import QUESTION, SILENT
from sim.model.records import Run

QUARTER, YEAR = 13, 52  # weeks


def measure(run: Run) -> dict[str, float]:
    """The usual row of a run, and what follows.

    support: discounted $ put into support, net of fees; reached: discounted prospect-weeks, x the advertising of each;
    silent: share of problems kept silent; newcomers; orders; words: good stories and mentions a customer a year;
    agents and specialists: mean headcount; value@w and customers@w: discounted cash up to, and customers at the end
    of, so many weeks.
    """
    weeks, row, horizon = run.weeks, summarize(run), run.scenario.run.weeks
    value, fate = cumulative_npv(run), run.events.of("problem")["fate"]
    effort = run.scenario.strategy.promotion.advertising
    factors = discount_factors(horizon, run.scenario.run.discount_rate)
    ends = times(horizon)
    return (
        row
        | {
            "support": -sum(row[f"npv_{account}"] for account in SUPPORT),
            "reached": float(weeks["prospects"] @ factors) * effort,
            "silent": ratio((fate == SILENT).sum(), fate.size),
            "newcomers": float(weeks["newcomers"].sum()),
            "orders": float(weeks["orders"].sum()),
            "words": ratio(YEAR * (weeks["good_stories"] + weeks["good_mentions"]).sum(), weeks["customers"].sum()),
            "agents": float(weeks["agents"].mean()),
            "specialists": float(weeks["specialists"].mean()),
            "customers@0": float((Standing(run).first == Status.CUSTOMER).sum()),
        }
        | {f"value@{week}": float(value[week - 1]) for week in ends}
        | {f"customers@{week}": float(weeks["customers"][week - 1]) for week in ends}
    )


def times(horizon: int) -> list[int]:
    """The end of each quarter, and the horizon: weeks from the start."""
    return [*range(QUARTER, horizon, QUARTER), horizon]


def first_help(run: Run, standing: Standing) -> tuple[Ints, Ints]:
    """(people whom the desk answered before they ever bought, the week of the first answer), ascending."""
    case = run.events.of("case")
    asked = (case["about"] == QUESTION) & (case["outcome"] == RESOLVED)
    person, week = case["person"][asked].astype(np.int64), case["week"][asked].astype(np.int64)
    outside = standing.never_bought(person, week)
    person, week = person[outside], week[outside]
    order = np.lexsort((week, person))
    who, first = np.unique(person[order], return_index=True)
    return who, week[order][first]


def helped(run: Run, without: Run) -> dict[str, float]:
    """People helped before they ever bought, with a year to go: how many buy within it, and without the help.

    Columns: helped (people), converted and converted_without (share of the same people), help_cost (discounted $ of
    labour and hiring, by the share of working hours that they took), won (new customers more than without).
    """
    standing, apart = Standing(run), Standing(without)
    who, week = first_help(run, standing)
    seen = week + YEAR < run.scenario.run.weeks
    who, week = who[seen], week[seen]
    case, row = run.events.of("case"), summarize(run)
    outside = standing.never_bought(case["person"].astype(np.int64), case["opened_week"].astype(np.int64))
    share = ratio(case["hours_handled"][outside].sum(), case["hours_handled"].sum())
    return {
        "helped": float(who.size),
        "converted": ratio((standing.joined[who] <= week + YEAR).sum(), who.size),
        "converted_without": ratio((apart.joined[who] <= week + YEAR).sum(), who.size),
        "help_cost": -share * (row["npv_support_labour"] + row["npv_hiring"]),
        "won": float(run.weeks["newcomers"].sum() - without.weeks["newcomers"].sum()),
    }


def assured(lean: Run, kind: Run) -> dict[str, float]:
    """Orders a year of customers of the start who met no problem and had no case under either strategy.

    The same people twice: whoever had trouble in one of the two runs is left out of both.
    """
    untroubled = Standing(lean).first == Status.CUSTOMER
    for run in (lean, kind):
        for what in ("problem", "case"):
            untroubled[run.events.of(what)["person"]] = False
    people = float(untroubled.sum())
    years = lean.scenario.run.weeks / YEAR
    return {
        "untroubled": people,
        "orders_lean": ratio(_orders(lean, untroubled), people * years),
        "orders_kind": ratio(_orders(kind, untroubled), people * years),
    }


def _orders(run: Run, of: Bools) -> float:
    return float(of[run.events.of("purchase")["person"]].sum())
