"""A figure as a chart that PowerPoint draws itself and lets its user edit: DrawingML and the sheet behind it.

Bands are stacked areas behind the lines (an unseen one up to the low end, a pale one from there to the high end),
intervals of bars and points are error bars, both drawn from columns of the same sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from sim.report.deck.drawing import GRID, INK, QUIET, SIZE, labels, line, marker, rgb, series, text_of, title, whiskers
from sim.report.deck.figure import COUNT, MONEY, PLAIN, Figure
from sim.report.deck.workbook import Sheet, sheet, workbook

SPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
CATEGORY_AXIS, VALUE_AXIS = 1001, 1002


class Native:
    """What python-pptx asks of the data of a new chart: its XML and its workbook."""

    def __init__(self, figure: Figure) -> None:
        self.sheet = sheet(figure)
        self._figure = figure

    @property
    def xlsx_blob(self) -> bytes:
        """The workbook behind the chart."""
        return workbook(self.sheet)

    def xml_bytes(self, chart_type: object = None) -> bytes:
        """The chart's own part; `chart_type` is python-pptx's idea and not needed."""
        return chart_xml(self._figure, self.sheet).encode()


def series_of(figure: Figure) -> int:
    """How many series its chart has, those that bands are drawn with among them."""
    return Native(figure).xml_bytes().count(b"<c:ser>")


def chart_xml(figure: Figure, made: Sheet) -> str:
    """The chart of a figure whose data are in `made`."""
    plots = {"lines": _lines, "bars": _bars, "dots": _dots}[figure.kind](figure, made)
    legend = _legend(figure, made)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {SPACES}><c:date1904 val="0"/>'
        f'<c:roundedCorners val="0"/><c:chart>{title(figure.note, SIZE, QUIET)}<c:autoTitleDeleted val="0"/>'
        f"<c:plotArea><c:layout/>{plots}</c:plotArea>{legend}"
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"{text_of(SIZE, INK)}</c:chartSpace>"
    )


def number_format(figure: Figure) -> str:
    """How the axis of values writes its numbers: $20 k, −$1.5 M, 12,000."""
    if figure.unit != MONEY:
        return "#,##0" if figure.unit == COUNT else "0"
    ends = [abs(value) for one in figure.series for value in (*one.values, *one.low, *one.high) if value is not None]
    top = max(ends, default=0.0)
    unit, commas = ("M", ",,") if top >= 2e6 else ("k", ",") if top >= 2e3 else ("", "")
    low, high, _ = figure.ends or (0.0, top, 0.0)
    decimals = ".0" if unit and high - low < 4 * 1000 ** len(commas) else ""
    amount = f"#,##0{decimals}{commas}" + (f'" {unit}"' if unit else "")
    return f'"$"{amount};"−$"{amount};"$"0'


# --- what is drawn -------------------------------------------------------------------------------------------------


def _lines(figure: Figure, made: Sheet) -> str:
    areas, lines, place = "", "", 0
    banded = [(one, columns) for one, columns in zip(figure.series, made.series, strict=True) if "band" in columns]
    for one, columns in banded:
        for name in ("base", "band"):
            fill = f"<a:solidFill>{rgb(one.colour, 22)}</a:solidFill>" if name == "band" else "<a:noFill/>"
            shape = f"<c:spPr>{fill}<a:ln><a:noFill/></a:ln></c:spPr>"
            areas += series(place, columns[name], shape, made)
            place += 1
    for one, columns in zip(figure.series, made.series, strict=True):
        for name in ("mean", "low", "high"):
            if name in columns:
                wide = 2.5 if name == "mean" else 0.75
                stroke = line(rgb(one.colour, 100 if name == "mean" else 45), wide)
                shape = f'<c:spPr>{stroke}</c:spPr><c:marker><c:symbol val="none"/></c:marker>'
                shape = marker("diamond", 13, rgb(one.colour)) if one.mark else shape
                lines += series(place, columns[name], shape, made, '<c:smooth val="0"/>')
                place += 1
    axes = f'<c:axId val="{CATEGORY_AXIS}"/><c:axId val="{VALUE_AXIS}"/>'
    drawn = f'<c:grouping val="standard"/><c:varyColors val="0"/>{lines}<c:marker val="1"/>{axes}'
    drawn = f"<c:lineChart>{drawn}</c:lineChart>"
    if areas:
        drawn = f'<c:areaChart><c:grouping val="stacked"/><c:varyColors val="0"/>{areas}{axes}</c:areaChart>{drawn}'
    skip = f'<c:tickLblSkip val="{figure.step}"/><c:tickMarkSkip val="{figure.step}"/>'
    category = (
        f'<c:catAx><c:axId val="{CATEGORY_AXIS}"/><c:scaling><c:orientation val="minMax"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="b"/>{title(figure.category_title, SIZE, QUIET)}'
        '<c:numFmt formatCode="0" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="low"/><c:spPr>{line(QUIET, 0.75)}</c:spPr>{text_of(SIZE, INK)}'
        f'<c:crossAx val="{VALUE_AXIS}"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/>'
        f'<c:lblOffset val="100"/>{skip}<c:noMultiLvlLbl val="1"/></c:catAx>'
    )
    return drawn + category + _values(figure, "l", "midCat", CATEGORY_AXIS, VALUE_AXIS)


def _bars(figure: Figure, made: Sheet) -> str:
    drawn, several = "", len(figure.series) > 1
    for place, (one, columns) in enumerate(zip(figure.series, made.series, strict=True)):
        shape = f'<c:spPr><a:solidFill>{rgb(one.colour)}</a:solidFill></c:spPr><c:invertIfNegative val="0"/>'
        for row, colour in enumerate(one.colours):
            fill = f"<c:spPr><a:solidFill>{rgb(colour)}</a:solidFill></c:spPr>"
            shape += f'<c:dPt><c:idx val="{row}"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/>{fill}</c:dPt>'
        shape += labels(one) if several and figure.unit == PLAIN else ""
        drawn += series(place, columns["mean"], shape + whiskers(columns, "", INK, 1.25), made)
    gap = 60 if several else 45
    two_lines = any("\n" in str(label) for label in made.categories)
    size = SIZE + 200 if not two_lines else SIZE - 200 if figure.small else SIZE
    category = (
        f'<c:catAx><c:axId val="{CATEGORY_AXIS}"/><c:scaling><c:orientation val="maxMin"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'<c:spPr>{line(QUIET, 1)}</c:spPr>{text_of(size, INK)}<c:crossAx val="{VALUE_AXIS}"/>'
        '<c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/>'
        '<c:tickLblSkip val="1"/><c:noMultiLvlLbl val="1"/></c:catAx>'
    )
    return (
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>{drawn}'
        f'<c:gapWidth val="{gap}"/><c:axId val="{CATEGORY_AXIS}"/><c:axId val="{VALUE_AXIS}"/></c:barChart>'
        f"{category}{_values(figure, 'b', 'between', CATEGORY_AXIS, VALUE_AXIS, 'max')}"
    )


def _dots(figure: Figure, made: Sheet) -> str:
    drawn = ""
    for place, (one, columns) in enumerate(zip(figure.series, made.series, strict=True)):
        symbol, size, alpha = ("diamond", 13, 100) if one.mark else ("circle", 8, 60)
        shape = marker(symbol, size, rgb(one.colour, alpha))
        shape += whiskers(columns, '<c:errDir val="y"/>', rgb(one.colour), 2.5)
        drawn += series(place, columns["mean"], shape, made, '<c:smooth val="0"/>', ("xVal", "yVal"))
    across = (
        f'<c:valAx><c:axId val="{CATEGORY_AXIS}"/><c:scaling><c:orientation val="minMax"/>'
        f'<c:max val="{len(figure.categories) + 1}"/><c:min val="0"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="b"/>{title(figure.category_title, SIZE, QUIET)}<c:numFmt formatCode="0" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="none"/>'
        f'<c:spPr>{line(QUIET, 1)}</c:spPr>{text_of(SIZE, INK)}<c:crossAx val="{VALUE_AXIS}"/>'
        '<c:crosses val="autoZero"/><c:crossBetween val="midCat"/></c:valAx>'
    )
    return (
        f'<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>{drawn}'
        f'<c:axId val="{CATEGORY_AXIS}"/><c:axId val="{VALUE_AXIS}"/></c:scatterChart>'
        f"{across}{_values(figure, 'l', 'midCat', CATEGORY_AXIS, VALUE_AXIS)}"
    )


def _values(figure: Figure, side: str, between: str, other: int, own: int, crosses: str = "min") -> str:
    """The axis of values."""
    low, high, step = figure.ends or (None, None, None)
    unit = f'<c:majorUnit val="{step!r}"/>' if step is not None else ""
    ends = (f'<c:max val="{high!r}"/>' if high is not None else "") + (
        f'<c:min val="{low!r}"/>' if low is not None else ""
    )
    at = "max" if crosses == "max" else "min" if figure.kind == "lines" else "autoZero"
    form = escape(number_format(figure), {'"': "&quot;"})
    return (
        f'<c:valAx><c:axId val="{own}"/><c:scaling><c:orientation val="minMax"/>{ends}</c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{side}"/><c:majorGridlines><c:spPr>{line(GRID, 0.75)}</c:spPr></c:majorGridlines>'
        f'{title(figure.value_title, SIZE, QUIET)}<c:numFmt formatCode="{form}" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f"<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{text_of(SIZE, INK)}"
        f'<c:crossAx val="{other}"/><c:crosses val="{at}"/><c:crossBetween val="{between}"/>{unit}</c:valAx>'
    )


def _legend(figure: Figure, made: Sheet) -> str:
    """A key of the series, without the columns that bands are drawn with; none where one bar series says it all."""
    if figure.kind == "bars" and len(figure.series) == 1:
        return ""
    unseen = "".join(
        f'<c:legendEntry><c:idx val="{place}"/><c:delete val="1"/></c:legendEntry>' for place in _unseen(figure, made)
    )
    return f'<c:legend><c:legendPos val="t"/>{unseen}<c:overlay val="0"/>{text_of(SIZE, INK)}</c:legend>'


def _unseen(figure: Figure, made: Sheet) -> Iterator[int]:
    if figure.kind != "lines":
        return
    place = 2 * sum("band" in columns for columns in made.series)
    yield from range(place)
    for columns in made.series:
        for name in ("mean", "low", "high"):
            if name in columns:
                if name != "mean":
                    yield place
                place += 1
