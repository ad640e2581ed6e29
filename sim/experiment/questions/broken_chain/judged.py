"""What was found, claim by claim. Bounds are what the claims say."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions.arms import Estimate, estimate
from sim.experiment.questions.broken_chain import findings as f
from sim.experiment.questions.broken_chain.findings import Findings
from sim.experiment.questions.broken_chain.rule import (
    BEST_CAP,
    ONE_SALE,
    RULE,
    by_world,
    decided,
    over,
    ratio_by_world,
)  # fmt: skip
from sim.experiment.questions.evidence import BASE, Evidence

FASTER = 0.9  # of the time of good news: a tenth less
WORSE = 1.05  # x what a defect does: a twentieth more
FAR_MORE = 2.0  # margins of one sale
EQUAL_NEWS, EQUAL_TYPES = "with news of equal speed", "where a service error weighs as much as a defect"
RETOLD = "where half of those who hear it tell it on"
NEEDS_ALIKE = "where customers are all alike"
WRONGED, HELPED = "when it was not put right", "when it was put right"


def evidence(found: Findings) -> list[Evidence]:
    """All evidence on the claims of the notebook."""
    return [*_customers(found), *_connected(found), *_news(found), *_rule(found)]


def column(found: Findings, name: str, arm: str = f.USUAL, strategy: int = 0) -> pd.Series:
    """A number of an arm under one strategy, by paired world."""
    if not len(found.runs):
        return pd.Series(dtype=float)
    rows = found.runs[(found.runs["arm"] == arm) & (found.runs["strategy"] == strategy)]
    return rows.set_index("replication")[name]


def measured(found: Findings, name: str, arm: str = f.USUAL) -> Estimate:
    """Its mean under the first strategy."""
    return estimate(column(found, name, arm).to_numpy(float))


def gap(found: Findings, name: str, arm: str, against: str) -> Estimate:
    """What the second strategy has over the first in one arm, less the same in another."""
    more = [column(found, name, one, 1) - column(found, name, one, 0) for one in (arm, against)]
    return estimate((more[0] - more[1]).to_numpy(float))


def told_in(found: Findings, setting: str) -> pd.DataFrame:
    """The twins of one setting."""
    return found.twins[found.twins["setting"] == setting] if len(found.twins) else found.twins


def _customers(found: Findings) -> list[Evidence]:
    """S4, S7."""
    tenure = "margin still to come from customers of long standing less that from recent ones"
    effort = "prospects reached for each newcomer, late over early"
    rows = [
        Evidence("S4", tenure, "$", measured(found, "residual_gain"), least=0.0),
        Evidence("S4", effort, "", measured(found, "effort_ratio"), least=1.0),
        Evidence("S4", tenure, "$", measured(found, "residual_gain", f.YOUNG), least=0.0, setting=f.IN_GROWTH),
        Evidence("S4", effort, "", measured(found, "effort_ratio", f.YOUNG), least=1.0, setting=f.IN_GROWTH),
        Evidence("S4", tenure, "$", measured(found, "residual_gain", f.ALIKE), least=0.0, setting=NEEDS_ALIKE),
    ]
    for setting in (BASE, found.second, f.NO_RIVAL):
        cases = told_in(found, setting)
        firm, people = by_world(cases, "value"), by_world(cases, "surplus")
        rows += [
            Evidence("S7", "what the firm loses by one broken chain", "$", firm, least=0.0, setting=setting),
            Evidence("S7", "what customers lose by it", "$", people, least=0.0, setting=setting),
        ]
    return rows


def _connected(found: Findings) -> list[Evidence]:
    """S5, S18, S75."""
    more = "how much more the second strategy is worth than the first"
    ties, posts = gap(found, "npv", f.MANY_TIES, f.FEW_TIES), gap(found, "npv", f.PUBLIC, f.PRIVATE)
    lost = "other customers lost by one broken chain"
    trust = "how much more prospects trust the second strategy to put things right, with public cases less without"
    rows = [
        Evidence("S5", f"{more}, with 16 ties less with 4", "$", ties, least=0.0),
        Evidence("S5", f"{more}, with a third of cases public less with none", "$", posts, least=0.0),
        Evidence("S18", "likelihood to leave after a friend left over a problem, over the usual", "",
                 measured(found, "hazard_ratio"), least=1.0),
        Evidence("S75", trust, "", gap(found, "trust", f.PUBLIC, f.PRIVATE), least=0.0),
    ]  # fmt: skip
    for setting in (BASE, found.second, f.NO_RIVAL):
        rows.append(Evidence("S18", lost, "", by_world(told_in(found, setting), "lost"), least=0.0, setting=setting))
    return rows


def time_ratio(found: Findings, arm: str) -> Estimate:
    """Weeks until half have heard bad news, over good news."""
    return estimate((column(found, "half_bad", arm) / column(found, "half_good", arm)).to_numpy(float))


def error_ratio(found: Findings, name: str, arm: str = f.ERRORS) -> Estimate:
    """A number of each problem where all are service errors, over the same where all are defects."""
    defects = column(found, name, f.DEFECTS)
    return estimate((column(found, name, arm) / defects.where(defects > 0)).to_numpy(float))


def _news(found: Findings) -> list[Evidence]:
    """S19, S20, S37, S70."""
    rows = []
    for setting, arm in ((BASE, f.USUAL), (EQUAL_NEWS, f.EQUAL_SPEED)):
        weeks = time_ratio(found, arm)
        rows.append(Evidence("S19", "weeks until half have heard, bad news over good", "", weeks, most=FASTER,
                             setting=setting))  # fmt: skip
    for setting, arm in ((BASE, f.ERRORS), (EQUAL_TYPES, f.EQUAL_ERRORS)):
        for name, what in (
            ("heard_each", "people who hear of a problem"),
            ("left_each", "customers who leave over it"),
        ):
            rows.append(Evidence("S20", f"{what}, if all are service errors over if all are defects", "",
                                 error_ratio(found, name, arm), least=WORSE, setting=setting))  # fmt: skip
    for setting, arm in ((BASE, f.USUAL), (RETOLD, f.HOT)):
        beyond = estimate((column(found, "reach_2", arm) + column(found, "reach_3", arm)).to_numpy(float))
        rows.append(Evidence("S37", "people beyond the first hand who hear of one problem", "", beyond, least=1.0,
                             setting=setting))  # fmt: skip
    for setting, name in ((WRONGED, "told_bad"), (HELPED, "told_good")):
        rows.append(Evidence("S70", "share of customers who tell anybody", "share", measured(found, name), least=0.5,
                             setting=setting))  # fmt: skip
    return rows


def sales_lost(found: Findings, setting: str) -> Estimate:
    """What one broken chain costs, remedies apart, in margins of one sale."""
    cases = told_in(found, setting)
    if not len(cases):
        return estimate([])
    return ratio_by_world(cases, cases["value"] + cases["cost"], "sale")


def _rule(found: Findings) -> list[Evidence]:
    """S41."""
    cases = decided(told_in(found, BASE))
    worth = "what the rule by lifetime gains over a cap"
    return [
        Evidence("S41", "what one broken chain costs, in margins of one sale", "", sales_lost(found, BASE),
                 least=FAR_MORE),
        Evidence("S41", f"{worth} of one sale, a case", "$", over(cases, RULE, ONE_SALE), least=0.0),
        Evidence("S41", f"{worth} that was the best elsewhere, a case", "$", over(cases, RULE, BEST_CAP), least=0.0,
                 setting="against the best cap"),
        Evidence("S41", "what one broken chain costs, in margins of one sale", "", sales_lost(found, found.second),
                 least=FAR_MORE, setting=found.second),
    ]  # fmt: skip
