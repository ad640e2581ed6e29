"""Trust, perceived risk and loyalty."""

from __future__ import annotations

import math

import numpy as np

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.opportunities import Findings, figures
from sim.experiment.questions.opportunities.months import CLASSES
from sim.experiment.questions.opportunities.pooling import per, pooled
from sim.report.marks import Chart, over_worlds
from sim.report.questions.opportunities.parts import between, sign_of, signed_number
from sim.report.questions.pictures import dots, rows_of
from sim.report.words import number, percent


def trust(found: Findings) -> Chart:
    """Perceived risk after a problem put right, next to the same people without the problem."""
    names = {f"After a {name} problem": name for name in CLASSES}
    changes = {label: pooled(found.months, per(f"risk_{name}", f"people_{name}")) for label, name in names.items()}
    calmer = [label.removeprefix("After ") for label, each in changes.items() if sign_of(each) < 0]
    worse = [label for label, each in changes.items() if sign_of(each) > 0]
    title = "Whether a problem put right calms or worries is not decided by these runs"
    if calmer:
        title = f"Customers see less risk than without it only after {' and '.join(calmer)}"
        title = title if worse else title.replace("only ", "")
    elif worse:
        title = "A problem put right leaves customers with more risk in mind than none at all"
    note = (
        "Left of zero: calmer than the same people in the same world without the problem. A quarter later. "
        f"{over_worlds(max(each.n for each in changes.values()), 'bars')}. Mild: less than half of the "
        "order's value; severe: all of it."
    )
    return dots(rows_of(changes), title, note, "change of perceived risk (0 to 1)", unit="")


def trust_sentence(found: Findings) -> str:
    """What builds trust in recovery, and how much events move risk."""
    helped = pooled(found.months, per("recovery_helped", "people_helped"))
    everyone = pooled(found.months, per("recovery_troubled", "people_troubled"))
    size, all_of_them = (
        pooled(found.months, figures.handled_to_order),
        pooled(found.months, figures.all_handled_to_orders),
    )
    if math.isnan(helped.mean):
        return "Nobody whose problem was put right was asked."
    return (
        f"Who was helped believes more in being helped than without the problem, by {signed_number(helped)} on a "
        "scale of 0 "
        f"to 1; all who met a problem, unheard ones included, by {signed_number(everyone)}. One case that ends moves "
        f"perceived risk {number(size.mean)} times as far as one order that goes well; all cases together move it "
        f"{number(all_of_them.mean)} times as far as all such orders."
    )


def loyalty(found: Findings) -> Chart:
    """Whether perceived risk, or a bad record, told who would leave."""
    scores = {
        f"{what}, {whom}": pooled(found.months, per(f"{key}_tells{ending}", f"pairs{ending}"))
        for whom, ending in (("all customers", ""), ("equally frequent buyers", "_alike"))
        for what, key in (("Risk that they see", "risk"), ("Orders gone wrong", "record"))
    }
    first = next(iter(scores.values()))
    aside = Estimate(first.mean - 0.5, first.low - 0.5, first.high - 0.5, first.n)
    title = between(aside, {
        1: "Who sees more risk is likelier to leave",
        -1: "Who leaves saw less risk than who stays: frequent buyers trust more and meet more problems",
        0: "Perceived risk does not tell who will leave",
    })  # fmt: skip
    note = (
        "Right of one half: higher of the leaver. Leaving over a problem or for a rival, within a year. "
        f"{over_worlds(first.n, 'bars')}."
    )
    return dots(rows_of(scores), title, note, "chance that it stood higher of a leaver than of a stayer", unit="share",
                zero=0.5)  # fmt: skip


def loyalty_sentence(found: Findings) -> str:
    """What becomes of people whose doubt is taken away, and the camps of customers."""
    orders, left = figures.doubt_taken(found, "orders"), figures.doubt_taken(found, "left")
    camps = figures.camps(found.months.sum(numeric_only=True).to_dict())
    if np.isnan(camps).any():
        return "No customer is left at the end."
    told = (
        f"At the end {percent(camps[2])} of customers stand in the upper third of readiness to buy, "
        f"{percent(camps[1])} in "
        f"the middle and {percent(camps[0])} in the lowest."
    )
    if math.isnan(orders.mean):
        return f"The horizon has no room for a year without doubt. {told}"
    more = between(orders, {1: "they order more", -1: "they order less", 0: "they order about as much"})
    stay = between(left, {1: "more of them leave, for who buys more meets more problems", -1: "fewer of them leave",
                           0: "about as many leave"})  # fmt: skip
    return (
        f"If every second person is made to believe that all will be put right, {more} ({signed_number(orders)} "
        "orders a "
        f"person and year) and {stay} ({signed_number(left)} of them in the year). {told}"
    )
