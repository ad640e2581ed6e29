"""Where the time of one run goes: parts of the model, compiled loops, Python functions.

    make profile ARGS="default 100_000 260"
    .venv/bin/python tests/bench/profile_run.py light 100_000 156 --lines 40

Three runs after one to warm up: one under the stopwatch, one under cProfile, which slows down what is called often,
and one with every compiled loop timed as Python calls it.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
from collections import Counter
from time import perf_counter
from typing import Any, ClassVar

import once
from numba.core.registry import CPUDispatcher
from numba.extending import typeof_impl
from stopwatch import PARTS, Stopwatch

from sim.model.simulation import simulate
from sim.parameters import Scenario


class Timed:
    """A compiled loop that counts and times its calls from Python; to compiled callers it is what it was."""

    calls: ClassVar[Counter[str]] = Counter()
    seconds: ClassVar[Counter[str]] = Counter()

    def __init__(self, loop: CPUDispatcher) -> None:
        self.loop = loop
        self.name = f"{loop.__module__.removeprefix('sim.model.')}.{loop.__name__}"

    def __call__(self, *args: Any) -> Any:
        began = perf_counter()
        try:
            return self.loop(*args)
        finally:
            self.seconds[self.name] += perf_counter() - began
            self.calls[self.name] += 1


@typeof_impl.register(Timed)
def _type_of(value: Timed, context: Any) -> Any:
    return typeof_impl(value.loop, context)


def time_loops() -> None:
    """Puts a `Timed` in the place of every compiled loop of the model, wherever a module of it has a name for it."""
    timed: dict[int, Timed] = {}
    for module in [module for name, module in sys.modules.items() if name.startswith("sim.model")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, CPUDispatcher):
                setattr(module, name, timed.setdefault(id(value), Timed(value)))


def _run(scenario: Scenario, replication: int) -> float:
    began = perf_counter()
    simulate(scenario, replication)
    return perf_counter() - began


def main(arguments: list[str] | None = None) -> None:
    """Prints three tables."""
    parser = argparse.ArgumentParser(prog="make profile", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("world", nargs="?", choices=once.WORLDS, default="default")
    parser.add_argument("people", nargs="?", type=int, default=100_000)
    parser.add_argument("weeks", nargs="?", type=int, default=104)
    parser.add_argument("--lines", type=int, default=25, metavar="N", help="longest entries shown of each table")
    asked = parser.parse_args(arguments)
    scenario = once.scenarios(asked.world, asked.people, asked.weeks)[-1]
    once.warm_up(asked.world)
    person_weeks = asked.people * asked.weeks

    with Stopwatch() as watch:
        seconds = _run(scenario, 0)
    print(f"{scenario.name}, {scenario.strategy_name}: {asked.people:,} people, {asked.weeks} weeks: {seconds:.2f} s")
    for part in PARTS:
        print(f"  {part:<12} {watch.seconds[part]:8.3f} s {watch.seconds[part] / seconds:7.1%}")

    profile = cProfile.Profile()
    profile.runcall(simulate, scenario, 1)

    time_loops()
    seconds = _run(scenario, 2)
    print(f"\ncompiled loops: {sum(Timed.seconds.values()):.2f} of {seconds:.2f} s")
    print(f"  {'loop':<36} {'calls':>8} {'seconds':>9} {'share':>7} {'ns a person-week':>17}")
    for name, spent in Timed.seconds.most_common(asked.lines):
        share, each = spent / seconds, spent / person_weeks * 1e9
        print(f"  {name:<36} {Timed.calls[name]:>8,} {spent:>9.3f} {share:>7.1%} {each:>17.2f}")

    print("\nPython functions, by the time spent in each itself:")
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(asked.lines)


if __name__ == "__main__":
    main()
