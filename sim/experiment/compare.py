"""Strategies compared in the same worlds: paired by replication, with intervals over runs only."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TextIO

import numpy as np
import pandas as pd

from sim.experiment.metrics import RUN_COLUMNS
from sim.experiment.replicate import Result, mean_interval, replicate
from sim.experiment.survey import COLUMNS, GROUPS
from sim.model.ledger import ACCOUNTS
from sim.parameters import ParameterError, Scenario

KEYS = ["scenario", "strategy", "replication"]


@dataclass(frozen=True)
class Difference:
    """NPV of `strategy` less NPV of `baseline`, paired by replication. Dollars; 95 % intervals."""

    baseline: str
    strategy: str
    replications: int
    mean: float
    half_width: float
    unpaired_half_width: float  # what independent seeds would have given, from the same runs (Welch)
    wins: int  # replications in which `strategy` has the higher NPV
    probability: float  # that it has, in one world
    probability_low: float
    probability_high: float
    payback_week: int | None  # first week from which the mean cumulative difference stays at or above zero
    baseline_npv: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.mean + self.half_width

    @property
    def pairing_gain(self) -> float:
        """How many times narrower the paired interval is."""
        return self.unpaired_half_width / self.half_width if self.half_width else math.inf

    @property
    def sign(self) -> int:
        """1 or -1 where the interval excludes zero, else 0."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0


@dataclass(frozen=True, eq=False)  # each is one of a kind: its tables are too large to be compared
class Comparison:
    """Strategies in the same paired worlds. The first scenario is the baseline.

    `weeks` has a row a (scenario, strategy, replication, week), `runs` a row a (scenario, strategy, replication);
    columns as in `sim.model.records.WEEK_COLUMNS`, the ledger's accounts ($) and `RUN_COLUMNS`.
    """

    scenarios: tuple[Scenario, ...]
    weeks: pd.DataFrame
    runs: pd.DataFrame

    @property
    def strategies(self) -> list[str]:
        """Names, the baseline first."""
        return [scenario.strategy_name for scenario in self.scenarios]

    @property
    def replications(self) -> int:
        """Paired worlds simulated."""
        return int(self.runs["replication"].nunique())

    @cached_property
    def identity(self) -> str:
        """Twelve hex digits that name the exact parameters, replications and model version."""
        content = [scenario.model_dump(mode="json") for scenario in self.scenarios]
        text = json.dumps([content, self.replications, version("support-whatif")], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def by_run(self, column: str) -> pd.DataFrame:
        """A column of the per-run table: a row a replication, a column a strategy."""
        return self.runs.pivot(index="replication", columns="strategy", values=column)[self.strategies]

    def by_week(self, column: str) -> dict[str, np.ndarray]:
        """A column of the weekly table: for each strategy an array (replications, weeks)."""
        tables = {}
        for strategy in self.strategies:
            rows = self.weeks[self.weeks["strategy"] == strategy]
            tables[strategy] = rows.pivot(index="replication", columns="week", values=column).to_numpy(float)
        return tables

    def difference(self, strategy: str | None = None) -> Difference:
        """The answer: `strategy` (default: the last) against the baseline."""
        from scipy.stats import beta, ttest_ind

        baseline, strategy = self.strategies[0], strategy or self.strategies[-1]
        npv = self.by_run("npv")
        delta = (npv[strategy] - npv[baseline]).to_numpy()
        n, wins = delta.size, int((delta > 0).sum())
        mean, half = mean_interval(delta)
        apart = math.inf
        if n > 1:
            welch = ttest_ind(npv[strategy], npv[baseline], equal_var=False).confidence_interval()
            apart = (welch.high - welch.low) / 2
        low, high = beta.ppf([0.025, 0.975], wins + 0.5, n - wins + 0.5)  # Jeffreys
        return Difference(
            baseline=baseline,
            strategy=strategy,
            replications=n,
            mean=float(mean),
            half_width=float(half),
            unpaired_half_width=float(apart),
            wins=wins,
            probability=wins / n,
            probability_low=0.0 if wins == 0 else float(low),
            probability_high=1.0 if wins == n else float(high),
            payback_week=self._payback(strategy),
            baseline_npv=float(npv[baseline].mean()),
        )

    def _payback(self, strategy: str) -> int | None:
        cash = self.by_week("cumulative_npv")
        mean = (cash[strategy] - cash[self.strategies[0]]).mean(axis=0)
        below = np.flatnonzero(mean < 0)
        first = 0 if below.size == 0 else int(below[-1]) + 1
        return first if first < mean.size else None

    def over_time(self, column: str) -> pd.DataFrame:
        """Mean and 95 % interval of a weekly column: strategy, week, mean, low, high."""
        return self._bands(self.by_week(column))

    def cash_difference(self) -> pd.DataFrame:
        """Cumulative discounted cash less the baseline's, paired: strategy, week, mean, low, high ($)."""
        cash = self.by_week("cumulative_npv")
        return self._bands({name: cash[name] - cash[self.strategies[0]] for name in self.strategies[1:]})

    @staticmethod
    def _bands(tables: dict[str, np.ndarray]) -> pd.DataFrame:
        parts = []
        for strategy, values in tables.items():
            mean, half = mean_interval(values)
            half = np.where(np.isfinite(half), half, 0.0)
            parts.append(
                pd.DataFrame(
                    {
                        "strategy": strategy,
                        "week": np.arange(mean.size),
                        "mean": mean,
                        "low": mean - half,
                        "high": mean + half,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def sources(self, strategy: str | None = None) -> pd.DataFrame:
        """Where the difference comes from: the ledger's accounts, paired; they add up to the difference of NPV.

        Columns: account, mean, low, high ($).
        """
        strategy = strategy or self.strategies[-1]
        rows = []
        for account in ACCOUNTS:
            table = self.by_run(f"npv_{account}")
            mean, half = mean_interval((table[strategy] - table[self.strategies[0]]).to_numpy())
            rows.append({"account": account, "mean": mean, "low": mean - half, "high": mean + half})
        return pd.DataFrame(rows)

    def lenses(self) -> pd.DataFrame:
        """Both lenses, a row a metric and strategy: lens, metric, meaning, strategy, mean, low, high."""
        rows = []
        for metric, meaning in RUN_COLUMNS.items():
            lens = next((name for name in ("cost-center", "profit-center") if f"({name} lens)" in meaning), None)
            if lens is None:
                continue
            table = self.by_run(metric)
            for strategy in self.strategies:
                mean, half = (
                    mean_interval(table[strategy].dropna().to_numpy())
                    if table[strategy].notna().any()
                    else (math.nan, 0)
                )
                text = meaning.replace(f" ({lens} lens)", "")
                rows.append(
                    {"lens": lens, "metric": metric, "meaning": text, "strategy": strategy, "mean": mean,
                     "low": mean - half, "high": mean + half}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def survey(self, strategy: str | None = None) -> pd.DataFrame:
        """The survey inside the simulation, over all waves and worlds (of all strategies, or of one).

        A row a group: respondents; as_seen = mean spend as % of untroubled buyers'; as_caused = spend as % of what
        the same people would have spent without the problem; each with the 95 % interval of a ratio of sums over runs.
        """
        runs = self.runs if strategy is None else self.runs[self.runs["strategy"] == strategy]
        totals = runs.groupby("replication")[[f"{kind}_{name}" for kind in COLUMNS for name in GROUPS]].sum()
        rows = []
        for group in GROUPS:
            seen, seen_half = _ratio_of_means(
                totals[f"spend_{group}"],
                totals[f"respondents_{group}"],
                totals["spend_none"],
                totals["respondents_none"],
            )
            caused, caused_half = _ratio(totals[f"paired_spend_{group}"], totals[f"paired_without_{group}"])
            rows.append(
                {
                    "group": group,
                    "respondents": int(totals[f"respondents_{group}"].sum()),
                    "as_seen": 100 * seen,
                    "as_seen_low": 100 * (seen - seen_half),
                    "as_seen_high": 100 * (seen + seen_half),
                    "as_caused": 100 * caused,
                    "as_caused_low": 100 * (caused - caused_half),
                    "as_caused_high": 100 * (caused + caused_half),
                }
            )
        return pd.DataFrame(rows)


def _ratio(top: pd.Series, bottom: pd.Series) -> tuple[float, float]:
    """Ratio of sums and the half width of its 95 % interval, by linearisation over runs."""
    if not bottom.sum():
        return math.nan, math.nan
    ratio = top.sum() / bottom.sum()
    _, half = mean_interval(((top - ratio * bottom) / bottom.mean()).to_numpy())
    return float(ratio), float(half)


def _ratio_of_means(top: pd.Series, n_top: pd.Series, bottom: pd.Series, n_bottom: pd.Series) -> tuple[float, float]:
    """Mean of one group over mean of another and the half width of its 95 % interval, by linearisation over runs."""
    if not n_top.sum() or not bottom.sum():
        return math.nan, math.nan
    one, other = top.sum() / n_top.sum(), bottom.sum() / n_bottom.sum()
    ratio = one / other
    residual = (top - one * n_top) / n_top.mean() / other - ratio * (
        bottom - other * n_bottom
    ) / n_bottom.mean() / other
    _, half = mean_interval(residual.to_numpy())
    return float(ratio), float(half)


def compare(
    scenarios: Sequence[Scenario],
    workers: int | None = None,
    progress: bool | TextIO = True,
    survey: bool = True,
) -> Comparison:
    """Runs every scenario in the same paired worlds; goes on to the wanted precision if the run asks for one.

    Without `survey` buyers are not asked, which saves a short run for each.
    """
    if len(scenarios) < 2:
        raise ParameterError("strategies: a comparison needs at least two")
    run = scenarios[0].run
    results: list[Result] = []
    until = run.replications
    while True:
        start = len(results) // len(scenarios)
        results += replicate(scenarios, range(start, until), workers, progress, survey)
        comparison = collect(scenarios, results)
        widest = max(comparison.difference(name).half_width for name in comparison.strategies[1:])
        if run.precision is None or widest <= run.precision or until >= run.max_replications:
            return comparison
        # The half width shrinks with the root of n; go there in steps, at least a quarter more each time
        wanted = math.ceil(until * (widest / run.precision) ** 2) if math.isfinite(widest) else 2 * until
        until = min(max(wanted, until + max(2, until // 4)), run.max_replications)


def collect(scenarios: Sequence[Scenario], results: Sequence[Result]) -> Comparison:
    """Results as tidy tables keyed by scenario, strategy and replication."""
    name = scenarios[0].name
    weeks = pd.concat(
        [
            pd.DataFrame({"scenario": name, "strategy": r.strategy, "replication": r.replication,
                          "week": np.arange(len(r.weeks["net"])), **r.weeks})
            for r in results
        ],
        ignore_index=True,
    )  # fmt: skip
    runs = pd.DataFrame(
        [{"scenario": name, "strategy": r.strategy, "replication": r.replication} | r.row | r.survey for r in results]
    )
    return Comparison(tuple(scenarios), weeks, runs)
