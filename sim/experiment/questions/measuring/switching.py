"""One market whose firm changes its support, beside the same market in which it does not: truth and what is seen of it.

The firm runs the baseline for two years, then adopts the better support. The truth is what the same market would have
bought without. What a manager can see is the same market before, another market that was left alone, and which
customers were helped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from sim.experiment.ablate import changed
from sim.experiment.pool import spread
from sim.experiment.questions.arms import Estimate, estimate
from sim.model.case import RESOLVED
from sim.model.ledger import ACCOUNTS
from sim.model.problems import QUESTION
from sim.model.records import Run
from sim.model.simulation import Simulation
from sim.parameters.scenario import Scenario

YEAR = 52
SWITCH = 2 * YEAR  # weeks under the baseline
FOLLOW_UP = 13  # weeks after an answer in which a customer's spend is looked at
SETTINGS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "while a recession sets in": {
        "world.economy.recession_week": SWITCH, "world.economy.recession_length": YEAR,
        "world.economy.recession_depth": 0.3,
    },
    "while the market grows": {"world.market.initial_buyers": 0.1},
    "while the rival gets better": {"world.rival.improvement": 0.5},
}  # fmt: skip


def markets(poor: Scenario, good: Scenario, workers: int | None, progress: bool = True) -> pd.DataFrame:
    """Every setting in every paired world of the scenario.

    Returns:
        A row a setting and replication: setting, replication, before, with_it, without ($ of sales in the year before
        and in the year after, if it adopts the better support and if it does not), naive ($ a year, see `naive`).
    """
    switched = good.strategy.model_copy(
        update={
            **{group: getattr(poor.strategy, group) for group in ("offer", "product", "promotion", "relationship")},
            "desk": good.strategy.desk.model_copy(update={"contacts": poor.strategy.desk.contacts}),
        }
    )
    tasks = []
    for setting, changes in SETTINGS.items():
        scenario = changed(poor, {**changes, "run.weeks": SWITCH + YEAR})
        after = scenario.model_copy(update={"strategy": switched})
        tasks += [(setting, scenario, after, replication) for replication in range(poor.run.replications)]
    rows: list[dict[str, Any]] = []
    with tqdm(total=len(tasks), desc="simulating", unit="run", disable=not progress, mininterval=0.5, ncols=88) as bar:
        for _, row in spread(one_market, tasks, workers or os.cpu_count()):
            rows.append(row)
            bar.update()
    return pd.DataFrame(rows).sort_values(["setting", "replication"], ignore_index=True)


def one_market(setting: str, scenario: Scenario, after: Scenario, replication: int) -> dict[str, Any]:
    """One market twice: its firm adopts the other support, and it does not."""
    trunk = Simulation(scenario, replication)
    trunk.advance(SWITCH)
    branch = trunk.branch()
    branch.adopt(after.strategy)
    changed_, same = branch.run(), trunk.run()
    return {
        "setting": setting, "replication": replication, "before": sales(same, SWITCH - YEAR),
        "with_it": sales(changed_, SWITCH), "without": sales(same, SWITCH), "naive": naive(changed_, SWITCH),
    }  # fmt: skip


def sales(run: Run, first: int) -> float:
    """$ of sales in the year from week `first` on."""
    return float(run.ledger[first : first + YEAR, ACCOUNTS.index("sales")].sum() / 100)


def naive(run: Run, first: int) -> float:
    """$ a year that support seems to add: what helped customers buy more in a quarter than buyers who never called,
    for each customer helped, in the year from week `first` on.

    Whoever buys more has more problems and is helped more often: the comparison is not one of like with like.
    """
    people, last = run.scenario.world.market.people, first + YEAR - FOLLOW_UP
    case, bought = run.events.of("case"), run.events.of("purchase")
    inside = (case["week"] >= first) & (case["week"] < last) & (case["about"] != QUESTION)
    helped_at = np.full(people, -1)
    solved = inside & (case["outcome"] == RESOLVED)
    helped_at[case["person"][solved][::-1]] = case["week"][solved][::-1]  # the first time counts
    buyers = np.unique(bought["person"][(bought["week"] >= first) & (bought["week"] < last)])
    called = np.zeros(people, bool)
    called[case["person"][inside]] = True
    others = buyers[~called[buyers]]
    helped = np.flatnonzero(helped_at >= 0)
    if not (helped.size and others.size):
        return float("nan")
    middle = (first + last) // 2
    spent_helped = _spent(bought, people, np.where(helped_at >= 0, helped_at, run.scenario.run.weeks))[helped].mean()
    spent_others = _spent(bought, people, np.full(people, middle))[others].mean()
    return float((spent_helped - spent_others) * helped.size * YEAR / (last - first))


def _spent(bought: Mapping[str, NDArray], people: int, since: NDArray) -> NDArray:
    """$ of each person in the follow-up after a week of their own."""
    later = bought["week"] - since[bought["person"]]
    counts = (later > 0) & (later <= FOLLOW_UP)
    dollars = np.zeros(people)
    np.add.at(dollars, bought["person"][counts], bought["cents"][counts] / 100)
    return dollars


def truth(rows: pd.DataFrame) -> NDArray:
    """$ of sales a year that the better support adds in each market."""
    return (rows["with_it"] - rows["without"]).to_numpy(float)


def _change(rows: pd.DataFrame, after: str) -> NDArray:
    return (rows[after] - rows["before"]).to_numpy(float)


def _halves(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As many markets whose firm changes as others in which it does not."""
    half = len(rows) // 2
    return rows.iloc[:half], rows.iloc[half : 2 * half]


def _experiment(rows: pd.DataFrame) -> NDArray:
    treated, control = _halves(rows)
    return treated["with_it"].to_numpy(float) - control["without"].to_numpy(float)


def _difference_in_differences(rows: pd.DataFrame) -> NDArray:
    treated, control = _halves(rows)
    return _change(treated, "with_it") - _change(control, "without")


# Name -> $ a year that support seems to add, for each market (of the first ones, where others are left alone)
ESTIMATORS: dict[str, Callable[[pd.DataFrame], NDArray]] = {
    "helped customers against others": lambda rows: rows["naive"].to_numpy(float),
    "after against before": lambda rows: _change(rows, "with_it"),
    "market with against market without": _experiment,
    "difference in differences": _difference_in_differences,
}
NAIVE, BEFORE_AFTER, EXPERIMENT, DIFFERENCES = ESTIMATORS


def error(rows: pd.DataFrame, estimator: str) -> Estimate:
    """How far the estimates miss the truth on average, as a share of the mean truth, and the interval of that mean."""
    effect = truth(rows).mean() if len(rows) else np.nan
    if len(rows) < 2 or not effect:
        return estimate([])
    values = ESTIMATORS[estimator](rows)
    return estimate((values - truth(rows)[: values.size]) / abs(effect))


def missed(rows: pd.DataFrame, estimator: str) -> Estimate:
    """Share of single estimates that miss the mean truth by half of it or more."""
    effect = truth(rows).mean() if len(rows) else np.nan
    if len(rows) < 2 or not effect:
        return estimate([])
    return estimate((np.abs(ESTIMATORS[estimator](rows) - effect) >= abs(effect) / 2).astype(float))


def needed(rows: pd.DataFrame, estimator: str) -> float:
    """Markets (or pairs of them) that show the true effect four times in five at 5 %: ((1.96 + .84) sd / effect)²."""
    effect, values = truth(rows).mean() if len(rows) else np.nan, ESTIMATORS[estimator](rows)
    if values.size < 2 or not effect:
        return float("nan")
    return max(1.0, float(np.ceil((2.8 * np.nanstd(values, ddof=1) / effect) ** 2)))


def of_setting(rows: pd.DataFrame, setting: str) -> pd.DataFrame:
    """The markets of one setting."""
    return rows[rows["setting"] == setting].reset_index(drop=True)


def settings() -> Sequence[str]:
    """Names of the settings, the world as it is first."""
    return list(SETTINGS)
