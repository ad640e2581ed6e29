"""A sweep: which worlds, how many times each, under which strategies. `read.py` reads one from its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.calibrate import OUT as CALIBRATION
from sim.experiment.calibrate import Free
from sim.experiment.insight import designs
from sim.model.draws import Floats
from sim.parameters import ParameterError, Scenario, load_comparison

DRAWN = {
    "latin_hypercube": designs.latin_hypercube,
    "sobol": designs.sobol,
    "sobol_indices": designs.sobol_indices,
    "morris": designs.morris,
}
DESIGNS = ("grid", *DRAWN, "list", "plausible")
Varied = Free | list[Any]  # a range, or the values themselves


@dataclass(frozen=True)
class Plan:
    """What a sweep file says.

    Attributes:
        changes: dotted keys, the same at every point.
        vary: dotted key -> its range or its values.
        listed: the points themselves, in a list design: dotted keys and values.
        points: wanted; a grid and a list have as many as they have, Morris and Sobol indices some multiple of it.
        precision: dollars; a point gets more paired worlds until its 95 % interval is at most plus or minus this.
    """

    name: str
    title: str = ""
    story: str = ""
    world: str = "online_retail"
    strategies: tuple[str, ...] = ("cost_center", "profit_center")
    changes: Mapping[str, Any] = field(default_factory=dict)
    replications: int = 4
    precision: float | None = None
    max_replications: int = 64
    design: str = "sobol"
    number: int = 256
    seed: int = 1
    vary: Mapping[str, Varied] = field(default_factory=dict)
    listed: tuple[Mapping[str, Any], ...] = ()
    said_by: str = "sweep"

    @property
    def varied(self) -> list[str]:
        """Dotted keys that differ between points, in the order of the file."""
        if self.design == "list":
            return list(dict.fromkeys(key for point in self.listed for key in point))
        calibrated = list(_posterior().columns[2:]) if self.design == "plausible" else []
        return list(dict.fromkeys([*calibrated, *self.vary]))

    @cached_property
    def points(self) -> list[dict[str, Any]]:
        """What is changed at each point: dotted keys and values. The same file gives the same points."""
        match self.design:
            case "list":
                return [dict(point) for point in self.listed]
            case "grid":
                values = [one if isinstance(one, list) else [one.low, one.high] for one in self.vary.values()]
                return [dict(zip(self.vary, chosen, strict=True)) for chosen in product(*values)]
            case "plausible":
                chosen = _resampled(self.number, self.seed)
                drawn = _at(self.vary, self.unit("latin_hypercube"))
                return [world | asked for world, asked in zip(chosen, drawn, strict=True)]
        return _at(self.vary, self.unit(self.design))

    def further(self, fixed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Points with these values beside those of the design: what else varies is drawn evenly from its range.

        A longer list begins with the points of a shorter one.
        """
        others = {key: one for key, one in self.vary.items() if key not in fixed[0]}
        # A sequence of its own, with one more column for the calibrated world
        unit = designs.sobol(dict.fromkeys(["", *others], (0.0, 1.0)), len(fixed), self.seed + 1)
        worlds = _calibrated(unit[:, 0]) if self.design == "plausible" else [{}] * len(fixed)
        points = [
            world | drawn | dict(said)
            for world, drawn, said in zip(worlds, _at(others, unit[:, 1:]), fixed, strict=True)
        ]
        return [{key: point[key] for key in self.varied} for point in points]

    def scenarios(self, point: Mapping[str, Any]) -> list[Scenario]:
        """The scenarios of a point, one a strategy."""
        return load_comparison(self.world, self.strategies, {**self.changes, **point}, said_by=self.said_by)

    def check(self) -> list[list[Scenario]]:
        """The scenarios of every point, before any of them is run.

        Raises:
            ParameterError: a point names a parameter that does not exist, or a value that is not allowed.
        """
        for key in self.changes:
            if key in self.varied:
                raise ParameterError(f"{self.said_by}: {key!r} is under changes and under vary; allowed: one of them.")
        return [self.scenarios(point) for point in self.points]

    def resized(self, points: int | None, replications: int | None) -> Plan:
        """The same with more or fewer points or paired worlds."""
        return replace(self, number=points or self.number, replications=replications or self.replications)

    def unit(self, design: str) -> Floats:
        """A design in the unit cube: shape (points, parameters that vary)."""
        if not self.vary:
            return np.empty((self.number, 0))
        return DRAWN[design](dict.fromkeys(self.vary, (0.0, 1.0)), self.number, self.seed)


def _at(vary: Mapping[str, Varied], unit: Floats) -> list[dict[str, Any]]:
    """Points at places of the unit cube: shape (points, parameters that vary)."""
    columns = {key: list(_spread(one, column)) for (key, one), column in zip(vary.items(), unit.T, strict=True)}
    return [{key: column[row] for key, column in columns.items()} for row in range(len(unit))]


def _spread(one: Varied, unit: Floats) -> Iterator[Any]:
    """Values of a parameter at so much of its range (or of its values in turn)."""
    if isinstance(one, Free):
        yield from one.value(unit).tolist()
    else:
        yield from (one[min(int(u * len(one)), len(one) - 1)] for u in unit)


def _posterior() -> pd.DataFrame:
    """Weight, distance and parameters of the points that the calibration kept."""
    return pd.read_csv(CALIBRATION / "posterior.csv")


def _resampled(number: int, seed: int) -> list[dict[str, Any]]:
    """Calibrated worlds in proportion to their weights: systematic resampling, shuffled."""
    chance = np.random.default_rng(seed)
    return _calibrated(chance.permutation((np.arange(number) + chance.uniform()) / number))


def _calibrated(places: Floats) -> list[dict[str, Any]]:
    """Calibrated worlds at so much of their cumulated weight, from 0 to 1."""
    table = _posterior()
    rows = np.minimum(np.searchsorted(np.cumsum(table["weight"] / table["weight"].sum()), places), len(table) - 1)
    worlds = table.drop(columns=["weight", "distance"]).to_dict("records")
    return [{str(key): value for key, value in worlds[row].items()} for row in rows]
