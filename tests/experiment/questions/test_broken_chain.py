"""What is measured of stories and of broken chains, on runs and frames that one can count in the head."""

import math

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions.broken_chain import evidence
from sim.experiment.questions.broken_chain.findings import Findings, arms
from sim.experiment.questions.broken_chain.rule import (
    ALWAYS,
    BEST_CAP,
    ONE_SALE,
    RULE,
    best_cap,
    by_world,
    decided,
    over,
    ratio_by_world,
)  # fmt: skip
from sim.experiment.questions.broken_chain.stories import customers_at, half_time, news, per_problem, spread_of
from sim.experiment.questions.evidence import BASE, NO_VALUE, table
from sim.model import simulate
from sim.model.case import RESOLVED, UNRESOLVED
from sim.model.people import Status
from sim.model.problems import SILENT
from sim.model.records import Events, Run
from sim.parameters import load_comparison
from sim.parameters.claims import claims

NOTEBOOK = "04_broken_chain"


def ints(*numbers):
    return np.array(numbers, np.int64)


@pytest.fixture
def told(scenario):
    """Two problems closed in week 10, of 1 (put right) and of 2 (not), one of 3 kept silent in week 9; 40 people."""
    asked = scenario({"world.market.people": 40, "run.weeks": 60})
    events = Events()
    zero = np.zeros(2)
    events.add("case", 10, ints(1, 2), opened_week=ints(8, 9), about=ints(0, 1), severity=zero,
               outcome=ints(RESOLVED, UNRESOLVED), contacts=ints(1, 1), tier=ints(0, 0), hours_opened=zero,
               hours_closed=zero, hours_waited=zero, hours_handled=zero)  # fmt: skip
    events.add("problem", 9, ints(3), about=ints(0), severity=np.ones(1), earlier=ints(0), fate=ints(SILENT))

    def hear(week, person, teller, story, bad, hop):
        events.add("story", week, ints(person), story=ints(story), teller=ints(teller), bad=np.array([bad]),
                   weight=np.ones(1), hop=ints(hop))  # fmt: skip

    good, wrong = 8 * 40 + 1, 9 * 40 + 2
    hear(11, 5, 2, wrong, True, 1)
    hear(12, 6, 2, wrong, True, 1)
    hear(12, 7, 5, wrong, True, 2)
    hear(14, 8, 1, good, False, 1)
    hear(13, 9, 4, 9 * 40 + 4, True, 1)  # of a problem that nobody knows: not closed
    weeks = {"problems": np.array([3.0]), "bad_stories": np.array([4.0])}
    return Run(asked, 0, weeks, np.zeros((60, 11), np.int64), events, 0)


def test_news_is_counted_from_the_closing_by_hand(told):
    found = news(told)
    assert [found[f"reach_{hop}"] for hop in (1, 2, 3)] == [2, 1, 0]
    assert (found["told_bad"], found["told_good"], found["told_silent"]) == (1, 1, 0)
    assert found["half_bad"] == pytest.approx(1.25)  # one in week 1, two in week 2
    assert found["half_good"] == pytest.approx(3.5)
    assert [found[f"bad_{week}"] for week in range(3)] == pytest.approx([0, 1 / 3, 1])
    assert per_problem(told)["heard_each"] == pytest.approx(4 / 3)


def test_half_time_is_even_within_a_week():
    assert half_time(ints(1, 1, 1, 1)) == 0.5
    assert half_time(ints(1, 2, 2)) == pytest.approx(1.25)
    assert math.isnan(half_time(ints()))
    assert np.isnan(spread_of(ints())).all()


def test_customers_at_a_week_are_those_the_books_count(scenario):
    run = simulate(scenario({"world.market.people": 400, "run.weeks": 40, "world.problems.rate": 1.0}))
    for week in (1, 13, 39):
        assert customers_at(run, week).sum() == run.weeks["customers"][week - 1]
    assert Status.CUSTOMER == 1


def cases(rows):
    names = ("replication", "yearly", "cost", "value", "hop_0", "sale")
    return pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])


def test_the_rule_pays_where_the_customer_would_be_missed_by_more():
    # Who buys for $100 a year is missed by 100 (60 after the remedy of 40), who buys nothing by nothing
    rows = [(world, yearly, 40.0, yearly - 40.0, yearly - 40.0, 30.0) for world in range(4)
            for yearly in (0.0, 100.0, 0.0, 100.0)]  # fmt: skip
    judged = decided(cases(rows))
    assert by_world(judged, RULE).mean == 30.0  # half of them, $60 each
    assert by_world(judged, ALWAYS).mean == 10.0
    assert by_world(judged, ONE_SALE).mean == 0.0  # no remedy for less than the $30 of a sale
    assert by_world(judged, BEST_CAP).mean == 10.0
    assert over(judged, RULE, ONE_SALE).mean == 30.0
    assert ratio_by_world(judged, judged["value"], "sale").mean == pytest.approx(10 / 30)


def test_nothing_is_decided_by_what_it_was_learnt_from():
    rows = [(0, 100.0, 40.0, 60.0, 60.0, 30.0)] * 20
    assert decided(cases(rows)).empty  # there is no other world to learn from
    assert decided(pd.DataFrame()).empty


def test_the_best_cap_takes_what_pays_and_leaves_what_does_not():
    known = cases([(0, 0, 10.0, 5.0, 5.0, 1), (0, 0, 20.0, 1.0, 1.0, 1), (0, 0, 30.0, -9.0, -9.0, 1)])
    assert best_cap(known) == 20.0
    assert best_cap(known.assign(value=-1.0)) < 10.0


def test_what_never_happened_may_still_happen():
    rows = pd.DataFrame({"replication": [0, 0, 1, 1], "lost": 0})
    assert by_world(rows, "lost")[:3] == (0.0, 0.0, 0.75)
    rows["lost"] = [1, 0, 1, 0]
    assert by_world(rows, "lost").mean == 0.5


@pytest.mark.parametrize("world", ["online_retail", "it_hardware", "wireless_carrier"])
def test_evidence_covers_the_claims_of_the_notebook(world):
    scenarios = tuple(load_comparison(world))
    rows = table(evidence(Findings(scenarios, pd.DataFrame(), pd.DataFrame(), None, 10)))
    assert set(rows["claim"]) == set(claims(NOTEBOOK))
    assert set(rows["outcome"]) == {NO_VALUE}
    assert (rows["setting"] == BASE).any()
    assert len({(name, place) for name, place, _ in arms(scenarios)}) == len(arms(scenarios))
