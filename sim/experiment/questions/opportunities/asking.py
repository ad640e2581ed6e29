"""The experiment: what is run, in which arms, and what is kept of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
import pandas as pd
from tqdm import tqdm

from sim.experiment.metrics import ratio
from sim.experiment.pool import spread
from sim.experiment.questions.arms import arm, run_arms
from sim.experiment.questions.opportunities.loyalty import (
    FREED,
    OVER_THE_FIRM,
    camp_sums,
    fate_sums,
    free,
    loyalty_sums,
)
from sim.experiment.questions.opportunities.months import lesson_sums, month_sums
from sim.experiment.questions.opportunities.watch import watch
from sim.model.case import RESOLVED, UNRESOLVED
from sim.model.ledger import ACCOUNTS, npv
from sim.model.problems import QUESTION
from sim.model.records import Run
from sim.model.remedy import WEIGHTS, justice
from sim.model.simulation import simulate
from sim.parameters import load_comparison
from sim.parameters.scenario import Scenario

TIMES_SURVEYED = 3  # x the paired worlds of the other arms: a survey needs many respondents
LEAN, CARE = "baseline", "second"  # arms of the strategies as they are
ONE_KIND = {"all defects": 0.0, "all mistaken": 1.0}  # -> share of mis-set expectations
HALF_STAFFED, UNSTRAINED = 0.5, {"strategy.desk.strain_effect": 0.0, "world.labour.attrition_strain": 0.0}
WIDE = 1.2  # log, spread of severity
DISLIKE = 0.5  # psi, weight of the spread of perceived risk
FEWER_PROBLEMS = 0.8  # x today's defects
FIRST_TRY = 0.25  # share of the price: compensation by which its cost is found out
CHEAP, ONE_CONTACT = 0.5, {"strategy.desk.contacts": 1}  # x wage; nobody is asked a second time
DROPS = (0.0, 0.2, 0.4, 0.6)  # of first-contact resolution


@dataclass(frozen=True)
class Findings:
    """What the experiment found.

    Attributes:
        names: titles of the two strategies, baseline first.
        arms: a row an arm and paired world, columns of `books`.
        months: a row a strategy and paired world, sums of `surveyed`; three times as many worlds.
        freed: a row a strategy and paired world, sums of `fate_sums` of every second customer, freed of all doubt.
        delight: compensation, as a share of the price, that costs what fewer problems cost; NaN for none.
        discount: off every order, likewise.
        long_weeks: the longer horizon, over which cheap contacts are judged too.
    """

    names: tuple[str, str]
    arms: pd.DataFrame
    months: pd.DataFrame
    freed: pd.DataFrame
    delight: float
    discount: float
    long_weeks: int


def books(run: Run) -> dict[str, float]:
    """npv and its parts ($), left (over the firm, per 100 customers a year), put_right (share of cases), wait (hours a
    case), stories and mentions by what they say."""
    weeks, case, leaving = run.weeks, run.events.of("case"), run.events.of("leaving")
    worth = dict(zip(ACCOUNTS, npv(run.ledger, run.scenario.run.discount_rate).tolist(), strict=True))
    closed = ("cases_resolved", "cases_unresolved", "cases_abandoned", "cases_refused")
    left = np.isin(leaving["cause"], OVER_THE_FIRM).sum()
    return {
        "npv": sum(worth.values()),
        "sales": worth["sales"],
        "remedies": -worth["remedies"],
        "left": 5200 * ratio(left, weeks["customers"].sum()),
        "put_right": ratio(weeks["cases_resolved"].sum(), sum(weeks[name].sum() for name in closed)),
        "wait": ratio(case["hours_waited"].sum(), case["hours_waited"].size),
        **{f"{kind}_{what}": float(weeks[f"{kind}_{what}"].sum())
           for kind in ("good", "bad") for what in ("stories", "mentions")},
    }  # fmt: skip


def surveyed(scenario: Scenario, replication: int) -> dict[str, Any]:
    """Sums of a watched run and its months without problems."""
    seen = watch(scenario, replication)
    sums = month_sums(seen) | lesson_sums(seen) | loyalty_sums(seen) | camp_sums(seen) | fate_sums(seen.run)
    return {"strategy": scenario.strategy_name, "replication": replication, **sums}


def freed(scenario: Scenario, replication: int) -> dict[str, Any]:
    """What becomes of every second customer who is made to believe that the firm puts everything right."""
    run = simulate(scenario, replication, intervene={FREED: free})
    return {"strategy": scenario.strategy_name, "replication": replication, **fate_sums(run)}


def ask(scenarios: Sequence[Scenario], workers: int | None = None, progress: bool | TextIO = True) -> Findings:
    """Runs everything. Of several strategies the first two count: the baseline and the one set against it."""
    lean, care = scenarios[0], scenarios[1]
    compensation, discount = _equal_cost(care)
    arms = run_arms(_arms(lean, care, compensation, discount), books, workers, progress)
    both = [arm(lean, LEAN), arm(care, CARE)]
    times = TIMES_SURVEYED * lean.run.replications
    tasks = [(surveyed, each, world) for world in range(times) for each in both]
    tasks += [(freed, each, world) for world in range(lean.run.replications) for each in both]
    rows = _watched(tasks, workers, progress)
    cut = 2 * times
    titles = tuple(each.strategy.title.strip() or each.strategy_name for each in (lean, care))
    return Findings((titles[0], titles[1]), arms, pd.DataFrame(rows[:cut]), pd.DataFrame(rows[cut:]), compensation,
                    discount, longer(care))  # fmt: skip


def _watched(tasks: Sequence[Any], workers: int | None, progress: bool | TextIO) -> list[dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {}
    file = progress if not isinstance(progress, bool) else sys.stderr
    with tqdm(total=len(tasks), desc="watching", unit="run", file=file, disable=progress is False, mininterval=0.5,
              dynamic_ncols=False, ncols=88) as bar:  # fmt: skip
        for number, row in spread(_call, tasks, workers):
            rows[number] = row
            bar.update()
    return [rows[number] for number in range(len(tasks))]


def _call(function: Any, scenario: Scenario, replication: int) -> dict[str, Any]:
    found: dict[str, Any] = function(scenario, replication)
    return found


def _arms(lean: Scenario, care: Scenario, compensation: float, discount: float) -> list[Scenario]:
    """Every arm but the watched ones; compared with the strategies as they are."""
    trouble, product = care.world.problems, care.strategy.product.problems
    speed = {"world.word_of_mouth.delay_bad": care.world.word_of_mouth.delay_good}
    agents = max(float(simulate(care, 0).weeks["agents"].mean()) * HALF_STAFFED, 1e-3)
    half = {"strategy.staffing.cap": agents} if care.strategy.staffing.rule == "planned" else {
        "strategy.staffing.agents": agents, "strategy.staffing.specialists": agents}  # fmt: skip
    extra = min(care.strategy.remedy.compensation + compensation, 5.0)
    made = [
        arm(lean, LEAN),
        arm(care, CARE),
        arm(lean, f"{LEAN}, equal speed", speed),
        arm(care, f"{CARE}, equal speed", speed),
        arm(care, "unstrained", UNSTRAINED),
        arm(care, "half", half),
        arm(care, "half, unstrained", half | UNSTRAINED),
        arm(care, "fewer problems", {"strategy.product.problems": FEWER_PROBLEMS * product}),
        arm(care, "compensation", {"strategy.remedy.compensation": extra}),
        arm(care, "discount", {"strategy.offer.price": care.strategy.offer.price * (1 - discount)}),
    ]
    for name, share in ONE_KIND.items():
        kind = {"world.problems.service_share": 0.0, "world.problems.expectation_share": share}
        made += [arm(care, f"{name}, {action}", kind | {"strategy.remedy.action": action})
                 for action in ("replace", "refund")]  # fmt: skip
    for name, spread_of in (("alike", 0.0), ("wide", WIDE)):
        # The mean of a lognormal is its median x exp(sd^2 / 2)
        median = trouble.severity * float(np.exp((trouble.severity_sd**2 - spread_of**2) / 2))
        same_mean = {"world.problems.severity_sd": spread_of, "world.problems.severity": max(median, 0.001)}
        made += [arm(lean, name, same_mean),
                 arm(lean, f"{name}, disliked", same_mean | {"world.choice.variance_aversion": DISLIKE})]  # fmt: skip
    made.append(arm(lean, "even handling", even_handling(lean)))
    for drop in DROPS:
        made.append(arm(care, f"cheap {drop:g}", cheaper(care, drop)))
        made.append(arm(care, f"cheap {drop:g}, one contact", cheaper(care, drop) | ONE_CONTACT))
    long = {"run.weeks": longer(care)}
    made += [arm(care, f"{CARE}, long", long), arm(care, f"{CARE}, long, outsourced", long | outsourced(care))]
    return [*made, arm(lean, f"{LEAN}, outsourced", outsourced(lean)), arm(care, f"{CARE}, outsourced",
            outsourced(care))]  # fmt: skip


def longer(scenario: Scenario) -> int:
    """Weeks of a horizon two thirds longer: five years for three."""
    return min(round(scenario.run.weeks * 5 / 3), 5200)


def even_handling(scenario: Scenario) -> dict[str, Any]:
    """Every case worked on is put right, each a little worse: as good on average as some very well and others not.

    What is taken from the treatment of each (score J) is the share that is not put right today, found in the first
    paired world: respect first, then more trouble for the customer.
    """
    remedy = scenario.strategy.remedy
    case = simulate(scenario, 0).events.of("case")
    outcome = case["outcome"][case["about"] != QUESTION]
    put_right, worked_on = (outcome == RESOLVED).sum(), np.isin(outcome, [RESOLVED, UNRESOLVED]).sum()
    today = float(justice(remedy, np.ones(1), np.zeros(1))[0])
    less = today * (1 - put_right / worked_on) if worked_on else 0.0
    respect = max(remedy.respect - less / WEIGHTS[2], 0.0)
    less -= (remedy.respect - respect) * WEIGHTS[2]
    effort = min(remedy.effort + less / WEIGHTS[1], 1.0)
    surely = dict.fromkeys(("first_contact_resolution", "specialist_resolution"), 1.0)
    never = dict.fromkeys(("defective_fix", "hand_off"), 0.0)
    return {f"strategy.desk.{name}": value for name, value in (surely | never).items()} | {
        "strategy.remedy.respect": respect, "strategy.remedy.effort": effort,
    }  # fmt: skip


def cheaper(scenario: Scenario, drop: float) -> dict[str, Any]:
    """Agents at half the wage, who settle fewer cases at once."""
    resolution = scenario.strategy.desk.first_contact_resolution
    return {"strategy.staffing.wage": scenario.strategy.staffing.wage * CHEAP,
            "strategy.desk.first_contact_resolution": max(resolution - drop, 0.0)}  # fmt: skip


def outsourced(scenario: Scenario) -> dict[str, Any]:
    """What the shipped `outsourced` changes of the cost center that it extends, changed of another strategy."""
    before, after = (each.strategy for each in load_comparison(strategies=["cost_center", "outsourced"]))
    changes: dict[str, Any] = {"strategy.staffing.wage": scenario.strategy.staffing.wage * after.staffing.wage}
    for group, name in (("desk", "first_contact_resolution"), ("desk", "hand_off"), ("desk", "defective_fix"),
                        ("remedy", "respect")):  # fmt: skip
        own, one, other = (getattr(getattr(each, group), name) for each in (scenario.strategy, before, after))
        changes[f"strategy.{group}.{name}"] = float(np.clip(own + other - one, 0.0, 1.0))
    return changes


def _equal_cost(care: Scenario) -> tuple[float, float]:
    """(compensation of a settled case, discount of an order), shares of the price, that cost what fewer problems do.

    Found in the first paired world: the price of better goods by what is sold, and what a first try at compensation
    costs, in proportion.
    """
    product = {"strategy.product.problems": FEWER_PROBLEMS * care.strategy.product.problems}
    better = arm(care, "fewer problems", product)
    share = care.margin - better.margin
    first = care.strategy.remedy.compensation + FIRST_TRY
    as_it_is = books(simulate(care, 0))
    tried = books(simulate(arm(care, "first try", {"strategy.remedy.compensation": min(first, 5.0)}), 0))
    more = tried["remedies"] - as_it_is["remedies"]
    compensation = FIRST_TRY * share * as_it_is["sales"] / more if more > 0 else 0.0
    return float(np.clip(compensation, 0.0, 5.0)), float(np.clip(share, 0.0, 0.5))
