"""A notebook's parameters: checked before anything runs, however they came in.

papermill adds a cell with what it was given, and only warns about a name that the notebook does not know. So the names
are read from the cells that begin with `# Parameters` (the notebook's own and papermill's) and must be known ones.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.parameters import ParameterError, Scenario, load_comparison
from sim.parameters.errors import suggestion

MARK = "# Parameters"
RUN_KEYS = {name: f"run.{name}" for name in ("weeks", "replications", "seed", "precision")}
WORLD_KEYS = {"people": "world.market.people"}
KNOWN = ("world", "strategies", "changes", "people", *RUN_KEYS, "ablations", "workers", "out")


@dataclass(frozen=True)
class Asked:
    """What a notebook was asked for: valid scenarios, the processes to use, where to write ('' for nowhere), and in how
    many of the worlds to do without each contested mechanism."""

    scenarios: tuple[Scenario, ...]
    workers: int | None
    out: str
    ablations: int = 4


def read_parameters(names: Mapping[str, Any]) -> Asked:
    """The notebook's parameters (pass `globals()`), checked; also switches the charts' theme on.

    Raises:
        ParameterError: a name that is not a parameter, or a value that is not allowed.
    """
    from sim.report import theme

    given = {name: names[name] for name in known_only(names, KNOWN)}
    asked = check(given, "notebook parameter changes", "notebook parameter {}")
    theme.setup()
    return asked


def check(given: Mapping[str, Any], changes_by: str, option: str) -> Asked:
    """Values of the parameters in `KNOWN` (and `run`, a file) as the scenarios they stand for.

    In errors `changes_by` names the origin of changes, `option` (with a place for the name) that of the others.
    """
    workers, out, changes = given.get("workers"), given.get("out", ""), given.get("changes") or {}
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise ParameterError(f"{option.format('workers')}: got {workers!r}; allowed: null or a whole number at least 1")
    ablations = given.get("ablations", 4)
    if isinstance(ablations, bool) or not isinstance(ablations, int) or ablations < 0:
        raise ParameterError(
            f"{option.format('ablations')}: got {ablations!r}; allowed: a whole number at least 0 (worlds; 0: none)"
        )
    if not isinstance(out, str):
        raise ParameterError(f"{option.format('out')}: got {out!r}; allowed: text, the folder for results")
    if not isinstance(changes, Mapping):
        raise ParameterError(f"{changes_by}: got {changes!r}; allowed: keys and values")
    short = {key: given[name] for name, key in (RUN_KEYS | WORLD_KEYS).items() if name in given}
    scenarios = load_comparison(
        given.get("world", "online_retail"),
        given.get("strategies", ["cost_center", "profit_center"]),
        {key: value for key, value in short.items() if key not in changes} | dict(changes),
        run=given.get("run", "default"),
        said_by=changes_by,
        options={key: option.format(name) for name, key in (RUN_KEYS | WORLD_KEYS).items()},
    )
    if len(scenarios) < 2:
        raise ParameterError(
            f"{option.format('strategies')}: got {given['strategies']!r}; allowed: at least two strategies"
        )
    if out and Path(out).exists() and not Path(out).is_dir():
        raise ParameterError(f"{option.format('out')}: {out!r} is a file; allowed: a folder")
    return Asked(tuple(scenarios), workers, out, ablations)


def known_only(names: Mapping[str, Any], known: Sequence[str]) -> dict[str, str]:
    """`assigned`, all of them known.

    Raises:
        ParameterError: a name that is not a parameter.
    """
    said = assigned(names, known)
    for name, line in said.items():
        if name not in known:
            raise ParameterError(
                f"notebook parameter {name!r} (value {line}): no such parameter.{suggestion(name, known)}"
                f" Allowed: {', '.join(known)}."
            )
    return said


def assigned(names: Mapping[str, Any], known: Sequence[str] = KNOWN) -> dict[str, str]:
    """Names assigned in the parameter cells that ran last, with the text of their values.

    Outside a notebook there are no cells: every one of the `known` names that is defined counts.
    """
    cells = names.get("In")
    if not isinstance(cells, list):
        return {name: repr(names[name]) for name in known if name in names}
    # IPython keeps its magic-free source; the last run of neighbouring parameter cells is the one that holds
    last = next((end for end in range(len(cells) - 1, -1, -1) if cells[end].startswith(MARK)), None)
    if last is None:
        return {name: repr(names[name]) for name in known if name in names}
    first = last
    while first and cells[first - 1].startswith(MARK):
        first -= 1
    said: dict[str, str] = {}
    for cell in cells[first : last + 1]:
        for statement in ast.parse(cell).body:
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            for target in targets:
                if isinstance(target, ast.Name):
                    said[target.id] = ast.unparse(statement.value)  # type: ignore[attr-defined]
    return said
