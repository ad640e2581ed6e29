"""One world at one size, in a process of its own, so that its peak memory is its own.

`python tests/bench/once.py default 10_000 260 3` prints the figures of three replications as one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from time import perf_counter

from peers.rules import LIGHT, ONE_LINE, agents_for
from stopwatch import OUTSIDE, Stopwatch

from sim.model.simulation import simulate
from sim.parameters import Scenario, load_comparison

WORLDS = ("default", "light")


def scenarios(world: str, people: int, weeks: int) -> list[Scenario]:
    """The shipped comparison with all its mechanisms and both its strategies, or the light world."""
    changes = {"world.market.people": people, "run.weeks": weeks}
    if world == "default":
        return load_comparison(changes=changes)
    return load_comparison(LIGHT, [ONE_LINE], changes | {"strategy.staffing.agents": agents_for(people)})


def warm_up(world: str) -> None:
    """Compiled loops are loaded when first called; that is no part of a run."""
    for scenario in scenarios(world, 500, 104):
        simulate(scenario)


def peak_memory() -> float:
    """Megabytes this process had at most so far, Python and its libraries included."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux counts what the parent had into ru_maxrss
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def measure(world: str, people: int, weeks: int, repeats: int) -> dict:
    """Figures of the median of some replications; each simulates every strategy in one paired world."""
    each = scenarios(world, people, weeks)
    done = []
    for replication in range(repeats):
        with Stopwatch() as watch:
            began, cases = perf_counter(), 0
            for scenario in each:
                cases += int(simulate(scenario, replication).weeks["cases_opened"].sum())
            seconds = perf_counter() - began
        done.append((seconds, cases, watch))
    seconds, cases, watch = sorted(done, key=lambda one: one[0])[repeats // 2]
    parts = {part: spent for part, spent in watch.seconds.items() if part != OUTSIDE}
    return {
        "world": world,
        "people": people,
        "weeks": weeks,
        "strategies": len(each),
        "seconds": seconds,
        "all_seconds": [one[0] for one in done],
        "people_weeks_a_second": people * weeks * len(each) / seconds,
        "share": {part: spent / sum(parts.values()) for part, spent in parts.items()},
        "cases": cases,
        "microseconds_a_case": seconds / cases * 1e6,
        "desk_microseconds_a_case": parts["desk"] / cases * 1e6,
        "simpy_events_a_case": watch.events / cases,
        "peak_megabytes": peak_memory(),
    }


if __name__ == "__main__":
    _world, _people, _weeks, _repeats = sys.argv[1:]
    warm_up(_world)
    print(json.dumps(measure(_world, int(_people), int(_weeks), int(_repeats))))
