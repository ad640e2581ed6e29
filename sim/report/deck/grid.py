"""A table on a slide: columns as wide as their words ask for, type as large as the rows allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.report.deck.fit import INSET_X, LEADING, Face, broken
from sim.report.deck.template import POINT, Box

CELL = 1.5  # points above and below the text of a cell
LARGEST, SMALLEST = 14.0, 9.0
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Laid:
    """A table that fits: points of its columns, rows and type, and the rows that have room."""

    widths: list[float]
    heights: list[float]
    size: float
    rows: Rows


def laid(rows: Rows, width: float, height: float, font: Face) -> Laid:
    """Lays a table out in so many points; rows that have no room even in the smallest type are counted in the last."""
    size = LARGEST
    while True:
        widths = _widths(rows, width, size, font)
        heights = [_height(row, widths, size, font) for row in rows]
        if sum(heights) <= height:
            return Laid(widths, heights, size, rows)
        if size <= SMALLEST:
            break
        size -= 0.5
    shown = rows[:1]
    for kept in range(len(rows) - 1, 1, -1):
        more = f"and {len(rows) - kept} more, in the notes"
        shown = (*rows[:kept], (more, *[""] * (len(rows[0]) - 1)))
        heights = [_height(row, widths, size, font) for row in shown]
        if sum(heights) <= height:
            break
    return Laid(widths, heights, size, shown)


def _widths(rows: Rows, width: float, size: float, font: Face) -> list[float]:
    """Each column as wide as its longest text, the widest takes what is left."""
    places = range(len(rows[0]))
    wants = [max(font.width(row[place], size, bold=True) for row in rows) + 2 * INSET_X + 4 for place in places]
    widest = wants.index(max(wants))
    least = [min(want, 1.5 * width / len(wants)) for want in wants]
    others = sum(least) - least[widest]
    scale = min(1.0, 0.6 * width / others) if others else 1.0
    widths = [scale * want for want in least]
    widths[widest] = width - scale * others
    return widths


def _height(row: tuple[str, ...], widths: list[float], size: float, font: Face) -> float:
    most = max(len(broken(text, wide, size, font, bold=True)) for text, wide in zip(row, widths, strict=True))
    return most * LEADING * size + 2 * CELL


def add(page: Any, rows: Rows, box: Box, font: Face) -> Any:
    """The table in its box on the slide; its shape."""
    left, top, width, height = box
    found = laid(rows, width / POINT, height / POINT, font)
    tall = round(sum(found.heights) * POINT)
    frame = page.shapes.add_table(len(found.rows), len(found.widths), left, top, width, tall)
    for column, wide in zip(frame.table.columns, found.widths, strict=True):
        column.width = round(wide * POINT)
    for row, height_of, cells in zip(frame.table.rows, found.heights, found.rows, strict=True):
        row.height = round(height_of * POINT)
        for cell, text in zip(row.cells, cells, strict=True):
            write(cell, text, found.size)
    return frame


def write(cell: Any, text: str, size: float) -> None:
    """The text of a cell, with the margins that were measured with."""
    from pptx.util import Pt

    cell.text_frame.text = text
    cell.margin_top = cell.margin_bottom = Pt(CELL)
    cell.margin_left = cell.margin_right = Pt(INSET_X)
    for run in cell.text_frame.paragraphs[0].runs:
        run.font.size = Pt(size)


def read(frame: Any) -> list[list[str]]:
    """The texts of a table's cells."""
    return [[cell.text_frame.text for cell in row.cells] for row in frame.table.rows]
