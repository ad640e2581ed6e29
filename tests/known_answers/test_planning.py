"""Erlang planning: the formula for real numbers of agents against the recursion for whole ones, and its inversion."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.model import firm
from sim.parameters.strategy import Staffing
from sim.parameters.world import Labour


def erlang_c(agents: int, load: float) -> float:
    """P(wait), by the recursion of Erlang B."""
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1 - load / agents * (1 - blocked))


@pytest.mark.parametrize("agents", [1, 2, 3, 7, 20, 100, 400])
@pytest.mark.parametrize("busy", [0.2, 0.5, 0.85, 0.99])
def test_whole_numbers_of_agents_follow_the_recursion(agents: int, busy: float):
    assert firm.erlang_c(agents, busy * agents) == pytest.approx(erlang_c(agents, busy * agents), rel=1e-9)


@pytest.mark.parametrize(("agents", "load", "waits"), [(1, 0.5, 0.5), (3, 2, 4 / 9), (11, 10, 0.6821182047)])
def test_known_points(agents: int, load: float, waits: float):
    assert firm.erlang_c(agents, load) == pytest.approx(waits, abs=1e-9)
    assert firm.mean_wait(agents, load, 0.5) == pytest.approx(0.5 * waits / (agents - load), abs=1e-9)


@pytest.mark.parametrize(("agents", "load"), [(0.4, 0.3), (1.5, 1.0), (2.37, 2.1), (12.6, 10.0)])
def test_parts_of_an_agent_follow_jagerman_s_integral(agents: float, load: float):
    """1/B = integral over t of load exp(-load t) (1 + t)^n."""
    inverse, _ = quad(lambda t: load * math.exp(-load * t) * (1 + t) ** agents, 0, math.inf, epsabs=0, epsrel=1e-10)
    expected = agents / (agents * inverse - load * inverse + load)
    assert firm.erlang_c(agents, load) == pytest.approx(expected, rel=1e-7)


def test_limits():
    assert firm.erlang_c(2, 0) == 0 and firm.mean_wait(2, 0, 1) == 0
    assert firm.erlang_c(2, 2) == 1 and firm.mean_wait(2, 2, 1) == math.inf
    assert firm.erlang_c(2, 5) == 1 and firm.mean_wait(2, 5, 1) == math.inf
    more = [firm.erlang_c(agents, 4.0) for agents in np.arange(4.02, 12, 0.02)]
    assert (np.diff(more) < 0).all()


@pytest.mark.parametrize(("agents", "load"), [(200, 2.0), (100, 1e-3), (5000, 10.0)])
def test_a_desk_with_agents_to_spare_does_not_overflow(agents: float, load: float):
    assert 0 <= firm.erlang_c(agents, load) < 1e-100


@given(
    load=st.floats(1e-4, 60),
    occupancy=st.floats(0.3, 0.99),
    wait=st.floats(1e-3, 100),
    handle_time=st.floats(0.01, 5),
)
def test_headcount_keeps_both_limits_and_is_the_smallest_that_does(load, occupancy, wait, handle_time):
    staffing = Staffing(occupancy=occupancy, wait=wait)

    def allowed(agents: float) -> bool:
        if agents <= 0:
            return False
        return load / agents <= occupancy + 1e-9 and firm.mean_wait(agents, load, handle_time) <= wait * (1 + 1e-9)

    agents = firm.agents_needed(staffing, load, handle_time)
    assert allowed(agents)
    assert not allowed(round(agents - firm.SMALLEST_STEP, 10))
    assert agents / firm.SMALLEST_STEP == pytest.approx(round(agents / firm.SMALLEST_STEP))


def test_no_work_still_keeps_the_smallest_part_of_an_agent():
    assert firm.agents_needed(Staffing(), 0.0, 0.4) == firm.SMALLEST_STEP


def test_pooling_a_desk_twice_as_large_needs_fewer_than_twice_the_agents():
    staffing = Staffing(occupancy=0.99, wait=0.1)
    one, two = (firm.agents_needed(staffing, load, 0.4) for load in (4.0, 8.0))
    assert one < two < 2 * one


def test_what_an_hour_at_the_desk_costs():
    labour = Labour(wage=20.0, on_costs=1.3, shrinkage=0.35, specialist_wage=1.5)
    assert firm.hourly_cost(labour, specialist=False) == pytest.approx(40.0)  # 20 x 1.3 / .65
    assert firm.hourly_cost(labour, specialist=True) == pytest.approx(60.0)
