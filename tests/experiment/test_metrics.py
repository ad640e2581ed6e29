"""Metrics on events one can count by hand."""

import math
from typing import Any

import numpy as np
import pytest

from sim.experiment.metrics import (
    RUN_COLUMNS,
    cumulative_npv,
    lifetime_value,
    ratio,
    repurchase,
    retention,
    summarize,
)
from sim.model.case import RESOLVED, UNRESOLVED
from sim.model.ledger import ACCOUNTS
from sim.model.problems import CALLS, DEFECT, QUESTION, SELF_SERVED, SILENT
from sim.model.records import JOINED_BY, LEFT_BY, WEEK_COLUMNS, Events, Run
from sim.parameters import load_comparison

PEOPLE = 6


def run_of(
    weeks: int = 260,
    bought: list[tuple[int, int, int]] = (),  # person, week, cents
    joined: list[tuple[int, int, str]] = (),  # person, week, cause
    left: list[tuple[int, int, str, int]] = (),  # person, week, cause, cents of yearly margin
    cases: list[tuple[float, ...]] = (),  # outcome, hours waited, what it is about (else a defect)
    problems: list[int] = (),  # fates
    columns: dict[str, list[float]] | None = None,
    ledger: dict[str, list[int]] | None = None,  # cents
    changes: dict[str, Any] | None = None,
) -> Run:
    """A run in which exactly this happened."""
    events = Events()
    for person, week, cents in bought:
        events.add("purchase", week, np.array([person]), units=1, cents=cents)
    for person, week, cause in joined:
        events.add("joining", week, np.array([person]), cause=JOINED_BY.index(cause))
    for person, week, cause, margin in left:
        events.add("leaving", week, np.array([person]), cause=LEFT_BY.index(cause), status=2, yearly_margin=margin)
    for fate in problems:
        events.add("problem", 0, np.array([0]), about=DEFECT, severity=1.0, earlier=0, fate=fate)
    for outcome, waited, *about in cases:
        events.add(
            "case", 0, np.array([0]), opened_week=0, about=about[0] if about else DEFECT, severity=1.0,
            outcome=outcome, contacts=1, tier=0, hours_opened=0.0, hours_closed=1.0, hours_waited=waited,
            hours_handled=0.5,
        )  # fmt: skip
    said = {"world.market.people": PEOPLE, "run.weeks": weeks, "run.discount_rate": 0.0} | (changes or {})
    scenario = load_comparison(strategies=["cost_center"], changes=said)[0]
    table = {name: np.zeros(weeks) for name in WEEK_COLUMNS}
    for name, values in (columns or {}).items():
        assert name in table, name
        table[name][: len(values)] = values
    entries = np.zeros((weeks, len(ACCOUNTS)), np.int64)
    for account, values in (ledger or {}).items():
        entries[: len(values), ACCOUNTS.index(account)] = values
    return Run(scenario, 0, table, entries, events, 0)


def test_a_ratio_of_nothing_is_not_a_number():
    assert ratio(3, 4) == 0.75
    assert math.isnan(ratio(3, 0))


# Retention


def test_retention_counts_who_is_still_there_a_year_later():
    run = run_of(
        joined=[(0, 0, "advertising"), (1, 10, "recommendation"), (2, 20, "advertising"), (3, 30, "return")],
        left=[(0, 52, "rival", 0), (1, 63, "rival", 0), (2, 20, "lost interest", 0)],
    )
    # 0 left within 52 weeks, 1 one week later, 2 at once, 3 never
    assert retention(run) == 2 / 4


def test_retention_leaves_out_who_joined_too_late_to_tell():
    joined = [(0, 207, "advertising"), (1, 208, "advertising")]
    assert retention(run_of(joined=joined)) == 1.0
    assert retention(run_of(joined=joined, left=[(1, 209, "rival", 0)])) == 1.0
    assert retention(run_of(joined=joined, left=[(0, 259, "rival", 0)])) == 0.0
    assert math.isnan(retention(run_of(joined=joined[1:])))


def test_retention_does_not_hold_an_earlier_leaving_against_a_return():
    joined = [(0, 0, "advertising"), (0, 100, "return")]
    assert retention(run_of(joined=joined, left=[(0, 90, "rival", 0)])) == 1.0
    assert retention(run_of(joined=joined, left=[(0, 30, "rival", 0)])) == 0.5


def test_retention_within_another_window():
    run = run_of(joined=[(0, 0, "advertising")], left=[(0, 13, "rival", 0)])
    assert (retention(run, 12), retention(run, 13)) == (1.0, 0.0)


# Repurchase


def test_repurchase_counts_purchases_followed_by_another_within_a_quarter():
    bought = [(0, 0, 1), (0, 13, 1), (0, 27, 1), (1, 5, 1), (2, 6, 1), (2, 7, 1)]
    # Followed in time: 0 in week 0, 2 in week 6; not: 0 in 13 (14 weeks) and 27, 1 in 5, 2 in 7
    assert repurchase(run_of(bought=bought)) == 2 / 6
    assert repurchase(run_of(bought=bought[::-1])) == 2 / 6  # whatever the order of recording


def test_repurchase_leaves_out_purchases_with_no_quarter_to_follow():
    assert repurchase(run_of(bought=[(0, 246, 1), (0, 247, 1), (0, 259, 1)])) == 1.0
    assert math.isnan(repurchase(run_of(bought=[(0, 247, 1), (0, 250, 1)])))
    assert math.isnan(repurchase(run_of()))


# Lifetime value


def test_lifetime_value_is_the_discounted_margin_of_a_new_customer():
    run = run_of(
        joined=[(0, 10, "advertising"), (1, 20, "recommendation")],
        bought=[(0, 10, 10_000), (0, 62, 10_000), (1, 20, 5_000)],
        changes={"world.needs.gross_margin": 0.4, "run.discount_rate": 0.25},
    )
    # $100 now and $100 a year later at a quarter a year, $50 now; of each 40 %
    assert lifetime_value(run) == pytest.approx(0.4 * (100 + 100 / 1.25 + 50) / 2)


def test_lifetime_value_is_about_customers_won_in_the_first_half():
    bought = [(0, 129, 10_000), (1, 130, 70_000), (2, 5, 90_000), (3, 8, 50_000), (0, 100, 3_000)]
    joined = [(0, 129, "advertising"), (1, 130, "advertising"), (3, 8, "return")]
    # 1 came too late, 2 was there before week 0, 3 came back; what 0 bought before joining was another life
    assert lifetime_value(run_of(joined=joined, bought=bought)) == pytest.approx(40.0)
    assert math.isnan(lifetime_value(run_of(joined=joined[1:], bought=bought)))


def test_who_joins_twice_is_one_customer_from_the_first_time():
    joined = [(0, 5, "advertising"), (0, 50, "advertising")]
    run = run_of(joined=joined, bought=[(0, 5, 10_000), (0, 50, 10_000)])
    assert lifetime_value(run) == pytest.approx(80.0)


def test_lifetime_value_keeps_who_never_bought_again():
    joined = [(0, 5, "advertising"), (1, 5, "advertising")]
    run = run_of(joined=joined, bought=[(0, 5, 10_000), (1, 5, 10_000), (0, 9, 20_000)])
    assert lifetime_value(run) == pytest.approx(0.4 * (300 + 100) / 2)


# The row of a run


def test_the_row_has_the_columns_that_are_documented():
    assert list(summarize(run_of())) == list(RUN_COLUMNS)


def test_npv_is_the_sum_of_the_accounts_discounted():
    ledger = {"sales": [10_000] * 104, "cost_of_goods": [-6_000] * 104, "support_labour": [-1_000] * 104}
    columns = {"surplus": [7.0] * 104}
    row = summarize(run_of(weeks=104, ledger=ledger, columns=columns, changes={"run.discount_rate": 0.21}))
    yearly = 1.21
    annuity = sum(yearly ** (-(week + 1) / 52) for week in range(104))
    assert row["npv"] == pytest.approx(30 * annuity)
    assert row["surplus"] == pytest.approx(7 * annuity)
    assert row["npv_sales"] == pytest.approx(100 * annuity)
    assert row["npv_support_labour"] == pytest.approx(-10 * annuity)
    assert sum(row[f"npv_{account}"] for account in ACCOUNTS) == pytest.approx(row["npv"])


def test_cumulative_npv_discounts_to_the_end_of_each_week():
    run = run_of(
        weeks=104, ledger={"sales": [0] * 51 + [12_100] + [0] * 51 + [12_100]}, changes={"run.discount_rate": 0.1}
    )
    path = cumulative_npv(run)
    assert path[50] == 0
    assert path[51] == path[102] == pytest.approx(110.0)
    assert path[103] == pytest.approx(210.0)
    assert path[103] == pytest.approx(summarize(run)["npv"])


def test_the_cost_center_lens():
    row = summarize(
        run_of(
            weeks=52,
            columns={
                "voiced": [30, 10], "questions": [6, 2], "cases_opened": [29, 12], "contacts": [30, 20],
                "hours_busy": [6, 4], "hours_staffed": [8, 8], "cases_resolved": [20], "cases_unresolved": [4],
                "cases_abandoned": [6], "cases_refused": [2],
                "first_contact": [13],
            },
            ledger={"support_labour": [-20_000, -12_000], "self_service": [-125]},
            cases=[(RESOLVED, 1.0), (UNRESOLVED, 4.0)],
        )
    )  # fmt: skip
    # Of 40 problems and 8 questions 7 never reached the desk
    assert row["cost_per_contact"] == pytest.approx((320 + 1.25) / (50 + 7))
    assert row["handle_time"] == 10 / 50
    assert row["occupancy"] == 10 / 16
    assert row["cost_per_hour"] == 320 / 16
    assert row["abandonment"] == 6 / 32
    assert row["first_contact_resolution"] == 13 / 26
    assert row["mean_wait"] == 2.5


def test_the_profit_center_lens():
    row = summarize(
        run_of(
            weeks=104,
            columns={
                "problems": [30, 10], "voiced": [12], "cases_opened": [8], "joined": [7, 5], "newcomers": [5, 3],
                "recommended": [2], "customers": [9] * 103 + [7],
            },
            left=[
                (0, 3, "unresolved", 10_000), (1, 4, "silent", 20_000), (2, 5, "rival", 99), (3, 6, "lost interest", 1),
            ],
            problems=[SELF_SERVED] * 4 + [CALLS] * 8 + [SILENT] * 28,
            # Questions are no problems, answered or not
            cases=[(RESOLVED, 0.0)] * 6 + [(UNRESOLVED, 0.0)] * 2 + [(RESOLVED, 0.0, QUESTION)] * 9,
        )
    )  # fmt: skip
    assert row["broken_chain"] == 150.0
    assert row["left_over_problems"] == 1.0  # two in two years
    assert row["recommended"] == 2 / 8
    assert row["settled"] == (6 + 4) / 40
    assert row["customers"] == 7
    assert row["problems"] == 20.0


def test_a_run_in_which_nothing_happens_has_no_rates():
    row = summarize(run_of())
    nothing = {name for name, value in row.items() if math.isnan(value)}
    assert nothing == {
        "cost_per_contact", "handle_time", "occupancy", "cost_per_hour", "abandonment", "first_contact_resolution",
        "mean_wait", "retention", "repurchase", "lifetime_value", "broken_chain", "recommended", "settled",
    }  # fmt: skip
    assert row["npv"] == row["left_over_problems"] == 0
