"""Each contender as shipped, at its own best and at equal spend: one mark each, with its interval."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import pandas as pd

from sim.experiment.best.judge import Interval, beyond, difference, within_budget
from sim.experiment.best.search import EQUAL, OWN, SHIPPED, Found, Place
from sim.report import marks, theme
from sim.report.marks import MONEY_AXIS, WIDTH, Chart
from sim.report.sentences import signed
from sim.report.words import duration, money

SHAPES = {SHIPPED: "circle", OWN: "square", EQUAL: "diamond"}
LANE = 26  # pixels of a mark
VALUES = 250  # pixels beside the picture


def chart(found: Found | None) -> Chart | None:
    """The difference of net present value from the baseline's own best, paired world by world."""
    if found is None:
        return None
    names = [one.name for one in found.plan.contenders]
    shown, middles = _marks(found)
    domain = marks.axis_domain([0.0, *shown["low"], *shown["high"]], pad=0.05, least=1000)
    scale, axis = alt.Scale(domain=domain, nice=False, zero=False), alt.Axis(labelExpr=MONEY_AXIS, tickCount=5)
    unit = f"difference of net present value over {duration(found.plan.baseline.scenario.run.weeks)}, $"
    x, x_low = [alt.X(f"{field}:Q", title=unit, scale=scale, axis=axis) for field in ("mean", "low")]
    last = int(shown["place"].max())
    titles = [one.title for one in found.plan.contenders]
    labels = f"{json.dumps(titles)}[indexof({json.dumps(middles)}, datum.value)]"
    rows = alt.Axis(values=middles, labelExpr=labels, grid=False, ticks=False, domain=False, labelLimit=240)
    y = alt.Y("place:Q", title=None, axis=rows, scale=alt.Scale(domain=[last + LANE // 2, -LANE // 2], nice=False))
    chosen = theme.colours(names)
    colour = alt.Color("contender:N", scale=alt.Scale(domain=names, range=[chosen[n] for n in names]), legend=None)
    present = [way for way in SHAPES if (shown["way"] == way).any()]
    shape = alt.Shape(
        "way:N", scale=alt.Scale(domain=present, range=[SHAPES[way] for way in present]), title=None,
        legend=alt.Legend(symbolFillColor=theme.SOFT, symbolStrokeColor=theme.SOFT),
    )  # fmt: skip
    on, width = alt.Chart(shown), WIDTH - VALUES + 90
    layers: list[Any] = [
        marks.dashed_rule(pd.DataFrame({"zero": [0.0]}), x="zero"),
        on.mark_rule(strokeWidth=3).encode(x_low, alt.X2("high:Q"), y, colour),
        on.mark_point(size=150, filled=True, opacity=1).encode(x, y, colour, shape),
        on.mark_text(align="left", dx=12, fontSize=13).encode(y=y, x=alt.value(width), text="text:N"),
    ]
    picture = alt.layer(*layers).properties(width=width, height=last + LANE)
    return marks.titled(picture, headline(found), _note(found), sized=True, width=width + VALUES)


def headline(found: Found) -> str:
    """The finding: who is ahead at its own best, and who at equal spend."""
    own, equal = (
        sorted((one for one in found.places if one.way == way), key=lambda one: -one.npv.mean()) for way in (OWN, EQUAL)
    )
    text = f"Each at its own best, {_ahead(own, found)}"
    if found.budget is None or len(found.plan.contenders) < 3 or not equal:
        return text
    if equal[0].contender is own[0].contender:
        budget = money(found.budget)
        if len(equal) == 1 or difference(*equal[:2]).sign > 0:
            return f"{text}, and no other does as well with its {budget}"
        return f"{text}; with its {budget}, {equal[1].contender.title} may do as well"
    return f"{text}; with {money(found.budget)} to spend, {_ahead(equal, found)}"


def _ahead(places: list[Place], found: Found) -> str:
    first, *others = places
    name = first.contender.title
    if first.contender is found.plan.baseline:
        return f"{name} is worth most"
    gain = difference(first, found.of(found.plan.baseline.name, OWN))
    sure = not others or difference(first, others[0]).sign > 0
    text = f"{name} is worth {money(gain.mean)} more than {found.plan.baseline.title}"
    return text if sure else f"{text}, but not surely more than {others[0].contender.title}"


def _marks(found: Found) -> tuple[pd.DataFrame, list[int]]:
    """A row a mark, its place in whole pixels from the first, and the middle of each contender's marks."""
    base, rows, middles, top = found.of(found.plan.baseline.name, OWN), list[dict[str, Any]](), list[int](), 0
    for contender in found.plan.contenders:
        places = [one for one in found.places if one.contender is contender and _is_shown(found, one)]
        middles.append(top + (len(places) - 1) * LANE // 2)
        for place in places:
            gap = difference(place, base)
            low, high = marks.drawable_ends(gap.mean, gap.low, gap.high)
            rows.append(
                {"contender": contender.name, "way": place.way, "place": top, "mean": gap.mean, "low": low,
                 "high": high, "text": _told(gap, beyond(found, place).mean, place is base)}
            )  # fmt: skip
            top += LANE
        top += LANE // 2
    return pd.DataFrame(rows), middles


def _told(gap: Interval, spent: float, measure: bool) -> str:
    if measure:
        return "0: what all are measured by"
    text = signed(gap.mean) + (f" ± {money(gap.half)}" if gap.half else "")
    if abs(spent) < 0.5:
        return f"{text}, spends as much"
    return f"{text}, spends {money(abs(spent))} {'more' if spent >= 0 else 'less'}"


def _is_shown(found: Found, place: Place) -> bool:
    """Not twice the same: what begins with another's best does not ship, whose best is cheap needs no other."""
    if place.way == SHIPPED:
        return not place.contender.of
    return place.way == OWN or not within_budget(found, place.contender.name)


def _note(found: Found) -> str:
    base, rival = found.plan.baseline.title, found.plan.rival.title
    text = (
        f"Difference from {base} at its own best (0), and what is spent beyond it on support, advertising, product, "
        f"price and promotion. Mean of {found.plan.fresh} paired worlds new to the search; bar: 95 % interval."
    )
    if found.budget is None:
        return text
    whose = f" that {rival} at its own best spends more" if found.plan.equal_spend is True else ""
    return (
        f"{text} Equal spend: with at most the {money(found.budget)}{whose}; without that mark, the own best needs "
        "no more."
    )
