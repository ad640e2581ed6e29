"""What is on each slide: the finding as its title, what is drawn, what is said, and what the speaker may be asked.

Everything is computed from the comparison; nothing here knows of PowerPoint.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from sim.experiment.bridge import PARTS
from sim.experiment.compare import Comparison
from sim.parameters import ParameterError
from sim.parameters.table import rows
from sim.report import tables, theme
from sim.report.bridge import bridge_headline, bridge_sentence
from sim.report.deck import figures, wording
from sim.report.deck.figure import Figure
from sim.report.deck.ooxml import Picture
from sim.report.deck.wording import in_words, joined
from sim.report.findings import ablation_headline, best_other, headline
from sim.report.load import Saved
from sim.report.sentences import pairing, payback, signed, survey_sentence, verdict
from sim.report.words import horizon, money, plain, titles

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Tile:
    """A number to be seen from the last row, and what it is."""

    number: str
    meaning: str
    colour: str


@dataclass(frozen=True)
class Slide:
    """One slide. `key` names it for good: fields of a deck are found again by it."""

    key: str
    title: str
    said: str = ""  # one or two sentences
    figures: tuple[Figure, ...] = ()  # side by side
    picture: Picture | None = None
    table: tuple[tuple[str, ...], ...] = ()  # the first row is its head
    tiles: tuple[Tile, ...] = ()
    alts: tuple[str, ...] = ()  # of each figure, or of the picture or table: what it shows, in words
    notes: tuple[str, ...] = ()
    source: str = ""  # where the numbers come from, if not from the comparison


def slides(saved: Saved, sweep: str | Path | None = None) -> list[Slide]:
    """The deck of a finished comparison, in order; slides that have nothing to show are left out.

    `sweep` is a folder of the results of a sweep, '' or None for none.
    """
    comparison = saved.comparison
    made = [
        *first(comparison),
        _causes(comparison),
        _drawn(headline("sources", comparison), "sources", figures.sources(comparison)),
    ]
    spend = figures.survey(comparison)
    if spend is not None:
        made.append(_drawn(headline("survey", comparison), "survey", spend, said=plain(survey_sentence(comparison))))
    if saved.ablations is not None and len(saved.ablations):
        made.append(_ablations(comparison, saved.ablations))
    if sweep:
        made.append(_worlds(Path(sweep)))
    sure = _drawn(
        headline("npv_runs", comparison), "worlds", figures.worlds(comparison), said=plain(pairing(comparison))
    )
    return [*made, _levers(comparison), _assumptions(comparison), sure]


def first(comparison: Comparison) -> list[Slide]:
    """The slides that any deck begins with: the verdict, customers, cash and the two lenses."""
    return [
        _verdict(comparison),
        _drawn(headline("customers", comparison), "customers", figures.customers(comparison)),
        _drawn(headline("cash", comparison), "cash", figures.cash(comparison)),
        _drawn(headline("lenses", comparison), "lenses", *figures.lenses(comparison)),
    ]


def _drawn(finding: str, key: str, *drawn: Figure, said: str = "", notes: tuple[str, ...] = ()) -> Slide:
    words = tuple(in_words(finding, figure) for figure in drawn)
    return Slide(key, joined(finding), joined(said), drawn, alts=words, notes=notes)


def _verdict(comparison: Comparison) -> Slide:
    name, title, over = best_other(comparison), titles(comparison), horizon(comparison)
    difference, colours = comparison.difference(name), theme.colours(comparison.strategies)
    sure = math.isfinite(difference.half_width)
    half = f"± {money(difference.half_width)} (95 % interval)" if sure else "in one run, no interval"
    worth = f"{half}: net present value of {title[name]} less that of {title[difference.baseline]} over {over}"
    week = difference.payback_week
    when = "never" if week is None else "at once" if week == 0 else payback(comparison, name).split("after ")[-1]
    pays = f"{'has it' if week is None else 'until it has'} paid back on average, within the {over} simulated"
    tiles = (
        Tile(joined(signed(difference.mean)), joined(worth), colours[name]),
        Tile(
            f"{difference.wins:,} of {difference.replications:,}".replace(" ", NBSP),
            f"paired worlds in which {title[name]} is worth more: the same people, the same luck",
            colours[name],
        ),
        Tile(joined(when), joined(pays), colours[name]),
    )
    story = " ".join(comparison.scenarios[0].world.story.split())
    notes = (f"The world: {story}",) if story else ()
    finding = joined(wording.headline(comparison))
    return Slide("verdict", finding, joined(plain(verdict(comparison))), tiles=tiles, notes=notes)


def _causes(comparison: Comparison) -> Slide:
    meanings = tuple(f"{part}: {meaning}" for part, meaning in PARTS.items())
    notes = (plain(bridge_sentence(comparison)), "What each part is", *meanings)
    return _drawn(bridge_headline(comparison), "bridge", figures.causes(comparison), notes=notes)


def _ablations(comparison: Comparison, table: pd.DataFrame) -> Slide:
    meanings = dict(zip(table["ablation"], table["meaning"], strict=True))
    notes = tuple(f"{name}: {meaning}" for name, meaning in meanings.items())
    said = "Each contested mechanism is switched off, one at a time, in the same paired worlds."
    figure = figures.ablations(comparison, table)
    return _drawn(ablation_headline(comparison, table), "ablations", figure, said=said, notes=notes)


def _worlds(folder: Path) -> Slide:
    """Other worlds than this one: the picture and the verdict that a sweep left in its folder."""
    files = {name: folder / name for name in ("verdict.txt", "charts/worlds.png", "charts/worlds.svg")}
    missing = [str(path) for path in files.values() if not path.is_file()]
    if missing:
        raise ParameterError(
            f"sweep {folder}: lacks {', '.join(missing)}; allowed: a folder that `whatif sweep` left, in which two "
            "parameters vary by numbers"
        )
    text = plain(files["verdict.txt"].read_text(encoding="utf-8").strip())
    finding, _, rest = text.partition("; ")
    picture = Picture(files["charts/worlds.png"].read_bytes(), files["charts/worlds.svg"].read_text(encoding="utf-8"))
    alts = (f"Scatter chart, a mark a world: {text}",)
    said = joined(rest[:1].upper() + rest[1:])
    origin = f"Source: support-whatif {version('support-whatif')}, sweep {folder.name}, {files['verdict.txt']}"
    notes = (text, f"Again: whatif sweep {folder.name}")
    return Slide("sweep", joined(finding), said, picture=picture, alts=alts, notes=notes, source=origin)


def _levers(comparison: Comparison) -> Slide:
    table, title = tables.differences(comparison), titles(comparison)
    names = [title[name] for name in comparison.strategies]
    cells = tuple(
        (f"{_spoken(row['parameter'])}: {row['meaning']}", *(row[name] for name in names), row["unit"])
        for row in table.to_dict("records")
    )
    finding = f"{_listed(names)} differ in {len(table)} choices; all else is the same"
    stories = tuple(
        f"{title[scenario.strategy_name]}: {' '.join(scenario.strategy.story.split())}"
        for scenario in comparison.scenarios
        if scenario.strategy.story.strip()
    )
    alts = (f"Table: {finding}. A row a choice, a column a strategy.",)
    every = tuple(" | ".join(row) for row in cells)
    head = ("What is chosen", *names, "unit")
    return Slide("levers", finding, table=(head, *cells), alts=alts, notes=(*stories, "Every choice", *every))


def _assumptions(comparison: Comparison) -> Slide:
    table, first = tables.assumptions(comparison), comparison.scenarios[0]
    every = len(rows("world", first.world) + rows("run", first.run) + rows("strategy", first.strategy))
    group = table["parameter"].str.rsplit(".", n=1).str[0]
    counts, cells = group.value_counts(), []
    for name in counts.index:
        own = table[group == name].to_dict("records")
        said = ", ".join(f"{_spoken(row['parameter'].rsplit('.', 1)[-1])} {row['value'] or 'none'}" for row in own[:4])
        cells.append((_spoken(name.split(".")[-1]), f"{counts[name]}", said + (" …" if len(own) > 4 else "")))
    finding = f"{len(table)} of {every} parameters rest on assumption, not on published evidence"
    listed = tuple(
        f"{row['parameter']} = {row['value']}{' ' + row['unit'] if row['unit'] else ''}: {row['meaning']}"
        for row in table.to_dict("records")
    )
    alts = (f"Table: {finding}. A row a group of parameters: how many are assumed, and the first of them.",)
    head = ("Group", "Assumed", "The first of them")
    return Slide("assumptions", finding, table=(head, *cells), alts=alts, notes=("Every assumption", *listed))


def _spoken(parameter: str) -> str:
    return parameter.removeprefix("strategy.").replace("_", " ").replace(".", ", ")


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]])
