"""Problems as they come: how far they move customers, and who brings the growth, by what happened to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.experiment.measure import Outcomes
from sim.experiment.questions.handling.inflicted import MONTH, chances, to_week
from sim.model.draws import Bools, Floats, Ints
from sim.model.people import Status
from sim.model.records import Run
from sim.model.simulation import Simulation
from sim.parameters.scenario import Scenario

FIRST = 26  # week; nobody has had a problem yet when a run begins
HISTORIES = ("never had a problem", "put right", "not put right")  # by the last problem whose end is known
YEAR = 52
CLASSES = 20  # of need


def of_world(lean: Scenario, better: Scenario, replication: int) -> dict[str, Any]:
    """Both strategies in one paired world.

    Returns:
        Of the better strategy: spread_problem and spread_none (standard deviation, over customers and months, of the
        month's change of the chance to buy), orders (variance of the following year's spend of those whom the month
        brought a problem over that of the others with about the same need). Then for each history, $ of margin in the
        last year: gain_... (better less lean, of the same people) and growth_... (better, less its first year).
    """
    run, moves = _watched(better, replication)
    other = Simulation(lean, replication).run()
    spans = min(YEAR, better.run.weeks // 2)
    late = better.run.weeks - spans
    history = histories(run, late)
    gain = margins(run, late, late + spans) - margins(other, late, late + spans)
    growth = margins(run, late, late + spans) - margins(run, 0, spans)
    return (
        {"replication": replication}
        | moves
        | {f"gain_{name}": float(gain[history == code].sum()) for code, name in enumerate(HISTORIES)}
        | {f"growth_{name}": float(growth[history == code].sum()) for code, name in enumerate(HISTORIES)}
    )


def _watched(scenario: Scenario, replication: int) -> tuple[Run, dict[str, float]]:
    """A run, and how far customers moved from month to month."""
    world, months = Simulation(scenario, replication), []
    starts = range(min(FIRST, scenario.run.weeks // 2), scenario.run.weeks - MONTH, MONTH)
    for start in starts:
        to_week(world, start)
        customers = np.flatnonzero(world.state.people.status == Status.CUSTOMER)
        before = chances(world.state, start)[customers]
        to_week(world, start + MONTH)
        after = chances(world.state, start + MONTH)[customers]
        months.append((start, customers, after - before))
    run, need = world.run(), world.state.people.need
    problem = run.events.of("problem")
    key = np.unique(problem["person"] * scenario.run.weeks + problem["week"])
    moved: dict[bool, list[Floats]] = {True: [], False: []}
    seen: list[tuple[Ints, Bools, Floats]] = []
    for start, customers, change in months:
        troubled, end = _meets(key, customers, start, scenario.run.weeks), start + MONTH
        for hit in (True, False):
            moved[hit].append(change[troubled == hit])
        if end + YEAR <= scenario.run.weeks:
            seen.append((customers, troubled, spend(run, end, end + YEAR)[customers]))
    spread = {f"spread_{name}": _deviation(moved[hit]) for name, hit in (("problem", True), ("none", False))}
    if not seen:
        return run, spread | {"orders": np.nan}
    who, troubled, spent = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    return run, spread | {"orders": variance_ratio(need[who], troubled, spent)}


def variance_ratio(need: Floats, troubled: Bools, spent: Floats) -> float:
    """Variance of what the troubled spend over that of the others, within classes of need (weights: the troubled)."""
    edges = np.unique(np.quantile(need, np.arange(1, CLASSES) / CLASSES))
    of_class = np.searchsorted(edges, need)
    with_it = without = 0.0
    for one in range(edges.size + 1):
        hit, spared = (of_class == one) & troubled, (of_class == one) & ~troubled
        if hit.sum() > 1 and spared.sum() > 1:
            with_it += float(hit.sum() * spent[hit].var(ddof=1))
            without += float(hit.sum() * spent[spared].var(ddof=1))
    return with_it / without if without else np.nan


def _meets(key: Ints, who: Ints, start: int, weeks: int) -> Bools:
    """Which of `who` meet a problem in the month; `key` is person x weeks + week of each problem, ascending."""
    first = np.searchsorted(key, who * weeks + start)
    return np.asarray(np.searchsorted(key, who * weeks + start + MONTH) > first)


def _deviation(parts: list[Floats]) -> float:
    values = np.concatenate(parts) if parts else np.empty(0)
    return float(values.std()) if values.size > 1 else np.nan


def spend(run: Run, start: int, end: int) -> Floats:
    """Dollars that each person spends from `start` to before `end`."""
    bought = run.events.of("purchase")
    inside = (bought["week"] >= start) & (bought["week"] < end)
    people = run.scenario.world.market.people
    return np.asarray(np.bincount(bought["person"][inside], bought["cents"][inside] / 100, minlength=people), float)


def margins(run: Run, start: int, end: int) -> Floats:
    """Dollars of gross margin of each person in these weeks."""
    return np.asarray(spend(run, start, end) * run.scenario.margin)


def histories(run: Run, week: int) -> Ints:
    """Code into `HISTORIES` for each person: how the last problem that ended before `week` ended."""
    told = Outcomes.of(run)
    before = told.where(told.end < week)
    order = np.argsort(before.end, kind="stable")
    history = np.zeros(run.scenario.world.market.people, np.int64)
    history[before.person[order]] = np.where(before.resolved[order], 1, 2)
    return history
