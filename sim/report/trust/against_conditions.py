"""Conditions under which the profit center must be able to lose or should win."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from sim.report import theme
from sim.report.marks import Chart, dashed_rule, drawable_ends, titled
from sim.report.sentences import signed
from sim.report.trust.parts import BROKEN, KEPT, marked, named_rows, nothing, truth, verdict_marks
from sim.report.words import money, percent


def conditions_headline(table: pd.DataFrame) -> str:
    """In how many conditions the strategy does as expected."""
    if table.empty:
        return "No condition was run"
    loses, wins = table[table["expect"] == "loses"], table[table["expect"] == "wins"]
    parts = []
    if len(loses):
        clear = int((loses["high"] < 0).sum())
        parts.append(f"loses clearly in {_of(clear, len(loses))} where it should lose")
    if len(wins):
        parts.append(f"wins clearly in {_of(int((wins['low'] > 0).sum()), len(wins))} where it should win")
    return f"Better-funded support {' and '.join(parts)}"


def _of(some: int, n: int) -> str:
    """'all 8 conditions', '7 of 8 conditions'."""
    count = f"all {n}" if some == n and n > 1 else f"{some} of {n}"
    return f"{count} {'condition' if n == 1 else 'conditions'}"


def conditions_sentence(table: pd.DataFrame) -> str:
    """Which conditions came out otherwise, which are not decided, and where most is lost and won."""
    if table.empty:
        return "No condition was run."
    parts = []
    for _, row in table[~truth(table["holds"])].iterrows():
        parts.append(
            f"*{row['title']}* should be one where it {row['expect']}, but it is worth {signed(row['mean'])} "
            f"(95 % interval {money(row['low'])} to {money(row['high'])})."
        )
    loses = table[(table["expect"] == "loses") & truth(table["holds"])]
    undecided = loses[loses["high"] > 0]
    if len(undecided):
        names = ", ".join(f"*{title}*" for title in undecided["title"])
        parts.append(f"No clear gain, but no clear loss either: {names}.")
    known = table[table["share"].notna()]
    if len(known) > 1:
        ordered = known.sort_values("share")
        worst, best = ordered.iloc[0], ordered.iloc[-1]
        parts.append(
            f"It does worst in *{worst['title']}* ({_share(worst['share'])} of the baseline's value) and best in "
            f"*{best['title']}* ({_share(best['share'])})."
        )
    return " ".join(parts) or "Every condition came out as expected."


def _share(share: float) -> str:
    return f"{'+' if share > 0 else ''}{percent(share)}"


def conditions_chart(table: pd.DataFrame) -> Chart:
    """Difference of net present value as a share of the baseline's, grouped by what is expected."""
    if table.empty:
        return nothing(conditions_headline(table), "Name some conditions, or none for all.")
    every = table.copy()
    baseline = every["mean"] / every["share"]
    usable = every["share"].notna() & np.isfinite(baseline) & (baseline != 0)
    for end in ("low", "high"):
        every[f"{end}_share"] = np.where(usable, every[end] / baseline.where(usable, 1.0), np.nan)
    finite = every["share"].dropna().abs()
    # A few that lose many times the firm's worth must not press the others flat
    limit = max(0.02, 1.3 * float(np.quantile(finite, 0.8))) if len(finite) else 0.1
    every["verdict"] = np.where(truth(every["holds"]), KEPT, BROKEN)
    parts = []
    for expect, heading in (("loses", "Where it should lose"), ("wins", "Where it should win")):
        part = every[every["expect"] == expect].sort_values("share", kind="stable").reset_index(drop=True)
        if not part.empty:
            parts.append(_condition_rows(part, limit, set(every["verdict"]), heading))
    cut = int((every["share"].abs() > limit).sum())
    least, most = int(every["replications"].min()), int(every["replications"].max())
    runs = f"{least}" if least == most else f"{least} to {most}"
    note = (
        f"Difference of net present value as a share of the baseline's. Mean of {runs} paired worlds; bar: 95 % "
        "interval." + (f" Arrows: {cut} beyond the edge, by the number beside." if cut else "")
    )
    chart = alt.vconcat(*parts, spacing=26)
    return titled(chart, conditions_headline(table), note, sized=True, width=720)


def _condition_rows(part: pd.DataFrame, limit: float, verdicts: set[str], heading: str) -> Any:
    width, edge = 300, 1.06 * limit
    ends = [
        drawable_ends(m, a, b) for m, a, b in zip(part["share"], part["low_share"], part["high_share"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "row": np.arange(len(part), dtype=float),
            "value": part["share"].clip(-limit, limit),
            "low": [float(np.clip(low, -limit, limit)) for low, _ in ends],
            "high": [float(np.clip(high, -limit, limit)) for _, high in ends],
            "verdict": part["verdict"],
            "beyond": part["share"].abs() > limit,
            "side": np.where(part["share"] < 0, "left", "right"),
            "text": [_condition_text(row) for _, row in part.iterrows()],
        }
    )
    scale = alt.Scale(domain=[-edge, edge], nice=False, zero=False)
    axis = alt.Axis(labelExpr="format(100 * datum.value, datum.value ? '+~r' : 'd') + ' %'", tickCount=5)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=None, scale=scale, axis=axis)

    y = named_rows([str(title) for title in part["title"]], "row", 270)
    colour, shape = verdict_marks(KEPT, BROKEN, verdicts)
    known = table[table["value"].notna()]
    inside, beyond = known[~known["beyond"]], known[known["beyond"]]
    layers: list[Any] = [
        dashed_rule(pd.DataFrame({"zero": [0.0]}), x="zero"),
        alt.Chart(inside).mark_rule(strokeWidth=3).encode(x("low"), alt.X2("high:Q"), y, colour),
        alt.Chart(inside).mark_point(size=110, strokeWidth=2.5, opacity=1).encode(x("value"), y, colour, shape),
        alt.Chart(table).mark_text(align="left", dx=14, fontSize=14).encode(y=y, x=alt.value(width), text="text:N"),
    ]
    for side in ("left", "right"):
        some = beyond[beyond["side"] == side]
        if len(some):
            arrow = alt.Chart(some).mark_point(shape=f"triangle-{side}", size=130, filled=True, opacity=1)
            layers.append(arrow.encode(x("value"), y, colour))
    head = alt.TitleParams(heading, fontSize=16, anchor="start", frame="group", color=theme.SOFT)
    return alt.layer(*layers).properties(width=width, height=max(50, 33 * len(part)), title=head)


def _condition_text(row: pd.Series) -> str:
    half = (row["high"] - row["low"]) / 2
    spread = f" ± {money(half)}" if math.isfinite(half) and half > 0 else ""
    share = f" ({_share(row['share'])})" if math.isfinite(row["share"]) else ""
    return f"{signed(row['mean'])}{spread}{share}"


def condition_table(table: pd.DataFrame) -> pd.DataFrame:
    """The conditions in words: what, expected, difference, verdict with a mark, why, the file that runs it."""
    found = [
        {
            "condition": row["title"],
            "it should": {"loses": "lose", "wins": "win"}.get(row["expect"], row["expect"]),
            "worth (95 %)": _condition_text(row),
            "verdict": marked(KEPT if bool(held) else BROKEN),
            "why": row["why"],
            "file": f"params/condition/{row['condition']}.yaml",
        }
        for (_, row), held in zip(table.iterrows(), truth(table["holds"]), strict=True)
    ]
    return pd.DataFrame(found, columns=["condition", "it should", "worth (95 %)", "verdict", "why", "file"])
