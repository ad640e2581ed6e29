"""What a comparison rests on, as tables: assumptions, differences between strategies, identity."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pandas as pd

from sim.experiment.compare import Comparison
from sim.model.case import OUTCOMES
from sim.model.problems import FATES
from sim.model.records import JOINED_BY, LEFT_BY, Run
from sim.parameters import (
    ParameterError,
    Scenario,
    Strategy,
    World,
    load_comparison,
    load_strategy,
    load_world,
    names,
)
from sim.parameters.table import rows
from sim.report.words import titles, world_title


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def assumptions(comparison: Comparison) -> pd.DataFrame:
    """Parameters without good evidence behind them: parameter, value, unit, meaning.

    Of the strategies those that all share; what differs between them is in `differences`.
    """
    first = comparison.scenarios[0]
    different = set(differences(comparison)["parameter"])
    found = rows("world", first.world) + rows("run", first.run) + rows("strategy", first.strategy)
    choices = {"run.weeks", "run.replications", "run.seed", "run.precision", "run.max_replications"} | different
    return pd.DataFrame(
        [
            {**{key: row[key] for key in ("parameter", "unit", "meaning")}, "value": _text(row["value"])}
            for row in found
            if "assumption" in row["source"] and row["parameter"] not in choices
        ],
        columns=["parameter", "value", "unit", "meaning"],
    )


def differences(comparison: Comparison) -> pd.DataFrame:
    """Every parameter in which the strategies differ: parameter, meaning, unit and a column a strategy."""
    title = titles(comparison)
    tables = {s.strategy_name: rows("strategy", s.strategy) for s in comparison.scenarios}
    found = []
    for group in zip(*tables.values(), strict=True):
        values = [row["value"] for row in group]
        if group[0]["parameter"] in ("strategy.title", "strategy.story") or all(v == values[0] for v in values):
            continue
        found.append(
            {key: group[0][key] for key in ("parameter", "meaning", "unit")}
            | {title[name]: _text(value) for name, value in zip(tables, values, strict=True)}
        )
    return pd.DataFrame(found, columns=["parameter", "meaning", "unit", *title.values()])


def identity(comparison: Comparison) -> pd.DataFrame:
    """What is needed to get the same numbers again: item, value."""
    from importlib.metadata import version

    first, title = comparison.scenarios[0], titles(comparison)
    items = {
        "World": f"{world_title(comparison)} ({first.name})",
        "Strategies": ", ".join(f"{title[name]} ({name})" for name in comparison.strategies),
        "Weeks": _text(first.run.weeks),
        "Paired worlds": _text(comparison.replications),
        "Seed": str(first.run.seed),
        "People": _text(first.world.market.people),
        "Version": f"support-whatif {version('support-whatif')}",
        "Identity": comparison.identity,
        "Again": command(comparison),
    }
    return pd.DataFrame({"item": list(items), "value": list(items.values())})


def command(comparison: Comparison) -> str:
    """The shell command that computes this comparison again, or the way to its saved parameters."""
    first = comparison.scenarios[0]
    if first.name not in names("world") or not set(comparison.strategies) <= set(names("strategy")):
        return "whatif compare, with the files in the folder parameters of the saved results"
    try:
        shipped = load_comparison(first.name, comparison.strategies)
    except ParameterError:
        return "whatif compare, with the files in the folder parameters of the saved results"
    said = ["whatif", "compare", "--world", first.name, "--strategies", *comparison.strategies]
    said += ["--replications", str(first.run.replications), "--seed", str(first.run.seed)]
    said += ["--weeks", str(first.run.weeks)]
    if first.run.precision is not None:
        said += ["--precision", str(first.run.precision)]
    changes = [f"{key}={value}" for key, value in _changes(comparison.scenarios, shipped)]
    return shlex.join(said + (["--set", *changes] if changes else []))


def _changes(ran: tuple[Scenario, ...], shipped: list[Scenario]) -> list[tuple[str, str]]:
    """(key, value) of all that differs from the files that ship, besides what has an option of its own."""
    own = {"run.weeks", "run.replications", "run.seed", "run.precision"}
    pairs = [("world", rows("world", ran[0].world), rows("world", shipped[0].world))]
    pairs += [("run", rows("run", ran[0].run), rows("run", shipped[0].run))]
    pairs += [
        (one.strategy_name, rows("strategy", one.strategy), rows("strategy", other.strategy))
        for one, other in zip(ran, shipped, strict=True)
    ]
    found = []
    for head, now, before in pairs:
        for row, old in zip(now, before, strict=True):
            if row["value"] != old["value"] and row["parameter"] not in own:
                key = f"{head}.{row['parameter'].split('.', 1)[1]}"
                found.append((key, "null" if row["value"] is None else str(row["value"])))
    return found


def shipped(kind: str) -> pd.DataFrame:
    """The files of params/<kind> ('world' or 'strategy') by name: name, title, story."""
    load: dict[str, Callable[[str], World | Strategy]] = {"world": load_world, "strategy": load_strategy}
    if kind not in load:
        raise ParameterError(f"shipped: got {kind!r}; allowed: {', '.join(load)}")
    found = [(name, load[kind](name)) for name in names(kind)]
    table = [{"name": name, "title": file.title, "story": " ".join(file.story.split())} for name, file in found]
    return pd.DataFrame(table, columns=["name", "title", "story"])


def life(run: Run) -> pd.DataFrame:
    """Everything that happened to one of those who called the desk (of the first hundred, the one of whom there is
    most to tell), in order; codes as words, money in $.
    """
    events = run.events.frame()
    cases = events[events["kind"] == "case"]
    if cases.empty:
        return pd.DataFrame({"nobody called": []})
    callers = events[events["person"].isin(cases["person"].head(100))]
    rows = callers[callers["person"] == callers["person"].mode().iloc[0]].sort_values("week", kind="stable")
    told = []
    for row in rows.to_dict("records"):
        described = {"week": row["week"], "person": row["person"], "what": row["kind"]}
        match row["kind"]:
            case "purchase":
                described["how"] = f"${row['cents'] / 100:.2f}"
            case "problem":
                described["how"] = f"severity {row['severity']:.2f}, {FATES[int(row['fate'])]}"
            case "case":
                described["how"] = (
                    f"{OUTCOMES[int(row['outcome'])]} after {row['hours_closed'] - row['hours_opened']:.1f} hours"
                )
            case "story":
                described["how"] = (
                    f"{'bad' if row['bad'] else 'good'}, from person {int(row['teller'])}, hop {int(row['hop'])}"
                )
            case "joining":
                described["how"] = f"by {JOINED_BY[int(row['cause'])]}"
            case "leaving":
                described["how"] = f"{LEFT_BY[int(row['cause'])]}"
        told.append(described)
    return pd.DataFrame(told)
