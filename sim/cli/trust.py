"""`whatif verify`, `facts`, `conditions`, `calibrate`, `fit`: the model held against theory, literature and data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import options
from sim.parameters import ParameterError


def verify(
    rungs: Annotated[
        list[str] | None, typer.Argument(help="Known answers of params/known_answer; all if none.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="The same at other values.")
    ] = None,
    replications: Annotated[str | None, typer.Option(metavar="N", help="Runs of each point.")] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    out: Annotated[str, typer.Option(help="Folder for verify.csv; '' for none.")] = "results/trust",
) -> None:
    """Hold the engine against theory: every known answer within three standard errors? Exit status 1 if not."""
    import pandas as pd

    from sim.experiment import ladder
    from sim.parameters.cases import case_names, load_case

    changes, runs = options.changes(set_), options.whole("replications", replications)
    asked = rungs or case_names("known_answer")
    for name in asked:
        load_case("known_answer", name, changes, "--set")  # all of them, before any work starts
    tables = []
    for name in asked:
        typer.echo(f"{name} ...", err=True)
        tables.append(ladder.verify(name, runs, changes, options.whole("workers", workers)))
    table = pd.concat(tables, ignore_index=True)
    options.report(table, Path(out) / "verify.csv" if out else None)
    typer.echo(f"{int(table['holds'].sum())} of {len(table)} values hold in {len(asked)} known answers.")
    if not table["holds"].all():
        raise SystemExit(1)


def facts(
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter.")] = None,
    world: Annotated[str, typer.Option(help="A world of params/world, or a .yaml file.")] = "online_retail",
    replications: Annotated[str, typer.Option(metavar="N", help="Paired worlds.")] = "30",
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    out: Annotated[str, typer.Option(help="Folder for facts.csv; '' for none.")] = "results/trust",
) -> None:
    """The stylised facts of the literature in the simulation, with bands, intervals and sources."""
    from sim.experiment import facts as stylised
    from sim.parameters import load_comparison

    runs = options.whole("replications", replications)
    scenarios = load_comparison(world, changes=options.changes(set_), said_by="--set")
    assert runs is not None
    table = stylised.facts(scenarios, runs, options.whole("workers", workers))
    options.report(table, Path(out) / "facts.csv" if out else None)
    outside = table.loc[~table["holds"], "fact"].tolist()
    typer.echo(
        f"{int(table['holds'].sum())} of {len(table)} facts in their bands."
        + (f" Outside: {', '.join(outside)}." if outside else "")
    )


def conditions(
    names: Annotated[list[str] | None, typer.Argument(help="Files of params/condition; all if none.")] = None,
    replications: Annotated[str | None, typer.Option(metavar="N", help="Paired worlds, if not the file's.")] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    out: Annotated[str, typer.Option(help="Folder for conditions.csv; '' for none.")] = "results/trust",
) -> None:
    """Where the profit center must be able to lose, and where it should win: each condition, run and judged."""
    from sim.experiment.conditions import conditions as judged

    table = judged(names, options.whole("replications", replications), options.whole("workers", workers))
    options.report(table, Path(out) / "conditions.csv" if out else None)
    typer.echo(f"{int(table['holds'].sum())} of {len(table)} conditions come out as expected.")


def calibrate(
    points: Annotated[str, typer.Option(metavar="N", help="Parameter points of the first wave.")] = "128",
    accept: Annotated[str, typer.Option(metavar="N", help="Points kept: the posterior sample.")] = "32",
    waves: Annotated[str, typer.Option(metavar="N", help="Waves; each later one searches around what was kept.")] = "3",
    replications: Annotated[str, typer.Option(metavar="N", help="Paired worlds of a point.")] = "2",
    seed: Annotated[str, typer.Option(metavar="N", help="Of the search.")] = "1",
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    out: Annotated[str, typer.Option(help="Folder with free.yaml; points and posterior are kept there.")] = "",
) -> None:
    """Calibrate the default world to the stylised facts; stopped, it goes on where it was."""
    from sim.experiment import calibrate as calibration

    numbers = {"points": points, "accept": accept, "waves": waves, "replications": replications}
    asked = {name: options.whole(name, text) for name, text in numbers.items()}
    table = calibration.calibrate(
        **asked,  # type: ignore[arg-type]
        seed=options.whole("seed", seed, least=0),  # type: ignore[arg-type]
        workers=options.whole("workers", workers),
        out=Path(out) if out else calibration.OUT,
    )
    options.report(table, None)


def fit(
    customers: Annotated[Path, typer.Option(help="Buyers: ID, frequency, recency, T in weeks.")] = Path(
        "params/source/cdnow_summary.csv"
    ),
    orders: Annotated[Path, typer.Option(help="Orders, as in params/source/cdnow_sample.txt.")] = Path(
        "params/source/cdnow_sample.txt"
    ),
    tickets: Annotated[Path | None, typer.Option(help="Help-desk log: CaseID, ActivityID, CompleteTimestamp.")] = None,
    out: Annotated[Path, typer.Option(help="Where to write the fitted values.")] = Path("params/source/fitted.yaml"),
) -> None:
    """Fit need and basket to purchases, and the spread of resolution times to a help-desk log."""
    from sim.experiment.fit import fit_all, write_fitted

    for path in (customers, orders, tickets):
        if path is not None and not path.is_file():
            raise ParameterError(f"fit: {str(path)!r}: no such file")
    write_fitted(out, fit_all(customers, orders, tickets))
    typer.echo(out.read_text(encoding="utf-8").rstrip())
