"""How buyers spread: Bass, with and without attrition, and customers lost midway."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.experiment.theory.common import WEEKS_A_YEAR, YEARS, Expected
from sim.experiment.theory.talk import discounted
from sim.parameters.scenario import Scenario


def bass(t: float, p: float, q: float) -> float:
    """Share that has adopted by time t: (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t). Bass 1969."""
    fading = math.exp(-(p + q) * t)
    return (1 - fading) / (1 + q / p * fading)


def bass_peak(p: float, q: float) -> float:
    """When most adopt: ln(q/p) / (p + q). Bass 1969."""
    return math.log(q / p) / (p + q)


def bass_with_attrition(p: float, q: float, attrition: float) -> tuple[float, float, float]:
    """(share of the market, p, q) of the Bass curve that x' = p(1-x) + q(1-d)x(1-x) - dx follows exactly.

    With B = q(1-d) - p - d and D = sqrt(B^2 + 4q(1-d)p): (B+D) / 2q(1-d), (D-B)/2, (D+B)/2. The equation is that of
    Libai, Muller & Peres 2009; its solution is derived.
    """
    kept = q * (1 - attrition)
    b = kept - p - attrition
    d = math.sqrt(b * b + 4 * kept * p)
    return (b + d) / (2 * kept), (d - b) / 2, (d + b) / 2


def hazards(scenario: Scenario) -> tuple[float, float]:
    """(p, q) of a fully mixed market, a tick of the clock: adoption is 1 - exp(-p - q x) where a share x recommends."""
    world = scenario.world
    said = world.word_of_mouth.mention * world.word_of_mouth.recommendation
    return -math.log1p(-world.market.advertising_reach), -(world.market.people - 1) * math.log1p(-said)


def peak_tick(scenario: Scenario) -> int | None:
    """Tick of the clock at which most adopt; None if half a year around it is not within the horizon."""
    p, q = hazards(scenario)
    half, last = scenario.run.weeks / YEARS / 2, scenario.run.weeks
    peak = round(bass_peak(p, q)) if q > 0 else 0
    return peak if half + 1 < peak < last - half else None


def expected_bass(scenarios: Sequence[Scenario]) -> Expected:
    """Share that has bought after each of ten years, at the peak, in the year around it; pioneers as explained."""
    scenario = scenarios[0]
    (p, q), peak = hazards(scenario), peak_tick(scenario)
    year = scenario.run.weeks / YEARS
    shares = {f"year_{t}": bass(t * year, p, q) for t in range(1, YEARS + 1)} | {"pioneers": 1.0}
    if peak is None:
        return shares
    around = bass(peak + year / 2, p, q) - bass(peak - year / 2, p, q)
    return shares | {"at_the_peak": bass(peak, p, q), "around_the_peak": around}


ATTRITION_YEARS = (2, 4, 6, 8, 10)


def expected_bass_attrition(scenarios: Sequence[Scenario]) -> Expected:
    """Share that are customers after some years, while a constant share leaves and may come back as if new."""
    scenario = scenarios[0]
    needs, year = scenario.world.needs, scenario.run.weeks / YEARS
    p, kept = hazards(scenario)
    leaving = needs.dropout_a / (needs.dropout_a + needs.dropout_b)
    attrition = -math.log1p(-leaving) / round(needs.period)
    market, p, q = bass_with_attrition(p, kept / (1 - attrition), attrition)
    return {f"year_{t}": market * bass(t * year, p, q) for t in ATTRITION_YEARS}


def mixed_adoption(p: float, q: float, periods: int, lost: tuple[int, float, float] | None = None) -> np.ndarray:
    """Share that adopts in each period of a fully mixed market; `lost` is (period, share of all people, loudness).

    x' = (p + q a)(1 - x), period by period. Of those who adopted before the period, the share leaves: a = x less the
    lost. Hogan, Lemon & Libai 2003. The loud ones (1: all) also warn others, who turn away by competing signals.
    """
    praise = blame = 0.0
    potential, adopts = 1.0, np.zeros(periods)
    for t in range(periods):
        if lost is not None and t == lost[0]:
            praise, blame = praise - lost[1], blame + lost[1] * lost[2]
        plus, minus = -math.expm1(-p - q * praise), -math.expm1(-q * blame)
        alpha = plus / (plus + minus)
        adopts[t] = potential * (plus * (1 - minus) + alpha * plus * minus)
        rejects = potential * (minus * (1 - plus) + (1 - alpha) * plus * minus)
        praise, blame, potential = praise + adopts[t], blame + rejects, potential - adopts[t] - rejects
    return adopts


LOST_AFTER = (1, 3, 6)  # years
LOST_SHARE = 0.2  # of the customers of that day
LOUDNESS = {"silent": 0.0, "loud": 1.0}


def expected_lost_customer(scenarios: Sequence[Scenario]) -> Expected:
    """Later purchases that others do not make, or make later, for one customer lost: worth so many purchases now."""
    scenario = scenarios[0]
    (p, q), run = hazards(scenario), scenario.run
    kept = mixed_adoption(p, q, run.weeks)
    values = {}
    for year in LOST_AFTER:
        week = round(year * run.weeks / YEARS)
        share = LOST_SHARE * kept[:week].sum()
        for name, loudness in LOUDNESS.items():
            less = kept - mixed_adoption(p, q, run.weeks, (week, share, loudness))
            now = (1 + run.discount_rate) ** (week / WEEKS_A_YEAR)
            values[f"{name}_year_{year}"] = discounted(less, run.discount_rate) * now / share
    return values
