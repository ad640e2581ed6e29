"""Kinds of purchase: contracts that end at a renewal, things that last a life, things one buys once."""

import numpy as np
import pytest
from scipy.stats import binomtest

from sim.model import simulate
from sim.model.ledger import ACCOUNTS
from sim.model.orders import turn_away
from sim.model.people import Status
from sim.model.records import JOINED_BY, LEFT_BY

CONTRACT = {
    "world.needs.kind": "subscription",
    "world.needs.period": 4.0,
    "world.rival.gives_up": 0.0,
    "world.choice.reconsider": 0.0,
}


def orders(run) -> list[int]:
    return run.weeks["orders"].astype(int).tolist()


def weeks_of(run, person) -> list[int]:
    bought = run.events.of("purchase")
    return bought["week"][bought["person"] == person].tolist()


def due(week):
    """Everyone's contract, or old one, ends in this week."""

    def change(state):
        state.people.next_need[:] = week

    return {0: change}


def decide(who, status, cause, week):
    """Customers decide to leave at the beginning of a week."""
    return {week: lambda state: turn_away(state, week, np.asarray(who), status, cause)}


# The past: week 0 finds everyone somewhere between two purchases


@pytest.mark.parametrize("kind", ["subscription", "durable"])
def test_the_first_renewal_is_a_period_after_the_last_purchase(quiet, kind):
    """All bought in the week before week 0, for four weeks: everyone pays in weeks 3, 7 ... 23, nobody else ever."""
    run = simulate(quiet({**CONTRACT, "world.needs.kind": kind, "world.needs.period_sd": 0.0}))
    assert orders(run) == [200 * (week % 4 == 3) for week in range(26)]


@pytest.mark.parametrize("kind", ["subscription", "durable"])
def test_renewals_are_spread_evenly_where_purchases_began_evenly(quiet, kind):
    """Periods of 10 weeks that began over 200 weeks: a tenth of them a week, from week 0 on."""
    changes = {**CONTRACT, "world.needs.kind": kind, "world.needs.period": 10.0, "world.needs.period_sd": 0.0}
    run = simulate(quiet({**changes, "world.market.history": 200, "world.market.people": 3000, "run.weeks": 30}))
    for week in range(30):
        assert binomtest(orders(run)[week], 3000, 0.1).pvalue > 1e-5, week
    for person in range(0, 3000, 100):
        mine = weeks_of(run, person)
        assert len(mine) == 3 and np.diff(mine).tolist() == [10, 10]


# Contracts


def test_a_contract_is_renewed_once_a_period(quiet):
    """Four weeks each, from week 3 on: everyone pays in weeks 3, 7 ... 23, nobody else ever."""
    run = simulate(quiet(CONTRACT), intervene=due(3))
    pays = [week in (3, 7, 11, 15, 19, 23) for week in range(26)]
    assert orders(run) == [200 * paid for paid in pays]
    assert (run.weeks["customers"] == 200).all()
    bought = run.events.of("purchase")
    assert set(bought["units"].tolist()) == {1}
    assert run.ledger[:, ACCOUNTS.index("sales")].tolist() == [200 * 50_00 * paid for paid in pays]


def test_whoever_decides_to_leave_stays_on_paper_until_the_renewal(quiet):
    """Thirty decide in week 4, just after a renewal: three more weeks on paper, gone in week 7 without paying again."""
    who = np.arange(30)
    run = simulate(quiet(CONTRACT), intervene=due(3) | decide(who, Status.FORMER, "unresolved", week=4))
    assert run.weeks["paper_retained"][:9].tolist() == [0, 0, 0, 0, 30, 30, 30, 0, 0]
    assert run.weeks["customers"].tolist() == [200] * 7 + [170] * 19
    assert run.weeks["left"][7] == run.weeks["left"].sum() == 30
    left = run.events.of("leaving")
    assert (left["person"] == who).all() and (left["cause"] == LEFT_BY.index("unresolved")).all()
    assert (left["status"] == Status.FORMER).all()
    assert orders(run)[3] == 200 and orders(run)[7] == 170
    assert weeks_of(run, 0) == [3]


def test_without_a_contract_they_leave_at_once(quiet):
    run = simulate(quiet(), intervene=decide(np.arange(30), Status.FORMER, "unresolved", week=4))
    assert run.weeks["customers"][3:5].tolist() == [200, 170]
    assert not run.weeks["paper_retained"].any()


def test_decisions_through_a_problem_wait_for_the_renewal_too(quiet):
    """Everyone meets a problem and none is silent about leaving over it: lost at once on paper, in week 9 in fact."""
    trouble = {
        **CONTRACT, "world.needs.period": 10.0, "world.market.people": 500, "world.problems.rate": 5.0,
        "world.problems.lag": 0.1, "world.problems.severity": 20.0, "world.problems.leave_silent": 0.99,
        "world.callers.voice_small": 0.0, "world.callers.voice_large": 0.0, "world.problems.use_elasticity": 1.0,
        "world.rival.entry_week": 0, "world.rival.base_looking": 0.0, "world.problems.lost_for_good": 0.4,
        "run.weeks": 10,
    }  # fmt: skip
    run = simulate(quiet(trouble), intervene=due(9))
    met = run.events.of("problem")
    doomed = int((met["week"] == 0).sum())
    assert doomed > 480  # 1 - exp(-5)
    assert run.weeks["paper_retained"][:9].tolist() == [doomed] * 9
    assert run.weeks["customers"][:9].tolist() == [500] * 9
    left = run.events.of("leaving")
    assert set(left["week"].tolist()) == {9}
    over = left["cause"] == LEFT_BY.index("silent")
    assert over.sum() == doomed
    assert binomtest(int((left["status"][over] == Status.LOST_FOR_GOOD).sum()), doomed, 0.4).pvalue > 1e-3


def test_interest_is_lost_at_renewals_only(quiet):
    """Three in ten at each: after k renewals .7^k are left."""
    changes = {**CONTRACT, "world.needs.dropout_a": 3e5, "world.needs.dropout_b": 7e5, "world.market.people": 4000}
    run = simulate(quiet(changes), intervene=due(3))
    for renewals, week in enumerate([2, 6, 10, 14, 18, 22, 25]):
        assert binomtest(int(run.weeks["customers"][week]), 4000, 0.7**renewals).pvalue > 1e-3
    assert set(run.events.of("leaving")["week"].tolist()) == {3, 7, 11, 15, 19, 23}
    assert orders(run)[3] == run.weeks["customers"][3]


def test_whoever_does_not_choose_the_firm_at_a_renewal_is_gone(quiet):
    """.85 renew; of those who can do without the rest leaves the category."""
    run = simulate(quiet({**CONTRACT, "world.rival.gives_up": 1.0, "world.market.people": 4000}), intervene=due(3))
    assert binomtest(orders(run)[3], 4000, 0.85).pvalue > 1e-3
    left = run.events.of("leaving")
    assert (left["cause"] == LEFT_BY.index("lost interest")).all()
    assert run.weeks["customers"][3] + run.weeks["left_category"][3] == 4000


def test_whoever_signs_with_the_rival_at_a_renewal_is_a_former_customer_at_once(quiet):
    """Everyone looks; a rival better by 500: all go, whatever the switching of occasional buyers."""
    changes = {**CONTRACT, "world.rival.entry_week": 0, "world.rival.advantage": 20.0, "world.rival.switch": 0.0}
    changes |= {"world.rival.base_looking": 1.0, "run.weeks": 5}
    run = simulate(quiet(changes), intervene=due(3))
    assert run.weeks["former"].tolist() == [0, 0, 0, 200, 200]
    assert (run.events.of("leaving")["cause"] == LEFT_BY.index("rival")).all()


# Durables


DURABLE = {"world.needs.kind": "durable", "world.needs.period": 8.0, "world.needs.period_sd": 0.0}


def test_a_durable_is_bought_once_a_life(quiet):
    """Eight weeks each, from week 7 on: weeks 7, 15 and 23."""
    run = simulate(quiet({**DURABLE, "world.rival.gives_up": 0.0}), intervene=due(7))
    assert orders(run) == [200 * (week in (7, 15, 23)) for week in range(26)]


def test_whoever_does_not_buy_makes_the_old_one_do_a_little_longer(quiet):
    """A life of 32 weeks; half buy when it is over, the others think again a sixteenth of it later, and so on."""
    changes = {**DURABLE, "world.needs.period": 32.0, "world.choice.untroubled_purchase": 0.5, "run.weeks": 40}
    run = simulate(quiet({**changes, "world.market.people": 4000}), intervene=due(31))
    waiting = 4000
    for week in range(31, 40, 2):
        assert binomtest(orders(run)[week], waiting, 0.5).pvalue > 1e-3
        waiting -= orders(run)[week]
    assert sum(orders(run)) == 4000 - waiting
    assert (run.weeks["customers"] == 4000).all()  # making do is not leaving


def weeks_after_first(bought, first):
    """Weeks from the first to the second purchase of each person; 0 for those without a second."""
    second = np.zeros(first.size, int)
    for person, week in zip(bought["person"][::-1].tolist(), bought["week"][::-1].tolist(), strict=True):
        if week > first[person]:
            second[person] = week - first[person]
    return second


def test_lives_differ(quiet):
    """Lognormal with mean 52 and a log spread of .3, in whole weeks."""
    changes = {**DURABLE, "world.needs.period": 52.0, "world.needs.period_sd": 0.3, "world.market.people": 3000}
    run = simulate(quiet({**changes, "world.rival.gives_up": 0.0, "run.weeks": 400}), intervene=due(0))
    bought = run.events.of("purchase")
    first = np.full(3000, -1)
    for person, week in zip(bought["person"][::-1].tolist(), bought["week"][::-1].tolist(), strict=True):
        first[person] = week
    assert first.min() >= 0
    again = weeks_after_first(bought, first)
    lives = again[again > 0]
    assert lives.size > 2900
    assert lives.mean() == pytest.approx(52, abs=4 * 16 / np.sqrt(lives.size))
    assert np.log(lives).std() == pytest.approx(0.3, rel=0.06)


def test_a_durable_bought_from_the_rival_lasts_as_long(quiet):
    """All go to the rival when their old one is worn out, and nobody needs one again before its life is over."""
    changes = {**DURABLE, "world.rival.entry_week": 0, "world.rival.base_looking": 1.0, "world.rival.advantage": 20.0}
    changes |= {"world.rival.switch": 0.0, "run.weeks": 20}
    seen = {}

    def look(state):
        seen["next"] = state.people.next_need.copy()

    run = simulate(quiet(changes), intervene=due(7) | {9: look})
    assert orders(run) == [0] * 20
    assert (seen["next"] == 7 + 8).all()
    assert (run.weeks["customers"] == 200).all()  # nobody switches for good


# Once in a life


def test_what_one_needs_once_is_bought_once(quiet):
    changes = {
        "world.needs.kind": "one_off", "world.market.initial_buyers": 0.0, "world.market.advertising_reach": 0.3,
        "world.rival.gives_up": 0.0, "world.market.people": 1000, "run.weeks": 60,
    }  # fmt: skip
    run = simulate(quiet(changes))
    assert np.bincount(run.events.of("purchase")["person"], minlength=1000).max() == 1
    assert binomtest(int(run.weeks["orders"][:5].sum()), 1000, 1 - 0.7**5).pvalue > 1e-3
    assert run.weeks["orders"].sum() == run.weeks["customers"][-1] == 1000


def test_whoever_bought_it_before_never_needs_it_again(quiet):
    run = simulate(quiet({"world.needs.kind": "one_off", "world.rival.gives_up": 0.0}))
    assert sum(orders(run)) == 0
    assert (run.weeks["customers"] == 200).all()


@pytest.mark.parametrize("way", ["win-back", "renewed interest"])
def test_nobody_needs_a_second_one_whatever_the_firm_does(quiet, way):
    """Whoever left after buying it is not sold another by asking, nor by thinking of the category again."""
    status = {"win-back": Status.FORMER, "renewed interest": Status.LEFT_CATEGORY}[way]

    def all_left(state):
        state.people.status[:] = status

    changes = {
        "world.needs.kind": "one_off", "world.rival.gives_up": 0.0, "world.market.return_to_category": 0.5,
        "strategy.relationship.win_back": 52.0, "world.rival.win_back": 1.0,
    }  # fmt: skip
    assert sum(orders(simulate(quiet(changes), intervene={0: all_left}))) == 0


# By chance


def test_who_returns_to_the_category_chooses_at_once_as_a_known_customer(quiet):
    """A tenth a week think of it again; .85 of these buy, the others stay away."""

    def all_left(state):
        state.people.status[:] = Status.LEFT_CATEGORY

    changes = {"world.market.people": 4000, "world.needs.mean": 0.0, "world.market.return_to_category": 0.1}
    run = simulate(quiet({**changes, "run.weeks": 10}), intervene={0: all_left})
    joined = run.events.of("joining")
    assert (joined["cause"] == JOINED_BY.index("renewed interest")).all()
    assert binomtest(int(run.weeks["left_category"][-1]), 4000, (1 - 0.1 * 0.85) ** 10).pvalue > 1e-3
    assert (run.weeks["joined"] == run.weeks["orders"]).all()
    assert not run.weeks["prospects"].any() and not run.weeks["newcomers"].any()


def test_or_is_a_prospect_again_where_the_firm_is_forgotten(quiet):
    def all_left(state):
        state.people.status[:] = Status.LEFT_CATEGORY

    changes = {"world.market.people": 4000, "world.needs.mean": 0.0, "world.market.return_to_category": 0.1}
    changes |= {"world.market.forget_the_firm": True, "run.weeks": 10}
    run = simulate(quiet(changes), intervene={0: all_left})
    assert binomtest(int(run.weeks["prospects"][-1]), 4000, 1 - 0.9**10).pvalue > 1e-3
    assert not run.weeks["joined"].any()
