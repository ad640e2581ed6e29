"""How long customers stay, how often they buy, and what that is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1
from scipy.stats import beta

from sim.experiment.theory.common import WEEKS_A_YEAR, Expected
from sim.parameters.scenario import Scenario


def lifetime_value(margin: float, retention: float, rate: float) -> float:
    """Value of a customer who pays `margin` now and each period until lost: m (1 + i) / (1 + i - r). Textbook CLV."""
    return margin * (1 + rate) / (1 + rate - retention)


def expected_lifetime_value(scenarios: Sequence[Scenario]) -> Expected:
    """Dollars a newcomer and customers left after the first periods, within the horizon."""
    scenario = scenarios[0]
    needs, run = scenario.world.needs, scenario.run
    period = round(needs.period)
    retention = needs.dropout_b / (needs.dropout_a + needs.dropout_b)
    rate = (1 + run.discount_rate) ** (period / WEEKS_A_YEAR) - 1
    payments = (run.weeks - 1) // period + 1
    forever = lifetime_value(needs.basket * scenario.margin, retention, rate)
    within = forever * (1 - (retention / (1 + rate)) ** payments)
    return {"lifetime_value": within} | {f"stay_{k}_periods": retention**k for k in (1, 2, 5) if k < payments}


def sbg_survival(renewals: float, a: float, b: float) -> float:
    """Share of customers left after so many renewals: B(a, b+t) / B(a, b). Fader & Hardie 2007."""
    return math.exp(betaln(a, b + renewals) - betaln(a, b))


def expected_sbg(scenarios: Sequence[Scenario]) -> Expected:
    """Share of newcomers who are still customers after each renewal within the horizon."""
    needs, weeks = scenarios[0].world.needs, scenarios[0].run.weeks
    renewals = (weeks - 1) // round(needs.period)
    return {f"after_{t}": sbg_survival(t, needs.dropout_a, needs.dropout_b) for t in range(1, renewals + 1)}


def bg_nbd_transactions(weeks: float, r: float, alpha: float, a: float, b: float) -> float:
    """Expected repeat purchases in continuous time. Fader, Hardie & Lee 2005, equation 9."""
    left = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks))
    return float((a + b - 1) / (a - 1) * (1 - left))


def bg_nbd_by_week(weeks: int, r: float, alpha: float, a: float, b: float) -> float:
    """The same where interest is lost only at the end of a week with a purchase, as on a weekly clock.

    E[X] = sum over weeks t of E[need exp(-need p t)] = sum of E over p ~ Beta(a, b) of r alpha^r / (alpha + p t)^(r+1).
    """
    t = np.arange(weeks)

    def given(u: float) -> float:
        return float(np.sum(r * alpha**r / (alpha + beta.ppf(u, a, b) * t) ** (r + 1)))

    return quad(given, 0, 1)[0]


BUYER_WEEKS = (13, 26, 39, 52, 78)


def expected_bg_nbd(scenarios: Sequence[Scenario]) -> Expected:
    """Mean repeat purchases of a buyer after some weeks, and the share without any."""
    needs, horizon = scenarios[0].world.needs, scenarios[0].run.weeks
    r, alpha = needs.shape, needs.shape / needs.mean
    values = {}
    for weeks in BUYER_WEEKS:
        if weeks <= horizon:
            values[f"purchases_{weeks}"] = bg_nbd_by_week(weeks, r, alpha, needs.dropout_a, needs.dropout_b)
            values[f"none_in_{weeks}"] = (alpha / (alpha + weeks)) ** r
    return values
