"""What moves the answer most: each control alone from end to end, in small paired worlds, the rest where it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.experiment.pool import spread_while
from sim.experiment.replicate import mean_interval, run_one
from sim.parameters import ParameterError, Scenario
from sim.report import theme
from sim.report.panel.choices import Choices
from sim.report.panel.figures import Figures, shrunk
from sim.report.panel.pictures import Row
from sim.report.panel.ranges import Range, said
from sim.report.panel.words import titles
from sim.report.words import money

WORLDS = 3  # the least that give an interval worth showing
PEOPLE = 2_000  # of each
SHOWN = 10  # bars, the longest
WORLD = "#8a8a8a"  # what no strategy chooses


@dataclass(frozen=True)
class Swing:
    """What one control can do: the difference of net present value ($) at two of its values, with 95 % half widths."""

    name: str
    colour: str
    values: tuple[str, str]  # "" for the value at which it is
    ends: tuple[float, float]
    halves: tuple[float, float]  # NaN for one world

    @property
    def length(self) -> float:
        """How far it moves the answer."""
        return abs(self.ends[1] - self.ends[0])

    @property
    def turns(self) -> bool:
        """Whether one end is surely below zero and the other surely above, as far as there are intervals."""
        low, high = (0.0 if math.isnan(half) else half for half in self.halves)
        return self.ends[0] + low < 0 < self.ends[1] - high


@dataclass(frozen=True)
class _Try:
    """One control at another value; `scenarios` in small, None where that changes nothing for the strategy."""

    name: str
    colour: str
    value: Any
    scenarios: tuple[Scenario | None, ...]


def swings(
    choices: Choices, exact: Figures, known: Sequence[Range], workers: int | None, stands: Callable[[], bool]
) -> Iterator[list[Swing]]:
    """The controls by how far they move the answer, the farthest first: after one small world, after two, ...

    Each value is the exact difference plus what changes in the small worlds, scaled to the market. Ends early, without
    a word, where the question fell.
    """
    base = tuple(shrunk(scenario, PEOPLE) for scenario in exact.scenarios)
    tries = list(_tries(choices, exact, known, base))
    scale = exact.scenarios[0].world.market.people / base[0].world.market.people
    changes: list[list[float]] = []
    for world in range(WORLDS):
        asked = [*base, *(scenario for each in tries for scenario in each.scenarios if scenario is not None)]
        npv: dict[int, float] = {}
        for number, result in spread_while(stands, run_one, [(one, world, False) for one in asked], workers):
            npv[number] = result.row["npv"]
        if len(npv) < len(asked):
            return
        values = iter(npv[number] for number in range(2, len(asked)))
        row = []
        for each in tries:
            one, other = (
                npv[side] if scenario is None else next(values) for side, scenario in enumerate(each.scenarios)
            )
            row.append(scale * ((other - one) - (npv[1] - npv[0])))
        changes.append(row)
        yield _swings(tries, np.array(changes), float(exact.difference.mean))


def _tries(choices: Choices, exact: Figures, known: Sequence[Range], base: tuple[Scenario, ...]) -> Iterator[_Try]:
    names, colours = titles(exact.scenarios), theme.colours([one.strategy_name for one in exact.scenarios])
    for range_ in known:
        sides: list[int | None] = [None] if range_.side == "world" else [0, 1]
        for side in sides:
            head = "world" if side is None else choices.label(side)
            name = range_.name if side is None else f"{names[side]}: {range_.name}"
            colour = WORLD if side is None else list(colours.values())[side]
            for value in _values(range_, exact.scenarios[side or 0]):
                try:
                    changed = choices.changed(f"{head}.{range_.key}", value).scenarios()
                except ParameterError:  # two controls may forbid each other a value
                    continue
                small = tuple(shrunk(scenario, PEOPLE) for scenario in changed)
                if small != base:
                    parts = tuple(new if new != old else None for new, old in zip(small, base, strict=True))
                    yield _Try(name, colour, value, parts)


def _values(range_: Range, scenario: Scenario) -> Sequence[Any]:
    """Where a control is tried: at its options, at the ends of its range, or, where steps are in per cent, at half and
    at twice of what it is."""
    if range_.options:
        return range_.options
    if not range_.log:
        places = range_.places()
        return places[0], places[-1]
    now: Any = scenario.world if range_.side == "world" else scenario.strategy
    for part in range_.key.split("."):
        now = getattr(now, part)
    return [type(now)(f"{now * factor:.4g}") for factor in (0.5, 2)]


def _swings(tries: Sequence[_Try], changes: np.ndarray, start: float) -> list[Swing]:
    mean, half = mean_interval(changes)
    at: dict[str, list[int]] = {}
    for number, each in enumerate(tries):
        at.setdefault(each.name, []).append(number)
    found = []
    for name, numbers in at.items():
        tried = [(float(mean[n]), float(half[n]), said(tries[n].value)) for n in numbers] + [(0.0, math.nan, "")]
        low, high = min(tried, key=lambda each: each[0]), max(tried, key=lambda each: each[0])
        halves = (low[1] if math.isfinite(low[1]) else math.nan, high[1] if math.isfinite(high[1]) else math.nan)
        ends = (start + low[0], start + high[0])
        found.append(Swing(name, tries[numbers[0]].colour, (low[2], high[2]), ends, halves))
    return sorted(found, key=lambda swing: -swing.length)


def rows(found: Sequence[Swing], exact: Figures) -> dict[str, list[Row]]:
    """The data of the view."""
    bars: list[Row] = []
    whiskers: list[Row] = []
    for swing in found[:SHOWN]:
        bars.append({"name": swing.name, "colour": swing.colour, "from": swing.ends[0], "to": swing.ends[1]})
        for end, half in zip(swing.ends, swing.halves, strict=True):
            if not math.isnan(half):
                whiskers.append({"name": swing.name, "low": end - half, "high": end + half})
    now = [{"mean": float(exact.difference.mean)}]
    return {"tornado": bars, "tornado_ends": whiskers, "now": now}


def finding(found: Sequence[Swing]) -> str:
    """What the longest bar says, and how many turn the answer round."""
    if not found or not found[0].length:
        return "No control moves the answer"
    top = found[0]
    ends = " to ".join(money(end) for end in top.ends)
    turning = sum(swing.turns for swing in found)
    alone = f"{turning} of {len(found)} controls can turn the answer round alone" if turning else (
        "no control turns the answer round alone"
    )  # fmt: skip
    return f"{top.name[:1].upper()}{top.name[1:]} moves the answer most: {ends}; {alone}"


def note(exact: Figures, worlds: int) -> str:
    """What the bars are."""
    people = min(PEOPLE, exact.scenarios[0].world.market.people)
    few = f"{worlds} small paired world{'s' if worlds > 1 else ''} of {people:,} people, scaled"
    whiskers = "whiskers: 95 % interval of the change" if worlds > 1 else "no interval yet"
    ends = "the ends of its range, or at half and twice its value where steps are in per cent"
    return f"Difference of net present value with each control alone at {ends}; the line: as it is. {few}; {whiskers}."


def table(found: Sequence[Swing]) -> list[dict[str, str]]:
    """The bars as rows to read: control, values, what the difference is there."""
    return [
        {
            "control": swing.name,
            "worst for the second strategy": _end(swing, 0),
            "best for it": _end(swing, 1),
        }
        for swing in found[:SHOWN]
    ]


def _end(swing: Swing, side: int) -> str:
    value, half = swing.values[side], swing.halves[side]
    at = f"at {value}" if value else "as it is"
    return f"{money(swing.ends[side])}{'' if math.isnan(half) else f' ± {money(half)}'} {at}"
