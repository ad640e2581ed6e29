"""The books to the cent: every account from the events it belongs to, and a world one can do in the head."""

import numpy as np
import pytest

from sim.experiment.metrics import summarize
from sim.model import simulate
from sim.model.case import RESOLVED
from sim.model.ledger import ACCOUNTS, Ledger, cents, discount_factors, npv


def account(run, name):
    return run.ledger[:, ACCOUNTS.index(name)]


@pytest.fixture(scope="module", params=["cost_center", "profit_center"])
def run(request, scenario):
    changes = {"world.market.people": 3000, "run.weeks": 80, "strategy.access.self_service": 0.3}
    changes |= {"world.market.advertising_cost": 0.013, "strategy.warranty.after": "charge"}
    changes |= {"strategy.staffing.review": 4, "world.problems.rate": 1.0}
    # Agents who stay, start at once and know their work: who is paid is who is there
    changes |= {"world.labour.attrition": 0.0, "world.labour.hiring_lag": 0, "world.labour.ramp_up": 0}
    return simulate(scenario(changes, strategy=request.param), 1)


def test_sales_are_the_sum_of_all_purchases_week_by_week(run):
    bought = run.events.of("purchase")
    paid = np.zeros(80, np.int64)
    np.add.at(paid, bought["week"], bought["cents"])
    assert paid.sum() > 1_000_000
    assert (account(run, "sales") == paid).all()


def test_goods_cost_one_less_the_margin_of_each_order(run):
    bought = run.events.of("purchase")
    goods = np.rint(bought["cents"] * (1 - run.scenario.world.needs.gross_margin) / 100 * 100).astype(np.int64)
    assert account(run, "cost_of_goods").sum() == -goods.sum()


def test_every_other_account_from_the_events_behind_it(run):
    world, strategy, weeks = run.scenario.world, run.scenario.strategy, run.weeks
    problem, case = run.events.of("problem"), run.events.of("case")
    asked_agents = weeks["cases_opened"].sum() - (problem["fate"] == 2).sum()
    served = (problem["fate"] == 1).sum() + weeks["questions"].sum() - asked_agents
    assert asked_agents > 10
    assert served > 10
    assert account(run, "self_service").sum() == -25 * served  # a quarter of a dollar each
    assert strategy.access.self_service_cost == 0.25
    # Staffed hours are paid at the wage of their tier: between the two tiers' hourly costs
    wage = world.labour.wage * world.labour.on_costs / (1 - world.labour.shrinkage)
    hours = weeks["hours_staffed"].sum()
    paid = -account(run, "support_labour").sum() / 100
    assert hours * wage - 1 <= paid <= hours * wage * world.labour.specialist_wage + 1
    # Headcount that rises is hired, per tier
    hired = sum(np.maximum(np.diff(weeks[tier]), 0).sum() for tier in ("agents", "specialists"))
    assert hired > 0
    assert -account(run, "hiring").sum() / 100 == pytest.approx(hired * world.labour.hiring_cost, abs=1)
    assert (case["outcome"] == RESOLVED).sum() > 30
    assert account(run, "remedies").sum() < 0 < account(run, "support_fees").sum()
    assert account(run, "advertising").sum() < 0


def test_net_is_the_sum_of_the_accounts_and_npv_is_discounted_by_hand(run):
    dollars = run.ledger / 100
    by_hand = 0.0
    for week in range(80):
        by_hand += sum(dollars[week]) / (1.10 ** ((week + 1) / 52))
    assert run.scenario.run.discount_rate == 0.10
    row = summarize(run)
    assert row["npv"] == pytest.approx(by_hand, rel=1e-12)
    assert row["npv"] == pytest.approx(sum(row[f"npv_{name}"] for name in ACCOUNTS), rel=1e-12)


def test_the_ledger_itself():
    ledger = Ledger(2)
    ledger.post(0, "sales", cents(np.array([10.0, 0.01])))
    ledger.post(0, "sales", 5)
    ledger.post(1, "remedies", -cents(2.5))
    assert ledger.entries.dtype == np.int64
    assert ledger.net().tolist() == [1006, -250]
    assert discount_factors(52, 0.1)[-1] == pytest.approx(1 / 1.1)
    assert npv(ledger.net(), 0.0) == pytest.approx(7.56)
    with pytest.raises(KeyError, match="coffee"):
        ledger.post(0, "coffee", 1)


def test_cents_round_to_whole_numbers_and_never_lose_one():
    assert cents(np.array([0.01, 19.99, 0.29, 1.005e6])).tolist() == [1, 1999, 29, 100_500_000]
    assert cents(-0.29) == -29


@pytest.mark.parametrize(("problems", "cost"), [(1.0, 30.0), (0.5, 35.0), (2.0, 25.0), (5.0, 0.0)])
def test_goods_cost_more_the_better_they_are_and_never_less_than_nothing(quiet, problems, cost):
    """$30 of $50; each halving of the problems costs a tenth of the price, up to a point at which goods are worthless.

    Where a halving costs half of the price instead, a product five times worse would cost $30 - 2.3 x $25.
    """
    halving = 0.1 if problems < 5 else 0.5
    changes = {"strategy.product.problems": problems, "world.problems.quality_cost": halving, "run.weeks": 4}
    run = simulate(quiet(changes))
    units = run.events.of("purchase")["units"].sum()
    assert units > 50
    assert account(run, "cost_of_goods").sum() == -round(units * cost * 100)


def test_three_customers_whose_books_can_be_done_in_the_head(quiet):
    """Week 0: three people hear of the firm ($1 each), buy for $50 (goods $30). All have one problem, all call.

    One agent at $10 x 1.4 / .7 = $20 an hour, 60 hours a week; half an hour each, everything settled at once: the
    price back and 10 % on top, $55 each. After that nobody needs anything, and the agent is paid to wait.
    """
    changes = {
        "world.market.people": 3,
        "world.market.initial_buyers": 0.0,
        "world.market.advertising_reach": 1.0,
        "world.market.advertising_cost": 1.0,
        "world.needs.mean": 0.0,
        "world.rival.gives_up": 0.0,
        "world.problems.rate": 5.0,  # certain, 1 - exp(-5) ...
        "world.problems.lag": 0.1,  # ... in the week of the purchase, and in no other
        "world.problems.use_elasticity": 1.0,
        "world.problems.severity": 1.0,
        "world.problems.severity_sd": 0.0,
        "world.problems.stake_sd": 0.0,
        "world.callers.voice_small": 1.0,
        "world.callers.voice_large": 1.0,
        "world.callers.patience": 1e6,
        "world.labour.opening_hours": 60.0,
        "world.labour.wage": 10.0,
        "world.labour.on_costs": 1.4,
        "world.labour.shrinkage": 0.3,
        "strategy.access.self_service": 0.0,
        "strategy.access.invitation": 1.0,
        "strategy.staffing.agents": 1.0,
        "strategy.desk.handle_time": 0.5,
        "strategy.desk.handle_sd": 0.0,
        "strategy.desk.first_contact_resolution": 1.0,
        "strategy.warranty.after": "never_out",
        "strategy.remedy.action": "refund",
        "strategy.remedy.compensation": 0.1,
        "run.weeks": 3,
    }
    run = simulate(quiet(changes))
    week = dict(zip(ACCOUNTS, run.ledger[0].tolist(), strict=True))
    assert week == {
        "sales": 3 * 50_00,
        "cost_of_goods": -3 * 30_00,
        "support_fees": 0,
        "support_labour": -60 * 20_00,
        "self_service": 0,
        "hiring": 0,
        "remedies": -3 * 55_00,
        "discounts": 0,
        "learning": 0,
        "promotion": 0,
        "advertising": -3 * 1_00,
    }
    for later in (1, 2):
        assert dict(zip(ACCOUNTS, run.ledger[later].tolist(), strict=True)) == dict.fromkeys(ACCOUNTS, 0) | {
            "support_labour": -60 * 20_00
        }
    assert run.weeks["hours_busy"].tolist() == [1.5, 0, 0]
    assert run.weeks["cases_resolved"].tolist() == [3, 0, 0]
    first, others = 150 - 90 - 165 - 3 - 1200, -1200
    expected = first / 1.1 ** (1 / 52) + others / 1.1 ** (2 / 52) + others / 1.1 ** (3 / 52)
    assert npv(run.ledger.sum(axis=1), 0.1) == pytest.approx(expected)


def test_agents_work_from_the_first_morning_and_are_paid_by_their_tier(quiet):
    """One agent at $20 an hour, half a specialist at half as much again, 60 hours a week: $1200 + $900."""
    changes = {
        "world.labour.opening_hours": 60.0,
        "world.labour.wage": 10.0,
        "world.labour.on_costs": 1.4,
        "world.labour.shrinkage": 0.3,
        "world.labour.specialist_wage": 1.5,
        "strategy.staffing.agents": 1.0,
        "strategy.staffing.specialists": 0.5,
        "run.weeks": 3,
    }
    run = simulate(quiet(changes))
    assert run.weeks["hours_staffed"].tolist() == pytest.approx([1.5 * 60] * 3)
    assert account(run, "support_labour").tolist() == [-2100_00] * 3


def test_only_settled_cases_cost_a_remedy_and_bring_a_fee(quiet):
    """Half of the cases are settled. A repair of a problem of severity 1: .3 of goods of $30; the fee is .2 of $50."""
    changes = {
        "world.market.people": 500,
        "world.problems.rate": 2.0,
        "world.problems.severity": 1.0,
        "world.problems.severity_sd": 0.0,
        "world.problems.stake_sd": 0.0,
        "world.problems.leave_unresolved": 0.0,
        "world.callers.voice_small": 1.0,
        "world.callers.voice_large": 1.0,
        "strategy.access.self_service": 0.0,
        "strategy.staffing.agents": 20.0,
        "strategy.desk.first_contact_resolution": 0.5,
        "strategy.desk.contacts": 1,
        "strategy.warranty.after": "charge",
        "strategy.warranty.term": 0.0,
        "strategy.warranty.fee": 0.2,
        "strategy.remedy.action": "repair",
        "strategy.remedy.compensation": 0.0,
    }
    run = simulate(quiet(changes))
    resolved, unresolved = (int(run.weeks[f"cases_{name}"].sum()) for name in ("resolved", "unresolved"))
    assert min(resolved, unresolved) > 100
    assert account(run, "remedies").sum() == -resolved * 9_00
    fees = account(run, "support_fees").sum()
    assert fees % 10_00 == 0
    assert 0 < fees / 10_00 < resolved  # in the week of the purchase a repair is free
