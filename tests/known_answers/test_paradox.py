"""Two beliefs: against scipy's Beta distribution, and the inequality that says when a recovered customer is calmer."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from sim.experiment.theory import paradox_holds
from sim.model import simulate
from sim.model.beliefs import Belief, perceived_risk, prior_risk

counts = st.floats(0, 200)
means = st.floats(0.02, 0.98)
strengths = st.floats(0.1, 200)


def belief(mean: float, strength: float, good: float = 0.0, bad: float = 0.0) -> Belief:
    one = Belief(1, mean, strength)
    one.good += good
    one.bad += bad
    return one


@given(mean=means, strength=strengths, good=counts, bad=counts)
def test_posterior_mean_is_that_of_the_beta_distribution(mean, strength, good, bad):
    theory = stats.beta(mean * strength + good, (1 - mean) * strength + bad)
    assert belief(mean, strength, good, bad).mean()[0] == pytest.approx(theory.mean())


@given(q=means, r=means, kq=strengths, kr=strengths, good=counts, bad=counts, aversion=st.floats(0, 3))
def test_risk_is_mean_and_sd_of_a_product_of_beta_variables(q, r, kq, kr, good, bad, aversion):
    reliability, recovery = belief(q, kq, good, bad), belief(r, kr, bad, good)
    fails = stats.beta((1 - q) * kq + bad, q * kq + good)
    stays = stats.beta((1 - r) * kr + good, r * kr + bad)
    mean = fails.mean() * stays.mean()
    variance = (fails.var() + fails.mean() ** 2) * (stays.var() + stays.mean() ** 2) - mean**2
    risk = perceived_risk(reliability, recovery, aversion)[0]
    assert risk == pytest.approx(mean + aversion * np.sqrt(max(variance, 0)), rel=1e-6, abs=1e-7)


def test_risk_by_brute_force():
    """A million beliefs drawn: mean and sd of (1 - q)(1 - r), within four standard errors."""
    rng, n = np.random.default_rng(1), 1_000_000
    product = (1 - rng.beta(19 + 3, 1 + 2, n)) * (1 - rng.beta(1 + 0.5, 1 + 2, n))
    reliability, recovery = belief(0.95, 20, 3, 2), belief(0.5, 2, 0.5, 2)
    mean, with_sd = (perceived_risk(reliability, recovery, aversion)[0] for aversion in (0, 1))
    assert abs(product.mean() - mean) < 4 * product.std() / 1000
    kurtosis = stats.kurtosis(product)
    assert abs(product.std() - (with_sd - mean)) < 4 * product.std() * np.sqrt((kurtosis + 2) / 4 / n)


def test_risk_of_the_newcomer_is_the_prior_s():
    assert prior_risk(belief(0.95, 20), belief(0.5, 2), 0.0) == pytest.approx(0.05 * 0.5)
    # What somebody has lived through does not change what a newcomer believes
    assert prior_risk(belief(0.95, 20, 7, 3), belief(0.5, 2, 1, 9), 0.0) == pytest.approx(0.05 * 0.5)


@given(good=counts, bad=counts, half_life=st.floats(1, 5000))
def test_half_of_the_evidence_is_gone_after_a_half_life(good, bad, half_life):
    one = belief(0.95, 20, good, bad)
    one.fade(0.5 ** (10 / half_life))
    assert one.good[0] == pytest.approx(good * 0.5 ** (10 / half_life))
    one = belief(0.95, 20, good, bad)
    one.fade(0.5)
    a, b = one.parameters()
    assert (a[0], b[0]) == pytest.approx((19 + good / 2, 1 + bad / 2))


def test_beliefs_fade_in_the_engine_with_the_half_life_of_the_world(quiet):
    """Each customer starts with one good purchase (evidence 4) and needs nothing ever after."""
    changes = {"world.needs.mean": 0.0, "world.beliefs.success_weight": 4.0, "world.beliefs.half_life": 13.0}
    prior = {"world.beliefs.reliability": 0.9, "world.beliefs.reliability_strength": 10.0}
    run = simulate(quiet({**changes, **prior, "run.weeks": 53}))
    for week in (0, 12, 25, 51):
        evidence = 4 * 0.5 ** ((week + 1) / 13)
        assert run.weeks["risk"][week] == pytest.approx(1 / (10 + evidence) * 0.5)


def recovered_is_calmer(severity: float, weight: float, q0: float, kq: float, r0: float, kr: float) -> bool:
    """By the belief code: one problem of this severity, put right at once and perfectly, against no problem at all."""
    reliability, recovery = Belief(2, q0, kq), Belief(2, r0, kr)
    reliability.bad[0] += severity
    recovery.good[0] += weight * 1.0  # J = 1, no delay, no earlier problem
    risk = perceived_risk(reliability, recovery, 0.0)
    return bool(risk[0] < risk[1])


@given(
    severity=st.floats(0.01, 20),
    weight=st.floats(0, 10),
    q0=st.floats(0.5, 0.99),
    kq=st.floats(1, 100),
    r0=st.floats(0.05, 0.95),
    kr=st.floats(0.2, 50),
)
@example(severity=0.1, weight=1.0, q0=0.95, kq=20.0, r0=0.5, kr=2.0)  # mild: calmer
@example(severity=3.0, weight=1.0, q0=0.95, kq=20.0, r0=0.5, kr=2.0)  # severe: not
def test_the_paradox_appears_exactly_where_the_inequality_says(severity, weight, q0, kq, r0, kr):
    bq = kq * (1 - q0)
    left, right = (1 + severity / bq) / (1 + severity / kq), 1 + weight / kr
    assume(abs(left - right) > 1e-9 * right)  # on the boundary itself rounding decides
    assert recovered_is_calmer(severity, weight, q0, kq, r0, kr) == paradox_holds(severity, weight, q0, kq, kr)


def test_both_sides_of_the_paradox_with_the_default_beliefs():
    """1 + w/k = 1.5; (1 + s)/(1 + s/20) = 1.5 at s = .5/.925: milder problems leave a customer calmer."""
    boundary = 0.5 / (1 - 1.5 / 20)
    for severity in np.linspace(0.02, 3, 150):
        assert recovered_is_calmer(severity, 1.0, 0.95, 20, 0.5, 2) == (severity < boundary)
        assert paradox_holds(severity, 1.0, 0.95, 20, 2) == (severity < boundary)


def test_no_paradox_when_nothing_is_learned_from_the_recovery():
    assert not any(paradox_holds(severity, 0.0, 0.95, 20, 2) for severity in (1e-6, 0.1, 1, 10))


def test_after_a_second_failure_the_paradox_is_gone():
    """Maxham & Netemeyer 2002: one good recovery can leave a customer calmer, two do not.

    The second one teaches w J / (1 + 1): with severity .4, risk (1.4/20.4)(1/3) after one is below the untroubled
    customer's .025, risk (1.8/20.8)(1/3.5) after two is above the risk after one.
    """
    reliability, recovery = Belief(3, 0.95, 20), Belief(3, 0.5, 2)
    reliability.bad[1], recovery.good[1] = 0.4, 1.0
    reliability.bad[2], recovery.good[2] = 0.8, 1.0 + 1 / 2
    untroubled, once, twice = perceived_risk(reliability, recovery, 0.0)
    assert once < untroubled and once < twice
