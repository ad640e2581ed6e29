"""What charts are made of in DrawingML: series with their numbers and cells, whiskers, markers, labels, titles."""

from __future__ import annotations

from xml.sax.saxutils import escape

from sim.report.deck.figure import Series
from sim.report.deck.workbook import Column, Sheet

INK = '<a:schemeClr val="tx1"/>'
QUIET = '<a:schemeClr val="tx1"><a:lumMod val="65000"/><a:lumOff val="35000"/></a:schemeClr>'
GRID = '<a:schemeClr val="tx1"><a:alpha val="12000"/></a:schemeClr>'
POINT = 12700  # EMU
SIZE = 1200  # hundredths of a point: axes, legend, the chart's own title


def series(
    place: int, column: Column, shape: str, made: Sheet, end: str = "", axes: tuple[str, str] = ("cat", "val")
) -> str:
    across, up = axes
    text = isinstance(made.categories[0], str) if made.categories else False
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:strRef><c:f>{column.head}</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(column.heading)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f"{shape}<c:{across}>{reference(made.cells, made.categories, text)}</c:{across}>"
        f"<c:{up}>{reference(column.cells, column.values)}</c:{up}>{end}</c:ser>"
    )


def reference(cells: str, values: tuple[float | str | None, ...], text: bool = False) -> str:
    """Values and where they are in the sheet; what is not known is left out."""
    kind, form = ("str", "") if text else ("num", "<c:formatCode>General</c:formatCode>")
    said = (
        (row, escape(value) if isinstance(value, str) else repr(value))
        for row, value in enumerate(values)
        if value is not None
    )
    points = "".join(f'<c:pt idx="{row}"><c:v>{value}</c:v></c:pt>' for row, value in said)
    return (
        f"<c:{kind}Ref><c:f>{cells}</c:f><c:{kind}Cache>{form}"
        f'<c:ptCount val="{len(values)}"/>{points}</c:{kind}Cache></c:{kind}Ref>'
    )


def marker(symbol: str, size: int, colour: str) -> str:
    """Points without a line."""
    return (
        f'<c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:marker><c:symbol val="{symbol}"/><c:size val="{size}"/>'
        f"<c:spPr><a:solidFill>{colour}</a:solidFill><a:ln><a:noFill/></a:ln></c:spPr></c:marker>"
    )


def whiskers(columns: dict[str, Column], direction: str, colour: str, wide: float) -> str:
    if "plus" not in columns:
        return ""
    ends = "".join(
        f"<c:{name}>{reference(columns[name].cells, columns[name].values)}</c:{name}>" for name in ("plus", "minus")
    )
    return (
        f'<c:errBars>{direction}<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>{ends}'
        f"<c:spPr>{line(colour, wide)}</c:spPr></c:errBars>"
    )


def labels(one: Series) -> str:
    """The value at the foot of each bar, dark on pale bars and white on dark ones."""
    ink = '<a:srgbClr val="FFFFFF"/>' if _dark(one.colour) else '<a:srgbClr val="1A1A1A"/>'
    return (
        f'<c:dLbls><c:numFmt formatCode="0" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>{text_of(SIZE, ink)}'
        '<c:dLblPos val="inBase"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/>'
        '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
    )


def title(text: str, size: int, colour: str) -> str:
    if not text:
        return ""
    return (
        '<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr b="0"/></a:pPr><a:r>'
        f'<a:rPr lang="en-GB" sz="{size}" b="0"><a:solidFill>{colour}</a:solidFill></a:rPr><a:t>{escape(text)}</a:t>'
        '</a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
    )


def text_of(size: int, colour: str) -> str:
    return (
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size}" b="0"><a:solidFill>{colour}</a:solidFill>'
        '</a:defRPr></a:pPr><a:endParaRPr lang="en-GB"/></a:p></c:txPr>'
    )


def line(colour: str, points: float) -> str:
    return f'<a:ln w="{round(points * POINT)}" cap="rnd"><a:solidFill>{colour}</a:solidFill><a:round/></a:ln>'


def rgb(colour: str, alpha: int = 100) -> str:
    """A colour '#0072B2', `alpha` per cent of it."""
    see = f'<a:alpha val="{alpha * 1000}"/>' if alpha < 100 else ""
    return f'<a:srgbClr val="{colour.lstrip("#").upper()}">{see}</a:srgbClr>'


def _dark(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 130
