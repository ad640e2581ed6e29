"""Which words customers have for the firm."""

from __future__ import annotations

import math

from sim.experiment.questions.arms import Estimate, mean_of
from sim.experiment.questions.opportunities import Findings, figures
from sim.experiment.questions.opportunities.asking import CARE, LEAN
from sim.experiment.questions.opportunities.pooling import per, pooled
from sim.report.marks import Chart, over_worlds
from sim.report.questions.opportunities.parts import between, signed_number
from sim.report.questions.pictures import dots, rows_of
from sim.report.words import number, percent


def stories(found: Findings) -> Chart:
    """Good words of those whose problem was put right, and of those without one."""
    said = {}
    for name, group in (("No problem", "none"), ("Problem put right", "recovered")):
        said[f"{name}, mentions"] = pooled(found.months, per(f"mentions_{group}", f"asked_{group}"))
        said[f"{name}, stories"] = pooled(found.months, per(f"stories_{group}", f"asked_{group}"))
    more = pooled(found.months, figures.words_over_untroubled(stories=True))
    title = between(more, {
        1: f"Who was helped says {number(more.mean)} good words a quarter more than who had no problem",
        -1: f"Who was helped says {number(-more.mean)} good words a quarter less than who had no problem",
        0: "Who was helped speaks about as well of the firm as who had no problem",
    })  # fmt: skip
    note = f"Told at first hand in the month and the quarter after it. {over_worlds(more.n, 'bars')}."
    return dots(rows_of(said), title, note, "good words of one customer, number", unit="", zero=None)


def stories_sentence(found: Findings) -> str:
    """Which stories circulate under each strategy."""
    shares = [_good_share(found, name) for name in (LEAN, CARE)]
    more = figures.good_share(found.arms, CARE, LEAN, ("stories",))
    if math.isnan(more.mean):
        return "No story was heard."
    one, other = found.names
    return (
        f"Of the stories that people hear, {percent(shares[0])} are good under *{one}*, {percent(shares[1])} under "
        f"*{other}*: "
        f"{between(more, {1: 'a better mix', -1: 'a worse mix', 0: 'no clear difference'})} "
        f"({signed_number(_hundred(more))} "
        "of 100)."
    )


def _hundred(found: Estimate) -> Estimate:
    return Estimate(100 * found.mean, 100 * found.low, 100 * found.high, found.n)


def _good_share(found: Findings, name: str) -> float:
    good, bad = (mean_of(found.arms, f"{kind}_stories", name).mean for kind in ("good", "bad"))
    return good / (good + bad) if good + bad else math.nan
