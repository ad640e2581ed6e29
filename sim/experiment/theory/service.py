"""What a problem put right is worth: satisfied shares, the recovery paradox, a survey."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.experiment.theory.common import Band, Expected
from sim.experiment.theory.queues import problem_probability
from sim.parameters.scenario import Scenario


def satisfied_share(success: float, complains: float, recovers: float) -> float:
    """S = success + (1 - success) x complaint rate x recovery rate. Hays & Hill 1999."""
    return success + (1 - success) * complains * recovers


def expected_hays_hill(scenarios: Sequence[Scenario]) -> Expected:
    """Shares of first-time buyers: untroubled, complaining of a problem, recovered of a complaint, satisfied."""
    scenario = scenarios[0]
    fails = problem_probability(scenario)
    speaks = scenario.world.callers.voice_small
    recovers = scenario.strategy.desk.first_contact_resolution
    return {"satisfied": satisfied_share(1 - fails, speaks, recovers), "complains": speaks, "recovered": recovers}


def risk(reliability: tuple[float, float], recovery: tuple[float, float]) -> float:
    """Perceived risk (1-q)(1-r) by the means of Beta(a, b) beliefs in reliability and recovery."""
    (aq, bq), (ar, br) = reliability, recovery
    return bq / (aq + bq) * br / (ar + br)


def paradox_holds(severity: float, resolved: float, q0: float, kq: float, kr: float) -> bool:
    """Whether the recovered see less risk than the untroubled: (1 + s/b_q) / (1 + s/k_q) < 1 + w_r/k_r.

    For one problem of severity s, handled perfectly; k_q, k_r are the strengths of the priors, b_q = k_q (1 - q0).
    """
    return (1 + severity / (kq * (1 - q0))) / (1 + severity / kq) < 1 + resolved / kr


def expected_paradox(scenarios: Sequence[Scenario]) -> Expected:
    """Risk of the recovered relative to the untroubled, and the share of each who buy again, over lognormal severity.

    Whoever needs something next week buys with odds that fall by exp(-risk sensitivity x risk).
    """
    world = scenarios[0].world
    trouble, prior, choice = world.problems, world.beliefs, world.choice
    aq, bq = prior.reliability * prior.reliability_strength, (1 - prior.reliability) * prior.reliability_strength
    ar, br = prior.recovery * prior.recovery_strength, (1 - prior.recovery) * prior.recovery_strength
    p = choice.untroubled_purchase
    value = math.log(p / (1 - p)) + choice.risk_sensitivity * risk((aq, bq), (ar, br))
    needs = -math.expm1(-world.needs.shape * math.log1p(world.needs.mean / world.needs.shape))

    def buys(seen: float) -> float:
        return needs / (1 + math.exp(choice.risk_sensitivity * seen - value))

    aq += prior.success_weight
    untroubled = risk((aq, bq), (ar, br))
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    spread = math.hypot(trouble.severity_sd, trouble.stake_sd)
    # Stakes have mean 1, severities a median
    severities = trouble.severity * np.exp(spread * nodes - trouble.stake_sd**2 / 2)
    troubled = [
        risk((aq, bq + prior.problem_weight * severity), (ar + prior.resolved_weight, br)) for severity in severities
    ]
    share = weights / weights.sum()
    return {
        "risk_of_recovered": float(share @ troubled) / untroubled,
        "recovered_buy": float(share @ [buys(seen) for seen in troubled]),
        "untroubled_buy": buys(untroubled),
    }


def expected_survey(scenarios: Sequence[Scenario]) -> Expected:
    """Three-month spend as a percentage of that of buyers without a problem.

    A survey of about 1,000 online buyers: $106 recovered, $100 no problem, about $20 not recovered. With so few
    respondents the 6 per cent are within chance; the bands are what such a survey leaves possible.
    """
    return {"recovered": Band(106.0, 98.0, 112.0), "unresolved": Band(20.0, 10.0, 35.0)}
