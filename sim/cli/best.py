"""`whatif best`: each strategy at its own best, and at equal spend."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import options


def best(
    file: Annotated[str, typer.Argument(help="A file of params/best, or a .yaml file.")] = "support",
    trials: Annotated[str | None, typer.Option(metavar="N", help="For each lever, if not the file's.")] = None,
    replications: Annotated[str | None, typer.Option(metavar="N", help="Paired worlds of a trial, if not its.")] = None,
    fresh: Annotated[str | None, typer.Option(metavar="N", help="Worlds that judge the best, if not its.")] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    out: Annotated[str, typer.Option(help="Folder of runs and results; results/best/FILE if not said.")] = "",
) -> None:
    """Each strategy at its own best, and what else the same money buys. Stopped, it goes on where it was."""
    from sim.experiment.best.read import read_plan
    from sim.report import best as report
    from sim.report.words import plain

    asked = {"trials": trials, "replications": replications}
    sizes = {name: options.whole(name, text) for name, text in asked.items()}
    plan = read_plan(file).resized(**sizes, fresh=options.whole("fresh", fresh, least=2))
    folder = Path(out or report.folder(plan))
    try:
        found = report.run(plan, folder, options.whole("workers", workers))
        report.save(found, folder)
    except KeyboardInterrupt:
        options.fail(130, "interrupted: what was run is kept, the same command goes on")
    for text in report.sentences(found):
        typer.echo(f"{plain(text)}\n")
    options.show([{str(key): value for key, value in row.items()} for row in report.table(found).to_dict("records")])
    typer.echo(f"Look at it: {folder / 'charts' / 'best.png'}")
