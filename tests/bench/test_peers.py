"""The light world is the same world in all four models of it: what comes of it differs by chance only."""

from collections.abc import Callable
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from peers import compiled_loop, engine, mesa_model, rules, simpy_processes
from peers.rules import Totals

MODELS = {
    "engine": engine.run,
    "compiled loop": compiled_loop.run,
    "Mesa": mesa_model.run,
    "SimPy processes": simpy_processes.run,
}
PEOPLE, WEEKS, AGENTS = 6_000, 40, 1  # at work some 60 % of the time
RUNS = 12
FAR = 3.5  # standard errors of a difference


def runs(run: Callable[..., Totals], count: int = RUNS) -> np.ndarray:
    """Totals of some runs, a row each."""
    return np.array([run(PEOPLE, WEEKS, AGENTS, seed) for seed in range(1, count + 1)], float)


@cache
def of(name: str) -> np.ndarray:
    """The same, once a model."""
    return runs(MODELS[name])


def far_apart(one: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """Totals whose means are further apart than chance allows, in standard errors of the difference (Welch)."""
    error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))
    apart = (one.mean(axis=0) - other.mean(axis=0)) / error
    return {name: value for name, value in zip(Totals._fields, apart.tolist(), strict=True) if not abs(value) < FAR}


def test_engine_and_compiled_loop_agree():
    assert far_apart(of("engine"), of("compiled loop")) == {}


@pytest.mark.slow
def test_all_four_agree():
    for one, other in combinations(MODELS, 2):
        assert far_apart(of(one), of(other)) == {}, (one, other)
    for name in MODELS:
        for row in of(name):
            totals = Totals(*row)
            assert 0 <= totals.cases - totals.resolved - totals.unresolved - totals.abandoned < 50, name
            assert totals.customers == PEOPLE - totals.left + totals.returned, name


@pytest.mark.parametrize(
    ("number", "other", "moves"),
    [
        ("RESOLUTION", 0.6, {"resolved", "unresolved", "left"}),
        ("LEAVES", 0.25, {"left"}),
        ("TELLS_BAD", 0.25, {"bad_stories"}),
        ("PATIENCE", 4.0, {"abandoned"}),
        ("HEARSAY", 1.5, {"mean_risk"}),
    ],
)
def test_another_rule_is_told_apart(monkeypatch, number, other, moves):
    monkeypatch.setattr(rules, number, other)
    assert moves <= far_apart(of("engine"), runs(compiled_loop.run)).keys()
