"""Agents: ordered, on their way, learning, leaving; what they cost. Erlang planning itself is a known answer."""

import math

import numpy as np
import pytest

from sim.model import Simulation, simulate
from sim.model.firm import Tier, hourly_cost
from sim.model.ledger import ACCOUNTS
from sim.parameters.world import Labour

STEADY = {"hiring_lag": 0, "ramp_up": 0, "attrition": 0.0}


def employed(labour, wanted, weeks, occupancy=0.5):
    """(employed, started, lost to learning) by week; `wanted` is a number or a function of the week."""
    tier, rows = Tier(labour), []
    for week in range(weeks):
        started = tier.week(week, wanted(week) if callable(wanted) else wanted, occupancy)
        rows.append((tier.employed, started, tier.lost_to_learning))
    return [list(column) for column in zip(*rows, strict=True)]


def two_then_five(week):
    return 2.0 if week < 3 else 5.0


# One tier by hand


def test_who_is_there_at_the_start_is_there_and_knows_the_work():
    there, started, learning = employed(Labour(**STEADY | {"hiring_lag": 9, "ramp_up": 9}), 4.0, 3)
    assert (there, started, learning) == ([4, 4, 4], [0, 0, 0], [0, 0, 0])


@pytest.mark.parametrize("lag", [0, 1, 4])
def test_those_hired_start_after_the_lag_once(lag):
    there, started, _ = employed(Labour(**STEADY | {"hiring_lag": lag}), two_then_five, 12)
    first = 3 + lag
    assert there == [2] * first + [5] * (12 - first)
    assert started == [0] * first + [3] + [0] * (11 - first)


def test_newcomers_do_half_the_work_while_they_learn():
    """Three start in week 5 and learn for four weeks: one and a half agents' worth is missing from week 5 to 8."""
    _, _, lost = employed(Labour(**STEADY | {"hiring_lag": 2, "ramp_up": 4}), two_then_five, 12)
    assert lost == [0] * 5 + [1.5] * 4 + [0] * 3


def test_those_not_needed_are_let_go_at_once_and_for_nothing():
    there, started, lost = employed(Labour(**STEADY | {"ramp_up": 9}), lambda week: [4.0, 6.0, 3.0][min(week, 2)], 5)
    assert there == [4, 6, 3, 3, 3]
    assert started == [0, 2, 0, 0, 0]
    assert lost == pytest.approx([0, 1, 0.5, 0.5, 0.5])  # a third of everyone was learning, of three as of six


@pytest.mark.parametrize("share", [0.0, 0.35, 0.9])
def test_as_many_leave_in_a_year_as_the_share_says(share):
    """With nobody to replace them in time, 1 - share of the agents are left after 52 weeks."""
    there, started, _ = employed(Labour(**STEADY | {"hiring_lag": 300, "attrition": share}), 10.0, 53)
    assert there[52] == pytest.approx(10 * (1 - share))
    assert not any(started)


def test_strained_agents_leave_faster():
    """Busy all the time, with a strain of 1, is a year's attrition twice a year; at .85 or less it is once."""
    for occupancy, years in ((0.5, 1.0), (0.85, 1.0), (0.925, 1.5), (1.0, 2.0)):
        labour = Labour(**STEADY | {"hiring_lag": 300, "attrition": 0.4, "attrition_strain": 1.0})
        there, _, _ = employed(labour, 10.0, 53, occupancy)
        assert there[52] == pytest.approx(10 * 0.6**years)


def test_those_who_leave_are_replaced_after_the_lag():
    """Each week's leavers come back as newcomers: in the long run as many start as leave."""
    labour = Labour(**STEADY | {"hiring_lag": 4, "attrition": 0.35})
    there, started, _ = employed(labour, 10.0, 200)
    weekly = 1 - 0.65 ** (1 / 52)
    assert there[3] == pytest.approx(10 * (1 - weekly) ** 3)  # three weeks have left, nobody has come
    assert there[-1] == pytest.approx(there[-2])
    # who is there and who is on the way make up ten: each week's leavers, for four weeks
    assert there[-1] * (1 + 4 * weekly) == pytest.approx(10, rel=0.01)
    assert started[-1] == pytest.approx(there[-1] * weekly, rel=0.02)
    assert there[-1] + sum(started[-4:]) == pytest.approx(10, rel=0.01)


def test_without_a_lag_nobody_is_ever_missing():
    there, started, _ = employed(Labour(**STEADY | {"attrition": 0.35}), 10.0, 53)
    assert there == pytest.approx([10.0] * 53)
    assert sum(started) == pytest.approx(10 * 52 * (1 - 0.65 ** (1 / 52)))


def test_leavers_take_what_they_learned_with_them():
    """Of six, two learn; a tenth of everyone leaves, learners too."""
    labour = Labour(**STEADY | {"ramp_up": 50, "hiring_lag": 1, "attrition": 1 - 0.9**52, "attrition_strain": 0.0})
    tier = Tier(labour)
    tier.employed, tier.learning = 6.0, {40: 2.0}
    tier.week(1, 6.0, 0.5)
    assert tier.employed == pytest.approx(5.4)
    assert tier.lost_to_learning == pytest.approx(0.5 * 1.8)


# What an hour costs


@pytest.mark.parametrize(("wage", "specialist", "dollars"), [(1.0, False, 20), (1.0, True, 30), (0.4, False, 8)])
def test_an_hour_at_the_desk(wage, specialist, dollars):
    """$10 x 1.4 on-costs / .7 of the time at the desk = $20; a specialist earns half as much again."""
    labour = Labour(wage=10.0, on_costs=1.4, shrinkage=0.3, specialist_wage=1.5)
    assert hourly_cost(labour, specialist, wage) == pytest.approx(dollars)


def account(run, name):
    return run.ledger[:, ACCOUNTS.index(name)]


@pytest.mark.parametrize("wage", [1.0, 0.4])
def test_agents_abroad_are_paid_their_wage_in_the_books(quiet, wage):
    changes = {
        "world.labour.opening_hours": 60.0, "world.labour.wage": 10.0, "world.labour.on_costs": 1.4,
        "world.labour.shrinkage": 0.3, "strategy.staffing.agents": 3.0, "strategy.staffing.wage": wage, "run.weeks": 2,
    }  # fmt: skip
    assert account(simulate(quiet(changes)), "support_labour").tolist() == [-round(3 * 60 * 20_00 * wage)] * 2


# Through the engine: a planned desk that has to grow

GROWING = {
    "world.market.people": 3000,
    "world.market.initial_buyers": 0.3,
    "world.market.advertising_reach": 0.05,
    "world.problems.rate": 1.0,
    "world.problems.leave_unresolved": 0.0,
    "world.problems.leave_silent": 0.0,
    "world.callers.voice_small": 1.0,
    "world.callers.voice_large": 1.0,
    "world.callers.patience": 1e6,
    "strategy.access.invitation": 1.0,
    "strategy.access.self_service": 0.0,
    "strategy.staffing.rule": "planned",
    "strategy.staffing.review": 4,
    "strategy.warranty.after": "never_out",
    "run.weeks": 60,
}


def test_new_agents_are_paid_for_once_when_they_start(quiet):
    """Headcount rises by those who start, after the lag; each costs $3000."""
    changes = {**GROWING, "world.labour.hiring_lag": 3, "world.labour.hiring_cost": 3000.0}
    run = simulate(quiet(changes))
    rises = sum(
        np.maximum(np.diff(run.weeks[tier], prepend=run.weeks[tier][0]), 0) for tier in ("agents", "specialists")
    )
    assert rises.sum() > 0.5
    assert -account(run, "hiring") / 100 == pytest.approx(3000 * rises, abs=0.01)
    assert set((np.flatnonzero(rises) % 4).tolist()) == {3}  # ordered at a review, there three weeks later


def test_attrition_is_paid_for_in_new_agents(quiet):
    """A desk that stays as large: a year's leavers are 52 x (1 - .5^(1/52)) = .69 of it, each of them hired anew."""
    steady = {
        **GROWING, "world.market.initial_buyers": 1.0, "world.labour.attrition": 0.5, "strategy.staffing.review": 5200,
        "world.labour.attrition_strain": 0.0, "run.weeks": 53,
    }  # fmt: skip
    run = simulate(quiet(steady))
    desk = run.weeks["agents"] + run.weeks["specialists"]
    assert desk == pytest.approx([desk[0]] * 53)
    expected = desk[0] * 52 * (1 - 0.5 ** (1 / 52)) * run.scenario.world.labour.hiring_cost
    assert -account(run, "hiring").sum() / 100 == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("cap", [0.2, 0.4])
def test_no_more_agents_than_the_budget_pays_for(quiet, cap):
    run, free = (simulate(quiet({**GROWING, "strategy.staffing.cap": most})) for most in (cap, None))
    assert run.weeks["agents"].max() == pytest.approx(cap)
    assert run.weeks["specialists"].max() <= cap
    assert free.weeks["agents"].max() > cap
    assert run.weeks["hours_waited"].sum() > free.weeks["hours_waited"].sum()


def test_newcomers_are_paid_in_full_and_work_by_half(quiet):
    """Four start in week 4 and learn for 20 weeks: as much work as that of two more, paid as four more."""
    simulation = Simulation(quiet({**GROWING, "world.labour.ramp_up": 20, "run.weeks": 12}))
    simulation.planner._review = lambda week, desk: (2.0, 0.0) if week < 4 else (6.0, 0.0)
    run = simulation.run()
    assert run.weeks["agents"].tolist() == [2] * 4 + [6] * 8
    hours = run.scenario.world.labour.opening_hours
    # From the second day of the fourth week on; agents finish what they have begun
    staffed = run.weeks["hours_staffed"] / hours
    assert staffed[:4] == pytest.approx([2] * 4, rel=0.05)
    assert staffed[5:] == pytest.approx([4] * 7, rel=0.05)
    hour = hourly_cost(run.scenario.world.labour, False)
    paid = -account(run, "support_labour") / 100 / hour / hours
    assert paid - staffed == pytest.approx([0] * 4 + [2] * 8, abs=1e-5)


def test_a_fixed_desk_stays_as_it_is(quiet):
    changes = {"strategy.staffing.rule": "fixed", "strategy.staffing.agents": 2.0, "world.labour.attrition": 0.9}
    run = simulate(quiet({**changes, "world.labour.hiring_lag": 9, "world.labour.ramp_up": 9}))
    assert (run.weeks["agents"] == 2).all() and not account(run, "hiring").any()
    assert run.weeks["hours_staffed"] == pytest.approx([2 * run.scenario.world.labour.opening_hours] * 26)


def test_planning_orders_early_for_those_who_will_have_left(quiet):
    """With half leaving in a year and six months to hire, a quarter more are wanted than the work needs."""
    plain, leaving = (
        simulate(quiet({**GROWING, "run.weeks": 1, **changes})).weeks["agents"][0]
        for changes in ({}, {"world.labour.attrition": 0.5, "world.labour.hiring_lag": 26})
    )
    assert leaving == pytest.approx(plain / 0.75)
    assert math.isfinite(leaving)
