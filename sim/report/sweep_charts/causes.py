"""Why it flips: what brings the difference in a world where it wins, and in one where it loses."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from sim.experiment.bridge import TOTAL
from sim.report import marks, theme
from sim.report.bridge import NAMES, SAID
from sim.report.marks import MONEY_AXIS, Chart
from sim.report.sentences import signed
from sim.report.sweep_charts.bars import bar_rows

WHERE, VERB = {1: "wins", -1: "loses"}, {1: "brings", -1: "takes"}


def causes(
    bridges: Mapping[int, pd.DataFrame],
    counts: Mapping[int, int],
    titles: Mapping[str, str],
    pair: tuple[str, str],
    replications: int,
) -> Chart:
    """The parts of the difference, a bar a world: in the middle one of those that win, and of those that lose.

    Args:
        bridges: sign (1: it wins, -1: it loses) -> the table of `bridge` there.
        counts: sign -> of how many worlds it is the middle one.
        titles: strategy -> what to call it, of all.
        pair: the baseline and the strategy.
        replications: paired worlds of chance behind each.
    """
    baseline, strategy = pair
    chosen = theme.colours(list(titles))
    kinds = {sign: f"where it {WHERE[sign]}" for sign in bridges}
    colours = {kinds[sign]: chosen[strategy if sign > 0 else baseline] for sign in bridges}
    names = [NAMES[part] for part in next(iter(bridges.values()))["part"]]
    lanes = {sign: 0.19 * (2 * lane - 1) if len(bridges) > 1 else 0.0 for lane, sign in enumerate(bridges)}
    rows = [
        {"kind": kinds[sign], "value": mean, "low": low, "high": high, "row": place + lanes[sign]}
        for sign, table in bridges.items()
        for place, (mean, low, high) in enumerate(zip(table["mean"], table["low"], table["high"], strict=True))
    ]
    found = "; ".join(_finding(sign, table) for sign, table in bridges.items())
    middle = " and ".join(f"of {counts[sign]} where it surely {WHERE[sign]}" for sign in bridges)
    note = (
        f"Net present value of {titles[strategy]} less that of {titles[baseline]}, $, in parts that add up. In the "
        f"world in the middle, by difference, {middle}. {marks.over_worlds(replications, 'whisker')}."
    )
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6)
    unit = "part of the difference of net present value, $"
    return bar_rows(rows, names, colours, f"{titles[strategy]}: {found}", note, unit, axis, 15)


def _finding(sign: int, table: pd.DataFrame) -> str:
    """What decides there: the largest part that speaks for the sign."""
    parts = table[table["part"] != TOTAL].set_index("part")["mean"]
    first = str((sign * parts).idxmax())
    return f"where it {WHERE[sign]}, {SAID[first]} {VERB[sign]} most ({signed(float(parts[first]))})"
