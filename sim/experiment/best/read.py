"""How a file of params/best becomes a plan: every fault with file, key, value, what is allowed, the nearest name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.experiment.best.plan import Contender, Lever, Plan
from sim.experiment.insight.designs import Range
from sim.parameters import ParameterError, Strategy, load_comparison, load_world, read_file
from sim.parameters.errors import shown, suggestion
from sim.parameters.fields import leaves, types
from sim.parameters.files import ROOT
from sim.parameters.shipped import find_file

KEYS = (
    "title", "story", "world", "changes", "replications", "fresh", "trials", "seed", "equal_spend", "contenders",
)  # fmt: skip
OF_CONTENDER = ("title", "from", "from_best", "levers")
OF_LEVER = ("low", "high", "scale", "why")
NUMBERS = {key: kinds for key, one in leaves(Strategy) if (kinds := types(one) & {int, float})}  # what can be a lever


def read_plan(name: str) -> Plan:
    """The plan of a shipped name or a .yaml file; all of it is checked, nothing is run.

    Raises:
        ParameterError: with a line for each thing that is not allowed.
    """
    path = find_file("best", name, ROOT / "best", ".yaml", ".yml")
    tree = read_file(path)
    said = _Said(path.name, tree if isinstance(tree, dict) else {})
    if not isinstance(tree, dict):
        said.wrong("", tree, f"keys and values ({', '.join(KEYS)})")
    said.only(KEYS)
    world, changes = said.text("world", "online_retail"), said.mapping("changes")
    contenders = tuple(_contenders(said, world, changes))
    plan = Plan(
        path.stem, said.text("title"), said.text("story"), said.whole("replications", 2),
        said.whole("fresh", 12, least=2), said.whole("trials", 6, least=2), said.whole("seed", 1, least=0),
        said.spend("equal_spend"), contenders, load_world(world).market.advertising_cost if contenders else 0.0,
    )  # fmt: skip
    said.stop()
    return plan


def _contenders(said: _Said, world: str, changes: Mapping[str, Any]) -> list[Contender]:
    told, found = said.mapping("contenders"), dict[str, Contender]()
    if len(told) < 2:
        said.wrong("contenders", told, "two or more, each with from (or from_best) and levers; first the baseline")
    for name, one in told.items():
        inner = said.inside(f"contenders, {name}", one)
        if inner is not None and (contender := _contender(inner, name, found, world, changes)):
            found[name] = contender
    return list(found.values())


def _contender(
    said: _Said, name: str, earlier: Mapping[str, Contender], world: str, changes: Mapping[str, Any]
) -> Contender | None:
    said.only(OF_CONTENDER)
    before = len(said.complaints)
    levers, file, base = _levers(said), said.text("from"), said.text("from_best")
    if bool(file) == bool(base):
        said.wrong("", said.tree, "one of from (a strategy of params/strategy) and from_best (a contender above)")
    elif base and base not in earlier:
        known = ", ".join(earlier) or "none, it is the first"
        said.wrong("from_best", base, f"a contender above ({known})", suggestion(base, earlier))
    if len(said.complaints) > before:
        return None
    try:
        if base:
            scenario = earlier[base].scenario.model_copy(update={"strategy_name": name})
        else:
            (scenario,) = load_comparison(world, [file], changes, said_by=f"{said.file}, changes")
            scenario = scenario.model_copy(update={"strategy_name": name})
        for end in ("low", "high"):  # the strategy knows what is allowed
            wanted = {f"strategy.{lever.key}": lever.value(0.0 if end == "low" else 1.0) for lever in levers}
            load_comparison(world, [file or "cost_center"], wanted, said_by=f"{said.origin}, levers, {end} of")
    except ParameterError as error:
        said.complaints += str(error).splitlines()
        return None
    title = said.text("title") or (name.replace("_", " ").capitalize() if base else scenario.strategy.title or name)
    contender = Contender(name, title, scenario, tuple(levers), base)
    for lever in levers:
        value = contender.values(scenario)[lever.key]
        if not lever.range.low <= value <= lever.range.high:
            said.wrong(
                f"levers, {lever.key}", said.mapping("levers")[lever.key],
                f"a range that holds {value:g}, which it is as it ships: the search begins there",
            )  # fmt: skip
    return contender


def _levers(said: _Said) -> list[Lever]:
    found = []
    told = said.mapping("levers")
    if not told:
        said.wrong("levers", told, "dotted keys of the strategy, each with low, high and why")
    for key, one in told.items():
        where = f"levers, {key}"
        if key not in NUMBERS:
            known = suggestion(key, NUMBERS)
            said.wrong(
                where, one, "a number of a strategy, without the word strategy (`whatif params strategy`)", known
            )
            continue
        inner = said.inside(where, one)
        if inner is None:
            continue
        inner.only(OF_LEVER)
        low: Any = inner.tree.get("low")
        high: Any = inner.tree.get("high")
        scale, why = inner.tree.get("scale", "linear"), inner.tree.get("why", "")
        integer = float not in NUMBERS[key]
        if scale not in ("linear", "log"):
            inner.wrong("scale", scale, "linear or log", suggestion(str(scale), ("linear", "log")))
        elif not (_is_number(low) and _is_number(high) and low < high) or (scale == "log" and low <= 0):
            inner.wrong("", one, "low below high, both numbers (above 0 in log)")
        elif integer and (low % 1 or high % 1):
            inner.wrong("", one, "low and high whole numbers, as the parameter is")
        else:
            found.append(Lever(key, Range(float(low), float(high), scale == "log", integer), str(why)))
    return found


@dataclass
class _Said:
    """What a part of the file says by key; what is not allowed is complained about and stands for its default."""

    file: str
    tree: Mapping[str, Any]
    place: str = ""
    complaints: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"{self.file}, {self.place}" if self.place else self.file

    def wrong(self, key: str, value: Any, allowed: str, hint: str = "") -> None:
        where = f"{self.origin}, {key}" if key else self.origin
        self.complaints.append(f"{where}: got {shown(value)}; allowed: {allowed}.{hint}")

    def only(self, keys: tuple[str, ...]) -> None:
        for key, value in self.tree.items():
            if key not in keys:
                self.complaints.append(
                    f"{self.origin}: unknown key {shown(key)}, got {shown(value)}.{suggestion(str(key), keys)} "
                    f"Allowed: {', '.join(keys)}."
                )

    def inside(self, place: str, value: Any) -> _Said | None:
        """A part of this one; nothing where it is not keys and values."""
        if not isinstance(value, dict):
            self.wrong(place, value, "keys and values")
            return None
        return _Said(self.file, value, f"{self.place}, {place}" if self.place else place, self.complaints)

    def text(self, key: str, default: str = "") -> str:
        value = self.tree.get(key, default)
        if not isinstance(value, str):
            self.wrong(key, value, "text")
            return default
        return value

    def whole(self, key: str, default: int, least: int = 1) -> int:
        value = self.tree.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.wrong(key, value, f"a whole number at least {least}")
            return default
        return value

    def spend(self, key: str) -> bool | float:
        value = self.tree.get(key, True)
        if isinstance(value, bool):
            return value
        if not _is_number(value) or value <= 0:
            self.wrong(key, value, "true, false, or dollars above 0")
            return True
        return float(value)

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.tree.get(key) or {}
        if not isinstance(value, dict):
            self.wrong(key, value, "keys and values")
            return {}
        return value

    def stop(self) -> None:
        if self.complaints:
            raise ParameterError("\n".join(dict.fromkeys(self.complaints)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
