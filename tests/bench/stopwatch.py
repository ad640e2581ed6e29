"""Where the time of a run goes, by part of the model: wrappers put around its steps from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import getattr_static, isfunction
from time import perf_counter
from typing import Any

import simpy

from sim.model import care
from sim.model.desk import Desk
from sim.model.firm import Planner
from sim.model.simulation import Simulation
from sim.model.word_of_mouth import Grapevine

OUTSIDE = "outside"


def steps() -> Iterator[tuple[str, Any, str]]:
    """(part, owner, name) of the steps that are timed; what none of them covers is `run`, so the people's own."""
    yield "start-up", Simulation, "__init__"
    yield "people", Simulation, "run"
    yield "stories", Simulation, "_hear_stories"
    yield from (("stories", Grapevine, name) for name in ("tell", "post"))
    yield "desk", care, "lucks"
    yield "desk", Planner, "headcount"
    for name, value in vars(Desk).items():
        if (isfunction(value) or isinstance(value, property)) and not name.startswith("__"):
            yield "desk", Desk, name


PARTS = tuple(dict.fromkeys(part for part, *_ in steps()))


class Stopwatch:
    """Seconds by part, each moment counted for the innermost one, and SimPy's events; inside a `with`."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.events = 0
        self._running = [OUTSIDE]
        self._since = 0.0
        self._before: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Stopwatch:
        for part, owner, name in steps():
            step = getattr_static(owner, name)
            timed = property(self._timed(part, step.fget)) if isinstance(step, property) else self._timed(part, step)
            self._put(owner, name, timed)
        self._put(simpy.Environment, "step", self._counted(simpy.Environment.step))
        self._since = perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self._charge()
        while self._before:
            setattr(*self._before.pop())

    def _put(self, owner: Any, name: str, value: Any) -> None:
        self._before.append((owner, name, getattr_static(owner, name)))
        setattr(owner, name, value)

    def _charge(self) -> None:
        now = perf_counter()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now

    def _timed(self, part: str, function: Callable) -> Callable:
        @wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._charge()
            self._running.append(part)
            try:
                return function(*args, **kwargs)
            finally:
                self._charge()
                self._running.pop()

        return timed

    def _counted(self, function: Callable) -> Callable:
        @wraps(function)
        def counted(*args: Any) -> Any:
            self.events += 1
            return function(*args)

        return counted
