"""The logit of an occasion of need: identities that hold to the last digit, and shares that hold in the engine."""

import numpy as np
import pytest
from scipy.stats import binomtest

from sim.model import simulate
from sim.model.choice import BUYS, SKIPS, TO_RIVAL, Choice
from sim.model.draws import Draws
from sim.model.people import People

NOBODY, EVERYBODY = np.zeros(1, bool), np.ones(1, bool)
FIRST = np.zeros(1, np.int64)


@pytest.fixture
def choice_of(scenario):
    """choice_of(changes) -> (choice, people without any past)."""

    def make(changes=None, people=1):
        changes = {"world.market.people": people, "world.market.initial_buyers": 0.0, **(changes or {})}
        world = scenario({"world.rival.entry_week": 0, "world.rival.advantage": 0.0, **changes}).world
        everyone = People(world, Draws(1, 0))
        return Choice(world, everyone), everyone

    return make


def log_odds(p: float) -> float:
    return float(np.log(p / (1 - p)))


@pytest.mark.parametrize("p", [0.05, 0.5, 0.85, 0.99])
@pytest.mark.parametrize("aversion", [0.0, 1.5])
@pytest.mark.parametrize("reliability", [0.8, 0.95])
def test_an_untroubled_customer_buys_with_the_probability_of_the_world(choice_of, p, aversion, reliability):
    choice, people = choice_of(
        {
            "world.choice.untroubled_purchase": p,
            "world.choice.variance_aversion": aversion,
            "world.beliefs.reliability": reliability,
            "world.choice.risk_sensitivity": 70.0,
        }
    )
    firm, rival = choice.probabilities(people, FIRST, 0, NOBODY)
    assert firm[0] == pytest.approx(p)
    assert rival[0] == 0


def test_shares_sum_to_1_and_their_ratios_are_the_exponentials(choice_of):
    choice, people = choice_of({"world.rival.advantage": 0.7})
    people.grievance[0] = 0.4
    firm, rival = choice.probabilities(people, FIRST, 0, EVERYBODY)
    nothing = 1 - firm - rival
    assert firm / nothing == pytest.approx(np.exp(choice.utility(people, FIRST)))
    assert rival / nothing == pytest.approx(np.exp(choice.rival_utility(0)))


def test_independence_of_irrelevant_alternatives(choice_of):
    """Looking at the rival takes from buying and from doing without in the same proportion."""
    choice, people = choice_of({"world.rival.advantage": -1.0})
    alone, _ = choice.probabilities(people, FIRST, 0, NOBODY)
    beside, rival = choice.probabilities(people, FIRST, 0, EVERYBODY)
    assert beside / (1 - beside - rival) == pytest.approx(alone / (1 - alone))
    assert beside == pytest.approx(alone * (1 - rival))


def test_an_equal_rival_is_chosen_as_often(choice_of):
    choice, people = choice_of()
    firm, rival = choice.probabilities(people, FIRST, 0, EVERYBODY)
    assert firm[0] == pytest.approx(rival[0])


@pytest.mark.parametrize(("week", "advantage", "gains"), [(0, 0.5, 0.5), (52, 0.0, 0.2), (130, -0.3, -0.3 + 2.5 * 0.2)])
def test_the_rival_gets_better_year_by_year(choice_of, week, advantage, gains):
    choice, people = choice_of({"world.rival.advantage": advantage, "world.rival.improvement": 0.2})
    firm, rival = choice.probabilities(people, FIRST, week, EVERYBODY)
    assert np.log(rival[0] / firm[0]) == pytest.approx(gains)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.85])
def test_elasticity_to_price_is_the_sensitivity_times_one_less_the_share(choice_of, p):
    """U contains -b ln(price): d ln P / d ln price = -b (1 - P); at a share of one half and b = 5.2: -2.6."""
    shares = []
    for price in (0.9999, 1.0001):
        choice, people = choice_of({"world.choice.untroubled_purchase": p, "world.choice.price_sensitivity": 5.2})
        choice.value -= choice.world.choice.price_sensitivity * np.log(price)
        shares.append(choice.probabilities(people, FIRST, 0, NOBODY)[0][0])
    elasticity = np.log(shares[1] / shares[0]) / np.log(1.0001 / 0.9999)
    assert elasticity == pytest.approx(-5.2 * (1 - p), rel=1e-4)


def test_grievance_habit_and_risk_move_the_log_odds_by_their_weights(choice_of):
    changes = {"world.choice.habit_weight": 0.3, "world.choice.risk_sensitivity": 70.0}
    choice, people = choice_of({**changes, "world.beliefs.reliability": 0.95, "world.beliefs.recovery": 0.5})

    def odds() -> float:
        return log_odds(choice.probabilities(people, FIRST, 0, NOBODY)[0][0])

    plain = odds()
    people.grievance[0] = 0.8
    assert odds() - plain == pytest.approx(-0.8)
    people.grievance[0], people.habit[0] = 0.0, 1.0
    assert odds() - plain == pytest.approx(0.3)
    people.habit[0] = 0.0
    people.reliability.bad[0] = 1.0  # (1 + 1)/(20 + 1) x 1/2 instead of 1/20 x 1/2
    assert odds() - plain == pytest.approx(-70 * (2 / 21 - 1 / 20) / 2)


@pytest.mark.parametrize("gives_up", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("entry", [None, 10])
def test_a_cornered_market(choice_of, gives_up, entry):
    """With nowhere to go only a share of those who would turn away does: P = 1 - (1 - p) gives_up."""
    changes = {"world.rival.gives_up": gives_up, "world.rival.entry_week": entry}
    choice, people = choice_of({**changes, "world.choice.untroubled_purchase": 0.85})
    people.grievance[0] = 2.0
    p = 1 / (1 + np.exp(2.0) * 0.15 / 0.85)
    firm, rival = choice.probabilities(people, FIRST, 9, EVERYBODY)
    assert firm[0] == pytest.approx(1 - (1 - p) * gives_up)
    assert rival[0] == 0
    if entry is not None:
        firm, rival = choice.probabilities(people, FIRST, entry, EVERYBODY)
        assert rival[0] > 0
        assert firm[0] == pytest.approx(p * (1 - rival[0]))


def test_what_people_do_follows_their_probabilities(choice_of):
    choice, people = choice_of({"world.rival.advantage": -0.5}, people=50_000)
    who, looks = np.arange(people.n), np.ones(people.n, bool)
    done = choice.decide(Draws(1, 0), people, who, 3, looks, "choice")
    firm, rival = (float(column[0]) for column in choice.probabilities(people, who[:1], 3, looks[:1]))
    for outcome, share in ((BUYS, firm), (TO_RIVAL, rival), (SKIPS, 1 - firm - rival)):
        assert binomtest(int((done == outcome).sum()), people.n, share).pvalue > 1e-3


def test_a_better_rival_takes_nobody_who_did_not_look_before(choice_of):
    """One draw decides all three outcomes: who buys beside a strong rival also buys beside a weak one."""
    chosen = []
    for advantage in (-1.0, 1.0):
        choice, people = choice_of({"world.rival.advantage": advantage}, people=5000)
        chosen.append(choice.decide(Draws(1, 0), people, np.arange(5000), 3, np.ones(5000, bool), "choice"))
    weak, strong = chosen
    assert (weak[strong == BUYS] == BUYS).all()
    assert (strong == BUYS).sum() < (weak == BUYS).sum()


@pytest.mark.parametrize("p", [0.3, 0.85])
def test_orders_in_the_engine(quiet, p):
    """Customers who need something in a week (1 - exp(-need)) buy with probability p; dropout is nil."""
    changes = {"world.market.people": 3000, "world.choice.untroubled_purchase": p, "world.needs.mean": 0.3}
    run = simulate(quiet(changes))
    # over Gamma(100): E[exp(-need)] = (1 + .3/100)^-100
    share = p * (1 - (1 + 0.3 / 100) ** -100)
    orders, chances = int(run.weeks["orders"].sum()), 3000 * 26
    assert abs(orders - chances * share) < 4 * np.sqrt(chances * share)


@pytest.mark.parametrize("price", [0.8, 1.0, 1.1, 2.0])
def test_the_price_asked_moves_the_odds_of_buying_and_what_is_paid(scenario, price):
    """Odds fall by the price to the power of the sensitivity (log-odds by b_p ln p); each order is paid at the price.

    Books: goods cost what they cost at today's price, so margin and remedies follow from sales alone.
    """
    changes = {
        "world.market.people": 20_000, "run.weeks": 1, "world.problems.rate": 0.0, "world.rival.entry_week": 900,
        "world.rival.gives_up": 1.0, "world.market.advertising_reach": 0.0, "world.needs.mean": 6.0,
        "world.needs.shape": 90.0, "world.economy.swing": 0.0, "world.needs.basket_sd_orders": 0.0,
        "world.needs.basket_sd_people": 0.0, "world.choice.untroubled_purchase": 0.85,
        "world.beliefs.success_weight": 0.0, "world.choice.sensitivity_sd": 0.0, "world.word_of_mouth.network": "none",
        "world.market.return_to_category": 0.0,
    }  # fmt: skip
    settled = {**changes, "strategy.offer.price": price}
    run = simulate(scenario(settled), 0)
    world = run.scenario.world
    customers = run.weeks["customers"][0] + run.weeks["left"][0]
    odds = 0.85 / 0.15 * price**-world.choice.price_sensitivity
    expected = odds / (1 + odds)
    assert binomtest(int(run.weeks["orders"][0]), int(customers), expected).pvalue > 1e-3
    bought = run.events.of("purchase")
    sales = bought["units"].sum() * world.needs.basket * price
    assert bought["cents"].sum() / 100 == pytest.approx(sales, rel=1e-3)
    goods = -run.ledger[0, 1] / 100
    assert goods == pytest.approx(bought["units"].sum() * world.needs.basket * (1 - world.needs.gross_margin), rel=1e-3)
