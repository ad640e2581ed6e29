"""Who competes, and what each may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.experiment.insight.designs import Floats, Range
from sim.parameters import Scenario, Strategy

LEAST = 8  # trials of a contender: less finds the top of no curve
Values = Mapping[str, float | int]


@dataclass(frozen=True)
class Lever:
    """A parameter of the strategy that a contender may set, and how far."""

    key: str  # dotted, within a strategy
    range: Range
    why: str = ""

    def value(self, unit: float) -> float | int:
        """The value at so much of the range; six digits, so that what is written down is what was run."""
        value = float(f"{self.range.scale(np.array([unit]))[0]:.6g}")
        value = min(max(value, self.range.low), self.range.high)
        return int(value) if self.range.integer else value

    def unit(self, value: float) -> float:
        """The inverse."""
        return float(self.range.unit(np.array([float(value)]))[0])

    def end(self, value: float) -> str:
        """'low' or 'high' where a value is at an end of the range (or a hundredth of it away), else ''."""
        place = self.unit(value)
        return "low" if place <= 0.01 else "high" if place >= 0.99 else ""


@dataclass(frozen=True)
class Contender:
    """A strategy and its levers.

    Attributes:
        scenario: world and strategy as they ship.
        of: the contender at whose best this one begins; '' if it begins as it ships.
    """

    name: str
    title: str
    scenario: Scenario
    levers: tuple[Lever, ...]
    of: str = ""

    def values(self, scenario: Scenario) -> dict[str, float | int]:
        """What the levers are set to in a scenario."""
        return {lever.key: _at(scenario.strategy, lever.key) for lever in self.levers}

    def units(self, values: Values) -> Floats:
        """The same as places in the unit cube."""
        return np.array([lever.unit(values[lever.key]) for lever in self.levers])


@dataclass(frozen=True)
class Plan:
    """What a file of params/best says.

    Attributes:
        replications: paired worlds of chance in which each trial is run.
        fresh: other worlds, in which the winners are judged.
        trials: for each lever of a contender, and at least `LEAST`.
        seed: of the search.
        equal_spend: whether the others are also searched for with no more money than the second contender spends
            beyond the first, each at its own best; or so many dollars.
        contenders: first the baseline, second the one it is compared with.
        advertising_cost: of the world as it ships, whatever the file changes.
    """

    name: str
    title: str
    story: str
    replications: int
    fresh: int
    trials: int
    seed: int
    equal_spend: bool | float
    contenders: tuple[Contender, ...]
    advertising_cost: float

    def resized(self, trials: int | None = None, replications: int | None = None, fresh: int | None = None) -> Plan:
        """The same with a longer or shorter search, or judged in more or fewer worlds."""
        return replace(
            self,
            trials=trials or self.trials,
            replications=replications or self.replications,
            fresh=fresh or self.fresh,
        )

    def number(self, contender: Contender, again: bool = False) -> int:
        """How many trials a contender gets, that it begins with among them; half as many to search again."""
        number = max(LEAST, self.trials * len(contender.levers))
        return -(-number // 2) if again else number

    @property
    def baseline(self) -> Contender:
        return self.contenders[0]

    @property
    def rival(self) -> Contender:
        """The contender that the baseline is compared with: its money is what others may spend."""
        return self.contenders[1]


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The scenario with these parameters of the strategy (dotted keys).

    Raises:
        pydantic.ValidationError: a value that is not allowed.
    """
    tree = scenario.strategy.model_dump()
    for key, value in values.items():
        *groups, leaf = key.split(".")
        node = tree
        for group in groups:
            node = node[group]
        node[leaf] = value
    return scenario.model_copy(update={"strategy": Strategy.model_validate(tree)})


def _at(strategy: Strategy, key: str) -> Any:
    node: Any = strategy
    for name in key.split("."):
        node = getattr(node, name)
    return node
