"""The command `whatif`: the verbs of the notebooks from a shell."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sim.parameters import ParameterError, read_yaml

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(
    help="Support what-if: is customer support a cost center or a profit center for my business?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
STRATEGIES = ["cost_center", "profit_center"]


@app.command()
def compare(
    world: Annotated[str, typer.Option(help="A world of params/world, or a .yaml file.")] = "online_retail",
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
    options = {"replications": replications, "seed": seed, "weeks": weeks, "precision": precision}
    options |= {"ablations": ablations, "workers": workers}
    given: dict[str, Any] = {"world": world, "strategies": strategies or STRATEGIES, "out": out}
    given["changes"] = _changes(set_ or [])
    given |= {name: read_yaml(text, f"--{name}") for name, text in options.items() if text is not None}
    asked = check(given | {"run": run}, "--set", "--{}").scenarios[0].run  # before a kernel starts
    given |= {name: getattr(asked, name) for name in ("weeks", "replications", "seed", "precision")}
    others = {f"run.{name}": getattr(asked, name) for name in ("discount_rate", "max_replications")}
    given["changes"] = {key: value for key, value in given["changes"].items() if not key.startswith("run.")} | others
    try:
        html = publish(find_notebook("01_compare"), Path(out), given)
    except KeyboardInterrupt:
        _fail(130, "interrupted: nothing half-written was left")
    typer.echo(_verdict(Path(out)))
    typer.echo(f"Read it: {html}")


def _changes(said: list[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for text in said:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ParameterError(f"--set {text}: allowed: KEY=VALUE, e.g. world.needs.gross_margin=0.3")
        changes[key.strip()] = read_yaml(value, f"--set {text}")
    return changes


def _verdict(out: Path) -> str:
    return (out / "verdict.txt").read_text(encoding="utf-8").rstrip()


@app.command()
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

    changes, runs = _changes(set_ or []), _whole("replications", replications)
    asked = rungs or case_names("known_answer")
    for name in asked:
        load_case("known_answer", name, changes, "--set")  # all of them, before any work starts
    tables = []
    for name in asked:
        typer.echo(f"{name} ...", err=True)
        tables.append(ladder.verify(name, runs, changes, _whole("workers", workers)))
    table = pd.concat(tables, ignore_index=True)
    _report(table, Path(out) / "verify.csv" if out else None)
    typer.echo(f"{int(table['holds'].sum())} of {len(table)} values hold in {len(asked)} known answers.")
    if not table["holds"].all():
        raise SystemExit(1)


@app.command()
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

    runs = _whole("replications", replications)
    scenarios = load_comparison(world, changes=_changes(set_ or []), said_by="--set")
    assert runs is not None
    table = stylised.facts(scenarios, runs, _whole("workers", workers))
    _report(table, Path(out) / "facts.csv" if out else None)
    outside = table.loc[~table["holds"], "fact"].tolist()
    typer.echo(
        f"{int(table['holds'].sum())} of {len(table)} facts in their bands."
        + (f" Outside: {', '.join(outside)}." if outside else "")
    )


@app.command()
def conditions(
    names: Annotated[list[str] | None, typer.Argument(help="Files of params/condition; all if none.")] = None,
    replications: Annotated[str | None, typer.Option(metavar="N", help="Paired worlds, if not the file's.")] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    out: Annotated[str, typer.Option(help="Folder for conditions.csv; '' for none.")] = "results/trust",
) -> None:
    """Where the profit center must be able to lose, and where it should win: each condition, run and judged."""
    from sim.experiment.conditions import conditions as judged

    table = judged(names, _whole("replications", replications), _whole("workers", workers))
    _report(table, Path(out) / "conditions.csv" if out else None)
    typer.echo(f"{int(table['holds'].sum())} of {len(table)} conditions come out as expected.")


@app.command()
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
    asked = {name: _whole(name, text) for name, text in numbers.items()}
    table = calibration.calibrate(
        **asked,  # type: ignore[arg-type]
        seed=_whole("seed", seed, least=0),  # type: ignore[arg-type]
        workers=_whole("workers", workers),
        out=Path(out) if out else calibration.OUT,
    )
    _report(table, None)


def _whole(name: str, text: str | None, least: int = 1) -> int | None:
    """The whole number an option says; None where it is not said."""
    if text is None:
        return None
    value = read_yaml(text, f"--{name}")
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ParameterError(f"--{name}: got {value!r}; allowed: a whole number at least {least}")
    return value


def _report(table: pd.DataFrame, path: Path | None) -> None:
    """A table on the terminal and, whole or not at all, in a file."""
    rounded = table.copy()
    for column in rounded.select_dtypes("float"):
        rounded[column] = [f"{value:.4g}" for value in rounded[column]]
    _table([{str(key): value for key, value in row.items()} for row in rounded.to_dict(orient="records")])
    if path is not None:
        from sim.report.save import staging

        with staging(path.parent) as aside:
            table.to_csv(aside / path.name, index=False, lineterminator="\n")


@app.command()
def sweep(
    file: Annotated[str, typer.Argument(help="A sweep of params/sweep, or a .yaml file.")] = "where_it_flips",
    points: Annotated[str | None, typer.Option(metavar="N", help="Points, if not the file's.")] = None,
    replications: Annotated[str | None, typer.Option(metavar="N", help="Paired worlds of each, if not its.")] = None,
    part: Annotated[
        str | None, typer.Option(metavar="K/N", help="Of N machines this is the K-th; merge them afterwards.")
    ] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Of a Dask cluster to run it.")] = None,
    out: Annotated[str, typer.Option(help="Folder of the runs; results/sweep/FILE if not said.")] = "",
) -> None:
    """Run a sweep, or what is missing of it: in how many worlds does support pay, and where does the answer flip?"""
    from sim.experiment.sweep.plan import read_plan
    from sim.experiment.sweep.run import save
    from sim.experiment.sweep.run import sweep as run_sweep
    from sim.report.publish import find_notebook, publish

    plan = read_plan(file).resized(_whole("points", points), _whole("replications", replications))
    folder, of = Path(out or f"results/sweep/{plan.name}"), _part(part)
    try:
        found = run_sweep(plan, folder, _whole("workers", workers), scheduler, part=of)
        save(found, folder)
        if of != (1, 1):
            typer.echo(f"Part {part} is done: {folder}. Then: whatif merge --into FOLDER {folder} ...")
            return
        given = {"sweep": file, "points": plan.number, "replications": plan.replications, "out": str(folder)}
        html = publish(find_notebook("10_where_it_flips"), folder, given)
    except KeyboardInterrupt:
        _fail(130, "interrupted: what was run is kept, the same command goes on")
    typer.echo(_verdict(folder))
    typer.echo(f"Read it: {html}")


def _part(text: str | None) -> tuple[int, int]:
    """K/N as numbers; the whole if not said."""
    if text is None:
        return 1, 1
    first, _, parts = text.partition("/")
    if not (first.isdecimal() and parts.isdecimal() and 1 <= int(first) <= int(parts)):
        raise ParameterError(f"--part: got {text!r}; allowed: K/N, e.g. 1/2 on the first of two machines")
    return int(first), int(parts)


@app.command()
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


@app.command()
def params(
    kind: Annotated[str | None, typer.Argument(help="world, strategy or run; all if not said.")] = None,
    file: Annotated[str | None, typer.Argument(help="Show the values of this file instead of the defaults.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="JSON Schema of the parameter files instead.")] = False,
) -> None:
    """Every parameter: value, unit, what is allowed, meaning, source."""
    from sim.parameters.files import KINDS, load
    from sim.parameters.table import json_schema, rows

    if schema:
        typer.echo(json.dumps(json_schema(), indent=2))
        return
    if kind is not None and kind not in KINDS:
        from sim.parameters.errors import suggestion

        raise ParameterError(f"params {kind!r}: allowed: {', '.join(KINDS)}.{suggestion(kind, KINDS)}")
    _table([row for name in ([kind] if kind else KINDS) for row in rows(name, load(name, file) if file else None)])


def _table(rows: list[dict[str, Any]]) -> None:
    """A table on a terminal; tab-separated text when piped, so that nothing is cut off."""
    if not sys.stdout.isatty():
        typer.echo("\t".join(rows[0]))
        for row in rows:
            typer.echo("\t".join(str(value) for value in row.values()))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*rows[0], row_styles=["", "dim"])
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row.values()))
    Console().print(table)


@app.command()
def names() -> None:
    """The worlds and strategies that ship."""
    from sim.parameters import load_strategy, load_world
    from sim.parameters import names as shipped

    for kind, load in (("world", load_world), ("strategy", load_strategy)):
        for name in shipped(kind):
            typer.echo(f"{kind:9} {name:16} {load(name).title}")


@app.command()
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


@app.command()
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

    grid, at_once = load_grid(file), _whole("kernels", kernels)
    asked = batches.prepare(find_notebook(notebook), grid, Path(out or f"results/batch/{grid.name}"))
    if asked.of(batches.REFUSED) and asked.of(batches.WAITING):
        typer.echo(f"{batches.report(asked, batches.REFUSED)}\nThe others run.", err=True)
    try:
        batches.run(asked, at_once)
    except KeyboardInterrupt:
        done = len(asked.of(batches.DONE))
        _fail(130, f"interrupted: {done} of {len(asked.points)} notebooks are done; the same command runs the others")
    missing = asked.of(batches.FAILED, batches.REFUSED)
    if missing:
        typer.echo(batches.report(asked, batches.FAILED, batches.REFUSED), err=True)
    typer.echo(f"{len(asked.of(batches.DONE))} of {len(asked.points)} notebooks are done.")
    typer.echo(f"Read them: {asked.out / 'index.html'}")
    if missing:
        typer.echo("The same command runs what is missing.", err=True)
        raise SystemExit(1)


def _terminated(signum: int, frame: FrameType | None) -> NoReturn:
    """A kill tidies up like Ctrl-C."""
    raise KeyboardInterrupt


def spread(arguments: list[str]) -> list[str]:
    """`--strategies a b` as `--strategies a --strategies b`, likewise --set: the form that the parser knows."""
    spread_out: list[str] = []
    repeated = ""
    for argument in arguments:
        if argument.startswith("-"):
            repeated = argument if argument in ("--strategies", "--set") else ""
            spread_out.append(argument)
        elif repeated and spread_out[-1] != repeated:
            spread_out += [repeated, argument]
        else:
            spread_out.append(argument)
    return spread_out


def main() -> None:
    """Entry point. Exit status 2 for bad input, 1 for a notebook that failed, 130 when interrupted."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app(spread(sys.argv[1:]))
    except ParameterError as error:
        _fail(2, f"error: {error}")
    except RuntimeError as error:
        if type(error).__name__ not in ("NotebookFailed", "WorkerDied"):
            raise
        _fail(1, f"error: {error}")


def _fail(status: int, message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(status) from None
