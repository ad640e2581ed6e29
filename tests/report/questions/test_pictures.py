"""The shared pictures: values as they are, an interval for each, drawable whatever is missing."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from sim.report import theme
from sim.report.questions.pictures import as_text, curves, dots

NAN, INF = math.nan, math.inf


def rows(*values: tuple[float, float, float], **more: list) -> pd.DataFrame:
    found = pd.DataFrame(values, columns=["mean", "low", "high"]).assign(name=[f"arm {i}" for i in range(len(values))])
    return found.assign(**more)


def marks(chart, kind: str) -> list[dict]:
    return [layer for layer in theme.themed(chart)["layer"] if layer["mark"]["type"] == kind]


def data_of(chart, layer: dict) -> list[dict]:
    spec = theme.themed(chart)
    return spec["datasets"][layer["data"]["name"] if "data" in layer else spec["data"]["name"]]


@pytest.mark.parametrize(
    ("value", "unit", "difference", "text"),
    [
        (1200.0, "$", True, "+$1.2 k"),
        (-3.0, "$", False, "−$3.00"),
        (0.25, "share", False, "25 %"),
        (0.25, "share", True, "+25 %"),
        (3.14159, "weeks", False, "3.14"),
    ],
)
def test_values_are_written_in_their_unit(value, unit, difference, text):
    assert as_text(value, unit, difference) == text


def test_each_row_has_its_interval_and_value():
    chart = dots(rows((1.0, 0.5, 1.5), (-2.0, -3.0, -1.0)), "It differs", "Bar: 95 % interval.", "$")
    drawn = data_of(chart, marks(chart, "point")[0])
    assert [(row["low"], row["mean"], row["high"]) for row in drawn] == [(0.5, 1.0, 1.5), (-3.0, -2.0, -1.0)]
    assert [row["text"] for row in drawn] == ["+$1.00", "−$2.00"]


@pytest.mark.parametrize("values", [[(NAN, NAN, NAN)], [(1.0, -INF, INF), (NAN, NAN, NAN)], [(0.0, 0.0, 0.0)]])
@pytest.mark.parametrize("unit", ["$", "share", "weeks"])
def test_dots_can_be_drawn_whatever_is_missing(values, unit):
    assert theme.png(dots(rows(*values), "t", "n", "x", unit))


def test_groups_have_their_colours_and_a_legend():
    found = rows((1.0, 0.0, 2.0), (2.0, 1.0, 3.0), group=["a", "b"])
    chart = dots(found, "t", "n", "x", colours={"a": theme.BLUE, "b": theme.VERMILION})
    colour = marks(chart, "point")[0]["encoding"]["color"]
    assert colour["scale"] == {"domain": ["a", "b"], "range": [theme.BLUE, theme.VERMILION]} and colour["legend"] == {}


@pytest.mark.parametrize("log", [False, True])
def test_curves_name_each_line_at_its_end(log):
    found = rows(
        (1.0, 0.0, 2.0), (2.0, 1.0, 3.0), (3.0, 2.0, 4.0), (NAN, NAN, NAN), x=[1, 10, 1, 10], group=list("aabb")
    )
    chart = curves(found, "t", "n", "x", "y", colours={"a": theme.BLUE, "b": theme.GREEN}, log=log)
    assert theme.png(chart)
    text = marks(chart, "text")[0]
    assert text["encoding"]["text"]["field"] == "group"
    assert {row["x"] for row in data_of(chart, text)} == {10}
