"""The sheet behind a chart of the deck: what a presenter sees at *Edit Data*, every value to its last digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

from sim.report.deck.figure import Figure

SHEET = "Sheet1"
# name of a column -> what it is called behind the name of its series
HEADINGS = {
    "mean": "",
    "low": ", low end",
    "high": ", high end",
    "plus": ", up to the high end",
    "minus": ", down to the low end",
    "base": ", band from the one below",
    "band": ", band",
}
LONGEST = 42  # letters of a label on one line
BORN = datetime(2000, 1, 1)  # the same file each time


class Exact(float):
    """A number that a workbook keeps as it is: XlsxWriter writes 16 digits, one less than a float may need."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


@dataclass(frozen=True)
class Column:
    """A column of the sheet: values and, where they follow from other columns, the formula with {row} in it."""

    letter: str
    heading: str
    values: tuple[float | None, ...]
    formula: str = ""

    @property
    def cells(self) -> str:
        """Where its values are: Sheet1!$B$2:$B$9."""
        return f"{SHEET}!${self.letter}$2:${self.letter}${len(self.values) + 1}"

    @property
    def head(self) -> str:
        """Where its heading is: Sheet1!$B$1."""
        return f"{SHEET}!${self.letter}$1"


@dataclass
class Sheet:
    """Categories in column A, beside them the columns of each series by name (a key of HEADINGS)."""

    heading: str
    categories: tuple[float, ...] | tuple[str, ...]
    series: list[dict[str, Column]] = field(default_factory=list)

    @property
    def columns(self) -> list[Column]:
        """All columns from B on."""
        return [column for columns in self.series for column in columns.values()]

    @property
    def cells(self) -> str:
        """Where the categories are."""
        return f"{SHEET}!$A$2:$A${len(self.categories) + 1}"

    def add(self, title: str, name: str, values: Sequence[float | None], formula: str = "") -> Column:
        """One more column of the last series."""
        column = Column(_letter(len(self.columns) + 1), f"{title}{HEADINGS[name]}", tuple(values), formula)
        self.series[-1][name] = column
        return column


def sheet(figure: Figure) -> Sheet:
    """The sheet of a figure: mean, low and high of each series, and what its band or whiskers are drawn with."""
    if figure.kind == "lines":
        return _bands(figure)
    categories = figure.categories
    if any(figure.shown):
        categories = _labels(figure)
    made = Sheet(figure.category_title, categories)
    for one in figure.series:
        made.series.append({})
        mean = made.add(one.name, "mean", one.values)
        if one.low:
            low, high = made.add(one.name, "low", one.low), made.add(one.name, "high", one.high)
            made.add(one.name, "plus", less(one.high, one.values), f"={high.letter}{{row}}-{mean.letter}{{row}}")
            made.add(one.name, "minus", less(one.values, one.low), f"={mean.letter}{{row}}-{low.letter}{{row}}")
    return made


def _labels(figure: Figure) -> tuple[str, ...]:
    """Each category and what is said of it: on one line, or on two where one would take too much of the chart."""
    pairs = list(zip(map(str, figure.categories), figure.shown, strict=True))
    between = "\n" if max(len(name) + len(text) for name, text in pairs) > LONGEST else "  "
    return tuple(f"{name}{between}{text}".rstrip() for name, text in pairs)


def _bands(figure: Figure) -> Sheet:
    """Lines begin a row after time 0, so that the axis does. Areas are stacked: each band stands on the one before."""
    made, floor, below = Sheet(figure.category_title, (0.0, *map(float, figure.categories))), None, None
    for one in figure.series:
        made.series.append({})
        made.add(one.name, "mean", (None, *one.values))
        if not one.low:
            continue
        low = made.add(one.name, "low", (None, *one.low))
        high = made.add(one.name, "high", (None, *one.high))
        base = one.low if floor is None else less(one.low, floor)
        under = f"-{below.letter}{{row}}" if below else ""
        first, more = base[:1], less(one.high, one.low)
        made.add(one.name, "base", (*first, *base), f"={low.letter}{{row}}{under}")
        made.add(one.name, "band", (*more[:1], *more), f"={high.letter}{{row}}-{low.letter}{{row}}")
        floor, below = one.high, high
    return made


def less(more: Sequence[float | None], fewer: Sequence[float | None]) -> tuple[float | None, ...]:
    """`more` - `fewer`, None where one of both is not known."""
    return tuple(None if a is None or b is None else a - b for a, b in zip(more, fewer, strict=True))


def workbook(made: Sheet) -> bytes:
    """The sheet as an .xlsx file, formulas where a column follows from others."""
    from xlsxwriter import Workbook

    stream = BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": BORN})
        page = book.add_worksheet(SHEET)
        page.write_string(0, 0, made.heading)
        for row, category in enumerate(made.categories, start=1):
            if isinstance(category, float):
                page.write_number(row, 0, Exact(category))
            else:
                page.write_string(row, 0, str(category))
        for place, column in enumerate(made.columns, start=1):
            page.write_string(0, place, column.heading)
            for row, value in enumerate(column.values, start=1):
                if column.formula and value is not None and not _first_of_band(column, row):
                    page.write_formula(row, place, column.formula.format(row=row + 1), None, repr(value))
                elif value is not None:
                    page.write_number(row, place, Exact(value))
    return stream.getvalue()


def _first_of_band(column: Column, row: int) -> bool:
    """At time 0 nothing is known: a band begins there as it goes on."""
    return row == 1 and column.heading.endswith((HEADINGS["base"], HEADINGS["band"]))


def _letter(place: int) -> str:
    """The name of the column at a place counted from 0: 'A', 'Z', 'AA'."""
    from xlsxwriter.utility import xl_col_to_name

    return xl_col_to_name(place)
