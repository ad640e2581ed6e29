"""Two Beta beliefs a person: what they hold about the firm, how it is taught, how it fades, the risk it implies."""

from __future__ import annotations

import numpy as np

from sim.model.draws import Floats, Ints


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


def perceived_risk(reliability: Belief, recovery: Belief, aversion: float, who: Ints | slice = slice(None)) -> Floats:
    """R = (1-q)(1-r) + aversion * sd(R): that it goes wrong and is not put right, by posterior means.

    The sd is that of the product of two independent Beta variables: Var = E[x^2]E[y^2] - (E[x]E[y])^2.
    """
    aq, bq = reliability.parameters(who)
    ar, br = recovery.parameters(who)
    fails, stays = bq / (aq + bq), br / (ar + br)
    risk: Floats = fails * stays
    if aversion:
        square_fails = fails * (bq + 1) / (aq + bq + 1)
        square_stays = stays * (br + 1) / (ar + br + 1)
        risk = risk + aversion * np.sqrt(np.maximum(square_fails * square_stays - risk**2, 0))
    return risk


def prior_risk(reliability: Belief, recovery: Belief, aversion: float) -> float:
    """Perceived risk of someone who knows nothing yet."""
    q, r = Belief(1, 0.5, 1.0), Belief(1, 0.5, 1.0)
    q.prior_good, q.prior_bad = reliability.prior_good, reliability.prior_bad
    r.prior_good, r.prior_bad = recovery.prior_good, recovery.prior_bad
    return float(perceived_risk(q, r, aversion)[0])
