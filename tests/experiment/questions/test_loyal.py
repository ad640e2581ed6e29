"""Loyal customers: measures on records made by hand, and evidence on exactly the notebook's claims."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.experiment.questions import loyal
from sim.experiment.questions.evidence import table
from sim.experiment.questions.loyal import findings, measures, quotients, relived, spells
from sim.experiment.questions.loyal.spells import STAYS
from sim.model.ledger import ACCOUNTS
from sim.model.people import NEVER, Status
from sim.model.problems import SILENT
from sim.model.records import JOINED_BY, LEFT_BY, Events, Run
from sim.model.simulation import Simulation
from sim.parameters import load_comparison
from sim.parameters.claims import claims

RIVAL, SILENTLY = LEFT_BY.index("rival"), LEFT_BY.index("silent")
HORIZON = 60
C, P = Status.CUSTOMER, Status.PROSPECT


def scenarios(**changes):
    sizes = {"world.market.people": 60, "run.weeks": 40, "run.replications": 2}
    return load_comparison("wireless_carrier", ["cost_center", "profit_center"], sizes | changes)


def made(joins=(), leaves=(), problems=(), purchases=()):
    """A run in which (person, week, cause) joined and left, (person, week) kept a problem silent, and so on."""
    events = Events()
    for person, week, cause in joins:
        events.add("joining", week, np.array([person]), cause=JOINED_BY.index(cause))
    for person, week, cause in leaves:
        events.add("leaving", week, np.array([person]), cause=cause, status=int(Status.FORMER), yearly_margin=0)
    for person, week in problems:
        events.add("problem", week, np.array([person]), about=0, severity=1.0, earlier=0, fate=SILENT)
    for person, week, cents in purchases:
        events.add("purchase", week, np.array([person]), units=1, cents=cents)
    scenario = scenarios(**{"run.weeks": HORIZON})[0]
    weeks = {"former": np.full(HORIZON, 2.0)}
    return Run(scenario, 0, weeks, np.zeros((HORIZON, len(ACCOUNTS)), np.int64), events, 0)


def people(*status):
    return SimpleNamespace(status=np.array(status), joined=np.array([-10 if one == C else NEVER for one in status]))


def test_a_person_who_comes_back_twice_lives_three_spells():
    run = made(joins=[(0, 10, "return"), (0, 30, "return")], leaves=[(0, 3, RIVAL), (0, 20, SILENTLY)])
    lives = spells.spells(run, people(C, P))
    assert lives.person.tolist() == [0, 0, 0]
    assert lives.start.tolist() == [0, 10, 30]
    assert lives.stop.tolist() == [4, 21, HORIZON]  # in the week in which they leave they are still there
    assert lives.cause.tolist() == [RIVAL, SILENTLY, STAYS]


def test_who_leaves_and_comes_back_in_one_week_has_not_left_twice():
    run = made(joins=[(0, 4, "renewed interest"), (1, 2, "mention")], leaves=[(0, 4, RIVAL), (1, 2, SILENTLY)])
    lives = spells.spells(run, people(C, P))
    assert list(zip(lives.person, lives.start, lives.stop, lives.cause, strict=True)) == [
        (0, 0, 5, RIVAL), (0, 4, HORIZON, STAYS), (1, 2, 3, SILENTLY),
    ]  # fmt: skip


def test_exits_are_counted_where_they_fall_and_years_where_they_were_lived():
    run = made(leaves=[(0, 25, RIVAL), (1, 51, SILENTLY)])
    lives = spells.spells(run, people(C, C, C))
    assert spells.exits(lives, 0, HORIZON) == (2, pytest.approx((26 + 52 + 60) / 52))
    assert spells.exits(lives, 0, 26) == (1, pytest.approx(3 * 26 / 52))
    assert spells.exits(lives, 26, HORIZON, but=(SILENTLY,)) == (0, pytest.approx((26 + 34) / 52))


def test_the_first_reason_to_look_elsewhere_is_the_first_one_within_the_spell():
    run = made(joins=[(0, 10, "return")], leaves=[(0, 3, RIVAL)], problems=[(0, 1), (0, 6), (0, 20), (0, 30)])
    lives = spells.spells(run, people(C, C))
    assert spells.first_trigger(run, lives).tolist() == [1, 20, HORIZON]


def test_after_a_reason_leavings_are_told_apart_by_when_they_come():
    # In this world contracts last four weeks: five weeks after the reason everyone had a chance to leave
    run = made(problems=[(0, 10), (1, 10), (2, 10)], leaves=[(0, 12, SILENTLY), (1, 20, RIVAL), (3, 20, RIVAL)])
    found = measures._after(run, spells.spells(run, people(C, C, C, C)))
    assert (found["soon_ended"], found["later_ended"], found["untroubled_ended"]) == (1, 1, 1)
    assert found["untroubled_years"] == pytest.approx((3 * 10 + 21) / 52)
    assert found["later_years"] == pytest.approx((6 + 26) / 52)  # person 1 from week 15 to 20, person 2 to week 40


def test_who_comes_back_within_a_year_is_counted_by_why_they_left_and_gets_a_part_of_the_deals():
    run = made(
        leaves=[(0, 2, RIVAL), (1, 3, RIVAL), (2, 3, SILENTLY), (3, 30, RIVAL)],
        joins=[(0, 5, "return"), (4, 5, "advertising"), (5, 6, "renewed interest")],
        purchases=[(0, 5, 100), (0, 9, 900), (4, 5, 300), (5, 6, 5000)],
    )
    found = measures._deals(run)
    assert found["back_rival"] == 0.5  # the one who left in week 30 has not had a year
    assert found["back_problem"] == 0.0
    assert found["deals_to_former"] == 0.25  # of the first orders of newcomers and of those back


def test_waiting_counts_from_the_last_time_on_that_the_rival_offers_more():
    seen = relived.Inversions(HORIZON, 3)
    for week in range(HORIZON):
        better = ([0] if week >= 4 else []) + ([1] if week in (2, 3, 10, 11, 12) else [])
        seen.note(week, np.array(better, np.int64))
    run = made(leaves=[(0, 20, RIVAL), (1, 12, RIVAL), (2, 12, RIVAL), (2, 30, SILENTLY)])
    assert seen.lag(run) == pytest.approx((16 + 2 + 0) / 3)


def test_thanks_reach_those_who_have_been_here_long_enough_and_are_paid_for():
    simulation = Simulation(scenarios()[0])
    state, world = simulation.state, simulation.state.world
    people_, before = state.people, simulation.state.people.recovery.good.copy()
    relived.thank(state)
    long = (people_.status == C) & (people_.joined <= -measures.LOYAL)
    assert 0 < long.sum() < (people_.status == C).sum()
    taught = world.beliefs.resolved_weight * world.beliefs.question_weight
    np.testing.assert_allclose(people_.recovery.good - before, np.where(long, taught, 0.0))
    np.testing.assert_array_equal(people_.promised, np.where(long, relived.GIFT, 0.0))
    cents = 100 * state.strategy.relationship.contact_cost * long.sum()
    assert state.ledger.entries[0, ACCOUNTS.index("promotion")] == -cents
    assert not people_.looking.any()  # nobody wakes where the world says so


def test_to_look_on_changes_nothing():
    scenario = scenarios()[0]
    run = Simulation(scenario, 1).run()
    found = relived.watch(run)
    assert set(found) == {"lag", "lag_habit", "inert", "praise_back", "praise_stayed"}
    again = Simulation(scenario, 1).run()
    np.testing.assert_array_equal(run.ledger, again.ledger)


def test_a_quotient_is_that_of_the_means_with_an_interval_by_the_delta_method():
    top, bottom = np.array([10.0, 14.0, 12.0]), np.array([4.0, 6.0, 5.0])
    found = quotients.quotient([top], [bottom])
    assert found.mean == pytest.approx(12 / 5)
    # to first order: values t/5 - 2.4 (b/5 - 1) = 2.48, 2.32, 2.4
    half = 4.302653 * np.std([2.48, 2.32, 2.4], ddof=1) / np.sqrt(3)
    assert found.high - found.mean == pytest.approx(half, rel=1e-5)
    assert quotients.quotient([top, bottom], [bottom, top]).mean == pytest.approx(1)


def test_a_quotient_without_a_sure_bottom_has_no_bounds_and_over_nothing_no_value():
    top = np.array([1.0, 2.0])
    assert np.isinf(quotients.quotient([top], [np.array([-1.0, 3.0])]).high)
    assert np.isnan(quotients.quotient([top], [np.array([-3.0, 1.0])]).mean)
    dear, cheap = (np.array([8.0, 8.0]), np.array([2.0, 2.0])), (np.array([3.0, 3.0]), np.array([1.0, 1.0]))
    assert quotients.difference(dear, cheap) == (1, 1, 1, 2)


@pytest.fixture(scope="module")
def found():
    return loyal.ask(scenarios(), workers=1, progress=False)


def test_there_is_evidence_on_every_claim_of_the_notebook_and_on_no_other(found):
    assert set(table(loyal.evidence(found))["claim"]) == set(claims("06_loyal_customers"))


def test_arms_are_paired_and_named_once(found):
    sizes = found.runs.groupby("arm", observed=False).size()
    assert (sizes == 2).all()
    assert found.weeks == 40
    assert found.titles == {"one": "Cost center", "other": "Profit center"}


def test_deals_and_offers_are_tried_without_those_of_the_strategy_itself():
    mine = scenarios(**{"cost_center.relationship.save_desk": 0.5, "world.choice.unfairness_weight": 0.0})[0]
    ground = findings.grounded(mine)
    assert ground.strategy.relationship.save_desk == 0
    assert ground.world.choice.unfairness_weight == findings.UNFAIRNESS
    assert findings.grounded(scenarios()[0]).world.choice.unfairness_weight == 6
