"""`whatif batch`: a notebook at every point of a grid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import options


def batch(
    notebook: Annotated[str, typer.Argument(help="A notebook by name (01_compare), or an .ipynb file.")],
    file: Annotated[str, typer.Argument(help="A grid of its parameters: of params/sweep, or a .yaml file.")],
    kernels: Annotated[
        str | None, typer.Option(metavar="N", help="Notebooks at a time; one a core if not said.")
    ] = None,
    out: Annotated[str, typer.Option(help="Folder of the notebooks; results/batch/FILE if not said.")] = "",
) -> None:
    """Run a notebook at every point of a grid, or what is missing of it. Exit status 1 if a point has no result."""
    from sim.parameters.grid import load_grid
    from sim.report import batch as batches
    from sim.report.publish import find_notebook

    grid, at_once = load_grid(file), options.whole("kernels", kernels)
    asked = batches.prepare(find_notebook(notebook), grid, Path(out or f"results/batch/{grid.name}"))
    if asked.of(batches.REFUSED) and asked.of(batches.WAITING):
        typer.echo(f"{batches.report(asked, batches.REFUSED)}\nThe others run.", err=True)
    try:
        batches.run(asked, at_once)
    except KeyboardInterrupt:
        done = len(asked.of(batches.DONE))
        options.fail(
            130, f"interrupted: {done} of {len(asked.points)} notebooks are done; the same command runs the others"
        )
    missing = asked.of(batches.FAILED, batches.REFUSED)
    if missing:
        typer.echo(batches.report(asked, batches.FAILED, batches.REFUSED), err=True)
    typer.echo(f"{len(asked.of(batches.DONE))} of {len(asked.points)} notebooks are done.")
    typer.echo(f"Read them: {asked.out / 'index.html'}")
    if missing:
        typer.echo("The same command runs what is missing.", err=True)
        raise SystemExit(1)
