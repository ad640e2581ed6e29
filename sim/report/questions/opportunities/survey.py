"""What a survey of buyers shows, what problems cause, and how many buyers it would have to ask."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.opportunities import Findings, claimed, figures
from sim.experiment.questions.opportunities.pooling import pooled
from sim.report import theme
from sim.report.marks import Chart, over_worlds
from sim.report.questions.opportunities.parts import between
from sim.report.questions.pictures import curves, dots, rows_of
from sim.report.sentences import PUBLISHED
from sim.report.words import number, percent

SURVEYED, CAUSED = "as a survey sees it", "as caused by the problem"
COLOURS = {SURVEYED: theme.ORANGE, CAUSED: theme.GREEN}
GROUPS = {"recovered": "Problem put right", "unresolved": "Problem not put right", "silent": "Problem kept silent"}
GAPS = {"put right": ("recovered", claimed.MORE), "not put right": ("unresolved", claimed.FEWER)}
ASKED = np.round(np.geomspace(100, 1e6, 25), -1)  # respondents
SIGNIFICANT = 1.959964  # standard errors


def survey(found: Findings) -> Chart:
    """Spend after a month by what happened in it: as a survey sees it, and as caused."""
    seen = {name: share(pooled(found.months, figures.as_seen(group))) for group, name in GROUPS.items()}
    caused = {name: share(pooled(found.months, figures.as_caused(group))) for group, name in GROUPS.items()}
    parts = [rows_of(seen, SURVEYED).assign(way="seen"), rows_of(caused, CAUSED).assign(way="caused")]
    rows = pd.concat(parts).sort_index(kind="stable")
    rows["name"] = rows["name"] + ", " + rows["way"]
    one = caused[GROUPS["recovered"]]
    effect = Estimate(one.mean - 1, one.low - 1, one.high - 1, one.n)
    title = between(effect, {
        -1: f"A problem put right still costs {percent(-effect.mean)} of the spend that follows",
        1: f"A problem put right gains {percent(effect.mean)} of the spend that follows",
        0: "Whether a problem put right costs or gains spend is not decided by these runs",
    })  # fmt: skip
    published = " : ".join(str(PUBLISHED[group]) for group in ("recovered", "none", "unresolved"))
    note = (
        f"100 %: buyers without a problem (seen), or the same people without it (caused). "
        f"{over_worlds(one.n, 'bars')}. Published, put right : none : not put right: {published}."
    )
    axis = "spend in the following quarter, share of that without a problem"
    return dots(rows, title, note, axis, unit="share", colours=COLOURS, zero=1.0)


def share(found: Estimate) -> Estimate:
    """A number of 100 as a share."""
    return Estimate(found.mean / 100, found.low / 100, found.high / 100, found.n)


def respondents(found: Findings) -> Chart:
    """How surely a survey finds the published differences, by how many buyers it asks."""
    needed = {name: pooled(found.months, figures.respondents(*gap)) for name, gap in GAPS.items()}
    rows = [
        {"x": asked, "group": name, "mean": power(each.mean, asked), "low": power(each.high, asked),
         "high": power(max(each.low, 1.0), asked)}
        for name, each in needed.items()
        for asked in ASKED
    ]  # fmt: skip
    first = needed["put right"]
    title = "So few respondents do not tell how many would have to be asked"
    if first.mean > 0:
        title = f"To see 6 % more spend, about {number(float(f'{first.mean:.2g}'))} buyers would have to be asked"
    note = (
        "Chance that a true difference is found at the 5 % level: 6 % more spend where a problem was put right, 80 % "
        "less where it was not. From how unevenly buyers spend, and how many have problems. "
        f"{over_worlds(first.n, 'bands')}."
    )
    table = pd.DataFrame(rows, columns=["x", "group", "mean", "low", "high"])
    colours = {"put right": theme.ORANGE, "not put right": theme.PURPLE}
    return curves(table, title, note, "respondents", "chance to find it", unit="share", colours=colours, zero=0.8,
                  log=True)  # fmt: skip


def power(needed: float, asked: float) -> float:
    """Chance that a test at the 5 % level finds the difference which `needed` respondents find in four of five."""
    from scipy.special import ndtr

    if not needed > 0 or math.isinf(needed):
        return math.nan
    return float(ndtr(figures.POWER * math.sqrt(asked / needed) - SIGNIFICANT))
