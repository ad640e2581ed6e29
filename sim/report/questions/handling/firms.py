"""What other ways to handle all problems do to a whole firm: its margin and what is left of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of, of_arm
from sim.experiment.questions.handling import Findings, claimed, firm, moments
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.handling.said import bars, interval, told
from sim.report.questions.pictures import curves, dots, rows_of
from sim.report.sentences import signed
from sim.report.words import money, number, percent

BROUGHT, PAID = "what it brings: margin", "what is left: net present value"
COLOURS = {BROUGHT: theme.GREEN, PAID: theme.VERMILION}
EFFORT_LINES = {"": "forms save nothing", ", saves work": "forms save work", ", alone": "no rival"}


# --- whole firms -------------------------------------------------------------------------------------------------


def _brought_and_paid(arms: pd.DataFrame, pairs: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Two rows a change: its margin, and its net present value; `pairs`: words -> (arm, against)."""
    parts = []
    for said, (name, against) in pairs.items():
        parts.append(rows_of({said: difference(arms, "margin", name, against)}, BROUGHT))
        parts.append(rows_of({f"{said}, after its cost": difference(arms, "npv", name, against)}, PAID))
    return pd.concat(parts, ignore_index=True)


def parts(found: Findings) -> Chart:
    """What speed, one touch and respect bring, on average over all combinations, and what is left after their cost."""
    arms, rows = found.arms, []
    for part in firm.PARTS:
        rows.append(rows_of({part: claimed.main_effect(arms, "margin", part)}, BROUGHT))
        rows.append(rows_of({f"{part}, after its cost": claimed.main_effect(arms, "npv", part)}, PAID))
    every, none = firm.combination(firm.PARTS), firm.combination(())
    rows.append(_brought_and_paid(arms, {"all three": (every, none)}))
    brings = [part for part in firm.PARTS if claimed.main_effect(arms, "margin", part).low > 0]
    pays = [part for part in firm.PARTS if claimed.main_effect(arms, "npv", part).low > 0]
    title = (
        f"{_count(brings)} of speed, one touch and respect {_verb(brings, 'brings', 'bring')} margin, "
        f"{_count(pays).lower()} {_verb(pays, 'pays', 'pay')} for itself"
    ).replace("pay for itself", "pay for themselves")
    note = f"{bars(difference(arms, 'npv', every, none))}. Single parts: mean over all combinations of the others"
    return dots(
        pd.concat(rows, ignore_index=True), title, note, "Difference over the horizon, discounted", "$", COLOURS
    )


def _count(names: list[str]) -> str:
    return {0: "None", 3: "All"}.get(len(names), str(len(names)))


def _verb(names: list[str], one: str, more: str) -> str:
    return one if len(names) == 1 else more


def apology(found: Findings) -> Chart:
    """Neither, an apology, a remedy, both: what each brings a whole firm, and what is left of it."""
    arms = found.arms
    pairs = {name: (name, "neither") for name in ("apology", "apology in no time", "remedy", "both")}
    sorry, mended = (difference(arms, "npv", name, "neither") for name in ("apology", "remedy"))
    dollar = {name: estimate(claimed.returns(arms, name)) for name in ("apology", "remedy")}
    each = [
        f"a dollar on {said} brings {money(dollar[name].mean)}"
        for name, said in (("apology", "apologies"), ("remedy", "remedies"))
        if not pd.isna(dollar[name].mean)
    ]
    title = f"An apology alone {_pays(sorry)}, a remedy alone {_pays(mended)}" + (
        f": {', '.join(each)}" if each else ""
    )
    note = f"{bars(sorry)}. Less neither: problems explained, without respect. Apologies take a minute a contact"
    return dots(_brought_and_paid(arms, pairs), title, note, "Difference over the horizon, discounted", "$", COLOURS)


def _pays(found: Estimate) -> str:
    return told(found, "pays", "does not pay", "neither clearly pays nor loses")


def pushed(found: Findings) -> Chart:
    """Net present value as more of the firm's trouble is pushed onto customers."""
    arms, rows = found.arms, []
    for ending, said in EFFORT_LINES.items():
        origin = of_arm(arms, "npv", "effort 0, alone" if ending == ", alone" else "effort 0")
        for effort in firm.EFFORTS:
            name = f"effort {effort:g}{ending if effort else '' if ending != ', alone' else ending}"
            if name in arms["arm"].cat.categories:
                gap = estimate(of_arm(arms, "npv", name) - origin)
                rows.append({"x": effort, "group": said, **gap._asdict()})
    slope = claimed.slope(arms, "npv")
    does = told(slope, "gains", "costs", "changes by an unclear")
    text = f"Pushing all the trouble onto customers {does} {money(abs(slope.mean))}"
    saved = difference(arms, "npv", "effort 1, saves work", "effort 0")
    text += f"; if the forms save a third of the work, {signed(saved.mean)}"
    colours = dict(zip(EFFORT_LINES.values(), (theme.VERMILION, theme.BLUE, theme.GREEN), strict=True))
    return curves(pd.DataFrame(rows), text, bars(slope, "bands"),
                  "share of the firm's trouble that customers bear", "Net present value, less that with none of it",
                  "$", "share", colours)  # fmt: skip


def desk(found: Findings) -> Chart:
    """Hand-offs, training and fixes that do not hold: what they do to margin and to net present value."""
    lean = firm.combination(())
    pairs = {
        "a third handed on": (f"handed on {firm.HAND_OFFS[1]:g}", "handed on 0"),
        "the same, at half the wage": ("handed on, half the wage", "handed on 0"),
        "one fix in four defective": (f"defective fixes {firm.DEFECTIVE:g}", "defective fixes 0"),
        "trained to finish it alone": ("trained", lean),
        "the same, paid as specialists": ("trained, paid as specialists", lean),
    }
    gap = {name: difference(found.arms, "npv", *pair) for name, pair in pairs.items()}
    cheap, skilled = gap["the same, at half the wage"], gap["trained to finish it alone"]
    title = f"Training one person to finish a case {_pays(skilled)}; handing cases on at half the wage {_pays(cheap)}"
    rows = _brought_and_paid(found.arms, pairs)
    return dots(rows, title, bars(cheap), "Difference over the horizon, discounted", "$", COLOURS)


def learning(found: Findings) -> str:
    """What is left of the problems where cases are analysed, and where none is."""
    arms = found.arms
    rate = {name: mean_of(arms, "rate_end", name) for name in ("learns from all", "learns from all, few speak",
                                                              "learns from nothing")}  # fmt: skip
    floor, worth = mean_of(arms, "per_order", "best product"), difference(arms, "npv", "learns from all",
                                                                         "learns from nothing")  # fmt: skip
    if any(math.isnan(each.mean) for each in (*rate.values(), floor)):
        return "Too little was sold to say what is learned from problems."
    return (
        f"A firm that analyses every case ends with {percent(rate['learns from all'].mean)} of the problems of an "
        f"order that it began with, one that analyses none with {percent(rate['learns from nothing'].mean)}. Where "
        f"only three in ten of the callers speak up, it is {percent(rate['learns from all, few speak'].mean)}. It "
        f"{_pays(worth)} ({interval(worth)}). Even where things are made five times as well and every case teaches, "
        f"{number(100 * floor.mean)} of a hundred orders still bring a problem."
    )


def histories(found: Findings) -> Chart:
    """Who brings the margin that better support adds in the last year, by what happened to them before."""
    gains = {name: estimate(found.moments[f"gain_{name}"]) for name in moments.HISTORIES}
    good = gains["put right"]
    title = told(good, "Customers whose problem was put right bring a part of what better support adds",
                 "Customers whose problem was put right bring less than under lean support",
                 "Whether those whose problem was put right bring more than under lean support is open")  # fmt: skip
    return dots(rows_of(gains), f"{title}: {interval(good)}", f"{bars(good)}. The same people under both strategies",
                "Margin of the last year: better support less lean", "$")  # fmt: skip
