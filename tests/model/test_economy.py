"""Good and bad times, what a purchase is worth to who makes it, and rivals who follow."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest, norm

from sim.model import simulate
from sim.model.choice import Choice
from sim.model.draws import Draws
from sim.model.people import People
from sim.model.state import State

FIRST = np.zeros(1, np.int64)
EVERYBODY = np.ones(1, bool)


@pytest.fixture(scope="module")
def choice_of(quiet):
    """(Choice, People) of the quiet world with these changes."""

    def make(changes, people=1, **given):
        world = quiet({"world.market.people": people, **changes}).world
        everyone = People(world, Draws(1, 0))
        return Choice(world, everyone, **given), everyone

    return make


# Times


@pytest.mark.parametrize(
    ("begin", "length", "span"), [(5, 4, (5, 9)), (0, 2, (0, 2)), (24, 52, (24, 26)), (26, 9, (26, 26))]
)
def test_a_recession_takes_its_share_of_need_for_as_long_as_it_lasts(quiet, begin, length, span):
    changes = {"world.economy.recession_week": begin, "world.economy.recession_length": length}
    times = State(quiet({**changes, "world.economy.recession_depth": 0.3}), 0, range(0)).times
    bad = np.zeros(26, bool)
    bad[slice(*span)] = True
    assert times == pytest.approx(np.where(bad, 0.7, 1.0))


def test_without_swing_or_recession_all_times_are_the_same(quiet):
    assert (State(quiet(), 0, range(0)).times == 1).all()


def test_a_recession_comes_on_top_of_the_swing(quiet):
    swing = {"world.economy.swing": 0.2, "run.weeks": 60}
    deep = {
        "world.economy.recession_week": 20,
        "world.economy.recession_length": 20,
        "world.economy.recession_depth": 0.5,
    }
    plain, bad = (State(quiet({**swing, **changes}), 0, range(0)).times for changes in ({}, deep))
    assert plain.std() > 0.05
    assert bad / plain == pytest.approx([1.0] * 20 + [0.5] * 20 + [1.0] * 20)


def test_needs_follow_the_times(quiet):
    changes = {
        "world.market.people": 20_000, "world.rival.gives_up": 0.0, "world.economy.recession_week": 10,
        "world.economy.recession_length": 10, "world.economy.recession_depth": 0.4, "run.weeks": 20,
    }  # fmt: skip
    run = simulate(quiet(changes))
    bought = run.events.of("purchase")
    units = np.bincount(bought["week"], weights=bought["units"], minlength=20)
    for weeks, factor in ((slice(0, 10), 1.0), (slice(10, 20), 0.6)):
        expected = 10 * 20_000 * 0.2 * factor
        assert abs(units[weeks].sum() - expected) < 5 * np.sqrt(expected) + 0.005 * expected  # needs differ a little


@pytest.mark.parametrize("begin", [0, 10])
def test_price_matters_more_when_need_is_down(quiet, begin):
    """Three tenths of need lost, thrift 2: sensitivity x 1.6 from the first week of the recession to the last."""
    changes = {
        "world.economy.recession_week": begin, "world.economy.recession_length": 5,
        "world.economy.recession_depth": 0.3, "world.economy.thrift": 2.0, "run.weeks": 20,
    }  # fmt: skip
    seen = {}

    def look(week):
        return lambda state: seen.update({week: state.choice.thrift})

    simulate(quiet(changes), intervene={week: look(week) for week in range(20)})
    assert [seen[week] for week in range(20)] == pytest.approx(
        [1.6 if begin <= week < begin + 5 else 1.0 for week in range(20)]
    )


def test_good_times_do_not_make_people_careless(quiet):
    seen = []
    changes = {"world.economy.swing": 0.3, "world.economy.thrift": 5.0, "run.weeks": 26}
    watch = {week: lambda state: seen.append((state.times[state.week], state.choice.thrift)) for week in range(1, 26)}
    simulate(quiet(changes), intervene=watch)
    times, thrift = np.array(seen).T
    assert (times > 1).any() and (times < 1).any()
    assert thrift == pytest.approx(1 + 5 * np.maximum(1 - times, 0))


# Taste for price


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_some_mind_a_price_more_than_others(choice_of, spread):
    """Log-odds fall by 5.2 x thrift x a lognormal of mean 1 x ln(price)."""
    changes = {"world.choice.sensitivity_sd": spread, "world.choice.price_sensitivity": 5.2}
    choice, people = choice_of(changes, people=4000, price=1.2)
    who = np.arange(4000)
    plain, same = choice_of(changes, people=4000)
    loss = plain.utility(same, who) - choice.utility(people, who)
    assert loss == pytest.approx(5.2 * people.sensitivity * np.log(1.2))
    choice.thrift = 1.5
    assert plain.utility(same, who) - choice.utility(people, who) == pytest.approx(1.5 * loss)
    if spread:
        assert kstest((np.log(people.sensitivity) + spread**2 / 2) / spread, norm.cdf).pvalue > 1e-3
        assert people.sensitivity.mean() == pytest.approx(1.0, abs=0.02)
    else:
        assert (people.sensitivity == 1).all()


# Surplus


def test_a_purchase_is_worth_what_one_would_have_paid_on_top(choice_of):
    """The area under demand above today's price, with demand a logit in ln(price) and dollars of today's price."""
    choice, people = choice_of({"world.choice.price_sensitivity": 4.0, "world.choice.untroubled_purchase": 0.7})
    odds = 0.7 / 0.3
    area, _ = quad(lambda log_price: 1 / (1 + np.exp(4 * log_price) / odds), 0, 20)
    assert choice.surplus(people, FIRST, 0, np.array([8000])) == pytest.approx(80 * area)
    people.grievance[0] = 1.0
    assert choice.surplus(people, FIRST, 0, np.array([8000])) < 80 * area


def test_those_who_mind_prices_more_gain_less(choice_of):
    choice, people = choice_of({"world.choice.price_sensitivity": 4.0}, people=2)
    people.sensitivity[:] = [1.0, 2.0]
    one, other = (choice.surplus(people, np.array([who]), 0, np.array([5000])) for who in range(2))
    assert one == pytest.approx(2 * other)


def test_what_nobody_would_ever_pay_for_cannot_be_measured(choice_of):
    choice, people = choice_of({"world.choice.price_sensitivity": 0.0})
    assert choice.surplus(people, FIRST, 0, np.array([8000])) == 0


def test_surplus_of_a_week_in_the_engine(quiet):
    """Everyone buys for $50 a need: ln(1 + .85/.15) / 5.2 of that; then a problem spoils .6 of an order for some."""
    changes = {
        "world.choice.price_sensitivity": 5.2, "world.rival.gives_up": 0.0, "world.needs.mean": 2.0,
        "world.problems.severity": 0.6, "world.problems.severity_sd": 0.0, "world.problems.stake_sd": 0.0,
        "world.beliefs.success_weight": 0.0, "run.weeks": 1, "world.callers.voice_small": 0.0,
        "world.callers.voice_large": 0.0,
    }  # fmt: skip
    for rate in (0.0, 1.0):
        run = simulate(quiet({**changes, "world.problems.rate": rate}))
        sales = run.events.of("purchase")["cents"].sum() / 100
        lost = run.weeks["problems"][0] * 0.6 * 50
        assert bool(lost > 500) is bool(rate)
        assert run.weeks["surplus"][0] == pytest.approx(sales * np.log(1 / 0.15) / 5.2 - lost)


# Rivals


@pytest.mark.parametrize(("number", "rival", "firm"), [(1, 0.85 / 1.85, 0.85 / 1.85), (3, 2.55 / 3.55, 0.85 / 3.55)])
def test_several_rivals_have_each_a_share_of_their_own(choice_of, number, rival, firm):
    """As good as the firm, odds .85 / .15 each: of 1 + k equals and nothing at all."""
    changes = {"world.rival.entry_week": 0, "world.rival.number": number, "world.rival.advantage": 0.0}
    choice, people = choice_of({**changes, "world.choice.untroubled_purchase": 0.85})
    odds = 0.85 / 0.15
    p_firm, p_rival = choice.probabilities(people, FIRST, 0, EVERYBODY)
    assert p_firm[0] == pytest.approx(odds / (1 + odds * (1 + number)))
    assert p_rival[0] == pytest.approx(number * odds / (1 + odds * (1 + number)))
    assert p_rival[0] / p_firm[0] == pytest.approx(rival / firm)


@pytest.mark.parametrize(("matches", "gain"), [(0.0, 0.0), (0.5, 0.35), (1.0, 0.7)])
def test_rivals_follow_a_firm_that_is_less_risky_part_of_the_way(choice_of, matches, gain):
    """Risk falls from .025 to .015, weighs 70: what a rival that matches half of it gains is .35."""
    changes = {"world.rival.entry_week": 0, "world.rival.matches": matches, "world.choice.risk_sensitivity": 70.0}
    changes |= {"world.beliefs.reliability": 0.95, "world.beliefs.recovery": 0.5}
    choice, _ = choice_of(changes)
    before = choice.rival_utility(0)
    assert choice.prior_risk == pytest.approx(0.025)
    choice.match(0.015)
    assert choice.rival_utility(0) - before == pytest.approx(gain)
    choice.match(0.9)  # a firm that gets worse is not followed
    assert choice.rival_utility(0) == pytest.approx(before)


def test_in_the_engine_rivals_match_what_customers_see(quiet):
    """Two weeks of purchases that go well: beliefs improve, and so does the rival, by half of it."""
    changes = {
        "world.rival.entry_week": 0, "world.rival.base_looking": 0.0, "world.rival.matches": 0.5,
        "world.choice.risk_sensitivity": 70.0, "world.needs.mean": 3.0, "run.weeks": 3,
    }  # fmt: skip
    seen = {}

    def look(state):
        seen["risk"], seen["matched"], seen["prior"] = (
            state.weeks["risk"][1], state.choice.matched_risk, state.choice.prior_risk,
        )  # fmt: skip

    simulate(quiet(changes), intervene={2: look})
    assert seen["risk"] < seen["prior"] - 0.001
    assert seen["matched"] == pytest.approx((seen["prior"] + seen["risk"]) / 2)
