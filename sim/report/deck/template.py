"""Where a slide has room: our own 16:9 master, or the user's, whose fonts, colours and places are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.parameters import ParameterError
from sim.report.deck.fit import Face, face

WIDE = (12192000, 6858000)  # EMU: 13.33 x 7.5 inches
INCH, POINT = 914400, 12700
TITLE, BODY, OBJECT = 1, 2, 7  # kinds of placeholder
ALLOWED = "a PowerPoint presentation saved as .pptx whose master has a layout with a title"
Box = tuple[int, int, int, int]  # left, top, width, height in EMU
OURS: dict[int, Box] = {TITLE: (502920, 274320, 11155680, 914400), BODY: (502920, 1280160, 11155680, 5257800)}


@dataclass(frozen=True)
class Faces:
    """The fonts of a presentation's titles and of all its other text."""

    heading: Face
    body: Face


@dataclass(frozen=True)
class Template:
    """A presentation to put slides in: the layout with a title and nothing else, the room below it, its fonts."""

    presentation: Any
    layout: Any
    title: Box
    room: Box
    fonts: Faces


def template(path: str | Path | None) -> Template:
    """The template of a user, its slides taken out, or our own where `path` is None.

    Raises:
        ParameterError: the file is not there, is no presentation, or has no layout with a title and room below it.
    """
    presentation = _ours() if path is None else opened(path, "template")
    _without_slides(presentation)
    said = f"template {path}" if path else "template"
    layout = _layout(presentation, said)
    title = _box(next(shape for shape in layout.placeholders if shape.placeholder_format.idx == 0))
    room = _room(presentation, title)
    if room[2] < 5 * INCH or room[3] < 2.5 * INCH:
        inches = f"{room[2] / INCH:.1f} x {room[3] / INCH:.1f} inches"
        raise ParameterError(f"{said}: the room below the title is {inches}; allowed: at least 5 x 2.5.")
    return Template(presentation, layout, title, room, faces(presentation))


def opened(path: str | Path, what: str) -> Any:
    """A presentation of the user; an error says which file and why."""
    from pptx import Presentation

    path = Path(path)
    if not path.is_file():
        beside = sorted(str(other) for other in path.parent.glob("*.pptx")) if path.parent.is_dir() else []
        hint = f" Beside it: {', '.join(beside[:5])}." if beside else ""
        raise ParameterError(f"{what} {path}: no such file; allowed: {ALLOWED}.{hint}")
    try:
        return Presentation(str(path))
    except Exception as error:  # a broken file fails in a dozen ways, in zipfile, lxml and python-pptx
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise ParameterError(f"{what} {path}: cannot be opened ({reason}); allowed: {ALLOWED}.") from None


def _ours() -> Any:
    """python-pptx's own master, made wide, its titles to the left, in Arial."""
    from pptx import Presentation
    from pptx.oxml.ns import qn
    from pptx.util import Emu

    presentation = Presentation()
    before = int(presentation.slide_width)
    presentation.slide_width, presentation.slide_height = Emu(WIDE[0]), Emu(WIDE[1])
    master = presentation.slide_master
    for holder in [master, *presentation.slide_layouts]:
        for shape in holder.placeholders:
            if shape._element.xpath("./p:spPr/a:xfrm"):
                left, top, width, height = _box(shape)
                _move(shape, (left * WIDE[0] // before, top, width * WIDE[0] // before, height))
    for shape in master.placeholders:
        box = OURS.get(int(shape.placeholder_format.type))
        if box is not None:
            _move(shape, box)
    for style in master._element.xpath(".//p:titleStyle/a:lvl1pPr"):
        style.set("algn", "l")
        style.find(qn("a:defRPr")).set("sz", "2800")
        style.find(qn("a:defRPr")).set("b", "1")
    theme = _theme(presentation)
    theme._blob = re.sub(rb'(<a:(major|minor)Font>\s*<a:latin typeface=")[^"]*', rb"\1Arial", theme.blob)
    return presentation


def _theme(presentation: Any) -> Any:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    return presentation.slide_master.part.part_related_by(kind)


def faces(presentation: Any) -> Faces:
    """The fonts that the theme says titles (major) and text (minor) have."""
    text = _theme(presentation).blob.decode("utf-8", "replace")
    said = (re.search(rf'<a:{name}Font>\s*<a:latin [^>]*?typeface="([^"]*)"', text) for name in ("major", "minor"))
    heading, body = (face(match.group(1) if match else "") for match in said)
    styles = presentation.slide_master._element.xpath(".//p:titleStyle")
    capitals = any(one.get("cap") == "all" for style in styles for one in style.iter() if one.tag.endswith("defRPr"))
    return Faces(replace(heading, capitals=capitals), body)


def _without_slides(presentation: Any) -> None:
    """A template's own slides are samples: only its master and layouts are wanted."""
    listed = presentation.slides._sldIdLst
    for entry in list(listed):
        presentation.part.drop_rel(entry.rId)
        listed.remove(entry)


def _layout(presentation: Any, said: str) -> Any:
    """The layout with a title and nothing else to fill in, or as little as there is."""
    titled = [
        layout
        for layout in presentation.slide_layouts
        if any(shape.placeholder_format.idx == 0 for shape in layout.placeholders)
    ]
    if not titled:
        names = ", ".join(repr(layout.name) for layout in presentation.slide_layouts) or "none"
        raise ParameterError(f"{said}: no layout has a title (layouts: {names}); allowed: {ALLOWED}.")
    only = [layout for layout in titled if layout._element.get("type") == "titleOnly"]
    return only[0] if only else min(titled, key=lambda layout: len(layout.placeholders))


def _room(presentation: Any, title: Box) -> Box:
    """Where content goes, as far as it is on the slide."""
    left, top, width, height = _wanted(presentation, title)
    wide, tall = int(presentation.slide_width), int(presentation.slide_height)
    return left, top, min(width, wide - left), min(height, tall - top)


def _wanted(presentation: Any, title: Box) -> Box:
    """The designer's own box for content if it lies below the title, else what is left there."""
    margin, bottom = title[0], title[1] + title[3]
    for layout in presentation.slide_layouts:
        if layout._element.get("type") != "obj":
            continue
        for shape in layout.placeholders:
            box = _box(shape)
            if shape.placeholder_format.type in (BODY, OBJECT) and box[1] >= bottom - 0.1 * INCH:
                return (box[0], max(box[1], bottom), box[2], box[3] - max(0, bottom - box[1]))
    wide, tall = presentation.slide_width, presentation.slide_height
    return (margin, bottom, wide - 2 * margin, tall - bottom - round(0.3 * INCH))


def _move(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = box


def _box(shape: Any) -> Box:
    sides = (shape.left, shape.top, shape.width, shape.height)
    left, top, width, height = (int(side or 0) for side in sides)
    return left, top, width, height
