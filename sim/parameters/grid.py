"""Grid files: a notebook's parameters, some the same everywhere, some at several values: a point a combination.

A grid file says `title` and `story`; `grid`, a list of values for each parameter that varies; `parameters`, the values
of those that do not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from sim.parameters import files
from sim.parameters.errors import ParameterError, shown, suggestion
from sim.parameters.shipped import find_file

KEYS = ("title", "story", "grid", "parameters")
MOST = 1_000  # points: as many notebooks take a day


@dataclass(frozen=True)
class Grid:
    """A grid file as it was read.

    Attributes:
        name: of the file, without folder and ending.
        origin: the file as the user knows it, to begin errors with.
        parameters: name -> value in every point.
        points: for each point, name -> value of what varies, in the order of the file.
    """

    name: str
    origin: str
    title: str
    story: str
    parameters: dict[str, Any]
    points: list[dict[str, Any]]


def load_grid(name: str) -> Grid:
    """The grid of a shipped name (params/sweep) or of a path to a .yaml file.

    Which names and values a notebook knows is not judged here.

    Raises:
        ParameterError: with a line for each thing that is not allowed.
    """
    path = find_file("grid", name, files.ROOT / "sweep", ".yaml", ".yml")
    tree, origin = files.read_file(path), files._shown(path)
    if not isinstance(tree, dict):
        raise ParameterError(f"{origin}: got {shown(tree)}; allowed: keys and values ({', '.join(KEYS)}).")
    if "grid" not in tree and {"design", "vary", "list"} & tree.keys():
        raise ParameterError(f"{origin}: is a sweep, not a grid of notebooks: whatif sweep {name}")
    complaints = [
        f"{origin}: unknown key {shown(key)}, got {shown(value)}.{suggestion(key, KEYS)} Allowed: {', '.join(KEYS)}."
        for key, value in tree.items()
        if key not in KEYS
    ]
    for key in ("title", "story"):
        if not isinstance(tree.get(key, ""), str):
            complaints.append(f"{origin}, {key}: got {shown(tree[key])}; allowed: text.")
    varies, same = tree.get("grid"), tree.get("parameters", {})
    if not isinstance(same, Mapping):
        complaints.append(f"{origin}, parameters: got {shown(same)}; allowed: names and values, e.g. 'weeks: 156'.")
        same = {}
    complaints += _bad_axes(origin, varies, same)
    files._stop_at(complaints)
    assert isinstance(varies, Mapping)
    points = [dict(zip(varies, values, strict=True)) for values in product(*varies.values())]
    title = tree.get("title", "").strip() or path.stem
    return Grid(path.stem, origin, title, tree.get("story", "").strip(), dict(same), points)


def _bad_axes(origin: str, varies: Any, same: Mapping[str, Any]) -> list[str]:
    """What is wrong with the lists of values."""
    where = f"{origin}, grid"
    if not isinstance(varies, Mapping) or not varies:
        got = f"got {shown(varies)}" if varies is not None else "is missing"
        return [f"{where}: {got}; allowed: names, each with a list of values, e.g. 'seed: [1, 2]'."]
    complaints = []
    for name, values in varies.items():
        if not isinstance(values, list) or not values:
            complaints.append(f"{where}, {name}: got {shown(values)}; allowed: a list of values, e.g. [1, 2].")
            continue
        told = [json.dumps(value) for value in values]
        twice = next((value for number, value in enumerate(values) if told[number] in told[:number]), None)
        if len(set(told)) < len(told):
            complaints.append(f"{where}, {name}: {shown(twice)} is there twice; allowed: each value once.")
        if name in same:
            complaints.append(
                f"{where}, {name}: is said under parameters too (there {shown(same[name])}); allowed: one of both."
            )
    if not complaints and prod(len(values) for values in varies.values()) > MOST:
        number = prod(len(values) for values in varies.values())
        complaints.append(f"{where}: makes {number:,} points; allowed: at most {MOST:,}.")
    return complaints
