"""Sweep files: read, and refused in words where they say what is not allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.experiment.calibrate import Free
from sim.experiment.sweep.plan import DESIGNS, Plan, Varied
from sim.parameters import ParameterError, read_file
from sim.parameters.errors import shown, suggestion
from sim.parameters.files import ROOT
from sim.parameters.shipped import find_file

KEYS = (
    "title", "story", "world", "strategies", "changes", "replications", "precision", "max_replications", "design",
    "points", "seed", "vary", "list",
)  # fmt: skip
MOST = 1_000_000  # points


def read_plan(name: str) -> Plan:
    """The sweep of a file, checked as far as can be seen without its points; `Plan.check` looks at those.

    Raises:
        ParameterError: with a line for each thing that is not allowed.
    """
    path = find_file("sweep", name, ROOT / "sweep", ".yaml", ".yml")
    tree, complaints = read_file(path), []
    if not isinstance(tree, dict):
        raise ParameterError(f"{path.name}: got {shown(tree)}; allowed: keys and values ({', '.join(KEYS)}).")
    if "grid" in tree and not {"design", "vary", "list"} & tree.keys():
        raise ParameterError(f"{path.name}: is a grid of notebooks, not a sweep: whatif batch NOTEBOOK {name}")
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
