"""Queueing theory through the model's own desk: Erlang-C, Erlang-A, Little's law.

The theory is computed here by other formulas than the model uses: Erlang B by its recursion, Erlang-A by its
birth-death chain. Standard errors come from batches of one long run (batches are long against the queue's memory).
"""

from typing import NamedTuple

import numpy as np
import pytest
import simpy

from sim.model.case import ABANDONED, RESOLVED, Cases, lucks, new_cases
from sim.model.desk import Desk
from sim.model.draws import Draws
from sim.parameters.strategy import Desk as DeskParameters
from sim.parameters.world import Callers

BATCHES = 40
FOREVER = 1e6  # hours of mean patience: nobody gives up

ONE_CONTACT = {
    "handle_time": 1.0,
    "handle_distribution": "exponential",
    "first_contact_resolution": 1.0,
    "strain_effect": 0.0,
    "contacts": 1,
}


class Point(NamedTuple):
    arrivals: float  # an hour
    patience: float  # mean, hours; service takes one hour on average
    agents: int
    hours: float  # simulated


class Theory(NamedTuple):
    waits: float  # share of callers who find everybody busy
    abandons: float  # share of callers
    line: float  # mean number waiting
    wait: float  # mean hours in line, those who give up included
    busy: float  # share of agents at work


def erlang_c(arrivals: float, agents: int) -> Theory:
    """M/M/n with service rate 1, by the recursion of Erlang B: B(0) = 1, 1/B(k) = 1 + k / (a B(k-1))."""
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = 1 / (1 + k / (arrivals * blocked))
    waits = blocked / (1 - arrivals / agents * (1 - blocked))
    wait = waits / (agents - arrivals)
    return Theory(waits, 0.0, arrivals * wait, wait, arrivals / agents)


def erlang_a(arrivals: float, patience: float, agents: int) -> Theory:
    """M/M/n+M by its birth-death chain: up at `arrivals`, down at min(k, n) + max(k - n, 0) / patience."""
    k = np.arange(4000)
    down = np.minimum(k[1:], agents) + np.maximum(k[1:] - agents, 0) / patience
    log_p = np.concatenate([[0.0], np.cumsum(np.log(arrivals / down))])
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    line = float(p @ np.maximum(k - agents, 0))
    abandons = line / patience / arrivals
    return Theory(
        float(p[k >= agents].sum()), abandons, line, line / arrivals, float(p @ np.minimum(k, agents)) / agents
    )


# Published or derived on paper: the formulas above must agree with them before the simulation is held against them
@pytest.mark.parametrize(
    ("theory", "waits", "wait"),
    [
        (erlang_c(0.5, 1), 0.5, 1.0),
        (erlang_c(2, 3), 4 / 9, 4 / 9),
        (erlang_c(10, 11), 0.6821182047, 0.6821182047),
        (erlang_a(1, 1, 1), 1 - np.exp(-1), np.exp(-1)),
        (erlang_a(2, 2, 3), 0.3548026131, 0.1613552964),
        (erlang_a(10, 4, 10), 0.6933843879, 0.3350792838),
    ],
)
def test_the_formulas_against_known_points(theory: Theory, waits: float, wait: float):
    assert theory.waits == pytest.approx(waits, abs=1e-9)
    assert theory.wait == pytest.approx(wait, abs=1e-9)


def test_erlang_a_with_endless_patience_is_erlang_c():
    assert erlang_a(2, 1e9, 3) == pytest.approx(erlang_c(2, 3), abs=1e-6)


def cases_of(person: np.ndarray) -> Cases:
    """A case of severity 1 of each person."""
    nothing = np.zeros(person.size, np.int64)
    return new_cases(person, 0, nothing, np.ones(person.size), nothing, nothing == 0, np.zeros(person.size))


def poisson_arrivals(
    env: simpy.Environment, desk: Desk, rules: DeskParameters, callers: Callers, rate: float, luck: Draws
):
    """A process that feeds cases of severity 1 with the luck the model would give them, a thousand at a time."""
    first = 0
    while True:
        person = np.arange(first, first + 1000)
        hours = np.cumsum(luck.exponential("gap between arrivals", person) / rate)
        desk.expect(cases_of(person), lucks(luck, rules, callers, person, 0), hours)
        yield env.timeout(hours[-1])
        first += 1000


def simulated(point: Point, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Rows of Theory's columns, and of (arrivals, work brought) relative to their expectations; one row a batch."""
    env, rules, callers = simpy.Environment(), DeskParameters(**ONE_CONTACT), Callers(patience=point.patience)
    desk = Desk(env, rules, callers, day_hours=1e9)
    desk.staff(point.agents, 0)
    env.process(poisson_arrivals(env, desk, rules, callers, point.arrivals, Draws(seed, 0)))
    length, brought_before = point.hours / BATCHES, 0.0
    rows, controls = [], []
    for batch in range(BATCHES + 1):
        env.run(until=(batch + 1) * length)
        done, brought = desk.take_work(), desk.tiers["demand_hours"][0]
        line, busy, opened, work = (
            hours / length for hours in (done.waiting[0], done.busy[0], done.opened, brought - brought_before)
        )
        brought_before = brought
        closed = desk.take_closed()
        waited, gave_up = closed["waited"], (closed["outcome"] == ABANDONED).mean()
        rows.append([(waited > 0).mean(), gave_up, line, waited.mean(), busy / point.agents])
        controls.append([opened / point.arrivals - 1, work / point.arrivals - 1])
    return np.array(rows[1:]), np.array(controls[1:])  # the first batch starts from an empty desk


def estimate(rows: np.ndarray, controls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(mean, standard error) of each column, with the known mean of the controls (0) taken into account.

    The control-variate estimator is the intercept of a regression on them: it halves the error or better, since most
    of it is that more callers came, or brought more work, than on average.
    """
    x = np.column_stack([np.ones(len(rows)), controls])
    beta, *_ = np.linalg.lstsq(x, rows, rcond=None)
    variance = ((rows - x @ beta) ** 2).sum(axis=0) / (len(rows) - x.shape[1])
    return beta[0], np.sqrt(variance * np.linalg.inv(x.T @ x)[0, 0])


def assert_agrees(point: Point, theory: Theory, precision: float) -> None:
    columns = zip(Theory._fields, *estimate(*simulated(point)), theory, strict=True)
    for name, seen, se, expected in columns:
        if expected == 0:
            assert seen < 1e-4, f"{name}: {seen}"
            continue
        assert abs(seen - expected) < 3.5 * se, f"{name}: {seen:.5f} +- {se:.5f}, theory {expected:.5f}"
        assert se < precision * expected, f"{name}: a standard error of {se / expected:.1%} proves little"


@pytest.mark.parametrize(
    ("point", "precision"),
    [
        pytest.param(Point(0.5, FOREVER, 1, 100_000), 0.02, id="one agent, half busy"),
        pytest.param(Point(2, FOREVER, 3, 45_000), 0.025, id="three agents, two thirds busy"),
        pytest.param(Point(4, FOREVER, 5, 20_000), 0.05, id="five agents, 80 % busy"),
        pytest.param(Point(0.8, FOREVER, 1, 250_000), 0.025, id="one agent, 80 % busy", marks=pytest.mark.slow),
        pytest.param(Point(10, FOREVER, 11, 100_000), 0.04, id="eleven agents, 91 % busy", marks=pytest.mark.slow),
    ],
)
def test_erlang_c(point: Point, precision: float):
    assert_agrees(point, erlang_c(point.arrivals, point.agents), precision)


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(Point(1, 1, 1, 30_000), id="one agent, as patient as service is long"),
        pytest.param(Point(2, 2, 3, 20_000), id="three agents"),
        pytest.param(Point(10, 4, 10, 8_000), id="ten agents, as much work as they can do"),
        pytest.param(Point(6, 0.5, 3, 5_000), id="three agents, twice as much work as they can do"),
    ],
)
def test_erlang_a(point: Point):
    assert_agrees(point, erlang_a(point.arrivals, point.patience, point.agents), precision=0.02)


# Little's law: what the line and the agents see is what the cases lived through


@pytest.mark.parametrize("agents", [1.0, 1.35, 2.5])
@pytest.mark.parametrize("specialists", [0.4, 1.0])
def test_little_s_law_holds_for_every_single_case(agents: float, specialists: float):
    """Part-time agents, repeat contacts, escalation, impatience: hours in the integrals = hours in the cases."""
    env = simpy.Environment()
    callers = Callers(patience=6.0, persistence=0.8, return_time=5.0)
    parameters = DeskParameters(handle_time=0.9, specialist_time=1.5, first_contact_resolution=0.4, contacts=5)
    desk = Desk(env, parameters, callers, day_hours=10.0)
    desk.staff(agents, specialists)
    people = np.arange(400)
    arrive = Draws(3, 0).uniform("time of the call", people) * 300
    desk.expect(cases_of(people), lucks(Draws(3, 0), parameters, callers, people, 0), arrive)
    env.run(until=3000)
    cases, work = desk.take_closed(), desk.take_work()
    assert cases.size == 400 and desk.open_cases == 0
    # The test means something only if all of it happens
    assert {RESOLVED, ABANDONED} <= set(cases["outcome"].tolist())
    assert cases["contacts"].max() > 2 and set(cases["tier"].tolist()) == {0, 1}

    assert sum(work.waiting) == pytest.approx(cases["waited"].sum())
    assert sum(work.busy) == pytest.approx(cases["handled"].sum())
    assert work.contacts == cases["contacts"].sum()
    # Nobody lives through more than passes between coming in and being settled
    assert (cases["waited"] + cases["handled"] <= cases["closed"] - cases["opened"] + 1e-9).all()
    # Agents are paid for the hours planned, and for the work they finish after their part of the day
    for staffed, busy, planned in zip(work.staffed, work.busy, (agents, specialists), strict=True):
        assert staffed >= planned * env.now - 1e-6
        assert staffed >= busy


def test_little_s_law_with_arrivals_and_waits_in_averages():
    """L = lambda W in each batch, up to who is in line at its ends."""
    point = Point(2, 2, 3, 20_000)
    rows, _ = simulated(point, seed=2)
    line, wait = rows[:, 2].mean(), rows[:, 3].mean()
    assert line == pytest.approx(point.arrivals * wait, rel=0.02)
