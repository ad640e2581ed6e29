"""A deck brought up to date: new numbers in our fields, everything that the presenter did left as it is.

A field is a shape with a name of ours; where it stands, how large it is and how it looks are the presenter's. Of a
text that the presenter has put in other words, the numbers are replaced where that can be done without a doubt; where
not, it stays and is named, so that nobody shows an old number unawares.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.parameters import ParameterError
from sim.report.deck import fields, grid, ooxml
from sim.report.deck.fields import Memory, of_name
from sim.report.deck.place import known_as
from sim.report.deck.redraw import note, redraw
from sim.report.deck.reword import reword, with_new_numbers
from sim.report.deck.story import Slide, slides
from sim.report.deck.template import POINT, Faces, faces, opened
from sim.report.deck.wording import source, speaker
from sim.report.deck.write import keep, started
from sim.report.load import load


def refresh(deck: str | Path, folder: str | Path | None = None, out: str | Path | None = None) -> list[str]:
    """Brings the deck up to date with the results it was made of (or those in `folder`), in place or into `out`.

    Returns what could not be brought up to date, a sentence each.

    Raises:
        ParameterError: the deck or the folder cannot be used, or is of another comparison; nothing is written.
    """
    said = f"deck {deck}"
    presentation = opened(deck, "deck")
    before = fields.recall(presentation, said)
    saved = load(folder or before.folder)
    now = started(saved, before.sweep)
    for what in ("world", "strategies"):
        had, has = getattr(before, what), getattr(now, what)
        if had != has:
            raise ParameterError(
                f"{said}, {what}: the deck is about {had!r}, {saved.folder} holds {has!r}; allowed: results of the "
                f"same comparison. For another one make another deck: whatif deck {saved.folder} --out OTHER.pptx"
            )
    told = {slide.key: slide for slide in slides(saved, before.sweep)}
    fonts = faces(presentation)
    origin, left = source(saved.comparison), []
    for page in presentation.slides:
        keys = set()
        for shape, key, what in _ours(page):
            keys.add(key)
            if key in told:
                left += _field(shape, what, told[key], origin, fonts, before, now)
            elif what == "title":
                left.append(f"slide {key!r}: the results say nothing about it any more; it stays as it was.")
        for key in sorted(keys & set(told)):
            left += _notes(page, key, speaker(told[key].notes, saved.comparison), before, now)
    fields.remember(presentation, now)
    keep(presentation, out or deck)
    return left


def _ours(page: Any) -> list[tuple[Any, str, str]]:
    """The shapes of a slide that are fields, groups included: shape, slide's key, field.

    LibreOffice forgets the names of titles: on a slide with fields of ours its title is one.
    """

    def walk(shapes: Any) -> Iterator[tuple[Any, str, str]]:
        for shape in shapes:
            if hasattr(shape, "shapes"):
                yield from walk(shape.shapes)
            elif found := of_name(shape.name):
                yield shape, *found

    found = list(walk(page.shapes))
    title = page.shapes.title
    if found and title is not None and title.name.startswith("PlaceHolder"):
        key = found[0][1]
        title.name = fields.named(key, "title")
        found.append((title, key, "title"))
    return found


def _field(shape: Any, what: str, told: Slide, origin: str, fonts: Faces, before: Memory, now: Memory) -> list[str]:
    """One field brought up to date; what could not be."""
    texts = fields.texts(told, origin)
    kind, place = what.rstrip("0123456789"), what[len(what.rstrip("0123456789")) :]
    if what in texts:
        return reword(shape, what, texts[what], fonts.heading if what == "title" else fonts.body, before, now)
    if kind == "chart" and shape.has_chart and int(place or 0) < len(told.figures):
        figure, words = told.figures[int(place or 0)], told.alts[int(place or 0)]
        redraw(shape.chart, figure, before.series.get(shape.name), before.ends.get(shape.name))
        known_as(shape, words, figure, now)
        return _note(shape, figure.note, before, now) + _described(shape, words, before, now)
    elif kind == "picture" and told.picture is not None:
        ooxml.replace_picture(shape, told.picture)
        return _described(shape, told.alts[0], before, now)
    elif kind == "table" and shape.has_table and told.table:
        return _table(shape, told, fonts, before, now) + _described(shape, told.alts[0], before, now)
    elif kind != "rule":
        return [f"field {shape.name!r}: there is nothing to put into it; it stays as it was."]
    return []


def _note(shape: Any, text: str, before: Memory, now: Memory) -> list[str]:
    """The title inside a chart, which says how many worlds its interval is over."""
    runs = note(shape.chart)
    here = "".join(run.text or "" for run in runs)
    wanted, left = _kept(shape, fields.note_of(shape.name), here, text, before, now)
    for place, run in enumerate(runs if wanted != here else []):
        run.text = "" if place else wanted
    return left if runs else []


def _described(shape: Any, text: str, before: Memory, now: Memory) -> list[str]:
    """The alternative text."""
    here = ooxml.description(shape)
    wanted, left = _kept(shape, fields.words_of(shape.name), here, text, before, now)
    ooxml.describe(shape, wanted)
    return left


def _kept(shape: Any, key: str, here: str, text: str, before: Memory, now: Memory) -> tuple[str, list[str]]:
    """What a text that has no box is to say, and what to tell the presenter of it."""
    old = before.texts.get(key)
    if old is None or here == old:
        now.texts[key] = text
        return text, []
    mixed = here if old == text else with_new_numbers(here, old, text)
    if mixed is None:
        now.texts[key] = old
        return here, [f"{key.removeprefix('whatif:')}: kept as edited, {here!r}; the results now say {text!r}."]
    now.texts[key] = text
    return mixed, []


def _table(shape: Any, told: Slide, fonts: Faces, before: Memory, now: Memory) -> list[str]:
    """Cells that are as they were written get what is to be written now; the others stay."""
    table, old, here = shape.table, before.tables.get(shape.name), grid.read(shape)
    height = sum(int(row.height) for row in table.rows) / POINT
    found = grid.laid(told.table, sum(int(column.width) for column in table.columns) / POINT, height + 1, fonts.body)
    wanted = [list(row) for row in found.rows]
    if old is None or [len(row) for row in wanted] != [len(row) for row in here] or len(old) != len(here):
        now.tables[shape.name] = old or here
        changed = wanted != (old or here)
        return [f"table of slide {told.key!r}: has other rows or columns now; it stays as it was."] if changed else []
    left = []
    for row, was, is_now, shown in zip(table.rows, old, wanted, here, strict=True):
        for cell, before_it, after, seen in zip(row.cells, was, is_now, shown, strict=True):
            if seen == before_it != after:
                runs = cell.text_frame.paragraphs[0].runs
                grid.write(cell, after, runs[0].font.size.pt if runs and runs[0].font.size else found.size)
            elif seen != before_it and before_it != after:
                left.append(f"table of slide {told.key!r}: {seen!r} kept as edited; the results now say {after!r}.")
    now.tables[shape.name] = wanted
    return left


def _notes(page: Any, key: str, text: str, before: Memory, now: Memory) -> list[str]:
    """Our lines among the notes replaced; what the presenter wrote before or after them stays."""
    if not page.has_notes_slide or page.notes_slide.notes_text_frame is None:
        return []
    frame = page.notes_slide.notes_text_frame
    old, here = before.notes.get(key), frame.text
    if old is not None and old in here:
        frame.text = here.replace(old, text, 1)
        now.notes[key] = text
        return []
    now.notes[key] = old or ""
    return [f"notes of slide {key!r}: kept as edited; the command in them may be an old one."] if old != text else []
