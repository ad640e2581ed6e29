"""Buy till you die: a cohort of the engine against BG/NBD with the CDNOW estimates (Fader, Hardie & Lee 2005)."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from sim.experiment.fit import BgNbd
from sim.model import simulate

CDNOW = BgNbd(r=0.24259, alpha=4.41353, a=0.79289, b=2.42575, log_likelihood=-9582.43, customers=2357)
PEOPLE, WEEKS = 150_000, (13, 26, 39, 52, 78)
PUBLISHED = (0.5336, 0.9013, 1.195, 1.444, 1.858)  # expected repeat purchases after so many weeks

BUYERS = {
    "world.market.people": PEOPLE,
    "world.needs.shape": CDNOW.r,
    "world.needs.mean": CDNOW.r / CDNOW.alpha,
    "world.needs.dropout_a": CDNOW.a,
    "world.needs.dropout_b": CDNOW.b,
    "world.rival.gives_up": 0.0,  # who needs something buys it: nobody else sells it, nobody does without
}


def theory(weeks: int) -> float:
    """Expected repeat purchases when a week is the smallest unit of time.

    A person alive at the start of a week buys Poisson(need) units in it and survives it with probability
    exp(-need p), as in BG/NBD; but loses interest only after the week's order, so a last week counts in full. Over
    Gamma(r, alpha) need and Beta(a, b) dropout: E[X] = sum over t of E[need exp(-need p t)]
    = sum over t of E_p[r alpha^r / (alpha + p t)^(r + 1)].
    """
    dropout = beta(CDNOW.a, CDNOW.b)

    def given(p: float) -> float:
        t = np.arange(weeks)
        return float(np.sum(CDNOW.r * CDNOW.alpha**CDNOW.r / (CDNOW.alpha + p * t) ** (CDNOW.r + 1)))

    return quad(lambda u: given(dropout.ppf(u)), 0, 1)[0]


def repeat_purchases(run, weeks: int, first_week: int) -> np.ndarray:
    """Units bought by each person in `weeks` weeks from `first_week` on."""
    bought = run.events.of("purchase")
    inside = (bought["week"] >= first_week) & (bought["week"] < first_week + weeks)
    return np.bincount(bought["person"][inside], bought["units"][inside], PEOPLE)


def test_the_closed_form_is_the_published_one():
    assert CDNOW.expected_transactions(WEEKS) == pytest.approx(PUBLISHED, abs=6e-4)


@pytest.mark.parametrize("weeks", WEEKS)
def test_a_week_as_the_smallest_unit_costs_less_than_four_per_cent(weeks):
    assert 0 < theory(weeks) / CDNOW.expected_transactions(weeks) - 1 < 0.04


@pytest.fixture(scope="module")
def old_customers(quiet):
    """Everyone has just bought, in the week before the first."""
    return simulate(quiet({**BUYERS, "run.weeks": 78}))


@pytest.fixture(scope="module")
def newcomers(quiet):
    """Everyone hears of the firm and buys in week 0."""
    changes = {"world.market.initial_buyers": 0.0, "world.market.advertising_reach": 1.0, "run.weeks": 79}
    return simulate(quiet({**BUYERS, **changes}))


@pytest.mark.parametrize("weeks", WEEKS)
@pytest.mark.parametrize("cohort", ["old_customers", "newcomers"])
def test_mean_repeat_purchases(cohort, weeks, request):
    run = request.getfixturevalue(cohort)
    each = repeat_purchases(run, weeks, first_week=int(cohort == "newcomers"))
    se = each.std(ddof=1) / np.sqrt(PEOPLE)
    assert se < 0.01 * each.mean()
    assert abs(each.mean() - theory(weeks)) < 3.5 * se
    assert each.mean() == pytest.approx(float(CDNOW.expected_transactions(weeks)), rel=0.04)


@pytest.mark.parametrize("cohort", ["old_customers", "newcomers"])
def test_share_without_any_repeat_purchase(cohort, request):
    """No repeat in T weeks is no need in T weeks, nothing else: P = (alpha / (alpha + T))^r."""
    none = (repeat_purchases(request.getfixturevalue(cohort), 39, int(cohort == "newcomers")) == 0).mean()
    share = (CDNOW.alpha / (CDNOW.alpha + 39)) ** CDNOW.r
    assert abs(none - share) < 3.5 * np.sqrt(share * (1 - share) / PEOPLE)
