"""`whatif params`, `names`: what may be said, and what ships."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from sim.cli import options
from sim.parameters import ParameterError


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
    options.show(
        [row for name in ([kind] if kind else KINDS) for row in rows(name, load(name, file) if file else None)]
    )


def names() -> None:
    """The worlds and strategies that ship."""
    from sim.parameters import load_strategy, load_world
    from sim.parameters import names as shipped

    for kind, load in (("world", load_world), ("strategy", load_strategy)):
        for name in shipped(kind):
            typer.echo(f"{kind:9} {name:16} {load(name).title}")
