"""What the charts of the deck hold: plain numbers from the comparison's tables, before PowerPoint hears of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.experiment.bridge import bridge
from sim.experiment.compare import Comparison
from sim.experiment.survey import wave_starts
from sim.model.ledger import ACCOUNTS
from sim.report import bridge as bridged
from sim.report import marks, theme
from sim.report.charts import ACCOUNT_NAMES, DOTS
from sim.report.deck.figure import COUNT, MONEY, PLAIN, Figure, Series, drawable, known, round_ends
from sim.report.findings import METRICS, SWITCHED, best_other
from sim.report.sentences import paired, payback
from sim.report.words import horizon, number, titles

GREY, VALUE = "#9a9a9a", "difference of net present value, $"
POINTS = 600  # most weeks of a line


def customers(comparison: Comparison) -> Figure:
    """Customers over time, a line and a band a strategy."""
    note = f"Customers. {marks.mean_of(comparison, 'band')}."
    drawn = _over_time(comparison, comparison.over_time("customers"), note, COUNT, "customers", ())
    if drawn.ends is None or drawn.ends[0] <= 0:
        return drawn
    return replace(drawn, note=f"{note} The vertical axis does not begin at zero.")


def cash(comparison: Comparison) -> Figure:
    """Cumulative discounted cash less the baseline's, paired."""
    other = titles(comparison)[comparison.strategies[0]]
    note = f"Cumulative discounted cash less that of {other}, $. {marks.mean_of(comparison, 'band')}."
    drawn = _over_time(comparison, comparison.cash_difference(), note, MONEY, f"difference to {other}, $", (0.0,))
    marks_of = []
    for one, name in zip(drawn.series, comparison.strategies[1:], strict=True):
        week = comparison.difference(name).payback_week
        if week:
            at = week // _step(comparison)
            values = tuple(value if place == at else None for place, value in enumerate(one.values))
            said = payback(comparison, name) if len(drawn.series) == 1 else f"{one.name} {payback(comparison, name)}"
            marks_of.append(Series(said, one.colour, values, mark=True))
    return replace(drawn, series=(*drawn.series, *marks_of))


def _over_time(
    comparison: Comparison, table: pd.DataFrame, note: str, unit: str, title: str, include: Sequence[float]
) -> Figure:
    weeks, years, name = marks.horizon_weeks(comparison), marks.in_years(comparison), titles(comparison)
    step = _step(comparison)
    table = table[(table["week"] + 1) % step == 0]
    chosen, series = theme.colours(comparison.strategies), []
    for strategy in table["strategy"].unique():
        rows = table[table["strategy"] == strategy]
        columns = {column: known(rows[column]) for column in ("mean", "low", "high")}
        series.append(Series(name[strategy], chosen[strategy], columns["mean"], columns["low"], columns["high"]))
    times = (np.arange(step, weeks + 1, step) / (52 if years else 1)).tolist()
    ends = round_ends([*table["low"], *table["high"], *include])
    every = max(1, math.ceil(weeks / 52 / 10)) * 52 if years else max(1, math.ceil(weeks / 10))
    label = "years" if years else "weeks"
    return Figure("lines", note, tuple(times), tuple(series), unit, title, label, max(1, every // step), ends)


def _step(comparison: Comparison) -> int:
    """Weeks from one point of a line to the next, so that the last week is one of them."""
    weeks = marks.horizon_weeks(comparison)
    return next((n for n in (1, 2, 4, 13, 26, 52) if weeks % n == 0 and weeks / n <= POINTS), 1)


def lenses(comparison: Comparison) -> tuple[Figure, Figure]:
    """By how much the best other strategy changes each metric against the baseline, %: one figure a lens."""
    name, title = best_other(comparison), titles(comparison)
    colour, both = theme.colours(comparison.strategies)[name], []
    table = lens_changes(comparison)
    for lens in ("cost-center", "profit-center"):
        rows = table[table["lens"] == lens]
        note = (
            f"{lens.capitalize()} lens: {title[name]} against {title[comparison.strategies[0]]}, change in %. "
            f"{marks.mean_of(comparison, 'whisker')}."
        )
        values, low, high = (known(rows[column]) for column in ("mean", "low", "high"))
        series = Series(f"change under {title[name]}", colour, values, *drawable(values, low, high))
        shown = tuple(rows["shown"])
        ends = round_ends([0.0, *rows["mean"], *rows["low"], *rows["high"]])
        both.append(Figure("bars", note, tuple(rows["name"]), (series,), PLAIN, "change, %", ends=ends, shown=shown))
    return both[0], both[1]


def lens_changes(comparison: Comparison) -> pd.DataFrame:
    """What the best other strategy does to each metric, paired, in % of the baseline's mean, with its 95 % interval.

    Columns: lens, metric, name, mean, low, high (%), shown (both values in the metric's unit).
    """
    name, rows = best_other(comparison), []
    for (lens, metric), group in comparison.lenses().groupby(["lens", "metric"], sort=False):
        label, unit, factor = METRICS[str(metric)]
        value = group.set_index("strategy")["mean"]
        before, after = (value[strategy] for strategy in (comparison.strategies[0], name))
        mean, half = paired(comparison, str(metric), name)
        scale = 100 / before if before > 0 else math.nan
        row = {"lens": lens, "metric": metric, "name": label, "mean": scale * mean}
        row |= {"low": scale * (mean - half), "high": scale * (mean + half)}
        there = math.isfinite(before) and math.isfinite(after)
        said = f"{number(before * factor)} → {number(after * factor)} {unit}" if there else "no value"
        rows.append(row | {"shown": said})
    return pd.DataFrame(rows)


def worlds(comparison: Comparison) -> Figure:
    """The difference of net present value in each paired world, sorted, and its mean."""
    title, chosen = titles(comparison), theme.colours(comparison.strategies)
    baseline, others = comparison.strategies[0], comparison.strategies[1:]
    npv, n = comparison.by_run("npv"), min(comparison.replications, DOTS)
    series, blank = [], (None,) * len(others)
    for place, name in enumerate(others):
        delta = np.sort((npv[name] - npv[baseline]).to_numpy(float))
        dots = delta[np.unique(np.linspace(0, delta.size - 1, n).astype(int))]
        series.append(Series(title[name], chosen[name], (*known(dots), *blank)))
        difference = comparison.difference(name)
        if difference.replications > 1 and math.isfinite(difference.half_width):
            at = (None,) * (n + place)
            rest = (None,) * (len(others) - 1 - place)
            mean, low, high = ((*at, end, *rest) for end in (difference.mean, difference.low, difference.high))
            series.append(Series(f"{title[name]}: mean", chosen[name], mean, low, high, mark=True))
    some = f" ({DOTS} of {comparison.replications:,} shown)" if comparison.replications > DOTS else ""
    mean_of = marks.mean_of(comparison, "bar")
    note = f"Net present value less that of {title[baseline]}, $. A dot a paired world{some}. " + (
        f"Diamond: {mean_of[0].lower()}{mean_of[1:]}." if n > 1 else f"{mean_of}."
    )
    places = tuple(float(place) for place in range(1, n + len(others) + 1))
    axis = "paired worlds, from the worst to the best for it"
    return Figure("dots", note, places, tuple(series), MONEY, f"difference to {title[baseline]}, $", axis)


def sources(comparison: Comparison) -> Figure:
    """The accounts that the difference of net present value is made of, for the best other strategy."""
    name, title = best_other(comparison), titles(comparison)
    used = [account for account in ACCOUNTS if np.any(comparison.by_run(f"npv_{account}").to_numpy(float) != 0)]
    table = comparison.sources(name)
    table = table[table["account"].isin(used)]
    difference = comparison.difference(name)
    total = {"account": "total", "mean": difference.mean, "low": difference.low, "high": difference.high}
    table = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    names = [ACCOUNT_NAMES.get(account, "Difference") for account in table["account"]]
    note = (
        f"Net present value of each account of {title[name]} less that of {title[comparison.strategies[0]]}, $. "
        f"{marks.mean_of(comparison, 'whisker')}."
    )
    colour = theme.colours(comparison.strategies)[name]
    return _bars(table, names, note, [GREY] * (len(table) - 1) + [colour])


def causes(comparison: Comparison) -> Figure:
    """The parts of the difference of net present value: what brings it and what costs it, for the best other strategy.

    A bar has the colour of the strategy that it speaks for.
    """
    name, title, chosen = best_other(comparison), titles(comparison), theme.colours(comparison.strategies)
    baseline = comparison.strategies[0]
    table = bridge(comparison, name)
    names = [bridged.NAMES[part] for part in table["part"]]
    note = (
        f"Parts of the net present value of {title[name]} less that of {title[baseline]}, $; they add up to the "
        f"difference. {marks.mean_of(comparison, 'whisker')}."
    )
    colours = [chosen[name if mean >= 0 else baseline] for mean in table["mean"]]
    return _bars(table, names, note, colours)


def _bars(table: pd.DataFrame, names: Sequence[str], note: str, colours: Sequence[str]) -> Figure:
    """A bar a row of a table with mean, low and high; its colour beside it."""
    values, low, high = (known(table[column]) for column in ("mean", "low", "high"))
    shown = tuple(_said(*ends) for ends in zip(table["mean"], table["low"], table["high"], strict=True))
    whiskers, ends = drawable(values, low, high), round_ends([0.0, *table["mean"], *table["low"], *table["high"]])
    series = Series("net present value, difference", colours[-1], values, *whiskers, colours=tuple(colours))
    return Figure("bars", note, tuple(names), (series,), MONEY, VALUE, ends=ends, shown=shown)


def ablations(comparison: Comparison, table: pd.DataFrame) -> Figure:
    """The difference of net present value as it is and without each contested mechanism."""
    title, chosen = titles(comparison), theme.colours(comparison.strategies)
    names = [str(name) for name in table["ablation"].unique()]
    series, shown = [], [""] * len(names)
    for strategy in comparison.strategies[1:]:
        rows = table[table["strategy"] == strategy].set_index("ablation").loc[names]
        values = known(rows["mean"])
        low, high = drawable(values, known(rows["low"]), known(rows["high"]))
        series.append(Series(title[strategy], chosen[strategy], values, low, high))
        if len(comparison.strategies) == 2:
            off = ["" if active else " (off already)" for active in rows["active"]]
            each = zip(rows["mean"], rows["low"], rows["high"], strict=True)
            shown = [f"{_said(*row)}{more}" for row, more in zip(each, off, strict=True)]
    n = int(table["replications"].max()) if len(table) else 0
    note = (
        f"Net present value less that of {title[comparison.strategies[0]]}, $. The same {n:,} paired worlds in every "
        f"row{'; whisker: 95 % interval' if n > 1 else ', no interval'}."
    )
    labels = tuple(SWITCHED.get(name, name) for name in names)
    ends = round_ends([0.0, *table["mean"], *table["low"], *table["high"]])
    return Figure("bars", note, labels, tuple(series), MONEY, VALUE, ends=ends, shown=tuple(shown))


def survey(comparison: Comparison) -> Figure | None:
    """Spend of the survey's groups: published, as a survey sees it here, as caused. None where nobody was asked."""
    points = marks.survey_points(comparison)
    if not wave_starts(marks.horizon_weeks(comparison)) or not (points["way"] != "published").any():
        return None
    groups, series = list(marks.GROUP_NAMES), []
    for way, (colour, _) in marks.WAYS.items():
        rows = points[points["way"] == way].set_index("group").reindex(groups)
        columns = {column: known(rows[column]) for column in ("value", "low", "high")}
        whiskers = () if way == "published" else (columns["low"], columns["high"])
        series.append(Series(way, colour, columns["value"], *whiskers))
    note = (
        "Spend in the following quarter; 100: that of buyers without a problem; as caused: that of the same people "
        f"without it. {marks.mean_of(comparison, 'whisker')} over {horizon(comparison)}."
    )
    axis, ends = "spend (100: no problem)", round_ends([0.0, *points["value"], *points["low"], *points["high"]])
    return Figure("bars", note, tuple(marks.GROUP_NAMES.values()), tuple(series), PLAIN, axis, ends=ends)


def _said(mean: float, low: float, high: float) -> str:
    low, high = marks.drawable_ends(mean, low, high)
    return marks.with_half_width({"mean": mean, "low": low, "high": high})
