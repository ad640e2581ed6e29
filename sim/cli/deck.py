"""`whatif deck`: a finished comparison as a PowerPoint deck, made new or brought up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.parameters import ParameterError


def deck(
    folder: Annotated[
        str | None, typer.Argument(help="Results of `whatif compare`; results/compare, or a refreshed deck's own.")
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="FILE", help="A .pptx whose master, layouts, fonts and colours to use.")
    ] = None,
    sweep: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Results of `whatif sweep`, for a slide on other worlds.")
    ] = None,
    refresh: Annotated[
        str | None, typer.Option(metavar="FILE", help="Bring this deck up to date and leave all edits as they are.")
    ] = None,
    out: Annotated[str, typer.Option(metavar="FILE", help="results/deck.pptx, or the refreshed deck itself.")] = "",
) -> None:
    """Slides with native charts: the verdict, what is behind it, how sure it is; or a deck with new numbers."""
    if out and not out.endswith(".pptx"):
        raise ParameterError(f"--out: got {out!r}; allowed: the path of a .pptx file")
    if refresh is None:
        from sim.report.deck.write import write

        out = out or "results/deck.pptx"
        titles = write(folder or "results/compare", out, template, sweep)
        for number, title in enumerate(titles, start=1):
            typer.echo(f"{number:2} {title}")
        typer.echo(f"Show it: {out}")
        return
    for name, value in (("--template", template), ("--sweep", sweep)):
        if value is not None:
            raise ParameterError(
                f"{name}: got {value!r}; allowed: nothing beside --refresh, which keeps the deck's own"
            )
    from sim.report.deck.refresh import refresh as brought_up

    left = brought_up(refresh, folder, out or None)
    for text in left:
        typer.echo(f"note: {text}", err=True)
    typer.echo(f"Refreshed: {out or refresh}")
