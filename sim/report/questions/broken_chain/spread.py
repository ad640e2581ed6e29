"""How far and how fast news goes, who tells, what others see of it."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions.arms import estimate
from sim.experiment.questions.broken_chain import Findings
from sim.experiment.questions.broken_chain import findings as f
from sim.experiment.questions.broken_chain.judged import column, error_ratio, gap, measured, time_ratio, told_in
from sim.experiment.questions.broken_chain.rule import by_world
from sim.experiment.questions.broken_chain.stories import CURVE
from sim.experiment.questions.evidence import BASE
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.broken_chain.story import nothing
from sim.report.questions.broken_chain.worth import INTERVAL, clear, interval
from sim.report.questions.pictures import curves, dots
from sim.report.sentences import signed
from sim.report.words import number, percent

NO_NEWS = "nobody tells anybody"


def news(found: Findings) -> Chart:
    """Share of those who ever hear who have heard so far, bad and good news, at the assumed and at equal speed."""
    rows = []
    for name, arm, group in (("bad", f.USUAL, "bad news"), ("good", f.USUAL, "good news"),
                             ("bad", f.EQUAL_SPEED, "bad news, equal speed")):  # fmt: skip
        for week in range(CURVE + 1):
            rows.append({"x": week, "group": group, **measured(found, f"{name}_{week}", arm)._asdict()})
    table = pd.DataFrame(rows).dropna(subset=["mean"])
    if table.empty:
        return nothing(NO_NEWS)
    ratio, equal = time_ratio(found, f.USUAL), time_ratio(found, f.EQUAL_SPEED)
    times = [number(measured(found, f"half_{name}").mean) for name in ("bad", "good")]
    title = (
        f"Half have heard bad news after {times[0]} weeks, good news after {times[1]}: {number(ratio.mean)} of the "
        f"time; with equal speed {number(equal.mean)}"
    )
    note = "Weeks since the firm closed the case. Mean over paired worlds; bands: 95 % interval"
    colours = {"bad news": theme.VERMILION, "good news": theme.GREEN, "bad news, equal speed": theme.ORANGE}
    return curves(table, title, note, "weeks", "share of those who ever hear", "share", colours=colours)


def gets_around(found: Findings) -> Chart:
    """People who hear of one problem not put right, by hand, as it is and where more is told on."""
    names = {"reach_1": "first hand", "reach_2": "second hand", "reach_3": "third hand"}
    settings = (("as it is", f.USUAL), ("half of them tell it on", f.HOT))
    rows = [
        {"name": f"{name}, {setting}", "group": setting, **measured(found, key, arm)._asdict()}
        for key, name in names.items()
        for setting, arm in settings
    ]
    if all(pd.isna(row["mean"]) for row in rows):
        return nothing(NO_NEWS)
    all_of_it = sum(measured(found, key).mean for key in names)
    beyond = all_of_it - measured(found, "reach_1").mean
    title = (
        f"Of {number(all_of_it)} people who hear of a problem not put right, {number(beyond)} "
        f"({percent(beyond / all_of_it if all_of_it else 0.0)}) hear it from somebody who was not there"
    )
    colours = {"as it is": theme.BLUE, "half of them tell it on": theme.VERMILION}
    return dots(pd.DataFrame(rows), title, f"People for each problem; {INTERVAL}", "people", unit="", colours=colours,
                zero=None)  # fmt: skip


def tell(found: Findings) -> str:
    """Who tells, what a service error does next to a defect, and whether leaving is catching."""
    shares = [f"{percent(measured(found, key).mean)} {text}" for key, text in (
        ("told_bad", "of the problems that were not put right"), ("told_good", "of those that were"),
        ("told_silent", "of those that were kept silent"),
    ) if not pd.isna(measured(found, key).mean)]  # fmt: skip
    if not shares:
        return f"Nothing is told: {NO_NEWS}."
    heard, left = error_ratio(found, "heard_each"), error_ratio(found, "left_each")
    hazard, lost = measured(found, "hazard_ratio"), by_world(told_in(found, BASE), "lost")

    def band(each: tuple[float, float, float, int]) -> str:
        mean, low, high, n = each
        return number(mean) if n < 2 else f"{number(mean)} ({number(low)} to {number(high)})"

    return (
        f"Somebody hears of {', '.join(shares)}. If all problems were service errors, {band(heard)} times as many "
        f"people would hear of one as if all were defects, and {band(left)} times as many customers would leave over "
        f"it. After a friend left over a problem customers are {band(hazard)} times as likely to leave as others; one "
        f"broken chain costs {band(lost)} other customers."
    )


def transparency(found: Findings) -> Chart:
    """What connection and openness add to the second strategy's lead over the first."""
    what = (
        ("4 ties", f.FEW_TIES), ("as it is", f.USUAL), ("16 ties", f.MANY_TIES), ("nothing public", f.PRIVATE),
        ("a third of cases public", f.PUBLIC),
    )  # fmt: skip
    rows = []
    for name, arm in what:
        lead = column(found, "npv", arm, 1) - column(found, "npv", arm, 0)
        rows.append({"name": name, **estimate(lead.to_numpy(float))._asdict()})
    ties, posts, trust = (gap(found, "npv", f.MANY_TIES, f.FEW_TIES), gap(found, "npv", f.PUBLIC, f.PRIVATE),
                          gap(found, "trust", f.PUBLIC, f.PRIVATE))  # fmt: skip
    changes = (("more ties add", ties), ("public cases add", posts))
    said = [f"{text} {signed(each.mean)} {interval(each)}" for text, each in changes if clear(each)]
    strategy = found.scenarios[1].strategy.title.strip() or found.scenarios[1].strategy_name
    finding = "; ".join(said) or "no clear difference by ties or public cases"
    title = f"{strategy}, against the first strategy: {finding}"
    trusted = "no value" if pd.isna(trust.mean) else f"{number(trust.mean)} more"
    if trust.n > 1:
        trusted += f" ({number(trust.low)} to {number(trust.high)})"
    note = (
        f"Lead in net present value; {INTERVAL}. With public cases the gap in prospects' belief that problems are put "
        f"right (a probability) is {trusted}"
    )
    return dots(pd.DataFrame(rows), title, note, "$ of net present value", colours={"": theme.BLUE})
