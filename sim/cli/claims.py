"""`whatif claims`: every notebook on the essays' claims, and the verdict on each claim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import fail, show
from sim.parameters import ParameterError, read_yaml
from sim.parameters.errors import suggestion


def claims(
    notebooks: Annotated[
        list[str] | None, typer.Argument(help="Notebooks by name; all that test claims if none.")
    ] = None,
    world: Annotated[str, typer.Option(help="A world of params/world, or a .yaml file.")] = "",
    people: Annotated[str | None, typer.Option(metavar="N", help="People, if not the notebook's.")] = None,
    weeks: Annotated[str | None, typer.Option(metavar="N", help="Horizon, if not the notebook's.")] = None,
    replications: Annotated[str | None, typer.Option(metavar="N", help="Paired worlds, if not the notebook's.")] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="First cause of all chance.")] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    out: Annotated[str, typer.Option(help="Folder of evidence, notebooks and pages.")] = "",
) -> None:
    """Which claims of the essays hold? Runs their notebooks; exit status 1 if one of them fails."""
    from sim.report.notebook import check
    from sim.report.publish import NotebookFailed, find_notebook, publish
    from sim.report.questions import gathered
    from sim.report.questions.verdicts import RESULTS

    known, folder = gathered.notebooks(), Path(out) if out else RESULTS
    said = {"people": people, "weeks": weeks, "replications": replications, "seed": seed, "workers": workers}
    given = {name: read_yaml(text, f"--{name}") for name, text in said.items() if text is not None}
    asked = {}
    for name in notebooks or known:
        if name not in known:
            raise ParameterError(
                f"claims: {name!r} tests no claims. Those that do: {', '.join(known)}.{suggestion(name, known)}"
            )
        asked[name] = given | {"world": world or gathered.own_world(name), "out": str(folder)}
    worlds = {name: check(parameters, "--set", "--{}").scenarios[0].name for name, parameters in asked.items()}
    failed = []
    for name, parameters in asked.items():
        typer.echo(f"{name} ...", err=True)
        try:
            publish(find_notebook(name), folder / worlds[name], parameters)
        except NotebookFailed as error:
            failed.append(str(error))
        except KeyboardInterrupt:
            fail(130, "interrupted: what the finished notebooks measured is kept")
    table = gathered.gathered(gathered.evidence_of(worlds[next(iter(asked))] if world else "", folder))
    rows = table[table["notebook"].isin(asked)].drop(columns=["essay", "notebook"]).to_dict(orient="records")
    show([{str(key): value for key, value in row.items()} for row in rows])
    typer.echo(gathered.sentence(table))
    typer.echo(f"Read them: {folder}")
    if failed:
        fail(1, "\n".join(f"error: {text}" for text in failed))
