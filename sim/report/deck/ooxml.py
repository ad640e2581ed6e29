"""What python-pptx has no word for: alternative text, an SVG picture with its PNG, a part of our own in the file."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any

SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EMBED = f"{{{RELATIONS}}}embed"
SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"


def describe(shape: Any, text: str) -> None:
    """Gives a shape its alternative text."""
    properties(shape).set("descr", text)


def description(shape: Any) -> str:
    """The alternative text of a shape, '' without one."""
    return properties(shape).get("descr", "")


def properties(shape: Any) -> Any:
    """The element with a shape's name and description."""
    return shape._element.xpath(".//p:cNvPr")[0]


@dataclass(frozen=True)
class Picture:
    """A picture twice: PNG for all, SVG for those who draw lines that stay sharp."""

    png: bytes
    svg: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the PNG in pixels."""
        across, down = struct.unpack(">II", self.png[16:24])
        return across, down

    @property
    def wide(self) -> float:
        """Width as so many heights."""
        across, down = self.size
        return across / down


def add_picture(slide: Any, picture: Picture, box: tuple[int, int, int, int]) -> Any:
    """The picture on a slide at left, top, width, height (EMU); its shape."""
    from lxml import etree

    shape = slide.shapes.add_picture(BytesIO(picture.png), *box)
    blip = shape._element.xpath(".//a:blip")[0]
    listed = etree.SubElement(blip, f"{{{DRAWING}}}extLst")
    extension = etree.SubElement(listed, f"{{{DRAWING}}}ext", uri=SVG_EXTENSION)
    drawn = etree.SubElement(extension, f"{{{SVG}}}svgBlip", nsmap={"asvg": SVG})
    drawn.set(EMBED, _svg_part(slide.part, picture.svg))
    return shape


def replace_picture(shape: Any, picture: Picture) -> None:
    """Another picture in the same place, as wide as the one before."""
    slide, blip = shape.part, shape._element.xpath(".//a:blip")[0]
    _, relation = slide.get_or_add_image_part(BytesIO(picture.png))
    blip.set(EMBED, relation)
    for drawn in blip.iter(f"{{{SVG}}}svgBlip"):
        drawn.set(EMBED, _svg_part(slide, picture.svg))
    shape.height = round(shape.width / picture.wide)


def _svg_part(slide: Any, svg: str) -> str:
    """A new SVG in the file; its relation to the slide."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    package = slide.package
    taken = {str(part.partname) for part in package.iter_parts()}
    place = next(n for n in range(1, len(taken) + 2) if f"/ppt/media/drawing{n}.svg" not in taken)
    part = Part(PackURI(f"/ppt/media/drawing{place}.svg"), "image/svg+xml", package, svg.encode())
    return slide.relate_to(part, f"{RELATIONS}/image")
