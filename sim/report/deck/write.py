"""A deck made new: the slides of a comparison in a template, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.parameters import ParameterError
from sim.report.deck.fields import Memory, remember
from sim.report.deck.place import put
from sim.report.deck.story import Slide, slides
from sim.report.deck.template import template
from sim.report.deck.wording import source, speaker
from sim.report.load import Saved, load


def write(
    folder: str | Path = "results/compare",
    out: str | Path = "results/deck.pptx",
    master: str | Path | None = None,
    sweep: str | Path | None = None,
) -> list[str]:
    """Makes the deck of the comparison in `folder`, in the template `master` or our own; the titles of its slides.

    With the results of a sweep in `sweep` there is a slide on other worlds.

    Raises:
        ParameterError: the folder or the template cannot be used, or `out` cannot be written; nothing is.
    """
    saved, room = load(folder), template(master)
    comparison, memory = saved.comparison, started(saved, sweep)
    told = slides(saved, sweep)
    for slide in told:
        put(room, slide, source(comparison), speaker(slide.notes, comparison), memory)
    remember(room.presentation, memory)
    about = room.presentation.core_properties
    about.title, about.subject = told[0].title, source(comparison)
    if master is None:
        about.author = about.last_modified_by = "support-whatif"
    keep(room.presentation, out)
    return [slide.title for slide in told]


def loose(told: Sequence[tuple[Slide, str]], said: str, path: Path) -> None:
    """Writes slides, each with its speaker's notes, to a file that belongs to no folder of results.

    `said` is where their numbers come from. Such a deck cannot be refreshed: there is nothing to read new numbers from.
    """
    room, forgotten = template(None), Memory("", "", "", [], "")
    for slide, notes in told:
        put(room, slide, said, notes, forgotten)
    room.presentation.save(str(path))


def keep(presentation: Any, out: str | Path) -> None:
    """Writes a deck to a file, whole or not at all."""
    from sim.report.save import staging

    out = Path(out)
    if out.is_dir():
        raise ParameterError(f"out: got {str(out)!r}, a folder; allowed: the path of a .pptx file")
    with staging(out.parent) as aside:
        presentation.save(str(aside / out.name))


def started(saved: Saved, sweep: str | Path | None = None) -> Memory:
    """The memory of a deck before anything is written into it."""
    comparison = saved.comparison
    return Memory(
        folder=str(saved.folder),
        identity=comparison.identity,
        world=comparison.scenarios[0].name,
        strategies=comparison.strategies,
        version=version("support-whatif"),
        sweep=str(sweep or ""),
    )
