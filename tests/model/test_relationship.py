"""Newcomers' prices, the save desk, win-back, messages: who gets what, what it costs to the cent, what it does."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binomtest

from sim.model import simulate
from sim.model.beliefs import Belief
from sim.model.choice import unfairness_of
from sim.model.ledger import ACCOUNTS
from sim.model.people import GOOD, Status
from sim.model.records import JOINED_BY
from sim.model.relationship import saved, send_messages, sign_up
from sim.model.state import State

NOTHING_NEEDED = {"world.needs.mean": 0.0, "world.rival.gives_up": 0.0, "world.choice.reconsider": 0.0}


def account(run, name) -> list[int]:
    return run.ledger[:, ACCOUNTS.index(name)].tolist()


def state_of(quiet, people=20_000, **changes) -> State:
    return State(quiet({"world.market.people": people, **changes}), 0, range(0))


def all_are(status):
    def change(state):
        state.people.status[:] = status

    return {0: change}


# What newcomers are let off


def test_newcomers_are_let_off_their_first_order_to_the_cent_and_nobody_else_any(quiet):
    """An order of $49.99 less 15 %: $7.4985, rounded to whole cents for each."""
    changes = {
        "world.market.initial_buyers": 0.0, "world.market.advertising_reach": 0.5, "world.needs.basket": 49.99,
        "world.needs.mean": 0.5, "world.rival.gives_up": 0.0, "strategy.promotion.newcomer_discount": 0.15,
    }  # fmt: skip
    run = simulate(quiet(changes))
    assert run.weeks["newcomers"].sum() == 200 and run.weeks["orders"].sum() > 1000
    assert account(run, "discounts") == [-750 * int(count) for count in run.weeks["newcomers"]]


def test_a_newcomer_s_price_wins_more_of_them(quiet):
    """The odds of .5 grow by .8^-5.2 where a fifth is let off."""
    changes = {
        "world.market.initial_buyers": 0.0, "world.market.advertising_reach": 1.0, "world.market.people": 20_000,
        "world.needs.mean": 0.0, "world.choice.untroubled_purchase": 0.5, "world.choice.price_sensitivity": 5.2,
        "strategy.promotion.newcomer_discount": 0.2, "run.weeks": 1,
    }  # fmt: skip
    odds = 0.8**-5.2
    assert binomtest(int(simulate(quiet(changes)).weeks["joined"][0]), 20_000, odds / (1 + odds)).pvalue > 1e-3


def test_who_comes_back_is_let_off_as_well_but_renewed_interest_is_not(quiet):
    off = {"strategy.promotion.newcomer_discount": 0.2, "world.needs.mean": 5.0, "world.rival.gives_up": 0.0}
    back = simulate(quiet({**off, "world.choice.reconsider": 1.0, "run.weeks": 1}), intervene=all_are(Status.FORMER))
    assert back.weeks["joined"][0] > 190
    assert account(back, "discounts")[0] == -account(back, "sales")[0] * 0.2
    again = {**off, "world.needs.mean": 0.0, "world.market.return_to_category": 1.0, "run.weeks": 1}
    renewed = simulate(quiet(again), intervene=all_are(Status.LEFT_CATEGORY))
    assert renewed.weeks["joined"][0] == 200 and account(renewed, "discounts") == [0]


# What the others think of it


def unfairness(state: State, week: int) -> np.ndarray:
    """What everyone feels about newcomers' prices."""
    terms, people = state.choice.terms(week), state.people
    return np.array([unfairness_of(terms, *one) for one in zip(people.joined, people.sees_deals, strict=True)])


def test_unfairness_grows_with_tenure_for_those_who_see_the_deals(quiet):
    """A fifth let off, a tenure scale of 100 weeks: .2 (1 - 1/e) after 100 weeks, next to nothing at first."""
    changes = {"strategy.promotion.newcomer_discount": 0.2, "world.choice.deal_tenure": 100.0}
    state = state_of(quiet, 6, **changes)
    people = state.people
    people.sees_deals[:] = [True, True, True, True, False, True]
    people.joined[:] = [40, 39, -60, -100_000, -60, 50]
    felt = unfairness(state, 40)
    assert felt == pytest.approx([0, 0.2 * (1 - np.exp(-0.01)), 0.2 * (1 - np.exp(-1)), 0.2, 0, 0])
    assert (np.diff(felt[:4]) > 0).all()


def test_unfairness_weighs_on_the_next_choice_and_only_where_newcomers_are_let_off(quiet):
    changes = {"world.choice.unfairness_weight": 3.0, "world.choice.deal_tenure": 50.0, "world.market.history": 200}
    state = state_of(quiet, 500, **changes, **{"strategy.promotion.newcomer_discount": 0.4})
    plain = state_of(quiet, 500, **changes)
    who = np.arange(500)
    loss = plain.choice.utility(plain.people, who, 10) - state.choice.utility(state.people, who, 10)
    assert loss == pytest.approx(3.0 * unfairness(state, 10))
    assert (loss[~state.people.sees_deals] == 0).all() and (loss[state.people.sees_deals] > 0).all()
    assert not unfairness(plain, 10).any()


def test_nobody_minds_a_newcomer_s_price_that_is_their_own(quiet):
    """Prospects who see the deals are offered them: P = odds x .6^-2 over one and that, whatever the dislike."""
    changes = {
        "world.market.initial_buyers": 0.0, "world.market.advertising_reach": 1.0, "world.market.people": 20_000,
        "world.needs.mean": 0.0, "world.choice.untroubled_purchase": 0.5, "world.choice.price_sensitivity": 2.0,
        "world.choice.unfairness_weight": 10.0, "world.choice.deal_awareness": 0.5,
        "strategy.promotion.newcomer_discount": 0.4, "run.weeks": 1,
    }  # fmt: skip
    odds = 0.6**-2
    assert binomtest(int(simulate(quiet(changes)).weeks["joined"][0]), 20_000, odds / (1 + odds)).pvalue > 1e-3


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_as_many_see_the_deals_as_the_world_says(quiet, share):
    state = state_of(quiet, 20_000, **{"world.choice.deal_awareness": share})
    assert binomtest(int(state.people.sees_deals.sum()), 20_000, share).pvalue > 1e-3


def test_those_who_see_the_deals_look_around(quiet):
    """Customers of long standing who see half let off: .5 x deal_looking .4 = a fifth of them in a week."""
    changes = {
        "world.market.people": 20_000, "world.needs.mean": 0.0, "world.rival.entry_week": 0,
        "world.rival.base_looking": 0.0, "world.choice.deal_looking": 0.4, "world.choice.deal_awareness": 0.5,
        "strategy.promotion.newcomer_discount": 0.5, "run.weeks": 2,
    }  # fmt: skip
    looking = {}

    def old_hands(state):
        state.people.joined[:] = -100_000

    def look(state):
        looking["now"], looking["sees"] = state.people.looking > 0, state.people.sees_deals

    simulate(quiet(changes), intervene={0: old_hands, 1: look})
    sees, now = looking["sees"], looking["now"]
    assert not now[~sees].any()
    assert binomtest(int(now[sees].sum()), int(sees.sum()), 0.2).pvalue > 1e-3


# The save desk


def test_the_save_desk_keeps_as_many_as_call_and_like_the_offer(quiet):
    """Six in ten call, $1.50 each; of these .8 x sqrt(.25) = .4 stay, for a quarter off their next order."""
    changes = {
        "strategy.relationship.save_desk": 0.25, "strategy.relationship.contact_cost": 1.5,
        "world.rival.calls_to_cancel": 0.6, "world.rival.stays_for_offer": 0.8,
    }  # fmt: skip
    state = state_of(quiet, **changes)
    stays = saved(state, 3, np.arange(20_000))
    kept = int(stays.sum())
    assert binomtest(kept, 20_000, 0.6 * 0.4).pvalue > 1e-3
    entries = dict(zip(ACCOUNTS, state.ledger.entries[3].tolist(), strict=True))
    calls, rest = divmod(-entries["promotion"], 150)
    assert rest == 0 and binomtest(calls, 20_000, 0.6).pvalue > 1e-3
    assert (state.people.promised[stays] == 0.25).all() and not state.people.promised[~stays].any()
    assert state.weeks["saved"][3] == kept
    assert sum(map(abs, entries.values())) == -entries["promotion"]  # what is let off is let off when they order


def test_a_save_desk_without_authority_keeps_nobody_and_costs_nothing(quiet):
    state = state_of(quiet, **{"strategy.relationship.save_desk": 0.0, "world.rival.calls_to_cancel": 1.0})
    assert not saved(state, 0, np.arange(20_000)).any()
    assert not state.ledger.entries.any()


def test_a_better_offer_keeps_more_and_all_those_whom_a_poorer_one_kept(quiet):
    kept = [
        saved(state_of(quiet, 5000, **{"strategy.relationship.save_desk": offer}), 0, np.arange(5000))
        for offer in (0.1, 0.4, 1.0)
    ]
    for less, more in pairwise(kept):
        assert (more[less]).all() and more.sum() > less.sum()


def test_in_the_engine_the_save_desk_keeps_its_share_of_those_who_go_to_the_rival(quiet):
    """A rival better by 20; everyone looks, everyone needs something: the share .5 x .5 sqrt(.36) = .15 is kept."""
    changes = {
        "world.market.people": 20_000, "world.needs.mean": 5.0, "world.rival.entry_week": 0,
        "world.rival.base_looking": 1.0, "world.rival.advantage": 20.0, "world.rival.switch": 0.999,
        "world.choice.reconsider": 0.0, "strategy.relationship.save_desk": 0.36, "run.weeks": 1,
        "world.rival.calls_to_cancel": 0.5, "world.rival.stays_for_offer": 0.5,
    }  # fmt: skip
    run = simulate(quiet({**changes, "world.rival.switch": 1.0}))
    going = int(run.weeks["left"][0] + run.weeks["saved"][0])
    assert going > 19_000
    assert binomtest(int(run.weeks["saved"][0]), going, 0.15).pvalue > 1e-3
    assert run.weeks["customers"][0] == 20_000 - run.weeks["left"][0]


def test_under_contract_the_save_desk_is_asked_at_the_renewal_and_the_saved_pay(quiet):
    def doomed(state):
        state.people.next_need[:] = 2
        state.people.leaving_as[:] = Status.FORMER

    changes = {
        "world.needs.kind": "subscription", "world.needs.period": 52.0, "world.rival.gives_up": 0.0,
        "world.rival.calls_to_cancel": 1.0, "world.rival.stays_for_offer": 1.0, "world.choice.reconsider": 0.0,
        "strategy.relationship.save_desk": 0.25, "world.market.people": 4000, "run.weeks": 5,
    }  # fmt: skip
    run = simulate(quiet(changes), intervene={0: doomed})
    kept = int(run.weeks["saved"].sum())
    assert run.weeks["saved"].tolist() == [0, 0, kept, 0, 0]
    assert binomtest(kept, 4000, 0.5).pvalue > 1e-3
    assert run.weeks["paper_retained"].tolist() == [4000, 4000, 0, 0, 0]
    assert run.weeks["orders"][2] == kept == run.weeks["customers"][-1]
    assert account(run, "discounts")[2] == -kept * 12_50


def test_under_contract_those_kept_from_the_rival_renew(quiet):
    """A rival better by 20 and an offer of a quarter: half stay for it, and what they are let off they do pay less."""

    def all_due(state):
        state.people.next_need[:] = 0

    changes = {
        "world.needs.kind": "subscription", "world.market.people": 4000, "world.rival.entry_week": 0,
        "world.rival.base_looking": 1.0, "world.rival.advantage": 20.0, "world.rival.calls_to_cancel": 1.0,
        "world.rival.stays_for_offer": 1.0, "world.choice.reconsider": 0.0, "strategy.relationship.save_desk": 0.25,
        "run.weeks": 1,
    }  # fmt: skip
    run = simulate(quiet(changes), intervene={0: all_due})
    kept = int(run.weeks["saved"][0])
    assert binomtest(kept, 4000, 0.5).pvalue > 1e-3
    assert run.weeks["customers"][0] == kept == run.weeks["orders"][0]
    assert account(run, "sales")[0] == kept * 50_00 and account(run, "discounts")[0] == -kept * 12_50


# Win-back


def test_win_back_asks_listens_and_sells_at_the_offer(quiet):
    """Twelve contacts a year reach 1 - e^(-12/52) in a week; a third of these listen, .85 of them buy at half price.

    (With no taste for price, so that the offer only costs.)
    """
    changes = {
        **NOTHING_NEEDED, "world.market.people": 20_000, "world.rival.win_back": 1 / 3, "world.rival.gives_up": 1.0,
        "world.choice.price_sensitivity": 0.0, "strategy.relationship.win_back": 12.0, "run.weeks": 1,
        "strategy.relationship.win_back_offer": 0.5, "strategy.relationship.contact_cost": 2.0,
    }  # fmt: skip
    run = simulate(quiet(changes), intervene=all_are(Status.FORMER))
    contacted, rest = divmod(-account(run, "promotion")[0], 2_00)
    assert rest == 0
    assert binomtest(contacted, 20_000, 1 - np.exp(-12 / 52)).pvalue > 1e-3
    joined = run.events.of("joining")
    assert (joined["cause"] == JOINED_BY.index("win-back")).all()
    assert binomtest(joined["cause"].size, contacted, 0.85 / 3).pvalue > 1e-3
    assert account(run, "discounts")[0] == -joined["cause"].size * 25_00
    assert run.weeks["newcomers"][0] == 0


@pytest.mark.parametrize("status", [Status.LOST_FOR_GOOD, Status.LEFT_CATEGORY, Status.PROSPECT])
def test_only_former_customers_are_asked_back(quiet, status):
    changes = {**NOTHING_NEEDED, "strategy.relationship.win_back": 52.0, "world.rival.win_back": 1.0}
    run = simulate(quiet({**changes, "run.weeks": 5}), intervene=all_are(status))
    assert not run.weeks["joined"].any() and not any(account(run, "promotion"))


def test_nobody_is_asked_back_where_the_firm_does_not_ask(quiet):
    run = simulate(quiet({**NOTHING_NEEDED, "world.rival.win_back": 1.0}), intervene=all_are(Status.FORMER))
    assert not run.weeks["joined"].any() and not any(account(run, "promotion"))


@pytest.mark.parametrize("praise", [0.25, 1.0])
def test_who_came_back_praises_less_and_believes_in_recovery_up_to_a_ceiling(quiet, praise):
    """Everyone comes back, and learns from a thousand perfect recoveries; .6 is the most they ever believe again."""
    changes = {
        **NOTHING_NEEDED, "world.rival.win_back": 1.0, "strategy.relationship.win_back": 52.0, "run.weeks": 10,
        "world.rival.returning_ceiling": 0.6, "world.rival.returning_praise": praise, "world.market.people": 400,
    }  # fmt: skip
    seen = {}

    def half_left(state):
        state.people.status[:200] = Status.FORMER

    def teach(state):
        seen["back"] = (state.people.status == Status.CUSTOMER) & (np.arange(400) < 200)
        state.people.recovery.good[:] = 1000.0

    def look(state):
        seen["believes"], seen["advocacy"] = state.people.recovery.mean(), state.people.advocacy.copy()

    simulate(quiet(changes), intervene={0: half_left, 8: teach, 9: look})
    back, stayed = seen["back"], np.arange(400) >= 200
    assert back.sum() > 190
    assert (seen["advocacy"][back] == praise).all() and (seen["advocacy"][stayed] == 1).all()
    assert seen["believes"][back] == pytest.approx(0.6, abs=0.001)
    assert (seen["believes"][stayed] > 0.99).all()


def test_a_cap_takes_good_evidence_only():
    """Beta(1 + 5, 1): capped at .6 it is Beta(1.5, 1); a prior above the cap stays."""
    belief = Belief(3, 0.5, 2.0)
    belief.good[:], belief.bad[:] = [5, 5, 0], [0, 9, 0]
    belief.cap(np.arange(3), 0.6)
    assert belief.good == pytest.approx([0.5, 5, 0]) and belief.bad.tolist() == [0, 9, 0]
    assert belief.mean() == pytest.approx([0.6, 6 / 16, 0.5])
    belief.cap(np.arange(3), 0.2)
    assert belief.good.tolist() == [0, 1.5, 0]


# Messages


@pytest.mark.parametrize(("consent", "share"), [("opt_out", 1.0), ("opt_in", 0.3)])
def test_messages_go_to_who_signed_up_or_did_not_object(quiet, consent, share):
    """Those who sign up are those who like messages best: tolerance is exponential."""
    changes = {"strategy.promotion.messages": 4.0, "strategy.promotion.consent": consent}
    state = state_of(quiet, **changes, **{"world.choice.opting_in": 0.3, "world.choice.tolerance": 3.0})
    sign_up(state)
    gets, tolerance = state.people.gets_messages, state.people.tolerance
    assert binomtest(int(gets.sum()), 20_000, share).pvalue > 1e-3
    assert tolerance.mean() == pytest.approx(3.0, abs=4 * 3 / np.sqrt(20_000))
    if consent == "opt_in":
        assert tolerance[gets].min() > tolerance[~gets].max()


def test_no_messages_nobody_gets_them(quiet):
    state = state_of(quiet, 100)
    sign_up(state)
    send_messages(state, 0)
    assert not state.people.gets_messages.any() and not state.ledger.entries.any()


def test_messages_are_paid_for_by_the_piece(quiet):
    """Six and a half a month are one and a half a week: 1.5 x 4 cents x 200 customers a week; others get none."""
    changes = {"strategy.promotion.messages": 6.5, "strategy.promotion.message_cost": 0.04, "run.weeks": 4}
    quietly = {**changes, "world.choice.opting_out": 0.0, "world.choice.reconsider": 0.0}
    assert account(simulate(quiet(quietly)), "promotion") == [-12_00] * 4
    assert account(simulate(quiet(quietly), intervene=all_are(Status.FORMER)), "promotion") == [0] * 4


def test_those_who_are_sent_more_than_they_like_object(quiet):
    """Mean tolerance 3, four a month: e^(-4/3) like it, the others object for good in the first week."""
    changes = {"strategy.promotion.messages": 4.0, "world.choice.tolerance": 3.0, "world.choice.opting_out": 1.0}
    state = state_of(quiet, **changes)
    sign_up(state)
    send_messages(state, 0)
    gets = state.people.gets_messages
    assert binomtest(int(gets.sum()), 20_000, np.exp(-4 / 3)).pvalue > 1e-3
    assert (gets == (state.people.tolerance >= 4)).all()


def test_objecting_takes_its_time(quiet):
    changes = {"strategy.promotion.messages": 4.0, "world.choice.tolerance": 1e-9, "world.choice.opting_out": 0.1}
    state = state_of(quiet, **changes)
    sign_up(state)
    for week in range(5):
        send_messages(state, week)
    assert binomtest(int(state.people.gets_messages.sum()), 20_000, 0.9**5).pvalue > 1e-3


def test_each_message_beyond_tolerance_tires(quiet):
    changes = {"strategy.promotion.messages": 5.0, "world.choice.fatigue_weight": 0.2}
    state, who = state_of(quiet, 4, **changes), np.arange(4)
    state.people.tolerance[:] = [2.0, 5.0, 9.0, 2.0]
    state.people.gets_messages[:] = [True, True, True, False]
    plain = state_of(quiet, 4)
    loss = plain.choice.utility(plain.people, who) - state.choice.utility(state.people, who)
    assert loss == pytest.approx([0.2 * 3, 0, 0, 0])


@pytest.mark.parametrize("entry", [0, None])
def test_a_message_wakes_some_where_there_is_somewhere_else_to_look(quiet, entry):
    """Thirteen a month are three a week: 1 - .9^3 look around."""
    changes = {"strategy.promotion.messages": 13.0, "world.choice.awakening": 0.1, "world.rival.entry_week": entry}
    state = state_of(quiet, **changes)
    sign_up(state)
    send_messages(state, 0)
    assert binomtest(int((state.people.looking == 1).sum()), 20_000, (1 - 0.9**3) * (entry == 0)).pvalue > 1e-3


def test_messages_remind_people_of_what_they_need(quiet):
    """One a month adds half of the most there is: needs x 1.25 for those who get them, not for those who object."""
    changes = {"strategy.promotion.messages": 1.0, "world.choice.reminder": 0.5, "world.choice.tolerance": 1000.0}
    changes |= {"world.market.people": 4000, "world.rival.gives_up": 0.0, "world.choice.fatigue_weight": 0.0}
    half = {"strategy.promotion.consent": "opt_in", "world.choice.opting_in": 0.5}
    for more, growth in (({}, 1.25), (half, 1.125)):
        run = simulate(quiet({**changes, **more}))
        needs = run.events.of("purchase")["units"].sum()
        mean = 4000 * 26 * 0.2 * growth
        spread = np.sqrt(mean + 4000 * (26 * 0.2 * growth) ** 2 / 100)  # needs differ a little: Gamma(100)
        assert abs(needs - mean) < 4 * spread


# Being thought of


@pytest.mark.parametrize("half_life", [None, 13.0])
def test_the_firm_is_thought_of_less_the_longer_ago_the_last_contact(quiet, half_life):
    """Last heard of 26 weeks ago: a quarter think of the firm; everybody does where nobody forgets."""
    changes = {"world.choice.forgetting": half_life, "world.market.people": 20_000, "world.needs.mean": 5.0}
    changes |= {"world.rival.gives_up": 0.0, "run.weeks": 1}

    def long_ago(state):
        state.people.last_contact[:] = -26

    run = simulate(quiet(changes), intervene={0: long_ago})
    needing = 20_000 * (1 - (1 + 5 / 100) ** -100)
    assert abs(run.weeks["orders"][0] - needing * (0.25 if half_life else 1)) < 4 * np.sqrt(needing / 4)
    assert run.weeks["left"][0] == 0  # not thought of is not gone


def test_a_message_is_a_contact(quiet):
    """Thirteen a month are three a week: 1 - e^-3 get one this week and think of the firm as if of yesterday's."""
    state = state_of(quiet, **{"strategy.promotion.messages": 13.0})
    state.people.last_contact[:] = -26
    sign_up(state)
    send_messages(state, 4)
    assert binomtest(int((state.people.last_contact == 4).sum()), 20_000, 1 - np.exp(-3)).pvalue > 1e-3


def test_good_opinion_starts_with_the_first_order(quiet):
    seen = {}

    def look(state):
        seen["opinion"], seen["status"] = state.people.opinion.copy(), state.people.status.copy()

    changes = {"world.market.initial_buyers": 0.0, "world.market.advertising_reach": 0.3, "run.weeks": 4}
    simulate(quiet(changes), intervene={3: look})
    assert (seen["opinion"] == np.where(seen["status"] == Status.CUSTOMER, GOOD, 0)).all()
    assert 0 < (seen["opinion"] == GOOD).sum() < 200
