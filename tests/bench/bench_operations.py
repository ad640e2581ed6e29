"""A few operations under pytest-benchmark, each kept under results/bench and held against the time before.

`make bench` runs them; `--benchmark-compare-fail=median:20%` makes a slower one an error.
"""

from itertools import count

import once
import pytest
from peers import compiled_loop, engine
from peers.rules import agents_for

from sim.model.simulation import Simulation, simulate


def _time(benchmark, operation) -> None:
    """Seven rounds, each another replication, after one to load what is compiled."""
    replications = count()
    benchmark.pedantic(lambda: operation(next(replications)), rounds=7, warmup_rounds=1)


def test_default_10_000_people_3_years_both_strategies(benchmark):
    scenarios = once.scenarios("default", 10_000, 156)
    _time(benchmark, lambda replication: [simulate(scenario, replication) for scenario in scenarios])


def test_default_start_of_100_000_people(benchmark):
    (scenario, _) = once.scenarios("default", 100_000, 1)
    _time(benchmark, lambda replication: Simulation(scenario, replication))


@pytest.mark.parametrize("model", [engine, compiled_loop], ids=["engine", "compiled_loop"])
def test_light_20_000_people_1_year(benchmark, model):
    _time(benchmark, lambda replication: model.run(20_000, 52, agents_for(20_000), replication + 1))
