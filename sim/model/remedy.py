"""What a settled problem feels like (the three justices) and what it costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.draws import Floats, Ints
from sim.model.problems import EXPECTATION, QUESTION
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
REPEATED_CONTACT = 0.25  # procedural justice lost with each further contact or hand-off
STRAIN = 0.5  # of respect, what an agent with ten waiting has lost


def effort(remedy: Remedy) -> float:
    """chi: the share of the firm's internal trouble that customers bear; half where no questions are asked."""
    return remedy.effort * (0.5 if remedy.no_questions else 1.0)


def makes_good(remedy: Remedy, kind: Ints) -> Floats:
    """Share of the loss made good: another one of the same is no help to whom it never could do what they thought."""
    action = ACTIONS[remedy.action]
    same_again = remedy.action in ("repair", "replace")
    mistaken = ACTIONS["explain"].makes_good if same_again else action.makes_good
    return np.where(kind == QUESTION, 1.0, np.where(kind == EXPECTATION, mistaken, action.makes_good))


def justice(
    remedy: Remedy, contacts: Floats, fee_share: Floats, kind: Ints | int = 0, strain: Floats | float = 0.0
) -> Floats:
    """Score J in [0, 1] of a settled case: what was done, how, and with what respect.

    Args:
        contacts: contacts and hand-offs that it took.
        fee_share: of the price, paid by the customer.
        kind: of problem.
        strain: of the desk, 0 to 1 (ten or more waiting for each agent).
    """
    done = np.clip(makes_good(remedy, np.asarray(kind)) + remedy.compensation - fee_share, 0, 1)
    way = (1 - effort(remedy)) * np.clip(1 - REPEATED_CONTACT * (contacts - 1), 0, 1)
    return np.asarray(WEIGHTS[0] * done + WEIGHTS[1] * way + WEIGHTS[2] * remedy.respect * (1 - STRAIN * strain))


def cost(remedy: Remedy, price: Floats, gross_margin: float, spoilt: Floats, kind: Ints | int = 0) -> Floats:
    """Dollars: the share of the order that the problem spoilt is made good; compensation is a share of its price.

    An answer to a question costs nothing but the work.
    """
    action = ACTIONS[remedy.action]
    mistaken = np.asarray(kind) == EXPECTATION
    if remedy.action in ("repair", "replace"):
        spoilt = np.where(mistaken, 0.0, spoilt)  # nothing is broken: it is explained
    spent = price * (spoilt * (action.goods * (1 - gross_margin) + action.price) + remedy.compensation)
    return np.where(np.asarray(kind) == QUESTION, 0.0, spent)
