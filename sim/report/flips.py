"""What the notebook of a sweep asks for: its worlds, the verdict over them, the pictures, the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.experiment.sweep.plan import Plan, read_plan
from sim.experiment.sweep.run import Swept
from sim.parameters import ParameterError, load_comparison, load_strategy
from sim.parameters.errors import shown, suggestion
from sim.parameters.table import rows
from sim.report import theme
from sim.report.notebook import assigned

if TYPE_CHECKING:
    from sim.experiment.insight.discovery import Verdict
    from sim.report.marks import Chart

KNOWN = ("sweep", "points", "replications", "x", "y", "workers", "out")


@dataclass(frozen=True)
class Asked:
    """What the notebook was asked for: the sweep, where its runs are kept, and the two parameters to look at."""

    plan: Plan
    out: Path
    x: str
    y: str
    workers: int | None


def read_parameters(names: Mapping[str, Any]) -> Asked:
    """The notebook's parameters (pass `globals()`), checked; also switches the charts' theme on.

    Raises:
        ParameterError: a name that is not a parameter, or a value that is not allowed.
    """
    for name, line in assigned(names, KNOWN).items():
        if name not in KNOWN:
            raise ParameterError(
                f"notebook parameter {name!r} (value {line}): no such parameter.{suggestion(name, KNOWN)}"
                f" Allowed: {', '.join(KNOWN)}."
            )
    whole = {name: names.get(name) for name in ("points", "replications", "workers")}
    for name, value in whole.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise ParameterError(
                f"notebook parameter {name}: got {shown(value)}; allowed: null or a whole number at least 1"
            )
    plan = read_plan(names.get("sweep", "where_it_flips")).resized(whole["points"], whole["replications"])
    theme.setup()
    ranges = [key for key, one in plan.vary.items() if not isinstance(one, list)]
    x, y = (names.get(axis) or default for axis, default in zip("xy", [*ranges, "", ""], strict=False))
    for axis, key in (("x", x), ("y", y)):
        if key not in ranges:
            raise ParameterError(
                f"notebook parameter {axis}: got {shown(key)}; allowed: a parameter that varies over a range in "
                f"{plan.said_by}: {', '.join(ranges)}.{suggestion(str(key), ranges)}"
            )
    return Asked(plan, Path(names.get("out") or f"results/sweep/{plan.name}"), x, y, whole["workers"])


def sweep(asked: Asked) -> Swept:
    """The runs of the sweep: those that are there are read, those that are not are made."""
    from sim.experiment.sweep.run import sweep as run_sweep

    return run_sweep(asked.plan, asked.out, asked.workers)


@lru_cache(maxsize=1)  # said, drawn and written: the search for a condition is the longest part
def verdict(found: Swept) -> Verdict:
    """In how many of the worlds the last strategy is worth more than the first, and where it is not."""
    from sim.experiment.insight.discovery import verdict as judged

    return judged(found.points, _of_last(found), _labels(found))


def worlds(found: Swept, asked: Asked) -> Chart:
    """Every world as a mark over the two parameters."""
    from sim.report import sweep_charts

    box, labels = verdict(found).discovery, _labels(found, units=True)
    return sweep_charts.worlds(found.points, _of_last(found), asked.x, asked.y, box, labels)


def frontier(found: Swept, asked: Asked) -> Chart:
    """The break-even line between the two parameters, and where the shipped world is."""
    from sim.experiment.insight.designs import Range
    from sim.experiment.insight.frontier import frontier as fitted
    from sim.report import sweep_charts

    ranges = {key: asked.plan.vary[key] for key in (asked.x, asked.y)}
    bounds = {key: Range(one.low, one.high, one.scale == "log") for key, one in ranges.items()}  # type: ignore[union-attr]
    line = fitted(found.points, _of_last(found), asked.x, asked.y, bounds)
    here = here_in(asked.plan)
    return sweep_charts.frontier(line, _labels(found, units=True), (here[asked.x], here[asked.y]))


def what_matters(found: Swept) -> Chart | str:
    """How much each parameter moves the difference; a sentence where the design cannot tell.

    By elementary effects where the design is Morris's, by Sobol indices where it is theirs.
    """
    from sim.experiment.insight import sensitivity
    from sim.experiment.insight.paired import paired_means
    from sim.report import sweep_charts

    plan = found.plan
    if plan.design not in ("morris", "sobol_indices"):
        return f"The design {plan.design!r} has no answer to that; `whatif sweep what_matters` has: a Morris design."
    problem = sensitivity.problem_of(dict.fromkeys(plan.vary, (0.0, 1.0)))
    mean = paired_means(_of_last(found))["mean"].to_numpy()
    if plan.design == "morris":
        return sweep_charts.screening(sensitivity.morris(problem, plan.unit("morris"), mean), _labels(found))
    return sweep_charts.indices(sensitivity.sobol(problem, mean), _labels(found))


def regret(found: Swept) -> Chart:
    """What each strategy costs where another would have been better."""
    from sim.report import sweep_charts

    npv = found.runs.groupby(["point", "strategy"])["npv"].mean().unstack()[list(_strategies(found))]
    return sweep_charts.regret(npv, {name: load_strategy(path).title for name, path in _strategies(found).items()})


def ranges(found: Swept) -> pd.DataFrame:
    """What varied, from where to where, why, and where the shipped world stands."""
    here, table = here_in(found.plan), []
    for key in map(str, found.points):
        one, column = found.plan.vary.get(key), found.points[key]
        why = "values" if isinstance(one, list) else one.why if one is not None else "calibrated: every kept world"
        table.append({"parameter": key, "from": column.min(), "to": column.max(), "here": here[key], "why": why})
    return pd.DataFrame(table)


def here_in(plan: Plan) -> dict[str, Any]:
    """Values of the varied parameters in the world that the sweep starts from."""
    tree = load_comparison(plan.world, plan.strategies, plan.changes)[-1].model_dump()
    tree |= {name: tree["strategy"] for name in plan.strategies}

    def at(key: str) -> Any:
        node: Any = tree
        for name in key.split("."):
            node = node[name]
        return node

    return {key: at(key) for key in plan.varied}


def save(found: Swept, asked: Asked) -> list[str]:
    """Writes the verdict and the charts beside the runs; returns the files' names."""
    from sim.experiment.sweep.run import save as save_tables
    from sim.report.save import staging

    drawn = {"worlds": worlds(found, asked), "frontier": frontier(found, asked), "regret": regret(found)}
    if not isinstance(strongest := what_matters(found), str):
        drawn["what_matters"] = strongest
    with staging(asked.out) as aside:
        (aside / "verdict.txt").write_text(f"{verdict(found)}\n", encoding="utf-8")
        (aside / "charts").mkdir()
        for name, chart in drawn.items():
            (aside / "charts" / f"{name}.png").write_bytes(theme.png(chart))
            (aside / "charts" / f"{name}.svg").write_text(theme.svg(chart), encoding="utf-8")
    return [*save_tables(found, asked.out), "verdict.txt", *(f"charts/{name}.png" for name in drawn)]


def _labels(found: Swept, units: bool = False) -> dict[str, str]:
    """What to call the varied parameters, perhaps with the unit."""
    known = {row["parameter"]: row["unit"] for kind in ("world", "strategy", "run") for row in rows(kind)}
    labels = {}
    for key in map(str, found.points):
        group, leaf = key.split(".")[-2:]
        label = (leaf if "_" in leaf else f"{group} {leaf}").replace("_", " ")  # 'rate' alone says nothing
        unit = known.get(key) or known.get(f"strategy.{key.partition('.')[2]}")
        labels[key] = f"{label}, {unit}" if units and unit else label
    return labels


def _of_last(found: Swept) -> pd.DataFrame:
    """The paired differences of the last strategy."""
    deltas = found.deltas
    return deltas[deltas["strategy"] == deltas["strategy"].iloc[-1]]


def _strategies(found: Swept) -> dict[str, str]:
    """Name in the tables -> file, in the order of the sweep."""
    return {Path(path).stem if path.endswith((".yaml", ".yml")) else path: path for path in found.plan.strategies}
