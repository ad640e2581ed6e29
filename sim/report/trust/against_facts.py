"""Facts of the literature: values, intervals and bands."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.calibrate import OUT
from sim.experiment.stylised import FACTS
from sim.report.marks import Chart, drawable_ends, titled
from sim.report.trust.parts import INSIDE, OUTSIDE, UNTESTED, marked, named_rows, truth, verdict_marks
from sim.report.words import MINUS, number, percent


def facts_headline(table: pd.DataFrame) -> str:
    """How many facts lie in their bands."""
    known = table[table["value"].notna()]
    if known.empty:
        return "No fact could be measured"
    inside, n = int(truth(known["holds"]).sum()), len(known)
    if inside == n:
        return f"All {n} facts of the literature come out in their bands" if n > 1 else "The fact lies in its band"
    return f"{inside} of {n} facts of the literature come out in their bands"


def facts_chart(table: pd.DataFrame) -> Chart:
    """Where each fact lies against its band: bands drawn to the same width, values and bands in words beside them."""
    shown_rows = table.reset_index(drop=True)
    ends = 2.6
    drawn = []
    for row, fact in shown_rows.iterrows():
        place = _placed(fact)
        low, high = drawable_ends(place(fact["value"]), place(fact["interval_low"]), place(fact["interval_high"]))
        open_end = math.isinf(fact["high"])
        drawn.append(
            {
                "row": row,
                "band_low": place(fact["low"]),
                "band_high": ends if open_end else max(place(fact["high"]), place(fact["low"]) + 0.04),
                "value": float(np.clip(place(fact["value"]), -ends, ends)),
                "low": float(np.clip(low, -ends, ends)),
                "high": float(np.clip(high, -ends, ends)),
                "verdict": _fact_verdict(fact),
                "text": f"{_in_unit(fact['value'], fact['unit'])}  ({_band(fact)})",
            }
        )
    marks = pd.DataFrame(drawn, columns=["row", "band_low", "band_high", "value", "low", "high", "verdict", "text"])
    known = marks[marks["verdict"].isin([INSIDE, OUTSIDE])]
    scale = alt.Scale(domain=[-ends - 0.2, ends + 0.2], nice=False, zero=False)
    axis = alt.Axis(labels=False, ticks=False, grid=False, domain=False)
    title = "below the band \N{LEFTWARDS ARROW}      \N{RIGHTWARDS ARROW} above the band"

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=title, scale=scale, axis=axis)

    y = named_rows([_name(fact) for fact in shown_rows["fact"]], "row", 250)
    colour, shape = verdict_marks(INSIDE, OUTSIDE, set(known["verdict"]))
    chart = alt.layer(
        alt.Chart(marks).mark_bar(height=15, color="#dcdcdc").encode(x("band_low"), alt.X2("band_high:Q"), y),
        alt.Chart(known).mark_rule(strokeWidth=2.5).encode(x("low"), alt.X2("high:Q"), y, colour),
        alt.Chart(known).mark_point(size=90, strokeWidth=2.5, opacity=1).encode(x("value"), y, colour, shape),
        alt.Chart(marks).mark_text(align="left", dx=12, fontSize=13).encode(y=y, x=alt.value(300), text="text:N"),
    ).properties(width=300, height=max(60, 23 * len(marks)))
    note = (
        "Grey: the band of the literature, all drawn to one width. Marks at the edges lie beyond them; bar: 95 % "
        "interval over paired worlds. Right: value measured (band)."
    )
    return titled(chart, facts_headline(table), note, sized=True, width=720)


def _placed(fact: pd.Series) -> Callable[[float], float]:
    """Where a value lies when the fact's band reaches from -1 to 1."""
    halves = {each.key: each.half_band for each in FACTS}
    low, high = float(fact["low"]), float(fact["high"])
    half = halves.get(str(fact["fact"]), math.nan)
    if not (math.isfinite(half) and half > 0):
        half = (high - low) / 2 if math.isfinite(high - low) and high > low else max(abs(low), 1.0) / 2
    start = low + half if math.isinf(high) or high == low else (low + high) / 2
    start = low if high == low else start
    return lambda value: (value - start) / half


def _fact_verdict(fact: Any) -> str:
    if not math.isfinite(fact["value"]):
        return UNTESTED
    return INSIDE if bool(truth(pd.Series([fact["holds"]])).iloc[0]) else OUTSIDE


def _name(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _in_unit(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "no value"
    if unit == "share":
        return percent(value)
    if unit == "points":
        return f"{100 * value:.1f} points".replace("-", MINUS)
    return f"{number(value)} {unit}".strip()


def _beside(value: float, edge: float, unit: str) -> str:
    """A value beside the edge of its band, never rounded onto it."""
    text = _in_unit(value, unit)
    return text if text != _in_unit(edge, unit) else f"just {'below' if value < edge else 'above'} {text}"


def _short(value: float) -> str:
    """A round number as people write it: 98, 1.7, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", MINUS)


def _band(fact: Any) -> str:
    low, high, unit = float(fact["low"]), float(fact["high"]), str(fact["unit"])
    factor, unit = (100, "%") if unit == "share" else (100, unit) if unit == "points" else (1, unit)
    low, high = factor * low, factor * high
    if math.isinf(high):
        return f"at least {_short(low)} {unit}"
    return f"{_short(low)} {unit}" if low == high else f"{_short(low)} to {_short(high)} {unit}"


def fact_table(table: pd.DataFrame) -> pd.DataFrame:
    """The facts in words: what is measured, band, value with its interval, verdict with a mark, source."""
    found = []
    for _, fact in table.iterrows():
        half = (fact["interval_high"] - fact["interval_low"]) / 2
        spread = f" ± {_in_unit(half, fact['unit'])}" if math.isfinite(half) and half > 0 else ""
        found.append(
            {
                "fact": _name(fact["fact"]),
                "what is measured": fact["meaning"],
                "band": _band(fact),
                "value (95 %)": f"{_in_unit(fact['value'], fact['unit'])}{spread}",
                "verdict": marked(_fact_verdict(fact)),
                "source": fact["source"],
            }
        )
    return pd.DataFrame(found, columns=["fact", "what is measured", "band", "value (95 %)", "verdict", "source"])


def facts_sentence(table: pd.DataFrame) -> str:
    """Which facts lie outside, by how much, and how many of those inside could be outside by chance."""
    known = table[table["value"].notna()]
    if known.empty:
        return "No fact could be measured in these runs."
    inside, outside = known[truth(known["holds"])], known[~truth(known["holds"])]
    sure = (inside["interval_low"] >= inside["low"]) & (inside["interval_high"] <= inside["high"])
    parts = [
        f"{len(inside)} of {len(known)} facts lie in their bands, {int(sure.sum())} of them with their whole 95 % "
        "interval."
    ]
    for _, fact in outside.iterrows():
        below = fact["value"] < fact["low"]
        edge = fact["low"] if below else fact["high"]
        reaches = fact["interval_high"] >= edge if below else fact["interval_low"] <= edge
        doubt = "; the interval reaches the band" if reaches else ""
        parts.append(
            f"*{_name(fact['fact'])}* is {_beside(fact['value'], edge, fact['unit'])}, "
            f"{'below' if below else 'above'} the band ({_band(fact)}){doubt}."
        )
    missing = len(table) - len(known)
    if missing:
        parts.append(f"{missing} could not be measured: too few people or weeks.")
    return " ".join(parts)


def trade_off(table: pd.DataFrame, rate: float) -> str:
    """What the value of a customer does with retention, against the closed form at the retention measured.

    A customer kept with probability r a year is worth m (1 + i) / (1 + i - r): a per cent of r is worth
    r / (1 + i - r) per cent. The retention is that of the same runs: elasticity over growth with five points.

    Args:
        rate: i, the yearly discount rate.
    """
    columns = ("value", "low", "high", "interval_low", "interval_high")
    found = {str(row["fact"]): {name: float(row[name]) for name in columns} for row in table.to_dict("records")}
    if not {"retention_elasticity", "five_points"} <= set(found):
        return "The value of retention was not measured."
    fact, five = found["retention_elasticity"], found["five_points"]["value"]
    measured = fact["value"]
    if not (math.isfinite(measured) and math.isfinite(five) and five > 0):
        return "The value of retention could not be measured in these runs: too few were won or kept."
    # d ln V / d ln r over d ln V / dr is r: the mean of base and variant, on a logarithmic scale
    retention = 0.05 * measured / math.log1p(five)
    if not 0 < retention < 1:
        return "The value of retention could not be measured in these runs: its interval is too wide."
    closed = retention / (1 + rate - retention)
    needed = [elasticity * (1 + rate) / (1 + elasticity) for elasticity in (fact["low"], fact["high"])]
    start = (
        f"Customers won here stay a year with {percent(retention)}. At that retention the closed form "
        f"(1 + i) / (1 + i − r), at a discount rate of {percent(rate)}, makes a per cent of retention worth "
        f"{number(closed)} % of a customer's value; the simulation measures {number(measured)} % "
        f"(95 % interval {number(fact['interval_low'])} to {number(fact['interval_high'])}). "
    )
    # What the formula says of the band is true whichever side of it these runs lie on
    band = f"A value of {_short(fact['low'])} to {_short(fact['high'])} % belongs to a yearly retention of "
    band += f"{percent(needed[0])} to {percent(needed[1])}"
    if retention < needed[0]:
        return (
            f"{start}{band}. The world's purchases are fitted to CDNOW, whose buyers lapse faster: one world cannot "
            "have their habits and the published elasticity, which comes from firms that keep more of their customers."
        )
    return f"{start}{band}, and these runs lie {'in that range' if retention <= needed[1] else 'above it'}."


def tried(table: pd.DataFrame, folder: Path = OUT) -> str:
    """What the points that the calibration tried say of the facts outside their bands: what else would have to give.

    Args:
        folder: where points.csv is, see `whatif calibrate`.
    """
    if not (folder / "points.csv").exists():
        return "Nothing is kept of a calibration."
    points = pd.read_csv(folder / "points.csv")
    inside = pd.DataFrame(
        {fact.key: points[fact.key].between(fact.low, fact.high) for fact in FACTS if fact.key in points}
    )
    said = []
    for fact in table[table["value"].notna() & ~truth(table["holds"])].itertuples():
        if fact.fact in inside and 0 < inside[fact.fact].sum() < len(points):
            said.append(_instead(str(fact.fact), inside))
    everything = int(inside.all(axis=1).sum())
    return " ".join(
        [
            f"Calibration tried {len(points)} points, each in few worlds, so that chance has a part in what follows; "
            f"{everything} of them had all the facts it looks at in their bands.",
            *said,
        ]
    )


def _instead(fact: str, inside: pd.DataFrame) -> str:
    """What the points with a fact in its band lack more often than the others."""
    has = inside[fact]
    lost = (inside[~has].mean() - inside[has].mean()).drop(fact).sort_values(ascending=False)
    worst = [str(name) for name in lost[lost > 0.05].index[:3]]
    start = f"*{_name(fact)}* was in its band in {percent(has.mean())} of them"
    if not worst:
        return f"{start}, and no other fact suffered for it: another default could have it."
    shares = ", ".join(
        f"*{_name(name)}* ({percent(inside.loc[has, name].mean())} against {percent(inside.loc[~has, name].mean())})"
        for name in worst
    )
    return f"{start}; compared with the others, these less often had {shares}."
