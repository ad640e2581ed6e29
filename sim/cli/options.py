"""What the verbs share: options read as parameter files are, tables on the terminal, how a verb fails."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from sim.parameters import ParameterError, read_yaml

if TYPE_CHECKING:
    import pandas as pd


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


def changes(said: list[str] | None) -> dict[str, Any]:
    """What `--set KEY=VALUE ...` changes, the values read as in a parameter file."""
    found: dict[str, Any] = {}
    for text in said or []:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ParameterError(f"--set {text}: allowed: KEY=VALUE, e.g. world.needs.gross_margin=0.3")
        found[key.strip()] = read_yaml(value, f"--set {text}")
    return found


def whole(name: str, text: str | None, least: int = 1) -> int | None:
    """The whole number an option says; None where it is not said."""
    if text is None:
        return None
    value = read_yaml(text, f"--{name}")
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ParameterError(f"--{name}: got {value!r}; allowed: a whole number at least {least}")
    return value


def report(table: pd.DataFrame, path: Path | None) -> None:
    """A table on the terminal and, whole or not at all, in a file."""
    rounded = table.copy()
    for column in rounded.select_dtypes("float"):
        rounded[column] = [f"{value:.4g}" for value in rounded[column]]
    show([{str(key): value for key, value in row.items()} for row in rounded.to_dict(orient="records")])
    if path is not None:
        from sim.report.save import staging

        with staging(path.parent) as aside:
            table.to_csv(aside / path.name, index=False, lineterminator="\n")


def show(rows: list[dict[str, Any]]) -> None:
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


def verdict(out: Path) -> str:
    """The sentence that a notebook left in its folder."""
    return (out / "verdict.txt").read_text(encoding="utf-8").rstrip()


def fail(status: int, message: str) -> NoReturn:
    """End with this status and one clear sentence, without a traceback."""
    print(message, file=sys.stderr)
    raise SystemExit(status) from None
