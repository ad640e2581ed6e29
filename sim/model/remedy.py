"""What a settled problem feels like (the three justices) and what it costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.compiled import compiled
from sim.model.draws import Floats, Ints
from sim.model.problems import EXPECTATION, KINDS, QUESTION
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

ByKind = tuple[float, float, float, float]  # in the order of problems.KINDS


class Terms(NamedTuple):
    """What the firm does about a problem."""

    makes_good: ByKind  # share of the loss
    goods_and_price: ByKind  # $ spent on each that the problem spoilt
    compensation: float  # share of the price
    effort: float  # share of the trouble that customers bear
    respect: float


def effort(remedy: Remedy) -> float:
    """chi: the share of the firm's internal trouble that customers bear; half where no questions are asked."""
    return remedy.effort * (0.5 if remedy.no_questions else 1.0)


def terms_of(remedy: Remedy, gross_margin: float = 0.0) -> Terms:
    """What the firm does: another one of the same is no help to whom it never could do what they thought.

    Nothing of theirs is broken, so it is explained. An answer to a question costs nothing but the work.
    """
    action = ACTIONS[remedy.action]
    spent = action.goods * (1 - gross_margin) + action.price
    makes_good, spends = [action.makes_good] * len(KINDS), [spent] * len(KINDS)
    if remedy.action in ("repair", "replace"):
        makes_good[EXPECTATION], spends[EXPECTATION] = ACTIONS["explain"].makes_good, 0.0
    makes_good[QUESTION], spends[QUESTION] = 1.0, 0.0
    (a, b, c, d), (e, f, g, h) = makes_good, spends
    return Terms((a, b, c, d), (e, f, g, h), remedy.compensation, effort(remedy), remedy.respect)


@compiled
def justice_of(terms: Terms, contacts: int, fee_share: float, kind: int, strain: float) -> float:
    """Score J in [0, 1] of a settled case; see `justice`."""
    done = min(max(terms.makes_good[kind] + terms.compensation - fee_share, 0.0), 1.0)
    way = (1 - terms.effort) * min(max(1 - REPEATED_CONTACT * (contacts - 1), 0.0), 1.0)
    kindness = terms.respect * (1 - STRAIN * strain)
    return WEIGHTS[0] * done + WEIGHTS[1] * way + WEIGHTS[2] * kindness


@compiled
def cost_of(terms: Terms, price: float, spoilt: float, kind: int) -> float:
    """Dollars: the share of the order that the problem spoilt is made good; compensation is a share of its price."""
    return 0.0 if kind == QUESTION else price * (spoilt * terms.goods_and_price[kind] + terms.compensation)


@compiled
def worth_of(terms: Terms, price: float, spoilt: float, kind: int, fee_share: float) -> float:
    """Dollars that a settled problem leaves its owner better off: what is made good and paid, less the fee."""
    return 0.0 if kind == QUESTION else (terms.makes_good[kind] * spoilt + terms.compensation - fee_share) * price


def makes_good(remedy: Remedy, kind: Ints) -> Floats:
    """Share of the loss made good, by kind of problem."""
    return np.array(terms_of(remedy).makes_good)[kind]


def justice(
    remedy: Remedy, contacts: Floats, fee_share: Floats, kind: Ints | int = 0, strain: Floats | float = 0.0
) -> Floats:
    """Score J in [0, 1] of settled cases: what was done, how, and with what respect.

    Args:
        contacts: contacts and hand-offs that it took.
        fee_share: of the price, paid by the customer.
        kind: of problem.
        strain: of the desk, 0 to 1 (ten or more waiting for each agent).
    """
    terms, cases = terms_of(remedy), np.broadcast(contacts, fee_share, kind, strain)
    return np.array([justice_of(terms, int(times), float(fee), int(of), float(busy)) for times, fee, of, busy in cases])


def cost(remedy: Remedy, price: Floats, gross_margin: float, spoilt: Floats, kind: Ints | int = 0) -> Floats:
    """Dollars that settled cases cost the firm besides the work; `spoilt` is a share of the order."""
    terms, cases = terms_of(remedy, gross_margin), np.broadcast(price, spoilt, kind)
    return np.array([cost_of(terms, float(paid), float(share), int(of)) for paid, share, of in cases])
