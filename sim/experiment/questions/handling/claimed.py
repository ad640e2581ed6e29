"""What the essays claim of handling problems, next to what was measured; the bounds are those of the claims."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of, of_arm
from sim.experiment.questions.evidence import BASE, Evidence
from sim.experiment.questions.handling import ALONE, Findings
from sim.experiment.questions.handling import BASE as HERE
from sim.experiment.questions.handling import NO_REPEAT as LEVEL
from sim.experiment.questions.handling.firm import EFFORTS, HAND_OFFS, PARTS, combination

NO_RIVAL, NO_REPEAT = "without a rival", "where a second failure weighs no more than the first"
SAVES, HALF_WAGE = "where forms save a third of the work", "at half the wage"
WHOLE_FIRM = "over a whole firm"
TIMES = 2.0  # 'far more' is at least twice
RATE = 0.001  # of a rate that should not change


def evidence(found: Findings) -> list[Evidence]:
    """Every claim with its evidence, in the order of the claims."""
    made = [*_treatment(found), *_failures(found), *_firms(found), *_causes(found)]
    return sorted(made, key=lambda each: int(each.claim[1:]))


def main_effect(arms: pd.DataFrame, column: str, part: str) -> Estimate:
    """What a part of the better strategy adds on average over all combinations of the other parts."""
    others = [other for other in PARTS if other != part]
    total = np.zeros(of_arm(arms, column, combination(())).size)
    subsets = [(), (others[0],), (others[1],), tuple(others)]
    for subset in subsets:
        with_it = tuple(each for each in PARTS if each == part or each in subset)
        total = total + of_arm(arms, column, combination(with_it)) - of_arm(arms, column, combination(subset))
    return estimate(total / len(subsets))


def interaction(ways: pd.DataFrame, column: str) -> Estimate:
    """What a failed recovery takes after an earlier one, beyond what it takes the first time (share of spend)."""
    down_down, down_right = of_arm(ways, column, "down, down"), of_arm(ways, column, "down, right")
    return estimate(down_down - down_right - (of_arm(ways, column, "let down") - of_arm(ways, column, "put right")))


def of_what_is_left(ways: pd.DataFrame) -> Estimate:
    """The same in proportion: of what a recovery would have kept, less the same share the first time."""
    kept = {name: of_arm(ways, "kept", name) for name in ("down, down", "down, right", "let down", "put right")}
    with np.errstate(divide="ignore", invalid="ignore"):  # nobody may be left
        again, once = kept["down, down"] / kept["down, right"], kept["let down"] / kept["put right"]
    return estimate(np.where(np.isfinite(again) & np.isfinite(once), again - once, np.nan))


def returns(arms: pd.DataFrame, name: str) -> np.ndarray:
    """Dollars of margin that an arm gains over 'neither' for each dollar of support it costs more.

    Returns:
        A number a world: its mean is the ratio of the means, its spread that of the ratio's error (linearised).
        NaN where it costs nothing more.
    """
    gained, spent = (of_arm(arms, column, name) - of_arm(arms, column, "neither") for column in ("margin", "support"))
    if not spent.mean() > 0:
        return np.full(spent.size, np.nan)
    ratio = gained.mean() / spent.mean()
    return np.asarray(ratio + (gained - ratio * spent) / spent.mean())


def slope(arms: pd.DataFrame, column: str) -> Estimate:
    """Least squares over the arms of growing effort, world by world: change of the column for all of the effort."""
    x = np.array(EFFORTS) - np.mean(EFFORTS)
    values = np.array([of_arm(arms, column, f"effort {effort:g}") for effort in EFFORTS])
    return estimate(x @ values / (x @ x))


def _treatment(found: Findings) -> list[Evidence]:
    """Respect, speed, effort: one problem put right in different ways."""
    here, alone, arms = found.ways[HERE], found.ways[ALONE], found.arms
    spend = "spend of the following year"
    soon = f"{spend} if put right within a day, less that after eight weeks"
    respect = f"{spend} if put right with respect, less that if curtly"
    effort = f"{spend} if put right with effort of the customer's own, less that without"
    margin = "margin from {} over all combinations of the other parts"
    made = []
    for ways, setting in ((here, BASE), (alone, NO_RIVAL)):
        slow, curt = (difference(ways, "kept", "put right", name) for name in ("after eight weeks", "curtly"))
        made += [
            Evidence("S6", respect, "share", curt, least=0, setting=setting),
            Evidence("S6", soon, "share", slow, least=0, setting=setting),
            Evidence("S11", soon, "share", slow, least=0, setting=setting),
            Evidence("S24", effort, "share", difference(ways, "kept", "with effort", "put right"), most=0,
                     setting=setting),
        ]  # fmt: skip
    made += [Evidence("S6", margin.format(part), "$", main_effect(arms, "margin", part), least=0, setting=WHOLE_FIRM)
             for part in ("respect", "speed")]  # fmt: skip
    month, year = of_arm(here, "month", "let down"), of_arm(here, "end", "let down")
    early = "value lost within a month of being let down, less half of what is lost after a year"
    made.append(Evidence("S11", early, "share", estimate((1 - month) - (1 - year) / 2), least=0))
    better = "share of customers likelier to buy after a problem put right than without it"
    once = {BASE: "put right", "after a mild problem": "mild, put right", "after a grave problem": "grave, put right",
            "after a second problem": "right, right"}  # fmt: skip
    made += [Evidence("S12", better, "share", mean_of(here, "better", name), least=0.5, setting=setting)
             for setting, name in once.items()]  # fmt: skip
    for part in PARTS:
        effect = main_effect(arms, "margin", part)
        made.append(Evidence("S39", margin.format(part), "$", effect, least=0))
    paid = "net present value of all three parts less that of none"
    made.append(Evidence("S39", paid, "$", difference(arms, "npv", combination(PARTS), combination(())), least=0,
                         setting="after what they cost"))  # fmt: skip
    kinds = (("responsibility", "explained", "explained curtly"), ("remedy", "curtly", "explained curtly"))
    made += [Evidence("S31", f"{spend} with {kind} alone, less that with neither", "share",
                      difference(here, "kept", name, against), least=0) for kind, name, against in kinds]  # fmt: skip
    cheaper = difference(arms, "support", "apology", "remedy")
    made.append(Evidence("S31", "cost of apologies alone less that of remedies alone", "$", cheaper, most=0))
    return made


def _failures(found: Findings) -> list[Evidence]:
    """How much hangs on it, how many failures, how soon after each other, in which order."""
    here = found.ways[HERE]
    kept = "share of the following year's spend that customers keep"
    made = []
    for setting, name in ((BASE, "let down"), ("when the problem is put right", "put right")):
        gap = estimate(of_arm(here, "kept_worst", name) - of_arm(here, "kept_least", name))
        made.append(Evidence("S21", f"{kept}, third with most at stake less third with least", "share", gap, most=0,
                             setting=setting))  # fmt: skip
    doses = {BASE: ("let down", "down, down", "down three times"),
             "when each is put right": ("put right", "right, right", "right three times")}  # fmt: skip
    for setting, (one, two, three) in doses.items():
        for more, less, said in ((two, one, "two less one"), (three, two, "three less two")):
            made.append(Evidence("S23", f"{kept} after problems: {said}", "share",
                                 difference(here, "kept", more, less), most=0, setting=setting))  # fmt: skip
    close = difference(here, "kept", "mild, down twice soon", "mild, down twice late")
    made.append(Evidence("S23", f"{kept} after two mild failures, a month apart less half a year apart", "share", close,
                         most=0, setting="by how close together they come"))  # fmt: skip
    for ways, setting in ((here, BASE), (found.ways[ALONE], NO_RIVAL), (found.ways[LEVEL], NO_REPEAT)):
        first = difference(ways, "kept", "down, down", "down, right")
        last = difference(ways, "kept", "right, down", "down, right")
        beyond = interaction(ways, "kept")
        made += [
            Evidence("S25", f"{kept}, let down twice less once and then put right", "share", first, most=0,
                     setting=setting),
            Evidence("S25", f"{kept}, put right and then let down less the other way round", "share", last, most=0,
                     setting=setting),
            Evidence("S32", "part of the spend lost to a failed recovery after an earlier one, beyond that without",
                     "share", beyond, most=0, setting=setting),
        ]  # fmt: skip
    stayers = interaction(here, "kept_stayers")
    made.append(Evidence("S32", "part of the spend lost to a failed recovery after an earlier one, beyond that without",
                         "share", stayers, most=0, setting="of those who stayed after the first"))  # fmt: skip
    left = of_what_is_left(here)
    made.append(Evidence("S32", "share kept after a failed recovery, of what a good one would keep: after an earlier "
                         "one less without", "share", left, most=0,
                         setting="in proportion to what is left"))  # fmt: skip
    firms = difference(found.arms, "npv", "defective fixes 0.25", "defective fixes 0")
    made.append(Evidence("S25", "net present value with a fix in four defective, less that with none", "$", firms,
                         most=0, setting=WHOLE_FIRM))  # fmt: skip
    return made


def _firms(found: Findings) -> list[Evidence]:
    """Hand-offs, costs pushed onto customers, apologies, training: what they do to a whole firm and its money."""
    arms = found.arms
    none, some = (f"handed on {share:g}" for share in HAND_OFFS)
    npv = "net present value"
    shifted, here = "shifted", "as it treats them"
    made = [
        Evidence("S26", "first-contact resolution with a third handed on, less that with none", "share",
                 difference(arms, "first_contact", some, none), most=0),
        Evidence("S26", "perceived risk with a third handed on, less that with none", "",
                 difference(arms, "risk", some, none), least=0),
        Evidence("S26", f"{npv} with a third handed on, less that with none", "$",
                 difference(arms, "npv", some, none), most=0),
        Evidence("S26", f"{npv} with a third handed on, less that with none", "$",
                 difference(arms, "npv", "handed on, half the wage", none), most=0, setting=HALF_WAGE),
        Evidence("S29", "support cost of a problem with fees and forms, less that without", "$",
                 difference(arms, "support_per_problem", shifted, here), most=0),
        Evidence("S29", "perceived risk with fees and forms, less that without", "",
                 difference(arms, "risk", shifted, here), least=0),
        Evidence("S29", "bad stories heard for each problem with fees and forms, less those without", "",
                 difference(arms, "bad_stories", shifted, here), least=0),
        Evidence("S29", f"{npv} with fees and forms, less that without", "$",
                 difference(arms, "npv", shifted, here), most=0),
        Evidence("S29", f"{npv} with fees and forms, less that without", "$",
                 difference(arms, "npv", "shifted, saves work", here), most=0, setting=SAVES),
        Evidence("S33", f"{npv} with an apology alone, less that with neither", "$",
                 difference(arms, "npv", "apology", "neither"), least=0),
        Evidence("S33", "margin for each dollar that apologies cost, less that of remedies", "$",
                 estimate(returns(arms, "apology") - returns(arms, "remedy")), least=0),
        Evidence("S33", f"{npv} with an apology alone, less that with neither", "$",
                 difference(arms, "npv", "apology in no time", "neither"), least=0, setting="where it takes no time"),
        Evidence("S33", f"{npv} with an apology, less that without", "$",
                 difference(arms, "npv", "both", "remedy"), least=0, setting="on top of a remedy"),
        Evidence("S34", f"change of {npv} with all trouble pushed onto customers", "$", slope(arms, "npv"), most=0),
        Evidence("S34", f"change of {npv} with all trouble pushed onto customers", "$",
                 difference(arms, "npv", "effort 1, saves work", "effort 0"), most=0, setting=SAVES),
        Evidence("S34", f"change of {npv} with all trouble pushed onto customers", "$",
                 difference(arms, "npv", "effort 1, alone", "effort 0, alone"), most=0, setting=NO_RIVAL),
    ]  # fmt: skip
    lean = combination(())
    made += [
        Evidence("S35", "contacts a case with agents trained to finish it alone, less those without", "",
                 difference(arms, "contacts", "trained", lean), most=0),
        Evidence("S35", f"{npv} with agents trained to finish it alone, less that without", "$",
                 difference(arms, "npv", "trained", lean), least=0),
        Evidence("S35", f"{npv} with agents trained to finish it alone, less that without", "$",
                 difference(arms, "npv", "trained, paid as specialists", lean), least=0,
                 setting="at the pay of specialists"),
    ]  # fmt: skip
    return made


def _causes(found: Findings) -> list[Evidence]:
    """Moments of truth, base rates, learning, and who brings the growth."""
    arms, seen = found.arms, found.moments
    made = [
        Evidence("S10", "spread of a month's change of the chance to buy, with a problem over without", "x",
                 estimate(seen["spread_problem"] / seen["spread_none"]), least=TIMES),
        Evidence("S10", "variance of the following year's spend, with a problem over without", "x",
                 estimate(seen["orders"]), least=TIMES,
                 setting="counted in orders of the following year"),
        Evidence("S30", "problems of an order that are left to a firm that learns from all and makes things five "
                 "times as well", "share", mean_of(arms, "per_order", "best product"), least=0),
    ]  # fmt: skip
    falls = "rate of problems at the end less that at the start, where every case is analysed"
    for name, setting in (("learns from all", BASE), ("learns from all, few speak", "where few speak up")):
        change = estimate(of_arm(arms, "rate_end", name) - of_arm(arms, "rate_start", name))
        made.append(Evidence("S36", falls, "share", change, most=0, setting=setting))
    flat = estimate(of_arm(arms, "rate_end", "learns from nothing") - of_arm(arms, "rate_start", "learns from nothing"))
    made.append(Evidence("S36", "the same where none is", "share", flat, least=-RATE, most=RATE))
    made += [
        Evidence("S38", "margin that better support adds in the last year with those it put right", "$",
                 estimate(seen["gain_put right"]), least=0),
        Evidence("S38", "margin of the last year less that of the first, of those who were put right", "$",
                 estimate(seen["growth_put right"]), least=0, setting="from the first year to the last"),
    ]  # fmt: skip
    return made
