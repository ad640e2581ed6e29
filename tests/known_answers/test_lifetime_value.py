"""Lifetime value: the engine, reduced to customers who stay with constant probability, against the closed form."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

from sim.model import simulate
from sim.model.ledger import ACCOUNTS, npv

PEOPLE, BASKET, MARGIN = 40_000, 50.0, 0.4
BUYS, NEED, SHAPE, TIRES, RATE = 0.85, 0.5, 100.0, 0.1, 0.10

CONSTANT_RETENTION = {
    "world.market.people": PEOPLE,
    "world.needs.mean": NEED,
    "world.needs.shape": SHAPE,
    "world.needs.dropout_a": TIRES * 1e6,
    "world.needs.dropout_b": (1 - TIRES) * 1e6,
    "world.choice.untroubled_purchase": BUYS,
    "run.discount_rate": RATE,
}


def over_people(formula):
    """Mean of formula(need) over the Gamma distribution of need."""
    need = gamma(SHAPE, scale=NEED / SHAPE)
    return quad(lambda x: formula(x) * need.pdf(x), *need.ppf([1e-12, 1 - 1e-12]))[0]


def retention(need: float) -> float:
    """P(a customer of this need is one next week).

    A customer needs k ~ Poisson(need) units, buys them with probability BUYS (one choice for the week) and loses
    interest with probability TIRES after each: r = 1 - BUYS + BUYS E[(1 - TIRES)^k] = 1 - BUYS (1 - exp(-need TIRES)).
    """
    return 1 - BUYS * (1 - np.exp(-need * TIRES))


def lifetime_value(need: float, weeks: float = np.inf) -> float:
    """Dollars of margin, discounted weekly from each week's end.

    A customer brings m = BUYS need BASKET MARGIN a week and stays with probability r, so with d = (1 + RATE)^(-1/52)
        CLV = sum over t < weeks of m r^t d^(t+1) = m d (1 - (r d)^weeks) / (1 - r d)
    and without horizon m / (1 + i - r), i = 1/d - 1: the textbook's m (1 + i) / (1 + i - r), where that pays at the
    beginning of each period and this at its end.
    """
    d, r = (1 + RATE) ** (-1 / 52), retention(need)
    return BUYS * need * BASKET * MARGIN * d * (1 - (r * d) ** weeks) / (1 - r * d)


def test_the_two_forms_are_one():
    i = (1 + RATE) ** (1 / 52) - 1
    assert lifetime_value(NEED) == pytest.approx(BUYS * NEED * BASKET * MARGIN / (1 + i - retention(NEED)))


@pytest.mark.parametrize("weeks", [13, 260])
def test_npv_of_a_cohort_is_the_closed_form(quiet, weeks):
    run = simulate(quiet({**CONSTANT_RETENTION, "run.weeks": weeks}))
    bought = run.events.of("purchase")
    discounted = bought["cents"] / 100 * MARGIN * (1 + RATE) ** (-(bought["week"] + 1) / 52)
    each = np.bincount(bought["person"], discounted, PEOPLE)
    se = each.std(ddof=1) / np.sqrt(PEOPLE)
    theory = over_people(lambda need: lifetime_value(need, weeks))
    seen = float(npv(run.ledger.sum(axis=1), RATE)) / PEOPLE
    assert seen == pytest.approx(each.mean(), rel=1e-9)  # nothing but sales and goods is in these books
    assert abs(seen - theory) < 3.5 * se
    assert se < 0.01 * theory


def test_customers_left_after_each_week_are_the_powers_of_retention(quiet):
    run = simulate(quiet({**CONSTANT_RETENTION, "run.weeks": 104}))
    for week in (0, 12, 51, 103):
        share = over_people(lambda need, t=week + 1: retention(need) ** t)
        se = np.sqrt(share * (1 - share) / PEOPLE)
        assert abs(run.weeks["customers"][week] / PEOPLE - share) < 3.5 * se


def test_value_is_proportional_to_margin(quiet):
    """Elasticity to margin 1: same people, same luck, so the ratio is exact up to half a cent an order."""
    small = {**CONSTANT_RETENTION, "world.market.people": 2000}
    low, high = (simulate(quiet({**small, "world.needs.gross_margin": margin})) for margin in (0.2, 0.4))
    sales = ACCOUNTS.index("sales")
    assert (low.ledger[:, sales] == high.ledger[:, sales]).all()
    assert npv(high.ledger.sum(axis=1), RATE) / npv(low.ledger.sum(axis=1), RATE) == pytest.approx(2, rel=1e-3)


def test_elasticity_to_retention_is_the_multiple_of_the_textbook(quiet):
    """d log CLV / d log r = r / (1 + i - r): halving the weekly loss nearly doubles the value."""
    i = (1 + RATE) ** (1 / 52) - 1
    many = {**CONSTANT_RETENTION, "world.market.people": 20_000, "run.weeks": 520}
    values, theory = [], []
    for tires in (0.10, 0.05):
        changes = {"world.needs.dropout_a": tires * 1e6, "world.needs.dropout_b": (1 - tires) * 1e6}
        values.append(float(npv(simulate(quiet({**many, **changes})).ledger.sum(axis=1), RATE)))
        r = over_people(lambda need, p=tires: 1 - BUYS * (1 - np.exp(-need * p)))
        theory.append(1 / (1 + i - r))
    assert values[1] / values[0] == pytest.approx(theory[1] / theory[0], rel=0.03)
