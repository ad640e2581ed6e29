"""What a page on trust is asked for, checked, and its three tables: computed, or read from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from sim.experiment import facts as stylised
from sim.experiment.conditions import conditions as run_conditions
from sim.parameters import ParameterError, Scenario, load_comparison
from sim.parameters.cases import case_names, load_case
from sim.parameters.errors import shown
from sim.report import theme
from sim.report.notebook import known_only

TABLES = {
    "verify": ("rung", "point", "observable", "theory", "simulated", "standard_error", "z", "replications", "holds"),
    "facts": ("fact", "meaning", "unit", "low", "high", "value", "interval_low", "interval_high", "holds", "source"),
    "conditions": ("condition", "title", "expect", "mean", "low", "high", "share", "replications", "holds", "why"),
}  # file (without .csv) -> columns it must have
_LISTS = {"known_answers": "known_answer", "conditions": "condition"}
_COUNTS = ("answer_replications", "fact_replications", "condition_replications")
KNOWN = ("tables", "known_answers", "answer_replications", "world", "strategies", "people", "fact_replications",
         "conditions", "condition_replications", "workers")  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the notebook was asked for, checked.

    Attributes:
        scenarios: the world and strategies whose facts are measured and whose assumptions are listed.
        known_answers, conditions: names of case files.
        answer_replications: None for as many as each known answer says.
        tables: check -> its table, where it was read from a file.
    """

    scenarios: tuple[Scenario, ...]
    known_answers: tuple[str, ...]
    conditions: tuple[str, ...]
    answer_replications: int | None
    fact_replications: int
    condition_replications: int
    workers: int | None
    tables: Mapping[str, pd.DataFrame]


def read_parameters(names: Mapping[str, Any]) -> Asked:
    """The notebook's parameters (pass `globals()`), checked; also switches the charts' theme on.

    Raises:
        ParameterError: a name that is not a parameter, or a value that is not allowed.
    """
    said = known_only(names, KNOWN)
    asked = check({name: names[name] for name in said})
    theme.setup()
    return asked


def check(given: Mapping[str, Any]) -> Asked:
    """The values of parameters in `KNOWN` as what they stand for."""
    counts = {name: _count(name, given.get(name, 6), none=name == "answer_replications") for name in _COUNTS}
    workers = given.get("workers")
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise ParameterError(f"notebook parameter workers: got {workers!r}; allowed: null or a whole number at least 1")
    cases = {name: _cases(name, kind, given.get(name, [])) for name, kind in _LISTS.items()}
    scenarios = load_comparison(
        given.get("world", "online_retail"),
        given.get("strategies", ["cost_center", "profit_center"]),
        {"world.market.people": given["people"]} if "people" in given else {},
        options={"world.market.people": "notebook parameter people"},
    )
    return Asked(
        scenarios=tuple(scenarios),
        known_answers=cases["known_answers"],
        conditions=cases["conditions"],
        answer_replications=counts["answer_replications"],
        fact_replications=counts["fact_replications"] or 2,
        condition_replications=counts["condition_replications"] or 2,
        workers=workers,
        tables=_read_tables(given.get("tables", "")),
    )


def _count(name: str, value: Any, none: bool) -> int | None:
    if none and value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 2:
        allowed = f"{'null or ' if none else ''}a whole number at least 2"
        raise ParameterError(f"notebook parameter {name}: got {shown(value)}; allowed: {allowed}")
    return value


def _cases(name: str, kind: str, value: Any) -> tuple[str, ...]:
    """Names of cases of a kind, all that ship where none is named; each is read once, so that errors come first."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ParameterError(f"notebook parameter {name}: got {shown(value)}; allowed: a list of names, [] for all")
    for one in value:
        try:
            load_case(kind, one)
        except ParameterError as error:
            raise ParameterError(f"notebook parameter {name}: {error}") from None
    return tuple(value) or tuple(case_names(kind))


def _read_tables(folder: Any) -> dict[str, pd.DataFrame]:
    """The tables that are in a folder; none for ''."""
    where = "notebook parameter tables"
    allowed = f"a folder with {', '.join(f'{name}.csv' for name in TABLES)} or some of them, '' to compute"
    if not isinstance(folder, str):
        raise ParameterError(f"{where}: got {shown(folder)}; allowed: {allowed}")
    if not folder:
        return {}
    found = {name: Path(folder) / f"{name}.csv" for name in TABLES if (Path(folder) / f"{name}.csv").is_file()}
    if not found:
        raise ParameterError(f"{where}: nothing to read in {folder!r}; allowed: {allowed}")
    tables = {}
    for name, path in found.items():
        try:
            tables[name] = pd.read_csv(path)
        except (OSError, ValueError) as error:
            raise ParameterError(f"{where}: {str(path)!r} is not a table: {error}") from None
        missing = [column for column in TABLES[name] if column not in tables[name]]
        if missing:
            raise ParameterError(f"{where}: {str(path)!r} has no column {', '.join(missing)}")
    return tables


def known_answers(asked: Asked) -> pd.DataFrame:
    """Every observable of the known answers against theory: the columns of `sim.experiment.ladder.COLUMNS`."""
    if "verify" in asked.tables:
        return asked.tables["verify"]
    from sim.experiment import ladder

    bar = tqdm(asked.known_answers, desc="simulating", unit="file", mininterval=0.5, ncols=88)
    found = [ladder.verify(name, asked.answer_replications, None, asked.workers, False) for name in bar]
    return pd.concat(found, ignore_index=True)


def facts(asked: Asked) -> pd.DataFrame:
    """The facts of the literature, measured in the world: the columns of `sim.experiment.facts.facts`."""
    if "facts" in asked.tables:
        return asked.tables["facts"]
    return stylised.facts(asked.scenarios, asked.fact_replications, asked.workers)


def conditions(asked: Asked) -> pd.DataFrame:
    """The conditions and what came of each: the columns of `sim.experiment.conditions.conditions`."""
    if "conditions" in asked.tables:
        return asked.tables["conditions"]
    bar = tqdm(asked.conditions, desc="simulating", unit="file", mininterval=0.5, ncols=88)
    found = [run_conditions([name], asked.condition_replications, asked.workers, False) for name in bar]
    return pd.concat(found, ignore_index=True)


def origin(asked: Asked) -> str:
    """Which tables were read and which are computed, in one sentence."""
    names = {"verify": "known answers", "facts": "facts", "conditions": "conditions"}
    read = [names[name] for name in names if name in asked.tables]
    here = [names[name] for name in names if name not in asked.tables]
    parts = ([f"read from files: {', '.join(read)}"] if read else []) + (
        [f"computed now: {', '.join(here)}"] if here else []
    )
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
