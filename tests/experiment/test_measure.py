"""What a run shows of the facts: sums on events one can follow by hand."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from sim.experiment.measure import (
    Outcomes,
    Purchases,
    Standing,
    _concentration,
    _repurchases,
    _second_problems,
    _stories,
    _tenure,
    _voice,
    lives,
)
from sim.model.case import ABANDONED, REFUSED, RESOLVED, UNRESOLVED
from sim.model.ledger import ACCOUNTS
from sim.model.problems import CALLS, DEFECT, QUESTION, SELF_SERVED, SILENT
from sim.model.records import JOINED_BY, LEFT_BY, WEEK_COLUMNS, Events, Run
from sim.parameters import load_comparison

PEOPLE = 10
# Week 0 finds ten customers, or nobody who ever bought
CUSTOMERS = {"world.market.initial_buyers": 1.0, "world.market.history": 0, "world.needs.dropout_a": 1e-6}
PROSPECTS = {"world.market.initial_buyers": 0.0}


def run_of(
    bought: list[tuple[int, int, int]] = (),  # person, week, cents
    joined: list[tuple[int, int, str]] = (),  # person, week, cause
    left: list[tuple[int, int, str]] = (),  # person, week, cause
    problems: list[tuple[int, int, float, int]] = (),  # person, week, severity, fate
    cases: list[tuple[int, int, int, int, float]] = (),  # person, week opened, week closed, outcome, hours
    questions: list[tuple[int, int, int]] = (),  # person, week, outcome
    stories: list[tuple[int, int, int, int, bool, float, int]] = (),  # week, listener, when, teller, bad, weight, hop
    start: Mapping[str, Any] = CUSTOMERS,
    weeks: int = 260,
) -> Run:
    """A run in which exactly this happened."""
    events = Events()
    for person, week, cents in bought:
        events.add("purchase", week, np.array([person]), units=1, cents=cents)
    for person, week, cause in joined:
        events.add("joining", week, np.array([person]), cause=JOINED_BY.index(cause))
    for person, week, cause in left:
        events.add("leaving", week, np.array([person]), cause=LEFT_BY.index(cause), status=2, yearly_margin=0)
    for person, week, severity, fate in problems:
        events.add("problem", week, np.array([person]), about=DEFECT, severity=severity, earlier=0, fate=fate)
    for person, opened, closed, outcome, hours, about in [
        *((*case, DEFECT) for case in cases),
        *((person, week, week, outcome, 1.0, QUESTION) for person, week, outcome in questions),
    ]:
        events.add(
            "case", closed, np.array([person]), opened_week=opened, about=about, severity=1.0, outcome=outcome,
            contacts=1, tier=0, hours_opened=60.0 * opened, hours_closed=60.0 * opened + hours, hours_waited=0.0,
            hours_handled=0.5,
        )  # fmt: skip
    for week, listener, when, teller, bad, weight, hop in stories:
        events.add(
            "story", week, np.array([listener]), story=when * PEOPLE + teller, teller=teller, bad=bad, weight=weight,
            hop=hop,
        )  # fmt: skip
    said = {"world.market.people": PEOPLE, "run.weeks": weeks, "run.discount_rate": 0.0, **start}
    scenario = load_comparison(strategies=["cost_center"], changes=said)[0]
    table = {name: np.zeros(weeks) for name in WEEK_COLUMNS}
    return Run(scenario, 0, table, np.zeros((weeks, len(ACCOUNTS)), np.int64), events, 0)


def nonzero(sums: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in sums.items() if value}


def repurchases(run: Run) -> dict[str, float]:
    return nonzero(_repurchases(run, Purchases(run), Standing(run), Outcomes.of(run)))


def second_problems(run: Run) -> dict[str, float]:
    return nonzero(_second_problems(run, Purchases(run), Standing(run), Outcomes.of(run)))


# Records


def test_purchases_of_a_span():
    run = run_of(bought=[(1, 12, 500), (0, 10, 100), (0, 13, 700), (1, 259, 900), (0, 22, 50)])
    bought, who, first = Purchases(run), np.array([0, 0, 0, 1, 1, 2]), np.array([10, 11, 10, 0, 250, 0])
    assert bought.spent(who, first, 13).tolist() == [8.5, 7.5, 8.5, 5.0, 9.0, 0.0]
    assert bought.spent(who, first, 12).tolist() == [8.0, 7.5, 8.0, 0.0, 9.0, 0.0]
    assert bought.buys(who, first, 3).tolist() == [True, True, True, False, False, False]


def test_who_is_a_customer_when():
    run = run_of(
        joined=[(1, 20, "return"), (2, 30, "renewed interest")],
        left=[(0, 10, "unresolved"), (1, 10, "rival"), (2, 30, "lost interest"), (3, 10, "silent"), (1, 20, "rival")],
    )
    standing = Standing(run)

    def when(person: int, weeks: list[int]) -> tuple[list[bool], list[bool]]:
        who, week = np.full(len(weeks), person), np.array(weeks)
        return standing.hears(who, week).tolist(), standing.meets_problem(who, week).tolist()

    # Leaves at the end of week 10, over a case; over a problem of week 10; at the choice of week 10
    assert when(0, [0, 10, 11]) == ([True, True, False], [True, True, False])
    assert when(3, [10, 11]) == ([True, False], [True, False])
    assert when(1, [10, 11, 20, 21]) == ([True, False, False, False], [False, False, False, False])  # back for an hour
    assert when(2, [30, 31]) == ([True, True], [True, True])  # gone and back within the week
    assert when(9, [0, 259]) == ([True, True], [True, True])


def test_who_never_bought():
    run = run_of(joined=[(0, 10, "advertising")], left=[(0, 20, "rival")], start=PROSPECTS)
    standing, who = Standing(run), np.array([0, 0, 0, 1])
    assert standing.never_bought(who, np.array([10, 11, 30, 30])).tolist() == [True, False, False, True]
    assert standing.hears(who, np.array([10, 11, 30, 30])).tolist() == [False, True, False, False]
    assert not Standing(run_of()).never_bought(who, np.array([0, 0, 0, 0])).any()


def test_outcomes_of_problems():
    run = run_of(
        problems=[(1, 30, 2.0, CALLS), (0, 40, 1.0, SILENT), (0, 30, 0.5, CALLS), (2, 30, 1.0, SELF_SERVED),
                  (3, 30, 1.0, CALLS), (1, 50, 1.0, CALLS)],
        cases=[(1, 30, 33, RESOLVED, 200.0), (0, 30, 30, REFUSED, 2.0), (1, 50, 50, ABANDONED, 3.0)],
        questions=[(3, 30, RESOLVED), (0, 40, RESOLVED)],
    )  # fmt: skip
    outcomes = Outcomes.of(run)  # that of 3 is still open; questions do not count
    assert outcomes.person.tolist() == [0, 0, 1, 1, 2]
    assert outcomes.week.tolist() == [30, 40, 30, 50, 30]
    assert outcomes.end.tolist() == [30, 40, 33, 50, 30]
    assert outcomes.hours.tolist() == [2.0, 0.0, 200.0, 3.0, 0.0]
    assert outcomes.silent.tolist() == [False, True, False, False, False]
    assert outcomes.resolved.tolist() == [False, False, True, False, True]
    assert outcomes.severity.tolist() == [0.5, 1.0, 2.0, 1.0, 1.0]


# Sums by hand


def test_the_repurchase_ladder():
    run = run_of(
        problems=[(0, 30, 1.0, SILENT), (1, 30, 1.0, SILENT), (2, 30, 1.5, CALLS), (3, 30, 1.0, CALLS),
                  (4, 30, 1.0, CALLS), (5, 30, 1.0, CALLS), (6, 30, 9.0, CALLS), (7, 30, 0.9, CALLS)],
        cases=[(2, 30, 31, UNRESOLVED, 9.0), (3, 30, 30, RESOLVED, 10.0), (4, 30, 30, RESOLVED, 20.0),
               (5, 30, 32, RESOLVED, 130.0), (6, 30, 30, ABANDONED, 1.0), (7, 30, 30, RESOLVED, 1.0)],
        bought=[(0, 30, 1), (1, 31, 1), (2, 31, 1), (3, 56, 1), (4, 57, 1), (5, 58, 1), (6, 56, 1)],
    )  # fmt: skip
    # 0 bought in the week of the problem, before it; 4 half a year and a week later; 5 half a year after the end in 32
    assert repurchases(run) == {
        "severe_silent": 2, "again_silent": 1, "severe_unsatisfied": 2, "again_unsatisfied": 1,
        "severe_quickly": 1, "again_quickly": 1, "severe_satisfied": 2, "again_satisfied": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("week", "counts"), [(25, False), (26, True), (233, True), (234, False)])
def test_the_ladder_needs_room_before_and_after(week: int, counts: bool):
    assert bool(repurchases(run_of(problems=[(0, week, 1.0, SILENT)]))) is counts


def test_the_ladder_is_about_customers():
    left = [(0, 20, "rival")]
    assert not repurchases(run_of(problems=[(0, 30, 1.0, SILENT)], left=left))
    assert repurchases(run_of(problems=[(0, 30, 1.0, SILENT)], left=left, joined=[(0, 25, "return")]))
    assert not repurchases(run_of(problems=[(0, 30, 1.0, SILENT)], start=PROSPECTS))


def test_spend_after_a_second_problem():
    run = run_of(
        problems=[(0, 40, 1.0, CALLS), (0, 60, 1.0, SILENT), (0, 80, 1.0, CALLS), (0, 100, 1.0, CALLS),
                  (1, 40, 0.1, CALLS), (1, 80, 0.1, CALLS), (2, 40, 1.0, CALLS), (2, 41, 1.0, CALLS),
                  (3, 40, 1.0, CALLS), (3, 80, 1.0, CALLS)],
        cases=[(0, 40, 42, RESOLVED, 1.0), (0, 80, 80, RESOLVED, 1.0), (0, 100, 100, RESOLVED, 1.0),
               (1, 40, 40, REFUSED, 1.0), (1, 80, 80, RESOLVED, 1.0),
               (2, 40, 41, UNRESOLVED, 1.0), (2, 41, 41, UNRESOLVED, 1.0),
               (3, 40, 40, RESOLVED, 1.0), (3, 80, 80, UNRESOLVED, 1.0)],
        bought=[(0, 26, 10_000), (0, 27, 100), (0, 39, 200), (0, 40, 10_000), (0, 42, 10_000), (0, 43, 400),
                (0, 55, 800), (0, 56, 10_000), (0, 67, 1_600), (0, 93, 3_200), (0, 94, 10_000), (1, 30, 6_400),
                (1, 50, 700), (1, 81, 900), (2, 30, 50), (3, 82, 5_000)],
    )  # fmt: skip
    # 0: weeks 27-39 before, 43-55 after; then 67-79 and 81-93. The third problem does not count. 2 had the second
    # before the first ended
    assert second_problems(run) == {
        "before_good": 3.0, "after_good": 12.0, "before_good_good": 16.0, "after_good_good": 32.0,
        "before_bad": 64.5, "after_bad": 7.0, "after_bad_good": 9.0, "after_good_bad": 50.0,
    }  # fmt: skip


def test_voice_by_severity():
    severities = np.linspace(0.1, 10.0, 100)
    loud = {0, 1, 30, 97, 98, 99}
    run = run_of(problems=[(0, k, s, CALLS if k in loud else SILENT) for k, s in enumerate(severities)])
    assert _voice(run) == {"small": 20, "voiced_small": 2, "large": 5, "voiced_large": 3}
    assert not any(_voice(run_of()).values())


def test_stories_by_teller_and_hop():
    run = run_of(
        problems=[(0, 30, 1.0, CALLS), (1, 30, 1.0, CALLS), (2, 30, 1.0, SILENT)],
        cases=[(0, 30, 30, UNRESOLVED, 1.0), (1, 30, 30, RESOLVED, 1.0), (3, 30, 30, REFUSED, 1.0),
               (1, 250, 250, RESOLVED, 1.0)],
        questions=[(4, 30, UNRESOLVED)],
        stories=[
            (31, 5, 30, 0, True, 0.5, 1), (31, 6, 30, 0, True, 0.5, 1), (32, 7, 30, 0, True, 0.2, 2),
            (33, 8, 30, 0, True, 0.1, 3), (34, 9, 30, 0, True, 0.1, 4), (31, 5, 30, 1, False, 1.0, 1),
            (31, 5, 30, 2, True, 0.3, 1),
        ],
    )  # fmt: skip
    sums = _stories(run, Standing(run))
    # The silent tell too, but are neither; questions are not told; what ended in the last quarter is still on its way
    assert (sums["told_unresolved"], sums["tellers_unresolved"]) == (2, 2)
    assert (sums["told_resolved"], sums["tellers_resolved"]) == (1, 1)
    assert (sums["stories"], sums["stories_beyond"]) == (7, 1)
    assert [sums[f"stories_{hop}"] for hop in (1, 2, 3)] == [4, 1, 1]
    assert [sums[f"weight_{hop}"] for hop in (1, 2, 3)] == pytest.approx([2.3, 0.2, 0.1])


def test_bad_stories_hit_prospects_and_customers():
    heard = [(31, person, 30, 9, True, weight, 1) for person, weight in ((0, 1.0), (1, 0.5), (2, 0.25))]
    good = [(31, 0, 30, 9, False, 1.0, 1)]
    said = {"world.word_of_mouth.effect": 0.4, "world.word_of_mouth.bad_multiplier": 2.0}
    said["world.word_of_mouth.customer_bad"] = 0.25
    joined = [(0, 20, "advertising"), (1, 20, "advertising")]
    run = run_of(stories=heard + good, joined=joined, left=[(1, 25, "rival")], start=PROSPECTS | said)
    sums = _stories(run, Standing(run))
    # 0 is a customer, 1 was one, 2 never was
    assert (sums["bad_to_customers"], sums["bad_to_prospects"]) == (1, 1)
    assert sums["bad_moves_customers"] == pytest.approx(0.4 * 2 * 0.25)
    assert sums["bad_moves_prospects"] == pytest.approx(0.4 * 2 * 0.25)  # that one weighed a quarter


def test_retention_by_tenure():
    joined = [(0, 0, "advertising"), (1, 10, "mention"), (2, 100, "help"), (3, 210, "mention"), (4, 5, "return")]
    joined.append((5, 20, "mention"))
    left = [
        (5, 20, "silent"),
        (0, 52, "rival"),
        (1, 63, "rival"),
        (2, 250, "rival"),
        (4, 6, "rival"),
        (3, 211, "rival"),
    ]
    sums = _tenure(run_of(joined=joined, left=left, start=PROSPECTS))
    # 5 went at once, 0 within the first year, 1 within the second, 2 within the third; of 3 less than a year is seen
    assert sums == {"there_1": 4, "stayed_1": 2, "there_2": 2, "stayed_2": 1, "there_3": 1, "stayed_3": 0}


def test_the_best_fifth_of_a_cohort():
    joined = [(person, 10, "advertising") for person in range(5)] + [(5, 200, "advertising"), (6, 10, "return")]
    bought = [(person, 10, 1_000) for person in range(7)] + [(3, 87, 6_000), (3, 88, 50_000), (2, 9, 70_000)]
    run = run_of(joined=joined, bought=bought, start=PROSPECTS)
    # Five people with $10 each; one of them spends $60 more within 78 weeks
    assert _concentration(run, Purchases(run)) == {"cohort_spend": 110.0, "best_spend": 70.0}


def test_the_lives_of_customers_won():
    joined = [(0, 10, "advertising"), (1, 20, "mention"), (2, 130, "mention"), (3, 10, "return")]
    bought = [(0, 10, 10_000), (0, 62, 10_000), (1, 20, 5_000), (2, 130, 70_000), (3, 10, 90_000), (9, 5, 1)]
    run = run_of(joined=joined, bought=bought, left=[(1, 72, "rival")], start=PROSPECTS | {"run.discount_rate": 0.25})
    # 2 came in the second half, 3 had bought before; 1 left in the last week of the first year
    sums = lives(run)
    assert (sums["won"], sums["won_stay"]) == (2, 1)
    assert sums["won_value"] == pytest.approx(0.4 * (100 + 100 / 1.25 + 50))
