"""What a settled problem feels like (the three justices) and what it costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.draws import Floats
from sim.parameters.strategy import Remedy


class Action(NamedTuple):
    """How much of the loss an action makes good, and what it costs in goods and in price."""

    makes_good: float
    goods: float  # share of the cost of goods
    price: float  # share of the price


ACTIONS = {
    "explain": Action(0.2, 0.0, 0.0),
    "repair": Action(0.6, 0.3, 0.0),
    "replace": Action(0.8, 1.0, 0.0),
    "refund": Action(0.9, 0.0, 1.0),
}
# Shares of distributive, procedural and interactional justice in the score; an assumption close to the equal
# weights of Tax, Brown & Chandrashekaran 1998
WEIGHTS = (0.4, 0.3, 0.3)
REPEATED_CONTACT = 0.25  # procedural justice lost with each further contact


def justice(remedy: Remedy, contacts: Floats, fee_share: Floats) -> Floats:
    """Score J in [0, 1] of a settled case: what was done, how, and with what respect."""
    done = np.clip(ACTIONS[remedy.action].makes_good + remedy.compensation - fee_share, 0, 1)
    way = (1 - remedy.effort) * np.clip(1 - REPEATED_CONTACT * (contacts - 1), 0, 1)
    return WEIGHTS[0] * done + WEIGHTS[1] * way + WEIGHTS[2] * remedy.respect


def cost(remedy: Remedy, price: Floats, gross_margin: float, severity: Floats) -> Floats:
    """Dollars: the share of the order that the problem spoilt is made good; compensation is a share of its price."""
    action = ACTIONS[remedy.action]
    spoilt = np.minimum(severity, 1.0)
    return price * (spoilt * (action.goods * (1 - gross_margin) + action.price) + remedy.compensation)
