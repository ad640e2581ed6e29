"""How the panel's figures are drawn: Vega-Lite specifications that stay, with named data that change.

Colours of strategies come with the rows, titles stand outside the views: so no view is ever built anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from sim.experiment.metrics import RUN_COLUMNS
from sim.report import marks, theme
from sim.report.findings import METRICS
from sim.report.marks import MONEY_AXIS
from sim.report.panel import words
from sim.report.panel.figures import LENSES, Band, Figures

Row = dict[str, Any]
Spec = dict[str, Any]
POINTS = 53  # of a line, most
COST_LENS = tuple(name for name in LENSES if "(cost-center lens)" in RUN_COLUMNS[name])
PROFIT_LENS = tuple(name for name in LENSES if name not in COST_LENS)
AS_GIVEN: Row = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
TIME: Row = {"field": "time", "type": "quantitative", "title": "years", "axis": {"grid": False, "tickMinStep": 1}}
INVISIBLE: Row = {"field": "name", "type": "nominal", "legend": None}


def specs() -> dict[str, Spec]:
    """The views by name, in the order in which they stand."""
    people = {"field": "mean", "type": "quantitative", "title": "customers", "scale": {"zero": False},
              "axis": {"format": ",d", "tickCount": 5}}  # fmt: skip
    dollars = {"field": "mean", "type": "quantitative", "title": "$, less the baseline's",
               "axis": {"labelExpr": MONEY_AXIS, "tickCount": 5}}  # fmt: skip
    crossing = {
        "data": {"name": "crossing"},
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {"x": TIME, "y": dollars, "color": AS_GIVEN},
    }
    zero = {"data": {"values": [{"mean": 0}]}, "mark": {"type": "rule", "strokeDash": [5, 4], "style": "soft"},
            "encoding": {"y": dollars}}  # fmt: skip
    return {
        "customers": _whole(_lines("customers", people), 190),
        "cash": _whole([zero, *_lines("cash", dollars), crossing], 190),
        "cost_lens": _whole(_bars("cost_lens"), {"step": 14}),
        "profit_lens": _whole(_bars("profit_lens"), {"step": 14}),
        "tornado": _whole(_tornado(), {"step": 20}),
    }


def _whole(layers: list[Spec], height: Any) -> Spec:
    fit = "fit-x" if isinstance(height, dict) else "fit"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container", "height": height, "layer": layers,
        "autosize": {"type": fit, "contains": "padding", "resize": True},
    }  # fmt: skip


def _lines(name: str, y: Row) -> list[Spec]:
    """Bands and lines, those of a pinned run dashed."""
    low, high = y | {"field": "low"}, {"field": "high"}
    return [
        {"data": {"name": name}, "mark": {"type": "area", "opacity": 0.22},
         "encoding": {"x": TIME, "y": low, "y2": high, "color": AS_GIVEN, "detail": INVISIBLE}},
        {"data": {"name": f"{name}_pinned"}, "mark": {"type": "line", "strokeDash": [6, 4], "strokeWidth": 1.5},
         "encoding": {"x": TIME, "y": y, "color": AS_GIVEN, "detail": INVISIBLE}},
        {"data": {"name": name}, "mark": {"type": "line", "strokeWidth": 2.5},
         "encoding": {"x": TIME, "y": y, "color": AS_GIVEN, "detail": INVISIBLE}},
    ]  # fmt: skip


def _bars(name: str) -> list[Spec]:
    """A metric a row, a bar a strategy on the metric's own scale; the values stand beside it."""
    y: Row = {"field": "metric", "type": "nominal", "title": None, "sort": None, "scale": {"paddingInner": 0.25},
              "axis": {"labelLimit": 260, "ticks": False, "domain": False,
                       "labelExpr": "split(datum.label, ', ')", "labelLineHeight": 13, "labelOffset": -6}}  # fmt: skip
    place: Row = {"field": "side", "type": "nominal", "sort": None, "scale": {"paddingInner": 0.1}}
    x: Row = {"field": "value", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1.9], "nice": False}}
    base = {"y": y, "yOffset": place}
    return [
        {"data": {"name": name}, "mark": {"type": "bar"}, "encoding": base | {"x": x, "color": AS_GIVEN}},
        {"data": {"name": name}, "mark": {"type": "rule", "strokeWidth": 1.5},
         "encoding": base | {"x": x | {"field": "from"}, "x2": {"field": "to"}}},
        {"data": {"name": name}, "mark": {"type": "text", "align": "left", "dx": 6},
         "encoding": base | {"x": x | {"field": "end"}, "text": {"field": "text", "type": "nominal"}}},
    ]  # fmt: skip


def _tornado() -> list[Spec]:
    y: Row = {"field": "name", "type": "nominal", "title": None, "sort": None,
              "axis": {"labelLimit": 260, "ticks": False, "domain": False}}  # fmt: skip
    x: Row = {"field": "from", "type": "quantitative", "title": "difference of net present value, $",
              "axis": {"labelExpr": MONEY_AXIS, "tickCount": 5}, "scale": {"zero": False}}  # fmt: skip
    data = {"name": "tornado"}
    return [
        {"data": data, "mark": {"type": "bar", "opacity": 0.85, "height": 11},
         "encoding": {"y": y, "x": x, "x2": {"field": "to"}, "color": AS_GIVEN}},
        {"data": {"name": "tornado_ends"}, "mark": {"type": "rule", "strokeWidth": 1.5},
         "encoding": {"y": y, "x": x | {"field": "low"}, "x2": {"field": "high"}}},
        {"data": {"name": "now"}, "mark": {"type": "rule", "style": "soft", "strokeWidth": 1.5},
         "encoding": {"x": x | {"field": "mean"}}},
    ]  # fmt: skip


# The rows


def rows(figures: Figures, pinned: Figures | None = None) -> dict[str, list[Row]]:
    """The data of all views but the tornado's, by name."""
    colours = colours_of(figures)
    found = {
        "customers": _curves(figures, figures.customers, colours),
        "cash": _curves(figures, [figures.cash], colours[1:]),
        "crossing": _crossing(figures, colours[1]),
        "cost_lens": _metrics(figures, COST_LENS, colours),
        "profit_lens": _metrics(figures, PROFIT_LENS, colours),
        "customers_pinned": [],
        "cash_pinned": [],
    }
    if pinned is not None:
        theirs = colours_of(pinned)
        found["customers_pinned"] = _curves(pinned, pinned.customers, theirs)
        found["cash_pinned"] = _curves(pinned, [pinned.cash], theirs[1:])
    return found


def colours_of(figures: Figures) -> list[str]:
    """The colours of the two strategies."""
    return list(theme.colours([scenario.strategy_name for scenario in figures.scenarios]).values())


def _curves(figures: Figures, bands: Sequence[Band], colours: Sequence[str]) -> list[Row]:
    names = words.titles(figures.scenarios)[-len(bands) :]
    weeks = figures.cash.mean.size
    shown = np.unique(np.linspace(0, weeks - 1, min(weeks, POINTS)).round().astype(int))
    return [
        {"name": name, "colour": colour, "time": round((int(week) + 1) / 52, 3), "mean": _short(band.mean[week]),
         "low": _short(band.mean[week] - half), "high": _short(band.mean[week] + half)}
        for name, colour, band in zip(names, colours, bands, strict=True)
        for week in shown
        for half in [0.0 if math.isnan(band.half[week]) else float(band.half[week])]
    ]  # fmt: skip


def _crossing(figures: Figures, colour: str) -> list[Row]:
    week = figures.payback_week
    return [{"time": round((week + 1) / 52, 3), "mean": 0.0, "colour": colour}] if week else []


def _metrics(figures: Figures, metrics: Sequence[str], colours: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    for metric in metrics:
        name, unit, factor = METRICS[metric]
        bands = [lens[metric] for lens in figures.lenses]
        top = max(map(_reach, bands)) or 1.0
        for side, (band, colour) in enumerate(zip(bands, colours, strict=True)):
            value = 0.0 if math.isnan(float(band.mean)) else max(float(band.mean) / top, 0.0)
            half = 0.0 if math.isnan(float(band.half)) else float(band.half) / top
            found.append(
                {"metric": f"{name}, {unit}", "side": str(side), "colour": colour, "value": _short(value),
                 "from": _short(max(value - half, 0)), "to": _short(value + half), "end": _short(value + half),
                 "text": words.measured(band, factor)}
            )  # fmt: skip
    return found


def _reach(band: Band) -> float:
    """How long a bar is; a whisker may go three tenths beyond the longest."""
    mean, half = float(band.mean), float(band.half)
    ends = [0.0] if math.isnan(mean) else [mean, mean if math.isnan(half) else (mean + half) / 1.3]
    return max(0.0, *ends)


def _short(value: float) -> float:
    """Five digits are more than a picture shows."""
    return float(f"{float(value):.5g}")


def still(name: str, data: dict[str, list[Row]], said: dict[str, Any]) -> marks.Chart:
    """A view as a chart of its own, its finding above it: what stays in a saved notebook and goes into a talk."""
    spec = specs()[name]
    del spec["autosize"], spec["$schema"]
    chart = alt.LayerChart.from_dict(spec | {"width": marks.WIDTH - 180, "datasets": data})
    return marks.titled(chart, said[name], said[f"{name}_note"], sized=True)
