"""How good and bad news spread among circles of friends: exact, by their states."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.experiment.theory.common import WEEKS_A_YEAR, Expected
from sim.experiment.theory.queues import problem_probability
from sim.parameters.scenario import Scenario
from sim.parameters.world import WordOfMouth


@dataclass(frozen=True)
class Course:
    """A diffusion period by period, as shares of all people."""

    adopts: np.ndarray  # in the period
    rejecters: np.ndarray  # after it
    disappointed: np.ndarray  # after it


@lru_cache(maxsize=8)
def _moves(size: int) -> tuple[np.ndarray, ...]:
    """Transitions of a clique: (good, bad) before, how many become good and bad, number of ways, where it leads."""
    states = [(good, bad) for good in range(size + 1) for bad in range(size + 1 - good)]
    index = {state: row for row, state in enumerate(states)}
    rows = [
        (index[good, bad], left, i, j, math.factorial(left) / math.prod(map(math.factorial, (i, j, left - i - j))),
         index[good + i, bad + j])
        for good, bad in states
        for left in (size - good - bad,)
        for i in range(left + 1)
        for j in range(left + 1 - i)
    ]  # fmt: skip
    before, left, i, j, ways, after = (np.array(column) for column in zip(*rows, strict=True))
    good, bad = np.array(states).T
    return good, bad, before, left, i, j, after, ways


def cliques(told: WordOfMouth, reach: float, decay: float, disappoints: float, periods: int) -> Course:
    """Adoption in closed groups of friends with acquaintances across them, exact in the limit of many groups.

    Goldenberg, Libai & Muller 2001 and, with bad news, Goldenberg, Libai, Moldovan & Muller 2007:
    p+ = 1-(1-p)(1-q_w)^w+ (1-q_s)^s+, p- = 1-(1-m q_w)^w- (1-m q_s)^s-, adopt with p+(1-p-) + a p+p-, reject with
    p-(1-p+) + (1-a) p+p-, a = p+/(p++p-). How many of a group speak well and ill is a Markov chain: members alike
    decide independently, given the group and the shares of good and bad opinion among all people, who give w+ and w-.
    """
    size, q_s = told.ties + 1, told.mention * told.recommendation
    q_w, m, weak = told.mention_weak * told.recommendation, told.bad_multiplier, told.weak_ties
    good, bad, before, left, i, j, after, ways = _moves(size)
    chance = np.zeros(good.size)
    chance[0] = 1.0
    adopts, rejecters, disappointed = np.zeros(periods), np.zeros(periods), np.zeros(periods)
    turned = unhappy = 0.0
    for t in range(periods):
        plus = 1 - (1 - reach * decay**t) * (1 - q_w) ** (weak * (chance @ good) / size) * (1 - q_s) ** good
        minus = 1 - (1 - min(m * q_w, 1)) ** (weak * (chance @ bad) / size) * (1 - min(m * q_s, 1)) ** bad
        either = plus + minus
        alpha = np.divide(plus, either, out=np.zeros_like(plus), where=either > 0)
        adopt = plus * (1 - minus) + alpha * plus * minus
        reject = minus * (1 - plus) + (1 - alpha) * plus * minus
        potential = chance * (size - good - bad) / size
        adopts[t] = potential @ adopt
        turned += float(potential @ reject)
        unhappy += disappoints * adopts[t]
        rejecters[t], disappointed[t] = turned, unhappy
        well, ill = adopt * (1 - disappoints), adopt * disappoints + reject
        stay = np.maximum(1 - well - ill, 0)
        odds = ways * well[before] ** i * ill[before] ** j * stay[before] ** (left - i - j)
        chance = np.asarray(np.bincount(after, chance[before] * odds, good.size))
    return Course(adopts, rejecters, disappointed)


def course(scenario: Scenario) -> Course:
    """The course of adoption in cliques that a scenario describes."""
    market, trouble = scenario.world.market, scenario.world.problems
    # A problem right after the purchase, kept silent, disappoints with probability 1 - exp(-severity)
    disappoints = problem_probability(scenario) * -math.expm1(-trouble.severity) if trouble.rate else 0.0
    told = scenario.world.word_of_mouth
    return cliques(told, market.advertising_reach, market.advertising_decay, disappoints, scenario.run.weeks)


def discounted(adopts: np.ndarray, yearly_rate: float) -> float:
    """Present value of one dollar an adoption, discounted weekly."""
    return float(adopts @ (1 + yearly_rate) ** (-np.arange(adopts.size) / WEEKS_A_YEAR))


ADOPTED_IN = (5, 10, 15, 20)


def expected_talk(scenarios: Sequence[Scenario]) -> Expected:
    """Share that has bought after some weeks, good opinions only."""
    total = np.cumsum(course(scenarios[0]).adopts)
    return {f"week_{week}": float(total[week - 1]) for week in ADOPTED_IN if week <= total.size}


def expected_bad_news(scenarios: Sequence[Scenario]) -> Expected:
    """NPV with disappointment over NPV without; shares in the end: bought, turned away, disappointed of the buyers."""
    disappointed, happy = (course(scenario) for scenario in scenarios)
    rate = scenarios[0].run.discount_rate
    return {
        "npv_ratio": discounted(disappointed.adopts, rate) / discounted(happy.adopts, rate),
        "bought": float(disappointed.adopts.sum()),
        "rejected": float(disappointed.rejecters[-1]),
        "disappointed": float(disappointed.disappointed[-1] / disappointed.adopts.sum()),
    }
