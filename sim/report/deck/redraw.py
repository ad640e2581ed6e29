"""New data in a chart that is already on a slide; its looks, as the presenter left them, stay."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sim.report.deck.figure import Figure
from sim.report.deck.native import Native

# What of a series is data; all else is looks
DATA = ("c:tx", "c:cat", "c:val", "c:xVal", "c:yVal")


def redraw(chart: Any, figure: Figure, had: int | None, ends: list[float] | None) -> None:
    """Puts the figure's numbers into the chart and its sheet.

    Series are found by their place. Of the `had` that there were, those that are gone now were taken out by the
    presenter; those beyond come as they would in a new chart; those that the figure has no more go. `ends` are the
    ends of the axis as last written: where they are still so, the new ones take their place.
    """
    from pptx.oxml import parse_xml

    native = Native(figure)
    fresh, here = parse_xml(native.xml_bytes()), chart._chartSpace
    chart.part.chart_workbook.update_from_xlsx_blob(native.xlsx_blob)
    old, new = _series(here), _series(fresh)
    for place, series in new.items():
        if place in old:
            _copy_data(series, old[place])
        elif had is not None and place >= had:
            _add(series, here)
    for place, series in old.items():
        if place not in new:
            series.getparent().remove(series)
    _ends(here, fresh, ends)


def _add(series: Any, here: Any) -> None:
    """One more series, behind the others of its kind."""
    from pptx.oxml.ns import qn

    plot = here.find(f".//{series.getparent().tag}")
    others = [] if plot is None else plot.findall(qn("c:ser"))
    if others:
        others[-1].addnext(deepcopy(series))


def _series(space: Any) -> dict[int, Any]:
    from pptx.oxml.ns import qn

    return {int(series.find(qn("c:idx")).get("val")): series for series in space.iter(qn("c:ser"))}


def _copy_data(fresh: Any, here: Any) -> None:
    from pptx.oxml.ns import qn

    for name in DATA:
        old, new = here.find(qn(name)), fresh.find(qn(name))
        if old is not None and new is not None:
            here.replace(old, deepcopy(new))
    bars, bars_now = here.find(qn("c:errBars")), fresh.find(qn("c:errBars"))
    if bars is not None and bars_now is not None:
        for name in ("c:plus", "c:minus"):
            old, new = bars.find(qn(name)), bars_now.find(qn(name))
            if old is not None and new is not None:
                bars.replace(old, deepcopy(new))
    points, points_now = here.findall(qn("c:dPt")), fresh.findall(qn("c:dPt"))
    if len(points) != len(points_now):  # other rows than before: their colours come with them
        for point in points:
            here.remove(point)
        for point in points_now:
            _before_data(here).addprevious(deepcopy(point))


def _before_data(series: Any) -> Any:
    """The first part of a series that comes after its points."""
    from pptx.oxml.ns import qn

    names = ("c:dLbls", "c:trendline", "c:errBars", "c:cat", "c:xVal", "c:val", "c:yVal")
    return next(part for name in names if (part := series.find(qn(name))) is not None)


def _ends(here: Any, fresh: Any, ends: list[float] | None) -> None:
    """The ends of the axis of values, unless the presenter set others."""
    from pptx.oxml.ns import qn

    for old, new in zip(here.iter(qn("c:valAx")), fresh.iter(qn("c:valAx")), strict=False):
        before, after = old.find(qn("c:scaling")), new.find(qn("c:scaling"))
        said = [before.find(qn(name)) for name in ("c:min", "c:max")]
        values = [None if end is None else float(end.get("val")) for end in said]
        if ends is None or values == ends[:2]:
            pairs = [(end, after.find(qn(name))) for name, end in zip(("c:min", "c:max"), said, strict=True)]
            pairs.append((old.find(qn("c:majorUnit")), new.find(qn("c:majorUnit"))))
            for end, wanted in pairs:
                if end is not None and wanted is not None:
                    end.set("val", wanted.get("val"))


def note(chart: Any) -> list[Any]:
    """The runs of the title inside a chart; none where the presenter took it out."""
    from pptx.oxml.ns import qn

    title = chart._chartSpace.find(qn("c:chart")).find(qn("c:title"))
    return [] if title is None else list(title.iter(qn("a:t")))
