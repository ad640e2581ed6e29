"""The fields of a deck: shapes with names of ours, and what was last written into each, kept inside the file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from sim.parameters import ParameterError
from sim.report.deck.story import Slide

PREFIX = "whatif"
FORMAT = 1
NAMESPACE = "urn:support-whatif:deck"
STORE_ID = "{5B0C5E0A-7D0B-4A57-9C3E-3A1D0F8E2C11}"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXmlProps"
# field -> points of its type, largest and smallest
SIZES = {
    "title": (28.0, 16.0),
    "said": (20.0, 12.0),
    "source": (10.0, 8.0),
    "number": (54.0, 12.0),
    "meaning": (18.0, 11.0),
}
BOLD = ("title", "number")


@dataclass
class Memory:
    """What a deck was made of, and what was last written: text, table, notes, ends of an axis."""

    folder: str
    identity: str
    world: str
    strategies: list[str]
    version: str
    sweep: str = ""  # folder of a sweep's results
    texts: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    ends: dict[str, list[float]] = field(default_factory=dict)
    series: dict[str, int] = field(default_factory=dict)  # how many a chart had
    format: int = FORMAT


def named(slide: str, what: str) -> str:
    """The name of a field's shape, by which it is found again: 'whatif:cash:title'."""
    return f"{PREFIX}:{slide}:{what}"


def of_name(name: str) -> tuple[str, str] | None:
    """The slide and field that a shape's name says, None where it is none of ours."""
    parts = name.split(":")
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == PREFIX else None


def texts(slide: Slide, source: str) -> dict[str, str]:
    """Every text field of a slide and what it says."""
    said = {"title": slide.title, "source": slide.source or source}
    if slide.said:
        said["said"] = slide.said
    for place, tile in enumerate(slide.tiles):
        said |= {f"number{place}": tile.number, f"meaning{place}": tile.meaning}
    return said


def note_of(name: str) -> str:
    """Under which name the title inside a chart is remembered."""
    return f"{name}:note"


def words_of(name: str) -> str:
    """Under which name the alternative text of a shape is remembered."""
    return f"{name}:alt"


def sizes(what: str) -> tuple[float, float]:
    """Largest and smallest type of a text field."""
    return SIZES[what.rstrip("0123456789")]


def bold(what: str) -> bool:
    """Whether a text field is bold."""
    return what.rstrip("0123456789") in BOLD


def remember(presentation: Any, memory: Memory) -> None:
    """Keeps the memory in the file, as custom XML, which PowerPoint leaves as it is."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    text = escape(json.dumps(asdict(memory), ensure_ascii=False, sort_keys=True))
    blob = f'<?xml version="1.0" encoding="UTF-8"?><deck xmlns="{NAMESPACE}">{text}</deck>'.encode()
    part = _part(presentation)
    if part is not None:
        part._blob = blob
        return
    package = presentation.part.package
    taken = {str(other.partname) for other in package.iter_parts()}
    place = next(n for n in range(1, len(taken) + 2) if f"/customXml/item{n}.xml" not in taken)
    part = Part(PackURI(f"/customXml/item{place}.xml"), "application/xml", package, blob)
    about = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?><ds:datastoreItem '
        f'ds:itemID="{STORE_ID}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    )
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    part.relate_to(Part(PackURI(f"/customXml/itemProps{place}.xml"), kind, package, about.encode()), PROPERTIES)
    presentation.part.relate_to(part, RELATION)


def recall(presentation: Any, said: str) -> Memory:
    """What `remember` kept.

    Raises:
        ParameterError: the file was not made by `whatif deck`, or by another version of it.
    """
    from lxml import etree

    part = _part(presentation)
    allowed = "allowed: a deck that `whatif deck` made. Make it anew: whatif deck --out OTHER.pptx"
    if part is None:
        raise ParameterError(f"{said}: is not a deck of ours, or what it was made of is lost; {allowed}")
    try:
        kept = json.loads(etree.fromstring(part.blob).text or "")
        made = kept.get("format")
        if made != FORMAT:
            raise ParameterError(f"{said}: was written in format {made}; allowed: {FORMAT}. {allowed}")
        return Memory(**kept)
    except (ValueError, TypeError, AttributeError, etree.XMLSyntaxError):
        raise ParameterError(f"{said}: what it was made of cannot be read; {allowed}") from None


def _part(presentation: Any) -> Any:
    """Our part, wherever in the file: LibreOffice hangs it elsewhere."""
    parts = presentation.part.package.iter_parts()
    kept = (part for part in parts if str(part.partname).startswith("/customXml/"))
    return next((part for part in kept if NAMESPACE.encode() in part.blob), None)
