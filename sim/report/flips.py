"""What the notebook of a sweep asks for: its worlds, the verdict over them, the pictures, the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.experiment.best.read import read_plan as read_best
from sim.experiment.bridge import bridge
from sim.experiment.compare import Comparison, compare
from sim.experiment.insight.paired import paired_means
from sim.experiment.insight.typical import typical
from sim.experiment.sweep.beside import LEAST, check_sharpen, itself, line, sharpen
from sim.experiment.sweep.plan import Plan
from sim.experiment.sweep.read import read_plan
from sim.experiment.sweep.run import Swept
from sim.parameters import ParameterError, load_comparison, load_strategy, load_world
from sim.parameters.errors import shown, suggestion
from sim.parameters.table import rows
from sim.report import theme
from sim.report.notebook import known_only

if TYPE_CHECKING:
    from sim.experiment.insight.discovery import Verdict
    from sim.report.marks import Chart

KNOWN = ("sweep", "points", "replications", "x", "y", "sharpen", "best", "workers", "out")

BESIDE = "sharpened_"  # begins the names of the tables of points beside a sweep's own
FLAT = "There is no map: fewer than two parameters vary by numbers."


@dataclass(frozen=True, eq=False)
class Asked:
    """What the notebook was asked for.

    Attributes:
        out: where the runs are kept.
        x, y: the two parameters to look at; empty where fewer than two vary by numbers.
        sharpen: so many more worlds where the line between x and y is in doubt.
    """

    plan: Plan
    out: Path
    x: str
    y: str
    sharpen: int
    workers: int | None


def read_parameters(names: Mapping[str, Any], option: str = "notebook parameter {}") -> Asked:
    """The notebook's parameters (pass `globals()`), checked; also switches the charts' theme on.

    In errors `option` (with a place for the name) is how they were said.

    Raises:
        ParameterError: a name that is not a parameter, or a value that is not allowed.
    """
    known_only(names, KNOWN)
    whole = {name: names.get(name) for name in ("points", "replications", "workers", "sharpen")}
    for name, value in whole.items():
        least = 0 if name == "sharpen" else 1
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            raise ParameterError(
                f"{option.format(name)}: got {shown(value)}; allowed: null or a whole number at least {least}"
            )
    plan = read_plan(names.get("sweep", "where_it_flips")).resized(whole["points"], whole["replications"])
    if names.get("best"):  # the section at the end: a fault there is told before the sweep is run
        read_best(names["best"])
    theme.setup()
    x, y = _looked_at(plan, names, option)
    sharpen = whole["sharpen"] or 0
    check_sharpen(plan, x, y, sharpen, option.format("sharpen"))
    return Asked(plan, Path(names.get("out") or f"results/sweep/{plan.name}"), x, y, sharpen, whole["workers"])


def _looked_at(plan: Plan, names: Mapping[str, Any], option: str) -> tuple[str, str]:
    """The parameters x and y: those that were asked for, else the first two that vary over numbers."""
    if plan.design in ("grid", "list"):
        table = pd.DataFrame(plan.points)
        numbers = table.select_dtypes("number").dropna(axis=1)
        keys = [str(key) for key in numbers if numbers[key].nunique() > 1]
    else:
        keys = [key for key, one in plan.vary.items() if not isinstance(one, list)]
    chosen = [names.get(axis) for axis in "xy"]
    for axis, key in zip("xy", chosen, strict=True):
        if key and key not in keys:
            raise ParameterError(
                f"{option.format(axis)}: got {shown(key)}; allowed: a parameter that varies over numbers in "
                f"{plan.said_by}: {', '.join(keys) or 'there is none'}.{suggestion(str(key), keys)}"
            )
    if chosen[0] and chosen[0] == chosen[1]:
        raise ParameterError(f"{option.format('y')}: got {shown(chosen[1])}, as x; allowed: another one than x")
    left = [key for key in keys if key not in chosen]
    x, y = (key or (left.pop(0) if left else "") for key in chosen)
    return (str(x), str(y)) if x and y else ("", "")


def sweep(asked: Asked, scheduler: str | None = None) -> Swept:
    """The runs of the sweep: those that are there are read, those that are not are made.

    So are those beside its own points: where the line is in doubt, and the world that it starts from. They enter the
    picture of the line and nothing else.
    """
    from sim.experiment.sweep.run import sweep as run_sweep

    found = run_sweep(asked.plan, asked.out, asked.workers, scheduler)
    if asked.x and len(found.points) >= LEAST:
        _sharpened(found, asked, scheduler)
        itself(asked.plan, asked.out, asked.workers, scheduler)
    return found


def _sharpened(found: Swept, asked: Asked, scheduler: str | None = None) -> Swept | None:
    if not asked.sharpen:
        return None
    return sharpen(found, asked.x, asked.y, asked.sharpen, asked.out, asked.workers, scheduler)


@lru_cache(maxsize=1)  # said, drawn and written: the search for a condition is the longest part
def verdict(found: Swept) -> Verdict:
    """In how many of the worlds the last strategy is worth more than the first, and where it is not."""
    from sim.experiment.insight.discovery import verdict as judged

    return judged(found.points, found.of_last, _labels(found))


def worlds(found: Swept, asked: Asked) -> Chart | str:
    """Every world as a mark over the two parameters; a sentence where fewer than two vary by numbers."""
    from sim.report import sweep_charts

    if not asked.x:
        return FLAT
    box, labels = verdict(found).discovery, _labels(found, units=True)
    return sweep_charts.worlds(found.points, found.of_last, asked.x, asked.y, box, labels, _last(found))


@lru_cache(maxsize=1)  # drawn and written
def frontier(found: Swept, asked: Asked) -> Chart | str:
    """The break-even line between the two parameters, and where the world is that the sweep starts from.

    A sentence where fewer than two parameters vary by numbers, or there are too few worlds to fit a line to.
    """
    from sim.report import sweep_charts

    if not asked.x:
        return FLAT
    if len(found.points) < LEAST:
        return f"A line needs at least {LEAST} worlds, not {len(found.points)}: `points`."
    more = _sharpened(found, asked)
    before = fitted = line(found, asked.x, asked.y)
    dots = None
    if more is not None:
        fitted = line(found, asked.x, asked.y, more)
        dots = sweep_charts.Sharpened(more.points[[asked.x, asked.y]].to_numpy(float), before)
    one = paired_means(itself(asked.plan, asked.out, asked.workers).of_last).iloc[0]
    at, name = here_in(asked.plan), load_world(asked.plan.world).title
    here = sweep_charts.Here(at[asked.x], at[asked.y], name, one["mean"], one["half_width"])
    return sweep_charts.frontier(fitted, _labels(found, units=True), here, _last(found), dots)


def what_matters(found: Swept) -> Chart | str:
    """How much each parameter moves the difference; a sentence where the design cannot tell.

    By elementary effects where the design is Morris's, by Sobol indices where it is theirs.
    """
    from sim.experiment.insight import sensitivity
    from sim.report import sweep_charts

    plan = found.plan
    if plan.design not in ("morris", "sobol_indices"):
        return f"The design {plan.design!r} has no answer to that; `whatif sweep what_matters` has: a Morris design."
    problem = sensitivity.problem_of(dict.fromkeys(plan.vary, (0.0, 1.0)))
    mean = paired_means(found.of_last)["mean"].to_numpy()
    if plan.design == "morris":
        return sweep_charts.screening(sensitivity.morris(problem, plan.unit("morris"), mean), _labels(found))
    return sweep_charts.indices(sensitivity.sobol(problem, mean), _labels(found))


def regret(found: Swept) -> Chart:
    """What each strategy costs where another would have been better."""
    from sim.report import sweep_charts

    npv = found.runs.groupby(["point", "strategy"])["npv"].mean().unstack()[list(_strategies(found))]
    return sweep_charts.regret(npv, {name: load_strategy(path).title for name, path in _strategies(found).items()})


@lru_cache(maxsize=1)  # drawn, tabled and written
def middle_worlds(found: Swept, workers: int | None = None) -> dict[int, tuple[int, Comparison]]:
    """The world in the middle of those that win (1) and of those that lose (-1): its point, and a comparison there.

    In as many paired worlds of chance as a comparison usually has. A sign that no world surely has is left out.
    """
    chosen, found_there = typical(paired_means(found.of_last)), {}
    for sign, point in chosen.items():
        scenarios = found.plan.scenarios(found.plan.points[point])
        found_there[sign] = point, compare(scenarios, workers, survey=False)
    return found_there


def causes(found: Swept, asked: Asked) -> Chart | str:
    """The bridge in the middle world of those that win beside that of those that lose; a sentence without any."""
    from sim.report import sweep_charts

    there = middle_worlds(found, asked.workers)
    if not there:
        return "There is no bridge: in no world is the sign of the difference sure."
    signs = paired_means(found.of_last)["sign"]
    titles = {name: load_strategy(path).title for name, path in _strategies(found).items()}
    bridges = {sign: bridge(comparison) for sign, (_, comparison) in there.items()}
    counts = {sign: int((signs == sign).sum()) for sign in there}
    pair = next(iter(titles)), next(reversed(titles))
    replications = next(iter(there.values()))[1].replications
    return sweep_charts.causes(bridges, counts, titles, pair, replications)


def where_they_are(found: Swept, asked: Asked) -> pd.DataFrame:
    """What varied, in the world that the sweep starts from and in the middle ones of `causes`."""
    from sim.report.sweep_charts.causes import WHERE

    there, here = middle_worlds(found, asked.workers), here_in(found.plan)
    columns: dict[str, list[Any]] = {"parameter": list(here), "here": list(here.values())}
    for sign, (point, _) in there.items():
        values = found.points.loc[point].to_dict()
        columns[f"where it {WHERE[sign]}"] = [values[key] for key in here]
    return pd.DataFrame(columns)


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

    charts = {"worlds": worlds(found, asked), "frontier": frontier(found, asked), "regret": regret(found)}
    charts["causes"] = causes(found, asked)
    charts["what_matters"] = what_matters(found)
    drawn = {name: chart for name, chart in charts.items() if not isinstance(chart, str)}  # else it cannot be drawn
    with staging(asked.out) as aside:
        (aside / "verdict.txt").write_text(f"{verdict(found)}\n", encoding="utf-8")
        (aside / "charts").mkdir()
        for name, chart in drawn.items():
            (aside / "charts" / f"{name}.png").write_bytes(theme.png(chart))
            (aside / "charts" / f"{name}.svg").write_text(theme.svg(chart), encoding="utf-8")
    tables = save_tables(found, asked.out)
    for old in asked.out.glob(f"{BESIDE}*.*"):
        old.unlink()
    if (more := _sharpened(found, asked)) is not None:
        tables += save_tables(more, asked.out, BESIDE)
    return [*tables, "verdict.txt", *(f"charts/{name}.png" for name in drawn)]


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


def _last(found: Swept) -> str:
    """What to call the strategy that is compared with the first."""
    return load_strategy(list(_strategies(found).values())[-1]).title


def _strategies(found: Swept) -> dict[str, str]:
    """Name in the tables -> file, in the order of the sweep."""
    return {Path(path).stem if path.endswith((".yaml", ".yml")) else path: path for path in found.plan.strategies}
