"""A whole firm that handles all its problems in another way: arms of the two strategies, and what is kept of a run."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from sim.experiment.metrics import SUPPORT, ratio, summarize
from sim.experiment.questions.arms import arm
from sim.model.records import Run
from sim.parameters.scenario import Scenario

MINUTE = 1 / 60  # hours
PARTS = ("speed", "one touch", "respect")  # what the better strategy does differently, part by part
SPEED = ("staffing.wait", "staffing.occupancy", "desk.back_office")
ONE_TOUCH = (
    "desk.handle_time", "desk.specialist_time", "desk.first_contact_resolution", "desk.specialist_resolution",
    "desk.hand_off", "desk.defective_fix", "desk.escalation", "desk.contacts",
)  # fmt: skip
CURT, RESPECTFUL = 0.1, 0.9
EFFORTS = (0.0, 0.5, 1.0)
SAVED = 1 / 3  # share of the work that forms save the firm, where customers bear all the trouble
HAND_OFFS = (0.0, 0.35)
HALF_WAGE = 0.5
TRAINED = 0.08  # first-contact resolution gained
TRAINED_PAY, SPECIALIST_PAY = 1.1, 1.4  # x wage
DEFECTIVE = 0.25  # of fixes
FEW_VOICES = 0.3  # x voice


def combination(parts: tuple[str, ...]) -> str:
    """The arm's name: 'speed + respect', 'none of them'."""
    return " + ".join(parts) or "none of them"


def conjoint(lean: Scenario, better: Scenario) -> list[Scenario]:
    """Speed, one touch and respect of the better strategy, each alone and with the others, added to the lean one."""
    arms = []
    for chosen in product((False, True), repeat=len(PARTS)):
        parts = tuple(part for part, on in zip(PARTS, chosen, strict=True) if on)
        changes: dict[str, Any] = {}
        for part, keys in (("speed", SPEED), ("one touch", ONE_TOUCH)):
            if part in parts:
                changes |= {f"strategy.{key}": _value(better, key) for key in keys}
        if "respect" in parts:
            time = changes.get("strategy.desk.handle_time", lean.strategy.desk.handle_time)
            changes |= {"strategy.remedy.respect": better.strategy.remedy.respect,
                        "strategy.desk.handle_time": time + MINUTE}  # fmt: skip
        arms.append(arm(lean, combination(parts), changes))
    return arms


def _value(scenario: Scenario, key: str) -> Any:
    group, name = key.split(".")
    return getattr(getattr(scenario.strategy, group), name)


def apologies(lean: Scenario) -> list[Scenario]:
    """Neither, an apology (a minute a contact, or no time at all), a remedy, both: in the lean strategy."""
    time = lean.strategy.desk.handle_time
    curt = {"strategy.remedy.respect": CURT}
    sorry = {"strategy.remedy.respect": RESPECTFUL, "strategy.desk.handle_time": time + MINUTE}
    told, made_good = {"strategy.remedy.action": "explain"}, {"strategy.remedy.action": "replace"}
    return [
        arm(lean, "neither", curt | told),
        arm(lean, "apology", sorry | told),
        arm(lean, "apology in no time", {"strategy.remedy.respect": RESPECTFUL} | told),
        arm(lean, "remedy", curt | made_good),
        arm(lean, "both", sorry | made_good),
    ]


def pushed(better: Scenario) -> list[Scenario]:
    """The firm's trouble pushed onto customers, more and more of it; where that saves work; where nobody else sells."""
    desk = better.strategy.desk
    less = {"strategy.desk.handle_time": desk.handle_time * (1 - SAVED),
            "strategy.desk.specialist_time": desk.specialist_time * (1 - SAVED)}  # fmt: skip
    alone: dict[str, Any] = {"world.rival.entry_week": None}
    key = "strategy.remedy.effort"
    charged = {"strategy.warranty.after": "charge", "strategy.warranty.fee": 0.3, key: 0.9}
    return [
        *(arm(better, f"effort {effort:g}", {key: effort}) for effort in EFFORTS),
        arm(better, "effort 1, saves work", {key: 1.0} | less),
        arm(better, "effort 0, alone", {key: 0.0} | alone),
        arm(better, "effort 1, alone", {key: 1.0} | alone),
        arm(better, "as it treats them", {}),
        arm(better, "shifted", charged),
        arm(better, "shifted, saves work", charged | less),
    ]


def desks(lean: Scenario, better: Scenario) -> list[Scenario]:
    """Hand-offs, training, fixes that do not hold; what is learned from cases; the best product there can be."""
    desk = lean.strategy.desk
    trained = {
        "strategy.desk.first_contact_resolution": min(desk.first_contact_resolution + TRAINED, 0.98),
        "strategy.desk.hand_off": 0.0,
        "world.labour.hiring_cost": 2 * lean.world.labour.hiring_cost,
    }
    hands = "strategy.desk.hand_off"
    callers = better.world.callers
    few = {"world.callers.voice_small": FEW_VOICES * callers.voice_small,
           "world.callers.voice_large": FEW_VOICES * callers.voice_large}  # fmt: skip
    study = "strategy.learning.analysis"
    return [
        *(arm(lean, f"handed on {share:g}", {hands: share}) for share in HAND_OFFS),
        arm(lean, "handed on, half the wage", {hands: HAND_OFFS[1], "strategy.staffing.wage": HALF_WAGE}),
        arm(lean, "trained", trained | {"strategy.staffing.wage": TRAINED_PAY}),
        arm(lean, "trained, paid as specialists", trained | {"strategy.staffing.wage": SPECIALIST_PAY}),
        *(
            arm(lean, f"defective fixes {share:g}", {"strategy.desk.defective_fix": share})
            for share in (0.0, DEFECTIVE)
        ),
        arm(better, "learns from nothing", {study: 0.0}),
        arm(better, "learns from all", {study: 1.0}),
        arm(better, "learns from all, few speak", {study: 1.0} | few),
        arm(better, "best product", {study: 1.0, "strategy.product.problems": 0.2}),
    ]


def measure(run: Run) -> Mapping[str, float]:
    """What is kept of a run.

    Returns:
        npv, margin and support ($, discounted: sales less goods and discounts; all that support costs), problems,
        support_per_problem ($), risk (mean perceived risk of customers in the last year), bad_stories (heard, for
        each problem), contacts (for each case), first_contact (share), rate_start and rate_end (problems of a
        purchase, x those of today's technology), per_order (problems for each order of the last year).
    """
    row, weeks = summarize(run), run.weeks
    total = {name: float(weeks[name].sum()) for name in ("problems", "bad_stories", "contacts", "cases_opened")}
    last = slice(-min(52, run.scenario.run.weeks), None)
    support = -sum(row[f"npv_{account}"] for account in SUPPORT)
    return {
        "npv": row["npv"],
        "margin": row["npv_sales"] + row["npv_cost_of_goods"] + row["npv_discounts"],
        "support": support,
        "problems": total["problems"],
        "support_per_problem": ratio(support, total["problems"]),
        "risk": float(np.mean(weeks["risk"][last])),
        "bad_stories": ratio(total["bad_stories"], total["problems"]),
        "contacts": ratio(total["contacts"], total["cases_opened"]),
        "first_contact": row["first_contact_resolution"],
        "rate_start": float(weeks["problem_rate"][0]),
        "rate_end": float(weeks["problem_rate"][-1]),
        "per_order": ratio(float(weeks["problems"][last].sum()), float(weeks["orders"][last].sum())),
    }
