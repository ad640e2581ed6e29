"""A slide put into a template: each field a shape with a name of ours, its text measured, its chart a native one."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from sim.report.deck import fields, grid, ooxml
from sim.report.deck.fields import Memory, named
from sim.report.deck.figure import Figure
from sim.report.deck.fit import INSET_Y, LEADING, Face, fit
from sim.report.deck.native import Native, series_of
from sim.report.deck.ooxml import Picture
from sim.report.deck.story import Slide
from sim.report.deck.template import INCH, POINT, Box, Template

GAP = round(0.1 * INCH)
SMALL = 5 * INCH  # a chart less wide than that has smaller labels, as has one with less room for each of them
LOW, AROUND = round(0.47 * INCH), round(1.15 * INCH)  # what a label of two lines takes; title and axis of a chart
BESIDE = 1.5  # a picture less wide than that (of its height) has its words at its side, not above
NUMBER_OF_SLIDE = 13  # kind of placeholder


def put(room: Template, told: Slide, source: str, notes: str, memory: Memory) -> Any:
    """One more slide at the end; what was written is kept in `memory`."""
    page = room.presentation.slides.add_slide(room.layout)
    for holder in list(page.placeholders):
        if holder.placeholder_format.idx:  # not the title: nothing is to be filled in by hand
            holder._element.getparent().remove(holder._element)
    for holder in room.layout.placeholders:
        if holder.placeholder_format.type == NUMBER_OF_SLIDE:
            number = deepcopy(holder._element)
            number.nvSpPr.cNvPr.set("id", str(page.shapes._next_shape_id))  # its own among those of the slide
            page.shapes._spTree.append(number)
    said = fields.texts(told, source)
    _title(page, room, told, memory)
    left, top, width, height = room.room
    foot = round((fields.sizes("source")[0] * LEADING + 2 * INSET_Y) * POINT)
    bottom = top + height - foot
    _text(page, room.fonts.body, told.key, "source", said["source"], (left, bottom, width, foot), memory)
    box = (left, top, width, bottom - GAP - top)
    if told.tiles:
        used = _tiles(page, room.fonts.body, told, box, memory)
        box = (left, top + used + 2 * GAP, width, box[3] - used - 2 * GAP)
    if told.said and told.picture is not None and told.picture.wide < BESIDE:
        aside = round(width * 0.34)
        _text(page, room.fonts.body, told.key, "said", said["said"], (left, top, aside, box[3]), memory)
        box = (left + aside + GAP, top, width - aside - GAP, box[3])
    elif told.said:
        tall = box[3] if told.tiles else round(1.25 * INCH)
        used = _text(page, room.fonts.body, told.key, "said", said["said"], (*box[:3], tall), memory) + GAP
        box = (left, box[1] + used, width, box[3] - used)
    _drawn(page, room, told, box, memory)
    page.notes_slide.notes_text_frame.text = notes
    memory.notes[told.key] = notes
    return page


def _title(page: Any, room: Template, told: Slide, memory: Memory) -> None:
    title = page.shapes.title
    title.name = named(told.key, "title")
    wide, tall = room.title[2] / POINT, room.title[3] / POINT
    fitted = fit(told.title, wide, tall, room.fonts.heading, *fields.sizes("title"), bold=True)
    title.text_frame.word_wrap = True
    memory.texts[title.name] = say(title, fitted.text, fitted.size)


def _drawn(page: Any, room: Template, told: Slide, box: Box, memory: Memory) -> None:
    """Charts side by side, a picture or a table."""
    left, top, width, height = box
    wide = (width - GAP * (len(told.figures) - 1)) // max(1, len(told.figures))
    for place, (figure, words) in enumerate(zip(told.figures, told.alts, strict=False)):  # alts may be a table's
        low = (height - AROUND) < LOW * len(figure.categories)
        figure = replace(figure, small=wide < SMALL or low)
        shape = page.shapes.add_chart(None, left + place * (wide + GAP), top, wide, height, Native(figure))
        shape.name = named(told.key, f"chart{place}")
        ooxml.describe(shape, words)
        known_as(shape, words, figure, memory)
    if told.picture is not None:
        shape = ooxml.add_picture(page, told.picture, inside(told.picture, box))
        shape.name = named(told.key, "picture")
        ooxml.describe(shape, told.alts[0])
        memory.texts[fields.words_of(shape.name)] = told.alts[0]
    if told.table:
        frame = grid.add(page, told.table, box, room.fonts.body)
        frame.name = named(told.key, "table")
        ooxml.describe(frame, told.alts[0])
        memory.texts[fields.words_of(frame.name)] = told.alts[0]
        memory.tables[frame.name] = grid.read(frame)


def known_as(shape: Any, words: str, figure: Figure, memory: Memory) -> None:
    """Remembers what of a chart its presenter may change: title, alternative text, series, ends of its axis."""
    memory.texts[fields.note_of(shape.name)] = figure.note
    memory.texts[fields.words_of(shape.name)] = words
    memory.series[shape.name] = series_of(figure)
    if figure.ends:
        memory.ends[shape.name] = list(figure.ends)


def inside(picture: Picture, box: Box) -> Box:
    """As large as fits in the box, in the middle of it, the picture's own shape kept."""
    left, top, width, height = box
    across, down = picture.size
    scale = min(width / across, height / down)
    wide, tall = round(across * scale), round(down * scale)
    return left + (width - wide) // 2, top + (height - tall) // 2, wide, tall


def say(shape: Any, text: str, size: float, bold: bool | None = None, quiet: bool = False) -> str:
    """The text of a shape in one run; returns it as it reads back."""
    from pptx.enum.dml import MSO_THEME_COLOR
    from pptx.util import Pt

    frame = shape.text_frame
    frame.text = text
    for run in frame.paragraphs[0].runs:
        run.font.size = Pt(size)
        run.font.bold = bold
        if quiet:
            run.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
            run.font.color.brightness = 0.35
    return frame.text


def _text(page: Any, font: Face, slide: str, what: str, text: str, box: Box, memory: Memory) -> int:
    """A text box of our own; returns its height, which is that of its text and at most the box's."""
    left, top, width, height = box
    strong = fields.bold(what)
    fitted = fit(text, width / POINT, height / POINT, font, *fields.sizes(what), bold=strong)
    used = min(height, round((fitted.height + 2 * INSET_Y) * POINT) + 1)
    shape = page.shapes.add_textbox(left, top, width, used)
    shape.name = named(slide, what)
    shape.text_frame.word_wrap = True
    memory.texts[shape.name] = say(shape, fitted.text, fitted.size, strong or None, quiet=what == "source")
    return used


def _tiles(page: Any, font: Face, told: Slide, box: Box, memory: Memory) -> int:
    """Numbers side by side under a rule, what they mean below; returns the height that they take."""
    left, top, width, height = box
    gap = 3 * GAP
    wide, tall = (width - gap * (len(told.tiles) - 1)) // len(told.tiles), height // 2
    top += 2 * GAP
    for place, tile in enumerate(told.tiles):
        at = left + place * (wide + gap)
        _rule(page, told.key, place, (at, top, wide, round(0.06 * INCH)), tile.colour)
        box = (at, top + GAP, wide, round(1.05 * INCH))
        used = _text(page, font, told.key, f"number{place}", tile.number, box, memory)
        below = (at, top + GAP + used, wide, tall - used - 3 * GAP)
        _text(page, font, told.key, f"meaning{place}", tile.meaning, below, memory)
    return tall


def _rule(page: Any, slide: str, place: int, box: Box, colour: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.oxml.ns import qn

    shape = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, *box)
    shape.name = named(slide, f"rule{place}")
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(colour.lstrip("#"))
    shape.line.fill.background()
    shape._element.remove(shape._element.find(qn("p:style")))  # the theme's shadow and gradient
