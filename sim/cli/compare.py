"""`whatif compare`: one world, several strategies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options
from sim.parameters import read_yaml

STRATEGIES = ["cost_center", "profit_center"]


def compare(
    file: Annotated[
        str | None, typer.Argument(help="A scenario as the panel saves it; what is said by options counts instead.")
    ] = None,
    world: Annotated[
        str | None, typer.Option(help="A world of params/world, or a .yaml file. [default: online_retail]")
    ] = None,
    strategies: Annotated[
        list[str] | None,
        typer.Option(help="Two or more of params/strategy, or .yaml files; first the baseline."),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter; see `whatif params`.")
    ] = None,
    run: Annotated[str, typer.Option(help="Run settings of params/run, or a .yaml file.")] = "default",
    replications: Annotated[str | None, typer.Option(metavar="N", help="Paired worlds.")] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="First cause of all chance.")] = None,
    weeks: Annotated[str | None, typer.Option(metavar="N", help="Horizon.")] = None,
    precision: Annotated[
        str | None, typer.Option(metavar="$", help="Go on until the 95 % interval is at most plus or minus this.")
    ] = None,
    ablations: Annotated[
        str | None, typer.Option(metavar="N", help="Worlds in which each contested mechanism is switched off; 0: none.")
    ] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    out: Annotated[str, typer.Option(help="Folder for notebook, HTML, charts, tables.")] = "results/compare",
) -> None:
    """Which strategy is worth more, by how much, how surely, and why."""
    from sim.report.notebook import check
    from sim.report.publish import find_notebook, publish

    # Values are read as in a parameter file and judged by the same rules, so that the errors are the same
    numbers = {"replications": replications, "seed": seed, "weeks": weeks, "precision": precision}
    numbers |= {"ablations": ablations, "workers": workers}
    given: dict[str, Any] = {"world": "online_retail", "strategies": STRATEGIES}
    if file is not None:
        from sim.report.saved import read

        given |= read(file)
    given |= {name: value for name, value in (("world", world), ("strategies", strategies)) if value}
    instead = {f"run.{name}" for name, text in numbers.items() if text is not None}
    changes = {key: value for key, value in (given.get("changes") or {}).items() if key not in instead}
    given |= {"out": out, "changes": changes | options.changes(set_)}
    given |= {name: read_yaml(text, f"--{name}") for name, text in numbers.items() if text is not None}
    asked = check(given | {"run": run}, "--set", "--{}").scenarios[0].run  # before a kernel starts
    given |= {name: getattr(asked, name) for name in ("weeks", "replications", "seed", "precision")}
    others = {f"run.{name}": getattr(asked, name) for name in ("discount_rate", "max_replications")}
    given["changes"] = {key: value for key, value in given["changes"].items() if not key.startswith("run.")} | others
    try:
        html = publish(find_notebook("01_compare"), Path(out), given)
    except KeyboardInterrupt:
        options.fail(130, "interrupted: nothing half-written was left")
    typer.echo(options.verdict(Path(out)))
    typer.echo(f"Read it: {html}")
