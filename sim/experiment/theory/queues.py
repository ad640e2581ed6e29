"""Callers in line: Erlang, for desks that never or sometimes lose a caller."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.experiment.theory.common import Expected
from sim.parameters.scenario import Scenario


class Queue(NamedTuple):
    """A desk in the long run."""

    waits: float  # share of callers who find everybody busy
    abandons: float  # share of callers
    wait: float  # mean time in line, those who give up included
    line: float  # mean number in line
    busy: float  # share of agents at work


def erlang_b(load: float, agents: int) -> float:
    """P(all agents busy) without a line, by the recursion 1/B(n) = 1 + n / (load B(n-1)). Erlang 1917."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = 1 / (1 + n / (load * blocked))
    return blocked


def erlang_c(arrivals: float, service: float, agents: int) -> Queue:
    """M/M/n: `arrivals` and `service` are rates; arrivals below agents x service. Erlang 1917."""
    load = arrivals / service
    blocked = erlang_b(load, agents)
    waits = blocked / (1 - load / agents * (1 - blocked))
    wait = waits / (agents * service - arrivals)
    return Queue(waits, 0.0, wait, arrivals * wait, load / agents)


def erlang_a(arrivals: float, service: float, impatience: float, agents: int) -> Queue:
    """M/M/n+M by its birth-death chain; `impatience` is the rate at which one in line gives up.

    Palm 1957; Garnett, Mandelbaum & Reiman 2002.
    """
    k = np.arange(5000)
    down = service * np.minimum(k[1:], agents) + impatience * np.maximum(k[1:] - agents, 0)
    log_p = np.concatenate([[0.0], np.cumsum(np.log(arrivals / down))])
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    line = float(p @ np.maximum(k - agents, 0))
    busy = float(p @ np.minimum(k, agents)) / agents
    return Queue(float(p[k >= agents].sum()), impatience * line / arrivals, line / arrivals, line, busy)


def problem_probability(scenario: Scenario, units: int = 1) -> float:
    """P(a problem) in the week of a purchase of so many units, where the lag is short and use counts in full."""
    trouble = scenario.world.problems
    return -math.expm1(-trouble.rate * -math.expm1(-1 / trouble.lag) * units)


def calls_an_hour(scenario: Scenario) -> float:
    """Calls at the desk: each person buys Poisson(need) units a week, need ~ Gamma, and meets a problem at once."""
    world = scenario.world
    troubled = world.needs.mean * problem_probability(scenario)
    share = -math.expm1(-world.needs.shape * math.log1p(troubled / world.needs.shape))
    return world.market.people * share * world.callers.voice_small / world.labour.opening_hours


def expected_erlang_c(scenarios: Sequence[Scenario]) -> Expected:
    """Erlang-C at the desk of the scenario, in hours."""
    return _queue(scenarios[0], math.inf)


def expected_erlang_a(scenarios: Sequence[Scenario]) -> Expected:
    """Erlang-A at the desk of the scenario, in hours."""
    return _queue(scenarios[0], scenarios[0].world.callers.patience)


def _queue(scenario: Scenario, patience: float) -> Expected:
    strategy = scenario.strategy
    arrivals, work, agents = calls_an_hour(scenario), strategy.desk.handle_time, round(strategy.staffing.agents)
    if math.isinf(patience):
        queue = erlang_c(arrivals, 1 / work, agents)._asdict()
        queue.pop("abandons")
    else:
        queue = erlang_a(arrivals, 1 / work, 1 / patience, agents)._asdict()
    return queue | {"calls": arrivals, "work": work}
