"""What goes wrong, strain at the desk, and where to put the money."""

from __future__ import annotations

import math

import pandas as pd

from sim.experiment.questions.arms import Estimate, difference
from sim.experiment.questions.opportunities import Findings, claimed, figures
from sim.experiment.questions.opportunities.asking import CARE, DROPS, LEAN
from sim.experiment.questions.opportunities.pooling import per, pooled
from sim.report import theme
from sim.report.marks import Chart, over_worlds
from sim.report.questions.opportunities.parts import between, sign_of, signed_money, signed_number, worlds
from sim.report.questions.pictures import curves, dots, rows_of
from sim.report.words import money, number, percent


def kinds(found: Findings) -> Chart:
    """What money back is worth instead of a replacement, where all problems are of one kind."""
    gains = {
        name: difference(found.arms, "npv", f"{arm}, refund", f"{arm}, replace")
        for name, arm in (("All are defects", "all defects"), ("All are mis-set expectations", "all mistaken"))
    }
    signs = [sign_of(each) for each in gains.values()]
    title = {
        (-1, -1): "Giving money back instead of a replacement loses, whatever the problem is",
        (-1, 1): "Defects want a replacement, mis-set expectations want money back",
        (1, 1): "Money back is better than a replacement, whatever the problem is",
        (1, -1): "Defects want money back, mis-set expectations do not",
    }.get((signs[0], signs[1]), "No clear difference between money back and a replacement for one of the kinds")
    note = f"{over_worlds(worlds(found), 'bars')}. A mis-set expectation cannot be replaced, only explained."
    return dots(rows_of(gains), title, note,
                "net present value of money back less that of a replacement, $")  # fmt: skip


def incidence(found: Findings) -> str:
    """How often problems are met and heard of."""
    met = pooled(found.months, per("met", "customer_weeks", 5200))
    daily = pooled(found.months, per("met", "customer_weeks", claimed.THOUSAND / claimed.DAYS))
    heard = pooled(found.months, per("voiced", "met"))
    if math.isnan(daily.mean) or math.isnan(heard.mean):
        return "No customer met a problem."
    trust = pooled(found.months, figures.learned_by_kind)
    learned = between(trust, {
        1: "a defect put right builds more trust than a mis-set expectation does",
        -1: "a mis-set expectation put right builds more trust than a defect does",
        0: "a defect put right builds about as much trust as a mis-set expectation",
    })  # fmt: skip
    return (
        f"A hundred customers meet {number(met.mean)} problems a year, a thousand of them {number(daily.mean)} a day; "
        f"the firm hears of {percent(heard.mean)} of these. With one remedy for both: {learned}."
    )


def strain(found: Findings) -> Chart:
    """Share of cases put right, by staffing, with agents whom a line strains and with agents whom nothing does."""
    names = {"As many agents as planned": (CARE, "unstrained"), "Half as many": ("half", "half, unstrained")}
    lost = {name: difference(found.arms, "put_right", *pair) for name, pair in names.items()}
    planned, half = lost.values()
    title = "No clear effect of strain on the cases put right"
    if sign_of(half) < 0:
        title = f"With half the agents strain costs {number(-100 * half.mean)} of 100 cases put right"
        title += f", with all of them {number(-100 * planned.mean)}" if sign_of(planned) < 0 else ""
    note = f"Next to agents who are as good and as many in any rush. {over_worlds(planned.n, 'bars')}."
    return dots(rows_of(lost), title, note, "share of cases put right, less that without strain", unit="share")


def strain_sentence(found: Findings) -> str:
    """What strain does to the line."""
    waits = [difference(found.arms, "wait", *pair) for pair in ((CARE, "unstrained"), ("half", "half, unstrained"))]
    if any(math.isnan(each.mean) for each in waits):
        return "No case was closed: there is no line to measure."
    circle = between(waits[1], {1: "the circle is there", -1: "strain shortens it", 0: "no circle is seen"})
    return (
        f"Who is not helped comes back: strain adds {signed_number(waits[0])} hours in line to a case with as many "
        "agents as "
        f"planned, {signed_number(waits[1])} with half as many; {circle}. It is worth "
        f"{money(difference(found.arms, 'npv', 'unstrained', CARE).mean)} not to be strained."
    )


def delight(found: Findings) -> Chart:
    """The same money for fewer problems, for compensation, for something off each order."""
    names = {"Fewer problems": "fewer problems", "Generous compensation": "compensation",
             "Something off every order": "discount"}  # fmt: skip
    gains = {name: difference(found.arms, "npv", arm, CARE) for name, arm in names.items()}
    left = {arm: difference(found.arms, "left", "fewer problems", arm) for arm in ("compensation", "discount")}
    signs = [sign_of(each) for each in left.values()]
    title = "No clear difference in how many customers consistency and delight keep"
    if signs == [-1, -1]:
        title = "For the same money fewer problems keep more customers than either delight"
    elif signs == [1, 1]:
        title = "For the same money either delight keeps more customers than fewer problems"
    note = (
        f"The money of {percent(found.discount)} of the price. Of 100 customers, a year with fewer problems loses "
        f"{_fewer(left['compensation'])} than one with compensation, {_fewer(left['discount'])} than one with "
        "something "
        f"off. {over_worlds(worlds(found), 'bars')}."
    )
    return dots(rows_of(gains), title, note, f"net present value, next to {found.names[1].lower()} as it is, $")


def _fewer(found: Estimate) -> str:
    """'0.6 fewer'."""
    return f"{number(abs(found.mean))} {'fewer' if found.mean <= 0 else 'more'}"


def uneven(found: Findings) -> str:
    """What unevenness does, of problems and of handling."""
    problems = difference(found.arms, "left", "wide", "alike")
    handling = difference(found.arms, "left", LEAN, "even handling")
    one = between(problems, {1: "lose more customers", -1: "lose fewer customers", 0: "lose about as many customers"})
    other = between(handling, {1: "loses more", -1: "loses fewer", 0: "loses about as many"})
    return (
        f"Problems of uneven severity {one} than problems all alike and as bad on average "
        f"({signed_number(problems)} of 100 "
        f"a year). Handling that succeeds or fails {other} than handling that always half succeeds "
        f"({signed_number(handling)} of 100 a year)."
    )


def cheap(found: Findings) -> Chart:
    """What half the wage is worth, by how many fewer cases are settled at once."""
    lines = {"called again": "", "one contact only": ", one contact"}
    rows = pd.concat([figures.cheap_curve(found, end).assign(group=name) for name, end in lines.items()])
    point, last = figures.break_even(found), DROPS[-1]
    if math.isnan(point.mean):
        title = "What cheap contacts are worth cannot be told here"
    elif point.mean >= last - 1e-9:
        title = f"Half the wage saves more than it costs even if {round(100 * last)} of 100 fewer are settled at once"
    elif point.mean <= 1e-9:
        title = "Half the wage saves nothing, even if as many are settled at once"
    else:
        title = f"Half the wage pays until {number(100 * point.mean)} of 100 fewer are settled at once"
    note = f"Next to {found.names[1].lower()} at today's wage. {over_worlds(worlds(found), 'bands')}."
    return curves(rows, title, note, "fewer cases settled at first contact, share of all",
                  "difference of net present value, $", x_unit="share",
                  colours={"called again": theme.VERMILION, "one contact only": theme.PURPLE})  # fmt: skip


def cheap_sentence(found: Findings) -> str:
    """What the whole of an outsourced desk is worth, over the horizon and a longer one."""
    short = difference(found.arms, "npv", f"{CARE}, outsourced", CARE)
    long = difference(found.arms, "npv", f"{CARE}, long, outsourced", f"{CARE}, long")
    return (
        f"Handed to somebody at half the wage, with a script, more hand-offs and less respect, *{found.names[1]}* "
        "is worth "
        f"{signed_money(short)} as it is and {signed_money(long)} over {found.long_weeks / 52:.2g} years."
    )
