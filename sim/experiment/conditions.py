"""Where the better-funded support must be able to lose, and where it should win: a file each, run and judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

import pandas as pd

from sim.experiment.compare import compare
from sim.parameters.cases import case_names, load_case


def judge(expect: str, low: float, high: float) -> bool:
    """Whether an interval of the difference bears the expectation out: a loss is not a clear gain, a win is one."""
    return low > 0 if expect == "wins" else low <= 0


def conditions(
    names: Sequence[str] | None = None,
    replications: int | None = None,
    workers: int | None = None,
    progress: bool | TextIO = True,
) -> pd.DataFrame:
    """Runs condition files (default: all that ship) and says whether each comes out as expected.

    Columns: condition, title, expect, strategy, mean, low, high ($ of NPV against the baseline, 95 %), share (of the
    baseline's NPV), wins, replications, holds, why.
    """
    changes = {} if replications is None else {"run.replications": replications}
    cases = [load_case("condition", name, changes, "replications") for name in names or case_names("condition")]
    rows = []
    for case in cases:
        (scenarios,) = case.points.values()
        difference = compare(scenarios, workers, progress, survey=False).difference()
        rows.append(
            {
                "condition": case.name,
                "title": case.title,
                "expect": case.extras["expect"],
                "strategy": scenarios[-1].strategy.title,
                "mean": difference.mean,
                "low": difference.low,
                "high": difference.high,
                "share": difference.mean / difference.baseline_npv if difference.baseline_npv else float("nan"),
                "wins": difference.wins,
                "replications": difference.replications,
                "holds": judge(case.extras["expect"], difference.low, difference.high),
                "why": case.extras["why"],
            }
        )
    return pd.DataFrame(rows)
