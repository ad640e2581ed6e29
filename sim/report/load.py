"""A comparison read back from the folder that `save` left, the same to the last digit, or a clear error."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment.ablate import COLUMNS
from sim.experiment.compare import KEYS, Comparison
from sim.experiment.metrics import RUN_COLUMNS
from sim.model.ledger import ACCOUNTS
from sim.parameters import ParameterError, load_comparison

WEEKLY = (*KEYS, "week", "cumulative_npv", "customers", *ACCOUNTS)
BY_RUN = (*KEYS, *RUN_COLUMNS, *(f"npv_{name}" for name in ACCOUNTS))
NAMED = ("identity", "version", "world", "strategies")
AGAIN = "Make it again: whatif compare --out {folder}"


@dataclass(frozen=True, eq=False)
class Saved:
    """What a folder of results holds: the comparison and, if they were made, its ablations."""

    folder: Path
    comparison: Comparison
    ablations: pd.DataFrame | None


def load(folder: str | Path = "results/compare") -> Saved:
    """The comparison in `folder`, as `whatif compare --out` or `report.save` left it.

    Raises:
        ParameterError: there is no such folder, a file is missing or broken, or another version of the model made it,
            so that its numbers cannot be what the parameters beside them give here.
    """
    folder = Path(folder)
    if not folder.is_dir():
        near = [str(path.parent) for path in sorted(folder.parent.glob("*/identity.json"))]
        hint = f" Beside it: {', '.join(near)}." if near else ""
        raise ParameterError(
            f"{folder}: no such folder; allowed: a folder that `whatif compare --out` left (`make compare`).{hint}"
        )
    named = _identity(folder)
    files = {name: folder / "parameters" / f"{name}.yaml" for name in (named["world"], "run", *named["strategies"])}
    for path in files.values():
        _there(path, folder)
    strategies = [str(files[name]) for name in named["strategies"]]
    scenarios = load_comparison(str(files[named["world"]]), strategies, run=str(files["run"]))
    weeks, runs = _table(folder, "weeks", WEEKLY), _table(folder, "runs", BY_RUN)
    comparison = Comparison(tuple(scenarios), weeks, runs)
    _whole(folder, comparison)
    if comparison.identity != named["identity"]:
        raise ParameterError(
            f"{folder}/identity.json: the results are named {named['identity']}, the parameters and tables beside them "
            f"{comparison.identity}: they do not belong together. {AGAIN.format(folder=folder)}"
        )
    made = (folder / "ablations.parquet").is_file()
    return Saved(folder, comparison, _table(folder, "ablations", COLUMNS) if made else None)


def _there(path: Path, folder: Path) -> None:
    if not path.is_file():
        raise ParameterError(f"{path}: no such file; allowed: a whole folder of results. {AGAIN.format(folder=folder)}")


def _identity(folder: Path) -> dict[str, Any]:
    path = folder / "identity.json"
    _there(path, folder)
    try:
        named = json.loads(path.read_text(encoding="utf-8"))
        missing = [key for key in NAMED if key not in named]
        strategies = named.get("strategies")
    except (ValueError, TypeError, AttributeError, OSError) as error:
        raise ParameterError(f"{path}: cannot be read ({error}). {AGAIN.format(folder=folder)}") from None
    if missing or not isinstance(strategies, list) or len(strategies) < 2:
        lacks = ", ".join(missing) or "two strategies or more"
        raise ParameterError(f"{path}: lacks {lacks}. {AGAIN.format(folder=folder)}")
    here = version("support-whatif")
    if named["version"] != here:
        raise ParameterError(
            f"{path}, version: got {named['version']!r}; allowed: {here!r}, the version that is installed. Another "
            f"version's numbers may mean something else. {AGAIN.format(folder=folder)}"
        )
    return named


def _table(folder: Path, name: str, columns: Iterable[str]) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    _there(path, folder)
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:  # pyarrow's own errors are both
        reason = str(error).splitlines()[0]
        raise ParameterError(f"{path}: cannot be read ({reason}). {AGAIN.format(folder=folder)}") from None
    missing = [column for column in columns if column not in table]
    if missing:
        raise ParameterError(
            f"{path}: lacks the column{'s' if missing[1:] else ''} {', '.join(missing)}. {AGAIN.format(folder=folder)}"
        )
    return table


def _whole(folder: Path, comparison: Comparison) -> None:
    """Every strategy is there in every replication, and every week of it."""
    runs, weeks = comparison.runs, comparison.weeks
    wanted = len(comparison.strategies) * comparison.replications
    horizon = comparison.scenarios[0].run.weeks
    if set(runs["strategy"]) != set(comparison.strategies) or len(runs) != wanted or len(weeks) != wanted * horizon:
        raise ParameterError(
            f"{folder}: runs.parquet has {len(runs)} rows and weeks.parquet {len(weeks)}; allowed: {wanted} and "
            f"{wanted * horizon}, a row a strategy and replication, and as many as there are weeks. "
            f"{AGAIN.format(folder=folder)}"
        )
