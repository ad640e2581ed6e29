"""`whatif sweep`, `merge`: many worlds, run by run, on one machine or several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options
from sim.parameters import ParameterError


def sweep(
    file: Annotated[str, typer.Argument(help="A sweep of params/sweep, or a .yaml file.")] = "where_it_flips",
    points: Annotated[str | None, typer.Option(metavar="N", help="Points, if not the file's.")] = None,
    replications: Annotated[str | None, typer.Option(metavar="N", help="Paired worlds of each, if not its.")] = None,
    x: Annotated[
        str | None, typer.Option(metavar="KEY", help="Across the maps; the first range of the file if not said.")
    ] = None,
    y: Annotated[str | None, typer.Option(metavar="KEY", help="Up the maps; its second range if not said.")] = None,
    sharpen: Annotated[
        str | None, typer.Option(metavar="N", help="More points where the line between x and y is in doubt.")
    ] = None,
    part: Annotated[
        str | None, typer.Option(metavar="K/N", help="Of N machines this is the K-th; merge them afterwards.")
    ] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Of a Dask cluster to run it.")] = None,
    out: Annotated[str, typer.Option(help="Folder of the runs; results/sweep/FILE if not said.")] = "",
) -> None:
    """Run a sweep, or what is missing of it: in how many worlds does support pay, and where does the answer flip?"""
    from sim.experiment.sweep.run import save
    from sim.experiment.sweep.run import sweep as run_sweep
    from sim.report import flips
    from sim.report.publish import find_notebook, publish

    numbers = {"points": points, "replications": replications, "workers": workers}
    given: dict[str, Any] = {name: options.whole(name, text) for name, text in numbers.items()}
    given |= {"sharpen": options.whole("sharpen", sharpen, least=0) or 0, "sweep": file, "x": x, "y": y, "out": out}
    asked, of = flips.read_parameters(given, "--{}"), _part(part)  # before anything is run
    try:
        if of != (1, 1):
            if asked.sharpen:
                raise ParameterError("--sharpen: needs all points; allowed without --part, after `whatif merge`")
            save(run_sweep(asked.plan, asked.out, asked.workers, scheduler, part=of), asked.out)
            typer.echo(f"Part {part} is done: {asked.out}. Then: whatif merge --into FOLDER {asked.out} ...")
            return
        flips.sweep(asked, scheduler)
        said = {"points": asked.plan.number, "replications": asked.plan.replications, "out": str(asked.out)}
        said |= {"best": ""}  # a world of its own, with a verb of its own: whatif best
        html = publish(find_notebook("10_where_it_flips"), asked.out, given | said)
    except KeyboardInterrupt:
        options.fail(130, "interrupted: what was run is kept, the same command goes on")
    typer.echo(options.verdict(asked.out))
    typer.echo(f"Read it: {html}")


def _part(text: str | None) -> tuple[int, int]:
    """K/N as numbers; the whole if not said."""
    if text is None:
        return 1, 1
    first, _, parts = text.partition("/")
    if not (first.isdecimal() and parts.isdecimal() and 1 <= int(first) <= int(parts)):
        raise ParameterError(f"--part: got {text!r}; allowed: K/N, e.g. 1/2 on the first of two machines")
    return int(first), int(parts)


def merge(
    folders: Annotated[list[str], typer.Argument(help="Folders of sweeps.")],
    into: Annotated[str, typer.Option(help="Folder that takes over their runs; made if it is not there.")],
) -> None:
    """Bring the runs of several machines together; `whatif sweep FILE --out FOLDER` then finds them done."""
    from sim.experiment.sweep.store import Store

    for folder in folders:
        if not (Path(folder) / "store.json").is_file():
            raise ParameterError(f"merge: {folder!r} holds no runs; allowed: the folder of a sweep.")
    new = Store(Path(into)).merge([Path(folder) for folder in folders])
    typer.echo(f"{new:,} runs are new in {into}.")
