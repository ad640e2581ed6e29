"""A sweep as its file says it: which worlds, how many times each, under which strategies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.calibrate import OUT as CALIBRATION
from sim.experiment.calibrate import Free
from sim.experiment.insight import designs
from sim.model.draws import Floats
from sim.parameters import ParameterError, Scenario, load_comparison, read_file
from sim.parameters.errors import shown, suggestion
from sim.parameters.files import ROOT

DRAWN = {
    "latin_hypercube": designs.latin_hypercube,
    "sobol": designs.sobol,
    "sobol_indices": designs.sobol_indices,
    "morris": designs.morris,
}
DESIGNS = ("grid", *DRAWN, "list", "plausible")
KEYS = (
    "title", "story", "world", "strategies", "changes", "replications", "precision", "max_replications", "design",
    "points", "seed", "vary", "list",
)  # fmt: skip
MOST = 1_000_000  # points
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
                return [
                    world | asked for world, asked in zip(chosen, self._at(self.unit("latin_hypercube")), strict=True)
                ]
        return self._at(self.unit(self.design))

    def scenarios(self, point: Mapping[str, Any]) -> list[Scenario]:
        """The scenarios of a point, one a strategy."""
        return load_comparison(self.world, self.strategies, {**self.changes, **point}, said_by=self.said_by)

    def check(self) -> None:
        """Every point, before any of them is run.

        Raises:
            ParameterError: a point names a parameter that does not exist, or a value that is not allowed.
        """
        for key in self.changes:
            if key in self.varied:
                raise ParameterError(f"{self.said_by}: {key!r} is under changes and under vary; allowed: one of them.")
        for point in self.points:
            self.scenarios(point)

    def resized(self, points: int | None, replications: int | None) -> Plan:
        """The same with more or fewer points or paired worlds."""
        return replace(self, number=points or self.number, replications=replications or self.replications)

    def unit(self, design: str) -> Floats:
        """A design in the unit cube: shape (points, parameters that vary)."""
        if not self.vary:
            return np.empty((self.number, 0))
        return DRAWN[design](dict.fromkeys(self.vary, (0.0, 1.0)), self.number, self.seed)

    def _at(self, unit: Floats) -> list[dict[str, Any]]:
        columns = {
            key: list(_spread(one, column)) for (key, one), column in zip(self.vary.items(), unit.T, strict=True)
        }
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
    table = _posterior()
    chance = np.random.default_rng(seed)
    places = (np.arange(number) + chance.uniform()) / number
    rows = np.minimum(np.searchsorted(np.cumsum(table["weight"] / table["weight"].sum()), places), len(table) - 1)
    worlds = table.drop(columns=["weight", "distance"]).to_dict("records")
    return [{str(key): value for key, value in worlds[row].items()} for row in chance.permutation(rows)]


# Reading the file


def find_plan(name: str) -> Path:
    """A sweep that ships, by name ('where_it_flips'), or any .yaml file."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else ROOT / "sweep" / f"{name}.yaml"
    if not path.is_file():
        known = sorted(other.stem for other in (ROOT / "sweep").glob("*.yaml"))
        raise ParameterError(
            f"sweep file {shown(name)}: no such file; allowed: a .yaml file, or one of {', '.join(known)}."
            f"{suggestion(Path(name).stem, known)}"
        )
    return path


def read_plan(name: str) -> Plan:
    """The sweep of a file, checked as far as can be seen without its points; `Plan.check` looks at those.

    Raises:
        ParameterError: with a line for each thing that is not allowed.
    """
    path = find_plan(name)
    tree, complaints = read_file(path), []
    if not isinstance(tree, dict):
        raise ParameterError(f"{path.name}: got {shown(tree)}; allowed: keys and values ({', '.join(KEYS)}).")
    for key, value in tree.items():
        if key not in KEYS:
            complaints.append(
                f"{path.name}: unknown key {shown(key)}, got {shown(value)}.{suggestion(str(key), KEYS)} "
                f"Allowed: {', '.join(KEYS)}."
            )
    said = _Said(path.name, tree, complaints)
    design = said.word("design", "sobol", DESIGNS)
    strategies = said.items("strategies", ["cost_center", "profit_center"])
    if len(strategies) < 2:
        complaints.append(
            f"{path.name}, strategies: got {shown(strategies)}; allowed: two or more, first the baseline."
        )
    listed = tuple(said.points("list")) if design == "list" else ()
    vary = said.vary(grid=design == "grid") if design != "list" else {}
    if design not in ("list", "plausible") and not vary and "vary" not in {c.split(":")[0] for c in complaints}:
        complaints.append(f"{path.name}, vary: nothing varies; allowed: dotted keys, each with low and high or values.")
    if design == "list" and not listed:
        complaints.append(f"{path.name}, list: there is no point; allowed: points, each with keys and values.")
    plan = Plan(
        path.stem,
        said.text("title"), said.text("story"), said.text("world", "online_retail"), tuple(strategies),
        said.mapping("changes"), said.whole("replications", 4), said.number("precision"),
        said.whole("max_replications", 64), design, said.whole("points", 256, MOST), said.whole("seed", 1), vary,
        listed, path.name,
    )  # fmt: skip
    if design == "sobol_indices" and plan.number & (plan.number - 1):
        complaints.append(f"{path.name}, points: got {plan.number}; allowed for sobol_indices: a power of two.")
    if complaints:
        raise ParameterError("\n".join(dict.fromkeys(complaints)))
    return plan


@dataclass
class _Said:
    """Values of a sweep file by key; what is not allowed is complained about and stands for its default."""

    origin: str
    tree: Mapping[str, Any]
    complaints: list[str]

    def _wrong(self, key: str, value: Any, allowed: str) -> None:
        self.complaints.append(f"{self.origin}, {key}: got {shown(value)}; allowed: {allowed}.")

    def text(self, key: str, default: str = "") -> str:
        value = self.tree.get(key, default)
        if not isinstance(value, str):
            self._wrong(key, value, "text")
        return str(value)

    def word(self, key: str, default: str, words: tuple[str, ...]) -> str:
        value = self.tree.get(key, default)
        if value not in words:
            hint = suggestion(value, words) if isinstance(value, str) else ""
            self.complaints.append(
                f"{self.origin}, {key}: got {shown(value)}; allowed: one of {', '.join(words)}.{hint}"
            )
            return default
        return str(value)

    def whole(self, key: str, default: int, most: int = 2**63 - 1) -> int:
        value = self.tree.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self._wrong(key, value, f"a whole number from 1 to {most:,}" if most < 2**62 else "a whole number above 0")
            return default
        return value

    def number(self, key: str) -> float | None:
        value = self.tree.get(key)
        if value is None:
            return None
        if not _is_number(value) or value <= 0:
            self._wrong(key, value, "a number above 0, or null")
            return None
        return float(value)

    def items(self, key: str, default: list[Any]) -> list[Any]:
        value = self.tree.get(key, default)
        if not isinstance(value, list):
            self._wrong(key, value, "a list")
            return default
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.tree.get(key) or {}
        if not isinstance(value, dict):
            self._wrong(key, value, "dotted keys and values, e.g. world.market.people: 5000")
            return {}
        return value

    def points(self, key: str) -> list[dict[str, Any]]:
        points = self.items(key, [])
        for number, point in enumerate(points):
            if not isinstance(point, dict) or not point:
                self._wrong(f"{key}, point {number}", point, "dotted keys and values")
        return [point for point in points if isinstance(point, dict)]

    def vary(self, grid: bool) -> dict[str, Varied]:
        varied: dict[str, Varied] = {}
        for key, value in self.mapping("vary").items():
            where = f"vary, {key}"
            match value:
                case {"values": [_, *_] as values, **rest} if not set(rest) - {"why"}:
                    varied[key] = values
                case {"low": low, "high": high, **rest} if not set(rest) - {"scale", "why"} and not grid:
                    scale = rest.get("scale", "linear")
                    ends = _is_number(low) and _is_number(high) and low < high and not (scale == "log" and low <= 0)
                    if not ends or scale not in ("linear", "log"):
                        self._wrong(where, value, "low below high (above 0 in log); scale: linear or log")
                    else:
                        varied[key] = Free(key, float(low), float(high), scale, str(rest.get("why", "")))
                case _:
                    self._wrong(
                        where, value, "values: [...]" if grid else "low and high (perhaps scale), or values: [...]"
                    )
        return varied


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
