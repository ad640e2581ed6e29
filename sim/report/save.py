"""A finished comparison on disk: tables, charts and the exact parameters, each file written aside and then renamed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from sim.experiment.compare import Comparison
from sim.parameters import ParameterError
from sim.parameters.files import dump
from sim.report.sentences import pairing, verdict


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write in; on success its files move into `out`, each whole; on failure nothing does.

    Folders left behind by a killed process are removed first.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        clear(out)
        aside = out.parent / f".{out.name}.partial-{os.getpid()}"
        aside.mkdir()
    except OSError as error:
        raise ParameterError(f"out: cannot write to {str(out)!r}: {error.strerror}") from None
    try:
        yield aside
        for source in sorted(aside.rglob("*")):
            target = out / source.relative_to(aside)
            if source.is_dir():
                target.mkdir(exist_ok=True)
            else:
                os.replace(source, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def clear(out: Path) -> None:
    """Removes what killed processes left beside `out`."""
    for old in out.parent.glob(f".{escape(out.name)}.partial-*"):
        process = int(old.name.rsplit("-", 1)[1])
        # In a container the next process may well have the number of the killed one
        if process == os.getpid() or not _alive(process):
            shutil.rmtree(old, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def save(comparison: Comparison, out: str, ablations: pd.DataFrame | None = None) -> list[str]:
    """Writes everything a comparison holds to the folder `out` (nothing if ''); returns the names of the files.

    weeks, runs and ablations as .parquet and .csv; every chart as .png (2x) and .svg; the verdict; parameters/ as
    files that can be run again; identity.json, the name of the numbers.
    """
    if not out:
        return []
    with staging(Path(out)) as aside:
        tables = {"weeks": comparison.weeks, "runs": comparison.runs}
        if ablations is not None:
            tables["ablations"] = ablations
        for name, table in tables.items():
            table.to_parquet(aside / f"{name}.parquet", index=False)
            table.to_csv(aside / f"{name}.csv", index=False, lineterminator="\n")
        (aside / "verdict.txt").write_text(f"{verdict(comparison)}\n{pairing(comparison)}\n", encoding="utf-8")
        (aside / "identity.json").write_text(json.dumps(_identity(comparison), indent=2) + "\n", encoding="utf-8")
        _charts(comparison, aside / "charts", ablations)
        _parameters(comparison, aside / "parameters")
        written = sorted(path.relative_to(aside).as_posix() for path in aside.rglob("*") if path.is_file())
    return written


def _identity(comparison: Comparison) -> dict[str, object]:
    """What names the numbers: with parameters/ it reproduces them."""
    scenario = comparison.scenarios[0]
    return {
        "identity": comparison.identity,
        "version": version("support-whatif"),
        "world": scenario.name,
        "strategies": comparison.strategies,
        "people": scenario.world.market.people,
        "weeks": scenario.run.weeks,
        "replications": comparison.replications,
        "seed": scenario.run.seed,
    }


def _charts(comparison: Comparison, folder: Path, ablations: pd.DataFrame | None) -> None:
    from sim.report import charts, theme
    from sim.report.bridge import bridge_chart

    folder.mkdir()
    drawn = {name: draw(comparison) for name, draw in charts.ALL.items()} | {"bridge": bridge_chart(comparison)}
    if ablations is not None:
        drawn["ablations"] = charts.ablations(comparison, ablations)
    for name, chart in drawn.items():
        (folder / f"{name}.png").write_bytes(theme.png(chart))
        (folder / f"{name}.svg").write_text(theme.svg(chart), encoding="utf-8")


def _parameters(comparison: Comparison, folder: Path) -> None:
    """world, run and each strategy as YAML with every value, ready for --world, --run and --strategies."""
    folder.mkdir()
    world = comparison.scenarios[0]
    head = f"# Exactly what ran, every value said: identity {comparison.identity}\n"
    (folder / f"{world.name}.yaml").write_text(head + dump(world.world), encoding="utf-8")
    (folder / "run.yaml").write_text(head + dump(world.run), encoding="utf-8")
    for scenario in comparison.scenarios:
        (folder / f"{scenario.strategy_name}.yaml").write_text(head + dump(scenario.strategy), encoding="utf-8")
