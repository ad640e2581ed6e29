"""Doubts: customers lost on paper, trust lost, promises made; who asks long after, and who will never buy again."""

from __future__ import annotations

import math

import pandas as pd

from sim.experiment.questions.arms import difference, estimate, mean_of
from sim.experiment.questions.evidence import BASE
from sim.experiment.questions.out_of_warranty import Findings
from sim.experiment.questions.out_of_warranty import arms_of as of
from sim.experiment.questions.out_of_warranty.arms_of import called
from sim.experiment.questions.out_of_warranty.claimed import in_group, runs_of, worth
from sim.experiment.questions.out_of_warranty.measures import AGES
from sim.experiment.questions.out_of_warranty.trust import GROUPS, REPAIR
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.out_of_warranty.words import desks, first_desk, worlds
from sim.report.questions.pictures import curves, dots
from sim.report.words import money, percent

HERE = "this world"


def _place(setting: str) -> str:
    return HERE if setting == BASE else setting


def paper(found: Findings) -> Chart:
    """Customers on the books who have decided not to renew, under both strategies."""
    names = [desks(found)[setting] for setting in (BASE, found.desk)]
    rows = [
        {"name": name, "group": name, **mean_of(found.runs, "lost_on_paper", of.paper(number))._asdict()}
        for number, (name, _) in enumerate(names)
    ]
    table = pd.DataFrame(rows)
    shares = table["mean"].to_list()
    title = "Nobody under contract was there to be lost on paper"
    if not math.isnan(shares[0]):
        title = f"{percent(shares[0])} of the customers on the books of {names[0][0]} are lost already"
        if not math.isnan(shares[1]):
            title += f", {percent(shares[1])} of those of {names[1][0]}"
    where = "In the notebook's world" if found.contract == BASE else "In a world of yearly contracts (IT hardware)"
    note = (
        f"{where}: share of customers who have decided to leave at the next renewal, over all weeks; "
        f"{worlds(found.runs)}; bars: 95 % interval."
    )
    return dots(table, title, note, "share of customers under contract", unit="share", colours=dict(names), zero=None)


def trust(found: Findings) -> Chart:
    """Who would rather pay somebody else than be served here for free, after help and without."""
    rows = []
    colours = dict(zip(("let down", "helped"), (theme.VERMILION, theme.GREEN), strict=True))
    for setting in found.trust["setting"].unique():
        for group in GROUPS:
            values = in_group(found.trust, str(setting), group)["pays"].to_numpy(float)
            rows.append({"name": f"{_place(str(setting))}: {group}", "group": group, **estimate(values)._asdict()})
    table = pd.DataFrame(rows)
    said = {row["name"]: row["mean"] for _, row in table.iterrows()}
    down, helped = (said.get(f"{HERE}: {group}", math.nan) for group in GROUPS)
    title = "Nobody brought a problem in the last year"
    if not math.isnan(down):
        premium = estimate(in_group(found.trust, BASE, GROUPS[0])["premium"].to_numpy(float)).mean
        title = f"{percent(down)} of those let down would rather pay another {percent(REPAIR)} of the price"
        title += f" ({percent(helped)} of those helped)" if not math.isnan(helped) else ""
        title += f"; the median of the let down: {percent(premium)}"
    note = (
        "Of those whose problem was worked on in the last year: share for whom escaping the risk that they see here is "
        f"worth so much more, at their own sensitivity to risk and price; {worlds(found.runs)}; bars: 95 % interval."
    )
    return dots(table, title, note, "share of people", unit="share", colours=colours, zero=None)


def promise_sentence(found: Findings) -> str:
    """What a sold promise adds to a failure."""
    parts = []
    for setting in [BASE] if found.contract == BASE else [BASE, found.contract]:
        arms = [called(f"expects {expected:g}", setting) for expected in (of.PROMISED, of.PLAIN)]
        runs = runs_of(found, setting)
        more = difference(runs, "lost_after_failure", *arms)
        base = mean_of(runs, "lost_after_failure", arms[1]).mean
        if math.isnan(more.mean):
            parts.append(f"in {_place(setting)} nothing failed that could tell" if setting == BASE
                         else f"{setting} nothing failed that could tell")  # fmt: skip
            continue
        place = f"in {HERE}" if setting == BASE else setting
        text = f"{place} {percent(base)} are lost after a failure, and {_tenths(more.mean)} points more"
        if math.isfinite(more.low):
            text += f" ({_tenths(more.low)} to {_tenths(more.high)})"
        unclear = " (no clear difference)" if more.low <= 0 <= more.high else ""
        parts.append(f"{text} where they were sold a promise{unclear}")
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def _tenths(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "\N{MINUS SIGN}")


def ages(found: Findings) -> Chart:
    """Questions and problems at the desk that come later than so many warranties after the purchase."""
    lines = {"questions": (called(of.REFUSE), "questions_after"), "problems": (called(of.REFUSE), "problems_after")}
    cameras = called(of.REFUSE, of.CAMERAS)
    if cameras in set(found.runs["arm"]):
        lines["questions, camera store"] = (cameras, "questions_after")
    rows = [
        {"x": share, "group": name, **mean_of(found.runs, f"{column}@{share:g}", arm)._asdict()}
        for name, (arm, column) in lines.items()
        for share in AGES
    ]
    table = pd.DataFrame(rows)
    late = table[(table["group"] == "questions") & (table["x"] == 1)].iloc[0]
    title = "No questions were asked"
    if not math.isnan(late["mean"]):
        title = f"{percent(late['mean'])} of the questions come after the warranty of the trade has ended"
    note = (
        "Share of contacts that come later than that; who bought before the first week is counted as late only where "
        f"that is sure; second half of the run; {worlds(found.runs)}; bands: 95 % interval."
    )
    colours = {"questions": theme.BLUE, "problems": theme.VERMILION, "questions, camera store": theme.PURPLE}
    return curves(table.dropna(subset=["mean"]) if table["mean"].notna().any() else table, title, note,
                  "age of the purchase, x the trade's warranty", "share that comes later", unit="share",
                  colours=colours, zero=0.0)  # fmt: skip


def once(found: Findings) -> Chart:
    """Help without end against refusal where nobody buys twice, with and without talk."""
    settings = {BASE: "people talk", of.WHISPERED: "nobody talks"}
    rows = [
        {"name": name, **worth(found.runs, called(f"once, {of.NEVER}", setting),
                               called(f"once, {of.REFUSE}", setting))._asdict()}
        for setting, name in settings.items()
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    talk = table.iloc[0]
    if math.isnan(talk["mean"]):
        title = "Nobody was out of warranty: no difference at all"
    elif talk["low"] > 0 or talk["high"] < 0:
        title = f"Help for people who buy once {'pays' if talk['mean'] > 0 else 'costs'} {money(abs(talk['mean']))}"
    else:
        title = "Help for people who buy once: no clear difference"
    note = (
        "Never out of warranty less refusal, net present value, where everyone buys once at most; "
        f"{first_desk(found)}; {worlds(found.runs)}; bars: 95 % interval."
    )
    return dots(table, title, note, "difference of net present value, $")
