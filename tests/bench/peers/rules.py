"""The rules of the light world in numbers, read from its parameter files, and what each model of it reports.

A week of every model: stories due are heard; customers in need choose, and those who left may return; problems are met,
each to be called about at a uniformly random hour of the week; evidence fades; the desk works; at the week's end the
outcomes reach people, some leave, and stories set out.
"""

import math
from typing import NamedTuple

from sim.model.remedy import ACTIONS, WEIGHTS
from sim.parameters import load_strategy, load_world
from sim.parameters.files import ROOT

LIGHT = str(ROOT / "benchmark" / "light.yaml")
ONE_LINE = str(ROOT / "benchmark" / "one_line.yaml")


class Totals(NamedTuple):
    """What came of a run."""

    purchases: int  # orders; the needs of a week make one
    cases: int
    resolved: int
    unresolved: int
    abandoned: int
    mean_wait: float  # hours in line, of closed cases
    good_stories: int  # heard
    bad_stories: int
    left: int
    returned: int
    customers: int  # at the end
    mean_risk: float  # perceived by them


_world, _strategy = load_world(LIGHT), load_strategy(ONE_LINE)

# Buying
NEED, NEED_SHAPE = _world.needs.mean, _world.needs.shape  # needs a week, Gamma over people, Poisson over weeks
RISK_SENSITIVITY = _world.choice.risk_sensitivity
RETURNS = _world.market.return_to_category  # a week, of those who left: they choose again

# Two Beta beliefs: that things go right, and that if not, they are put right; evidence comes on top of the prior
RELIABLE = _world.beliefs.reliability * _world.beliefs.reliability_strength
UNRELIABLE = _world.beliefs.reliability_strength - RELIABLE
MENDING = _world.beliefs.recovery * _world.beliefs.recovery_strength
NOT_MENDING = _world.beliefs.recovery_strength - MENDING
PRIOR_RISK = (1 - _world.beliefs.reliability) * (1 - _world.beliefs.recovery)
KEPT = 0.5 ** (1 / _world.beliefs.half_life)  # of all evidence, a week
SUCCESS = _world.beliefs.success_weight  # evidence of each unit bought
PROBLEM = _world.beliefs.problem_weight
MENDED = _world.beliefs.resolved_weight * (
    WEIGHTS[0] * ACTIONS[_strategy.remedy.action].makes_good + WEIGHTS[1] * (1 - _strategy.remedy.effort)
)  # over one more than the earlier problems
LET_DOWN = _world.beliefs.unresolved_weight
HEARSAY = _world.word_of_mouth.effect  # evidence in both beliefs
VALUE = (
    math.log(_world.choice.untroubled_purchase / (1 - _world.choice.untroubled_purchase))
    + RISK_SENSITIVITY * PRIOR_RISK
)  # utility of buying without any risk

# Problems
KEPT_IN_USE = math.exp(-1 / _world.problems.lag)  # of what was bought, a week
HAZARD = _world.problems.rate * (1 - KEPT_IN_USE)  # a week, for each unit in use
LEAVES = _world.problems.leave_unresolved

# The desk
HOURS = _world.labour.opening_hours  # a week
SERVICE = _strategy.desk.handle_time  # hours, mean
PATIENCE = _world.callers.patience  # hours, mean
RESOLUTION = _strategy.desk.first_contact_resolution
CASES = 0.0125  # a person-week, about: what the desk is staffed for
OCCUPANCY = 0.85

# Word of mouth
TIES, REWIRED = _world.word_of_mouth.ties, _world.word_of_mouth.rewiring
TELLS_GOOD, TELLS_BAD = _world.word_of_mouth.tell_resolved, _world.word_of_mouth.tell_unresolved  # each tie
DELAY_GOOD, DELAY_BAD = _world.word_of_mouth.delay_good, _world.word_of_mouth.delay_bad  # weeks, mean


def agents_for(people: int) -> int:
    """Whole agents, so that they are at work some 85 % of the time."""
    return max(1, round(people * CASES * SERVICE / HOURS / OCCUPANCY))
