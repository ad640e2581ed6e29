"""Metrics, paybacks and estimates: cases that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions import measuring as question
from sim.experiment.questions.measuring import arms_of as arms
from sim.experiment.questions.measuring import switching
from sim.experiment.questions.measuring.arms_of import GOOD, POOR, Findings
from sim.model.case import OUTCOMES, RESOLVED
from sim.model.ledger import ACCOUNTS
from sim.model.records import WEEK_COLUMNS, Events, Run
from sim.model.simulation import simulate
from sim.parameters import load_comparison
from sim.parameters.claims import claims

ABOUT = 0  # a problem with the product
LOST = next(number for number in range(len(OUTCOMES)) if number != RESOLVED)


def run(scenario, weeks: int, events: Events, **columns: list) -> Run:
    """A run in which only these things happened."""
    made = {name: np.zeros(weeks) for name in WEEK_COLUMNS} | {k: np.array(v, float) for k, v in columns.items()}
    return Run(scenario, 0, made, np.zeros((weeks, len(ACCOUNTS)), np.int64), events, 0)


def closed(events: Events, week: int, person: int, outcome: int, opened: int | None = None) -> None:
    events.add("case", week, np.array([person]), opened_week=opened if opened is not None else week, about=ABOUT,
               severity=1.0, outcome=outcome, contacts=1, tier=0, hours_opened=0.0, hours_closed=0.0, hours_waited=0.0,
               hours_handled=0.0)  # fmt: skip


def bought(events: Events, week: int, person: int, dollars: float) -> None:
    events.add("purchase", week, np.array([person]), units=1, cents=round(100 * dollars))


def test_tenure_is_counted_from_the_last_joining_before_the_case(scenario):
    events = Events()
    events.add("joining", 10, np.array([1, 2]), cause=0)
    events.add("joining", 200, np.array([2]), cause=0)
    closed(events, 30, 1, RESOLVED)  # 20 weeks: new
    closed(events, 130, 1, LOST)  # 120 weeks: old
    closed(events, 150, 2, RESOLVED)  # 140 weeks: old
    closed(events, 210, 2, LOST)  # joined again 10 weeks ago: new
    closed(events, 20, 0, LOST)  # there before week 0: neither new nor old yet
    closed(events, 120, 0, RESOLVED)  # there before week 0: old
    found = arms.settled_by_tenure(run(scenario({"world.market.people": 3, "run.weeks": 260}), 260, events))
    assert found == {"settled_new": 1 / 2, "settled_old": 2 / 3}


def test_the_naive_comparison_sets_the_helped_against_who_never_called(scenario):
    events = Events()
    bought(events, 105, 0, 10.0)
    bought(events, 105, 1, 10.0)
    closed(events, 110, 0, RESOLVED)
    bought(events, 112, 0, 50.0)  # within a quarter after the answer
    bought(events, 124, 0, 99.0)  # later than that
    middle = (104 + 143) // 2
    bought(events, middle + 1, 1, 20.0)
    bought(events, 106, 2, 10.0)
    closed(events, 108, 2, LOST)  # called in vain: neither helped nor without a call
    found = switching.naive(run(scenario({"world.market.people": 3, "run.weeks": 156}), 156, events), 104)
    assert found == pytest.approx((50 - 20) * 1 * 52 / 39)  # one helped in three quarters


def markets(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"setting": "as it is", "replication": range(4), **columns})


# Sales fall by 30 a year everywhere; better support adds 10; markets differ in size by 5
ROWS = markets(before=[100.0, 105, 110, 115], without=[70.0, 75, 80, 85], with_it=[80.0, 85, 90, 95],
               naive=[1.0, 3.0, 1.0, 3.0])  # fmt: skip


def test_each_estimator_by_hand():
    assert switching.truth(ROWS).tolist() == [10] * 4
    values = {name: of(ROWS).tolist() for name, of in switching.ESTIMATORS.items()}
    assert values[switching.NAIVE] == [1, 3, 1, 3]
    assert values[switching.BEFORE_AFTER] == [-20] * 4  # the trend counts for the support
    assert values[switching.EXPERIMENT] == [0, 0]  # the two left alone are larger by 10: chance
    assert values[switching.DIFFERENCES] == [10, 10]  # neither trend nor size matters


def test_errors_are_shares_of_the_truth():
    assert switching.error(ROWS, switching.BEFORE_AFTER).mean == -3
    assert switching.error(ROWS, switching.DIFFERENCES) == (0, 0, 0, 2)
    assert switching.missed(ROWS, switching.DIFFERENCES).mean == 0
    assert switching.missed(ROWS, switching.NAIVE).mean == 1
    assert switching.error(ROWS.iloc[:1], switching.NAIVE).n == 0  # one market says nothing about errors


def test_the_markets_needed_follow_from_the_scatter():
    # sd of 1, 3, 1, 3 is 1.1547; (2.8 x 1.1547 / 10)^2 = .1045: one is enough
    assert switching.needed(ROWS, switching.NAIVE) == 1
    wide = ROWS.assign(naive=[-40.0, 40, -40, 40])  # sd 46.188: (2.8 x 4.6188)^2 = 167.25
    assert switching.needed(wide, switching.NAIVE) == 168


def test_a_market_that_changes_nothing_has_no_effect():
    sizes = {"world.market.people": 400, "run.replications": 1}
    poor, _ = load_comparison(changes=sizes)
    same = switching.markets(poor, poor, 1, progress=False)
    assert switching.truth(same).tolist() == [0.0] * len(switching.SETTINGS)
    assert (same["before"] > 0).all()


@pytest.fixture(scope="module")
def found() -> Findings:
    sizes = {"world.market.people": 300, "run.weeks": 110, "run.replications": 2}
    return question.ask(load_comparison(changes=sizes), workers=1)


def test_every_claim_of_the_notebook_has_evidence(found):
    assert {each.claim for each in question.evidence(found)} == set(claims("09_how_would_you_know"))


def test_managers_pick_by_their_own_number(found):
    runs = found.runs.copy()
    for place, x in enumerate(arms.LEVELS):
        here = runs["arm"] == arms.level(x)
        runs.loc[here, "pilot_cost_per_contact"] = [3.0, 9.0, 1.0, 5.0, 7.0][place]
        runs.loc[here, "pilot_kept"] = [0.1, 0.5, 0.2, np.nan, 0.3][place]
        runs.loc[here, "npv"] = float(place)
    made = replace(found, runs=runs)
    assert arms.chosen(made, "cost").tolist() == [2, 2] and arms.chosen(made, "retention").tolist() == [1, 1]
    assert arms.under(made, "cost", "npv").tolist() == [2, 2] and arms.best(made).tolist() == [4, 4]


def test_the_measures_of_a_run_are_those_of_its_ledger(scenario):
    each = scenario({"world.market.people": 300, "run.weeks": 110})
    row, done = arms.measure(simulate(each)), simulate(each)
    net = done.ledger.sum(axis=1) / 100
    assert row["cash_first"] == pytest.approx(net[:52].sum()) and row["cash_later"] == pytest.approx(net[104:].sum())
    sales = done.ledger[:, ACCOUNTS.index("sales")] / 100
    assert row["sales_kept"] == pytest.approx(sales[-52:].sum() / sales[:52].sum())
    assert [name for name in row if name.startswith("cash_") and name[5:].isdecimal()] == [
        f"cash_{week}" for week in arms.quarters(110)
    ]
    assert {POOR, GOOD} <= {arms.level(x) for x in arms.LEVELS}
