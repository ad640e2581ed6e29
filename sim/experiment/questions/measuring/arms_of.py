"""The arms: support levels from which managers choose by what they see, and firms in good and bad times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.metrics import ratio, summarize
from sim.experiment.questions.arms import arm, of_arm, run_arms
from sim.experiment.questions.levels import blend
from sim.experiment.questions.measuring.switching import YEAR, markets
from sim.model.case import RESOLVED
from sim.model.ledger import ACCOUNTS, discount_factors
from sim.model.records import Run
from sim.parameters.scenario import Scenario

LEVELS = (0.0, 0.5, 1.0, 1.5, 2.0)  # of support: 0 the baseline, 1 the strategy
POOR, GOOD = "baseline", "service"
BASE, RICH, THIN = "as it is", "at a margin of 60 %", "at a margin of 20 %"
FIRMS: dict[str, dict[str, Any]] = {
    BASE: {},
    RICH: {"world.needs.gross_margin": 0.6},
    THIN: {"world.needs.gross_margin": 0.2},
}
QUIET, ALONE, HARD = "without advertising", "without advertising and word of mouth", "in a recession"
TIMES: dict[str, dict[str, Any]] = {
    QUIET: {"strategy.promotion.advertising": 0.0},
    ALONE: {"strategy.promotion.advertising": 0.0, "world.word_of_mouth.network": "none"},
    HARD: {"world.economy.recession_week": YEAR, "world.economy.recession_length": YEAR,
           "world.economy.recession_depth": 0.3, "world.economy.thrift": 1.0},
}  # fmt: skip
OLD = 2 * YEAR  # tenure of an old customer, weeks; a newcomer's is below one year
# Manager -> (what the metric is called, its column in a pilot of one year, whether the lowest is picked)
MANAGERS = {
    "cost": ("the cost of a contact", "pilot_cost_per_contact", True),
    "retention": ("customers kept", "pilot_kept", False),
}


@dataclass(frozen=True)
class Findings:
    """What was run.

    Attributes:
        runs: the columns of `measure`, by arm (`level` of a firm of `FIRMS`, `during` one of `TIMES`) and replication.
        markets: `switching.markets`.
        scenarios: baseline and strategy.
    """

    runs: pd.DataFrame
    markets: pd.DataFrame
    scenarios: tuple[Scenario, Scenario]


def level(value: float, firm: str = BASE) -> str:
    """The arm of a support level in a kind of firm."""
    name = {0.0: POOR, 1.0: GOOD}.get(value, f"level {value:g}")
    return name if firm == BASE else f"{name}, {firm}"


def during(name: str, times: str) -> str:
    """An arm's name in other times."""
    return f"{name}, {times}"


def ask(scenarios: Sequence[Scenario], workers: int | None = None) -> Findings:
    """Everything the question needs, in the paired worlds of the scenarios."""
    poor, good = scenarios[0], scenarios[-1]
    made = []
    for firm, changes in FIRMS.items():
        for x in LEVELS:
            base = good if x == 1 else poor.model_copy(update={"strategy": blend(poor.strategy, good.strategy, x)})
            made.append(arm(base, level(x, firm), changes))
    for times, changes in TIMES.items():
        made += [arm(poor, during(POOR, times), changes), arm(good, during(GOOD, times), changes)]
    runs = run_arms(made, measure, workers)
    return Findings(runs, markets(poor, good, workers), (poor, good))


def measure(run: Run) -> dict[str, float]:
    """npv, customers (at the end), then what managers see in the first year, cash by quarter, sales by year, cases."""
    usual, weeks, horizon = summarize(run), run.weeks, run.scenario.run.weeks
    pilot = slice(0, min(YEAR, horizon))
    spent = -run.ledger[pilot][:, [ACCOUNTS.index(a) for a in ("support_labour", "self_service")]].sum() / 100
    sales = run.ledger[:, ACCOUNTS.index("sales")] / 100
    told = float((weeks["bad_stories"] + weeks["good_stories"]).sum())
    row = {
        "npv": usual["npv"],
        "customers": usual["customers"],
        "pilot_cost_per_contact": ratio(spent, weeks["contacts"][pilot].sum()),
        "pilot_kept": 1 - ratio(weeks["left"][pilot].sum(), weeks["customers"][pilot].mean()),
        "told_of_problems": ratio(told, told + float((weeks["bad_mentions"] + weeks["good_mentions"]).sum())),
        "sales_kept": ratio(sales[-YEAR:].sum(), sales[:YEAR].sum()) if horizon >= 2 * YEAR else np.nan,
        "sales_in_hard_times": float(sales[YEAR : 2 * YEAR].sum()) if horizon >= 2 * YEAR else np.nan,
    }
    return row | _cash(run) | settled_by_tenure(run)


def _cash(run: Run) -> dict[str, float]:
    """cash_<week>: discounted net cash up to each quarter; cash_first, cash_later: undiscounted, in the first year and
    from the third on."""
    net = run.ledger.sum(axis=1) / 100
    soon = np.cumsum(net * discount_factors(net.size, run.scenario.run.discount_rate))
    found = {f"cash_{week}": float(soon[week - 1]) for week in quarters(net.size)}
    found["cash_first"] = float(net[:YEAR].sum()) if net.size >= YEAR else np.nan
    found["cash_later"] = float(net[2 * YEAR :].sum()) if net.size > 2 * YEAR else np.nan
    return found


def quarters(weeks: int) -> list[int]:
    """Ends of the quarters within the horizon."""
    return list(range(13, weeks + 1, 13))


def settled_by_tenure(run: Run) -> dict[str, float]:
    """Share of cases settled of newcomers and of old customers; who was there before week 0 is old from week 52 on."""
    case, joined = run.events.of("case"), run.events.of("joining")
    since = np.full(run.scenario.world.market.people, -YEAR)
    order = np.argsort(joined["week"], kind="stable")
    tenure = case["opened_week"] - since[case["person"]]
    # The last joining before the case: joinings in order of time, the later one counts
    key = joined["person"][order] * (run.scenario.run.weeks + 1) + joined["week"][order]
    key.sort()
    at = np.searchsorted(key, case["person"] * (run.scenario.run.weeks + 1) + case["opened_week"], side="right") - 1
    known = at >= 0
    same = np.zeros(at.size, bool)
    same[known] = key[at[known]] // (run.scenario.run.weeks + 1) == case["person"][known]
    tenure[same] = case["opened_week"][same] - key[at[same]] % (run.scenario.run.weeks + 1)
    settled = case["outcome"] == RESOLVED
    new, old = tenure < YEAR, tenure >= OLD
    return {"settled_new": ratio(settled[new].sum(), new.sum()), "settled_old": ratio(settled[old].sum(), old.sum())}


def chosen(found: Findings, manager: str, firm: str = BASE) -> np.ndarray:
    """For each paired world the support level that a manager picks after a pilot of one year: LEVELS' place."""
    _, column, lowest = MANAGERS[manager]
    seen = np.array([of_arm(found.runs, column, level(x, firm)) for x in LEVELS])
    seen = np.where(np.isnan(seen), np.inf if lowest else -np.inf, seen)
    return np.argmin(seen, axis=0) if lowest else np.argmax(seen, axis=0)


def under(found: Findings, manager: str, column: str, firm: str = BASE) -> np.ndarray:
    """A column of the level that a manager picks, in each paired world."""
    values = np.array([of_arm(found.runs, column, level(x, firm)) for x in LEVELS])
    return values[chosen(found, manager, firm), np.arange(values.shape[1])]


def best(found: Findings, firm: str = BASE) -> np.ndarray:
    """The value of the best level of all, in each paired world."""
    return np.array([of_arm(found.runs, "npv", level(x, firm)) for x in LEVELS]).max(axis=0)
