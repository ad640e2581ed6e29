"""Two Beta beliefs a person: what they hold about the firm, how it is taught, how it fades, the risk it implies."""

from __future__ import annotations

import math

import numpy as np

from sim.model.compiled import compiled
from sim.model.draws import Bools, Floats, Ints

Prior = tuple[float, float, float, float]  # good and bad of reliability, good and bad of recovery


class Belief:
    """Beta(a, b) for N people, kept as the evidence on top of a common prior, so that forgetting is one factor."""

    def __init__(self, n: int, mean: float, strength: float) -> None:
        self.prior_good = mean * strength
        self.prior_bad = (1 - mean) * strength
        self.good = np.zeros(n)
        self.bad = np.zeros(n)

    def parameters(self, who: Ints | slice = slice(None)) -> tuple[Floats, Floats]:
        """(a, b) of the Beta distributions."""
        return self.prior_good + self.good[who], self.prior_bad + self.bad[who]

    def mean(self, who: Ints | slice = slice(None)) -> Floats:
        """Posterior means."""
        a, b = self.parameters(who)
        return a / (a + b)

    def cap(self, who: Ints, mean: float) -> None:
        """Takes away what good evidence of `who` lifts their mean above `mean`."""
        a, b = self.parameters(who)
        excess = np.maximum(a - mean / max(1 - mean, 1e-12) * b, 0)
        self.good[who] = np.maximum(self.good[who] - excess, 0)

    def fade(self, factor: float) -> None:
        """One step of forgetting: evidence shrinks by `factor`, the prior stays."""
        self.good *= factor
        self.bad *= factor


@compiled
def risk_of(good_q: float, bad_q: float, good_r: float, bad_r: float, aversion: float) -> float:
    """R = (1-q)(1-r) + aversion * sd(R), of Beta(good, bad) beliefs in reliability (q) and recovery (r).

    The sd is that of the product of two independent Beta variables: Var = E[x^2]E[y^2] - (E[x]E[y])^2.
    """
    fails, stays = bad_q / (good_q + bad_q), bad_r / (good_r + bad_r)
    risk = fails * stays
    if aversion:
        square_fails = fails * (bad_q + 1) / (good_q + bad_q + 1)
        square_stays = stays * (bad_r + 1) / (good_r + bad_r + 1)
        risk += aversion * math.sqrt(max(square_fails * square_stays - risk**2, 0.0))
    return risk


@compiled
def _risks(good_q: Floats, bad_q: Floats, good_r: Floats, bad_r: Floats, aversion: float) -> Floats:
    risks = np.empty(good_q.size)
    for row in range(risks.size):
        risks[row] = risk_of(good_q[row], bad_q[row], good_r[row], bad_r[row], aversion)
    return risks


@compiled
def risks_in(
    of: Bools, prior: Prior, good_q: Floats, bad_q: Floats, good_r: Floats, bad_r: Floats, aversion: float,
    risks: Floats,
) -> None:  # fmt: skip
    """Writes into `risks` what the people in `of` perceive, by their evidence on top of the prior; 0 for others."""
    for person in range(of.size):  # of everyone: a loop without branches is the fastest
        risks[person] = of[person] * risk_of(
            prior[0] + good_q[person], prior[1] + bad_q[person], prior[2] + good_r[person], prior[3] + bad_r[person],
            aversion,
        )  # fmt: skip


def perceived_risk(reliability: Belief, recovery: Belief, aversion: float, who: Ints | slice = slice(None)) -> Floats:
    """R of each of `who`: that it goes wrong and is not put right, by posterior means, and how unsure that is."""
    risks: Floats = _risks(*reliability.parameters(who), *recovery.parameters(who), aversion)
    return risks


def prior_risk(reliability: Belief, recovery: Belief, aversion: float) -> float:
    """Perceived risk of someone who knows nothing yet."""
    q, r = Belief(1, 0.5, 1.0), Belief(1, 0.5, 1.0)
    q.prior_good, q.prior_bad = reliability.prior_good, reliability.prior_bad
    r.prior_good, r.prior_bad = recovery.prior_good, recovery.prior_bad
    return float(perceived_risk(q, r, aversion)[0])
